'use strict';

const { start } = require('./servers');

const PASSWORD = 'open sesame';

/** Starts redis-server; with a port, a socket, or both. */
function startRedis(dir, { port = 0, unixsocket, args = [] }) {
  const socket = unixsocket ? ['--unixsocket', unixsocket] : [];
  return start(
    'redis-server',
    [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      ...socket,
      '--dir',
      dir,
      '--save',
      '',
      '--requirepass',
      PASSWORD,
      ...args,
    ],
    { ready: unixsocket ? /ready to accept connections at/i : /Ready to accept connections/ },
  );
}

module.exports = { PASSWORD, startRedis };
