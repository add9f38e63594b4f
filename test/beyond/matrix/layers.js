'use strict';

/** Protocols above the sockets: each makes, of a raw socket, what is read from and written to. */

const http = require('node:http');
const http2 = require('node:http2');
const tls = require('node:tls');

const { standInFor } = require('../../../lib/socket/stand-in');
const { cert, key } = require('../../support/certificate');

const both = (stream) => ({ readable: stream, writable: stream });

const layers = {
  tls: {
    server(deliver) {
      const server = tls.createServer({ key, cert }, (secure) => deliver(both(secure)));
      server.on('tlsClientError', (error) => deliver(null, error));
      return server;
    },
    client: (socket) => both(tls.connect({ socket, rejectUnauthorized: false })),
  },
  /** As of forTLS() where the connection cannot be on a stream of Node's. */
  get tlsOverStandIn() {
    return {
      ...layers.tls,
      give: standInFor,
      client: (socket) => layers.tls.client(standInFor(socket)),
    };
  },
  http: {
    server: (deliver) => {
      const server = http.createServer((request, response) => deliver({ readable: request, writable: response }));
      server.keepAliveTimeout = 0;
      server.requestTimeout = 0;
      server.on('clientError', (error) => deliver(null, error));
      return server;
    },
    client(socket) {
      const request = http.request({
        method: 'POST',
        createConnection: () => socket,
        headers: { connection: 'close' },
      });
      return new Promise((resolve, reject) => {
        request.on('response', (response) => resolve({ readable: response, writable: request })).on('error', reject);
        request.flushHeaders();
      });
    },
    endsAtOnce: true, // an answer may end before the request has
  },
  http2: { // as of forTLS() too
    give: standInFor,
    server(deliver) {
      const server = http2.createServer();
      server.on('stream', (stream) => {
        stream.respond();
        deliver(both(stream));
      });
      server.on('sessionError', (error) => deliver(null, error));
      return server;
    },
    client(socket) {
      const session = http2.connect('http://localhost', { createConnection: () => standInFor(socket) });
      const stream = session.request({ ':method': 'POST' });
      stream.on('close', () => session.close());
      return both(stream);
    },
    endsAtOnce: true,
  },
};

module.exports = { layers };
