'use strict';
// sink.js: reads, and says at the end how many bytes there were.

const { serve } = require('./serve.js');

serve((socket) => {
  let bytes = 0;
  socket.on('data', (chunk) => {
    bytes += chunk.length;
  });
  socket.on('end', () => socket.end(String(bytes)));
});
