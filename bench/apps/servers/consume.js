'use strict';
// consume.js: a server of net that takes what comes on a connection in the way `into`, to its end, and then says how
// many bytes these were.

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const net = require('net');
const path = require('node:path');
const { createGzip } = require('node:zlib');

const { obey, options, say } = require('../program.js');

let files = 0;

/** Where a socket is piped to, by the way; and whether that has to be read. */
const TARGETS = {
  zlib: () => createGzip({ level: 1 }).resume(),
  crypto: () => createHash('sha256').resume(),
  fs: () => fs.createWriteStream(path.join(options.root, `file${files++ % options.atOnce}`)),
};

const answer = (socket) => socket.end(String(socket.bytesRead));

/* Node destroys the socket at the end of the loop: so the answer goes with the last byte. */
async function iterate(socket) {
  let left = options.size;
  for await (const chunk of socket) {
    left -= chunk.length;
    if (left === 0) answer(socket);
  }
}

const pipe = (socket) => socket.pipe(TARGETS[options.into]()).on('finish', () => answer(socket));

const take = options.into === 'loop' ? iterate : pipe;
const server = net.createServer({ allowHalfOpen: true }, take);

server.listen(0, '127.0.0.1', () => {
  say({ port: server.address().port });
  obey();
});
