'use strict';
// ws-net.js: a WebSocket server over a server of net, without http: it sends back what comes.

const net = require('net');

const { WebSocketServer } = require('ws');

const { obey, say } = require('../program.js');

const sockets = new WebSocketServer({ noServer: true });

/* The head of a request, which is all that a client sends before it has an answer: in one piece here. */
function readHead(socket, head) {
  const [first, ...lines] = head.toString('latin1').trim().split('\r\n');
  const headers = Object.fromEntries(lines.map((line) => {
    const at = line.indexOf(':');
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
  }));
  return { method: first.split(' ')[0], url: first.split(' ')[1], headers, socket };
}

const server = net.createServer((socket) => {
  socket.once('data', (head) => {
    sockets.handleUpgrade(readHead(socket, head), socket, Buffer.alloc(0), (webSocket) => {
      webSocket.on('message', (message, binary) => webSocket.send(message, { binary }));
    });
  });
});

server.listen(0, '127.0.0.1', () => {
  say({ port: server.address().port });
  obey();
});
