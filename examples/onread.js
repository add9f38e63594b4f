'use strict';
// Reading into one buffer of your own, section net.createConnection(), option `onread`.
//   node examples/onread.js [port]      of the server that it talks to; any free one if none is given

const net = require('cnet');

const server = net.createServer((socket) => {
  socket.end('hello\r\n');
  server.close();
});

server.listen(Number(process.argv[2] ?? 0), () => {
  net.createConnection({
    port: server.address().port,
    onread: {
      // Reuses a 4KiB Buffer for every read from the socket.
      buffer: Buffer.alloc(4 * 1024),
      callback(nread, buf) {
        // Received data is available in `buf` from 0 to `nread`.
        console.log(buf.toString('utf8', 0, nread));
      },
    },
  });
});
