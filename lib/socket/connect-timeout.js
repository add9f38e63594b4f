'use strict';

/** The option `connectTimeout` of connect(): a limit for all that comes before 'connect', the lookup included. */

const native = require('../native/binding');
const { clientConnectTimeout } = require('../common/channels');
const { aggregateError, codes } = require('../common/errors');
const { isIP } = require('../address/ip');
const { count } = require('../native/stats');
const { kConnectAttempt, kConnectTimer, kHandle, kLife } = require('./state');
const { clearImmediate, clearTimeout, setImmediate, setTimeout } = require('../common/timers');
const { validateInt32 } = require('../common/validate');

/** @returns {number} milliseconds; 0: no limit */
function connectTimeoutOption({ connectTimeout }) {
  if (connectTimeout === undefined) return 0;
  validateInt32(connectTimeout, 'options.connectTimeout', 0);
  return connectTimeout;
}

/** The error: `cause` is what the addresses have failed with so far, if any has. */
function timedOut(timeout, { path, host, port }, attempt) {
  const place = path ? String(path) : `${host || 'localhost'}:${Number(port)}`;
  const error = new codes.ERR_SOCKET_CONNECTION_TIMEOUT(place, timeout);
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
  const { [kLife]: life } = socket;
  for (let i = 0; i < started && socket.connecting && life.isCurrent; i++) {
    if (errors[i] === undefined)
      socket.emit('connectionAttemptTimeout', addresses[i], port, isIP(addresses[i]) || undefined);
  }
}

/**
 * The time is up. Timers come before what has arrived: so the event loop first tells of that, as of the answer of a
 * lookup, and of a connection that the kernel has made, for which C asks it.
 */
function onTimeUp(socket, timer, end) {
  if (socket[kConnectTimer] !== timer || !socket.connecting) return;
  const next = setImmediate(() => {
    if (socket[kConnectTimer] !== next || !socket.connecting) return;
    const id = socket[kHandle]?.id; // of a program's own handle there is none
    if (id >= 0 && native.settled(id)) onTimeUp(socket, next, end);
    else end();
  });
  socket[kConnectTimer] = next;
}

function giveUp(socket, timeout, options, before) {
  const attempt = socket[kConnectAttempt] === before ? null : socket[kConnectAttempt];
  const { [kLife]: life } = socket;

  socket[kConnectTimer] = null;
  count('timeouts.connect');
  if (attempt !== null && attempt.port !== undefined) tellUnderWay(socket, attempt);
  const error = timedOut(timeout, options, attempt);
  life.destroy(error); // nothing, if a listener has made it live again
  if (clientConnectTimeout.hasSubscribers) clientConnectTimeout.publish({ socket, error, timeout });
}

/** The limit begins. It holds the event loop as the socket does. */
function start(socket, timeout, options) {
  stop(socket);
  const before = socket[kConnectAttempt]; // of an earlier connection
  const end = () => giveUp(socket, timeout, options, before);
  const timer = setTimeout(() => onTimeUp(socket, timer, end), timeout);
  socket[kConnectTimer] = timer;
  if (socket[kHandle].hasRef?.() === false) timer.unref();
}

function stop(socket) {
  clearTimeout(socket[kConnectTimer]); // each of them leaves what is the other's alone
  clearImmediate(socket[kConnectTimer]);
  socket[kConnectTimer] = null;
}

module.exports = { connectTimeoutOption, start, stop };
