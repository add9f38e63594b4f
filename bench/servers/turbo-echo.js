'use strict';
// turbo-echo.js: echo in the API of turbo-net, which is not that of net. MODULE is the path of turbo-net.

const { net, say } = require('./serve.js');

const server = net.createServer((socket) => {
  const block = Buffer.allocUnsafe(64 * 1024);
  socket.on('error', () => {});
  socket.read(block, function onRead(err, buffer, read) {
    if (err || read === 0) return;
    socket.write(buffer, read, (failed) => {
      if (!failed) socket.read(buffer, onRead);
    });
  });
});
server.listen(0, '127.0.0.1', () => say({ port: server.address().port }));
process.stdin.on('data', () => {}).on('end', () => process.exit());
