'use strict';
// questions.js: an operation writes a question of `question` bytes and reads the answer of `answer` bytes; `atOnce`
// connections do so. With the option `secure` they are of TLS, each over a socket of net. A question ends with a line
// break.

const { once } = require('node:events');
const net = require('net');
const tls = require('node:tls');

const { obey, options } = require('../program.js');

const { port, atOnce = 1 } = options;
const question = Buffer.from('\n'.padStart(options.question, 'cnet'));

async function connect() {
  const socket = net.connect(port, '127.0.0.1');
  if (!options.secure) return socket;
  const secure = tls.connect({ socket, rejectUnauthorized: false });
  await once(secure, 'secureConnect');
  return secure;
}

/* A function that asks on one connection. */
function asker(socket) {
  let bytes = 0;
  let done;
  socket.on('data', (chunk) => {
    bytes += chunk.length;
    if (bytes < options.answer) return;
    bytes = 0;
    done();
  });
  return () => new Promise((resolve) => {
    done = resolve;
    socket.write(question);
  });
}

Promise.all(Array.from({ length: atOnce }, connect)).then((sockets) => {
  const free = sockets.map(asker);
  obey(async () => {
    const ask = free.pop();
    await ask();
    free.push(ask);
  }, atOnce);
});
