'use strict';
// What lib/node-internals/handles.js relies on in the native handles of the running Node. A test that fails names
// what Node has changed.

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const nodeNet = require('node:net');

const native = require('../../lib/native/binding.js');
const handles = require('../../lib/node-internals/handles.js');
const { needsNodeDescriptors, needsPosix } = require('../support/needs');
const { tempDir } = require('../support/temp');

const [MAJOR, MINOR] = process.versions.node.split('.').map(Number);
const LEAVES_REQUESTS_OUT = MAJOR > 26 || (MAJOR === 26 && MINOR >= 10);

/** A server of Node's that listens, with a connection to it: { server, client, accepted }. */
async function connected(where = { port: 0, host: '127.0.0.1' }) {
  const server = nodeNet.createServer().listen(where);
  await once(server, 'listening');
  const client = nodeNet.connect(where.path === undefined ? server.address().port : where.path);
  const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  return { server, client, accepted };
}

async function end({ server, client, accepted }) {
  const closed = once(server, 'close');
  for (const socket of [client, accepted]) socket.destroy();
  server.close();
  await closed;
}

describe('node-internals/handles.js relies on:', () => {
  let all;
  before(async () => {
    all = await connected();
  });
  after(() => end(all));

  it('a socket and a server of Node have their handle as `_handle`, which is null before and after', async () => {
    const server = nodeNet.createServer();
    assert.strictEqual(handles.handleOf(server), null);
    assert.strictEqual(handles.handleOf(new nodeNet.Socket()), null);
    for (const owner of Object.values(all)) assert.strictEqual(typeof handles.handleOf(owner).close, 'function');
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    assert.ok(handles.handleOf(server));
    server.close();
    assert.strictEqual(handles.handleOf(server), null);
  });

  it('a handle has close(), ref(), unref() and getsockname(), that of a connection readStart(), readStop() and getpeername()', () => {
    for (const owner of Object.values(all)) {
      for (const name of ['close', 'ref', 'unref', 'hasRef', 'getsockname'])
        assert.strictEqual(typeof handles.handleOf(owner)[name], 'function', name);
    }
    for (const name of ['readStart', 'readStop', 'getpeername'])
      assert.strictEqual(typeof handles.handleOf(all.client)[name], 'function', name);
    const name = {};
    assert.strictEqual(handles.handleOf(all.server).getsockname(name), 0);
    assert.deepStrictEqual(name, all.server.address());
  });

  it('a handle has its descriptor as `fd`', function test() {
    needsNodeDescriptors(this);
    const fds = Object.values(all).map((owner) => handles.handleOf(owner).fd);
    assert.ok(fds.every((fd) => fd > 2), fds.join());
    assert.strictEqual(new Set(fds).size, 3);
  });

  it('the getter of `fd` is on the prototype above that of TCP, and takes native streams alone', () => {
    for (const owner of Object.values(all))
      assert.strictEqual(handles.fdOfNode(handles.handleOf(owner)), handles.handleOf(owner).fd);
    const like = { fd: handles.handleOf(all.client).fd };
    for (const value of [like, Object.create(handles.handleOf(all.client)), all.client, {}, null, 7])
      assert.strictEqual(handles.fdOfNode(value), -1);
  });

  it('and those of pipes inherit it', async function test() {
    needsPosix(this);
    const temp = tempDir();
    const piped = await connected({ path: temp.socket('s') });
    for (const owner of Object.values(piped))
      assert.strictEqual(handles.fdOfNode(handles.handleOf(owner)), handles.handleOf(owner).fd);
    await end(piped);
    temp.remove();
  });

  it('a handle whose socket has lost it stays open, and is not closed with the socket', async function test() {
    needsNodeDescriptors(this);
    const own = await connected();
    const handle = handles.detachHandle(own.client);
    own.client.destroy();
    await once(own.client, 'close');
    assert.ok(handle.fd > 2);
    handle.close();
    assert.ok(!(handle.fd > 2));
    await end(own);
  });

  it('new Socket({ handle }) notes itself in the handle, under a symbol', () => {
    const handle = {};
    handles.setOwner(handle, 'me');
    const [symbol] = Object.getOwnPropertySymbols(handle);
    assert.strictEqual(handle[symbol], 'me');
    for (const owner of Object.values(all)) assert.strictEqual(handles.handleOf(owner)[symbol], owner);
  });

  it('net._createServerHandle(null, null, null, fd) gives a handle on the descriptor, on which a server can listen', async function test() {
    needsNodeDescriptors(this);
    const fd = native.dup(handles.handleOf(all.server).fd);
    const handle = handles.serverHandleOn(fd);
    assert.strictEqual(handle.fd, fd);
    const server = new nodeNet.Server();
    handles.giveHandle(server, handle);
    assert.deepStrictEqual(server.address(), all.server.address());
    server.close();
    await once(server, 'close');
  });

  it('and for what is no socket a negative code', () => {
    const fd = fs.openSync(__filename);
    assert.ok(handles.serverHandleOn(fd) < 0);
    fs.closeSync(fd);
  });

  it("process.binding('stream_wrap') has the state that a handle shares with Node's streams, and the class of requests of writes", () => {
    const { WriteWrap, kBytesWritten, kLastWriteWasAsync, streamBaseState } = handles.findShared();
    assert.ok(streamBaseState instanceof Int32Array);
    for (const index of [kBytesWritten, kLastWriteWasAsync])
      assert.ok(Number.isInteger(index) && index in streamBaseState);
    assert.ok(new WriteWrap() instanceof WriteWrap);
    if (LEAVES_REQUESTS_OUT) assert.ok(handles.findShared().kLastWriteErr in streamBaseState);
  });
});
