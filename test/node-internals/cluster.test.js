'use strict';
// What lib/node-internals/cluster.js, and setOwner() of handles.js, rely on in the cluster of the running Node. A
// test that fails names what Node has changed.

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { needsPosix } = require('../support/needs');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'node-cluster-handle.js');

describe('node-internals/cluster.js relies on:', () => {
  /* What comes of it with this policy: see the fixture. */
  function run(policy) {
    const { stdout, stderr } = spawnSync(process.execPath, [FIXTURE, policy], { encoding: 'utf8' });
    assert.strictEqual(stderr, '');
    return stdout.trim().split('\n').map((line) => JSON.parse(line));
  }

  const methods = ['listen', 'close', 'ref', 'unref', 'getsockname'];
  let byTurns;
  let shared;
  before(function prepare() {
    needsPosix(this);
    [byTurns, shared] = ['rr', 'none'].map(run);
  });

  it('cluster.isWorker is true in a worker, and cluster._getServer() is there', () => {
    assert.deepStrictEqual(byTurns[0], { isWorker: true });
  });

  it('_getServer() gives a stand-in without a descriptor where the primary accepts', () => {
    assert.deepStrictEqual(byTurns[1], { err: 0, fd: false, methods });
  });

  it('and the listening handle itself where the workers do', () => {
    assert.deepStrictEqual(shared[1], { err: 0, fd: true, methods });
  });

  it('either calls onconnection(0, handle) for a connection, whose handle has a descriptor', () => {
    for (const lines of [byTurns, shared]) assert.deepStrictEqual(lines[2], { status: 0, client: true });
  });

  it('the owner of a stand-in is asked for maxConnections before a connection comes, and told to close() by disconnect()', () => {
    assert.deepStrictEqual(byTurns[3], { asked: ['maxConnections', 'close'] });
  });

  it('and that of a shared handle is told to close() by disconnect()', () => {
    assert.deepStrictEqual(shared[3], { asked: ['close'] });
  });
});
