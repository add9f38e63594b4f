'use strict';
// churn.js: connects, asks once, half-closes, waits for 'close', and begins anew: `connections` at a time.

const { done, measure, net, options } = require('./measure.js');

const message = Buffer.alloc(options.size, 'x');

function begin() {
  let got = 0;
  const socket = net.connect({ port: options.port, host: '127.0.0.1' }, () => socket.write(message));
  socket.on('data', (chunk) => {
    got += chunk.length;
    if (got === options.size) socket.end();
  });
  socket.on('close', () => {
    if (got !== options.size) throw new Error(`${got} bytes came back of ${options.size}`);
    done.messages++;
    done.bytes += got;
    begin();
  });
}

for (let i = 0; i < options.connections; i++) begin();
measure();
