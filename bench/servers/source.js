'use strict';
// source.js: writes blocks as fast as they go, and waits for 'drain' when they do not.

const { options, serve } = require('./serve.js');

const block = Buffer.alloc(options.size, 'x');

/* 16 blocks in one go at most: a reader as fast as we are must not keep us from other connections. */
function fill(socket) {
  if (socket.destroyed) return;
  for (let i = 0; i < 16; i++) {
    if (!socket.write(block)) {
      socket.once('drain', () => fill(socket));
      return;
    }
  }
  setImmediate(fill, socket);
}

serve((socket) => {
  socket.resume();
  fill(socket);
});
