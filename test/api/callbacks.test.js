'use strict';
// The callbacks of connect() and listen(): those of calls that have failed are gone. (With node:net they stay.)

const assert = require('node:assert');
const { getEventListeners, once } = require('node:events');

const { HOST, closed, freePort } = require('../support/net');
const { net } = require('../support/subject');
const { listening, tempPath, tidy, track } = require('../support/tidy');

describe('the callback of connect()', () => {
  afterEach(tidy);

  it('is not called, nor kept, when that call failed, in whichever way; one that succeeds calls its own alone', async () => {
    const server = await listening(net.createServer((socket) => socket.resume()));
    const { port } = server.address();
    const refusing = await freePort();
    const socket = track(new net.Socket()).on('error', () => {});
    let called = 0;
    const never = () => {
      called++;
    };
    const both = (name, options, answer) =>
      answer(null, [
        { address: HOST, family: 4 },
        { address: '::1', family: 6 },
      ]);
    const ways = [
      () => socket.connect(refusing, HOST, never),
      () => socket.connect(tempPath(), never),
      () =>
        socket.connect(
          { port, host: 'x', lookup: (name, options, answer) => setImmediate(answer, new Error('no')) },
          never,
        ),
      () => socket.connect({ port: refusing, host: 'x', lookup: both, autoSelectFamily: true }, never),
      () => socket.connect({ port, host: HOST }, never).destroy(),
      () => socket.connect({ port, host: 'x', lookup() {} }, never).destroy(new Error('mine')),
      () => socket.connect({ port, host: 'x', lookup() {}, connectTimeout: 1 }, never),
      () =>
        socket
          .connect({ port, host: 'x', lookup() {} }, never)
          .setTimeout(1)
          .once('timeout', () => socket.destroy()),
      () => {
        assert.throws(
          () =>
            socket.connect(
              {
                port,
                host: 'x',
                lookup() {
                  throw new Error('thrown');
                },
              },
              never,
            ),
          /thrown/,
        );
        assert.strictEqual(socket.listenerCount('connect'), 0);
        socket.destroy();
      },
    ];
    for (const way of ways) {
      const isClosed = closed(socket);
      way();
      await isClosed;
      assert.strictEqual(socket.listenerCount('connect'), 0, String(way));
    }
    let mine = 0;
    socket.connect({ port, host: HOST }, () => {
      mine++;
    });
    await once(socket, 'connect');
    assert.deepStrictEqual([mine, called, socket.listenerCount('connect')], [1, 0, 0]);
  });

  it('is gone before \'error\', in whose listener the socket may connect again', async () => {
    const server = await listening(net.createServer());
    const calls = [];
    const socket = track(new net.Socket());
    socket.once('close', () => socket.connect(server.address().port, HOST, () => calls.push('second')));
    const left = new Promise((resolve) => { socket.once('error', () => resolve(socket.listenerCount('connect'))); });
    socket.connect(await freePort(), HOST, () => calls.push('first'));
    assert.strictEqual(await left, 0);
    await once(socket, 'connect');
    assert.deepStrictEqual(calls, ['second']);
  });

  it('leaves the listeners that a program added, also the same function', async () => {
    const server = await listening(net.createServer());
    const socket = track(new net.Socket()).on('error', () => {});
    let calls = 0;
    const both = () => { calls++; };
    socket.once('connect', both);
    const isClosed = closed(socket);
    socket.connect(await freePort(), HOST, both);
    await isClosed;
    socket.connect(server.address().port, HOST);
    await once(socket, 'connect');
    assert.strictEqual(calls, 1);
  });

  it('does nothing after a failure even where on() wraps what it is given', async () => {
    class Wrapping extends net.Socket {
      on(event, listener) {
        return super.on(event, (...args) => Reflect.apply(listener, this, args));
      }
    }
    const server = await listening(net.createServer());
    const calls = [];
    const socket = track(new Wrapping()).on('error', () => {});
    const isClosed = closed(socket);
    socket.connect(await freePort(), HOST, () => calls.push('first'));
    await isClosed;
    socket.connect(server.address().port, HOST, () => calls.push('second'));
    await once(socket, 'connect');
    assert.deepStrictEqual(calls, ['second']);
  });

  it('is a listener of \'connect\' by its own name, which off() takes away', async () => {
    const server = await listening(net.createServer());
    const socket = track(new net.Socket());
    const never = () => assert.fail('it was taken away');
    socket.connect(server.address().port, HOST, never);
    assert.ok(socket.listeners('connect').includes(never));
    socket.off('connect', never);
    await once(socket, 'connect');
  });
});

describe('the callback of listen()', () => {
  afterEach(tidy);

  it('is not called, nor kept, when that call failed, in whichever way; one that succeeds calls its own alone', async () => {
    const taken = await listening(net.createServer());
    const { port } = taken.address();
    const { signal } = new AbortController();
    const server = track(net.createServer()).on('error', () => {});
    let called = 0;
    const never = () => { called++; };
    const path = `${tempPath()}/none/s`;
    const failing = [
      [port, HOST], [0, '203.0.113.7'], [path], [{ fd: 2 ** 20 }], [{ port, host: HOST, signal }], [{ path, signal }],
      [{ port, host: HOST, exclusive: true }],
    ];
    const throwing = [[{ port: 2 ** 20 }], [{}], [{ port: 0, signal: 1 }], [{ port: 2 ** 20, signal }], [{ path: 1 }]];
    for (const args of failing) {
      const failed = once(server, 'error');
      server.listen(...args, never);
      await failed;
      assert.strictEqual(server.listenerCount('listening'), 0, JSON.stringify(args));
    }
    for (const args of throwing) {
      assert.throws(() => server.listen(...args, never));
      assert.strictEqual(server.listenerCount('listening'), 0, JSON.stringify(args));
    }
    for (const args of [[0], [0, 'localhost'], [{ port: 0, signal: AbortSignal.abort() }]]) {
      const isClosed = closed(server);
      server.listen(...args, never);
      server.close();
      await isClosed;
      assert.strictEqual(server.listenerCount('listening'), 0, JSON.stringify(args));
    }
    assert.deepStrictEqual([getEventListeners(signal, 'abort').length, server.listenerCount('close')], [0, 0]);
    let mine = 0;
    await listening(server.on('listening', () => {}), 0, HOST, () => { mine++; });
    assert.deepStrictEqual([mine, called], [1, 0]);
  });

  it('with `signal`: nothing is left behind with it, after close() and after a failure', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const taken = await listening(net.createServer());
    const retrying = track(net.createServer());
    let closes = 0;
    for (let i = 0; i < 3; i++) {
      const failed = once(retrying, 'error');
      retrying.listen({ port: taken.address().port, host: HOST, signal });
      await failed;
      const server = await listening(
        net.createServer().on('close', () => {
          closes++;
        }),
        { port: 0, host: HOST, signal },
      );
      server.close();
      await closed(server);
    }
    assert.strictEqual(getEventListeners(signal, 'abort').length, 0);
    controller.abort();
    await new Promise(setImmediate);
    assert.strictEqual(closes, 3);
  });
});
