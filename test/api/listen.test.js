'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const { once } = require('node:events');

const { listeners, sockopts } = require('../support/kernel');
const { needsHost, needsLinux, needsTool, skip } = require('../support/needs');
const { HOST, closed, text } = require('../support/net');
const { net } = require('../support/subject');
const { connected, listening, pair, tempPath, tidy, track } = require('../support/tidy');

const asyncDispose = Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose');

/** The accept queue's length of the listener on `port`, as ss says. */
function backlogOf(port) {
  const { stdout } = spawnSync('ss', ['-ltnH', `sport = :${port}`], { encoding: 'utf8' });
  return Number(stdout.trim().split(/\s+/)[2]);
}

describe('listen', () => {
  afterEach(tidy);

  it('without a port, the system gives one, which address() tells', async () => {
    const server = await listening(net.createServer(), { host: HOST, port: 0 });
    const { address, family, port } = server.address();
    assert.deepStrictEqual([address, family, port > 0], [HOST, 'IPv4', true]);
  });

  it('without a host, it listens on :: and takes IPv4 as well', async function () {
    needsHost(this, '::1');
    const server = await listening(net.createServer(), 0);
    assert.strictEqual(server.address().address, '::');
    for (const host of [HOST, '::1']) await connected(server.address().port, host);
  });

  for (const options of [{ readableAll: true }, { writableAll: true }, { readableAll: true, writableAll: true }]) {
    it(`listens on a path with ${Object.keys(options).join(' and ')}, and clients speak with it`, async () => {
      const path = tempPath();
      await listening(net.createServer((socket) => socket.pipe(socket)), { path, ...options });
      const client = await connected(path);
      client.end('both ways');
      assert.strictEqual(await text(client), 'both ways');
    });
  }

  it('a pipe of Windows is the same by both prefixes, as a server and as a client', async function () {
    if (process.platform !== 'win32') skip(this, 'pipes of Windows');
    const name = tempPath().slice('\\\\.\\pipe\\'.length);
    for (const [own, other] of ['.?', '?.']) {
      const path = `\\\\${own}\\pipe\\${name}-${own === '.' ? 'a' : 'b'}`;
      const server = await listening(net.createServer((socket) => socket.end('there')), path);
      assert.strictEqual(server.address(), path);
      assert.strictEqual(await text(await connected(path.replace(`\\\\${own}`, `\\\\${other}`))), 'there');
    }
  });

  it('ipv6Only keeps IPv4 out', async function () {
    needsHost(this, '::1');
    const server = await listening(net.createServer(), { port: 0, host: '::', ipv6Only: true });
    const { port } = server.address();
    await connected(port, '::1');
    await assert.rejects(connected(port, HOST), { code: 'ECONNREFUSED' });
  });

  it('ipv6Only is the option IPV6_V6ONLY of the socket', async function () {
    needsHost(this, '::1');
    needsTool(this, 'python3');
    const values = [];
    for (const ipv6Only of [true, false]) {
      const server = await listening(net.createServer(), { port: 0, host: '::', ipv6Only });
      values.push(...(await sockopts(server._handle.fd, 'IPPROTO_IPV6.IPV6_V6ONLY')));
    }
    assert.deepStrictEqual(values, [1, 0]);
  });

  it('a listener has SO_REUSEADDR, and SO_REUSEPORT only when asked for', async function () {
    needsTool(this, 'python3');
    const plain = await listening(net.createServer());
    const shared = await listening(net.createServer(), { port: 0, host: HOST, reusePort: true });
    const names = ['SOL_SOCKET.SO_REUSEADDR', 'SOL_SOCKET.SO_REUSEPORT'];
    assert.deepStrictEqual(await sockopts(plain._handle.fd, ...names), [1, 0]);
    assert.deepStrictEqual(await sockopts(shared._handle.fd, ...names), [1, 1]);
  });

  it('reusePort lets two servers listen on one port, and the kernel gives connections to both', async function () {
    needsLinux(this);
    const counts = [0, 0];
    const first = await listening(net.createServer(() => counts[0]++), { port: 0, host: HOST, reusePort: true });
    const { port } = first.address();
    await listening(net.createServer(() => counts[1]++), { port, host: HOST, reusePort: true });
    assert.strictEqual(listeners(port).length, 2);
    // each goes to either by a hash of its ports: 200 of one side alone have a chance of 2 ** -199
    for (let i = 0; i < 200 && counts.includes(0); i++) {
      const client = await connected(port, HOST);
      client.end();
      await closed(client.resume());
    }
    assert.ok(!counts.includes(0), String(counts));
  });

  it('without reusePort the second server on a port fails with EADDRINUSE', async function () {
    needsLinux(this);
    const { port } = (await listening(net.createServer(), { port: 0, host: HOST, reusePort: true })).address();
    await assert.rejects(listening(net.createServer(), port, HOST), {
      code: 'EADDRINUSE',
      syscall: 'listen',
      address: HOST,
      port,
      message: `listen EADDRINUSE: address already in use ${HOST}:${port}`,
    });
  });

  it('an error does not close the server, which may listen again', async () => {
    const { port } = (await listening(net.createServer())).address();
    const server = track(net.createServer());
    const events = [];
    server.on('close', () => events.push('close'));
    server.on('listening', () => events.push('listening'));
    server.listen(port, HOST);
    await once(server, 'error');
    server.listen(0, HOST);
    await once(server, 'listening');
    assert.deepStrictEqual(events, ['listening']);
  });

  it('listen while listening throws ERR_SERVER_ALREADY_LISTEN', async () => {
    const server = await listening(net.createServer());
    assert.throws(() => server.listen(0), { code: 'ERR_SERVER_ALREADY_LISTEN' });
  });

  for (const [title, listen, expected] of [
    ['511 by default', (server) => server.listen(0, HOST), 511],
    ['the option backlog', (server) => server.listen({ port: 0, host: HOST, backlog: 7 }), 7],
    ['the third argument', (server) => server.listen(0, HOST, 9), 9],
  ]) {
    it(`backlog: ${title}`, async function () {
      needsTool(this, 'ss', ['-V']);
      const server = track(net.createServer());
      listen(server);
      await once(server, 'listening');
      assert.strictEqual(backlogOf(server.address().port), expected);
    });
  }

  it('address() is null before listening and after close()', async () => {
    const server = track(net.createServer());
    const before = server.address();
    await listening(server);
    server.close();
    assert.deepStrictEqual([before, server.address()], [null, null]);
  });

  it('address() of a path is the path', async () => {
    const path = tempPath();
    assert.strictEqual((await listening(net.createServer(), path)).address(), path);
  });

  it('listening tells whether it listens', async () => {
    const server = track(net.createServer());
    const states = [server.listening];
    await listening(server);
    states.push(server.listening);
    server.close();
    states.push(server.listening);
    assert.deepStrictEqual(states, [false, true, false]);
  });

  it('neither port nor path is an error', () => {
    assert.throws(() => net.createServer().listen({}), {
      code: 'ERR_INVALID_ARG_VALUE',
      message: 'The argument \'options\' must have the property "port" or "path". Received {}',
    });
  });

  it('a signal that is aborted closes the server', async () => {
    const controller = new AbortController();
    const server = await listening(net.createServer(), { port: 0, host: HOST, signal: controller.signal });
    controller.abort();
    await closed(server);
    assert.strictEqual(server.listening, false);
  });

  it('exclusive listens on a handle of its own', async () => {
    const server = await listening(net.createServer(), { port: 0, host: HOST, exclusive: true });
    await assert.rejects(listening(net.createServer(), { ...server.address(), host: HOST, exclusive: true }), {
      code: 'EADDRINUSE',
    });
  });
});

describe('server', () => {
  afterEach(tidy);

  it("'close' and its callback come when the last connection has ended", async () => {
    const { client, accepted, server } = await pair();
    const events = [];
    server.close((error) => events.push(`callback ${error} ${accepted.destroyed}`));
    server.on('close', () => events.push('close'));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepStrictEqual(events, []);
    client.end();
    await closed(server);
    assert.deepStrictEqual(events, ['callback undefined true', 'close']);
  });

  it('close() of a server that is not open gives its callback ERR_SERVER_NOT_RUNNING', async () => {
    const error = await new Promise((resolve) => net.createServer().close(resolve));
    assert.deepStrictEqual([error.code, error.message], ['ERR_SERVER_NOT_RUNNING', 'Server is not running.']);
  });

  it('[Symbol.asyncDispose]() closes, on every line of Node', async () => {
    const server = await listening(net.createServer());
    let isClosed = false;
    server.on('close', () => (isClosed = true));
    await server[asyncDispose]();
    assert.deepStrictEqual([isClosed, server.listening], [true, false]);
    assert.strictEqual(await server[asyncDispose](), undefined);
  });

  it('connections is the number of connections, and may be set', async () => {
    const { server, client, accepted } = await pair();
    const counts = [server.connections];
    client.destroy();
    await closed(accepted.resume());
    counts.push(server.connections);
    server.connections = 5;
    counts.push(server._connections);
    server._connections = 0;
    assert.deepStrictEqual(counts, [1, 0, 5]);
  });

  it('connections is null when workers hold some', () => {
    const server = net.createServer();
    server._usingWorkers = true;
    assert.strictEqual(server.connections, null);
  });

  it('getConnections() gives the number later, and returns the server', async () => {
    const { server } = await pair();
    let count;
    assert.strictEqual(server.getConnections((error, number) => (count = [error, number])), server);
    assert.strictEqual(count, undefined);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepStrictEqual(count, [null, 1]);
  });

  it("maxConnections drops what is beyond it, and 'drop' tells both ends", async () => {
    const { server } = await pair();
    server.maxConnections = 1;
    const { port } = server.address();
    const dropping = once(server, 'drop');
    const second = await connected(port, HOST);
    const { localPort } = second;
    const [data] = await dropping;
    await closed(second.resume());
    assert.deepStrictEqual(data, {
      localAddress: HOST,
      localPort: port,
      localFamily: 'IPv4',
      remoteAddress: HOST,
      remotePort: localPort,
      remoteFamily: 'IPv4',
    });
  });

  it("'drop' of a path has no argument", async () => {
    const path = tempPath();
    const server = await listening(net.createServer(), path);
    server.maxConnections = 0;
    const dropping = once(server, 'drop');
    await closed((await connected(path)).resume().on('error', () => {}));
    assert.deepStrictEqual(await dropping, []);
  });

  it('maxConnections 0 drops every connection, on every line of Node', async () => {
    const server = await listening(net.createServer(() => assert.fail('a connection')));
    server.maxConnections = 0;
    const dropping = once(server, 'drop');
    track(net.connect(server.address().port, HOST)).on('error', () => {});
    await dropping;
    assert.strictEqual(server._connections, 0);
  });

  it('there is room again when a connection has ended', async () => {
    const { server, client, accepted } = await pair();
    server.maxConnections = 1;
    client.destroy();
    await closed(accepted.resume());
    const accepting = once(server, 'connection');
    await connected(server.address().port, HOST);
    const [next] = await accepting;
    assert.ok(track(next) instanceof net.Socket);
  });

  it('a rejection of the connection listener destroys the socket, with captureRejections', async () => {
    const error = new Error('rejected');
    const server = await listening(net.createServer({ captureRejections: true }, async () => { throw error; }));
    const failing = new Promise((resolve) => {
      server.prependListener('connection', (socket) => socket.on('error', resolve));
    });
    track(net.connect(server.address().port, HOST)).on('error', () => {});
    assert.strictEqual(await failing, error);
  });

  it("a rejection of another listener is the server's error, with captureRejections", async () => {
    const error = new Error('rejected');
    const server = track(net.createServer({ captureRejections: true }));
    server.on('listening', async () => { throw error; });
    server.listen(0, HOST);
    const [seen] = await once(server, 'error');
    assert.strictEqual(seen, error);
  });

  it('pauseOnConnect: nothing is read before resume()', async () => {
    const { client, accepted } = await pair({ serverOptions: { pauseOnConnect: true } });
    await new Promise((resolve) => client.write('hello', resolve));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepStrictEqual([accepted.bytesRead, accepted.isPaused(), accepted._handle.reading], [0, true, false]);
    accepted.resume();
    const [data] = await once(accepted, 'data');
    assert.strictEqual(data.toString(), 'hello');
  });

  it('highWaterMark is that of both sides of the connections', async () => {
    const { accepted } = await pair({ serverOptions: { highWaterMark: 123 } });
    assert.deepStrictEqual([accepted.readableHighWaterMark, accepted.writableHighWaterMark], [123, 123]);
  });

  it('allowHalfOpen is that of the connections', async () => {
    const { client, accepted } = await pair({ serverOptions: { allowHalfOpen: true } });
    client.end();
    await once(accepted.resume(), 'end');
    assert.deepStrictEqual([accepted.allowHalfOpen, accepted.writable], [true, true]);
    accepted.end('late');
    assert.strictEqual(await text(client), 'late');
  });

  it('an instance is an EventEmitter, and a connection a Socket that knows its server', async () => {
    const { accepted, server } = await pair();
    assert.ok(server instanceof require('node:events') && server instanceof net.Server);
    assert.ok(accepted instanceof net.Socket && accepted instanceof require('node:stream').Duplex);
    assert.deepStrictEqual([accepted.server === server, accepted._server === server], [true, true]);
  });
});
