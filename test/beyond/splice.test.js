'use strict';
// splice(): two sockets relayed to each other. Clients and back ends are of node:net.

const assert = require('node:assert');
const crypto = require('node:crypto');
const { once } = require('node:events');
const fs = require('node:fs');
const nodeNet = require('node:net');
const { Duplex } = require('node:stream');
const { Worker } = require('node:worker_threads');

const net = require('../..');
const { sha256 } = require('../support/bytes');
const { turns } = require('../support/loop');
const { HOST, close, listen, received, targetOf } = require('../support/net');
const { patience } = require('../support/scale');
const { tempDir } = require('../support/temp');

const MB = 1024 * 1024;
const LINUX = process.platform === 'linux';

const modes = [
  ['TCP to TCP', { from: 'tcp', to: 'tcp', connect: net.connect }],
  ['through JavaScript, to a socket of node:net', { from: 'tcp', to: 'tcp', connect: nodeNet.connect }],
];
if (process.platform !== 'win32') {
  modes.push(['TCP to a path', { from: 'tcp', to: 'path', connect: net.connect }]);
  modes.push(['a path to TCP', { from: 'path', to: 'tcp', connect: net.connect }]);
}

for (const [title, mode] of modes) {
  describe(`splice(): ${title}`, function () {
    this.timeout(patience(20000));
    let dir, front, back, open;

    const where = (kind, name) => (kind === 'tcp' ? { port: 0, host: HOST } : { path: dir.socket(name) });
    const keep = (socket) => {
      open.push(socket);
      return socket.on('error', () => {});
    };

    beforeEach(async () => {
      dir = tempDir();
      open = [];
      front = net.createServer({ pauseOnConnect: true });
      back = nodeNet.createServer({ allowHalfOpen: true, pauseOnConnect: true });
      await Promise.all([listen(front, where(mode.from, 'front')), listen(back, where(mode.to, 'back'))]);
    });

    afterEach(async () => {
      for (const socket of open) socket.destroy();
      await close(front, back);
      dir.remove();
    });

    /** client - a, b - server */
    async function chain() {
      const client = keep(nodeNet.connect({ ...targetOf(front), allowHalfOpen: true }));
      const [a] = await once(front, 'connection');
      keep(a);
      const b = keep(mode.connect(targetOf(back)));
      const [server] = await once(back, 'connection');
      keep(server);
      if (b.connecting) await once(b, 'connect');
      return { client, a, b, server };
    }

    it('carries both ways, whole, and tells how much', async () => {
      const { client, a, b, server } = await chain();
      const up = crypto.randomBytes(5 * MB);
      const down = crypto.randomBytes(7 * MB);
      const done = net.splice(a, b);
      client.end(up);
      server.end(down);
      const [atServer, atClient] = await Promise.all([received(server), received(client)]);
      assert.strictEqual(sha256(atServer), sha256(up));
      assert.strictEqual(sha256(atClient), sha256(down));
      assert.deepStrictEqual(await done, { aToB: up.length, bToA: down.length });
      assert.deepStrictEqual(
        [a.bytesRead, a.bytesWritten, b.bytesRead, b.bytesWritten],
        [up.length, down.length, down.length, up.length],
      );
      // the kernel's bytes are not seen here
      assert.strictEqual(a.readableDidRead, !LINUX || mode.connect === nodeNet.connect);
    });

    it('the end of one side ends the writing of the other alone', async () => {
      const { client, a, b, server } = await chain();
      const done = net.splice(a, b);
      client.end('question');
      assert.strictEqual((await received(server)).toString(), 'question');
      server.write('ans');
      client.resume();
      const [first] = await once(client, 'data');
      server.end('wer');
      assert.strictEqual(first.toString() + (await received(client)).toString(), 'answer');
      assert.deepStrictEqual(await done, { aToB: 8, bToA: 6 });
    });

    it('both sides are closed when it is done', async () => {
      const { client, a, b, server } = await chain();
      const closed = Promise.all([once(a, 'close'), once(b, 'close')]);
      const done = net.splice(a, b);
      client.end();
      server.end();
      client.resume();
      server.resume();
      assert.deepStrictEqual(await done, { aToB: 0, bToA: 0 });
      assert.deepStrictEqual(await closed, [[false], [false]]);
    });

    it('what was read and not consumed goes first, and after what was written before', async () => {
      const { client, a, b, server } = await chain();
      const big = crypto.randomBytes(4 * MB);
      client.write('the head and the rest');
      a.on('readable', () => {});
      await once(a, 'readable');
      a.removeAllListeners('readable');
      assert.strictEqual(a.read(8).toString(), 'the head');
      b.write(big);
      const done = net.splice(a, b);
      client.end(', and more');
      const got = await received(server);
      assert.strictEqual(sha256(got.subarray(0, big.length)), sha256(big));
      assert.strictEqual(got.subarray(big.length).toString(), ' and the rest, and more');
      server.end();
      client.resume();
      assert.deepStrictEqual(await done, { aToB: 23, bToA: 0 });
    });

    it('what has ended before it began is passed on', async () => {
      const { client, a, b, server } = await chain();
      a.allowHalfOpen = true;
      client.end('all');
      a.on('readable', () => {});
      while (!a._readableState.ended) await turns(1);
      a.removeAllListeners('readable');
      const done = net.splice(a, b);
      assert.strictEqual((await received(server)).toString(), 'all');
      server.end();
      client.resume();
      assert.deepStrictEqual(await done, { aToB: 3, bToA: 0 });
    });

    it('a reader that is slow holds the writer back', async () => {
      const { client, a, b, server } = await chain();
      const up = crypto.randomBytes(48 * MB);
      const done = net.splice(a, b);
      client.end(up);
      for (let last = -1; a.bytesRead !== last || last === 0;) { // until it stands still
        last = a.bytesRead;
        await turns(200);
      }
      assert.ok(a.bytesRead < up.length);
      assert.strictEqual(sha256(await received(server)), sha256(up));
      server.end();
      client.resume();
      assert.strictEqual((await done).aToB, up.length);
    });

    it('a reset of one side destroys the other, and rejects', async () => {
      const { client, a, b, server } = await chain();
      const failed = once(b, 'error');
      const closed = once(a, 'close');
      const done = net.splice(a, b);
      const rejected = assert.rejects(done, (error) => ['ECONNRESET', 'EPIPE'].includes(error.code));
      server.resume();
      client.write('x'.repeat(100000));
      await once(server, 'data');
      if (mode.to === 'tcp') server.resetAndDestroy();
      else {
        server.pause();
        server.destroy(); // with data unread, which is a reset of a path
        client.on('drain', () => client.write('x'.repeat(100000)));
        client.write('x'.repeat(100000));
      }
      await rejected;
      assert.match((await failed)[0].code, /ECONNRESET|EPIPE/);
      await closed;
    });

    it('destroy() of one side destroys the other, and rejects', async () => {
      const { client, a, b, server } = await chain();
      const done = net.splice(a, b);
      client.write('hello');
      server.resume();
      await once(server, 'data');
      const closed = Promise.all([once(b, 'close'), once(server, 'close')]);
      server.on('end', () => server.end());
      a.destroy();
      await assert.rejects(done, { code: 'ERR_STREAM_PREMATURE_CLOSE' });
      await closed;
    });

    it('an aborted signal destroys both, and rejects', async () => {
      for (const early of [true, false]) {
        const { client, a, b, server } = await chain();
        const controller = new AbortController();
        if (early) controller.abort('why');
        const done = net.splice(a, b, { signal: controller.signal });
        const closed = Promise.all([once(a, 'close'), once(b, 'close')]);
        const rejected = assert.rejects(done, { name: 'AbortError', cause: 'why' });
        if (!early) {
          client.write('hello');
          server.resume();
          await once(server, 'data');
          controller.abort('why');
        }
        await rejected;
        await closed;
      }
    });

    it('waits for a connection that is coming, and rejects when it does not come', async () => {
      const client = keep(nodeNet.connect({ ...targetOf(front), allowHalfOpen: true }));
      const [a] = await once(front, 'connection');
      keep(a);
      const b = keep(mode.connect(targetOf(back)));
      const done = net.splice(a, b);
      client.end('early');
      const [server] = await once(back, 'connection');
      keep(server);
      assert.strictEqual((await received(server)).toString(), 'early');
      server.end();
      client.resume();
      assert.deepStrictEqual(await done, { aToB: 5, bToA: 0 });

      const other = keep(nodeNet.connect(targetOf(front)));
      other.resume();
      const [c] = await once(front, 'connection');
      const gone = nodeNet.createServer().listen(0, HOST);
      await once(gone, 'listening');
      const { port } = gone.address();
      await new Promise((resolve) => gone.close(resolve));
      await assert.rejects(net.splice(keep(c), keep(mode.connect(port, HOST))), { code: 'ECONNREFUSED' });
    });

    (LINUX ? it : it.skip)('leaves no descriptor behind', async () => {
      const count = () => fs.readdirSync('/proc/self/fd').length;
      const before = count();
      for (const end of ['end', 'destroy']) {
        const { client, a, b, server } = await chain();
        const done = net.splice(a, b, { highWaterMark: MB });
        client.resume()[end]();
        server.resume();
        server.end();
        await done.catch(() => {});
        for (const socket of [client, a, b, server]) socket.destroy();
      }
      for (let i = 0; count() > before && i < 1000; i++) await turns(1);
      assert.ok(count() <= before);
    });
  });
}

describe('splice()', () => {
  const connection = () => new Duplex({ read() {}, write(_chunk, _encoding, done) { done(); } });

  it('wrong arguments are errors at once', () => {
    const socket = new net.Socket();
    for (const wrong of [undefined, null, {}, 1, process.stdin.fd]) {
      assert.throws(() => net.splice(wrong, socket), { code: 'ERR_INVALID_ARG_TYPE' });
      assert.throws(() => net.splice(socket, wrong), { code: 'ERR_INVALID_ARG_TYPE' });
    }
    assert.throws(() => net.splice(socket, socket), { code: 'ERR_INVALID_ARG_VALUE' });
    assert.throws(() => net.splice(socket, connection(), { highWaterMark: 1 }), { code: 'ERR_OUT_OF_RANGE' });
    assert.throws(() => net.splice(socket, connection(), { highWaterMark: '1' }), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => net.splice(socket, connection(), { signal: 1 }), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => net.splice(socket, connection(), 1), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => net.splice(socket, connection().setEncoding('utf8')), { code: 'ERR_INVALID_ARG_VALUE' });
  });

  it('a side that has ended its writing, or is destroyed, is refused, and the other destroyed', async () => {
    for (const closed of [connection().end(), connection().destroy()]) {
      const other = connection();
      await assert.rejects(net.splice(other, closed), { code: 'ERR_SOCKET_CLOSED' });
      assert.strictEqual(other.destroyed, true);
    }
  });

  it('a worker that is ended in the middle takes both sides along', async function () {
    this.timeout(patience(20000));
    const back = nodeNet.createServer((socket) => socket.on('error', () => {}).pipe(socket));
    back.listen(0, HOST);
    await once(back, 'listening');
    const worker = new Worker(`
      const { parentPort, workerData } = require('node:worker_threads');
      const net = require(workerData.module);
      const server = net.createServer((a) => {
        net.splice(a, net.connect(workerData.port, '${HOST}')).catch(() => {});
      });
      server.listen(0, '${HOST}', () => parentPort.postMessage(server.address().port));
    `, { eval: true, workerData: { module: require.resolve('../..'), port: back.address().port } });
    const [port] = await once(worker, 'message');
    const client = nodeNet.connect(port, HOST);
    client.on('error', () => {});
    client.write(Buffer.alloc(8 * MB));
    await once(client, 'data');
    client.resume();
    const closed = new Promise((resolve) => { client.on('close', resolve); });
    await worker.terminate();
    await closed;
    await new Promise((resolve) => back.close(resolve));
  });
});
