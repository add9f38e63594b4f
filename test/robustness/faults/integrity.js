'use strict';
// integrity.js SEED RATE: streams of bytes of which every one is checked, while of a thousand reads and writes RATE
// move a single byte and RATE have to be tried again, at random by the seed. Prints a line for each, and `N passed, N
// failed`. It is started with the library of faults: see tools/test-faults.js.

const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Readable, Writable } = require('node:stream');
const { pipeline } = require('node:stream/promises');

const net = require('../../..');
const inject = require('./inject');
const { sha256 } = require('../../support/bytes');
const { generator } = require('../../support/random');

const [seed, rate] = process.argv.slice(2).map(Number);
const TOTAL = 600 * 1024;
const ENCODINGS = ['utf8', 'ucs2', 'latin1', 'ascii', 'base64', 'base64url', 'hex'];
const LIMIT_MS = 60000;

const next = generator(seed);
const NOISE = Buffer.from(Uint8Array.from({ length: TOTAL }, () => next(256)));

/* All of the noise in pieces of random size. */
function* pieces(most = 70000) {
  for (let at = 0; at < NOISE.length;) {
    const length = 1 + next(next(4) === 0 ? most : 300);
    yield NOISE.subarray(at, at + length);
    at += length;
  }
}

/* What arrives on a socket until its end. */
function collect(socket) {
  const got = [];
  socket.on('data', (chunk) => got.push(chunk));
  return once(socket, 'end').then(() => got);
}

/* Each way to send: resolves when all is written; gives the bytes that were meant. */
const senders = {
  async write(client) {
    for (const piece of pieces()) if (!client.write(piece)) await once(client, 'drain');
    client.end();
    return [NOISE];
  },
  async 'write with callbacks'(client) {
    let [asked, told] = [0, 0];
    for (const piece of pieces()) {
      asked++;
      client.write(piece, (error) => {
        if (error) throw error;
        told++;
      });
    }
    client.end();
    await once(client, 'finish');
    if (told !== asked) throw new Error(`${told} callbacks of ${asked}`);
    return [NOISE];
  },
  async corked(client) {
    let corked = 0;
    for (const piece of pieces()) {
      if (corked++ % 7 === 0) client.cork();
      client.write(piece);
      if (corked % 7 === 0) {
        client.uncork();
        if (client.writableNeedDrain) await once(client, 'drain');
      }
    }
    client.end();
    return [NOISE];
  },
  async pipe(client) {
    Readable.from(pieces()).pipe(client);
    await once(client, 'finish');
    return [NOISE];
  },
  async pipeline(client) {
    await pipeline(Readable.from(pieces()), client);
    return [NOISE];
  },
  async strings(client) {
    const sent = [];
    for (let i = 0; i < 400; i++) {
      const encoding = ENCODINGS[i % ENCODINGS.length];
      const text = NOISE.toString(encoding === 'utf8' ? 'latin1' : encoding, next(1000) * 4, 4000 + next(20000) * 4);
      sent.push(Buffer.from(text, encoding));
      if (!client.write(text, encoding)) await once(client, 'drain');
    }
    client.end();
    return sent;
  },
};

/* Each way to receive; gives a promise of the chunks. */
const receivers = {
  data: collect,
  async pipe(socket) {
    const got = [];
    await pipeline(socket, new Writable({
      highWaterMark: 5000,
      write(chunk, encoding, callback) {
        got.push(chunk);
        setImmediate(callback);
      },
    }));
    return got;
  },
  async iteration(socket) {
    const got = [];
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) got.push(chunk);
    return got;
  },
};

async function connected(where, options) {
  const server = net.createServer({ allowHalfOpen: true }).listen(where);
  await once(server, 'listening');
  const address = server.address();
  const target = typeof address === 'string' ? { path: address } : { port: address.port, host: address.address };
  const client = net.connect({ ...target, ...options });
  const [[socket]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  server.close();
  return { client, socket };
}

function same(sent, got, what) {
  if (sha256(sent) !== sha256(got)) {
    const [a, b] = [Buffer.concat(sent), Buffer.concat(got)];
    throw new Error(
      `${what}: ${b.length} bytes of ${a.length}, the first other one at ${a.findIndex((byte, i) => byte !== b[i])}`,
    );
  }
}

/* One way to send to one way to receive; then the reply, half-open, by onread. */
async function stream(where, send, receive) {
  const reply = [];
  const callback = (length, buffer) => {
    reply.push(Buffer.from(buffer.subarray(0, length)));
    return true;
  };
  const onread = { buffer: Buffer.alloc(1 + next(50000)), callback };
  const { client, socket } = await connected(where, { onread, allowHalfOpen: true });
  const arrived = receive(socket);
  const sent = await send(client);
  same(sent, await arrived, 'request');
  if (!client.readable) throw new Error("the client has ended");
  const closed = once(client, 'close');
  for (const piece of pieces()) socket.write(piece);
  socket.end();
  await closed;
  same([NOISE], reply, 'reply');
}

async function main() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-faults-'));
  const timer = setTimeout(() => { throw new Error('hangs'); }, LIMIT_MS);
  let [passed, failed, faults] = [0, 0, 0];
  for (const [kind, where] of [['TCP', { port: 0, host: '127.0.0.1' }], ['a path', { path: path.join(dir, 's') }]]) {
    for (const [sending, send] of Object.entries(senders)) {
      for (const [receiving, receive] of Object.entries(receivers)) {
        inject.armRandom(next(2 ** 31), rate);
        try {
          await stream(where, send, receive);
          passed++;
        } catch (error) {
          failed++;
          console.log(`- ${kind}, ${sending} to ${receiving}, seed ${seed}: ${error.stack}`);
        }
        faults += inject.ask().failed;
        inject.off();
      }
    }
  }
  clearTimeout(timer);
  fs.rmSync(dir, { recursive: true, force: true });
  console.log(`${faults} reads and writes were short or had to be tried again`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || faults === 0 ? 1 : 0;
}

main();
