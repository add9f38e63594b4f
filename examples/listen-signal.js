'use strict';
// Closing a server by an AbortSignal, section server.listen(options).
//   node examples/listen-signal.js [port]      any free one if none is given

const net = require('cnet');

const controller = new AbortController();
const server = net.createServer();
server.on('close', () => console.log('server closed'));
server.listen({
  host: 'localhost',
  port: Number(process.argv[2] ?? 0),
  signal: controller.signal,
}, () => {
  console.log('server bound');
  // Later, when you want to close the server.
  controller.abort();
});
