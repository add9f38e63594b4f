'use strict';

/** The errors of attempts to connect: of one address, and of all of them. */

const { aggregateError, codes, exceptionWithHostPort } = require('../common/errors');
const { isIP } = require('../address/ip');
const { PHASE } = require('../native/constants');
const { optionError } = require('../options/socket-options');

/** An error of connect(2) itself names the local end that the system gave. */
function unsentError(socket, address, port, status) {
  const local = socket._getsockname();
  return exceptionWithHostPort(status, 'connect', address, port, `${local.address}:${local.port}`);
}

/** The error of an option that could not be set for one address. */
function optionFailure(socket, status, { name }, address, port) {
  return Object.assign(optionError(status, 'setsockopt', name, null, socket._handle), { address, port });
}

/** The error of one address, as C tells its step; it names the local end that was asked for. */
function attemptError(socket, attempt, { index, phase, status, option }) {
  const { addresses, port, localAddress, localPort, socketOptions } = attempt;
  const address = addresses[index];
  const local = localAddress || (isIP(address) === 6 ? '::' : '0.0.0.0');

  if (phase === PHASE.BLOCKED) return new codes.ERR_IP_BLOCKED(address);
  if (phase === PHASE.OPTION) return optionFailure(socket, status, socketOptions[option], address, port);
  if (phase === PHASE.BIND) return exceptionWithHostPort(status, 'bind', local, localPort);
  if (phase === PHASE.UNSENT) return unsentError(socket, address, port, status);
  if (!localPort) return exceptionWithHostPort(status, 'connect', address, port);
  const error = exceptionWithHostPort(status, 'connect', address, port, `${local}:${localPort}`);
  error.localAddress = local;
  error.localPort = localPort;
  return error;
}

/** One line for all addresses of a race: `All 2 connection attempts failed: connect ...; connect ...`. */
function raceMessage(errors) {
  return `All ${errors.length} connection attempts failed: ${errors.map(({ message }) => message).join('; ')}`;
}

/** In a race the error says which addresses there were; in Node's own way of trying it has no message. */
function allFailed({ errors, isRace }) {
  return aggregateError(errors, isRace ? raceMessage(errors) : undefined);
}

module.exports = { allFailed, attemptError, unsentError };
