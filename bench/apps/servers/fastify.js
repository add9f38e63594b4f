'use strict';
// fastify.js: fastify with one route, which answers with JSON.

const { fastify } = require('fastify');

const { KEEP_ALIVE, obey, say } = require('../program.js');

const app = fastify({ keepAliveTimeout: KEEP_ALIVE });

app.get('/', async () => ({ hello: 'world' }));

app.listen({ port: 0, host: '127.0.0.1' }).then(() => {
  say({ port: app.server.address().port });
  obey();
});
