'use strict';

/** The options of a TCP connection: checked, in Node's order, and made into what is wanted of lookup and attempts. */

const defaults = require('../common/family-defaults');
const { codes, invalidArgType, invalidArgValue } = require('../common/errors');
const { isIP } = require('../address/ip');
const { fastOpenOption } = require('./fast-open');
const { multipathOption } = require('./multipath');
const { kBoundToPath } = require('./state');
const {
  validateBoolean,
  validateFunction,
  validateInt32,
  validateNumber,
  validatePort,
  validateString,
} = require('../common/validate');

/** @returns {boolean} whether the families are to be tried in turn */
function selectOption({ autoSelectFamily }) {
  if (autoSelectFamily === undefined || autoSelectFamily === null) return defaults.getDefaultAutoSelectFamily();
  validateBoolean(autoSelectFamily, 'options.autoSelectFamily');
  return autoSelectFamily;
}

/** @returns {number} milliseconds for each attempt but the last */
function timeoutOption({ autoSelectFamilyAttemptTimeout: timeout }) {
  if (timeout === undefined || timeout === null) return defaults.getDefaultAutoSelectFamilyAttemptTimeout();
  validateInt32(timeout, 'options.autoSelectFamilyAttemptTimeout', 1);
  return Math.max(timeout, defaults.LEAST_ATTEMPT_TIMEOUT);
}

/** @returns {number | undefined} milliseconds from one attempt to the next; undefined: one after the other */
function raceOption({ connectionAttemptDelay: delay }) {
  if (delay === undefined) return undefined;
  validateInt32(delay, 'options.connectionAttemptDelay', 10);
  return delay;
}

/** What stands behind a NUL would not be looked up: another host than was asked for. */
function checkHost(host) {
  if (!host) return;
  validateString(host, 'options.host');
  if (host.includes('\0')) throw invalidArgValue('options.host', host, 'must be a string without null bytes');
}

/** What the options of a socket that is bound already must not say. */
function checkBound(options) {
  const { host, localAddress, localPort } = options;
  checkHost(host);
  if (localAddress === undefined && localPort === undefined) return;
  throw invalidArgValue('options', options, 'localAddress and localPort cannot be used with an adopted bound socket');
}

/** None at all beside a path that is none, such as '', is 0, as in Node. */
function portOption({ port }) {
  if (port === undefined) return 0;
  if (typeof port !== 'number' && typeof port !== 'string') {
    throw invalidArgType('options.port', ['number', 'string'], port);
  }
  return validatePort(port);
}

/** Checks the options of a TCP connection, in Node's order. */
function readOptions(options) {
  const { localAddress, localPort, host, lookup } = options;

  checkHost(host);
  if (localAddress && !isIP(localAddress)) throw new codes.ERR_INVALID_IP_ADDRESS(localAddress);
  if (localPort) validateNumber(localPort, 'options.localPort');
  const port = portOption(options);
  const select = selectOption(options);
  const timeout = timeoutOption(options);
  if (lookup !== undefined && lookup !== null && !isIP(host)) validateFunction(lookup, 'options.lookup');
  return {
    host: host || 'localhost',
    lookup,
    localAddress,
    localPort,
    port,
    select,
    timeout,
    delay: raceOption(options),
    fastOpen: fastOpenOption(options),
    multipath: multipathOption(options),
    socketOptions: null,
    life: null,
  };
}

/** As readOptions(). A bound socket may have been given a path, which says nothing to it. */
function wantedOf(socket, options) {
  if (socket[kBoundToPath] === null) return readOptions(options);
  checkBound(options);
  return readOptions(options.port === undefined ? { ...options, port: 0 } : options);
}

module.exports = { wantedOf };
