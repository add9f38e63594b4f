'use strict';
// In a cluster, a port that a worker does not share with the others. Section server.listen() of Node's documentation.
//   node examples/listen-exclusive.js [port]      default: a free port

const net = require('cnet');

const server = net.createServer();
server.listen({
  host: 'localhost',
  port: Number(process.argv[2] ?? 0),
  exclusive: true,
}, () => {
  console.log('server bound');
  server.close(() => console.log('server closed'));
});
