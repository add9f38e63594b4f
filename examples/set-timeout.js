'use strict';
// A server ends an idle connection. Section socket.setTimeout() of Node's documentation.
//   node examples/set-timeout.js [milliseconds]      default: 3000

const net = require('cnet');

const server = net.createServer((socket) => {
  socket.setTimeout(Number(process.argv[2] ?? 3000));
  socket.on('timeout', () => {
    console.log('socket timeout');
    socket.end();
  });
});

server.listen(0, () => {
  const client = net.connect(server.address().port);
  client.resume();
  client.on('close', () => {
    console.log('connection closed');
    server.close();
  });
});
