'use strict';

/** cnet: Node's net. Every name is the one of node:net (net.md). */

require('./runtime');

const nodeNet = require('node:net');

require('./together').loadTogether(module);

const { readEnvironment } = require('./environment');

readEnvironment(); // first: without its limits nothing is to be had

const { normalizeArgs } = require('./args');
const { BlockList } = require('./block-list');
const { BoundSocket } = require('./bound-socket');
const { connect, createServer } = require('./create');
const {
  getDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  setDefaultAutoSelectFamily,
  setDefaultAutoSelectFamilyAttemptTimeout,
} = require('./defaults');
const { isIP, isIPv4, isIPv6 } = require('./ip');
const { createServerHandle } = require('./listen');
const loaded = require('./loaded');
const { VERSION } = require('./native-file');
const { Server } = require('./server');
const { Socket } = require('./socket');
const { SocketAddress } = require('./socket-address');
const { stats } = require('./stats');
const { splice } = require('./splice');
const { receive, transfer } = require('./transfer');

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
    return require('./promises.js');
  },
  Server,
  Socket,
  Stream: Socket,
  getDefaultAutoSelectFamily,
  setDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  setDefaultAutoSelectFamilyAttemptTimeout,
  getDefaults: () => require('./set-defaults').getDefaults(),
  setDefaults: (options) => require('./set-defaults').setDefaults(options),
  receive,
  stats,
  splice,
  transfer,
  version: VERSION,
};

loaded.net = module.exports;
loaded.own = { connect, createConnection: connect, createServer, isIP, isIPv4, isIPv6, BoundSocket, Server, Socket, Stream: Socket };
loaded.whenLoaded?.(module.exports);
