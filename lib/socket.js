'use strict';

/**
 * net.Socket: a stream.Duplex over a Handle. This file has its life: construction, options, names, end and destruction;
 * connecting, reading, writing and timeouts are in the files of their names.
 */

const nodeNet = require('node:net');
const { Duplex } = require('node:stream');

const connecting = require('./connect');
const { debug } = require('./debug');
const { codes, endedByOtherParty, errnoException, invalidArgType, invalidArgValue } = require('./errors');
const { Handle, SOCKET, TCP, adopt, toHandle } = require('./handle');
const { takeInstances } = require('./instances');
const reading = require('./read');
const {
  kAttach,
  kAttempt,
  kBlockList,
  kBytesRead,
  kBytesWritten,
  kHandle,
  kIdle,
  kKeepAlive,
  kNoDelay,
  kOnRead,
  kOwner,
  kResetting,
  kShutDownDone,
  kTypeOfService,
  kWriteDone,
  kWriteTried,
} = require('./symbols');
const timeout = require('./timeout');
const { validateInt32, validateNumber } = require('./validate');
const writing = require('./write');

/* --- construction ------------------------------------------------------------------------------------------------ */

function refuseObjectMode(options) {
  if (!options.objectMode && !options.readableObjectMode && !options.writableObjectMode) return;
  const name = ['objectMode', 'readableObjectMode', 'writableObjectMode'].find((one) => options[one]);
  throw invalidArgValue(`options.${name}`, options[name], 'is not supported');
}

/** @returns {{ enable: boolean, delay: number, interval?: number, count?: number } | null} seconds */
function keepAliveOption({ keepAlive, keepAliveInitialDelay, keepAliveInterval, keepAliveCount }) {
  if (keepAliveInitialDelay !== undefined) validateNumber(keepAliveInitialDelay, 'options.keepAliveInitialDelay');
  if (!keepAlive) return null;
  return keepAliveSettings(true, Math.max(0, keepAliveInitialDelay || 0), keepAliveInterval, keepAliveCount);
}

/** Times in milliseconds; those that are not given stay undefined. */
function keepAliveSettings(enable, initialDelay, interval, count) {
  return {
    enable: Boolean(enable),
    delay: ~~(initialDelay / 1000),
    interval: interval === undefined ? undefined : ~~(interval / 1000),
    count: count === undefined ? undefined : ~~count,
  };
}

/** The options of an accepted socket: always the same, so that it is made without a copy of them. */
class AcceptedOptions {
  constructor(handle, server) {
    this.handle = handle;
    this.pauseOnCreate = server.pauseOnConnect;
    this.noDelay = false;
    this.keepAlive = false;
    this.typeOfService = undefined;
    this.allowHalfOpen = Boolean(server.allowHalfOpen);
    this.readable = true;
    this.writable = true;
    this.readableHighWaterMark = server.highWaterMark;
    this.writableHighWaterMark = server.highWaterMark;
    this.emitClose = false;
    this.autoDestroy = true;
    this.decodeStrings = false;
  }
}

/** The options of stream.Duplex, for those of new Socket(). */
function streamOptions(options) {
  if (options instanceof AcceptedOptions) return options;
  return {
    ...options,
    allowHalfOpen: Boolean(options.allowHalfOpen),
    emitClose: false, // _destroy() emits it, when the handle has gone
    autoDestroy: true,
    decodeStrings: false, // C encodes strings
  };
}

/** A handle for the option `fd`. */
function handleOfDescriptor(fd) {
  validateInt32(fd, 'fd', 0);
  const { handle, err, kind } = adopt(fd, SOCKET);
  if (handle !== null) return handle;
  if (err) throw errnoException(err, 'open');
  throw new codes.ERR_INVALID_FD_TYPE(kind);
}

/** A write after the peer has ended a connection that is not half-open. */
function writeAfterEnd(chunk, encoding, callback) {
  if (!this.writableEnded) return Duplex.prototype.write.apply(this, arguments);
  const done = typeof encoding === 'function' ? encoding : callback;
  const error = endedByOtherParty();

  if (typeof done === 'function') process.nextTick(done, error);
  this.destroy(error);
  return false;
}

function onReadableStreamEnd() {
  if (!this.allowHalfOpen) this.write = writeAfterEnd;
}

/** The state of a socket before it has a handle. */
function initState(socket, options) {
  socket[kHandle] = null;
  socket[kIdle] = -1;
  socket[kAttempt] = null;
  socket[kBlockList] = null;
  socket[kBytesRead] = 0;
  socket[kBytesWritten] = 0;
  socket[kWriteDone] = null;
  socket[kWriteTried] = null;
  socket[kShutDownDone] = null;
  socket[kResetting] = false;
  socket[kNoDelay] = Boolean(options.noDelay);
  socket[kKeepAlive] = keepAliveOption(options);
  socket[kTypeOfService] = options.typeOfService;
  socket[kOnRead] = reading.onreadOption(options.onread);
  socket.connecting = false;
  socket._hadError = false;
  socket._parent = null;
  socket._host = null;
  socket._closeAfterHandlingError = false;
  socket._sockname = null;
  socket._pendingData = null;
  socket._pendingEncoding = '';
  socket.server = null;
  socket._server = null;
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
 * @param {object | number} [options] `fd`, `handle`, `allowHalfOpen`, `readable`, `writable`, `onread`, `signal`, … or a
 *   descriptor
 * @throws ERR_INVALID_ARG_VALUE, ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE, ERR_INVALID_FD_TYPE
 */
function Socket(options) {
  if (new.target === undefined && !(this instanceof Socket)) return new Socket(options);
  options = typeof options === 'number' ? { fd: options } : (options ?? {});
  refuseObjectMode(options);
  if (options.typeOfService !== undefined) validateInt32(options.typeOfService, 'options.typeOfService', 0, 255);
  initState(this, options);
  connecting.setBlockList(this, options);
  const { handle, fd } = options;
  Duplex.call(this, streamOptions(options));

  if (handle) this[kAttach](toHandle(handle, SOCKET) ?? handle);
  else if (fd !== undefined) this[kAttach](handleOfDescriptor(fd));
  this.on('end', onReadableStreamEnd);
  if (this[kHandle] && options.readable !== false) startGiven(this, options);
}
Object.setPrototypeOf(Socket.prototype, Duplex.prototype);
Object.setPrototypeOf(Socket, Duplex);

/* --- destruction --------------------------------------------------------------------------------------------------- */

function closeHandle(socket, hadError) {
  const handle = socket[kHandle];
  const onClose = () => {
    debug('emit close');
    socket.emit('close', hadError);
  };

  socket[kBytesRead] = handle.bytesRead;
  if (!socket[kResetting]) {
    handle.close(onClose);
    return;
  }
  socket[kResetting] = false;
  const err = handle.reset(onClose);
  if (err) socket.emit('error', errnoException(err, 'reset'));
}

function forgetHandle(socket) {
  socket[kHandle] = null;
  socket._sockname = null;
}

function leaveServer(socket) {
  if (socket._server === null) return;
  debug('has server');
  socket._server._connections--;
  socket._server._emitCloseIfDrained?.();
}

/* --- options -------------------------------------------------------------------------------------------------------- */

/** The arguments of setKeepAlive(), which may be one object. */
function keepAliveArguments(enable, initialDelay, interval, count) {
  if (enable === null || typeof enable !== 'object') {
    return keepAliveSettings(enable, initialDelay, interval, count);
  }
  return keepAliveSettings(enable.enable, enable.initialDelay, enable.interval, enable.count);
}

const sameKeepAlive = (a, b) =>
  a.enable === b.enable &&
  (!a.enable || (a.delay === b.delay && a.interval === b.interval && a.count === b.count));

const methods = {
  /** The native handle, or null (see handle.js). */
  get _handle() {
    return this[kHandle];
  },

  set _handle(handle) {
    this[kHandle] = handle;
  },

  /**
   * The descriptor, while there is one. Not in Node, whose child_process.spawn() knows its own sockets by their handles:
   * by this it takes any stream for `stdio` (child_process.md, options.stdio).
   */
  get fd() {
    const fd = this[kHandle]?.fd;
    return fd >= 0 ? fd : undefined;
  },

  set fd(value) {
    Object.defineProperty(this, 'fd', { value, writable: true, enumerable: true, configurable: true });
  },

  /** Gives the socket a handle: its events go to this socket from now on. */
  [kAttach](handle) {
    this._undestroy();
    if (this.write === writeAfterEnd) delete this.write;
    this._sockname = null;
    this._peername = undefined;
    this[kBytesWritten] = 0;
    this[kHandle] = handle;
    if (!(handle instanceof Handle)) return;
    handle[kOwner] = this;
    timeout.attachTimeout(this);
    if (this[kOnRead] !== null) reading.useBuffer(this);
  },

  /** Options that were asked for before there was a connection. */
  _applyOptions() {
    const handle = this[kHandle];
    const keepAlive = this[kKeepAlive];

    if (this[kNoDelay] && handle.setNoDelay) handle.setNoDelay(true);
    if (keepAlive?.enable && handle.setKeepAlive) {
      handle.setKeepAlive(true, keepAlive.delay, keepAlive.interval, keepAlive.count);
    }
    if (this[kTypeOfService] !== undefined) handle.setTypeOfService?.(this[kTypeOfService]);
  },

  /**
   * Turns Nagle's algorithm off, or on again (net.md, socket.setNoDelay()).
   * @param {boolean} [noDelay]
   * @returns {this}
   */
  setNoDelay(noDelay) {
    const enable = noDelay === undefined || Boolean(noDelay);
    if (this[kHandle]?.setNoDelay && enable !== this[kNoDelay]) this[kHandle].setNoDelay(enable);
    this[kNoDelay] = enable;
    return this;
  },

  /**
   * Keep-alive probes (net.md, socket.setKeepAlive()).
   * @param {boolean | { enable?: boolean, initialDelay?: number, interval?: number, count?: number }} [enable]
   * @param {number} [initialDelay] milliseconds before the first probe; 0 leaves what is
   * @param {number} [interval] milliseconds between probes
   * @param {number} [count] probes without an answer that end the connection
   * @returns {this}
   */
  setKeepAlive(enable, initialDelay, interval, count) {
    const next = keepAliveArguments(enable, initialDelay, interval, count);
    const now = this[kKeepAlive] ?? { enable: false, delay: 0 };

    if (this[kHandle]?.setKeepAlive && !sameKeepAlive(next, now)) {
      this[kHandle].setKeepAlive(next.enable, next.delay, next.interval, next.count);
    }
    this[kKeepAlive] = next;
    return this;
  },

  /**
   * The type of service (IPv4) or traffic class (IPv6) of what is sent.
   * @param {number} tos 0 to 255
   * @returns {this}
   */
  setTypeOfService(tos) {
    if (Number.isNaN(tos)) throw invalidArgType('tos', 'number', tos);
    validateInt32(tos, 'tos', 0, 255);
    const handle = this[kHandle];
    const err = handle?.setTypeOfService && tos !== this[kTypeOfService] ? handle.setTypeOfService(tos) : 0;

    if (err) throw errnoException(err, 'setTypeOfService');
    this[kTypeOfService] = tos;
    return this;
  },

  /** @returns {number} 0 to 255 */
  getTypeOfService() {
    const handle = this[kHandle];
    if (!handle?.getTypeOfService) return this[kTypeOfService] ?? 0;
    const tos = handle.getTypeOfService();
    if (tos < 0) throw errnoException(tos, 'getTypeOfService');
    return tos;
  },

  /* --- names --------------------------------------------------------------------------------------------------- */

  _getpeername() {
    const handle = this[kHandle];
    if (!handle?.getpeername || this.connecting) return this._peername || {};
    if (this._peername) return this._peername;
    const name = {};
    if (handle.getpeername(name) === 0) this._peername = name;
    return name;
  },

  _getsockname() {
    const handle = this[kHandle];
    if (!handle?.getsockname) return {};
    if (!this._sockname) {
      this._sockname = {};
      handle.getsockname(this._sockname);
    }
    return this._sockname;
  },

  /** @returns {{ address?: string, family?: string, port?: number }} the local end (net.md, socket.address()) */
  address() {
    return this._getsockname();
  },

  get remoteAddress() {
    return this._getpeername().address;
  },

  get remoteFamily() {
    return this._getpeername().family;
  },

  get remotePort() {
    return this._getpeername().port;
  },

  get localAddress() {
    return this._getsockname().address;
  },

  get localFamily() {
    return this._getsockname().family;
  },

  get localPort() {
    return this._getsockname().port;
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
    return this[kHandle]?.bytesRead ?? this[kBytesRead];
  },

  /** Lets the socket hold the event loop again (net.md, socket.ref()). */
  ref() {
    if (!this[kHandle]) return this.once('connect', this.ref);
    this[kHandle].ref?.();
    return this;
  },

  /** Lets the process end although the socket is open (net.md, socket.unref()). */
  unref() {
    if (!this[kHandle]) return this.once('connect', this.unref);
    this[kHandle].unref?.();
    return this;
  },

  /* --- end ------------------------------------------------------------------------------------------------------ */

  /** Half-closes: what is written is sent, then the end (net.md, socket.end()). */
  end(data, encoding, callback) {
    Duplex.prototype.end.call(this, data, encoding, callback);
    return this;
  },

  /** Destroys the socket once all is written (net.md, socket.destroySoon()). */
  destroySoon() {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', this.destroy);
  },

  /**
   * Closes with a TCP reset, when it is connected (net.md, socket.resetAndDestroy()).
   * @returns {this}
   * @throws ERR_INVALID_HANDLE_TYPE when it is no TCP socket
   */
  resetAndDestroy() {
    if (!this[kHandle]) {
      this.destroy(new codes.ERR_SOCKET_CLOSED());
      return this;
    }
    if (!(this[kHandle] instanceof TCP)) throw new codes.ERR_INVALID_HANDLE_TYPE();
    if (this.connecting) this.once('connect', () => this._reset());
    else this._reset();
    return this;
  },

  _reset() {
    debug('reset connection');
    this[kResetting] = true;
    return this.destroy();
  },

  _destroy(exception, callback) {
    debug('destroy');
    const hadError = Boolean(exception);

    this.connecting = false;
    timeout.stopTimeout(this);
    if (!this[kHandle]) {
      callback(exception);
      process.nextTick(() => this.emit('close'));
    } else if (this._closeAfterHandlingError) {
      // the handle stays reachable while 'error' is handled, in the tick queue
      queueMicrotask(() => {
        closeHandle(this, hadError);
        forgetHandle(this);
      });
      callback(exception);
    } else {
      closeHandle(this, hadError);
      forgetHandle(this);
      callback(exception);
    }
    leaveServer(this);
  },
};

/** Accessors that a `for … in` of Node does not show. */
const HIDDEN = ['_connecting', '_handle', 'bufferSize', 'fd', 'pending', 'readyState'];

for (const part of [methods, connecting.methods, reading.methods, writing.methods, timeout.methods]) {
  Object.defineProperties(Socket.prototype, Object.getOwnPropertyDescriptors(part));
}
for (const name of HIDDEN) Object.defineProperty(Socket.prototype, name, { enumerable: false });

takeInstances(Socket, nodeNet.Socket);

module.exports = { AcceptedOptions, Socket };
