'use strict';
// A port that is taken: try again later, section server.listen().
//   node examples/eaddrinuse-retry.js [milliseconds]      before each new try; 1000 if none are given

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
