'use strict';
// onread.js: reads from a source with the option `onread`, into memory of its own.

const { done, measure, net, options } = require('./measure.js');

function count(bytes) {
  done.bytes += bytes;
  done.messages = done.bytes / options.size;
  return true;
}

for (let i = 0; i < options.connections; i++) {
  const onread = { buffer: Buffer.alloc(64 * 1024), callback: count };
  net.connect({ port: options.port, host: '127.0.0.1', onread });
}
measure();
