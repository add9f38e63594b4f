'use strict';
// An echo by `net` of cnet; prints what came back.

const net = require('cnet');

const server = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1', () => {
  net.connect(server.address().port, '127.0.0.1')
    .on('data', (data) => console.log(`${data}`))
    .on('close', () => server.close())
    .end('by require');
});
