'use strict';
// What each program does with the net that it is given: the lines are the same with every one that is right.

const HOST = '127.0.0.1';

const event = (emitter, name) => new Promise((resolve, reject) => {
  emitter.once(name, resolve);
  if (name !== 'error') emitter.once('error', reject);
});

async function listening(server) {
  server.listen(0, HOST);
  await event(server, 'listening');
  return server.address().port;
}

async function echo(net) {
  const server = net.createServer((socket) => socket.pipe(socket));
  const socket = net.connect(await listening(server), HOST);
  socket.setTimeout(100000);
  const sent = Buffer.alloc(200000, 'abc');
  socket.write('text ');
  socket.end(sent);
  const got = [];
  socket.on('data', (chunk) => got.push(chunk));
  await event(socket, 'close');
  server.close();
  await event(server, 'close');
  return [
    Buffer.concat(got).equals(Buffer.concat([Buffer.from('text '), sent])),
    got.every(Buffer.isBuffer),
    socket instanceof net.Socket,
    server instanceof net.Server,
    socket.bytesRead,
    socket.bytesWritten,
  ];
}

async function refused(net) {
  const server = net.createServer();
  const port = await listening(server);
  server.close();
  await event(server, 'close');
  const error = await event(net.connect(port, HOST), 'error');
  return [error.code, error.message.replace(port, 'PORT'), error.port === port];
}

async function silent(net) {
  const server = net.createServer((socket) => socket.on('end', () => socket.end()));
  const socket = net.connect(await listening(server), HOST);
  socket.setTimeout(20);
  await event(socket, 'timeout');
  socket.end();
  socket.resume();
  await event(socket, 'close');
  server.close();
  return ['timeout'];
}

function misused(net) {
  try {
    net.connect({ port: 70000 });
    return ['nothing'];
  } catch (error) {
    return [error.name, error.code, error.message];
  }
}

async function exercise(net) {
  const list = new net.BlockList();
  list.addSubnet('10.0.0.0', 8);
  const results = {
    echo: await echo(net),
    refused: await refused(net),
    silent: await silent(net),
    misused: misused(net),
    blocked: [list.check('10.1.2.3'), list.check('11.1.2.3')],
    families: ['::1', HOST, 'x'].map(net.isIP),
  };
  return Object.entries(results).map(([name, values]) => `${name}: ${values.join(', ')}`).join('\n');
}

module.exports = exercise;
