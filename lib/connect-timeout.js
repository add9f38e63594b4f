'use strict';

/** The option `connectTimeout` of connect(): a limit for all that comes before 'connect', the lookup included. */

const { aggregateError, codes } = require('./errors');
const { isIP } = require('./ip');
const { kAttempt, kConnectTimer, kHandle } = require('./symbols');
const { clearTimeout, setTimeout } = require('./timers');
const { validateInt32 } = require('./validate');

/** @returns {number} milliseconds; 0: no limit */
function connectTimeoutOption({ connectTimeout }) {
  if (connectTimeout === undefined) return 0;
  validateInt32(connectTimeout, 'options.connectTimeout', 0);
  return connectTimeout;
}

/** The error: `cause` is what the addresses have failed with so far, if any has. */
function timedOut(timeout, { path, host, port }, attempt) {
  const error = new codes.ERR_SOCKET_CONNECTION_TIMEOUT();
  const errors = attempt === null ? [] : attempt.errors.filter(Boolean);

  error.timeout = timeout;
  if (path) {
    error.address = path;
  } else {
    error.host = host || 'localhost';
    error.port = Number(port);
  }
  if (errors.length > 0) error.cause = errors.length === 1 ? errors[0] : aggregateError(errors);
  return error;
}

/** Tells of each address that is still being tried. */
function tellUnderWay(socket, { addresses, port, errors, started }) {
  for (let i = 0; i < started && socket.connecting; i++) {
    if (errors[i] === undefined) socket.emit('connectionAttemptTimeout', addresses[i], port, isIP(addresses[i]) || undefined);
  }
}

function onTimeUp(socket, timer, timeout, options, before) {
  if (socket[kConnectTimer] !== timer || !socket.connecting) return;
  const attempt = socket[kAttempt] === before ? null : socket[kAttempt];

  socket[kConnectTimer] = null;
  if (attempt !== null && attempt.port !== undefined) tellUnderWay(socket, attempt);
  socket.destroy(timedOut(timeout, options, attempt));
}

/** The limit begins. It holds the event loop as the socket does. */
function start(socket, timeout, options) {
  stop(socket);
  const before = socket[kAttempt]; // of an earlier connection
  const timer = setTimeout(() => onTimeUp(socket, timer, timeout, options, before), timeout);
  socket[kConnectTimer] = timer;
  if (socket[kHandle].hasRef?.() === false) timer.unref();
}

function stop(socket) {
  clearTimeout(socket[kConnectTimer]);
  socket[kConnectTimer] = null;
}

const methods = { [kConnectTimer]: null };

module.exports = { connectTimeoutOption, methods, start, stop };
