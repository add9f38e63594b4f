'use strict';

/** net.createServer(). Apart from index.js, as promises.js needs it too. */

const { Server } = require('./server');

/**
 * A new Server (net.md, net.createServer()).
 * @param {object | Function} [options]
 * @param {Function} [connectionListener]
 * @returns {Server}
 */
function createServer(options, connectionListener) {
  return new Server(options, connectionListener);
}

module.exports = { createServer };
