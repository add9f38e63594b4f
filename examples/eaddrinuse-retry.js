'use strict';
// A server that tries again later when its port is in use. Section server.listen() of Node's documentation.
//   node examples/eaddrinuse-retry.js [milliseconds]      the wait before each new try; default: 1000

const net = require('cnet');

const HOST = '127.0.0.1';
const RETRY_MS = Number(process.argv[2] ?? 1000);

const occupant = net.createServer().listen(0, HOST, () => {
  const PORT = occupant.address().port;
  const server = net.createServer();

  server.on('error', (e) => {
    if (e.code === 'EADDRINUSE') {
      console.error('Address in use, retrying...');
      occupant.close();
      setTimeout(() => {
        server.close();
        server.listen(PORT, HOST);
      }, RETRY_MS);
    }
  });
  server.on('listening', () => {
    console.log('server bound');
    server.close();
  });
  server.listen(PORT, HOST);
});
