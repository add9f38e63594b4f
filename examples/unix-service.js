'use strict';
// A local service: node examples/unix-service.js PATH
// Only root and this user may connect, and the service knows which process calls. Its file is never open to others. It
// replaces the file of a service that was killed, and does not touch the file of one that runs.

const net = require('cnet');

const [path] = process.argv.slice(2);

const server = net.createServer({ allowedUids: [0, process.getuid()] }, (socket) => {
  const { pid, uid } = socket.getPeerCredentials();
  console.log(`process ${pid} of user ${uid}`);
  socket.on('error', (error) => console.error(error.code));
  socket.end(`hello, process ${pid}\n`);
});

server.on('drop', ({ reason, uid }) => console.error(`refused user ${uid}: ${reason}`));
server.on('error', (error) => {
  console.error(error.code === 'EADDRINUSE' ? 'the service is running already' : error.message);
  process.exitCode = 1;
});
server.listen({ path, mode: 0o600, unlinkStale: true }, () => console.log('listening'));

process.once('SIGTERM', () => server.shutdown({ timeout: 2000 }));
