'use strict';
// A client reads into one buffer of its own. Option `onread`, section net.createConnection() of Node's documentation.
//   node examples/onread.js [port]      the port of the server that it starts; default: a free port

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
