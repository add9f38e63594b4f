'use strict';

/** cnet: Node's net. Every name is the one of node:net (net.md). */

const nodeNet = require('node:net');

const { normalizeArgs } = require('./args');
const { BlockList } = require('./block-list');
const { BoundSocket } = require('./bound-socket');
const {
  getDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  setDefaultAutoSelectFamily,
  setDefaultAutoSelectFamilyAttemptTimeout,
} = require('./defaults');
const { isIP, isIPv4, isIPv6 } = require('./ip');
const { createServerHandle } = require('./listen');
const { Server } = require('./server');
const { Socket } = require('./socket');
const { SocketAddress } = require('./socket-address');
const { splice } = require('./splice');
const { receive, transfer } = require('./transfer');

/**
 * A new Socket that connects at once (net.md, net.createConnection()).
 * @param {...any} args (options | path | port[, host])[, listener of 'connect']
 * @returns {Socket}
 */
function connect(...args) {
  const normalized = normalizeArgs(args);
  const [options] = normalized;
  const socket = new Socket(options);

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

/** Deprecated, and does nothing here; Node has it up to 22 (deprecations.md, DEP0121). */
const { _setSimultaneousAccepts } = nodeNet;

module.exports = {
  _createServerHandle: createServerHandle,
  _normalizeArgs: normalizeArgs,
  ...(_setSimultaneousAccepts && { _setSimultaneousAccepts }),
  BlockList,
  SocketAddress,
  BoundSocket,
  connect,
  createConnection: connect,
  createServer,
  isIP,
  isIPv4,
  isIPv6,
  get promises() {
    return require('./promises');
  },
  Server,
  Socket,
  Stream: Socket,
  getDefaultAutoSelectFamily,
  setDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  setDefaultAutoSelectFamilyAttemptTimeout,
  receive,
  splice,
  transfer,
};
