'use strict';
// A restart without a refused connection: node examples/restart.js PORT
// The first process binds the port, keeps it, and accepts nothing. Its child has the same descriptor and accepts.
// SIGHUP starts a new child. When it listens, the old one stops accepting and finishes its connections. Meanwhile new
// connections wait in the backlog of the port, which both children share. SIGTERM ends all processes.

const { fork } = require('node:child_process');
const { once } = require('node:events');

const net = require('cnet');

const LISTENER = 4; // the child's descriptor: 0 to 2 are the standard ones, 3 is the channel to its parent

async function startChild(fd) {
  const child = fork(__filename, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc', fd] });
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the new version has ended with ${code}`);
    }),
  ]);
  return child;
}

async function supervise(port) {
  const bound = new net.BoundSocket({ host: '127.0.0.1', port });
  let child = await startChild(bound.fd());
  let work = Promise.resolve();
  process.on('SIGHUP', () => {
    work = work.then(async () => {
      const next = await startChild(bound.fd());
      child.send('finish');
      child = next;
    }).catch((error) => console.error(error.message)); // the old version goes on
  });
  process.once('SIGTERM', async () => {
    await work;
    bound.close();
    child.send('finish');
  });
  console.log(`port ${bound.address().port}`);
}

function serve() {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.end(`process ${process.pid}\n`);
  });
  server.listen({ fd: LISTENER }, () => process.send('listening'));
  process.once('message', async () => {
    await server.shutdown({ timeout: 10_000 });
    process.disconnect();
  });
  process.on('SIGTERM', () => {}); // a signal to the whole group reaches the child too: its parent decides
}

if (process.send === undefined) supervise(Number(process.argv[2]));
else serve();
