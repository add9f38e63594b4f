// The echo server and client of Node's documentation as an ES module, in one process.
//   node examples/echo.mjs [port]      default: a free port

import net from 'cnet';

const server = net.createServer((c) => {
  // 'connection' listener.
  console.log('client connected');
  c.on('end', () => {
    console.log('client disconnected');
    server.close();
  });
  c.write('hello\r\n');
  c.pipe(c);
});
server.on('error', (err) => {
  throw err;
});
server.listen(Number(process.argv[2] ?? 0), () => {
  console.log('server bound');

  const client = net.createConnection({ port: server.address().port }, () => {
    // 'connect' listener.
    console.log('connected to server!');
    client.write('world!\r\n');
  });
  client.on('data', (data) => {
    console.log(data.toString());
    client.end();
  });
  client.on('end', () => {
    console.log('disconnected from server');
  });
});
