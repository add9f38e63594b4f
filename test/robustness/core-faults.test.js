'use strict';
// Faults of the system: no descriptor left. Each test is a process of its own, with few of them.

const assert = require('node:assert');
const { once } = require('node:events');
const nodeNet = require('node:net');

const { runFixture } = require('../support/child');
const { needsLinux } = require('../support/needs');
const { patience } = require('../support/scale');
const { tempDir } = require('../support/temp');

const LIMIT = 64;

/* The same with sockets on so many I/O threads. */
const faults = (threads) => function () {
  this.timeout(patience(20000));
  before(function () {
    needsLinux(this);
  });

  const run = (name, args = [], options = {}) =>
    runFixture('faults.js', [name, ...args], {
      limits: `ulimit -n ${LIMIT}`, within: ['env', `CNET_IO_THREADS=${threads}`], ...options,
    });

  const passes = (name) => async () => {
    assert.deepStrictEqual(await run(name), { status: 0, stdout: 'done\n', stderr: '' });
  };

  /* Connects more often than the server has descriptors, holds that, and lets go. Gives what the server said. */
  async function flood(child) {
    let text = '';
    const line = async () => {
      while (!text.includes('\n')) await once(child.stdout, 'data');
      const [first] = text.split('\n', 1);
      text = text.slice(first.length + 1);
      return JSON.parse(first);
    };
    child.stdout.on('data', (chunk) => { text += chunk; });
    const address = await line();
    const target = typeof address === 'string' ? { path: address } : { port: address.port, host: address.address };
    const clients = Array.from({ length: 2 * LIMIT }, () => nodeNet.connect(target));
    await Promise.all(clients.map((client) => new Promise((resolve) => {
      client.on('error', resolve).on('connect', resolve).on('close', resolve).resume();
    })));
    child.stdin.write('flooded\n');
    const said = await line();
    for (const client of clients) client.destroy();
    child.stdin.write('gone\n');
    return said;
  }

  async function floods(file) {
    let said;
    const args = file ? [file] : [];
    const { status, stderr } = await run('accept', args, { onSpawn: (child) => { said = flood(child); } });
    assert.deepStrictEqual({ status, stderr }, { status: 0, stderr: '' });
    const { open, listening, errors, warnings } = await said;
    const least = LIMIT / (threads > 0 ? 8 : 4); // on a thread each connection has two, and Node has more of its own
    assert.ok(open > least && open < LIMIT, `${open} connections were served`);
    assert.strictEqual(listening, true);
    for (const code of errors) assert.strictEqual(code, 'EMFILE');
    assert.deepStrictEqual(warnings, ['CNET_DESCRIPTORS']);
  }

  it('a TCP server without descriptors says so once, idles, and serves again when there are some', () => floods());

  it('a server on a path without descriptors says so once, idles, and serves again when there are some', async () => {
    const dir = tempDir();
    await floods(dir.socket('s'));
    dir.remove();
  });

  it('connect() without descriptors fails with EMFILE as in Node, and later works', passes('connect'));

  it('connect() to several addresses without descriptors fails with the errors of each', passes('connectMany'));

  it('connect() to a path without descriptors fails with EMFILE as in Node, and later works', passes('connectPath'));

  it('listen() without descriptors fails with EMFILE as in Node, and later works', passes('listen'));

  it('failures leave no descriptor behind', passes('leak'));
};

describe('faults of the system', faults(0));

describe('faults of the system, with I/O threads', faults(2));
