'use strict';
// I/O threads: the close of a socket whose thread has read bytes that the program has not had.

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const nodeNet = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');

const cnet = require('../..');
const { closed, join, listen, targetOf } = require('../support/net');
const { tidy } = require('../support/tidy');

const ROOT = require.resolve('../..');
const on = process.platform === 'win32' ? describe.skip : describe;

const readByThreads = () => cnet.ioThreads().reduce((total, { bytesRead }) => total + bytesRead, 0);

/** Until the thread has read so much; with node:net, the kernel has it when write() has returned. */
async function untilRead(net, length) {
  while (net === cnet && readByThreads() < length) await sleep(1);
}

/** How the close is seen by a peer of node:net, which reads: its events, and its error. */
function seenBy(peer) {
  const seen = [];
  peer.on('end', () => seen.push('end')).on('error', ({ code }) => seen.push(code)).resume();
  return closed(peer).then(() => seen);
}

/** A socket under test, with an I/O thread when it is cnet's; and its peer. */
async function pair(net, options = {}) {
  const server = await listen(nodeNet.createServer());
  const { client, accepted } = await join(server, net, net === cnet ? { ioThread: true, ...options } : options);
  server.close();
  return { client, peer: accepted, seen: seenBy(accepted) };
}

const scenarios = {
  async 'which reads no more'(net) {
    const before = readByThreads();
    const asked = {};
    const callback = () => {
      asked.done();
      return false;
    };
    const stopped = new Promise((resolve) => { asked.done = resolve; });
    const { client, peer, seen } = await pair(net, { onread: { buffer: Buffer.alloc(1000), callback } });
    peer.write('first');
    await stopped;
    peer.write('second');
    await untilRead(net, before + 11);
    client.destroy();
    return seen;
  },
  async 'which has had a part of them, by onread'(net) {
    let calls = 0;
    const callback = () => {
      calls++;
      client.destroy();
    };
    const { client, peer, seen } = await pair(net, { onread: { buffer: Buffer.alloc(1000), callback } });
    peer.write(Buffer.alloc(3000));
    return [calls, ...await seen];
  },
  async "which has had all of them, in 'data'"(net) {
    const { client, peer, seen } = await pair(net);
    client.once('data', () => client.destroy());
    peer.write(Buffer.alloc(3000));
    return seen;
  },
  async 'which has had all of them, in onread'(net) {
    let had = 0;
    const callback = (length) => {
      had += length;
      if (had === 3000) client.destroy();
    };
    const { client, peer, seen } = await pair(net, { onread: { buffer: Buffer.alloc(1000), callback } });
    peer.write(Buffer.alloc(3000));
    return seen;
  },
  async "which has had a large read, in 'data'"(net) {
    const { client, peer, seen } = await pair(net);
    let had = 0;
    client.on('data', (chunk) => {
      had += chunk.length;
      if (had === 3 << 20) client.destroy();
    });
    peer.write(Buffer.alloc(3 << 20));
    return seen;
  },
};

/**
 * A program that ends by process.exit(): within the read by which it has all of 11 bytes; or when its thread, or the
 * kernel, has all, and it has had the first and reads no more.
 */
const ending = (net, target, hasAll) => `
  const net = require(${JSON.stringify(net === cnet ? ROOT : 'net')});
  let had = 0;
  const callback = (length) => {
    had += length;
    if (had === 11) process.exit();
    if (${hasAll}) return true;
    socket.write('now');
    return false;
  };
  const onread = { buffer: Buffer.alloc(1000), callback };
  const socket = net.connect({ ...${JSON.stringify(target)}, onread, ioThread: true });
  const isRead = () => net.ioThreads === undefined || net.ioThreads()[0].bytesRead === 11;
  const exitWhenRead = () => isRead() ? process.exit() : setTimeout(exitWhenRead, 1);
  process.stdin.on('end', exitWhenRead).resume();`;

/** How a peer sees the end of such a process. */
async function seenOfProcess(net, hasAll) {
  const server = await listen(nodeNet.createServer());
  const connected = once(server, 'connection');
  const child = spawn(process.execPath, ['-e', ending(net, targetOf(server), hasAll)]);
  const ended = once(child, 'exit');
  const [peer] = await connected;
  const seen = seenBy(peer);
  peer.write('first');
  if (!hasAll) await once(peer, 'data');
  peer.write('second', () => {
    if (!hasAll) child.stdin.end();
  });
  await ended;
  server.close();
  return seen;
}

on('I/O threads: the close of a socket with bytes from the peer', () => {
  afterEach(tidy);

  for (const [title, scenario] of Object.entries(scenarios)) {
    it(`${title}: the peer sees what it sees with node:net`, async () => {
      assert.deepStrictEqual(await scenario(cnet), await scenario(nodeNet));
    });
  }

  for (const [title, hasAll] of [['a part', false], ['all', true]]) {
    it(`by process.exit() with ${title} of them had: the peer sees what it sees with node:net`, async () => {
      const seen = await seenOfProcess(cnet, hasAll);
      assert.deepStrictEqual(seen, await seenOfProcess(nodeNet, hasAll));
      assert.strictEqual(seen.length, 1);
    });
  }
});
