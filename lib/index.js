'use strict';

/** cnet: Node's net. Every name is the one of node:net (net.md). */

require('./common/runtime');

const nodeNet = require('node:net');

const { loadLater, loadTogether } = require('./node-internals/together');

/* What is compiled when it is first used: first, as the next line gives the module another require(). */
const isLater = loadLater(module, [
  'address/block-list', 'address/node-block-list', 'address/socket-address', 'native/node-handle',
  'node-internals/native-streams', 'processes/transfer', 'program/set-defaults', 'promises', 'proxy/header',
  'server/cluster', 'server/proxy-protocol', 'socket/first-bytes', 'socket/node-stream', 'socket/splice', 'socket/stand-in',
  'socket/write-ahead',
]);

loadTogether(module);

const { readEnvironment } = require('./program/environment');

readEnvironment(); // first: without its limits nothing is to be had

const { normalizeArgs } = require('./options/arguments');
const { BoundSocket } = require('./socket/bound-socket');
const { connect } = require('./socket/create');
const { createServer } = require('./server/create');
const {
  getDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  setDefaultAutoSelectFamily,
  setDefaultAutoSelectFamilyAttemptTimeout,
} = require('./common/family-defaults');
const { ioThreads, setIOThreads } = require('./options/io-threads');
const { isIP, isIPv4, isIPv6 } = require('./address/ip');
const { createServerHandle } = require('./server/listen');
const { lazily, loadNow } = require('./common/lazily');
const loaded = require('./common/loaded');
const { VERSION } = require('./native/native-file');
const { Server } = require('./server/server');
const { Socket } = require('./socket/socket');
const { stats } = require('./native/stats');

/** Deprecated, and does nothing here; Node has it up to 22 (deprecations.md, DEP0121). */
const { _setSimultaneousAccepts } = nodeNet;

const blockLists = lazily(() => require('./address/block-list'));
const socketAddresses = lazily(() => require('./address/socket-address'));
const nodeStreams = lazily(() => require('./socket/node-stream'));
const splices = lazily(() => require('./socket/splice'));
const transfers = lazily(() => require('./processes/transfer'));
const promises = lazily(() => require('./promises'));
const setDefaults = lazily(() => require('./program/set-defaults'));

/* Those whose methods are not the prototypes' of all sockets and servers are loaded when they are first used. */

/** See node-stream.js. */
function forTLS(socket) {
  return nodeStreams().forTLS(socket);
}

/** See splice.js. */
function splice(a, b, options = {}) {
  return splices().splice(a, b, options);
}

/** See transfer.js. */
function transfer(source, options = {}) {
  return transfers().transfer(source, options);
}

/** See transfer.js. */
function receive(token, options = undefined, connectionListener = undefined) {
  return transfers().receive(token, options, connectionListener);
}

module.exports = {
  _createServerHandle: createServerHandle,
  _normalizeArgs: normalizeArgs,
  ...(_setSimultaneousAccepts && { _setSimultaneousAccepts }),
  get BlockList() {
    return blockLists().BlockList;
  },
  get SocketAddress() {
    return socketAddresses().SocketAddress;
  },
  BoundSocket,
  connect,
  createConnection: connect,
  createServer,
  isIP,
  isIPv4,
  isIPv6,
  get promises() {
    return promises();
  },
  Server,
  Socket,
  Stream: Socket,
  getDefaultAutoSelectFamily,
  setDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  setDefaultAutoSelectFamilyAttemptTimeout,
  getDefaults: () => setDefaults().getDefaults(),
  setDefaults: (options) => setDefaults().setDefaults(options),
  forTLS,
  ioThreads,
  receive,
  setIOThreads,
  stats,
  splice,
  transfer,
  version: VERSION,
};

loaded.net = module.exports;
loaded.own = {
  connect,
  createConnection: connect,
  createServer,
  isIP,
  isIPv4,
  isIPv6,
  BoundSocket,
  Server,
  Socket,
  Stream: Socket,
};
loaded.whenLoaded?.(module.exports);
if (!isLater) loadNow();
