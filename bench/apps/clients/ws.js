'use strict';
// ws.js: an operation sends `size` bytes on one of `atOnce` WebSockets, and has them back.

const { once } = require('node:events');

const { WebSocket } = require('ws');

const { obey, options } = require('../program.js');

const message = Buffer.alloc(options.size, 'cnet');

async function connect() {
  const socket = new WebSocket(`ws://127.0.0.1:${options.port}`, { perMessageDeflate: false });
  await once(socket, 'open');
  return socket;
}

const send = (socket) => new Promise((resolve) => {
  socket.once('message', resolve);
  socket.send(message);
});

Promise.all(Array.from({ length: options.atOnce }, connect)).then((free) => {
  obey(async () => {
    const socket = free.pop();
    await send(socket);
    free.push(socket);
  }, options.atOnce);
});
