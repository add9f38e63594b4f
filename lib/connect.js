'use strict';

/**
 * socket.connect(): from its arguments to a connection. The attempts themselves, one address after the other or several at
 * once, are made by C (src/attempt.c, src/race.c), which tells of each step.
 */

const dns = require('node:dns');

const { isNormalized, normalizeArgs } = require('./args');
const { blockListOption, ownBlockList } = require('./block-list');
const { clientSocket } = require('./channels');
const connectTimeout = require('./connect-timeout');
const defaults = require('./defaults');
const { debug } = require('./debug');
const { aggregateError, codes, connectDenied, exceptionWithHostPort, invalidArgType, invalidArgValue } = require('./errors');
const { Handle, Pipe, SOCKET, TCP } = require('./handle');
const { isIP } = require('./ip');
const native = require('./binding');
const { openingOptions, prepareOpening, raceMessage, settleOpening } = require('./opening');
const { isDenied } = require('./permission');
const { sendHeader, setHeader } = require('./proxy-socket');
const { makeSocket, optionError, pack, setAll, socketOptionsOption } = require('./socket-options');
const uv = require('./uv');
const {
  kAttach,
  kAttempt,
  kAttempted,
  kBlockList,
  kBound,
  kConnectTimer,
  kConnected,
  kEarly,
  kHandle,
  kLives,
  kProxyOut,
} = require('./symbols');
const { refuseMultipath, setUserTimeoutOption } = require('./user-timeout');
const { validateBoolean, validateFunction, validateInt32, validateNumber, validatePort, validateString } = require('./validate');

/** Status of an address that the block list forbids, and steps of an attempt: see src/cnet.h. */
const BLOCKED = 1;
const START = 0;
const FAILED = 1;
const TIMEOUT = 2;
const BIND = 3;
const UNSENT = 4;
const OPTION = 5; // and on: the index of the socket option that failed

/* --- options -------------------------------------------------------------------------------------------------- */

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

/** What the options of a socket that is bound already must not say. */
function checkBound(options) {
  const { host, localAddress, localPort } = options;
  if (host) validateString(host, 'options.host');
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

  if (localAddress && !isIP(localAddress)) throw new codes.ERR_INVALID_IP_ADDRESS(localAddress);
  if (localPort) validateNumber(localPort, 'options.localPort');
  const port = portOption(options);
  const select = selectOption(options);
  const timeout = timeoutOption(options);
  if (lookup !== undefined && lookup !== null) validateFunction(lookup, 'options.lookup');
  if (host) validateString(host, 'options.host');
  return { host: host || 'localhost', lookup, localAddress, localPort, port, select, timeout, ...openingOptions(options) };
}

/** As readOptions(). A bound socket may have been given a path, which says nothing to it. */
function wantedOf(socket, options) {
  if (socket[kBound] === null) return readOptions(options);
  checkBound(options);
  return readOptions(options.port === undefined ? { ...options, port: 0 } : options);
}

/* --- lookup --------------------------------------------------------------------------------------------------- */

/** An IPv6 family may be given as 6 or 'IPv6'; anything else goes to dns.lookup() as it is. */
function lookupOptions({ family, hints }, all) {
  const wanted = { IPv4: 4, IPv6: 6 }[family] ?? family;
  const options = { family: wanted, hints: hints || 0 };

  if (process.platform !== 'win32' && wanted !== 4 && wanted !== 6 && options.hints === 0) {
    options.hints = dns.ADDRCONFIG;
  }
  if (all) options.all = true;
  return options;
}

function destroySoon(socket, error) {
  process.nextTick(() => socket.destroy(error));
}

/** A lookup may answer late: when the socket was destroyed, and perhaps connects again. */
const isWanted = (socket, wanted) => socket.connecting && socket[kLives] === wanted.life;

function addressError(ip, family, { host, port }) {
  if (!isIP(ip)) return new codes.ERR_INVALID_IP_ADDRESS(ip);
  return family === 4 || family === 6 ? null : new codes.ERR_INVALID_ADDRESS_FAMILY(family, host, port);
}

function lookupOne(socket, options, wanted) {
  const lookup = wanted.lookup || dns.lookup;

  lookup(wanted.host, lookupOptions(options, false), (error, ip, family) => {
    socket.emit('lookup', error, ip, family, wanted.host);
    if (!isWanted(socket, wanted)) return;
    const failure = error || addressError(ip, family, options);
    if (failure) destroySoon(socket, failure);
    else attempt(socket, [ip], wanted, false);
  });
}

/** The families in turn, that of the first address first; each address once. */
function interleave(addresses) {
  const seen = new Set();
  const lists = { 4: [], 6: [] };
  let first = 0;

  for (const { address, family } of addresses) {
    if (!isIP(address) || (family !== 4 && family !== 6) || seen.has(address)) continue;
    seen.add(address);
    lists[family].push(address);
    first ||= family;
  }
  const [one, other] = first === 4 ? [lists[4], lists[6]] : [lists[6], lists[4]];
  const turns = Array.from({ length: Math.max(one.length, other.length) }, (_, i) => [one[i], other[i]]);
  return turns.flat().filter((address) => address !== undefined);
}

function lookupAll(socket, options, wanted) {
  const lookup = wanted.lookup || dns.lookup;

  lookup(wanted.host, lookupOptions(options, true), (error, addresses) => {
    if (!isWanted(socket, wanted)) return;
    if (error) {
      socket.emit('lookup', error, undefined, undefined, wanted.host);
      destroySoon(socket, error);
      return;
    }
    for (const { address, family } of addresses) {
      socket.emit('lookup', null, address, family, wanted.host);
      if (!isWanted(socket, wanted)) return;
    }
    const list = interleave(addresses);
    if (list.length === 0) destroySoon(socket, addressError(addresses[0]?.address, addresses[0]?.family, options));
    else attempt(socket, list, wanted, list.length > 1);
  });
}

function resolve(socket, options, wanted) {
  if (isIP(wanted.host)) {
    if (socket[kBound] !== null) { // at once, so that localAddress is known when connect() returns
      attempt(socket, [wanted.host], wanted, false);
      return;
    }
    process.nextTick(() => {
      if (isWanted(socket, wanted)) attempt(socket, [wanted.host], wanted, false);
    });
    return;
  }
  socket._host = wanted.host;
  if (wantsAll(socket, options, wanted)) lookupAll(socket, raceFamily(options, wanted), wanted);
  else lookupOne(socket, options, wanted);
}

/** Whether all addresses of the name are to be tried: in a race also those of one family. */
function wantsAll(socket, options, wanted) {
  if (socket[kBound] !== null) return false;
  if (wanted.delay !== undefined) return options.autoSelectFamily !== false;
  const { family } = lookupOptions(options, false);
  return wanted.select && family !== 4 && family !== 6 && !wanted.localAddress;
}

/** A race from a local address is one to addresses of its family. */
function raceFamily(options, { localAddress }) {
  return localAddress && !options.family ? { ...options, family: isIP(localAddress) } : options;
}

/* --- attempts ------------------------------------------------------------------------------------------------- */

function deny(socket, address, port) {
  socket.emit('connectionAttempt', address, port, isIP(address));
  socket.destroy(connectDenied(address, port));
}

/** Each address fails for itself, as if it had been tried. */
function denyAll(socket, addresses, port) {
  const errors = [];

  for (const address of addresses) {
    const error = connectDenied(address, port);
    socket.autoSelectFamilyAttemptedAddresses.push(`${address}:${port}`);
    socket.emit('connectionAttempt', address, port, isIP(address));
    if (!socket.connecting) return;
    errors.push(error);
    socket.emit('connectionAttemptFailed', address, port, isIP(address), error);
    if (!socket.connecting) return;
  }
  socket.destroy(aggregateError(errors));
}

/** Tries the addresses; `many`: as the result of family selection, or of a race. */
function attempt(socket, addresses, wanted, many) {
  const { port, localAddress, localPort, socketOptions } = wanted;
  const isRace = many && wanted.delay !== undefined;
  socket[kAttempt] = {
    addresses, port, localAddress, localPort, socketOptions, many, isRace, errors: [], started: 0, failed: 0,
  };
  if (many) socket.autoSelectFamilyAttemptedAddresses = [];
  if (isDenied()) {
    if (many) denyAll(socket, addresses, port);
    else deny(socket, addresses[0], port);
    return;
  }
  const handle = socket[kHandle];
  const err = handle instanceof Handle ? connectOwn(socket, wanted) : connectForeign(socket, handle, addresses[0], port);
  if (err) refused(socket, err);
}

function connectOwn(socket, wanted) {
  const { id } = socket[kHandle];
  const { addresses, port, localAddress, localPort, socketOptions, isRace } = socket[kAttempt];

  if (socket[kBlockList]) native.setBlockList(id, ownBlockList(socket[kBlockList]).native);
  const err = prepareOpening(socket, wanted);
  if (err) return err;
  const [start, time] = isRace ? [native.race, wanted.delay] : [native.connect, wanted.timeout];
  return start(id, addresses, port, time, localAddress || undefined, localPort || 0, pack(socketOptions));
}

/** A handle that a program has put in place (`socket._handle = …`) connects by itself, as one of Node's would. */
function connectForeign(socket, handle, address, port) {
  const connect = isIP(address) === 6 ? handle.connect6 : handle.connect;
  const request = {
    oncomplete(status) {
      if (!socket.connecting || socket[kHandle] !== handle) return;
      if (status < 0) socket[kAttempted](0, FAILED, status);
      else socket[kConnected]();
    },
  };
  if (socket[kAttempt].socketOptions !== null) return uv.ENOTSUP;
  return typeof connect === 'function' ? connect.call(handle, request, address, port) : uv.EINVAL;
}

/** The attempt could not even begin: it is connecting already, or the path is not one. */
function refused(socket, err) {
  const current = socket[kAttempt];
  const [address] = current.addresses;

  if (current.port !== undefined) socket.emit('connectionAttempt', address, current.port, isIP(address));
  socket.destroy(unsentError(socket, address, current.port, err));
}

/** Makes the socket and sets its options. @returns {Error | null} */
function prepareForPath({ [kHandle]: handle }, path, socketOptions) {
  if (socketOptions === null) return null;
  const err = makeSocket(handle, 0);
  return err ? exceptionWithHostPort(err, 'connect', path) : setAll(handle, socketOptions);
}

function attemptPath(socket, path, socketOptions) {
  socket[kAttempt] = { addresses: [path], port: undefined, many: false, errors: [], started: 0, failed: 0 };
  if (isDenied()) {
    socket.destroy(connectDenied(path));
    return;
  }
  const error = prepareForPath(socket, path, socketOptions);
  if (error !== null) {
    socket.destroy(error);
    return;
  }
  const err = native.connectPath(socket[kHandle].id, path);
  if (err) refused(socket, err);
}

/** An error of connect(2) itself names the local end that the system gave. */
function unsentError(socket, address, port, status) {
  const local = socket._getsockname();
  return exceptionWithHostPort(status, 'connect', address, port, `${local.address}:${local.port}`);
}

/** The error of an option that could not be set for one address. */
function optionFailure(status, { name }, address, port) {
  return Object.assign(optionError(status, 'setsockopt', name), { address, port });
}

/** The error of one address; it names the local end that was asked for. */
function attemptError(socket, { addresses, port, localAddress, localPort, socketOptions }, index, phase, status) {
  const address = addresses[index];
  const local = localAddress || (isIP(address) === 6 ? '::' : '0.0.0.0');

  if (status === BLOCKED) return new codes.ERR_IP_BLOCKED(address);
  if (phase >= OPTION) return optionFailure(status, socketOptions[phase - OPTION], address, port);
  if (phase === BIND) return exceptionWithHostPort(status, 'bind', local, localPort);
  if (phase === UNSENT) return unsentError(socket, address, port, status);
  if (!localPort) return exceptionWithHostPort(status, 'connect', address, port);
  const error = exceptionWithHostPort(status, 'connect', address, port, `${local}:${localPort}`);
  error.localAddress = local;
  error.localPort = localPort;
  return error;
}

/** In a race the error says which addresses there were; in Node's own way of trying it has no message. */
function allFailed({ errors, isRace }) {
  return aggregateError(errors, isRace ? raceMessage(errors) : undefined);
}

/** What was connected is set up as was asked for before, and told. */
function established(socket) {
  socket._applyOptions();
  socket.emit('connect');
  socket.emit('ready');
  if (!socket.isPaused()) socket.read(0);
}

const methods = {
  [kLives]: 0,

  /** A step of the attempt: see cnet_phase_t in src/cnet.h. */
  [kAttempted](index, phase, status) {
    const current = this[kAttempt];
    const address = current.addresses[index];
    const family = isIP(address) || undefined;

    if (phase === START) {
      current.started = index + 1;
      debug('connect: attempting to connect to %s:%d', address, current.port);
      if (current.many) this.autoSelectFamilyAttemptedAddresses.push(`${address}:${current.port}`);
      this.emit('connectionAttempt', address, current.port, family);
      return;
    }
    this._sockname = null;
    const isLast = ++current.failed === current.addresses.length;
    const error = attemptError(this, current, index, phase, status);
    current.errors[index] = error;
    if (phase === TIMEOUT) this.emit('connectionAttemptTimeout', address, current.port, family);
    else if (current.many || (phase === FAILED && status !== BLOCKED)) {
      if (!current.many) this.connecting = false;
      this.emit('connectionAttemptFailed', address, current.port, family, error);
    }
    if (isLast) this.destroy(current.many ? allFailed(current) : error);
  },

  /** There is a connection. */
  [kConnected]() {
    debug('afterConnect');
    this[kAttempt] = null;
    if (this[kProxyOut] !== null && !sendHeader(this)) return;
    this.connecting = false;
    this._sockname = null;
    if (this[kConnectTimer] !== null) connectTimeout.stop(this);
    if (this[kEarly] !== null) settleOpening(this);
    established(this);
  },

  /**
   * Starts a connection (net.md, socket.connect()).
   * @param {...any} args (options | path | port[, host])[, listener of 'connect']
   * @returns {this}
   */
  connect(...args) {
    const [options, listener] = isNormalized(args[0]) ? args[0] : normalizeArgs(args);
    const { path, port } = options;

    if (clientSocket.hasSubscribers) clientSocket.publish({ socket: this });
    if (port === undefined && (path === undefined || path === null)) {
      throw new codes.ERR_MISSING_ARGS(['options', 'port', 'path']);
    }
    const isPipe = this[kBound] ?? Boolean(path);
    if (isPipe) validateString(path, 'options.path');
    const wanted = isPipe ? null : wantedOf(this, options);
    const socketOptions = socketOptionsOption(options);
    const limit = connectTimeout.connectTimeoutOption(options);
    setUserTimeoutOption(this, options);
    if (wanted?.multipath) refuseMultipath(this, true);
    setBlockList(this, options);
    setHeader(this, options);
    if (this.destroyed) this._handle = null;
    if (!this[kHandle]) {
      this[kAttach](isPipe ? Pipe.make(SOCKET) : TCP.make(SOCKET));
      this[kLives]++;
      if (this[kEarly] !== null) this[kEarly] = null;
    }
    if (listener !== null) this.once('connect', listener);
    this._unrefTimer();
    this.connecting = true;
    if (limit > 0) connectTimeout.start(this, limit, options);
    debug('connect: find host %s', isPipe ? path : wanted.host);
    if (isPipe) attemptPath(this, path, socketOptions);
    else resolve(this, options, { ...wanted, socketOptions, life: this[kLives] });
    return this;
  },
};

/** A list in the options replaces the one that the socket has. @throws ERR_INVALID_ARG_TYPE */
function setBlockList(socket, options) {
  socket[kBlockList] = blockListOption(options) ?? socket[kBlockList];
}

module.exports = { methods, setBlockList };
