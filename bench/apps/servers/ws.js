'use strict';
// ws.js: a WebSocket server that sends back what comes.

const { WebSocketServer } = require('ws');

const { obey, say } = require('../program.js');

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' }, () => {
  say({ port: server.address().port });
  obey();
});

server.on('connection', (socket) => socket.on('message', (message, binary) => socket.send(message, { binary })));
