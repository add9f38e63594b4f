'use strict';
// An echo server over TCP. Section net.createServer() of Node's documentation.
//   node examples/echo-server.js [port]      default: 8124; with 0 the system chooses a free port
// Then: node examples/echo-client.js [port], or telnet localhost 8124. The server ends after its first client.

const net = require('cnet');

const port = Number(process.argv[2] ?? process.env.PORT ?? 8124);

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
server.listen(port, () => {
  console.log('server bound');
  console.log(`port ${server.address().port}`);
});
