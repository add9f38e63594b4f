'use strict';
// requests.js: an operation is a request of http, with the option `secure` of https, on connections that an agent
// keeps, or with `close` on one of its own; with `post` it has so many bytes. With `origin` the server is a proxy to
// one of this process, whose answers have so many bytes.

const http = require('node:http');
const https = require('node:https');

const { KEEP_ALIVE, obey, options } = require('../program.js');

const { port, secure, post = 0, close = false, atOnce = 1, origin = 0 } = options;
const { Agent, request } = secure ? https : http;
/* One that is limited would use a connection again for a request that waits. */
const agent = close ? new Agent({ keepAlive: false }) : new Agent({ keepAlive: true, maxSockets: atOnce });
const body = Buffer.alloc(post, 'cnet');
const wanted = { host: '127.0.0.1', port, agent, method: post > 0 ? 'POST' : 'GET', rejectUnauthorized: false };

const ask = () => new Promise((resolve, reject) => {
  const asked = request(wanted, (response) => response.on('error', reject).on('end', resolve).resume());
  asked.on('error', reject).end(body);
});

if (origin === 0) {
  obey(ask, atOnce);
} else {
  const answer = Buffer.alloc(origin, 'cnet');
  const server = http.createServer((_request, response) => response.end(answer));
  server.keepAliveTimeout = KEEP_ALIVE;
  server.listen(0, '127.0.0.1', () => {
    wanted.headers = { 'x-origin': server.address().port };
    obey(ask, atOnce);
  });
}
