'use strict';
// Ending an idle connection, section socket.setTimeout().
//   node examples/set-timeout.js [milliseconds]      3000 if none are given

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
