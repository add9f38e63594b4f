'use strict';
// A port of this process alone, not shared with the other workers of a cluster: section server.listen(options).
//   node examples/listen-exclusive.js [port]      any free one if none is given

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
