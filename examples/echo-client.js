'use strict';
// The client of an echo server over TCP. Section net.createConnection() of Node's documentation.
//   node examples/echo-client.js [port]      default: 8124
// Start examples/echo-server.js first.

const net = require('cnet');

const port = Number(process.argv[2] ?? process.env.PORT ?? 8124);

const client = net.createConnection({ port }, () => {
  // 'connect' listener.
  console.log('connected to server!');
  client.write('world!\r\n');
});
client.on('data', (data) => {
  console.log(data.toString());
  client.end();
});
client.on('end', () => {
  console.log('disconnected from server');
});
