'use strict';
// cnet/register: `net` is cnet, however a program asks for it.

const assert = require('node:assert');
const Module = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const { linesOf, runFixture } = require('../support/child');
const { skip } = require('../support/needs');
const { patience } = require('../support/scale');

const REGISTER = path.join(__dirname, '..', '..', 'lib', 'register.js');

/** Node 18.19 and 20.6 are the first whose `import` can be hooked. */
const canHook = Module.registerHooks !== undefined || Module.register !== undefined;

const run = (name, nodeArgs = []) => linesOf(path.join('register', name), [], { nodeArgs });

describe('cnet/register', function () {
  this.timeout(patience(30000));

  before(function () {
    if (!canHook) skip(this, 'not with this Node');
  });

  const everywhere = { status: 0, lines: ['["main"]', '["worker"]', '["child"]'], stderr: '' };

  it('node -r: every way to ask for net gives cnet, in the main thread, a worker and a forked child', async () => {
    assert.deepStrictEqual(await run('every-way.mjs', ['-r', REGISTER]), everywhere);
  });

  it('node --import: the same', async () => {
    assert.deepStrictEqual(await run('every-way.mjs', ['--import', pathToFileURL(REGISTER).href]), everywhere);
  });

  it('without it every way gives the net of Node', async () => {
    const { status, lines } = await run('every-way.mjs');
    const found = lines.map((line) => JSON.parse(line));
    assert.strictEqual(status, 0);
    assert.deepStrictEqual(found.map(([where]) => where), ['main', 'worker', 'child']);
    const ways = process.getBuiltinModule ? 11 : 9;
    for (const [where, ...wrong] of found) assert.strictEqual(wrong.length, ways, `${where}: ${wrong}`);
  });

  it("unregister() gives Node's net back, and its functions; Node's own modules never had another", async () => {
    assert.deepStrictEqual(await run('reversible.cjs'), { status: 0, lines: ['done'], stderr: '' });
  });

  it('the package offers it by name, to require() and to import', async () => {

    const { status, stderr } = await runFixture('register/by-name.cjs');
    assert.deepStrictEqual({ status, stderr }, { status: 0, stderr: '' });
  });
});
