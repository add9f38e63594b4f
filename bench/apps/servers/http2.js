'use strict';
// http2.js: an http2 server, with the option `secure` over TLS: it answers each request with `size` bytes.

const http2 = require('node:http2');

const { obey, options, say } = require('../program.js');
const { pair } = require('../tls-pair.js');

const body = Buffer.alloc(options.size, 'cnet');
const server = options.secure ? http2.createSecureServer(pair()) : http2.createServer();

server.on('stream', (stream) => {
  stream.respond({ ':status': 200, 'content-length': body.length });
  stream.end(body);
});

server.listen(0, '127.0.0.1', () => {
  say({ port: server.address().port });
  obey();
});
