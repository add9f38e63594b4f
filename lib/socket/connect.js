'use strict';

/**
 * socket.connect(): from its arguments (connect-options.js) and the addresses of the host (lookup.js) to a
 * connection. The attempts themselves, one address after the other or several at once, are made by C
 * (src/core/connect_serial.c, src/core/connect_race.c), which tells of each step.
 */

const { isNormalized, normalizeArgs } = require('../options/arguments');
const { clientAttempt, clientConnect, clientSocket } = require('../common/channels');
const { allFailed, attemptError, unsentError } = require('./connect-errors');
const { ownWanted, wantedOf } = require('./connect-options');
const connectTimeout = require('./connect-timeout');
const { debug } = require('../common/debug');
const { aggregateError, codes, connectDenied, exceptionWithHostPort, invalidArgValue } = require('../common/errors');
const { ForeignHandle } = require('./foreign-handle');
const { PHASE } = require('../native/constants');
const { Handle, Pipe, SOCKET, TCP } = require('../native/handle');
const { ioThreadOption, moveWhenRead } = require('../options/io-threads');
const { isIP } = require('../address/ip');
const { resolve } = require('./lookup');
const native = require('../native/binding');
const { prepareOpening, settleOpening } = require('./fast-open');
const { lazily } = require('../common/lazily');
const { hasOwnOptions, optionsOfConnect, refuseMisplaced, refuseTcpOptions } = require('../common/misplaced');
const { isDenied } = require('../common/permission');
const { NONE, forConnect, over, program } = require('../options/program-defaults');
const { sendHeader, setHeader } = require('./proxy-header');
const { awaitsReadable } = require('../node-internals/streams');
const { makeSocket, pack, setAll, socketOptionsOption } = require('../options/socket-options');
const { keep, onceUntilTakenBack, takeBack, whenItFails } = require('../common/undo');
const uv = require('../native/uv');
const { kAttempted, kClosed, kConnected } = require('../common/symbols');
const {
  kAttach, kBlockList, kBoundToPath, kConnectAttempt, kConnectOptions, kConnectTimer, kDescriptorQueue,
  kEarlyData, kHandle, kIOThreads, kLife, kNodeStream, kProxyHeaderToSend, kQueuedFiles, kReceivesDescriptors,
} = require('./state');
const { refuseMultipath, setUserTimeoutOption } = require('../options/user-timeout');
const { validateString } = require('../common/validate');

const blockLists = lazily(() => require('../address/block-list'));
const nodeStreams = lazily(() => require('./node-stream'));

/* --- attempts ------------------------------------------------------------------------------------------------- */

function deny(socket, address, port) {
  const { [kLife]: life } = socket;
  socket.emit('connectionAttempt', address, port, isIP(address));
  life.destroy(connectDenied(address, port));
}

/** Each address fails for itself, as if it had been tried. */
function denyAll(socket, addresses, port) {
  const { [kConnectAttempt]: current } = socket;
  const isOver = () => !socket.connecting || socket[kConnectAttempt] !== current;
  const errors = [];

  for (const address of addresses) {
    const error = connectDenied(address, port);
    socket.autoSelectFamilyAttemptedAddresses.push(`${address}:${port}`);
    socket.emit('connectionAttempt', address, port, isIP(address));
    if (isOver()) return;
    errors.push(error);
    socket.emit('connectionAttemptFailed', address, port, isIP(address), error);
    if (isOver()) return;
  }
  socket.destroy(aggregateError(errors));
}

/** Tries the addresses; `many`: as the result of family selection, or of a race. */
function attempt(socket, addresses, wanted, many) {
  const { port, localAddress, localPort, socketOptions } = wanted;
  const isRace = many && wanted.delay !== undefined;
  socket[kConnectAttempt] = {
    addresses, port, localAddress, localPort, socketOptions, many, isRace, errors: [], started: 0, failed: 0,
    isUnbound: false,
  };
  if (many) socket.autoSelectFamilyAttemptedAddresses = [];
  if (isDenied()) {
    if (many) denyAll(socket, addresses, port);
    else deny(socket, addresses[0], port);
    return;
  }
  if (wanted.wrongFamily !== undefined) {
    refused(socket, uv.EINVAL, wanted.wrongFamily);
    return;
  }
  const handle = socket[kHandle];
  const err = handle instanceof Handle
    ? connectOwn(socket, wanted)
    : connectForeign(socket, handle, { host: addresses[0], port }, socketOptions);
  if (err) refused(socket, err);
}

/** Whether one address is to be connected to, without anything that comes before that. */
const isPlain = (socket, { many, localAddress, localPort, socketOptions }, { fastOpen, multipath }) =>
  !many && !localAddress && !localPort && socketOptions === null && !fastOpen && !multipath &&
  socket[kBoundToPath] === null;

/** As connectOwn(). That the address is tried, which C tells first, is told here: so C need not call for that. */
function connectPlain(socket) {
  const { [kConnectAttempt]: current, [kHandle]: handle } = socket;
  socket[kAttempted](0, PHASE.START, 0);
  const goesOn =
    socket.connecting && socket[kConnectAttempt] === current && socket[kHandle] === handle &&
    handle.connect === undefined; // see connectByProgram()
  return goesOn ? native.connectTold(handle.id, current.addresses[0], current.port, 'TCPCONNECTWRAP') : 0;
}

function connectOwn(socket, wanted) {
  const { id } = socket[kHandle];
  const { addresses, port, localAddress, localPort, socketOptions, isRace } = socket[kConnectAttempt];

  if (socket[kBlockList]) native.setBlockList(id, blockLists().nativeOf(socket[kBlockList]));
  if (isPlain(socket, socket[kConnectAttempt], wanted)) return connectPlain(socket);
  const err = wanted.fastOpen || wanted.multipath ? prepareOpening(socket, wanted) : 0;
  if (err) return err;
  const [start, time] = isRace ? [native.race, wanted.delay] : [native.connect, wanted.timeout];
  const packed = socketOptions === null ? undefined : pack(socketOptions);
  return start(id, addresses, port, time, localAddress || undefined, localPort || 0, packed);
}

/** A handle that a program has put in place (`socket._handle = ...`) connects by itself, as one of Node's would. */
function connectForeign(socket, handle, to, socketOptions) {
  const name = isIP(to.host ?? '') === 6 ? 'connect6' : 'connect';
  if (socketOptions !== null) return uv.ENOTSUP;
  if (to.host !== undefined && socket[kBlockList]?.check(to.host, isIP(to.host) === 6 ? 'ipv6' : 'ipv4')) {
    socket[kAttempted](0, PHASE.BLOCKED, 0);
    return 0;
  }
  if (typeof handle.original[name] !== 'function') return uv.EINVAL;
  handle.connect(to, (status, wasSent) => {
    if (!socket.connecting || socket[kHandle] !== handle) return;
    if (!wasSent) refused(socket, status);
    else if (status < 0) socket[kAttempted](0, PHASE.FAILED, status);
    else socket[kConnected]();
  });
  return 0;
}

/**
 * A program has given a handle of cnet's a connect() of its own, in a listener of 'connectionAttempt' (what mocks do
 * with those of Node's, which ask for it then): no attempt is made but by that.
 */
function connectByProgram(socket, current, index) {
  const { [kHandle]: handle, [kLife]: life } = socket;
  const { port, localAddress, localPort } = current;
  const address = current.addresses[index];
  const isCurrent = () => socket.connecting && socket[kHandle] === handle && socket[kConnectAttempt] === current;
  const oncomplete = (status, ...rest) => {
    if (!isCurrent()) return;
    if (status < 0) socket[kAttempted](0, PHASE.FAILED, status);
    else socket[kConnected]();
    if (status === 0 && rest[2] === false && life.isCurrent) socket.push(null);
  };
  native.abandon(handle.id);
  Object.assign(current, { addresses: [address], errors: [], failed: 0 }); // no other is tried
  const name = isIP(address) === 6 ? 'connect6' : 'connect';
  const request = { oncomplete, address, port, localAddress, localPort, addressType: isIP(address) };
  const err = typeof handle[name] === 'function' ? handle[name](request, address, port) : uv.EINVAL;
  if (err && isCurrent()) oncomplete(err);
}

/** Finds the addresses, and tries them. */
function begin(socket, options, wanted, socketOptions) {
  wanted.socketOptions = socketOptions;
  wanted.life = socket[kLife];
  resolve(socket, options, wanted, attempt);
}

/** The attempt could not even begin: it is connecting already, or the path is not one. */
function refused(socket, err, family = undefined) {
  const { [kConnectAttempt]: current, [kLife]: life } = socket;
  const [address] = current.addresses;

  if (current.port !== undefined && current.started === 0)
    socket.emit('connectionAttempt', address, current.port, family ?? isIP(address));
  life.destroy(unsentError(socket, address, current.port, err));
}

/** Makes the socket and sets its options. @returns {Error | null} */
function prepareForPath({ [kHandle]: handle }, path, socketOptions) {
  if (socketOptions === null) return null;
  const err = makeSocket(handle, 0);
  if (err === uv.ENOTSUP) return setAll(handle, socketOptions); // a named pipe is no socket, and so says each option
  return err ? exceptionWithHostPort(err, 'connect', path) : setAll(handle, socketOptions);
}

function attemptPath(socket, path, socketOptions) {
  socket[kConnectAttempt] = {
    addresses: [path], port: undefined, many: false, errors: [], started: 0, failed: 0, isUnbound: false,
  };
  if (isDenied()) {
    socket.destroy(connectDenied(path));
    return;
  }
  const isOwn = socket[kHandle] instanceof Handle;
  if (socket[kHandle] instanceof TCP) { // it has been connected before
    refused(socket, uv.EINVAL);
    return;
  }
  const error = isOwn ? prepareForPath(socket, path, socketOptions) : null;
  if (error !== null) {
    socket.destroy(error);
    return;
  }
  const err = isOwn
    ? native.connectPath(socket[kHandle].id, path)
    : connectForeign(socket, socket[kHandle], { path }, socketOptions);
  if (err) refused(socket, err);
}

/** Unless TLS has the connection, or waits for it, or descriptors may come, or are to go, with it. */
function toThread(socket) {
  const { [kHandle]: handle } = socket;
  const passes = socket[kReceivesDescriptors] || socket[kDescriptorQueue] !== null;
  if (handle instanceof Handle && socket[kNodeStream] === null && !passes)
    moveWhenRead(handle, socket[kIOThreads], socket[kQueuedFiles]);
}

/** What was connected is set up as was asked for before, and told. */
function established(socket) {
  const { [kLife]: life } = socket;
  socket._applyOptions();
  keep(socket);
  if (socket[kNodeStream] !== null && !nodeStreams().settleNodeStream(socket)) return;
  socket.emit('connect');
  life.emit('ready'); // nothing, if a listener has made it live again
  if (life.isCurrent && (!socket.isPaused() || awaitsReadable(socket))) socket.read(0);
  if (socket[kIOThreads] > 0 && life.isCurrent) toThread(socket);
}

function publishAttempt(socket, { port, isRace }, address, status, error = undefined) {
  clientAttempt.publish({
    socket,
    address,
    port,
    family: isIP(address) || undefined,
    isRace: isRace ?? false,
    status,
    error,
  });
}

/**
 * Publishes which address was connected.
 * @returns {boolean} whether the socket still connects, after what subscribers did
 */
function tellWinner(socket, { addresses, port, isRace, started }) {
  const { [kHandle]: handle, [kLife]: life } = socket;
  const name = { address: addresses.length === 1 ? addresses[0] : undefined };

  if (handle instanceof TCP) handle.getpeername(name);
  const { address } = name;
  const family = isIP(address ?? '') || undefined;
  clientConnect.publish({ socket, address, port, family, isRace: isRace ?? false, attempts: started });
  return socket.connecting && life.isCurrent && socket[kHandle] === handle;
}

/**
 * Emits an event of an attempt. An exception ends what is being tried, as in Node: nobody goes to this address, nor to
 * the next one. A race, which Node does not have, goes on without the listener.
 */
function emitOfAttempt(socket, current, event, ...args) {
  const { [kHandle]: handle } = socket;
  let isTold = false;
  try {
    socket.emit(event, ...args);
    isTold = true;
  } finally { // which the place of an exception outlives: see thrown.js
    current.isUnbound = false;
    if (!isTold && !current.isRace && socket[kConnectAttempt] === current && handle instanceof Handle)
      native.abandon(handle.id);
  }
}

/**
 * Tells of an attempt. As in Node, whose handle is another one for each address, there is no name of this end yet, and
 * the address is one of those that were attempted when the listeners have returned.
 */
function tellStart(socket, current, index) {
  const { addresses, port, many } = current;
  const address = addresses[index];
  if (many && index > 0) socket._sockname = null;
  current.isUnbound = many;
  emitOfAttempt(socket, current, 'connectionAttempt', address, port, isIP(address) || undefined);
  if (many && socket[kConnectAttempt] === current) socket.autoSelectFamilyAttemptedAddresses.push(`${address}:${port}`);
}

/** Whether a failure is told by itself: of the local end, only the error that ends it all has it, as in Node. */
const isTold = ({ many, isRace }, phase) =>
  phase === PHASE.FAILED || (many && (isRace || phase !== PHASE.BIND));

const methods = {
  /** A step of the attempt: see onattempt() of native/events.js. */
  [kAttempted](index, phase, status, option) {
    const { [kConnectAttempt]: current, [kLife]: life } = this;
    const address = current.addresses[index];
    const family = isIP(address) || undefined;

    if (phase === PHASE.START) {
      current.started = index + 1;
      debug('connect: attempting to connect to %s:%d', address, current.port);
      tellStart(this, current, index);
      if (clientAttempt.hasSubscribers) publishAttempt(this, current, address, 'started');
      if (this[kHandle]?.connect !== undefined && this[kConnectAttempt] === current)
        connectByProgram(this, current, index);
      return;
    }
    if (!current.many && phase === PHASE.FAILED) this._sockname = null;
    const isLast = ++current.failed === current.addresses.length;
    const error = attemptError(this, current, { index, phase, status, option });
    current.errors[index] = error;
    if (phase === PHASE.TIMEOUT)
      emitOfAttempt(this, current, 'connectionAttemptTimeout', address, current.port, family);
    else if (isTold(current, phase)) {
      if (!current.many) this.connecting = false;
      emitOfAttempt(this, current, 'connectionAttemptFailed', address, current.port, family, error);
    }
    if (clientAttempt.hasSubscribers) {
      publishAttempt(this, current, address, phase === PHASE.TIMEOUT ? 'timedOut' : 'failed', error);
    }
    if (isLast) life.destroy(current.many ? allFailed(current) : error);
  },

  /**
   * A program has closed the handle below the socket. What is being tried ends by that, as in Node, which tells of one
   * that is cancelled; a race tries several at a time, each of which ends. A listener may do anything meanwhile.
   */
  [kClosed](handle) {
    const { [kConnectAttempt]: current, [kLife]: life } = this;
    const isTried = () => this[kHandle] === handle && this[kConnectAttempt] === current && life.isCurrent;
    if (!isTried() || !this.connecting || current === null) return;
    current.addresses = current.addresses.slice(0, Math.max(1, current.started)); // no other is tried
    const open = [...current.addresses.keys()].filter((index) => current.errors[index] === undefined);
    for (const index of open) if (isTried()) this[kAttempted](index, PHASE.FAILED, uv.ECANCELED);
    if (isTried()) life.destroy(allFailed(current)); // all had failed already, and the next was about to be tried
  },

  /** There is a connection. */
  [kConnected]() {
    debug('afterConnect');
    const { [kConnectAttempt]: attempt } = this;
    if (attempt !== null) {
      this[kConnectAttempt] = null;
      if (this[kEarlyData] !== null) settleOpening(this);
      if (clientConnect.hasSubscribers && !tellWinner(this, attempt)) return;
    }
    if (this[kProxyHeaderToSend] !== null && !sendHeader(this)) return; // called again when the header has gone
    this.connecting = false;
    this._sockname = null;
    if (this[kConnectTimer] !== null) connectTimeout.stop(this);
    established(this);
  },

  /**
   * Starts a connection (net.md, socket.connect()).
   * @param {...any} args (options | path | port[, host])[, listener of 'connect']
   * @returns {this}
   */
  connect(...args) {
    const [given, listener] = isNormalized(args[0]) ? args[0] : normalizeArgs(args);
    const forget = listener === null ? null : onceUntilTakenBack(this, 'connect', listener);
    let hasBegun = false;
    try {
      connectTo(this, given, forget);
      hasBegun = true;
    } finally { // which the place of an exception outlives: see thrown.js
      if (!hasBegun && forget !== null) takeBack(this, forget); // and not that of a connect() before, which goes on
    }
    return this;
  },
};

/** The options of one connect(), with those that new Socket() was given for each. */
function withKept({ [kConnectOptions]: kept }, given) {
  const names = Object.keys(kept).filter((name) => given[name] === undefined);
  return over(given, Object.fromEntries(names.map((name) => [name, kept[name]])));
}

/**
 * What only cnet has of the options. It is read before anything changes.
 * @returns {{ options: object, settings: object[] | null, limit: number, wanted: object | null }}
 */
function readOwn(socket, given, isPipe) {
  let options = given;
  const hasOwn = program.client !== NONE || hasOwnOptions(options);
  if (hasOwn) refuseMisplaced(options, 'connect()');
  if (hasOwn && isPipe) refuseTcpOptions(options);
  if (program.client !== NONE) options = forConnect(socket, options, isPipe, socket[kHandle] instanceof ForeignHandle);
  const wanted = isPipe ? null : ownWanted(options);
  const settings = hasOwn ? socketOptionsOption(options) : null;
  const limit = hasOwn ? connectTimeout.connectTimeoutOption(options) : 0;
  const threads = ioThreads(socket, options);
  if (hasOwn) setUserTimeoutOption(socket, options);
  if (wanted?.multipath) refuseMultipath(socket, true);
  if (program.client !== NONE) useBlockList(socket, given);
  setHeader(socket, options);
  if (threads !== socket[kIOThreads]) socket[kIOThreads] = threads;
  return { options, settings, limit, wanted };
}

/** A socket that has none gets a handle. */
function giveHandle(socket, isPipe) {
  if (socket.destroyed) socket._handle = null;
  if (socket[kHandle]) return;
  const fresh = (isPipe ? Pipe : TCP).make(SOCKET);
  if (socket[kHandle])
    fresh.close(); // a hook of async_hooks, called by make(), has connected this socket already
  else socket[kAttach](fresh);
}

/**
 * Connects to where the options say. Node's own options are read as often as Node reads them, and in its order: each
 * may be an accessor, in which a program may throw, and destroy or connect the socket. From when the socket connects,
 * for programs too, an exception leaves it connecting, as in Node.
 */
function connectTo(socket, given, forget) {
  const options = socket[kConnectOptions] === null ? given : withKept(socket, given);
  if (clientSocket.hasSubscribers) clientSocket.publish({ socket });
  if (options.port === undefined && isMissing(options.path)) {
    throw new codes.ERR_MISSING_ARGS(['options', 'port', 'path']);
  }
  const { path } = options;
  const isPipe = socket[kBoundToPath] ?? Boolean(path);
  const own = readOwn(socket, options, isPipe);
  giveHandle(socket, isPipe);
  if (forget !== null) whenItFails(socket, forget);
  socket._unrefTimer();
  socket.connecting = true;
  if (isPipe) validateString(path, 'options.path');
  const wanted = isPipe ? { path } : wantedOf(socket, own.options, own.wanted);
  if (own.limit > 0 && socket[kHandle] !== null) connectTimeout.start(socket, own.limit, wanted);
  debug('connect: find host %s', isPipe ? path : wanted.host);
  if (isPipe) attemptPath(socket, path, own.settings);
  else begin(socket, own.options, wanted, own.settings);
}

const isMissing = (path) => path === undefined || path === null;

/**
 * What new Socket() was given of the options of connect(): they count for each, unless it has others.
 * @throws ERR_INVALID_ARG_VALUE
 */
function keepOptions(socket, options) {
  refuseMisplaced(options, 'connect()');
  const kept = optionsOfConnect(options);
  if (kept !== null) socket[kConnectOptions] = kept;
}

/** The list of new Socket(), which alone counts, as in Node. @throws ERR_INVALID_ARG_TYPE */
function setBlockList(socket, { blockList }) {
  if (blockList) socket[kBlockList] = blockLists().blockListOption({ blockList });
}

/** Descriptors are read by a way of their own. @returns {number} */
function ioThreads(socket, options) {
  const count = ioThreadOption(options);
  if (count === 0 || !socket[kReceivesDescriptors]) return count;
  if (options.ioThread) throw invalidArgValue('options.ioThread', true, 'cannot be used with receiveDescriptors');
  return 0;
}

/** The list that the program has for all connections; `null` is none. */
function useBlockList(socket, { blockList }) {
  if (socket[kBlockList] === null && blockList !== null) socket[kBlockList] = program.client.blockList ?? null;
}

module.exports = { keepOptions, methods, setBlockList };
