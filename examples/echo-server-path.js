'use strict';
// An echo server on a Unix domain socket. Section net.createServer() of Node's documentation.
//   node examples/echo-server-path.js [path]      default: /tmp/echo.sock
// Then: node examples/echo-client-path.js [path], or nc -U /tmp/echo.sock. The server ends after its first client.

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
