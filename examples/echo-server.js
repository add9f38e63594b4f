'use strict';
// The TCP echo server of the documentation, section net.createServer().
//   node examples/echo-server.js [port]      8124 if none is given; 0: any free one
// Then: node examples/echo-client.js [port], or telnet localhost 8124. It ends when its first client has left.

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
