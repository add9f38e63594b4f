'use strict';
// relay.js: each connection is relayed to the back end of the options, on a port of 127.0.0.1, and back: by pipe(), or
// with the option `splice` by the module's splice(), where it has one.

const { net, options, serve } = require('./serve.js');

const ignore = () => {};

function pipe(socket, back) {
  socket.allowHalfOpen = true; // as splice() does: what the back end answers to the end arrives
  socket.pipe(back);
  back.pipe(socket);
}

function splice(socket, back) {
  net.splice(socket, back).catch(ignore);
}

const relay = options.splice && net.splice ? splice : pipe;

serve((socket) => {
  const back = net.connect({ port: options.backEnd, host: '127.0.0.1', allowHalfOpen: true });
  back.on('error', ignore);
  relay(socket, back);
});
