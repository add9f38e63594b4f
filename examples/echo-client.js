'use strict';
// The client of the echo server, section net.createConnection().
//   node examples/echo-client.js [port]      8124 if none is given
// Needs examples/echo-server.js to be running.

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
