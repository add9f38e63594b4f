'use strict';
// answers.js: answers each `question` bytes with `answer` bytes, with the option `secure` in TLS over a socket of
// net, with `encoding` as text of ASCII.

const net = require('net');
const tls = require('node:tls');

const { obey, options, say } = require('../program.js');
const { pair } = require('../tls-pair.js');

const filled = Buffer.alloc(options.answer, 'cnet');
const answer = options.encoding ? filled.toString(options.encoding) : filled;

function serve(socket) {
  let bytes = 0;
  if (options.encoding) socket.setEncoding(options.encoding);
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    for (bytes += chunk.length; bytes >= options.question; bytes -= options.question) socket.write(answer);
  });
}

const secure = tls.createServer(pair(), serve);
const server = net.createServer(options.secure ? (socket) => secure.emit('connection', socket) : serve);

secure.on('tlsClientError', () => {});
server.listen(0, '127.0.0.1', () => {
  say({ port: server.address().port });
  obey();
});
