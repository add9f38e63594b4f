'use strict';
// The echo server of the documentation on a Unix domain socket, section net.createServer().
//   node examples/echo-server-path.js [path]      /tmp/echo.sock if none is given
// Then: node examples/echo-client-path.js [path], or nc -U /tmp/echo.sock. It ends when its first client has left.

const net = require('cnet');

const path = process.argv[2] ?? '/tmp/echo.sock';

const server = net.createServer((c) => {
  // 'connection' listener.
  console.log('client connected');
  c.on('end', () => {
    console.log('client disconnected');
    server.close();
  });
  c.write('hello\r\n');
  c.pipe(c);
});
server.on('error', (err) => {
  throw err;
});
server.listen(path, () => {
  console.log('server bound');
});
