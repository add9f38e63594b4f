'use strict';
// server.js: the server of `npm run soak` (tools/soak.js). It does with connections what the message 'mode' says, and
// answers 'sample' with what it costs. Needs --expose-gc.

const fs = require('node:fs');

const net = require('../../..');
const { handles } = require('../../../lib/native/events');
const { turn } = require('../../support/loop');

const CHUNK = Buffer.alloc(16 * 1024, 'x');

let mode = 'echo';
const sockets = new Set();

const MODES = {
  /* Gives back what comes. */
  echo: (socket) => socket.pipe(socket),
  /* Reads, and keeps its own side open when the peer has ended his. */
  keep: (socket) => socket.resume(),
  /* Writes as long as it is told that there is room: what a peer that never reads makes us hold. */
  flood(socket) {
    const fill = () => {
      while (!socket.destroyed && socket.write(CHUNK)) socket.full = false;
      socket.full = true;
    };
    socket.on('drain', fill);
    fill();
  },
};

const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  sockets.add(socket);
  socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  MODES[mode](socket);
});

async function sample() {
  for (let i = 0; i < 3; i++) {
    global.gc();
    await turn();
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    rss, heap: heapUsed, external,
    descriptors: process.platform === 'linux' ? fs.readdirSync('/proc/self/fd').length : 0,
    handles: handles.filter((handle) => handle !== undefined).length,
    connections: sockets.size,
    queued: Math.max(0, ...[...sockets].map((socket) => socket.writableLength)),
  };
}

process.on('message', async (message) => {
  if (message.mode) mode = message.mode;
  if (message.destroy) for (const socket of sockets) socket.destroy();
  process.send(await sample());
});

process.on('disconnect', () => process.exit(0));
server.listen({ port: 0, host: '0.0.0.0', backlog: 4096 }, () => process.send({ port: server.address().port }));
