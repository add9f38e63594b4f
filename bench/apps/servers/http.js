'use strict';
// http.js: an http server, with the option `secure` one of https: it answers each request with `size` bytes, after
// its body.

const http = require('node:http');
const https = require('node:https');

const { KEEP_ALIVE, obey, options, say } = require('../program.js');
const { pair } = require('../tls-pair.js');

const body = Buffer.alloc(options.size, 'cnet');

function answer(request, response) {
  if (request.method === 'POST') request.resume().on('end', () => response.end(body));
  else response.end(body);
}

const server = options.secure ? https.createServer(pair(), answer) : http.createServer(answer);

server.keepAliveTimeout = KEEP_ALIVE;
server.listen(0, '127.0.0.1', () => {
  say({ port: server.address().port });
  obey();
});
