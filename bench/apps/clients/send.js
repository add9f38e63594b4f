'use strict';
// send.js: an operation opens a connection, sends `size` bytes in pieces of 64 KB and an end, and reads how many have
// come.

const { once } = require('node:events');
const net = require('net');

const { obey, options } = require('../program.js');

const PIECE = 64 * 1024;
const piece = Buffer.alloc(PIECE, 'cnet');

async function send() {
  const socket = net.connect(options.port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (text) => {
    answer += text;
  });
  const ended = once(socket, 'end');
  for (let left = options.size; left > 0; left -= PIECE) if (!socket.write(piece)) await once(socket, 'drain');
  socket.end();
  await ended;
  if (Number(answer) !== options.size) throw new Error(`${answer} of ${options.size} bytes`);
}

obey(send, options.atOnce);
