'use strict';
// http-proxy.js: http-proxy, which passes each request on to the port of its header `x-origin`, on connections that
// it keeps.

const http = require('node:http');

const { createProxyServer } = require('http-proxy');

const { KEEP_ALIVE, obey, say } = require('../program.js');

const proxy = createProxyServer({ agent: new http.Agent({ keepAlive: true }) });
const server = http.createServer((request, response) =>
  proxy.web(request, response, { target: `http://127.0.0.1:${request.headers['x-origin']}` }),
);

server.keepAliveTimeout = KEEP_ALIVE;
server.listen(0, '127.0.0.1', () => {
  say({ port: server.address().port });
  obey();
});
