'use strict';
// decache: the same name gives one net after the other, and connections of each go on.

const decache = require('decache');

const exercise = require('./exercise.cjs');

const HOST = '127.0.0.1';

(async () => {
  const old = require('cnet');
  const server = old.createServer((socket) => socket.pipe(socket)).listen(0, HOST);
  await new Promise((resolve) => { server.once('listening', resolve); });
  const socket = old.connect(server.address().port, HOST);
  await new Promise((resolve) => { socket.once('connect', resolve); });
  for (let i = 0; i < 3; i++) {
    decache('cnet');
    const net = require('cnet');
    console.log(await exercise(net));
    socket.write(`${i}`);
    const data = await new Promise((resolve) => { socket.once('data', resolve); });
    console.log(`the old connection: ${data}`);
  }
  socket.destroy();
  server.close();
})();
