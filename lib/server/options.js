'use strict';

/** The options of new Server(). */

const { getDefaultHighWaterMark } = require('node:stream');

const { allowedUidsOption } = require('./allowed-uids');
const { receiveOption } = require('../socket/descriptors');
const { invalidArgType, invalidArgValue } = require('../common/errors');
const { refuseMisplaced, refusePermissions } = require('../common/misplaced');
const { NONE, byDefault, fillServer, program } = require('../options/program-defaults');
const { lazily } = require('../common/lazily');
const { serverOnread } = require('../socket/read');
const {
  kAcceptedDescriptors, kAcceptedOnRead, kAllowedUids, kIOThreads, kKeepAliveTimes, kProxyProtocol, kUserTimeout,
} = require('./state');
const { ioThreadsOption } = require('../options/io-threads');
const { userTimeoutOption } = require('../options/user-timeout');
const { validateNumber } = require('../common/validate');

const blockLists = lazily(() => require('../address/block-list'));
const proxyProtocols = lazily(() => require('./proxy-protocol'));

const WITH_DESCRIPTORS = 'cannot be used with receiveDescriptors';

function highWaterMarkOption({ highWaterMark }) {
  if (highWaterMark === undefined) return getDefaultHighWaterMark?.(false) ?? 64 * 1024;
  validateNumber(highWaterMark, 'options.highWaterMark');
  return highWaterMark < 0 ? (getDefaultHighWaterMark?.(false) ?? 64 * 1024) : highWaterMark;
}

/** @returns {number} whole seconds, of the milliseconds of the option */
function keepAliveDelayOption({ keepAliveInitialDelay }) {
  if (keepAliveInitialDelay === undefined) return 0;
  validateNumber(keepAliveInitialDelay, 'options.keepAliveInitialDelay');
  return keepAliveInitialDelay < 0 ? 0 : ~~(keepAliveInitialDelay / 1000);
}

/** @returns {[object, Function | undefined]} options and listener, for the arguments of new Server() */
function readArguments(options, listener) {
  if (typeof options === 'function') return [{}, options];
  if (options !== undefined && options !== null && typeof options !== 'object') {
    throw invalidArgType('options', 'Object', options);
  }
  return [{ ...options }, typeof listener === 'function' ? listener : undefined];
}

/** Notes what took a default, and stands back for what the program asks of listen(). */
function noteDefaults(server, found) {
  if (found.userTimeout !== undefined) byDefault.add(server);
  if (found.allowedUids !== undefined) byDefault.add(server[kAllowedUids]);
}

/** The proxy protocol, which few servers have, is loaded for those that ask for it. */
function proxyOption(proxyProtocol, { receiveDescriptors }) {
  if (proxyProtocol === undefined || proxyProtocol === null) return null;
  return proxyProtocols().proxyOption({ proxyProtocol, receiveDescriptors });
}

/** Descriptors are read by a way of their own. @returns {number} */
function ioThreads(server, options) {
  const count = ioThreadsOption(options);
  if (count === 0 || server[kAcceptedDescriptors] === undefined) return count;
  if (options.ioThreads) throw invalidArgValue('options.ioThreads', options.ioThreads, WITH_DESCRIPTORS);
  return 0;
}

/** The limits that are properties of a server, as options. */
const LIMITS = ['maxConnectionsPerAddress', 'maxConnectionsPerPrefix', 'maxConnectionRate'];

function applyOptions(server, options) {
  refuseMisplaced(options, 'createServer()');
  refusePermissions(options);
  const found = program.server === NONE ? null : fillServer(options);
  server.allowHalfOpen = options.allowHalfOpen || false;
  server.pauseOnConnect = Boolean(options.pauseOnConnect);
  server.noDelay = Boolean(options.noDelay);
  server.keepAlive = Boolean(options.keepAlive);
  server.keepAliveInitialDelay = keepAliveDelayOption(options);
  server[kKeepAliveTimes] = { interval: options.keepAliveInterval, count: options.keepAliveCount };
  server.highWaterMark = highWaterMarkOption(options);
  server[kAcceptedDescriptors] = receiveOption(options) || undefined;
  server[kAcceptedOnRead] = serverOnread(options.onread);
  server[kUserTimeout] = userTimeoutOption(options);
  server[kIOThreads] = ioThreads(server, options);
  const { blockList, proxyProtocol } = options;
  if (blockList) server.blockList = blockLists().blockListOption({ blockList });
  server[kAllowedUids] = allowedUidsOption(options);
  server[kProxyProtocol] = proxyOption(proxyProtocol, options);
  for (const name of LIMITS) {
    if (options[name] !== undefined) server[name] = options[name];
  }
  if (found !== null) noteDefaults(server, found);
}

module.exports = { applyOptions, readArguments };
