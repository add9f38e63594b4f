'use strict';

/** What `new Socket()` gives stream.Duplex. */

const { AcceptedOptions } = require('./accepted-options');
const { PLACES } = require('../common/misplaced');

/** Options of connect() and new Socket(), Node's and cnet's, that say nothing to stream.Duplex. */
const OF_SOCKETS = new Set([
  ...Object.keys(PLACES),
  'allowHalfOpen', // see below
  'autoSelectFamily',
  'autoSelectFamilyAttemptTimeout',
  'blockList',
  'family',
  'fd',
  'handle',
  'hints',
  'host',
  'keepAlive',
  'keepAliveCount',
  'keepAliveInitialDelay',
  'keepAliveInterval',
  'localAddress',
  'localPort',
  'lookup',
  'manualStart',
  'noDelay',
  'onread',
  'path',
  'pauseOnCreate',
  'port',
  'timeout',
  'typeOfService',
]);

/**
 * The options of a socket that asks for none of stream.Duplex: all have one shape, which the engine knows. They are
 * defined, not assigned, so what a program has put on Object.prototype neither stops that nor is hidden.
 */
const plainOptions = (allowHalfOpen) => ({
  allowHalfOpen,
  emitClose: false, // _destroy() emits it, when the handle has gone
  autoDestroy: true,
  decodeStrings: false, // C encodes strings
});

/** Whether nothing in them could be for stream.Duplex. */
function isPlain(options) {
  for (const name in options) if (!OF_SOCKETS.has(name)) return false;
  return true;
}

/** The options of stream.Duplex, for those of new Socket(). */
function streamOptions(options) {
  if (options instanceof AcceptedOptions) return options;
  const allowHalfOpen = Boolean(options.allowHalfOpen);
  if (isPlain(options)) return plainOptions(allowHalfOpen);
  return { ...options, allowHalfOpen, emitClose: false, autoDestroy: true, decodeStrings: false };
}

module.exports = { OF_SOCKETS, streamOptions };
