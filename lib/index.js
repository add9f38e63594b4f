'use strict';

/** cnet: Node's net. Every name is the one of node:net (net.md). */

require('./common/runtime');

const nodeNet = require('node:net');

require('./node-internals/together').loadTogether(module);

const { readEnvironment } = require('./program/environment');

readEnvironment(); // first: without its limits nothing is to be had

const { normalizeArgs } = require('./options/arguments');
const { BlockList } = require('./address/block-list');
const { BoundSocket } = require('./socket/bound-socket');
const { connect } = require('./socket/create');
const { createServer } = require('./server/create');
const {
  getDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  setDefaultAutoSelectFamily,
  setDefaultAutoSelectFamilyAttemptTimeout,
} = require('./common/family-defaults');
const { isIP, isIPv4, isIPv6 } = require('./address/ip');
const { createServerHandle } = require('./server/listen');
const loaded = require('./common/loaded');
const { VERSION } = require('./native/native-file');
const { Server } = require('./server/server');
const { Socket } = require('./socket/socket');
const { SocketAddress } = require('./address/socket-address');
const { stats } = require('./native/stats');
const { splice } = require('./socket/splice');
const { receive, transfer } = require('./processes/transfer');

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
  getDefaults: () => require('./program/set-defaults').getDefaults(),
  setDefaults: (options) => require('./program/set-defaults').setDefaults(options),
  receive,
  stats,
  splice,
  transfer,
  version: VERSION,
};

loaded.net = module.exports;
loaded.own = { connect, createConnection: connect, createServer, isIP, isIPv4, isIPv6, BoundSocket, Server, Socket, Stream: Socket };
loaded.whenLoaded?.(module.exports);
