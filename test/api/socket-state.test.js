'use strict';

const assert = require('node:assert');
const { once } = require('node:events');

const { HOST, closed, text } = require('../support/net');
const { net } = require('../support/subject');
const { connected, listening, pair, tempPath, tidy, track } = require('../support/tidy');

const state = ({ readyState, pending, connecting, destroyed }) => ({ readyState, pending, connecting, destroyed });

describe('state of sockets', () => {
  afterEach(tidy);

  it('readyState, pending, connecting and destroyed from beginning to end', async () => {
    const server = await listening(net.createServer((socket) => socket.resume()));
    const socket = track(new net.Socket());
    assert.deepStrictEqual(state(socket), { readyState: 'open', pending: true, connecting: false, destroyed: false });
    socket.connect(server.address().port, HOST);
    assert.deepStrictEqual(state(socket), { readyState: 'opening', pending: true, connecting: true, destroyed: false });
    await once(socket, 'connect');
    assert.deepStrictEqual(state(socket), { readyState: 'open', pending: false, connecting: false, destroyed: false });
    socket.end();
    assert.strictEqual(socket.readyState, 'readOnly');
    await closed(socket.resume());
    assert.deepStrictEqual(state(socket), { readyState: 'closed', pending: true, connecting: false, destroyed: true });
  });

  it("readyState is 'writeOnly' when the peer has ended a half-open connection", async () => {
    const { client, accepted } = await pair({ clientOptions: { allowHalfOpen: true } });
    accepted.end();
    await once(client.resume(), 'end');
    assert.strictEqual(client.readyState, 'writeOnly');
  });

  it('connecting is false when the listener of connect is called', async () => {
    const server = await listening(net.createServer());
    const connecting = await new Promise((resolve) => {
      const socket = track(net.connect(server.address().port, HOST, () => resolve(socket.connecting)));
    });
    assert.strictEqual(connecting, false);
  });

  it('the addresses of one end are those of the other', async () => {
    const { client, accepted } = await pair();
    const names = (socket, end) => ['Address', 'Family', 'Port'].map((name) => socket[`${end}${name}`]);
    assert.deepStrictEqual(names(client, 'local'), names(accepted, 'remote'));
    assert.deepStrictEqual(names(client, 'remote'), names(accepted, 'local'));
    assert.deepStrictEqual(names(client, 'remote').slice(0, 2), [HOST, 'IPv4']);
  });

  it('address() is the local end', async () => {
    const { client } = await pair();
    assert.deepStrictEqual(client.address(), { address: HOST, family: 'IPv4', port: client.localPort });
  });

  it('localAddress is what the client connected to, when the server listens on all addresses', async () => {
    const server = await listening(net.createServer(), 0, '0.0.0.0');
    const accepting = once(server, 'connection');
    await connected(server.address().port, HOST);
    const [accepted] = await accepting;
    assert.strictEqual(track(accepted).localAddress, HOST);
  });

  it('the remote end is undefined once destroyed, if it was not asked before', async () => {
    const { client } = await pair();
    client.destroy();
    await closed(client);
    assert.deepStrictEqual(
      [client.remoteAddress, client.remoteFamily, client.remotePort],
      [undefined, undefined, undefined],
    );
  });

  it('bytesRead and bytesWritten count bytes, and stay when the socket is closed', async () => {
    const { client, accepted } = await pair();
    client.end('€');
    await closed(accepted.resume());
    assert.deepStrictEqual([client.bytesWritten, accepted.bytesRead], [3, 3]);
  });

  it('bytesWritten counts what waits for the connection', async () => {
    const server = await listening(net.createServer((socket) => socket.resume()));
    const socket = track(net.connect(server.address().port, HOST));
    socket.write('€');
    socket.write(Buffer.alloc(4));
    assert.strictEqual(socket.bytesWritten, 7);
    await once(socket, 'connect');
  });

  it('bufferSize is what waits to be sent, and undefined without a connection', async () => {
    const { client, accepted } = await pair();
    const sizes = [new net.Socket().bufferSize, client.bufferSize];
    accepted.pause();
    while (client.writableLength === 0) client.write(Buffer.alloc(1 << 20));
    sizes.push(client.bufferSize === client.writableLength && client.bufferSize > 0);
    client.destroy();
    sizes.push(client.bufferSize);
    assert.deepStrictEqual(sizes, [undefined, 0, true, undefined]);
  });

  it("'close' tells whether there was an error", async () => {
    const { client, accepted } = await pair();
    client.on('error', () => {}).destroy(new Error('broken'));
    assert.deepStrictEqual(await closed(client), [true]);
    assert.deepStrictEqual(await closed(accepted.resume()), [false]);
  });

  it('destroy(), end(), pause(), resume(), setEncoding(), ref() and unref() return the socket', async () => {
    const { client } = await pair();
    const results = [
      client.pause(),
      client.resume(),
      client.setEncoding('utf8'),
      client.unref(),
      client.ref(),
      client.end(),
      client.destroy(),
    ];
    assert.ok(results.every((result) => result === client));
  });

  it('util.inspect() of a socket and of a server is of a useful size', async () => {
    const { client, server } = await pair();
    const { inspect } = require('node:util');
    for (const object of [client, server]) {
      const text = inspect(object);
      assert.match(text, new RegExp(`^<?(ref \\*1> )?${object.constructor.name}`));
      assert.ok(text.length < 12000, `${text.length} characters`);
    }
  });
});

describe('destroySoon and resetAndDestroy', () => {
  afterEach(tidy);

  it('destroySoon() destroys when all is written', async () => {
    const { client, accepted } = await pair();
    const big = Buffer.alloc(4 << 20, 'x');
    client.write(big);
    client.destroySoon();
    assert.strictEqual(client.destroyed, false);
    assert.strictEqual((await text(accepted)).length, big.length);
    assert.strictEqual(client.destroyed, true);
  });

  it('resetAndDestroy() is ECONNRESET for the peer', async () => {
    const { client, accepted } = await pair();
    accepted.resume();
    const failing = once(accepted, 'error');
    assert.strictEqual(client.resetAndDestroy(), client);
    const [error] = await failing;
    assert.deepStrictEqual([error.code, error.syscall, error.message], ['ECONNRESET', 'read', 'read ECONNRESET']);
  });

  it('resetAndDestroy() while connecting waits for the connection', async () => {
    const server = await listening(net.createServer());
    const accepting = once(server, 'connection');
    const socket = track(net.connect(server.address().port, HOST));
    socket.resetAndDestroy();
    assert.strictEqual(socket.destroyed, false);
    const [accepted] = await accepting;
    const [error] = await once(accepted.resume(), 'error');
    assert.deepStrictEqual([error.code, socket.destroyed], ['ECONNRESET', true]);
  });

  it('resetAndDestroy() before connect() is ERR_SOCKET_CLOSED', async () => {
    const socket = track(new net.Socket());
    const failing = once(socket, 'error');
    socket.resetAndDestroy();
    const [error] = await failing;
    assert.deepStrictEqual([error.code, error.message], ['ERR_SOCKET_CLOSED', 'Socket is closed']);
  });

  it('resetAndDestroy() of a Unix socket throws ERR_INVALID_HANDLE_TYPE', async () => {
    const { client } = await pair({ path: tempPath() });
    assert.throws(() => client.resetAndDestroy(), {
      code: 'ERR_INVALID_HANDLE_TYPE',
      message: 'This handle type cannot be sent',
    });
  });
});
