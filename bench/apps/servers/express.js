'use strict';
// express.js: express with one route, which answers with JSON.

const express = require('express');

const { KEEP_ALIVE, obey, say } = require('../program.js');

const app = express();

app.get('/', (_request, response) => response.json({ hello: 'world' }));

const server = app.listen(0, '127.0.0.1', () => {
  say({ port: server.address().port });
  obey();
});
server.keepAliveTimeout = KEEP_ALIVE;
