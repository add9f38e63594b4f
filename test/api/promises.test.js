'use strict';
// cnet/promises: connect() and listen() as promises, and the connections of a server in `for await`.

const assert = require('node:assert');
const { getEventListeners, once } = require('node:events');
const fs = require('node:fs');
const nodeNet = require('node:net');
const path = require('node:path');

const { connect, listen } = require('../../lib/promises');
const { node, script } = require('../support/child');
const { needsFiles, needsLinux, needsTool } = require('../support/needs');
const { HOST, closed, freePort, text } = require('../support/net');
const { net } = require('../support/subject');
const { tempFile, tempPath, tidy, track } = require('../support/tidy');

const LIB = path.join(__dirname, '..', '..', 'lib');

/** A tracked server, and the port it listens on. */
async function serve(...args) {
  const server = track(await listen(...args));
  return { server, port: server.address().port };
}

const dial = async (port) => track(await connect(port, HOST));

/** The error of a promise that is rejected. */
const rejection = (promise) => promise.then(() => assert.fail('it was fulfilled'), (error) => error);

/** Lets all that the loop has to tell be told: a fresh connection over `port` is told after it. */
async function roundTrip() {
  const server = nodeNet.createServer((socket) => socket.end()).listen(0, HOST);
  await once(server, 'listening');
  for (let i = 0; i < 3; i++) {
    const socket = nodeNet.connect(server.address().port, HOST).resume();
    await once(socket, 'close');
  }
  server.close();
  await once(server, 'close');
}

describe('promises: the module', () => {
  it('is cnet.promises, and its names are connect and listen', () => {
    assert.strictEqual(net.promises, require('../../lib/promises'));
    assert.deepStrictEqual(Object.keys(net.promises), ['connect', 'listen']);
  });

  it('is cnet/promises to require() and to import', async () => {
    const source =
      "import('cnet/promises').then((m) => console.log(m.connect === p.connect, m.default === p, Object.keys(m)));";
    const { stdout, stderr } = await node(['-e', `const p = require('cnet/promises'); ${source}`]);
    assert.deepStrictEqual([stdout, stderr], ["true true [ 'connect', 'default', 'listen' ]\n", '']);
  });

  it('is net/promises to require() and to import with cnet/register', async () => {
    const source = `const own = require(${JSON.stringify(path.join(LIB, 'promises.js'))});
      const all = [require('net/promises') === own, require('node:net/promises') === own];
      const say = (module) => console.log(JSON.stringify([...all, module?.default === own]));
      ${require('node:module').register ? "import('net/promises').then(say)" : 'say({ default: own })'};`;
    const { stdout, stderr } = await node(['-r', path.join(LIB, 'register.js'), '-e', source]);
    assert.deepStrictEqual([stdout, stderr], ['[true,true,true]\n', '']);
  });
});

describe('promises: connect()', () => {
  afterEach(tidy);

  for (const [form, args] of [
    ['(port, host)', (port) => [port, HOST]],
    ['(port as text, host)', (port) => [String(port), HOST]],
    ['({ port, host })', (port) => [{ port, host: HOST }]],
    ['(port, { host })', (port) => [port, { host: HOST }]],
    ['(port, host, options)', (port) => [port, HOST, { noDelay: true }]],
  ]) {
    it(`${form} resolves with a connected socket`, async () => {
      const { server, port } = await serve(0, HOST, (socket) => socket.end('hello'));
      const socket = track(await connect(...args(port)));
      assert.ok(socket instanceof net.Socket);
      assert.deepStrictEqual([socket.connecting, socket.remotePort, socket.readyState], [false, port, 'open']);
      assert.strictEqual(await text(socket), 'hello');
      server.close();
    });
  }

  it('(path), ({ path }) and (path, options) connect over a Unix socket', async () => {
    const at = tempPath();
    await serve(at, (socket) => socket.end('hello'));
    for (const args of [[at], [{ path: at }], [at, { allowHalfOpen: true }]]) {
      const socket = track(await connect(...args));
      assert.strictEqual(await text(socket), 'hello');
      assert.strictEqual(socket.allowHalfOpen, args.length > 1);
    }
  });

  it('the last function is a listener of connect, called before it resolves', async () => {
    const { port } = await serve(0, HOST);
    const order = [];
    track(await connect(port, HOST, () => order.push('listener')));
    order.push('resolved');
    assert.deepStrictEqual(order, ['listener', 'resolved']);
  });

  it('leaves no listener of its own behind', async () => {
    const { port } = await serve(0, HOST);
    const socket = await dial(port);
    const bare = track(net.connect(port, HOST));
    await once(bare, 'connect');
    for (const event of ['connect', 'error', 'close']) {
      assert.strictEqual(socket.listenerCount(event), bare.listenerCount(event), event);
    }
  });

  it('rejects with the error of the connection', async () => {
    const port = await freePort();
    const error = await rejection(connect(port, HOST));
    assert.deepStrictEqual(
      [error.code, error.syscall, error.address, error.port, error.message],
      ['ECONNREFUSED', 'connect', HOST, port, `connect ECONNREFUSED ${HOST}:${port}`],
    );
  });

  it('rejects with one AggregateError when all addresses of a host fail', async () => {
    const port = await freePort();
    const lookup = (host, options, callback) =>
      callback(null, [{ address: '127.0.0.1', family: 4 }, { address: '127.0.0.2', family: 4 }]);
    const error = await rejection(connect({ port, host: 'two.example', lookup }));
    assert.ok(error instanceof AggregateError);
    assert.deepStrictEqual([error.code, error.errors.length], ['ECONNREFUSED', 2]);
  });

  it('rejects for arguments that connect() refuses', async () => {
    assert.strictEqual((await rejection(connect({}))).code, 'ERR_MISSING_ARGS');
    assert.strictEqual((await rejection(connect())).code, 'ERR_MISSING_ARGS');
    assert.strictEqual((await rejection(connect(70000))).code, 'ERR_SOCKET_BAD_PORT');
    assert.strictEqual((await rejection(connect({ port: 1, signal: 1 }))).code, 'ERR_INVALID_ARG_TYPE');
  });

  it('with a signal that is aborted already it rejects with an AbortError, and makes no connection', async () => {
    const { server, port } = await serve(0, HOST, () => assert.fail('a connection'));
    const reason = new Error('why');
    for (const args of [[{ port, host: HOST, signal: AbortSignal.abort(reason) }],
      [port, HOST, { signal: AbortSignal.abort(reason) }]]) {
      const error = await rejection(connect(...args));
      assert.deepStrictEqual([error.name, error.code, error.cause], ['AbortError', 'ABORT_ERR', reason]);
    }
    await roundTrip();
    assert.strictEqual(server._connections, 0);
  });

  it('a signal that is aborted meanwhile destroys the socket, and rejects with an AbortError', async () => {
    const controller = new AbortController();
    let socket;
    const lookup = function () { controller.abort(); };
    const channel = require('node:diagnostics_channel').channel('net.client.socket');
    const onSocket = (message) => { ({ socket } = message); };
    channel.subscribe(onSocket);
    const error = await rejection(connect({ port: 1, host: 'never.example', lookup, signal: controller.signal }));
    channel.unsubscribe(onSocket);
    assert.deepStrictEqual(
      [error.name, error.code, socket.destroyed, socket._handle],
      ['AbortError', 'ABORT_ERR', true, null],
    );
  });

  it('a signal says nothing any more once there is a connection', async () => {
    const controller = new AbortController();
    const { port } = await serve(0, HOST);
    const socket = track(await connect({ port, host: HOST, signal: controller.signal }));
    assert.strictEqual(getEventListeners(controller.signal, 'abort').length, 0);
    controller.abort();
    await roundTrip();
    assert.strictEqual(socket.destroyed, false);
  });

  it('a socket that is destroyed without an error before it is connected rejects too', async () => {
    const channel = require('node:diagnostics_channel').channel('net.client.socket');
    const onSocket = ({ socket }) => process.nextTick(() => socket.destroy());
    channel.subscribe(onSocket);
    const { port } = await serve(0, HOST);
    const error = await rejection(connect(port, HOST));
    channel.unsubscribe(onSocket);
    assert.strictEqual(error.code, 'ERR_SOCKET_CLOSED_BEFORE_CONNECTION');
  });
});

describe('promises: listen()', () => {
  afterEach(tidy);

  for (const [form, args] of [
    ['()', []],
    ['(port)', [0]],
    ['(undefined)', [undefined]],
    ['(port, host)', [0, HOST]],
    ['(port, host, backlog)', [0, HOST, 5]],
    ['(port, options)', [0, { host: HOST }]],
    ['({ port, host })', [{ port: 0, host: HOST }]],
    ['({ host })', [{ host: HOST, port: undefined }]],
  ]) {
    it(`${form} resolves with a listening server`, async () => {
      const { server, port } = await serve(...args);
      assert.ok(server instanceof net.Server);
      assert.deepStrictEqual([server.listening, port > 0], [true, true]);
    });
  }

  it('(path) and ({ path }) listen on a Unix socket', async function () {
    needsFiles(this);
    for (const form of [(at) => [at], (at) => [{ path: at }], (at) => [at, { readableAll: true }]]) {
      const at = tempPath();
      const { server } = await serve(...form(at));
      assert.deepStrictEqual([server.address(), fs.statSync(at).isSocket()], [at, true]);
    }
  });

  it('(handle) listens on what is bound, and heeds a signal', async () => {
    const controller = new AbortController();
    const handle = net._createServerHandle(HOST, 0, 4);
    const { server } = await serve(handle, { signal: controller.signal, noDelay: true });
    assert.deepStrictEqual([server.address().address, server.noDelay], [HOST, true]);
    controller.abort();
    await closed(server);
  });

  it('backlog is taken from its position and from the options', async function () {
    needsLinux(this);
    needsTool(this, 'ss', ['-V']);
    const { spawnSync } = require('node:child_process');
    for (const args of [[0, HOST, 7], [0, { host: HOST, backlog: 7 }], [{ port: 0, host: HOST, backlog: 7 }],
      [{ port: 0, host: HOST }, 7]]) {
      const { port } = await serve(...args);
      const { stdout } = spawnSync('ss', ['-ltnH', `sport = :${port}`], { encoding: 'utf8' });
      assert.strictEqual(Number(stdout.trim().split(/\s+/)[2]), 7);
    }
  });

  it('options of createServer() and of listen() stand in one object, or after the place', async () => {
    for (const args of [[{ port: 0, host: HOST, allowHalfOpen: true, highWaterMark: 5 }],
      [0, HOST, { allowHalfOpen: true, highWaterMark: 5 }]]) {
      const { server } = await serve(...args);
      assert.deepStrictEqual([server.allowHalfOpen, server.highWaterMark], [true, 5]);
    }
  });

  it('the last function is the listener of connection', async () => {
    const { port } = await serve(0, HOST, (socket) => socket.end('hello'));
    assert.strictEqual(await text(await dial(port)), 'hello');
  });

  it('leaves no listener of error, listening or close behind', async () => {
    const { server } = await serve(0, HOST, () => {});
    for (const event of ['listening', 'error', 'close']) assert.strictEqual(server.listenerCount(event), 0, event);
  });

  it('rejects with EADDRINUSE, and the other server is not disturbed', async () => {
    const { port: taken } = await serve(0, HOST, (socket) => socket.end('hello'));
    const error = await rejection(listen(taken, HOST));
    assert.deepStrictEqual([error.code, error.syscall, error.port], ['EADDRINUSE', 'listen', taken]);
    assert.strictEqual(await text(await dial(taken)), 'hello');
  });

  it('rejects with the error of the lookup of a host', async () => {
    const error = await rejection(listen(0, 'no-such-host.invalid'));
    assert.strictEqual(error.syscall, 'getaddrinfo');
  });

  it('rejects for arguments that listen() refuses', async () => {
    assert.strictEqual((await rejection(listen(-1))).code, 'ERR_SOCKET_BAD_PORT');
    assert.strictEqual((await rejection(listen({ signal: 'x' }))).code, 'ERR_INVALID_ARG_TYPE');
    assert.strictEqual((await rejection(listen({ highWaterMark: 'x', port: 0 }))).code, 'ERR_INVALID_ARG_TYPE');
  });

  it('with a signal that is aborted already it rejects with an AbortError, and does not listen', async () => {
    const port = await freePort();
    const reason = new Error('why');
    const error = await rejection(listen(port, HOST, { signal: AbortSignal.abort(reason) }));
    assert.deepStrictEqual([error.name, error.code, error.cause], ['AbortError', 'ABORT_ERR', reason]);
    assert.strictEqual((await rejection(connect(port, HOST))).code, 'ECONNREFUSED');
  });

  for (const [when, host] of [['while the host is looked up', 'localhost'], ["before 'listening'", undefined]]) {
    it(`a signal that is aborted ${when} rejects with an AbortError, and the server is closed`, async () => {
      const controller = new AbortController();
      const port = await freePort();
      const pending = listen({ port, host, signal: controller.signal });
      controller.abort();
      assert.strictEqual((await rejection(pending)).name, 'AbortError');
      const again = await serve(port, HOST); // it is free
      assert.strictEqual(again.port, port);
    });
  }

  it('a signal that is aborted later closes the server', async () => {
    const controller = new AbortController();
    const { server } = await serve({ port: 0, host: HOST, signal: controller.signal });
    controller.abort();
    await closed(server);
    assert.strictEqual(server.listening, false);
  });

  it('leaves nothing on a signal that outlives it', async () => {
    const { signal } = new AbortController();
    const listeners = () => getEventListeners(signal, 'abort').length;
    const { server, port } = await serve(0, HOST, { signal }, () => {});
    assert.strictEqual(listeners(), 1);
    await rejection(listen(port, HOST, { signal }));
    await rejection(listen(-1, HOST, { signal }));
    const iterator = server[Symbol.asyncIterator]({ signal });
    assert.strictEqual(listeners(), 2);
    iterator.return();
    assert.strictEqual(listeners(), 1);
    server.close();
    await closed(server);
    assert.strictEqual(listeners(), 0);
  });

  it('the option connectionListener is a listener of connections', async () => {
    const came = [];
    const { port } = await serve({
      port: 0,
      host: HOST,
      connectionListener: (socket) => came.push(track(socket).end('hi')),
    });
    assert.strictEqual(await text(await dial(port)), 'hi');
    assert.strictEqual(came.length, 1);
  });

  it('nobody is accepted before somebody listens for connections, and then all are', async () => {
    const { server, port } = await serve(0, HOST);
    const clients = await Promise.all([dial(port), dial(port), dial(port)]);
    for (const client of clients) client.end('hello');
    await roundTrip();
    assert.strictEqual(server._connections, 0);
    let left = clients.length;
    await new Promise((resolve, reject) => {
      server.on('connection', (socket) => {
        text(socket).then((got) => {
          assert.strictEqual(got, 'hello');
          if (--left === 0) resolve();
        }).catch(reject);
      });
    });
  });
});

describe('connections of a server in for await', () => {
  afterEach(tidy);

  it('gives each connection, in order, and ends when the server has closed', async () => {
    const { server, port } = await serve(0, HOST);
    const clients = [];
    for (let i = 0; i < 5; i++) {
      clients.push(await dial(port));
      clients[i].end(String(i));
    }
    const got = [];
    for await (const socket of server) {
      got.push(await text(socket));
      socket.end();
      if (got.length === 5) server.close();
    }
    assert.deepStrictEqual(got, ['0', '1', '2', '3', '4']);
    assert.strictEqual(server._connections, 0);
  });

  it('works on any server, also on one that is not listening yet, and on a Unix socket', async () => {
    const at = tempPath();
    const server = track(net.createServer());
    const first = server[Symbol.asyncIterator]().next();
    server.listen(at);
    const client = track(await connect(at));
    const { value, done } = await first;
    assert.deepStrictEqual([done, value instanceof net.Socket], [false, true]);
    value.end('x');
    assert.strictEqual(await text(client), 'x');
  });

  it('ends at once for a server that has closed, and not for one that listens again', async () => {
    const { server } = await serve(0, HOST);
    server.close();
    await closed(server);
    assert.deepStrictEqual(await server[Symbol.asyncIterator]().next(), { value: undefined, done: true });
    server.listen(0, HOST);
    await once(server, 'listening');
    const next = server[Symbol.asyncIterator]().next();
    await dial(server.address().port);
    assert.strictEqual((await next).done, false);
  });

  it('several calls of next() are answered in order', async () => {
    const { server, port } = await serve(0, HOST);
    const iterator = server[Symbol.asyncIterator]();
    const pending = [iterator.next(), iterator.next(), iterator.next()];
    const names = [(await dial(port)).localPort, (await dial(port)).localPort];
    const sockets = [(await pending[0]).value, (await pending[1]).value];
    assert.deepStrictEqual(sockets.map((socket) => track(socket).remotePort), names);
    iterator.return();
    assert.deepStrictEqual(await pending[2], { value: undefined, done: true });
  });

  it('is itself iterable', () => {
    const iterator = net.createServer()[Symbol.asyncIterator]();
    assert.strictEqual(iterator[Symbol.asyncIterator](), iterator);
    iterator.return();
  });

  for (const [how, leave] of [
    ['break', async (server, all) => {
      for await (const socket of server) {
        await all;
        track(socket);
        break;
      }
    }],
    ['throw', async (server, all) => {
      const failure = new Error('mine');
      const run = async () => {
        for await (const socket of server) {
          await all;
          track(socket);
          throw failure;
        }
      };
      assert.strictEqual(await rejection(run()), failure);
    }],
    ['return', async (server, all) => {
      for await (const socket of server) {
        await all;
        return track(socket);
      }
    }],
  ]) {
    it(`${how} leaves the server listening; the next loop goes on with what was accepted ahead, and with who came meanwhile`, async () => {
      const { server, port } = await serve(0, HOST);
      const clients = await Promise.all([dial(port), dial(port), dial(port)]);
      const accepted = [];
      const all = new Promise((resolve) => {
        server.on('connection', function onConnection(socket) {
          if (accepted.push(socket) < clients.length) return;
          server.off('connection', onConnection);
          resolve();
        });
      });
      await leave(server, all);
      assert.deepStrictEqual(
        [server.listening, ...accepted.map(({ destroyed }) => destroyed)],
        [true, false, false, false],
      );
      assert.deepStrictEqual(
        ['connection', 'error', 'close'].map((name) => server.listenerCount(name)),
        [0, 0, 0],
      );
      clients.push(await dial(port), await dial(port));
      await roundTrip();
      assert.strictEqual(server._connections, 3);
      const ports = [accepted[0].remotePort];
      for await (const socket of server) {
        if (ports.push(track(socket).remotePort) === clients.length) break;
      }
      assert.deepStrictEqual(
        ports.slice(0, 3),
        accepted.map(({ remotePort }) => remotePort),
      );
      assert.deepStrictEqual(ports.sort(), clients.map(({ localPort }) => localPort).sort());
    });
  }

  it('a listener that comes after the loop gets who came meanwhile', async () => {
    const { server, port } = await serve(0, HOST);
    const first = dial(port);
    for await (const socket of server) {
      track(socket);
      break;
    }
    await first;
    const client = await dial(port);
    await roundTrip();
    assert.strictEqual(server._connections, 1);
    const [socket] = await once(server, 'connection');
    assert.strictEqual(track(socket).remotePort, client.localPort);
  });

  it('close() after the loop turns away what was accepted ahead and nobody has taken', async () => {
    const { server, port } = await serve(0, HOST);
    const iterator = server[Symbol.asyncIterator]();
    const told = once(server, 'connection');
    const client = (await dial(port)).on('error', () => {}).resume();
    await told;
    iterator.return();
    assert.strictEqual(server._connections, 1);
    server.close();
    await Promise.all([closed(server), closed(client)]);
  });

  it('what was accepted ahead is left to the listeners that have seen it', async () => {
    const { server, port } = await serve(0, HOST);
    const seen = [];
    server.on('connection', (socket) => seen.push(track(socket)));
    const iterator = server[Symbol.asyncIterator]();
    const told = once(server, 'connection');
    await dial(port);
    await told;
    iterator.return();
    server.close();
    assert.deepStrictEqual([seen.length, seen[0].destroyed, seen[0].listenerCount('error')], [1, false, 0]);
  });

  it("rejects on the server's 'error', after what was accepted before, and leaves the server as it is", async () => {
    const { server, port } = await serve(0, HOST);
    const iterator = server[Symbol.asyncIterator]();
    const told = once(server, 'connection');
    await dial(port);
    await told;
    const failure = new Error('accept');
    server.emit('error', failure);
    assert.strictEqual(server.listening, true);
    const { value } = await iterator.next();
    track(value).end();
    assert.strictEqual(await rejection(iterator.next()), failure);
    assert.deepStrictEqual(await iterator.next(), { value: undefined, done: true });
  });

  it('an error of listen() rejects', async () => {
    const { port } = await serve(0, HOST);
    const server = track(net.createServer());
    const next = server[Symbol.asyncIterator]().next();
    server.listen(port, HOST);
    assert.strictEqual((await rejection(next)).code, 'EADDRINUSE');
  });

  it('a signal ends it with an AbortError, and leaves the server listening', async () => {
    const { server, port } = await serve(0, HOST);
    const controller = new AbortController();
    const reason = new Error('why');
    const seen = [];
    const run = async () => {
      for await (const socket of server[Symbol.asyncIterator]({ signal: controller.signal })) {
        seen.push(track(socket));
        controller.abort(reason);
      }
    };
    const client = await dial(port);
    const error = await rejection(run());
    assert.deepStrictEqual([error.name, error.cause, seen.length, seen[0].destroyed], ['AbortError', reason, 1, false]);
    assert.strictEqual(server.listening, true);
    client.destroy();
    seen[0].destroy();
  });

  it('a signal that is aborted already ends it with an AbortError', async () => {
    const { server } = await serve(0, HOST);
    const iterator = server[Symbol.asyncIterator]({ signal: AbortSignal.abort() });
    assert.strictEqual((await rejection(iterator.next())).name, 'AbortError');
    assert.strictEqual(server.listening, true);
  });

  it('throw() leaves it too, and rejects with what it is given', async () => {
    const { server } = await serve(0, HOST);
    const failure = new Error('mine');
    assert.strictEqual(await rejection(server[Symbol.asyncIterator]().throw(failure)), failure);
    assert.strictEqual(server.listening, true);
  });

  for (const [name, value] of [['highWaterMark', 0], ['highWaterMark', 1.5], ['highWaterMark', 'x'], ['signal', 'x']]) {
    it(`the option ${name}: ${JSON.stringify(value)} is refused`, () => {
      assert.throws(
        () => net.createServer()[Symbol.asyncIterator]({ [name]: value }),
        /ERR_(OUT_OF_RANGE|INVALID_ARG_TYPE)/,
      );
    });
  }

  for (const [kind, place] of [['TCP', () => [0, HOST]], ['a Unix socket', () => [tempPath()]]]) {
    it(`no more than highWaterMark are accepted ahead of the loop, and none is lost, over ${kind}`, async () => {
      const { server } = await serve(...place());
      const to = typeof server.address() === 'string' ? [server.address()] : [server.address().port, HOST];
      const iterator = server[Symbol.asyncIterator]({ highWaterMark: 3 });
      const clients = [];
      for (let i = 0; i < 12; i++) clients.push(track(await connect(...to)));
      clients.forEach((client, i) => client.end(String(i)));
      await roundTrip();
      assert.strictEqual(server._connections, 3);
      const got = [];
      let most = 0;
      for (let i = 0; i < 12; i++) {
        const { value } = await iterator.next();
        most = Math.max(most, server._connections);
        got.push(await text(value));
        value.end();
        await closed(value);
      }
      assert.deepStrictEqual(got, clients.map((_, i) => String(i)));
      assert.ok(most <= 4, `${most} at once`);
      iterator.return();
    });
  }

  it('a connection that is reset before it is taken is passed over, and its error hurts nobody', async () => {
    const { server, port } = await serve(0, HOST);
    const iterator = server[Symbol.asyncIterator]();
    const first = once(server, 'connection');
    const client = await dial(port);
    const [accepted] = await first;
    client.resetAndDestroy();
    await closed(accepted);
    const next = iterator.next();
    const other = await dial(port);
    assert.strictEqual(track((await next).value).remotePort, other.localPort);
    iterator.return();
  });

  it('an error of a connection that was taken is its own, as ever', async () => {
    const { server, port } = await serve(0, HOST);
    const iterator = server[Symbol.asyncIterator]();
    const told = once(server, 'connection');
    const client = await dial(port);
    await told;
    const { value } = await iterator.next();
    assert.strictEqual(value.listenerCount('error'), 0);
    const failing = once(value, 'error');
    client.resetAndDestroy();
    assert.strictEqual((await failing)[0].code, 'ECONNRESET');
    iterator.return();
  });

  it('a server that is held by a full iterator closes all the same, and those who wait are turned away', async () => {
    const { server, port } = await serve(0, HOST);
    server[Symbol.asyncIterator]({ highWaterMark: 1 });
    const told = once(server, 'connection');
    const clients = [];
    for (let i = 0; i < 3; i++) clients.push((await dial(port)).on('error', () => {}).resume());
    await told;
    await roundTrip();
    assert.strictEqual(server._connections, 1);
    const ends = clients.map(closed);
    server.close();
    clients[0].destroy();
    await Promise.all(ends);
  });

  for (const policy of ['SCHED_RR', 'SCHED_NONE']) {
    it(`in a cluster worker (${policy}) none is lost between listen() and the loop, nor left over after it`, async () => {
      const file = tempFile('cluster.cjs');
      fs.writeFileSync(
        file,
        `
        const cluster = require('node:cluster');
        const net = require(${JSON.stringify(path.join(LIB, '..'))});
        cluster.schedulingPolicy = cluster.${policy};
        const text = async (socket) => {
          let all = '';
          for await (const chunk of socket.setEncoding('utf8')) all += chunk;
          return all;
        };
        const primary = () => {
          const worker = cluster.fork();
          worker.on('listening', async ({ port }) => {
            const dial = () => net.promises.connect(port, '127.0.0.1');
            const clients = [await dial(), await dial(), await dial()];
            const third = new Promise((resolve) => clients[2].on('error', () => {}).resume().on('close', resolve));
            worker.send('go');
            console.log([await text(clients[0]), await text(clients[1])].join());
            await third;
            worker.disconnect();
          });
        };
        const work = async () => {
          const server = await net.promises.listen(0, '127.0.0.1');
          let come = 0; // in round robin the primary forgets whom it hands to a server that closes just then
          await new Promise((resolve) => {
            process.once('message', () => ${policy === 'SCHED_RR' ? '{}' : 'resolve()'});
            process.on('internalMessage', ({ act }) => {
              if (act === 'newconn' && ++come === 3) setImmediate(resolve);
            });
          });
          let i = 0;
          for await (const socket of server[Symbol.asyncIterator]({ highWaterMark: 1 })) {
            socket.end(String(++i));
            if (i === 2) break;
          }
          server.close();
        };
        if (cluster.isPrimary) primary();
        else work();`,
      );
      const { stdout, stderr, code } = await node([file]);
      assert.deepStrictEqual([stdout, stderr, code], ['1,2\n', '', 0]);
    });
  }

  it('a process that leaves the loop and closes the server ends by itself', async () => {
    const { stdout, stderr, code } = await script(`
      const { connect, listen } = net.promises;
      (async () => {
        const server = await listen(0, '127.0.0.1');
        const client = await connect(server.address().port, '127.0.0.1');
        client.resume().end();
        for await (const socket of server) { socket.resume().end(); break; }
        server.close();
        console.log('left');
      })();`);
    assert.deepStrictEqual([stdout, stderr, code], ['left\n', '', 0]);
  });
});
