'use strict';

/** net.createServer(). promises.js needs it beside index.js. */

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
