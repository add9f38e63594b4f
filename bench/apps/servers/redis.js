'use strict';
// redis.js: redis-server, which keeps nothing.

const { serveBy } = require('../external.js');

serveBy('redis-server', (port) => [
  '--port',
  port,
  '--bind',
  '127.0.0.1',
  '--save',
  '',
  '--appendonly',
  'no',
  '--dir',
  '/',
]);
