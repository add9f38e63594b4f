'use strict';

/** net.connect(), which is net.createConnection(). promises.js and http-client.js need it beside index.js. */

const { normalizeArgs } = require('../options/arguments');
const { Socket } = require('./socket');
const { kConnectOptions } = require('./state');

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

module.exports = { connect };
