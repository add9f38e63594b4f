'use strict';
// A server on several threads: node examples/workers.js PORT [THREADS]
// The main thread accepts, and moves each connection to the next worker by transfer(). The peer notices nothing.

const { Worker, isMainThread, parentPort, threadId } = require('node:worker_threads');

const net = require('cnet');

function accept([port, threads = '2']) {
  const workers = Array.from({ length: Number(threads) }, () => new Worker(__filename));
  let turn = 0;
  const server = net.createServer({ pauseOnConnect: true }, (socket) => {
    const worker = workers[turn++ % workers.length];
    // with `to`, cnet closes a connection that the worker has not received before it ends
    worker.postMessage(net.transfer(socket, { to: worker }));
  });
  server.listen(port, '127.0.0.1', () => console.log(`port ${server.address().port}`));
  process.once('SIGTERM', () => {
    server.close();
    for (const worker of workers) worker.postMessage(null);
  });
}

function work() {
  parentPort.on('message', (token) => {
    if (token === null) {
      parentPort.close(); // the thread ends when its connections have ended
      return;
    }
    const socket = net.receive(token);
    socket.on('error', () => {});
    socket.once('data', (chunk) => socket.end(`thread ${threadId} got ${chunk}`));
  });
}

if (isMainThread) accept(process.argv.slice(2));
else work();
