'use strict';
// A program that knows nothing of cnet; prints whose `net` it has got and what came back.

const net = require('net');

const whose = net === require('cnet') ? 'cnet' : 'node';
const server = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1', () => {
  net.connect(server.address().port, '127.0.0.1')
    .on('data', (data) => console.log(`${data}`))
    .on('close', () => server.close())
    .end(`by ${whose}`);
});
