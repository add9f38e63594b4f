'use strict';
// Servers in workers of a cluster. Each scenario of fixtures/cluster.js runs in processes of its own, with cnet and
// with node:net: what is printed must be what stands here, and the same for both, wherever the running Node can do
// it.

const assert = require('node:assert');

const { reportOf } = require('../support/child');
const { needsFiles, needsNodeDescriptors, needsReusePort, needsSentPipes } = require('../support/needs');
const { patience } = require('../support/scale');

const LINE = Number.parseInt(process.versions.node, 10);
const POLICIES = ['rr', 'none'];

const error = (syscall, more) => ({ code: 'EADDRINUSE', syscall, address: '127.0.0.1', port: true, ...more });

const listening = (address, type, port = 'port') => ['listening', [[address, type, port], [address, type, port]]];
const served = (names, policy) => [
  ['addresses', [names, names], 1],
  ...(policy === 'rr' ? [['turns', 2]] : []),
  ['served', true, 6],
];

/**
 * By scenario: what it shows, what is printed, and the first line of Node whose own net does so (18 if none is named).
 * `needs`: leaves the scenario out where the system cannot do it.
 * @type {Object<string, { title: string, expected: any[] | ((policy: string) => any[]), since?: number, only?: string,
 *   needs?: (test: object) => any }>}
 */
const scenarios = {
  host: {
    title: 'workers share an address, and the port 0 is the same port for all; disconnect() ends it',
    expected: (policy) => [listening('127.0.0.1', 4), ...served('IPv4', policy), ['after', 'ECONNREFUSED']],
  },
  anyAddress: {
    title: 'workers share a port of all addresses',
    expected: (policy) => [listening(null, 4), ...served('IPv6', policy), ['after', 'ECONNREFUSED']],
  },
  path: {
    title: 'workers share a Unix socket, which the primary removes',
    expected: (policy) => [listening('path', -1, -1), ...served('path', policy), ['after', 'ENOENT'], ['file', false]],
    needs: needsSentPipes,
  },
  pathMode: {
    title: 'readableAll and writableAll go to the primary, which heeds them in round robin',
    expected: (policy) => [['others may', policy === 'rr' ? '6' : '4']],
    needs: needsFiles,
  },
  bytes: {
    title: 'no byte is lost that was sent before the worker had the connection',
    expected: [['bytes', 1 << 20]],
  },
  pauseOnConnect: {
    title: 'pauseOnConnect: a connection from the primary is not read before resume()',
    expected: [['true 4 ping']],
  },
  exclusive: {
    title: 'exclusive: the second worker on a port fails with EADDRINUSE',
    expected: [
      [true, null],
      [false, error('listen', { message: 'listen EADDRINUSE: address already in use 127.0.0.1:P' })],
    ],
  },
  exclusiveAny: {
    title: 'exclusive: the port 0 is another port for each worker',
    expected: [['ports', 2]],
  },
  reusePort: {
    title: 'reusePort: each worker listens on the port by itself',
    expected: [[[[true, null], [true, null]]]],
    since: 24,
    needs: needsReusePort,
  },
  taken: {
    title: "a port that is taken: 'error' of bind, with address and port",
    expected: [[error('bind', { message: 'bind EADDRINUSE 127.0.0.1:P' })], ['bind', 'EADDRINUSE']],
  },
  takenPath: {
    title: "a path that is taken: 'error' of bind, with the path",
    expected: [[{ ...error('bind'), address: true, port: -1, message: 'bind EADDRINUSE F' }]],
    needs: needsSentPipes,
  },
  primary: {
    title: 'a server of the primary is its own',
    expected: [['primary', 'worker 1 ping']],
  },
  fd: {
    title: "listen({ fd }) means the primary's descriptor, and workers share it",
    expected: [['ports', 1, true]],
    needs: needsNodeDescriptors,
  },
  twoServers: {
    title: 'two servers of one worker have ports of their own, and a port twice is EADDRINUSE',
    expected: [['ports', 2], ['again', 'EADDRINUSE', false]],
  },
  closeAndAgain: {
    title: 'close() gives the port back, and listen() takes it again',
    expected: [
      [{ kind: 'closed', events: ['close'], listening: false, address: null }],
      ['ECONNREFUSED'],
      [true, 'worker 1 ping'],
    ],
  },
  hasty: {
    title: 'close() before the primary has answered: the server never listens, and may then listen again',
    expected: [[{
      kind: 'hasty',
      events: [
        ['first', false, null], ['close', null], ['closed', 'ERR_SERVER_NOT_RUNNING'],
        ['listening', null], ['listens', true], ['close', null],
      ],
    }]],
  },
  disconnectOpen: {
    title: 'cluster.disconnect() waits for open connections and takes no new ones',
    expected: [['meanwhile', false], ['exited', true, 0]],
  },
  workerDisconnects: {
    title: 'worker.disconnect() in the worker ends it',
    expected: [['exited', true, 0]],
  },
  death: {
    title: 'a worker that is killed takes its connections along, and the other serves on',
    expected: [[true, false], [true]],
  },
  maxConnections: {
    title: 'maxConnections: a full worker hands connections back, for one that has room',
    expected: [['words', 2], ['third', true]],
    only: 'rr',
  },
  dropMaxConnection: {
    title: "dropMaxConnection: a full worker closes connections, with 'drop'",
    expected: [[
      true,
      ['localAddress', 'localPort', 'localFamily', 'remoteAddress', 'remotePort', 'remoteFamily'], true, 'IPv4',
    ]],
    since: 24,
  },
  blockList: {
    title: "a block list of a worker's server holds",
    expected: [[true]],
    since: 22,
  },
  unref: {
    title: 'unref() of a server in a worker',
    expected: [[{ kind: 'unrefed', same: true, listening: true }], [0]],
  },
};

const run = async (name, scenario, policy) => ({ name, ...(await reportOf('cluster.js', [name, scenario, policy])) });

describe('cluster', function () {
  this.timeout(patience(30000));

  for (const policy of POLICIES) {
    describe(policy === 'rr' ? 'round robin' : 'shared handles', () => {
      for (const [scenario, { title, expected, since = 18, only = policy, needs }] of Object.entries(scenarios)) {
        if (only !== policy) continue;
        it(title, async function () {
          await needs?.(this);
          const names = ['../..', ...(LINE >= since ? ['node:net'] : [])];
          const facts = typeof expected === 'function' ? expected(policy) : expected;
          const results = await Promise.all(names.map((name) => run(name, scenario, policy)));
          assert.deepStrictEqual(results, names.map((name) => ({ name, status: 0, facts, stderr: '' })));
        });
      }
    });
  }
});
