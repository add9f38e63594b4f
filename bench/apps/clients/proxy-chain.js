'use strict';
// proxy-chain.js: an operation is a request over the proxy to an HTTP server of this process, which answers with
// `size` bytes: plain, or with the option `tunnel` through a CONNECT of its own.

const http = require('node:http');

const { obey, options } = require('../program.js');

const body = Buffer.alloc(options.size, 'cnet');
const origin = http.createServer((_request, response) => response.end(body));

/* The answer of a request, to its end. */
function take(request) {
  return new Promise((resolve, reject) => {
    request.on('error', reject).on('response', (response) => {
      response.on('error', reject).on('end', resolve).resume();
    });
    request.end();
  });
}

const proxy = { host: '127.0.0.1', port: options.port };

function plain() {
  return take(http.request({ ...proxy, agent: false, path: `http://127.0.0.1:${origin.address().port}/` }));
}

function tunnel() {
  return new Promise((resolve, reject) => {
    const { port } = origin.address();
    const connect = http.request({ ...proxy, agent: false, method: 'CONNECT', path: `127.0.0.1:${port}` });
    connect.on('error', reject).on('connect', (_response, socket) => {
      take(http.request({ createConnection: () => socket, host: '127.0.0.1', port })).then(() => {
        socket.destroy();
        resolve();
      }, reject);
    });
    connect.end();
  });
}

origin.listen(0, '127.0.0.1', () => obey(options.tunnel ? tunnel : plain, options.atOnce));
