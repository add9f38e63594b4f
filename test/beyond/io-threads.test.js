'use strict';
// I/O threads: createServer({ ioThreads }), connect({ ioThread }), setIOThreads(), ioThreads(), CNET_IO_THREADS.

const assert = require('node:assert');
const { AsyncLocalStorage } = require('node:async_hooks');
const { once } = require('node:events');
const fs = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const tls = require('node:tls');
const { Worker } = require('node:worker_threads');

const cnet = require('../..');
const { cert, key } = require('../support/certificate');
const { node } = require('../support/child');
const { HOST, bytes, close, closed, join, listen, targetOf } = require('../support/net');
const { patience } = require('../support/scale');
const { tempPath, tidy } = require('../support/tidy');

const ROOT = require.resolve('../..');
const REGISTER_HTTP = require.resolve('../../lib/register-http');
const isWindows = process.platform === 'win32';
const on = isWindows ? describe.skip : describe;
const servers = [];

/** A server whose connections are on threads, and one connection to it, whose client is too. */
async function both(options = {}, ofClient = {}) {
  const server = await listen(cnet.createServer({ ioThreads: 2, ...options }));
  servers.push(server);
  const ends = await join(server, cnet, { ioThread: true, ...ofClient });
  assert.ok(ends.client._handle.ioThread >= 0);
  assert.ok(ends.accepted._handle.ioThread >= 0);
  for (const socket of [ends.client, ends.accepted]) socket.on('error', () => {}); // when a test has ended
  return { server, ...ends };
}

/** A program that asks its server of http twice, and upgrades a connection with bytes right behind the request. */
const HTTP = `
  const { once } = require('node:events');
  const http = require('node:http');
  const cnet = require(${JSON.stringify(ROOT)});
  const server = http.createServer((request, response) => {
    let length = 0;
    request.on('data', (chunk) => { length += chunk.length; }).on('end', () => response.end('a ' + length));
  });
  server.on('upgrade', (request, socket, head) => {
    socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\n');
    socket.write(head);
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1', async () => {
    const { port } = server.address();
    const agent = new http.Agent({ keepAlive: true });
    const got = [];
    for (const length of [10, 100000]) {
      const request = http.request({ port, agent, method: 'POST' });
      request.end('x'.repeat(length));
      const [response] = await once(request, 'response');
      got.push(String((await response.toArray()).join('')));
    }
    agent.destroy();
    const socket = cnet.connect({ port, host: '127.0.0.1', ioThread: false });
    socket.write('GET / HTTP/1.1\\r\\nHost: x\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\nhead ');
    const [answer] = await once(socket, 'data');
    const onThreads = cnet.ioThreads().some(({ sockets }) => sockets > 0);
    socket.end('and more');
    let echoed = String(answer).split('\\r\\n\\r\\n')[1];
    for await (const chunk of socket) echoed += chunk;
    console.log(JSON.stringify({ got, echoed, onThreads }));
    server.close();
  });
`;

const pattern = (size) => Buffer.alloc(size, 'abcdefghijklmnopqrstuvwxyz0123456789');

const descriptors = () => fs.readdirSync('/proc/self/fd').length;

on('I/O threads', () => {
  afterEach(async () => {
    cnet.setIOThreads(0);
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      if (server.listening) await close(server);
    }
    await tidy();
  });

  describe('a connection', () => {
    it('carries every byte both ways, with backpressure, and ends by halves', async () => {
      const { client, accepted } = await both({ allowHalfOpen: true }, { allowHalfOpen: true });
      const content = pattern(5 << 20);
      client.write(content.subarray(0, 4 << 20));
      client.end(content.subarray(4 << 20));
      assert.ok((await bytes(accepted.pipe(new (require('node:stream').PassThrough)()))).equals(content));
      await Promise.all([client.writableFinished || once(client, 'finish'), sleep(0)]);
      assert.strictEqual(client.readyState, 'readOnly');
      accepted.end('back');
      assert.strictEqual((await bytes(client)).toString(), 'back');
      assert.deepStrictEqual([client.bytesWritten, client.bytesRead], [content.length, 4]);
    });

    it("'drain' comes when what waited is with the kernel", async () => {
      const { client, accepted } = await both();
      accepted.resume();
      for (let i = 0; i < 3; i++) {
        if (!client.write(pattern(3 << 20))) await once(client, 'drain'); // true: the thread was as fast
        assert.strictEqual(client.writableLength, 0);
      }
    });

    it('a long write, or a corked one, without a callback is done within a tick, as the kernel takes it', async () => {
      const { client, accepted } = await both();
      const state = () => [client.writableLength, client.writableNeedDrain];
      accepted.resume();
      client.write(pattern(100000));
      await new Promise(process.nextTick);
      assert.deepStrictEqual(state(), [0, false]);
      client.cork();
      client.write(pattern(50000));
      client.write('and', 'latin1');
      client.uncork();
      await new Promise(process.nextTick);
      assert.deepStrictEqual(state(), [0, false]);
    });

    it('a peer that does not read has write() return false, and no more waits than the kernel and 320 KiB', async () => {
      const { client, accepted } = await both();
      accepted.pause(); // which reads as much as a stream keeps
      const chunk = pattern(10000);
      let taken = 0;
      while (client.write(chunk)) {
        taken += chunk.length;
        assert.ok(taken < 64 << 20);
        if (taken % (100 * chunk.length) === 0) await sleep(1);
      }
      while (client.write(chunk) || client.writableLength < client.writableHighWaterMark) taken += chunk.length;
      assert.strictEqual(client.writableNeedDrain, true);
      accepted.resume();
      await once(client, 'drain');
    });

    it('no two reads, and no two connections, share an ArrayBuffer', async () => {
      const { server, client, accepted } = await both();
      const other = await join(server, cnet);
      for (const socket of [other.client, other.accepted]) socket.on('error', () => {});
      const seen = new Set();
      let got = 0;
      for (const socket of [accepted, other.accepted]) {
        socket.on('data', (chunk) => {
          assert.ok(chunk.length < 65 || chunk.buffer.byteLength < 2 * chunk.length + 1);
          if (chunk.length >= 4096) assert.ok(!seen.has(chunk.buffer));
          seen.add(chunk.buffer);
          got += chunk.length;
        });
      }
      for (const size of [1, 64, 65, 3000, 70000, 200000]) {
        client.write(pattern(size));
        other.client.write(pattern(size));
        await new Promise((resolve) => { client.write('', resolve); });
      }
      while (got < 2 * (1 + 64 + 65 + 3000 + 70000 + 200000)) await sleep(1);
    });

    it('a paused socket tells nothing, and has no more than 320 KiB on the way', async () => {
      const { client, accepted } = await both();
      const content = pattern(8 << 20);
      const sum = () => cnet.ioThreads().reduce((total, one) => total + one.bytesRead, 0);
      let got = 0;
      let readBefore;
      const paused = new Promise((resolve) => {
        accepted.on('data', (chunk) => {
          if (got === 0) {
            accepted.pause(); // at once: all of it may be there already
            readBefore = sum();
            resolve();
          }
          got += chunk.length;
        });
      });
      client.end(content);
      await paused;
      const before = got;
      await sleep(50);
      assert.strictEqual(got, before);
      assert.ok(sum() - readBefore <= 320 << 10);
      accepted.resume();
      await once(accepted, 'end');
      assert.strictEqual(got, content.length);
    });

    it('a short pause() stops no thread, and loses nothing', async () => {
      const { client, accepted } = await both({ highWaterMark: 1000 });
      const readSoFar = () => cnet.ioThreads()[accepted._handle.ioThread].bytesRead;
      const before = readSoFar();
      let written = 0;
      let got = 0;
      const write = () => {
        client.write(pattern(1000));
        written += 1000;
      };
      const until = async (isSo) => {
        for (let i = 0; !isSo() && i < patience(1500); i++) await sleep(1);
      };
      accepted.on('data', (chunk) => {
        assert.ok(chunk.equals(pattern(1000).subarray(got % 1000).subarray(0, chunk.length)));
        got += chunk.length;
      });
      for (let i = 0; i < 10; i++) {
        accepted.pause();
        write();
        await until(() => accepted.readableLength === 1000); // more than that is not taken from the handle
        assert.strictEqual(accepted._handle.reading, false);
        write();
        await until(() => readSoFar() - before === written);
        assert.deepStrictEqual([readSoFar() - before, got], [written, written - 2000]);
        accepted.resume();
        await until(() => got === written);
        assert.strictEqual(got, written);
      }
    });

    it('a write is called back when the kernel has had it, also when destroy() comes behind it', async () => {
      const { client, accepted } = await both();
      const told = [];
      client.write('one', (error) => told.push(error));
      client.destroy();
      await closed(client);
      assert.strictEqual(told.length, 1);
      assert.ok(!told[0]);
      assert.strictEqual((await bytes(accepted)).toString(), 'one');
    });

    it("what a write's callback in 'data' puts off by setImmediate() is done before the answer comes", async () => {
      const { client, accepted } = await both();
      let isDue = false, early = 0, rounds = 0;
      client.on('data', () => client.write('ask'));
      client.write('ask');
      await new Promise((resolve) => {
        accepted.on('data', () => {
          if (isDue) early++;
          isDue = true;
          accepted.write('answer', () => setImmediate(() => {
            isDue = false;
          }));
          if (++rounds === 3000) resolve();
        });
      });
      assert.strictEqual(early, 0);
    });

    it('resetAndDestroy() is ECONNRESET for the peer, and EPIPE or that for what is written', async () => {
      const { client, accepted } = await both();
      accepted.resume();
      const failed = once(accepted, 'error');
      client.resetAndDestroy();
      assert.strictEqual((await failed)[0].code, 'ECONNRESET');
    });

    it('resetAndDestroy() while the end is on its way is EINVAL, as without threads, and the peer gets all', async () => {
      const { client, accepted } = await both();
      const failed = once(client, 'error');
      client.write('all');
      client.end();
      await new Promise(process.nextTick);
      client.resetAndDestroy();
      assert.strictEqual((await failed)[0].message, 'reset EINVAL');
      assert.strictEqual((await accepted.toArray()).join(''), 'all');
    });

    it('a write without a callback that fails is an error of the socket', async () => {
      const { client, accepted } = await both();
      const failed = once(accepted, 'error');
      accepted._handle.readStop();
      client.resetAndDestroy();
      await closed(client);
      for (let i = 0; i < 5 && !accepted.destroyed; i++) {
        accepted.write('lost');
        await sleep(5);
      }
      assert.match((await failed)[0].message, /^write (EPIPE|ECONNRESET)/);
    });

    it('a write with a callback that fails says so to the callback, as fast as the thread may have tried it', async () => {
      for (let i = 0; i < 20; i++) {
        const { client, accepted } = await both({}, { allowHalfOpen: true });
        client.resume().on('error', () => {});
        const ended = once(client, 'end');
        accepted.destroy();
        await ended;
        let failure;
        for (; !failure; await sleep(1)) failure = await new Promise((resolve) => client.write('x', resolve));
        assert.match(failure.message, /^write (EPIPE|ECONNRESET)/);
      }
    });

    it('an idle timeout counts what the thread has read and written', async () => {
      const { client, accepted } = await both();
      accepted.on('data', (chunk) => accepted.write(chunk));
      client.resume();
      let isOver = false;
      client.setTimeout(patience(120), () => { isOver = true; });
      for (let i = 0; i < 10; i++) {
        client.write('x');
        await sleep(patience(25));
        assert.strictEqual(isOver, false);
      }
      await once(client, 'timeout');
    });

    it('events run in the store that Node has them run in', async () => {
      const storage = new AsyncLocalStorage();
      const server = await listen(cnet.createServer({ ioThreads: 1 }, (socket) => socket.on('data', (chunk) => {
        storage.enterWith('leaks');
        socket.write(chunk);
      })));
      servers.push(server);
      const stores = await Promise.all(['a', 'b'].map((name) => storage.run(name, async () => {
        const client = cnet.connect({ ...targetOf(server), ioThread: true });
        client.write('x');
        return new Promise((resolve) => { client.once('data', () => resolve(storage.getStore())); });
      })));
      assert.deepStrictEqual(stores, ['a', 'b']);
    });

    it("ticks and microtasks come between events, and an exception is 'uncaughtException', with the rest told", async () => {
      const { code: status, stdout } = await node(['-e', `
        const cnet = require(${JSON.stringify(ROOT)});
        process.on('uncaughtException', (error) => console.log(error.message));
        const server = cnet.createServer({ ioThreads: 1 }, (socket) => {
          socket.on('data', () => { throw new Error('mine'); }).on('end', () => { console.log('end'); server.close(); });
        }).listen(0, '127.0.0.1', () => cnet.connect(server.address().port, '127.0.0.1').end('x'));
      `]);
      assert.strictEqual(status, 0);
      assert.strictEqual(stdout.trim(), 'mine\nend');
    });

    it('the option onread gets the bytes in its own buffer', async () => {
      const got = [];
      const callback = (length, buffer) => { got.push(Buffer.from(buffer.subarray(0, length))); };
      const { client, accepted } = await both({ onread: { buffer: () => Buffer.alloc(1000), callback } });
      client.end(pattern(100000));
      await once(accepted, 'end');
      assert.ok(got.every((one) => one.length <= 1000));
      assert.ok(Buffer.concat(got).equals(pattern(100000)));
    });

    it('limits and block lists are those of the server', async () => {
      const { server } = await both();
      server.maxConnections = 1;
      const dropped = once(server, 'drop');
      const client = cnet.connect(targetOf(server)).on('error', () => {}).resume();
      assert.strictEqual((await dropped)[0].remoteAddress, HOST);
      await closed(client);
      const list = new cnet.BlockList();
      list.addAddress(HOST);
      const blocking = await listen(cnet.createServer({ ioThreads: 1, blockList: list }, () => assert.fail()));
      servers.push(blocking);
      await closed(cnet.connect(targetOf(blocking)).on('error', () => {}).resume());
    });

    (process.platform === 'linux' ? it : it.skip)("no descriptor is left when 'close' has come", async () => {
      const server = await listen(cnet.createServer({ ioThreads: 2 }, (socket) => socket.resume()));
      servers.push(server);
      const connectAndClose = async () => {
        const { client, accepted } = await join(server, cnet, { ioThread: true });
        await Promise.all([closed(accepted), closed(client.resume().end())]);
      };
      await connectAndClose(); // the threads are there now, with descriptors of their own
      const before = descriptors();
      for (let i = 0; i < 20; i++) await connectAndClose();
      assert.strictEqual(descriptors(), before);
    });
  });

  describe('a connection moves to its thread', () => {
    it("when the listeners of 'connection' and 'connect' have returned", async () => {
      const server = await listen(cnet.createServer({ ioThreads: 1 }));
      servers.push(server);
      const threadOf = (socket) => socket._handle.ioThread;
      const within = [];
      server.once('connection', (socket) => within.push(threadOf(socket)));
      const client = cnet.connect({ ...targetOf(server), ioThread: true }, () => within.push(threadOf(client)));
      const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'ready')]);
      assert.deepStrictEqual([within, threadOf(accepted), threadOf(client)], [[-1, -1], 0, 0]);
    });

    it("also when a listener of 'connection' has thrown", async () => {
      const { stdout } = await node(['-e', `
        const net = require(${JSON.stringify(ROOT)});
        let accepted;
        process.on('uncaughtException', ({ message }) => console.log(message, accepted._handle.ioThread));
        const server = net.createServer({ ioThreads: 1 }, (socket) => {
          accepted = socket.on('data', (data) => console.log(String(data))).on('close', () => server.close());
          throw new Error('mine');
        }).listen(0, '127.0.0.1', () => net.connect(server.address().port, '127.0.0.1').resume().end('x'));
      `]);
      assert.strictEqual(stdout, 'mine 0\nx\n');
    });

    it('with a write that waits when that has gone, and loses no byte', async () => {
      const content = pattern(8 << 20);
      const server = await listen(cnet.createServer({ ioThreads: 1 }, (socket) => {
        socket.write(content, () => socket.end(content.subarray(0, 1 << 20)));
      }));
      servers.push(server);
      const { client, accepted } = await join(server, cnet);
      assert.strictEqual(accepted._handle.ioThread, -1);
      const got = await bytes(client);
      assert.ok(got.equals(Buffer.concat([content, content.subarray(0, 1 << 20)])));
      assert.ok(cnet.ioThreads()[0].bytesWritten >= 1 << 20);
    });

    it('with pauseOnConnect when it is read first: until then transfer() and sendDescriptors() work', async () => {
      const server = await listen(cnet.createServer({ ioThreads: 1, pauseOnConnect: true }));
      servers.push(server);
      const first = await join(server, cnet);
      const moved = cnet.receive(cnet.transfer(first.accepted));
      moved.end('moved');
      assert.strictEqual((await bytes(first.client)).toString(), 'moved');
      const second = await join(server, cnet);
      assert.strictEqual(second.accepted._handle.ioThread, -1);
      second.client.end('read');
      assert.strictEqual((await bytes(second.accepted)).toString(), 'read');
      assert.ok(cnet.ioThreads()[0].bytesRead >= 4);
    });

    it("with a file that a listener of 'connection' sends by its path when that has gone: the kernel sends it", async () => {
      const { read } = fs;
      let reads = 0;
      fs.read = (...args) => {
        reads++;
        return read(...args);
      };
      try {
        const sent = [];
        const server = await listen(cnet.createServer({ ioThreads: 1 }, (socket) => {
          sent.push(socket.sendFile(__filename), socket.sendFile(__filename));
          socket.write('between');
          socket.resume();
        }));
        servers.push(server);
        const { client, accepted } = await join(server, cnet, { ioThread: false });
        const heard = bytes(client);
        const { size } = fs.statSync(__filename);
        assert.deepStrictEqual(await Promise.all(sent), [size, size]);
        assert.strictEqual(reads, 0);
        await new Promise((resolve) => accepted.write('behind', resolve));
        assert.ok(accepted._handle.ioThread >= 0);
        accepted.end();
        const file = fs.readFileSync(__filename);
        assert.ok((await heard).equals(Buffer.concat([file, file, Buffer.from('betweenbehind')])));
      } finally {
        fs.read = read;
      }
    });

    it("not at all when a listener of 'connection' gives it to TLS: by forTLS() it has a stream of Node's", async () => {
      const server = await listen(cnet.createServer({ ioThreads: 1 }, (socket) => {
        new tls.TLSSocket(cnet.forTLS(socket), { isServer: true, key, cert }).end('secure');
      }));
      servers.push(server);
      const accepting = once(server, 'connection');
      const client = tls.connect({ ...targetOf(server), rejectUnauthorized: false });
      const [accepted] = await accepting;
      assert.strictEqual(accepted._handle.ioThread, undefined);
      assert.strictEqual((await bytes(client)).toString(), 'secure');
    });

    it('not at all when a listener gives it to splice() with a socket that still connects: the kernel relays both', async () => {
      const echo = await listen(cnet.createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)));
      servers.push(echo);
      const sent = [];
      const server = await listen(cnet.createServer({ ioThreads: 1 }, (socket) => {
        const other = cnet.connect({ ...targetOf(echo), ioThread: true });
        for (const end of [socket, other]) end.on('end', () => sent.push(end._handle.bytesSent));
        cnet.splice(socket, other);
      }));
      servers.push(server);
      const content = pattern(1 << 20);
      const client = cnet.connect({ ...targetOf(server), ioThread: false });
      client.end(content);
      assert.ok((await bytes(client)).equals(content));
      assert.strictEqual(Math.max(...sent) > content.length / 2, process.platform === 'linux');
    });

    it('not at all with descriptors that wait behind a write: they arrive in their turn', async () => {
      const content = pattern(4 << 20);
      const outcomes = [];
      const server = cnet.createServer({ ioThreads: 1 }, (socket) => {
        socket.on('error', ({ code }) => outcomes.push(code));
        socket.write(content);
        socket.sendDescriptors('x', [0], (error) => outcomes.push(error?.code ?? 'sent'));
        socket.end('end');
      });
      servers.push(server);
      const path = tempPath();
      await once(server.listen(path), 'listening');
      const client = cnet.connect({ path, receiveDescriptors: true });
      client.on('descriptors', (fds) => {
        outcomes.push(fds.length);
        for (const fd of fds) fs.closeSync(fd);
      });
      const got = await bytes(client);
      assert.ok(got.equals(Buffer.concat([content, Buffer.from('xend')])));
      assert.deepStrictEqual(outcomes, ['sent', 1]);
    });
  });

  describe('what is refused', () => {
    const refusal = { code: 'ERR_SOCKET_ON_IO_THREAD' };

    it('transfer() and toNode() throw ERR_SOCKET_ON_IO_THREAD, and the socket goes on', async () => {
      const { client, accepted } = await both();
      const { toNode } = require('../../lib/child-process');
      assert.throws(() => cnet.transfer(accepted), refusal);
      assert.throws(() => toNode(accepted), refusal);
      accepted.end('still here');
      assert.strictEqual((await bytes(client)).toString(), 'still here');
    });

    it('sendDescriptors() of a Unix socket throws it too', async () => {
      const server = cnet.createServer({ ioThreads: 1 });
      servers.push(server);
      const path = tempPath();
      await once(server.listen(path), 'listening');
      const accepting = once(server, 'connection');
      const client = cnet.connect({ path, ioThread: true });
      const [accepted] = await accepting;
      assert.ok(accepted._handle.ioThread >= 0);
      assert.throws(() => accepted.sendDescriptors('x', [0]), refusal);
      accepted.end('still here');
      assert.strictEqual((await bytes(client)).toString(), 'still here');
    });

    it('sendFile() and splice() go through JavaScript', async () => {
      const { client, accepted } = await both();
      const heard = bytes(client);
      assert.strictEqual(await accepted.sendFile(__filename), fs.statSync(__filename).size);
      accepted.end();
      assert.ok((await heard).equals(fs.readFileSync(__filename)));
    });

    it('options of another type, out of range or at the wrong place', () => {
      assert.throws(() => cnet.createServer({ ioThreads: '2' }), { code: 'ERR_INVALID_ARG_TYPE' });
      for (const ioThreads of [-1, 65, 1.5]) {
        assert.throws(() => cnet.createServer({ ioThreads }), { code: 'ERR_OUT_OF_RANGE' });
      }
      assert.throws(() => cnet.connect({ port: 1, ioThread: 1 }), { code: 'ERR_INVALID_ARG_TYPE' });
      assert.throws(() => cnet.setIOThreads(65), { code: 'ERR_OUT_OF_RANGE' });
      assert.throws(() => cnet.setIOThreads(), { code: 'ERR_INVALID_ARG_TYPE' });
      assert.throws(() => cnet.createServer({ ioThread: true }), { code: 'ERR_INVALID_ARG_VALUE' });
      assert.throws(() => cnet.createServer({ ioThreads: 1, receiveDescriptors: true }), {
        code: 'ERR_INVALID_ARG_VALUE',
      });
    });
  });

  describe('for the whole program', () => {
    it('setIOThreads() counts from then on, and is overruled by the options', async () => {
      cnet.setIOThreads(1);
      const server = await listen(cnet.createServer());
      const without = await listen(cnet.createServer({ ioThreads: false }));
      servers.push(server, without);
      const one = await join(server, cnet);
      const two = await join(without, cnet, { ioThread: false });
      assert.ok(one.client._handle.ioThread >= 0 && one.accepted._handle.ioThread >= 0);
      assert.ok(two.client._handle.ioThread < 0 && two.accepted._handle.ioThread < 0);
    });

    it('new Socket({ ioThread }) keeps the option for connect()', async () => {
      const server = await listen(cnet.createServer());
      servers.push(server);
      const socket = new cnet.Socket({ ioThread: true }).on('error', () => {});
      await once(socket.connect(targetOf(server)), 'connect');
      assert.ok(socket._handle.ioThread >= 0);
      socket.destroy();
    });

    it('CNET_IO_THREADS does the same, and must be a number', async () => {
      const code = `require(${JSON.stringify(ROOT)})`;
      const { stderr, code: status } = await node(["-e", code], { env: { ...process.env, CNET_IO_THREADS: "many" } });
      assert.match(stderr, /ERR_CNET_ENVIRONMENT.*CNET_IO_THREADS/);
      assert.strictEqual(status, 1);
    });

    it('with cnet/register-http it has the servers of http on threads, and what they are upgraded to', async () => {
      const env = { ...process.env, CNET_IO_THREADS: '2' };
      const { stdout, stderr } = await node(['-r', REGISTER_HTTP, '-e', HTTP], { env });
      const expected = { got: ['a 10', 'a 100000'], echoed: 'head and more', onThreads: true };
      assert.deepStrictEqual(stdout && JSON.parse(stdout), expected, stderr);
    });

    it('ioThreads() tells of sockets, messages, bytes and wake-ups', async () => {
      const sum = (name) => cnet.ioThreads().reduce((total, one) => total + one[name], 0);
      const { client, accepted } = await both();
      const before = sum('bytesRead');
      assert.ok(sum('sockets') >= 2);
      client.end(pattern(1000));
      await bytes(accepted);
      assert.strictEqual(sum('bytesRead') - before, 1000);
      assert.ok(sum('messages') > 0 && sum('wakeups') > 0);
    });

    it('nothing is started without', async () => {
      const code = `console.log(require(${JSON.stringify(ROOT)}).ioThreads().length)`;
      assert.strictEqual((await node(['-e', code])).stdout.trim(), '0');
    });
  });

  describe('the end', () => {
    /** A program whose server and clients are on threads and at work; `end` is run after so many messages. */
    const program = (end) => `
      const cnet = require(${JSON.stringify(ROOT)});
      let count = 0;
      const server = cnet.createServer({ ioThreads: 2 }, (socket) => {
        socket.on('error', () => {}).on('data', (chunk) => { socket.write(chunk); if (++count === N) { ${end} } });
      }).listen(0, '127.0.0.1', () => {
        for (let i = 0; i < 8; i++) {
          const client = cnet.connect({ port: server.address().port, host: '127.0.0.1', ioThread: true });
          client.on('error', () => {}).on('data', (chunk) => client.write(chunk)).write(Buffer.alloc(1 << (2 * i)));
        }
      });`;

    for (const [name, end, status] of [
      ['process.exit()', 'process.exit(7);', 7],
      ['an uncaught error', 'throw new Error("mine");', 1],
      ['process.reallyExit()', 'process.reallyExit(5);', 5],
    ]) {
      it(`${name} at every moment ends the process, as it says`, async function test() {
        this.timeout(60000);
        for (const n of [1, 2, 3, 7, 20, 100, 1000]) {
          const result = await node(['-e', `const N = ${n};${program(end)}`]);
          assert.strictEqual(result.code, status, result.stderr);
        }
      });
    }

    it('what was written before process.exit() arrives', async () => {
      const server = await listen(cnet.createServer());
      servers.push(server);
      const code = `
        const cnet = require(${JSON.stringify(ROOT)});
        const socket = cnet.connect({ ...${JSON.stringify(targetOf(server))}, ioThread: true }, () => {
          process.on('exit', () => socket.write('behind'));
          socket.write(Buffer.alloc(10000, 'x'));
          process.exit();
        });`;
      const [[socket]] = await Promise.all([once(server, 'connection'), node(['-e', code])]);
      const all = (await bytes(socket)).toString();
      assert.deepStrictEqual([all.length, all.slice(-6)], [10006, 'behind']);
    });

    it('worker.terminate() at every moment takes its threads along', async function test() {
      this.timeout(60000);
      for (const n of [1, 5, 50, 500]) {
        const end = 'require("node:worker_threads").parentPort.postMessage(0);';
        const worker = new Worker(`const N = ${n};${program(end)}`, { eval: true });
        await once(worker, 'message');
        await worker.terminate();
      }
    });

    it('a process ends by itself when its sockets have closed, or are unref()ed', async () => {
      const code = `
        const cnet = require(${JSON.stringify(ROOT)});
        const server = cnet.createServer({ ioThreads: 1 }, (socket) => socket.resume().unref());
        server.listen(0, '127.0.0.1', () => {
          const client = cnet.connect({ port: server.address().port, host: '127.0.0.1', ioThread: true }, () => {
            client.resume().unref();
            server.unref();
          });
        });`;
      assert.strictEqual((await node(['-e', code])).code, 0);
    });
  });
});
