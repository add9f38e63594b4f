'use strict';

const assert = require('node:assert');
const { once } = require('node:events');

const { HOST, closed, refusedPort, text } = require('../support/net');
const { net } = require('../support/subject');
const { connected, listening, pair, tempPath, tidy, track } = require('../support/tidy');

describe('connect', () => {
  afterEach(tidy);

  it('net.connect and net.createConnection are the same function', () => {
    assert.strictEqual(net.connect, net.createConnection);
  });

  it('connect() returns the socket, and its listener is called once', async () => {
    const server = await listening(net.createServer());
    const socket = track(new net.Socket());
    let calls = 0;
    assert.strictEqual(socket.connect(server.address().port, HOST, () => calls++), socket);
    await once(socket, 'ready');
    socket.emit('connect');
    assert.strictEqual(calls, 1);
  });

  it("'ready' comes right after 'connect'", async () => {
    const server = await listening(net.createServer());
    const events = [];
    const socket = track(net.connect(server.address().port, HOST));
    socket.on('connect', () => events.push('connect'));
    socket.on('ready', () => events.push('ready'));
    process.nextTick(() => events.push('tick'));
    await once(socket, 'ready');
    assert.deepStrictEqual(events, ['tick', 'connect', 'ready']);
  });

  it('host is localhost by default', async () => {
    const asked = [];
    const lookup = (host, options, callback) => {
      asked.push(host);
      callback(null, [{ address: HOST, family: 4 }]);
    };
    const server = await listening(net.createServer());
    await connected({ port: server.address().port, lookup });
    assert.deepStrictEqual(asked, ['localhost']);
  });

  it("'lookup' tells the address, its family and the host, before the connection", async () => {
    const server = await listening(net.createServer());
    const lookup = (host, options, callback) => setImmediate(callback, null, [{ address: HOST, family: 4 }]);
    const socket = track(net.connect({ port: server.address().port, host: 'some.where', lookup }));
    const [args] = await Promise.all([once(socket, 'lookup'), once(socket, 'connect')]);
    assert.deepStrictEqual(args, [null, HOST, 4, 'some.where']);
  });

  it('hints and family are passed to the lookup', async () => {
    const server = await listening(net.createServer());
    let seen;
    const lookup = (host, options, callback) => {
      seen = options;
      callback(null, HOST, 4);
    };
    await connected({ port: server.address().port, host: 'x', lookup, family: 4, hints: 7 });
    assert.deepStrictEqual([seen.family, seen.hints, seen.all], [4, 7, undefined]);
  });

  it('localAddress and localPort are the local end', async () => {
    const holder = await listening(net.createServer());
    const { port: localPort } = holder.address();
    holder.close();
    await closed(holder);
    const server = await listening(net.createServer());
    const client = await connected({ port: server.address().port, host: HOST, localAddress: HOST, localPort });
    assert.deepStrictEqual([client.localAddress, client.localPort], [HOST, localPort]);
  });

  it('what was written for a connection that failed is not written to the next one', async () => {
    const server = await listening(net.createServer({ allowHalfOpen: true }));
    const taken = refusedPort();
    const socket = track(new net.Socket());
    const stale = new Promise((resolve) => {
      socket.connect(taken.port, HOST).on('error', () => {}).write('stale', (error) => resolve(error.code));
    });
    await closed(socket);
    taken.close();
    assert.strictEqual(await stale, 'ERR_SOCKET_CLOSED_BEFORE_CONNECTION');
    const accepting = once(server, 'connection');
    socket.connect(server.address().port, HOST).end('fresh');
    const [accepted] = await accepting;
    assert.strictEqual(await text(track(accepted)), 'fresh');
  });

  it('with a path, the options of TCP are ignored', async () => {
    const path = tempPath();
    await listening(net.createServer(), path);
    const client = await connected({ path, port: 1, host: '203.0.113.1', localAddress: '203.0.113.1' });
    assert.strictEqual(client.remotePort, undefined);
  });

  it('the option timeout is that of setTimeout, before the connection starts', async () => {
    const server = await listening(net.createServer());
    const socket = track(net.connect({ port: server.address().port, host: HOST, timeout: 4321 }));
    assert.deepStrictEqual([socket.timeout, socket.connecting], [4321, true]);
    await once(socket, 'connect');
  });

  it('a failed connection is an error instead of connect, and close follows', async () => {
    const socket = track(net.connect(tempPath('nobody')));
    const events = [];
    for (const name of ['connect', 'ready', 'error', 'close']) socket.on(name, () => events.push(name));
    await closed(socket);
    assert.deepStrictEqual(events, ['error', 'close']);
  });

  it("no connection is tried when a listener of 'connectionAttempt' throws, or destroys the socket", async () => {
    const accepted = [];
    const server = await listening(net.createServer((socket) => accepted.push(socket)));
    const { port } = server.address();
    const thrown = new Error('of the listener');
    const caught = await new Promise((resolve) => {
      const lookup = (host, options, answer) => setImmediate(() => {
        try {
          answer(null, HOST, 4);
        } catch (error) {
          resolve(error);
        }
      });
      const throwing = track(net.connect({ port, host: 'x', family: 4, lookup }));
      throwing.on('connectionAttempt', () => {
        throw thrown;
      });
    });
    assert.strictEqual(caught, thrown);
    const destroyed = track(net.connect(port, HOST));
    destroyed.on('connectionAttempt', () => destroyed.destroy());
    await closed(destroyed);
    const client = await connected(port, HOST);
    while (accepted.length === 0) await once(server, 'connection');
    assert.deepStrictEqual(accepted.map(({ remotePort }) => remotePort), [client.localPort]);
  });

  it('a socket can connect again after close', async () => {
    const { client, server } = await pair();
    client.destroy();
    await closed(client);
    client.connect(server.address().port, HOST);
    await once(client, 'connect');
    assert.strictEqual(client.readyState, 'open');
  });
});
