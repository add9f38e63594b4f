'use strict';
// clients.js <port> <seed>: the clients of `npm run soak` (tools/soak.js). Does what a message says, and answers with
// how many connections came and went. They come from many addresses, as one has not ports enough.

const net = require('../../..');
const { closed } = require('../../support/net');
const { random } = require('../../support/random');

const [port, seed] = process.argv.slice(2).map(Number);
const r = random(seed);

const ADDRESSES = 200;
const MESSAGE = Buffer.alloc(100, 'm');
const LARGE = Buffer.alloc(200000, 'l');

const held = new Set();
let number = 0;

const isLinux = process.platform === 'linux'; // where all of 127.0.0.0/8 is here

function connect(options = {}) {
  number++;
  const localAddress = isLinux ? `127.0.0.${1 + (number % ADDRESSES)}` : undefined;
  return net.connect({ port, host: '127.0.0.1', localAddress, ...options }).on('error', () => {});
}

/* Until `message` has come back. */
const echoed = (socket, message) =>
  new Promise((resolve) => {
    let left = message.length;
    socket.on('close', resolve).on('data', (data) => {
      left -= data.length;
      if (left <= 0) resolve();
    });
    socket.write(message);
  });

async function exchange() {
  const socket = connect();
  await echoed(socket, MESSAGE);
  socket.end();
  await closed(socket);
}

/* Any way to live and to die. */
async function anyLife() {
  const socket = connect();
  const way = r.below(8);
  if (r.percent(50)) socket.setTimeout(60000);
  if (way === 0) socket.destroy();
  else if (way === 1) socket.once('connect', () => socket.resetAndDestroy());
  else if (way === 2) socket.once('connect', () => socket.write(LARGE, () => socket.resetAndDestroy()));
  else if (way === 3) socket.once('data', () => socket.destroy()).write(LARGE);
  else if (way === 4) socket.pause().end(MESSAGE).once('finish', () => setTimeout(() => socket.destroy(), r.below(20)));
  else await echoed(socket, r.percent(20) ? LARGE : MESSAGE);
  if (way > 4) socket.end().resume();
  await closed(socket);
}

async function many(count, atOnce, live) {
  let left = count;
  await Promise.all(Array.from({ length: Math.min(count, atOnce) }, async () => {
    while (left-- > 0) await live();
  }));
  return count;
}

async function hold(count, prepare) {
  await many(count, 200, () => new Promise((resolve) => {
    const socket = connect({ allowHalfOpen: true });
    held.add(socket);
    socket.on('close', () => held.delete(socket)).on('close', resolve).once('connect', () => {
      prepare(socket);
      resolve();
    });
  }));
  return held.size;
}

const COMMANDS = {
  sequence: ({ count }) => many(count, 50, exchange),
  async mixed({ ms }) {
    const end = Date.now() + ms;
    let lives = 0;
    while (Date.now() < end) lives += await many(500, 50, anyLife);
    return lives;
  },
  crowd: ({ count }) => hold(count, (socket) => socket.resume()),
  pingAll: async () => {
    await Promise.all([...held].map((socket) => echoed(socket, MESSAGE)));
    return held.size;
  },
  halfOpen: ({ count }) => hold(count, (socket) => socket.resume().end()),
  deaf: ({ count }) => hold(count, (socket) => socket.pause()),
  async trickle({ count, ms }) {
    await hold(count, (socket) => socket.setNoDelay().resume());
    const end = Date.now() + ms;
    let bytes = 0;
    while (Date.now() < end) {
      for (const socket of held) socket.write('b');
      bytes += held.size;
      await new Promise(setImmediate);
    }
    return bytes;
  },
  async leave() {
    const gone = [...held].map(closed);
    for (const socket of held) socket.destroy();
    await Promise.all(gone);
    return gone.length;
  },
};

process.on('message', async (message) => process.send({ result: await COMMANDS[message.command](message) }));
process.on('disconnect', () => process.exit(0));
