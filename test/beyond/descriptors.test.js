'use strict';
// Descriptors over Unix sockets (docs/beyond/descriptors.md): between sockets of cnet, and with Python's own.

const assert = require('node:assert');
const { execFileSync, spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { Worker } = require('node:worker_threads');
const zlib = require('node:zlib');

const { runFixture } = require('../support/child');
const { openCount } = require('../support/kernel');
const { until } = require('../support/loop');
const { needsLinux, skip } = require('../support/needs');
const { patience } = require('../support/scale');
const { net } = require('../support/subject');
const { connected, listening, pair, tempFile, tempPath, tidy, track } = require('../support/tidy');

const PEER = path.join(__dirname, '..', 'fixtures', 'descriptors.py');
const hasPython = spawnSync('python3', ['-V']).status === 0;
const opened = [];

/* A file with that content, open for reading. */
function fileWith(content) {
  const name = tempFile('file');
  fs.writeFileSync(name, content);
  const fd = fs.openSync(name);
  opened.push(fd);
  return fd;
}

function closeFd(fd) {
  fs.closeSync(fd);
  if (opened.includes(fd)) opened.splice(opened.indexOf(fd), 1);
}

/* What a descriptor is of, which is closed. */
function contentOf(fd) {
  const bytes = Buffer.alloc(100);
  const length = fs.readSync(fd, bytes, 0, bytes.length, 0);
  fs.closeSync(fd);
  return bytes.toString('utf8', 0, length);
}

/* Waits until the process has so many descriptors open; the test's own limit of time ends it. */
async function untilOpen(count) {
  await until(() => openCount() === count);
}

/* The events of a socket up to its end, in their order: ['descriptors', contents, place] and ['data', length]. */
async function record(socket) {
  const events = [];
  socket.on('descriptors', (fds, place) => events.push(['descriptors', fds.map(contentOf), place]));
  socket.on('data', (chunk) => events.push(['data', chunk.length]));
  await once(socket, 'end');
  return events;
}

const receiving = { serverOptions: { receiveDescriptors: true } };

/* The Python peer, with its lines. */
function peer(file, ...args) {
  const child = spawn('python3', [PEER, file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop();
    lines.push(...parts);
    child.emit('lines');
  });
  child.until = async (line) => {
    while (!lines.includes(line)) await once(child, 'lines');
  };
  child.lines = lines;
  return child;
}

describe('descriptors over Unix sockets', function () {
  this.timeout(patience(30000));
  before(function () { needsLinux(this); });

  afterEach(async () => {
    await tidy();
    for (const fd of opened.splice(0)) fs.closeSync(fd);
  });

  describe('between sockets of cnet', () => {
    it("come before the 'data' of their bytes, and are those that were open when they were sent", async () => {
      const { client, accepted } = await pair({ path: tempPath(), ...receiving });
      const events = record(accepted);
      const fd = fileWith('one');
      client.sendDescriptors('header', [fd, fd]);
      closeFd(fd);
      client.end();
      assert.deepStrictEqual(await events, [
        ['descriptors', ['one', 'one'], { start: 0, end: 6 }],
        ['data', 6],
      ]);
    });

    it('are sent in the order of the writes, also before the connection', async () => {
      const file = tempPath();
      const server = await listening(net.createServer(receiving.serverOptions), file);
      const client = track(new net.Socket());
      client.connect(file);
      const order = [];
      const fd = fileWith('one');
      const other = fileWith('other');
      client.write('a', () => order.push('a'));
      client.sendDescriptors('b', [fd], () => order.push('b'));
      client.write('c', () => order.push('c'));
      client.sendDescriptors(new Uint8Array(3), [other], () => order.push('d'));
      client.write('e', () => order.push('e'));
      closeFd(fd);
      closeFd(other);
      client.end();
      const [accepted] = await once(server, 'connection');
      const events = await record(track(accepted));
      const places = events.filter(([name]) => name === 'descriptors');
      assert.deepStrictEqual(places.map(([, contents, { end }]) => [contents, end]), [[['one'], 2], [['other'], 6]]);
      assert.strictEqual(accepted.bytesRead, 7);
      assert.strictEqual(client.bytesWritten, 7);
      assert.deepStrictEqual(order, ['a', 'b', 'c', 'd', 'e']);
      assert.ok(!Object.hasOwn(client, '_writeGeneric') && !Object.hasOwn(client, '_writev'));
    });

    it('go once when the kernel takes their bytes piece by piece, behind and before writes that wait', async () => {
      const { client, accepted } = await pair({ path: tempPath(), ...receiving });
      const block = Buffer.alloc(3e6);
      for (let i = 0; i < block.length; i++) block[i] = i * 7;
      accepted.pause();
      const fd = fileWith('one');
      let sum = 0;
      for (let i = 0; i < 3; i++) {
        client.write(block);
        client.sendDescriptors(block, [fd]);
        sum = zlib.crc32?.(block, zlib.crc32(block, sum));
      }
      client.end('end');
      assert.ok(client.writableLength > 1e6);
      const contents = [];
      let [seen, received] = [0, 0];
      accepted.on('descriptors', (fds, { start, end }) => {
        assert.strictEqual(start, received);
        assert.ok(end > block.length * (contents.length * 2 + 1), 'not before the first of their bytes');
        contents.push(...fds.map(contentOf));
      });
      accepted.on('data', (chunk) => {
        received += chunk.length;
        if (received <= block.length * 6) seen = zlib.crc32?.(chunk, seen);
        else seen = zlib.crc32?.(chunk.subarray(0, chunk.length - 3), seen);
      });
      await once(accepted.resume(), 'end');
      assert.strictEqual(received, block.length * 6 + 3);
      assert.strictEqual(seen, sum);
      assert.deepStrictEqual(contents, ['one', 'one', 'one']);
    });

    it('stay with the kernel while the socket is paused', async () => {
      const { client, accepted } = await pair({
        path: tempPath(),
        serverOptions: { ...receiving.serverOptions, pauseOnConnect: true },
      });
      const before = openCount();
      accepted.on('descriptors', () => assert.fail('paused'));
      const fd = fileWith('one');
      await new Promise((resolve) => { client.sendDescriptors('x', [fd], resolve); });
      await new Promise((resolve) => setImmediate(resolve));
      assert.strictEqual(openCount(), before + 1, 'the own file, and no duplicate');
      accepted.removeAllListeners('descriptors');
      const events = record(accepted.resume());
      client.end();
      assert.deepStrictEqual((await events)[0].slice(0, 2), ['descriptors', ['one']]);
    });

    it('are closed when nobody listens, and the bytes come all the same', async () => {
      const { client, accepted } = await pair({ path: tempPath(), ...receiving });
      accepted.resume();
      const fd = fileWith('one');
      const before = openCount();
      for (let i = 0; i < 50; i++) client.sendDescriptors('0123456789', [fd, fd, fd]);
      client.end();
      await Promise.all([once(accepted, 'close'), once(client.resume(), 'close')]);
      assert.strictEqual(accepted.bytesRead, 500);
      assert.strictEqual(openCount(), before - 3, 'less both ends, and the duplicate of the one that receives');
    });

    it('do not come to a socket without the option, nor stay open', async () => {
      const { client, accepted } = await pair({ path: tempPath() });
      accepted.on('descriptors', () => assert.fail('not asked for'));
      const fd = fileWith('one');
      const before = openCount();
      client.sendDescriptors('x', [fd]);
      const [chunk] = await once(accepted, 'data');
      assert.strictEqual(String(chunk), 'x');
      assert.strictEqual(openCount(), before);
    });

    it('come to connect() and new Socket() with the option too, and beside onread', async () => {
      const file = tempPath();
      const server = await listening(net.createServer(), file);
      const accepting = once(server, 'connection');
      const seen = [];
      const client = await connected({
        path: file,
        receiveDescriptors: true,
        onread: {
          buffer: Buffer.alloc(4),
          callback: (length, buffer) => seen.push(buffer.toString('utf8', 0, length)),
        },
      });
      client.on('descriptors', (fds, place) => seen.push(fds.map(contentOf), place));
      const [accepted] = await accepting;
      track(accepted).write('ab');
      accepted.sendDescriptors('cdefgh', [fileWith('one')]);
      accepted.end();
      await once(client, 'end');
      const text = seen.filter((one) => typeof one === 'string').join('');
      assert.strictEqual(text, 'abcdefgh');
      assert.deepStrictEqual(seen.find(Array.isArray), ['one']);
    });

    it('are closed in programs that are started', async () => {
      const { client, accepted } = await pair({ path: tempPath(), ...receiving });
      accepted.resume();
      client.sendDescriptors('x', [fileWith('one')]);
      const [[fd]] = await once(accepted, 'descriptors');
      const name = fs.readlinkSync(`/proc/self/fd/${fd}`);
      const seen = execFileSync('sh', ['-c', 'for fd in /proc/self/fd/*; do readlink "$fd" || :; done'], {
        encoding: 'utf8',
      });
      assert.ok(!seen.split('\n').includes(name));
      assert.strictEqual(contentOf(fd), 'one');
    });

    it('the duplicate that is watched goes with the socket, and the peer sees the end', async () => {
      const before = openCount();
      const { client, accepted, server } = await pair({ path: tempPath(), ...receiving });
      accepted.resume();
      client.sendDescriptors('x', [fileWith('one')]);
      await once(accepted, 'data');
      client.resume();
      accepted.destroy();
      await once(client, 'end');
      client.destroy();
      await new Promise((resolve) => { server.close(resolve); });
      await untilOpen(before + 1);
    });

    it('what is queued when the socket is destroyed is told of, and closed', async () => {
      const before = openCount();
      const { client, server } = await pair({ path: tempPath(), serverOptions: { pauseOnConnect: true } });
      const fd = fileWith('one');
      const ended = [];
      for (let i = 0; i < 20; i++)
        client.sendDescriptors(Buffer.alloc(100000), [fd, fd], (error) => ended.push(error?.code));
      assert.ok(openCount() > before + 20);
      client.destroy();
      server.close();
      await once(client, 'close');
      assert.ok(openCount() <= before + 4);
      await new Promise((resolve) => setImmediate(resolve));
      const failed = ended.filter((code) => code !== undefined);
      assert.strictEqual(ended.length, 20);
      assert.ok(
        failed.length > 10 && failed.every((code) => code === 'ECANCELED' || code === 'ERR_STREAM_DESTROYED'),
        `${failed}`,
      );
    });

    it('a message that waits for room fails with ECANCELED when the socket is destroyed', async () => {
      const { client } = await pair({ path: tempPath(), serverOptions: { pauseOnConnect: true } });
      const fd = fileWith('one');
      let [sent, code] = [0, null];
      const send = () => client.sendDescriptors(Buffer.alloc(1000), [fd], (error) => {
        sent++;
        code = error?.code;
      });
      for (let i = 0; i === sent; i++) {
        send();
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.ok(sent > 1 && code === undefined);
      client.destroy();
      await once(client, 'close');
      await new Promise((resolve) => setImmediate(resolve));
      assert.strictEqual(code, 'ECANCELED');
    });

    it('go with a thread that is ended while they wait', async () => {
      const file = tempPath();
      await listening(net.createServer({ pauseOnConnect: true }, track), file);
      const before = openCount();
      const worker = new Worker(
        `
        const { parentPort, workerData: { cnet, file, fd } } = require('node:worker_threads');
        const socket = require(cnet).connect(file);
        for (let i = 0; i < 10; i++) socket.sendDescriptors(Buffer.alloc(100000), [fd, fd]);
        socket.on('connect', () => setImmediate(() => parentPort.postMessage('waits')));
      `,
        { eval: true, workerData: { cnet: path.join(__dirname, '../..'), file, fd: fileWith('one') } },
      );
      await once(worker, 'message');
      const during = openCount();
      assert.ok(during > before + 15, `${during} beside ${before}`);
      await worker.terminate();
      // the file; the accepted end; its duplicate
      assert.ok(openCount() <= before + 3, `${openCount()} beside ${before}`);
    });

    it('a socket that receives lets the process end once it is unref()ed', async () => {
      const { status, stdout, stderr } = await runFixture('descriptors.js', ['unref', tempPath()]);
      assert.deepStrictEqual([status, stdout, stderr], [0, 'read\n', '']);
    });

    it("more than the process may have open is an 'error', and none of them stays open", async () => {
      const { status, stdout, stderr } = await runFixture('descriptors.js', ['many', tempPath()], {
        limits: 'ulimit -n 150',
      });
      assert.deepStrictEqual(
        [status, stdout, stderr],
        [0, 'EMFILE -2\n', ''],
        'less the end that has failed, and its duplicate',
      );
    });
  });

  describe('with a peer in Python', function () {
    before(function () {
      if (!hasPython) skip(this, 'python3 is not there');
    });

    it('receives up to 253 in a message, each at its place', async () => {
      const file = tempPath();
      const server = await listening(net.createServer(receiving.serverOptions), file);
      const messages = [[5, 0], [1, 1], [4, 0], [100000, 253], [3, 2]];
      const child = peer(file, 'send', JSON.stringify(messages));
      const [accepted] = await once(server, 'connection');
      const events = await record(track(accepted));
      const told = events.filter(([name]) => name === 'descriptors');
      assert.deepStrictEqual(told.map(([, contents]) => contents), [
        ['1.0'], Array.from({ length: 253 }, (_, i) => `3.${i}`), ['4.0', '4.1'],
      ]);
      assert.strictEqual(told[0][2].end, 6);
      assert.ok(told[1][2].start <= 10 && told[1][2].end > 10 && told[1][2].end <= 100010);
      assert.strictEqual(told[2][2].end, 100013);
      assert.strictEqual(events.reduce((sum, [name, length]) => (name === 'data' ? sum + length : sum), 0), 100013);
      accepted.end();
      assert.deepStrictEqual(await once(child, 'exit'), [0, null]);
    });

    it('sends in order, once, to a peer that is slow to read', async () => {
      const file = tempPath();
      const server = await listening(net.createServer(), file);
      const child = peer(file, 'receive');
      const [accepted] = await once(server, 'connection');
      const files = [fileWith('first'), fileWith('second'), fileWith('third')];
      const block = Buffer.alloc(1e6, 'block');
      track(accepted).write('head');
      accepted.sendDescriptors(block, [files[0], files[1]]);
      accepted.write(block);
      accepted.sendDescriptors('tail', [files[2]]);
      accepted.end();
      assert.ok(accepted.writableLength > 0);
      await child.until('ready');
      child.stdin.end('\n');
      await child.until('end');
      const reads = child.lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
      assert.strictEqual(reads.reduce((sum, { bytes }) => sum + bytes, 0), 2000008);
      assert.deepStrictEqual(reads.flatMap((one) => one.files), ['first', 'second', 'third']);
      assert.ok(reads.every(({ cut }) => !cut));
      if (zlib.crc32) {
        const all = Buffer.concat([Buffer.from('head'), block, block, Buffer.from('tail')]);
        assert.strictEqual(reads.at(-1).sum, zlib.crc32(all));
      }
    });

    for (const [what, act] of [
      ['when the socket is destroyed before they were read', (socket) => socket.destroy()],
      ['when there is no listener', (socket) => socket.resume()],
      ['when the socket is destroyed in their chunk', (socket) => socket.on('data', () => socket.destroy()).resume()],
    ]) {
      it(`nobody has them any more ${what}`, async () => {
        const file = tempPath();
        const server = await listening(net.createServer({ receiveDescriptors: true, pauseOnConnect: true }), file);
        const child = peer(file, 'pipe');
        const [accepted] = await once(server, 'connection');
        track(accepted);
        await child.until('sent');
        assert.ok(!child.lines.includes('closed'));
        act(accepted);
        await child.until('closed');
      });
    }
  });

  describe('arguments', () => {
    it('of another type or out of range are refused, and nothing is sent', async () => {
      const { client, accepted } = await pair({ path: tempPath(), ...receiving });
      const fd = fileWith('one');
      const before = openCount();
      for (const [args, code] of [
        [[1, [fd]], 'ERR_INVALID_ARG_TYPE'],
        [[undefined, [fd]], 'ERR_INVALID_ARG_TYPE'],
        [['', [fd]], 'ERR_INVALID_ARG_VALUE'],
        [[Buffer.alloc(0), [fd]], 'ERR_INVALID_ARG_VALUE'],
        [['x', fd], 'ERR_INVALID_ARG_TYPE'],
        [['x', []], 'ERR_OUT_OF_RANGE'],
        [['x', new Array(254).fill(fd)], 'ERR_OUT_OF_RANGE'],
        [['x', ['1']], 'ERR_INVALID_ARG_TYPE'],
        [['x', [-1]], 'ERR_OUT_OF_RANGE'],
        [['x', [1.5]], 'ERR_OUT_OF_RANGE'],
        [['x', [fd, 2 ** 31 - 1]], 'EBADF'],
        [['x', [fd], 'callback'], 'ERR_INVALID_ARG_TYPE'],
      ]) {
        assert.throws(() => client.sendDescriptors(...args), { code }, JSON.stringify(args[1]));
      }
      assert.throws(() => client.sendDescriptors('x', [fd, 99999]), {
        code: 'EBADF',
        syscall: 'dup',
        message: 'dup EBADF',
      });
      assert.throws(() => new net.Socket({ receiveDescriptors: 1 }), { code: 'ERR_INVALID_ARG_TYPE' });
      assert.throws(() => net.createServer({ receiveDescriptors: 'yes' }), { code: 'ERR_INVALID_ARG_TYPE' });
      assert.strictEqual(openCount(), before);
      client.end('end');
      accepted.on('descriptors', () => assert.fail('none was sent'));
      const [chunk] = await once(accepted, 'data');
      assert.strictEqual(String(chunk), 'end');
    });

    it('TCP has no descriptors: it refuses to send, and ignores the option to receive', async () => {
      const { client, accepted } = await pair({ serverOptions: { receiveDescriptors: true } });
      assert.throws(() => client.sendDescriptors('x', [0]), { code: 'ERR_INVALID_HANDLE_TYPE' });
      client.end('text');
      const [chunk] = await once(accepted, 'data');
      assert.strictEqual(String(chunk), 'text');
    });

    it('after the end they are refused as writes are', async () => {
      const { client } = await pair({ path: tempPath(), ...receiving });
      const fd = fileWith('one');
      const before = openCount();
      client.end();
      client.on('error', () => {});
      const error = await new Promise((resolve) => { client.sendDescriptors('x', [fd], resolve); });
      assert.strictEqual(error.code, 'ERR_STREAM_WRITE_AFTER_END');
      assert.ok(openCount() <= before);
    });
  });
});
