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
function selectOption(autoSelectFamily) {
  if (autoSelectFamily === undefined || autoSelectFamily === null) return defaults.getDefaultAutoSelectFamily();
  validateBoolean(autoSelectFamily, 'options.autoSelectFamily');
  return autoSelectFamily;
}

/** @returns {number} milliseconds for each attempt but the last */
function timeoutOption(timeout) {
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

/** None at all beside a path that is none, such as '', is 0, as in Node. */
function portOption(port) {
  if (port === undefined) return 0;
  if (typeof port !== 'number' && typeof port !== 'string') {
    throw invalidArgType('options.port', ['number', 'string'], port);
  }
  return validatePort(port);
}

/** A socket that is bound already takes neither; of any other they are to be right. */
function checkLocal(isBound, options, localAddress, localPort) {
  if (isBound) {
    if (localAddress === undefined && localPort === undefined) return;
    throw invalidArgValue('options', options, 'localAddress and localPort cannot be used with an adopted bound socket');
  }
  if (localAddress && !isIP(localAddress)) throw new codes.ERR_INVALID_IP_ADDRESS(localAddress);
  if (localPort) validateNumber(localPort, 'options.localPort');
}

/** What only cnet has. It is read before the socket begins to connect, so what is wrong changes nothing. */
const ownWanted = (options) => ({
  delay: raceOption(options),
  fastOpen: fastOpenOption(options),
  multipath: multipathOption(options),
});

/** How a name is to be looked up. Which function is to do it is asked again when it is called, as Node asks. */
function addLookup(wanted, options) {
  const { lookup } = options;
  if (lookup !== undefined && lookup !== null) validateFunction(options.lookup, 'options.lookup');
  wanted.family = options.family;
  wanted.hints = options.hints;
}

/**
 * Reads and checks Node's options of a TCP connection. Each is read as often as Node reads it, and in Node's order:
 * they may be accessors, which may throw, and destroy or connect the socket.
 * @param {object} socket it connects already, as far as accessors can see
 * @param {object} options
 * @param {{ delay?: number, fastOpen: any, multipath: any }} own of ownWanted()
 */
function wantedOf(socket, options, { delay, fastOpen, multipath }) {
  const isBound = socket[kBoundToPath] !== null;
  const { localAddress, localPort } = options;
  const { host, port: givenPort, autoSelectFamilyAttemptTimeout, autoSelectFamily } = options;

  checkHost(host);
  checkLocal(isBound, options, localAddress, localPort);
  const wanted = {
    host: host || 'localhost',
    localAddress,
    localPort,
    port: portOption(givenPort),
    select: selectOption(autoSelectFamily),
    timeout: timeoutOption(autoSelectFamilyAttemptTimeout),
    family: undefined,
    hints: undefined,
    delay,
    fastOpen,
    multipath,
    socketOptions: null,
    life: null,
  };
  if (!isIP(wanted.host)) addLookup(wanted, options);
  return wanted;
}

module.exports = { ownWanted, wantedOf };
