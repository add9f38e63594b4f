'use strict';

/**
 * net.Socket: a stream.Duplex over a Handle. This file has its construction, and how it gets a handle and another
 * life. Its state is declared in state.js; its other methods are in the files of their subjects, which the table at
 * the end lists.
 */

const { Duplex } = require('node:stream');

const { AcceptedOptions } = require('./accepted-options');
const { BoundSocket, kAdopt } = require('./bound-socket');
const connect = require('./connect');
const connectTimeout = require('./connect-timeout');
const credentials = require('./credentials');
const { defineMethods } = require('../common/define-methods');
const descriptors = require('./descriptors');
const destroy = require('./destroy');
const endpoints = require('./endpoints');
const { codes, endedByOtherParty, errnoException, invalidArgValue } = require('../common/errors');
const fastOpen = require('./fast-open');
const { ForeignHandle } = require('./foreign-handle');
const { Handle, SOCKET, adopt, toHandle } = require('../native/handle');
const { takeInstances } = require('../common/instances');
const idleTimeout = require('./idle-timeout');
const iterate = require('./iterate');
const { lazily } = require('../common/lazily');
const { lifeOf, liveAgain } = require('./life');
const { hasOwnOptions } = require('../common/misplaced');
const multipath = require('./multipath');
const nodeNet = require('../node-internals/net');
const { isDestroyed, undestroy } = require('../node-internals/streams');
const { NONE, forSocket, program } = require('../options/program-defaults');
const proxyHeader = require('./proxy-header');
const read = require('./read');
const sendFile = require('./send-file');
const socketOptions = require('../options/socket-options');
const state = require('./state');
const { streamOptions } = require('./stream-options');
const { kOwner } = require('../common/symbols');
const tcpInfo = require('./tcp-info');
const tcpOptions = require('./tcp-options');
const { nextTick } = require('../common/timers');
const userTimeout = require('../options/user-timeout');
const { validateInt32, validateNumber } = require('../common/validate');
const write = require('./write');

const {
  first, kAttach, kBoundToPath, kBytesRead, kBytesWritten, kConnectAttempt, kConnectTimer, kHandle, kIdleTimeoutId,
  kIsSpliced, kKeepAlive, kLife, kLiveAgain, kNoDelay, kNodeStream, kOnRead, kReceivesDescriptors, kShutdownCallback,
  kTypeOfService, kUndo, kWriteCallback,
} = state;

const nodeStreams = lazily(() => require('./node-stream'));

/* --- construction ------------------------------------------------------------------------------------------------ */

/** Accessors are asked as often as Node asks them: the error shows what they say last. */
function refuseObjectMode(options) {
  if (options.objectMode) throw invalidArgValue('options.objectMode', options.objectMode, 'is not supported');
  if (!options.readableObjectMode && !options.writableObjectMode) return;
  const name = options.readableObjectMode ? 'options.readableObjectMode' : 'options.writableObjectMode';
  throw invalidArgValue(name, options.readableObjectMode || options.writableObjectMode, 'is not supported');
}

/**
 * A copy of the program's options, which are read once more before that: as Node does, which gives a time below zero
 * back as 0. What an object has inherited is no option.
 */
function copyOf(options) {
  refuseObjectMode(options);
  if (options.keepAliveInitialDelay !== undefined) {
    validateNumber(options.keepAliveInitialDelay, 'options.keepAliveInitialDelay');
    if (options.keepAliveInitialDelay < 0) options.keepAliveInitialDelay = 0;
  }
  return { ...options };
}

/** @returns {object} of what new Socket() was given */
function readArgument(options) {
  if (options instanceof AcceptedOptions) return options;
  if (typeof options === 'number') return { fd: options };
  return options === undefined || options === null ? {} : copyOf(options);
}

/** A handle for the option `fd`. */
function handleOfDescriptor(fd) {
  validateInt32(fd, 'fd', 0);
  const { handle, err, kind } = adopt(fd, SOCKET);
  if (handle !== null) return handle;
  if (err) throw errnoException(err, 'open');
  throw new codes.ERR_INVALID_FD_TYPE(kind);
}

/** Whether a socket has no connection yet: those that were accepted, or opened elsewhere, are not for the defaults. */
const connectsLater = ({ fd, handle }) => fd === undefined && (!handle || handle instanceof BoundSocket);

/** What stands for a handle that is not cnet's. */
const own = (socket, handle) => (handle && !(handle instanceof Handle) ? new ForeignHandle(handle, socket) : handle);

/** A write after the peer has ended a connection that is not half-open. */
function writeAfterEnd(chunk, encoding, callback) {
  if (!this.writableEnded) return Duplex.prototype.write.apply(this, arguments);
  const done = typeof encoding === 'function' ? encoding : callback;
  const error = endedByOtherParty();

  if (typeof done === 'function') nextTick(done, error);
  this.destroy(error);
  return false;
}

function onReadableStreamEnd() {
  if (!this.allowHalfOpen) this.write = writeAfterEnd;
}

/** What Node gives a socket last: a socket whose construction an exception ends has none of it. */
const LAST = ['server', '_server', '_sockname', '_pendingData', '_pendingEncoding'];

function takeLast(socket) {
  for (const name of LAST) delete socket[name];
  socket[kBytesRead] = undefined;
  socket[kBytesWritten] = undefined;
}

/** Makes the stream, and gives the socket its handle. A program's own on(), and listeners of a signal, may throw. */
function makeStream(socket, options) {
  if (asksForRare(options)) initRareState(socket, options);
  const { handle, fd } = options;
  Duplex.call(socket, streamOptions(options));
  if (isDestroyed(lifeOf(socket))) socket[kLife].aborted = true;

  if (handle instanceof BoundSocket) socket[kAttach](handle[kAdopt](), handle.isPipe);
  else if (handle instanceof Handle) socket[kAttach](handle);
  else if (handle) socket[kAttach](toHandle(handle, SOCKET) ?? new ForeignHandle(handle, socket));
  else if (fd !== undefined) socket[kAttach](handleOfDescriptor(fd));
  socket.on('end', onReadableStreamEnd);
}

/** Whether options ask for anything that few sockets have: see initRareState(). */
const asksForRare = (options) =>
  options.typeOfService !== undefined ||
  options.keepAlive ||
  options.keepAliveInitialDelay !== undefined ||
  options.onread !== undefined ||
  options.blockList !== undefined ||
  hasOwnOptions(options);

/** What few sockets have: it is theirs when they do, and of the prototype otherwise. */
function initRareState(socket, options) {
  if (options.typeOfService !== undefined) {
    validateInt32(options.typeOfService, 'options.typeOfService', 0, 255);
    socket[kTypeOfService] = options.typeOfService;
  }
  const keepAlive = tcpOptions.keepAliveOption(options);
  const onread = read.onreadOption(options.onread);
  if (keepAlive !== null) socket[kKeepAlive] = keepAlive;
  if (onread !== null) socket[kOnRead] = onread;
  if (options.receiveDescriptors !== undefined) socket[kReceivesDescriptors] = descriptors.receiveOption(options);
  if (!(options instanceof AcceptedOptions)) connect.keepOptions(socket, options);
  connect.setBlockList(socket, options);
}

/** Ends what has to do with the life that is over, but for what a program has asked of the socket. */
function endLife(socket) {
  descriptors.dropQueued(socket);
  if (socket[kConnectTimer] !== null) connectTimeout.stop(socket);
  if (socket.write === writeAfterEnd) delete socket.write;
  state.resetForLife(socket);
}

/** Starts to read from a handle that was given, unless that is not wanted. */
function startGiven(socket, options) {
  if (options.pauseOnCreate) {
    socket[kHandle].reading = false;
    socket[kHandle].readStop();
    socket.readableFlowing = false;
  } else if (!options.manualStart) {
    socket.read(0);
  }
}

/**
 * A TCP or IPC connection (net.md, new net.Socket()).
 * @param {object | number} [options] `fd`, `handle`, `allowHalfOpen`, `readable`, `writable`, `onread`, `signal`, ...
 *   or a descriptor
 * @throws ERR_INVALID_ARG_VALUE, ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE, ERR_INVALID_FD_TYPE
 */
function Socket(options) {
  if (new.target === undefined && !(this instanceof Socket)) return new Socket(options);
  // of a class derived from Node's
  if (new.target === undefined && this instanceof nodeNet.Socket) return nodeNet.Socket.call(this, options);
  options = readArgument(options);
  if (program.client !== NONE && connectsLater(options)) options = forSocket(options);
  // One line for each piece: the engine has room in the object for as many properties as it sees here.
  this[kLife] = first[kLife];
  this[kHandle] = first[kHandle];
  this[kIdleTimeoutId] = first[kIdleTimeoutId];
  this[kConnectAttempt] = first[kConnectAttempt];
  this[kUndo] = first[kUndo];
  this[kBytesRead] = first[kBytesRead];
  this[kBytesWritten] = first[kBytesWritten];
  this[kWriteCallback] = first[kWriteCallback];
  this[kShutdownCallback] = first[kShutdownCallback];
  this[kNoDelay] = Boolean(options.noDelay);
  this.connecting = first.connecting;
  this._hadError = first._hadError;
  this._parent = first._parent;
  this._host = first._host;
  this._closeAfterHandlingError = first._closeAfterHandlingError;
  this._sockname = first._sockname;
  this._pendingData = first._pendingData;
  this._pendingEncoding = first._pendingEncoding;
  this.server = first.server;
  this._server = first._server;
  let isMade = false;
  try {
    makeStream(this, options);
    isMade = true;
  } finally { // which the place of an exception outlives: see thrown.js
    if (!isMade) takeLast(this);
  }
  if (this[kHandle] && this[kBoundToPath] === null && options.readable !== false) startGiven(this, options);
}
Object.setPrototypeOf(Socket.prototype, Duplex.prototype);
Object.setPrototypeOf(Socket, Duplex);

/* --- methods ------------------------------------------------------------------------------------------------------ */

const methods = {
  /** The native handle, or null (see handle.js). */
  get _handle() {
    const handle = this[kNodeStream] ?? this[kHandle];
    return handle instanceof ForeignHandle ? handle.original : handle;
  },

  set _handle(handle) {
    if (handle !== null && handle === (this[kNodeStream] ?? this[kHandle])?.original) return;
    if (this[kNodeStream] !== null) nodeStreams().dropNodeStream(this);
    if (this[kHandle] !== null && this[kHandle] !== handle) lifeOf(this).take(this[kHandle]);
    this[kHandle] = own(this, handle);
  },

  /**
   * The descriptor, while there is one. Not in Node, whose child_process.spawn() knows its own sockets by their
   * handles: by this it takes any stream for `stdio` (child_process.md, options.stdio).
   */
  get fd() {
    const fd = this[kHandle]?.fd;
    return fd >= 0 ? fd : undefined;
  },

  set fd(value) {
    Object.defineProperty(this, 'fd', { value, writable: true, enumerable: true, configurable: true });
  },

  /** Begins another life. */
  [kLiveAgain]() {
    liveAgain(this, () => endLife(this));
  },

  /**
   * Gives the socket a handle: its events go to this socket from now on.
   * @param {object} handle
   * @param {boolean} [bound] that of a BoundSocket: true for a path
   */
  [kAttach](handle, bound = this[kBoundToPath]) {
    if (bound !== this[kBoundToPath]) this[kBoundToPath] = bound;
    if (this[kNodeStream] !== null) nodeStreams().dropNodeStream(this);
    const { [kLife]: life } = this;
    const isUsed = life.begun || isDestroyed(this) || this[kIsSpliced];
    if (life.begun || (isDestroyed(this) && !life.aborted)) this[kLiveAgain]();
    else undestroy(this);
    this[kLife].begun = true;
    if (isUsed) state.resetForHandle(this);
    this._peername = undefined; // which a socket has from its first handle on
    this[kHandle] = handle;
    if (!(handle instanceof Handle)) return; // see foreign-handle.js
    if (this[kReceivesDescriptors]) descriptors.receiveOn(this, handle);
    handle[kOwner] = this;
    idleTimeout.attachTimeout(this);
    const err = this[kOnRead] === null ? 0 : read.useBuffer(this);
    if (err === 0) return;
    handle.close();
    this[kHandle] = null;
    throw errnoException(err, 'read');
  },

  /* --- state ---------------------------------------------------------------------------------------------------- */

  get _connecting() {
    return this.connecting;
  },

  /** True before the connection is there (net.md, socket.pending). */
  get pending() {
    return !this[kHandle] || this.connecting;
  },

  /** 'opening', 'open', 'readOnly', 'writeOnly' or 'closed' (net.md, socket.readyState). */
  get readyState() {
    if (this.connecting) return 'opening';
    if (this.readable) return this.writable ? 'open' : 'readOnly';
    return this.writable ? 'writeOnly' : 'closed';
  },

  /** Bytes received (net.md, socket.bytesRead). */
  get bytesRead() {
    const handle = this[kHandle];
    return handle instanceof ForeignHandle ? handle.bytesRead : (handle?.bytesRead ?? this[kBytesRead]);
  },

  /** Lets the socket hold the event loop again (net.md, socket.ref()). */
  ref() {
    if (!this[kHandle]) return this.once('connect', this.ref);
    this[kHandle].ref?.();
    this[kConnectTimer]?.ref();
    return this;
  },

  /** Lets the process end although the socket is open (net.md, socket.unref()). */
  unref() {
    if (!this[kHandle]) return this.once('connect', this.unref);
    this[kHandle].unref?.();
    this[kConnectTimer]?.unref();
    return this;
  },
};

/** Accessors that a `for ... in` of Node does not show. */
const HIDDEN = [
  '_connecting',
  '_handle',
  'bufferSize',
  'fastOpen',
  'fd',
  'iterator',
  'multipath',
  'peerAddress',
  'peerFamily',
  'peerPort',
  'pending',
  'proxyHeader',
  'readyState',
];

/** The methods by their files, in the order in which the prototype has them. */
const SUBJECTS = {
  state,
  socket: { methods },
  endpoints,
  'tcp-options': tcpOptions,
  connect,
  'fast-open': fastOpen,
  multipath,
  read,
  iterate,
  write,
  destroy,
  'send-file': sendFile,
  'idle-timeout': idleTimeout,
  'user-timeout': userTimeout,
  'socket-options': socketOptions,
  'tcp-info': tcpInfo,
  credentials,
  'proxy-header': proxyHeader,
  descriptors,
};

const parts = defineMethods(Socket.prototype, SUBJECTS);
for (const name of HIDDEN) Object.defineProperty(Socket.prototype, name, { enumerable: false });

takeInstances(Socket, nodeNet.Socket);

module.exports = { Socket, parts };
