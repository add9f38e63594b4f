'use strict';
// cnet/register and cnet/register-http: what a program puts in the place of functions of `net` is there for Node's
// modules too.

const assert = require('node:assert');
const path = require('node:path');

const { linesOf } = require('../support/child');
const { skip } = require('../support/needs');
const { patience } = require('../support/scale');

const LIB = path.join(__dirname, '..', '..', 'lib');
const WAYS = {
  'cnet/register': ['register'],
  'cnet/register-http': ['register-http'],
  'both': ['register', 'register-http'],
};

/** What is promised, by the name of the scenario in fixtures/register/mocks.cjs. */
const PROMISES = {
  connect:
    'a connect() of a mock on the prototype stands before http, https, tls, http2 and net; restored, all connect again',
  spy: 'a spy on connect() of the prototype sees the sockets of http and https, and goes on to their own',
  methods: 'wrapped write(), emit() and other methods of the prototype are called for the sockets of http',
  callless: 'functions without a call() of their own, put in the place of methods, are called for the sockets of http',
  functions: 'net.connect() and net.createConnection() that were replaced are called by http and http2 as without cnet',
  listen: 'a listen() of a mock on the prototype stands before the servers of net, http, https, http2 and tls',
  class: 'a class put in the place of net.Socket is the one that TLS calls, and can call what it stands for',
  derived: 'constructors can be called for objects of classes that are derived from those of tls and http',
  above: 'what is put into EventEmitter itself is called for the sockets of http',
  names: 'what was imported by name is the new one after module.syncBuiltinESMExports(), and the old one again',
  instance: 'a method put on one socket of http stays a property of that one',
  handle: 'a connect() put on the handle takes the place of the connection: nothing leaves the process',
  passing: 'the handle of a connection that a mock lets pass can become that of a socket of http',
};

/** Node 18 has no 'connectionAttempt', in which a program meets the handle. */
const hasAttempts = Number.parseInt(process.versions.node, 10) > 18;

function run(scenario, modules = []) {
  const nodeArgs = ['--no-warnings', ...modules.flatMap((name) => ['-r', path.join(LIB, `${name}.js`)])];
  return linesOf('register/mocks.cjs', [scenario], { nodeArgs });
}

describe('mocks and instrumentation', function () {
  this.timeout(patience(30000));

  for (const [scenario, promise] of Object.entries(PROMISES)) {
    describe(promise, () => {
      let expected;

      before(async function () {
        if (scenario === 'handle' && !hasAttempts) skip(this, 'not with this Node');
        expected = await run(scenario);
        assert.deepStrictEqual([expected.status, expected.stderr, expected.lines.at(-1)], [0, '', 'done']);
      });

      for (const [way, modules] of Object.entries(WAYS)) {
        it(`${way}: as with node:net`, async () => assert.deepStrictEqual(await run(scenario, modules), expected));
      }
    });
  }

  const says = (name, lines) => async () => {
    assert.deepStrictEqual(await linesOf(`register/${name}`), { status: 0, lines, stderr: '' });
  };

  it("unregister() leaves Node's net as it was; a mock that stays in cnet's is seen again after register()",
    says('mocks-reversible.cjs', ['done']));

  it(
    'what another has put into the net of Node itself is seen by http, and neither disturbs the other when it is restored',
    says('mocks-in-node.cjs', ['both', 'both', 'cnet', 'neither', 'both', 'node', 'neither', 'done']),
  );

  it('without cnet/register nothing of Node is changed, and methods of cnet work for sockets of Node all the same',
    says('mocks-unregistered.cjs', ['done']));
});
