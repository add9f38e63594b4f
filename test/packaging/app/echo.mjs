// The same from an ES module, by the names and by the default export.

import net, { connect, createServer } from 'cnet';

const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1', () => {
  connect(server.address().port, '127.0.0.1')
    .on('data', (data) => console.log(`${data}`))
    .on('close', () => server.close())
    .end(server instanceof net.Server ? 'by import' : 'another Server');
});
