'use strict';
// readline.js: reads each connection line by line, and sends each line back.

const net = require('net');
const readline = require('node:readline');

const { obey, say } = require('../program.js');

const server = net.createServer((socket) => {
  socket.on('error', () => {});
  readline.createInterface({ input: socket }).on('line', (line) => socket.write(`${line}\n`));
});

server.listen(0, '127.0.0.1', () => {
  say({ port: server.address().port });
  obey();
});
