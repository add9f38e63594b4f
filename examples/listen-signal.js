'use strict';
// An AbortSignal closes a server. Section server.listen() of Node's documentation.
//   node examples/listen-signal.js [port]      default: a free port

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
