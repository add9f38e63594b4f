'use strict';

/** net.connect() and net.createServer(). Apart from index.js, as promises.js and http-client.js need them too. */

const { normalizeArgs } = require('../common/arguments');
const { Server } = require('./server');
const { Socket } = require('../socket/socket');
const { kConnectOptions } = require('../socket/state');

/**
 * A new Socket that connects at once (net.md, net.createConnection()).
 * @param {...any} args (options | path | port[, host])[, listener of 'connect']
 * @returns {Socket}
 */
function connect(...args) {
  const normalized = normalizeArgs(args);
  const [options] = normalized;
  const socket = new Socket(options);

  if (socket[kConnectOptions] !== null) socket[kConnectOptions] = null; // they are for this connect() alone
  if (options.timeout) socket.setTimeout(options.timeout);
  return socket.connect(normalized);
}

/**
 * A new Server (net.md, net.createServer()).
 * @param {object | Function} [options]
 * @param {Function} [connectionListener]
 * @returns {Server}
 */
function createServer(options, connectionListener) {
  return new Server(options, connectionListener);
}

module.exports = { connect, createServer };
