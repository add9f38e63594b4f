'use strict';
// child.send(message, boundSocket): a port that is bound here, and listened on by a child process. Node itself has it
// since 26.10; before, a native handle is sent.

const assert = require('node:assert');
const { fork } = require('node:child_process');
const { once } = require('node:events');
const nodeNet = require('node:net');
const path = require('node:path');

const net = require('../..');
const { fromNode, toNode } = require('../../lib/child-process.js');
const { unregister } = require('../../lib/register.js');
const { HOST } = require('../support/net');
const { needsNodeDescriptors } = require('../support/needs');
const { tempDir } = require('../support/temp');

unregister();

const [MAJOR, MINOR] = process.versions.node.split('.').map(Number);
const NODE_SENDS = MAJOR > 26 || (MAJOR === 26 && MINOR >= 10);

async function heard(port) {
  let all = '';
  for await (const chunk of net.connect(port, HOST)) all += chunk;
  return all;
}

/** The port is free again in all processes. */
async function checkFree(port) {
  const bound = new net.BoundSocket({ host: HOST, port });
  bound.close();
}

async function play(mode, send) {
  const child = fork(path.join(__dirname, '..', 'fixtures', 'bound-child.js'), [mode]);
  const exited = once(child, 'exit');
  const bound = new net.BoundSocket({ host: HOST });
  const { port } = bound.address();
  const answered = once(child, 'message');
  await new Promise((resolve, reject) => { send(child, bound, (error) => (error ? reject(error) : resolve())); });
  assert.throws(() => bound.address(), { code: 'ERR_SOCKET_HANDLE_ADOPTED' });
  const [{ isBound, address }] = await answered;
  assert.strictEqual(await heard(port), 'served by the child');
  await exited;
  await checkFree(port);
  return { isBound, isThere: address?.port === port };
}

const sendToNode = (child, bound, callback) => {
  const sent = toNode(bound);
  child.send('served', sent, (error) => {
    if (!NODE_SENDS) sent.close();
    callback(error);
  });
};

describe('child.send(message, boundSocket)', () => {
  before(function () {
    needsNodeDescriptors(this);
  });

  it('toNode() and fromNode(): a BoundSocket arrives, and the port is the child\'s alone', async () => {
    assert.deepStrictEqual(await play('explicit', sendToNode), { isBound: true, isThere: true });
  });

  it('a child without cnet gets what its Node has for it', async () => {
    const { isBound } = await play('node', sendToNode);
    assert.strictEqual(isBound, NODE_SENDS);
  });

  it('cnet/register: as it is, with its address', async () => {
    const { register } = require('../../lib/register.js');
    register();
    try {
      const result = await play('register', (child, bound, callback) => child.send('served', bound, callback));
      assert.deepStrictEqual(result, { isBound: NODE_SENDS, isThere: true });
    } finally {
      unregister();
    }
  });

  it('one of a path, and one that was given away, are refused as by Node', () => {
    const temp = tempDir();
    const ofPath = new net.BoundSocket({ path: temp.socket('s') });
    assert.throws(() => toNode(ofPath), { code: 'ERR_INVALID_HANDLE_TYPE' });
    ofPath.close();
    assert.throws(() => toNode(ofPath), { code: 'ERR_INVALID_HANDLE_TYPE' });
    temp.remove();
    const bound = new net.BoundSocket({ host: HOST });
    bound.close();
    assert.throws(() => toNode(bound), { code: 'ERR_SOCKET_HANDLE_ADOPTED' });
  });

  it('fromNode() of a bound handle of Node\'s is a BoundSocket with its port; the handle is closed', () => {
    const handle = nodeNet._createServerHandle(HOST, 0, 4);
    const name = {};
    handle.getsockname(name);
    const bound = fromNode(handle);
    assert.deepStrictEqual(bound.address(), { ...name });
    assert.ok(bound instanceof net.BoundSocket && handle.fd < 0);
    assert.strictEqual(fromNode(bound), bound);
    bound.close();
  });
});
