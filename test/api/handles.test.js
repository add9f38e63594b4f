'use strict';

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const nodeNet = require('node:net');

const { turns } = require('../support/loop');
const { needsNodeDescriptors, skip } = require('../support/needs');
const { HOST, closed, text } = require('../support/net');
const { SUBJECT, net } = require('../support/subject');
const { connected, listening, pair, tempPath, tidy, track } = require('../support/tidy');

const REQUIRE = `const net = require(${JSON.stringify(SUBJECT)});`;

/** A program of this Node's that has `stdio`, and cnet as `net`. */
function child(source, stdio) {
  const started = spawn(process.execPath, ['-e', REQUIRE + source], { stdio });
  return { started, ended: once(started, 'close') };
}

describe('descriptors', function () {
  before(function () {
    if (process.platform === 'win32') skip(this, 'no descriptors of sockets on Windows');
  });
  afterEach(tidy);

  it('new Socket({ fd }) of a pipe that a parent process made reads and writes', async () => {
    const { started, ended } = child(
      "const s = new net.Socket({ fd: 3, readable: true, writable: true }); s.on('data', (d) => s.end('<' + d + '>'));",
      ['ignore', 'inherit', 'inherit', 'pipe'],
    );
    started.stdio[3].write('hello');
    assert.strictEqual(await text(started.stdio[3]), '<hello>');
    assert.deepStrictEqual(await ended, [0, null]);
  });

  it('new Socket({ fd }) of a TCP connection that another process made', async () => {
    const { client, accepted } = await pair({ serverOptions: { pauseOnConnect: true } });
    const { localPort } = client;
    const { ended } = child(
      "const s = new net.Socket({ fd: 3 }); s.end(s.remoteFamily + ' ' + s.remotePort);",
      ['ignore', 'inherit', 'inherit', accepted._handle.fd],
    );
    accepted.destroy(); // the child has a descriptor of its own
    assert.strictEqual(await text(client), `IPv4 ${localPort}`);
    await ended;
  });

  it('new Socket(fd) is new Socket({ fd })', async () => {
    const { started, ended } = child(
      "new net.Socket(3).end('number')", ['ignore', 'inherit', 'inherit', 'pipe'],
    );
    assert.strictEqual(await text(started.stdio[3]), 'number');
    await ended;
  });

  it('readable: false does not read from a descriptor', async () => {
    const { started, ended } = child(
      "const s = new net.Socket({ fd: 3, readable: false }); process.stdout.write(String(s.readable)); s.destroy();",
      ['ignore', 'pipe', 'inherit', 'pipe'],
    );
    assert.strictEqual(await text(started.stdout), 'false');
    await ended;
  });

  it('new Socket({ fd }) of a file throws ERR_INVALID_FD_TYPE', () => {
    const fs = require('node:fs');
    const fd = fs.openSync(__filename);
    try {
      assert.throws(() => new net.Socket({ fd }), {
        code: 'ERR_INVALID_FD_TYPE',
        message: 'Unsupported fd type: FILE',
      });
    } finally {
      fs.closeSync(fd);
    }
  });

  for (const [name, module] of [['cnet', net], ['node:net', nodeNet]]) {
    it(`listen({ fd }) of a listening server of ${name}`, async () => {
      const server = await listening(module.createServer(() => assert.fail('a connection here')));
      const { port } = server.address();
      const { started, ended } = child(
        "const s = net.createServer((c) => { c.end('child ' + s.address().port); s.close(); });" +
          "s.listen({ fd: 3 }, () => console.log('listening'));",
        ['ignore', 'pipe', 'inherit', server._handle.fd],
      );
      await once(started.stdout, 'data');
      server.close();
      assert.strictEqual(await text(await connected(port, HOST)), `child ${port}`);
      await ended;
    });
  }

  it('listen({ fd }) of a Unix socket that is bound, and nothing more', async () => {
    const path = tempPath();
    const bound = net._createServerHandle(path, -1, -1);
    const { started, ended } = child(
      "const s = net.createServer((c) => { c.end('child'); s.close(); }); s.listen({ fd: 3 }, () => console.log(1));",
      ['ignore', 'pipe', 'inherit', bound.fd],
    );
    await once(started.stdout, 'data');
    assert.strictEqual(await text(await connected(path)), 'child');
    await ended;
    bound.close();
  });
});

describe('handles', () => {
  afterEach(tidy);

  it('listen(server) listens on the handle of the other server', async () => {
    const first = await listening(net.createServer());
    const second = await listening(net.createServer((socket) => socket.end('second')), first);
    assert.deepStrictEqual(second.address(), first.address());
    assert.strictEqual(second._handle, first._handle);
    assert.strictEqual(await text(await connected(first.address().port, HOST)), 'second');
  });

  it('listen({ _handle }) and listen({ handle }) take a bound handle', async () => {
    for (const key of ['_handle', 'handle']) {
      const handle = net._createServerHandle(HOST, 0, 4);
      const server = await listening(net.createServer((socket) => socket.end(key)), { [key]: handle });
      assert.strictEqual(await text(await connected(server.address().port, HOST)), key);
    }
  });

  it("listen() takes a bound handle of node:net's", async function () {
    needsNodeDescriptors(this);
    const handle = nodeNet._createServerHandle(HOST, 0, 4);
    const server = await listening(net.createServer((socket) => socket.end('node')), handle);
    const { port } = server.address();
    handle.close();
    assert.strictEqual(await text(await connected(port, HOST)), 'node');
  });

  it("new Socket({ handle }) takes a connected handle of node:net's", async function () {
    needsNodeDescriptors(this);
    const server = await listening(net.createServer((socket) => socket.pipe(socket)));
    const theirs = nodeNet.connect(server.address().port, HOST);
    await once(theirs, 'connect');
    const socket = track(new net.Socket({ handle: theirs._handle, readable: true, writable: true }));
    theirs.destroy();
    socket.end('through');
    assert.strictEqual(await text(socket), 'through');
  });

  it('_createServerHandle() gives a bound handle, or a negative code', () => {
    const handle = net._createServerHandle(HOST, 0, 4);
    const name = {};
    assert.strictEqual(handle.getsockname(name), 0);
    handle.close();
    assert.deepStrictEqual([name.address, name.family, name.port > 0], [HOST, 'IPv4', true]);
    assert.ok(net._createServerHandle('203.0.113.7', 0, 4) < 0);
  });

  for (const backlog of [0, 1, -1, 2 ** 31]) {
    it(`listens with a backlog of ${backlog}, and when it is told to again`, async () => {
      const server = await listening(net.createServer((socket) => socket.end('there')), 0, HOST, backlog);
      assert.strictEqual(server._handle.listen(backlog), 0);
      assert.strictEqual(await text(await connected(server.address().port, HOST)), 'there');
    });
  }

  it('listens on a path when it is told to again, with any backlog', async () => {
    const path = tempPath();
    const server = await listening(net.createServer((socket) => socket.end('there')), path);
    assert.deepStrictEqual([server._handle.listen(0), server._handle.listen(-1), server._handle.listen(5)], [0, 0, 0]);
    assert.strictEqual(await text(await connected(path)), 'there');
  });

  for (const [kind, options] of [['TCP', () => ({})], ['a path', () => ({ path: tempPath() })]]) {
    it(`of a connection, over ${kind}, neither listen nor are bound, and the connection goes on`, async () => {
      const { client, accepted } = await pair(options());
      const results = [client, accepted].flatMap(({ _handle: handle }) => [
        handle.listen(0), kind === 'TCP' ? handle.bind(HOST, 0) : handle.bind(tempPath()),
      ]);
      assert.ok(results.every((result) => result < 0), String(results));
      accepted.pipe(accepted);
      client.end('through');
      assert.strictEqual(await text(client), 'through');
    });
  }

  for (const [kind, options] of [['TCP', () => ({})], ['a path', () => ({ path: tempPath() })]]) {
    it(`of a connection, over ${kind}, are asked to read again behind the end, and the process goes on`, async () => {
      const clientOptions = { allowHalfOpen: true };
      const { client, accepted } = await pair({ ...options(), serverOptions: clientOptions, clientOptions });
      const { _handle: handle } = client;
      client._destroy = () => {}; // with its handle libuv's state would go
      accepted.on('end', () => accepted.end()).resume();
      client.end();
      client.resume(); // on Windows libuv tells the end of a pipe 50 ms after its own was sent
      await once(client, 'end');
      const results = [handle.readStart()];
      await turns(3);
      results.push(handle.readStart(), handle.readStop());
      assert.ok(results.every((result) => result <= 0), String(results));
      await new Promise((resolve) => { handle.close(resolve); });
    });
  }

  it("a socket's handle has the members that programs use", async () => {
    const { client } = await pair();
    const { _handle: handle } = client;
    const [local, peer] = [{}, {}];
    assert.ok((process.platform === 'win32' ? handle.fd === -1 : handle.fd >= 0) && handle.getAsyncId() > 0);
    assert.deepStrictEqual([handle.getsockname(local), handle.getpeername(peer)], [0, 0]);
    assert.deepStrictEqual([local.port, peer.port], [client.localPort, client.remotePort]);
    assert.deepStrictEqual([handle.setNoDelay(true), handle.setKeepAlive(true, 1)], [0, 0]);
    const states = [handle.hasRef()];
    handle.unref();
    states.push(handle.hasRef());
    handle.ref();
    states.push(handle.hasRef(), handle.reading);
    assert.deepStrictEqual(states, [true, false, true, true]);
  });

  it('handle.close() calls back when it is closed', async () => {
    const handle = net._createServerHandle(HOST, 0, 4);
    await new Promise((resolve) => handle.close(resolve));
    assert.ok(handle.fd < 0);
  });

  it("a server's handle calls onconnection, which may be replaced", async () => {
    const server = await listening(net.createServer(() => assert.fail("the server's own")));
    const accepting = new Promise((resolve) => {
      server._handle.onconnection = (status, handle) => resolve([status, handle]);
    });
    const client = await connected(server.address().port, HOST);
    const [status, handle] = await accepting;
    track(new net.Socket({ handle })).end('mine');
    assert.deepStrictEqual([status, await text(client)], [0, 'mine']);
  });

  it('_handle is null before connect() and after destroy()', async () => {
    const { client } = await pair();
    client.destroy();
    await closed(client);
    assert.deepStrictEqual([new net.Socket()._handle, client._handle], [null, null]);
  });

  it('the undocumented state of sockets and servers that programs read', async () => {
    const { client, accepted, server } = await pair();
    assert.deepStrictEqual([client._parent, client.server, accepted._parent], [null, null, null]);
    assert.deepStrictEqual([accepted.server, server._connections, server._unref], [server, 1, false]);
    server.unref();
    assert.strictEqual(server._unref, true);
    assert.strictEqual(client._sockname?.port ?? client.localPort, client._sockname.port);
  });

  it('net.Stream is net.Socket', () => {
    assert.strictEqual(net.Stream, net.Socket);
  });

  it('_normalizeArgs() makes options and a callback of the forms of arguments', () => {
    const callback = () => {};
    const plain = ([options, last]) => [{ ...options }, last];
    assert.deepStrictEqual(plain(net._normalizeArgs([])), [{}, null]);
    assert.deepStrictEqual(plain(net._normalizeArgs([80, 'host', callback])), [{ port: 80, host: 'host' }, callback]);
    assert.deepStrictEqual(plain(net._normalizeArgs(['/path'])), [{ path: '/path' }, null]);
    assert.deepStrictEqual(plain(net._normalizeArgs([{ port: 1 }, callback])), [{ port: 1 }, callback]);
  });
});
