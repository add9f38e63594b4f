'use strict';
// socket.sendFile(): a file goes out in its place among the writes.

const assert = require('node:assert');
const { execFileSync, spawnSync, execFile } = require('node:child_process');
const crypto = require('node:crypto');
const { once } = require('node:events');
const fs = require('node:fs');
const nodeNet = require('node:net');
const { pathToFileURL } = require('node:url');
const { promisify } = require('node:util');
const { Worker } = require('node:worker_threads');

const net = require('../..');
const { sha256 } = require('../support/bytes');
const { env } = require('../support/child');
const { HOST, received } = require('../support/net');
const { patience } = require('../support/scale');
const { tempDir } = require('../support/temp');

const MB = 1024 * 1024;
const LINUX = process.platform === 'linux';

/** Programs of the system, which must not be given what a checked build preloads. */
const has = (program) => spawnSync(program, ['--version'], { env }).status === 0;

describe('socket.sendFile()', function () {
  this.timeout(patience(8000));
  let dir, server, socket, peer, small, big, content;

  before(() => {
    dir = tempDir();
    small = dir.path('small');
    big = dir.path('big');
    fs.writeFileSync(small, '0123456789');
    content = crypto.randomBytes(16 * MB);
    fs.writeFileSync(big, content);
  });

  after(() => dir.remove());

  beforeEach(async () => {
    server = nodeNet.createServer({ allowHalfOpen: true, pauseOnConnect: true });
    server.listen(0, HOST);
    await once(server, 'listening');
    socket = net.connect(server.address().port, HOST);
    [peer] = await once(server, 'connection');
    peer.on('error', () => {});
    if (socket.connecting) await once(socket, 'connect');
  });

  afterEach(async () => {
    socket.destroy();
    peer.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  /** All that comes to the peer, once our side has ended. */
  function heard() {
    return received(peer);
  }

  const text = async () => (await heard()).toString();

  it('goes between the writes before and after it', async () => {
    socket.write('<');
    const sent = socket.sendFile(small);
    socket.write('>');
    socket.end('.');
    assert.strictEqual(await text(), '<0123456789>.');
    assert.strictEqual(await sent, 10);
    assert.strictEqual(socket.bytesWritten, 13);
  });

  it('keeps its place among corked writes, of strings, encodings and Buffers, with another file', async () => {
    socket.cork();
    socket.write('a');
    socket.write('ff', 'hex');
    const first = socket.sendFile(small, { end: 1 });
    const second = socket.sendFile(small, { start: 8 });
    socket.write(Buffer.from('b'));
    socket.write('c', 'latin1');
    const third = socket.sendFile(small, { start: 3, end: 3 });
    process.nextTick(() => socket.uncork());
    socket.end();
    assert.strictEqual((await heard()).toString('latin1'), 'a\xff0189bc3');
    assert.deepStrictEqual(await Promise.all([first, second, third]), [2, 2, 1]);
  });

  it('takes a path as text, bytes and URL, a descriptor and a FileHandle', async () => {
    const handle = await fs.promises.open(small);
    const fd = fs.openSync(small);
    const all = [small, Buffer.from(small), pathToFileURL(small), fd, handle].map((file) => socket.sendFile(file));
    socket.end();
    assert.strictEqual(await text(), '0123456789'.repeat(5));
    assert.deepStrictEqual(await Promise.all(all), [10, 10, 10, 10, 10]);
    fs.closeSync(fd);
    await handle.close();
  });

  it('without start, goes on where a descriptor is, and moves it; with start, leaves it alone', async () => {
    const fd = fs.openSync(small);
    fs.readSync(fd, Buffer.alloc(2));
    await socket.sendFile(fd, { end: 2 });
    await socket.sendFile(fd, { start: 0, end: 0 });
    await socket.sendFile(fd);
    fs.closeSync(fd);
    socket.end();
    assert.strictEqual(await text(), '23405' + '6789');
  });

  it('a callback is called with the bytes, or with the error', async () => {
    const bytes = await new Promise((resolve, reject) => {
      socket.sendFile(small, (error, count) => (error ? reject(error) : resolve(count)));
    });
    assert.strictEqual(bytes, 10);
    const error = await new Promise((resolve) => {
      socket.sendFile(dir.path('none'), { start: 1 }, resolve);
    });
    assert.strictEqual(error.code, 'ENOENT');
  });

  it('a file shorter than the range gives what there is; one that has grown until its turn all of it', async () => {
    assert.strictEqual(await socket.sendFile(small, { start: 5, end: 1000 }), 5);
    assert.strictEqual(await socket.sendFile(small, { start: 50 }), 0);
    const growing = dir.path('growing');
    fs.writeFileSync(growing, 'one');
    socket.cork();
    const sent = socket.sendFile(growing);
    fs.appendFileSync(growing, 'two');
    socket.uncork();
    assert.strictEqual(await sent, 6);
    socket.end();
    assert.strictEqual(await text(), '56789onetwo');
  });

  it('an empty file sends nothing', async () => {
    const empty = dir.path('empty');
    fs.writeFileSync(empty, '');
    assert.strictEqual(await socket.sendFile(empty), 0);
    socket.end('x');
    assert.strictEqual(await text(), 'x');
  });

  it('what cannot be opened or read is an error, and the socket goes on', async () => {
    await assert.rejects(socket.sendFile(dir.path('none')), { code: 'ENOENT', syscall: 'open' });
    await assert.rejects(socket.sendFile(dir.path('.')), { code: 'EISDIR' });
    await assert.rejects(socket.sendFile(2 ** 30), { code: 'EBADF' });
    const handle = await fs.promises.open(small);
    await handle.close();
    await assert.rejects(socket.sendFile(handle), { code: 'EBADF' });
    socket.end('well');
    assert.strictEqual(await text(), 'well');
  });

  it('a large file arrives whole; meanwhile the socket needs drain, and counts what has gone', async () => {
    const drained = once(socket, 'drain');
    const sent = socket.sendFile(big, { start: 0, end: content.length - 1 });
    assert.strictEqual(socket.writableLength, content.length);
    assert.strictEqual(socket.writableNeedDrain, true);
    const all = heard();
    await drained;
    assert.strictEqual(socket.writableLength, 0);
    assert.strictEqual(socket.bytesWritten, content.length);
    socket.end();
    assert.strictEqual(sha256(await all), sha256(content));
    assert.strictEqual(await sent, content.length);
    assert.strictEqual(socket.bytesWritten, content.length);
  });

  it("end() right after it: 'finish' when the file has gone", async () => {
    const order = [];
    const sent = socket.sendFile(big).then(() => order.push('sent'));
    socket.end('the end');
    socket.on('finish', () => order.push('finish'));
    const all = await heard();
    await sent;
    assert.strictEqual(sha256(all), sha256(Buffer.concat([content, Buffer.from('the end')])));
    assert.deepStrictEqual(order, ['sent', 'finish']);
  });

  it('before the connection is there, waits for it', async () => {
    const early = net.connect(server.address().port, HOST);
    const sent = early.sendFile(small);
    early.end('!');
    const [other] = await once(server, 'connection');
    let all = '';
    other.on('data', (chunk) => (all += chunk)).resume();
    await once(other, 'end');
    assert.strictEqual(all, '0123456789!');
    assert.strictEqual(await sent, 10);
    other.destroy();
    early.destroy();
  });

  it('after end() is a write after the end', async () => {
    socket.on('error', () => {});
    socket.end();
    await assert.rejects(socket.sendFile(small), { code: 'ERR_STREAM_WRITE_AFTER_END' });
  });

  it("destroy() in the middle rejects it, and what waits behind it; 'close' comes", async () => {
    const sent = socket.sendFile(big);
    const next = socket.sendFile(small);
    peer.resume().once('data', () => socket.destroy()); // the first of it
    const closed = once(socket, 'close');
    await Promise.all([sent, next].map((one) =>
      assert.rejects(one, (error) => ['ECANCELED', 'ERR_SOCKET_CLOSED', 'ERR_STREAM_DESTROYED'].includes(error.code))));
    assert.deepStrictEqual(await closed, [false]);
  });

  it('destroy() while the kernel is full ends the connection at the peer', async () => {
    const sent = socket.sendFile(big);
    const rejected = assert.rejects(sent, ({ code }) => ['ECANCELED', 'ERR_SOCKET_CLOSED'].includes(code));
    for (let last = -1; socket.bytesWritten !== last || last === 0;) { // until it stands still
      last = socket.bytesWritten;
      for (let i = 0; i < 50; i++) await new Promise((resolve) => { setImmediate(resolve); });
    }
    assert.ok(socket.bytesWritten < content.length);
    socket.destroy();
    await rejected;
    const all = await heard();
    assert.ok(all.equals(content.subarray(0, all.length)));
  });

  it('a peer that goes away is an error of the socket and of the call', async () => {
    const failed = once(socket, 'error');
    const sent = socket.sendFile(big);
    peer.once('data', () => peer.resetAndDestroy());
    peer.resume();
    await assert.rejects(sent, (error) => ['ECONNRESET', 'EPIPE', 'ECANCELED'].includes(error.code));
    assert.match((await failed)[0].code, /ECONNRESET|EPIPE/);
  });

  it('an aborted signal: nothing is sent, or, once it has begun, the socket is destroyed', async () => {
    await assert.rejects(socket.sendFile(small, { signal: AbortSignal.abort('why') }), {
      name: 'AbortError',
      cause: 'why',
    });
    const waiting = new AbortController();
    socket.cork();
    const queued = socket.sendFile(small, { signal: waiting.signal });
    waiting.abort();
    socket.uncork();
    await assert.rejects(queued, { name: 'AbortError' });
    await new Promise((resolve) => { socket.write('alive', resolve); });

    const running = new AbortController();
    const failed = once(socket, 'error');
    const sent = socket.sendFile(big, { signal: running.signal });
    let first = '';
    peer.resume().once('data', (chunk) => {
      first = chunk.toString('latin1', 0, 5);
      running.abort();
    });
    await assert.rejects(sent, { name: 'AbortError' });
    assert.strictEqual((await failed)[0].name, 'AbortError');
    assert.strictEqual(first, 'alive');
  });

  it('wrong arguments are errors at once', () => {
    for (const file of [undefined, null, {}, true, () => {}]) {
      assert.throws(() => socket.sendFile(file), { code: 'ERR_INVALID_ARG_TYPE' });
    }
    assert.throws(() => socket.sendFile(-1), { code: 'ERR_OUT_OF_RANGE' });
    assert.throws(() => socket.sendFile(small, { start: '1' }), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => socket.sendFile(small, { end: 1.5 }), { code: 'ERR_OUT_OF_RANGE' });
    assert.throws(() => socket.sendFile(small, { start: 5, end: 4 }), { code: 'ERR_OUT_OF_RANGE' });
    assert.throws(() => socket.sendFile(small, { signal: 1 }), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => socket.sendFile(small, {}, 1), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => socket.sendFile(small, 1), { code: 'ERR_INVALID_ARG_TYPE' });
  });

  const unix = process.platform === 'win32' ? it.skip : it;

  unix('what is no file, such as a FIFO, is read and written', async () => {
    const fifo = dir.path('fifo');
    execFileSync('mkfifo', [fifo], { env });
    const sent = socket.sendFile(fifo, { end: 3 * MB - 1 });
    fs.createWriteStream(fifo).on('error', () => {}).end(content.subarray(0, 5 * MB));
    socket.end('!');
    const all = await heard();
    assert.strictEqual(await sent, 3 * MB);
    assert.strictEqual(sha256(all), sha256(Buffer.concat([content.subarray(0, 3 * MB), Buffer.from('!')])));
    assert.strictEqual(socket.bytesWritten, 3 * MB + 1);
  });

  (LINUX ? it : it.skip)('a file that tells no size, such as those of /proc, is sent to its end', async () => {
    const sent = socket.sendFile('/proc/self/limits');
    socket.end();
    const all = await text();
    assert.match(all, /^Limit .*Max open files/s);
    assert.strictEqual(await sent, all.length);
  });

  (LINUX ? it : it.skip)('leaves no descriptor behind', async () => {
    const count = () => fs.readdirSync('/proc/self/fd').length;
    const before = count();
    peer.resume();
    for (let i = 0; i < 5; i++) await socket.sendFile(big);
    await assert.rejects(socket.sendFile(dir.path('none')));
    for (let i = 0; count() > before && i < 1000; i++) await new Promise((resolve) => { setImmediate(resolve); });
    assert.ok(count() <= before);
  });

  it('a worker that is ended in the middle takes it along', async () => {
    const source = `
      const { workerData } = require('node:worker_threads');
      const net = require(workerData.module);
      const socket = net.connect(workerData.port, '${HOST}', () => socket.sendFile(workerData.file).catch(() => {}));
      socket.on('error', () => {});
    `;
    const workerData = { module: require.resolve('../..'), port: server.address().port, file: big };
    const worker = new Worker(source, { eval: true, workerData });
    const [other] = await once(server, 'connection');
    other.on('error', () => {}).on('end', () => other.end());
    other.resume();
    await once(other, 'data');
    other.pause();
    await worker.terminate();
    other.resume();
    await once(other, 'close');
  });

  (has('curl') ? it : it.skip)('curl has the body of an HTTP answer', async () => {
    const web = net.createServer((client) => {
      client.once('data', () => {
        client.write(`HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n\r\n`);
        client.sendFile(big).then(() => client.end());
      });
    });
    web.listen(0, HOST);
    await once(web, 'listening');
    const out = dir.path('curled');
    await promisify(execFile)('curl', ['-sS', '-o', out, `http://${HOST}:${web.address().port}/`], { env });
    assert.strictEqual(sha256(fs.readFileSync(out)), sha256(content));
    await new Promise((resolve) => web.close(resolve));
  });
});
