'use strict';
// What is written arrives: every byte, once, in order, over TCP and over paths, however it is cut and encoded.

const assert = require('node:assert');
const { constants } = require('node:buffer');
const { createHash } = require('node:crypto');
const { once } = require('node:events');
const nodeNet = require('node:net');
const { Readable, Writable, pipeline } = require('node:stream');
const { promisify } = require('node:util');

const net = require('../..');
const { sha256 } = require('../support/bytes');
const { skip } = require('../support/needs');
const { close, listen, targetOf } = require('../support/net');
const { generator } = require('../support/random');
const { instrumented, patience, scaled } = require('../support/scale');
const { tempDir } = require('../support/temp');

const MB = 1024 * 1024;
const TOTAL = scaled(50 * MB, 64 * 1024);
const CONNECTIONS = scaled(200, 8);
const CHUNK_LIMIT = 150000;
const ENCODINGS = [
  'utf8',
  'utf-8',
  'ucs2',
  'ucs-2',
  'utf16le',
  'utf-16le',
  'latin1',
  'binary',
  'ascii',
  'base64',
  'base64url',
  'hex',
];

/* Bytes without a period that a buffer's size could hide behind. */
const NOISE = (() => {
  const bytes = Buffer.allocUnsafe(MB + 7);
  const next = generator(42);
  for (let i = 0; i < bytes.length; i++) bytes[i] = next(256);
  return bytes;
})();

/* `total` bytes in chunks of random size, 1 to `limit`, from a place in the noise that depends on the seed. */
function* chunks(seed, total, limit = CHUNK_LIMIT) {
  const next = generator(seed);
  for (let left = total; left > 0;) {
    const from = next(NOISE.length - 1);
    const chunk = NOISE.subarray(from, from + Math.min(left, 1 + next(limit)));
    left -= chunk.length;
    yield chunk;
  }
}

/* The digest of all that arrives until the end. */
async function digestOf(socket) {
  const hash = createHash('sha256');
  socket.on('data', (chunk) => hash.update(chunk));
  await once(socket, 'end');
  return hash.digest('hex');
}

/* Writes all, waiting for 'drain' when told to, and ends. */
async function send(socket, pieces) {
  for (const piece of pieces) if (!socket.write(piece)) await once(socket, 'drain');
  socket.end();
}

const kinds = [{ kind: 'TCP', where: () => ({ port: 0, host: '127.0.0.1' }) }];
if (process.platform !== 'win32') kinds.push({ kind: 'a path', where: (dir) => ({ path: dir.socket('s') }) });

for (const { kind, where } of kinds) {
  describe(`integrity over ${kind}`, function () {
    this.timeout(patience(20000));
    let dir, server;

    beforeEach(() => {
      dir = tempDir();
    });

    afterEach(async () => {
      if (server.listening) await close(server);
      dir.remove();
    });

    async function serve(options, listener) {
      server = await listen(net.createServer(options, listener), where(dir));
    }

    const connect = (options = {}) => net.connect({ ...targetOf(server), ...options });

    /* A server for one connection: what it is sent, and the client. */
    async function sink(options) {
      let arrived;
      await serve({}, (socket) => {
        arrived = digestOf(socket);
      });
      const client = connect(options);
      const [socket] = await once(server, 'connection');
      return { client, socket, arrived };
    }

    const echo = () => serve({ allowHalfOpen: true }, (socket) => socket.pipe(socket));

    async function assertEcho(seed, total) {
      const client = connect({ allowHalfOpen: true });
      const [digest] = await Promise.all([digestOf(client), send(client, chunks(seed, total))]);
      assert.strictEqual(digest, sha256(chunks(seed, total)));
      assert.strictEqual(client.bytesWritten, total);
      assert.strictEqual(client.bytesRead, total);
    }

    it('one connection gets 50 MB back as they were, in chunks of any size', async () => {
      await echo();
      await assertEcho(1, TOTAL);
    });

    it('200 connections at once get 50 MB in all back, each its own', async () => {
      await echo();
      const each = Math.ceil(TOTAL / CONNECTIONS);
      await Promise.all(Array.from({ length: CONNECTIONS }, (_, i) => assertEcho(i + 2, each)));
    });

    it('pipeline() carries 50 MB both ways and ends', async () => {
      await echo();
      const client = connect({ allowHalfOpen: true });
      const hash = createHash('sha256');
      const end = new Writable({
        write(chunk, encoding, callback) {
          hash.update(chunk);
          callback();
        },
      });
      await promisify(pipeline)(Readable.from(chunks(3, TOTAL), { objectMode: false }), client, end);
      assert.strictEqual(hash.digest('hex'), sha256(chunks(3, TOTAL)));
    });

    it('strings arrive as the bytes of their encoding, short and long', async () => {
      const { client, arrived } = await sink();
      const texts = [
        '',
        'a',
        'grün €',
        'é'.repeat(5000),
        '€'.repeat(16 * 1024),
        '😀x'.repeat(30000),
        '\ud800 alone',
        '\0',
      ];
      const expected = [];
      for (const encoding of ENCODINGS) {
        for (const text of texts) {
          const fit = ['hex', 'base64', 'base64url'].includes(encoding) ? Buffer.from(text).toString(encoding) : text;
          client.write(fit, encoding);
          expected.push(Buffer.from(fit, encoding));
        }
      }
      client.end('the end');
      assert.strictEqual(await arrived, sha256([...expected, 'the end']));
    });

    it('strings arrive also when each is written alone and waits for the one before', async () => {
      const { client, arrived } = await sink();
      const expected = [];
      for (let i = 0; i < scaled(400, 40); i++) {
        const encoding = ['utf8', 'utf16le', 'latin1'][i % 3];
        const text = String.fromCharCode(0x61 + (i % 26), 0xe9, 0x20ac).repeat(1 + ((i * 37) % 5400));
        expected.push(Buffer.from(text, encoding));
        await new Promise((resolve, reject) => {
          client.write(text, encoding, (error) => (error ? reject(error) : resolve()));
        });
      }
      client.end();
      assert.strictEqual(await arrived, sha256(expected));
    });

    it('corked writes arrive in order, more of them than the kernel takes in one call', async () => {
      const { client, arrived } = await sink();
      const pieces = [...chunks(4, scaled(4 * MB, 100000), 3000)];
      for (let i = 0; i < pieces.length; i += 1500) {
        client.cork();
        for (const [at, piece] of pieces.slice(i, i + 1500).entries()) {
          if (at % 3 === 0) client.write(piece.toString('latin1'), 'latin1');
          else client.write(piece);
        }
        client.uncork();
      }
      client.end();
      assert.strictEqual(await arrived, sha256(pieces));
    });

    it('writes of one byte each arrive, whether or not the one before has gone', async () => {
      const { client, arrived } = await sink();
      const bytes = NOISE.subarray(0, scaled(10000, 500));
      for (let i = 0; i < bytes.length; i++) {
        const gone = new Promise((resolve) => { client.write(bytes.subarray(i, i + 1), resolve); });
        if (i % 2 === 0) await gone;
      }
      client.end();
      assert.strictEqual(await arrived, sha256([bytes]));
    });

    it('one write of 64 MB arrives although the reader starts late', async () => {
      const { client, socket } = await sink();
      socket.removeAllListeners('data').pause();
      if (client.connecting) await once(client, 'connect');
      const bytes = Buffer.alloc(scaled(64 * MB, 16 * MB), NOISE);
      const gone = new Promise((resolve, reject) => {
        client.write(bytes, (error) => (error ? reject(error) : resolve()));
      });
      client.end();
      assert.strictEqual(client.writableLength, bytes.length);
      assert.ok(client._handle.writeQueueSize > 0, 'the write was meant to wait');
      const arrived = digestOf(socket);
      socket.resume();
      await gone;
      assert.strictEqual(await arrived, sha256([bytes]));
    });

    it('one write of more than 2 GiB arrives whole', async function () {
      const size = 2 ** 31 + MB;
      if (instrumented) this.skip(); // it takes too long
      if (constants.MAX_LENGTH < size) skip(this, 'this Node has no Buffer of that size');
      const { client, socket } = await sink();
      const bytes = Buffer.alloc(size);
      bytes.write('the end', bytes.length - 7);
      let got = 0;
      let last = Buffer.alloc(0);
      socket.removeAllListeners('data').on('data', (chunk) => {
        got += chunk.length;
        last = chunk.length < 7 ? Buffer.concat([last, chunk]) : chunk;
      });
      client.end(bytes);
      await once(socket, 'end');
      assert.strictEqual(got, bytes.length);
      assert.strictEqual(last.toString('latin1', last.length - 7), 'the end');
    });

    it('a half-open connection answers after the end of the question', async () => {
      const question = [...chunks(5, scaled(3 * MB, 10000))];
      const answer = [...chunks(6, scaled(3 * MB, 10000))];
      let asked;
      await serve({ allowHalfOpen: true }, (socket) => {
        asked = digestOf(socket).then(async (digest) => {
          await send(socket, answer);
          return digest;
        });
      });
      const client = connect();
      const answered = digestOf(client);
      await send(client, question);
      assert.strictEqual(await answered, sha256(answer));
      assert.strictEqual(await asked, sha256(question));
    });

    it('a buffer may be changed once its callback was called', async () => {
      const { client, arrived } = await sink();
      const buffer = Buffer.alloc(300000);
      const expected = createHash('sha256');
      for (let i = 0; i < scaled(40, 5); i++) {
        buffer.fill(i);
        expected.update(buffer);
        await new Promise((resolve, reject) => {
          client.write(buffer, (error) => (error ? reject(error) : resolve()));
        });
      }
      client.end();
      assert.strictEqual(await arrived, expected.digest('hex'));
    });

    it('a buffer that is detached while its write waits ends the write, by an error or not', async () => {
      const { client, socket } = await sink();
      socket.removeAllListeners('data').pause();
      client.on('error', () => {});
      if (client.connecting) await once(client, 'connect');
      const bytes = new Uint8Array(scaled(32 * MB, 16 * MB));
      const gone = new Promise((resolve) => { client.write(bytes, resolve); });
      const behind = new Promise((resolve) => { client.write(new Uint8Array(8), resolve); });
      assert.ok(client._handle.writeQueueSize > 0, 'the write was meant to wait');
      structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
      assert.strictEqual(bytes.length, 0);
      socket.resume();
      const error = await gone;
      await behind;
      if (error) assert.strictEqual(error.code, 'ECANCELED');
      client.destroy();
      socket.destroy();
    });

    it('a buffer that is detached behind a waiting write is sent as the nothing that it is', async () => {
      const { client, socket } = await sink();
      socket.removeAllListeners('data').pause();
      if (client.connecting) await once(client, 'connect');
      const first = Buffer.alloc(scaled(32 * MB, 16 * MB), 'x');
      const second = new Uint8Array(1000);
      client.write(first);
      client.write(second);
      client.write('the end');
      structuredClone(second.buffer, { transfer: [second.buffer] });
      const arrived = digestOf(socket);
      socket.resume();
      client.end();
      assert.strictEqual(await arrived, sha256([first, 'the end']));
    });

    it('nothing is sent from behind a buffer that is detached within a waiting write', async () => {
      const { client, socket } = await sink();
      socket.removeAllListeners('data').pause();
      client.on('error', () => {});
      if (client.connecting) await once(client, 'connect');
      const first = Buffer.alloc(scaled(32 * MB, 16 * MB), 'x');
      const second = new Uint8Array(100000);
      client.cork();
      client.write(first);
      client.write(second);
      const gone = new Promise((resolve) => { client.write(Buffer.alloc(100000, 'y'), resolve); });
      client.uncork();
      assert.ok(client._handle.writeQueueSize > 0, 'the write was meant to wait');
      structuredClone(second.buffer, { transfer: [second.buffer] });
      const arrived = digestOf(socket);
      socket.resume();
      assert.strictEqual((await gone).code, 'ECANCELED');
      assert.strictEqual(await arrived, sha256([first]));
    });

    it('bytes in shared memory arrive, at once and after waiting', async () => {
      const { client, arrived } = await sink();
      const bytes = new Uint8Array(new SharedArrayBuffer(scaled(16 * MB, MB)));
      bytes.set(NOISE.subarray(0, Math.min(NOISE.length, bytes.length)));
      client.write(bytes.subarray(3, 1000));
      client.write(bytes);
      client.end();
      assert.strictEqual(await arrived, sha256([bytes.subarray(3, 1000), bytes]));
    });

    it('other views of memory are taken where Node takes them, and arrive', async () => {
      const memory = NOISE.buffer.slice(NOISE.byteOffset, NOISE.byteOffset + 4096);
      for (const view of [
        new Uint16Array(memory, 2, 100),
        new Float64Array(memory, 8, 10),
        new DataView(memory, 5, 77),
      ]) {
        const probe = new nodeNet.Socket();
        let code = null;
        try {
          probe.on('error', () => {}).write(view);
        } catch (error) {
          code = error.code;
        }
        probe.destroy();
        const { client, arrived } = await sink();
        if (code !== null) assert.throws(() => client.write(view), { code });
        else client.write(view);
        client.end('!');
        const sent = code === null ? [Buffer.from(memory, view.byteOffset, view.byteLength)] : [];
        assert.strictEqual(await arrived, sha256([...sent, '!']));
        await new Promise((resolve) => server.close(resolve));
      }
    });
  });
}
