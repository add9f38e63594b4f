'use strict';
// cnet/register and cnet/register-http: what they put off, and ES modules that are loaded by require().

const assert = require('node:assert');
const Module = require('node:module');
const path = require('node:path');

const { runFixture } = require('../support/child');
const { skip } = require('../support/needs');
const { patience } = require('../support/scale');

const flag = (name) => ['-r', path.join(__dirname, '..', '..', 'lib', name)];
const canWatch = Module.registerHooks !== undefined;

const run = async (name, args, nodeArgs) => {
  const { status, stdout, stderr } = await runFixture(path.join('register', name), args, { nodeArgs });
  return { status, text: stdout.trim(), stderr };
};

describe('cnet/register: what is put off', function () {
  this.timeout(patience(30000));

  const ways = ['require()', 'require() node:', 'import()', 'import() of a name', 'getBuiltinModule', 'https', 'http2'];
  for (const way of ways) {
    it(`TLS is looked after when the program gets it, and where that can be seen is not loaded before: ${way}`, async function () {
      if (way === 'getBuiltinModule' && process.getBuiltinModule === undefined) skip(this, 'not with this Node');
      if (way === 'http2' && process.getBuiltinModule === undefined) skip(this, 'not with this Node');
      if (Module.register === undefined) skip(this, 'not with this Node');
      const expected = { status: 0, text: `${!canWatch} true`, stderr: '' };
      assert.deepStrictEqual(await run('tls-loads.mjs', [way], flag('register.js')), expected);
    });
  }

  it('no builtin module of which it is believed that it loads no TLS does so', async function () {
    if (!canWatch) skip(this, 'not with this Node');
    const { status, text } = await run('tls-loads.mjs', ['all others'], ['--no-warnings']);
    assert.deepStrictEqual({ status, text }, { status: 0, text: 'false' });
  });

  it('cnet/register-http looks after https and http2 when they are loaded, and takes that back', async () => {
    const expected = { status: 0, text: 'done', stderr: '' };
    assert.deepStrictEqual(await run('secure-later.cjs', [], flag('register-http.js')), expected);
  });
});

describe('cnet/register: an ES module that is loaded by require()', function () {
  this.timeout(patience(30000));

  it('has the names of net from cnet, and by default too where hooks see it', async function () {
    if (!process.features.require_module) skip(this, 'not with this Node');
    const { status, text, stderr } = await run('required.cjs', [], flag('register.js'));
    assert.deepStrictEqual({ status, stderr }, { status: 0, stderr: '' });
    const expected = {
      names: [true, true, true, true],
      namespace: true,
      default: canWatch,
      below: true,
      kept: true,
      afterwards: false,
    };
    assert.deepStrictEqual(JSON.parse(text), expected);
  });
});
