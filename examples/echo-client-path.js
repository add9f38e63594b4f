'use strict';
// The client of an echo server on a Unix domain socket. Section net.createConnection() of Node's documentation.
//   node examples/echo-client-path.js [path]      default: /tmp/echo.sock
// Start examples/echo-server-path.js first.

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
