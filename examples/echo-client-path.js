'use strict';
// The client of the echo server on a Unix domain socket, section net.createConnection().
//   node examples/echo-client-path.js [path]      /tmp/echo.sock if none is given
// Needs examples/echo-server-path.js to be running.

const net = require('cnet');

const path = process.argv[2] ?? '/tmp/echo.sock';

const client = net.createConnection({ path }, () => {
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
