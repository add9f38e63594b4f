// The same as an ES module.

import { connect, createServer } from 'node:net';

import cnet from 'cnet';

const whose = createServer === cnet.createServer ? 'cnet' : 'node';
const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1', () => {
  connect(server.address().port, '127.0.0.1')
    .on('data', (data) => console.log(`${data}`))
    .on('close', () => server.close())
    .end(`by ${whose}`);
});
