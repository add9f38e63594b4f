'use strict';

/**
 * Native handles as JavaScript objects: what `socket._handle` and `server._handle` are. A handle is a number that C
 * knows (see src/binding/environment.h) with the methods that programs expect of Node's own handles. It is alive
 * until close(); afterwards its number is -1 and C is not called with it any more.
 */

const { executionAsyncId } = require('node:async_hooks');

const native = require('./binding');
const { errnoException } = require('../common/errors');
const { BIND: { IPV6_ONLY }, KIND } = require('./constants');
const { handles } = require('./events');
const { fdOfNode } = require('../node-internals/handles');
const { methods: streamBase } = require('./stream-base');
const { kBytesWritten, kOwner } = require('../common/symbols');
const uv = require('./uv');

/** Whether a handle has a descriptor, by which others can be made of it: handles of Node's too. */
const HAS_DESCRIPTORS = process.platform !== 'win32';

/** What a handle is made for: the name of its async resource. */
const SOCKET = 0;
const SERVER = 1;

/** Seconds between keep-alive probes, and their number, unless given (net.md, socket.setKeepAlive). */
const KEEP_ALIVE_INTERVAL = 1;
const KEEP_ALIVE_COUNT = 10;

/** A number from 0 to 2 ** 32 - 1, or `fallback` for whatever else it is: so Node takes interval and count. */
const orElse = (value, fallback) => (value >>> 0 === value ? value : fallback);

const kAsyncId = Symbol('kAsyncId');

/** Under which a handle has its idle timeout that rests. */
const kRestingTimeout = Symbol('kRestingTimeout');

/** Ends the idle timeout that rests at a handle, when that is closed. */
function endRestingTimeout(handle) {
  handle[kRestingTimeout].stop(true);
  handle[kRestingTimeout] = null;
}

class Handle {
  /** @param {number} id of a stream that C has made */
  constructor(id) {
    this.id = id;
    this.reading = false;
    /** Called with (status, handle of the client) for each connection of a listening handle. */
    this.onconnection = null;
    /** Called when the handle is closed. */
    this.onclose = null;
    /** The Socket or Server that is told of what happens. By a symbol, as in Node: JSON does not follow it. */
    this[kOwner] = null;
    /** An idle timeout that nobody wants for now, and that is used again: see socket/idle-timeout.js. */
    this[kRestingTimeout] = null;
    /** The id in async_hooks, once somebody has asked for it; it stays the same. */
    this[kAsyncId] = -1;
    handles[id] = this;
  }

  /** The descriptor; below zero when there is none. -1 on Windows, as in Node: a HANDLE is no descriptor. */
  get fd() {
    return HAS_DESCRIPTORS ? native.fd(this.id) : -1;
  }

  get bytesRead() {
    return native.bytesRead(this.id);
  }

  /** Bytes that the kernel has taken from files and other sockets (send-file.js, splice.js). */
  get bytesSent() {
    return native.bytesSent(this.id);
  }

  get bytesWritten() {
    return (this[kOwner]?.[kBytesWritten] ?? 0) + this.bytesSent;
  }

  get writeQueueSize() {
    return native.writeQueueSize(this.id);
  }

  ref() {
    native.ref(this.id);
  }

  unref() {
    native.unref(this.id);
  }

  hasRef() {
    return native.hasRef(this.id);
  }

  /** The id of the handle in async_hooks, which http's agent asks for with each request. */
  getAsyncId() {
    if (this[kAsyncId] < 0 && this.id >= 0) this[kAsyncId] = native.run(this.id, this, executionAsyncId) ?? -1;
    return this[kAsyncId];
  }

  /**
   * Takes over a descriptor.
   * @returns {number} 0 or a negative code, and the descriptor stays the caller's
   */
  open(fd) {
    return native.adopt(this.id, fd);
  }

  /** @param {any} backlog made a 32-bit integer, as Node does */
  listen(backlog) {
    return native.listen(this.id, +backlog | 0);
  }

  /** A listening handle that is held accepts nobody: who comes waits until it is let go. */
  hold(whether) {
    return native.hold(this.id, whether);
  }

  /** One that is closed is told so as libuv does. */
  readStart() {
    return this.id < 0 ? uv.EINVAL : native.readStart(this.id);
  }

  readStop() {
    return native.readStop(this.id);
  }

  /** Windows pipes only, in Node; nothing to do here. */
  setBlocking() {
    return 0;
  }

  /** @param {Function} [callback] called when the handle is closed */
  close(callback) {
    if (this.id < 0) return;
    if (typeof callback === 'function') this.onclose = callback;
    if (this[kRestingTimeout] !== null) endRestingTimeout(this);
    native.close(this.id);
    this.id = -1;
  }

  /** What listening handles make of an accepted stream. */
  accepted(id) {
    return new this.constructor(id);
  }
}

/** The number of the I/O thread that works for it; below zero: none. Few handles have one of their own. */
Object.defineProperty(Handle.prototype, 'ioThread', { value: -1, writable: true, configurable: true });

/** Of how many I/O threads it is to take one when it is read, or a write that waits has gone; 0: of none. */
Object.defineProperty(Handle.prototype, 'threadLimit', { value: 0, writable: true, configurable: true });

for (const [name, value] of Object.entries(streamBase)) {
  Object.defineProperty(Handle.prototype, name, { value, writable: true, configurable: true });
}

function open(kind, asyncName) {
  const id = native.open(kind, asyncName);
  if (id < 0) throw errnoException(id, 'open');
  return id;
}

class TCP extends Handle {
  /** @param {number} type SOCKET or SERVER */
  static make(type) {
    return new TCP(open(KIND.TCP, type === SERVER ? 'TCPSERVERWRAP' : 'TCPWRAP'));
  }

  bind(address, port, flags = 0) {
    return native.bind(this.id, address, +port | 0, 4, flags & ~IPV6_ONLY);
  }

  bind6(address, port, flags = 0) {
    return native.bind(this.id, address, +port | 0, 6, flags);
  }

  /** Fills in `out.address`, `family` and `port` of this end. */
  getsockname(out) {
    return native.name(this.id, false, out);
  }

  /** The same of the peer's end. */
  getpeername(out) {
    return native.name(this.id, true, out);
  }

  setNoDelay(enable) {
    return native.noDelay(this.id, Boolean(enable));
  }

  /** @param {number} delay @param {number} [interval] @param {number} [count] seconds, seconds, probes */
  setKeepAlive(enable, delay, interval, count) {
    const [seconds, probes] = [orElse(interval, KEEP_ALIVE_INTERVAL), orElse(count, KEEP_ALIVE_COUNT)];
    return native.keepAlive(this.id, Boolean(enable), delay, seconds, probes);
  }

  setTypeOfService(tos) {
    return native.setTypeOfService(this.id, tos);
  }

  getTypeOfService() {
    return native.getTypeOfService(this.id);
  }

  setUserTimeout(msecs) {
    return native.setUserTimeout(this.id, msecs);
  }

  getUserTimeout() {
    return native.getUserTimeout(this.id);
  }

  /**
   * close() by a TCP reset. A code below zero: it could not be one, and is a plain close; but where nothing has been
   * opened yet the handle stays, as in Node, and can connect.
   */
  reset(callback) {
    if (this.id < 0) return 0;
    if (HAS_DESCRIPTORS && this.fd < 0) return uv.EBADF;
    if (typeof callback === 'function') this.onclose = callback;
    if (this[kRestingTimeout] !== null) endRestingTimeout(this);
    const err = native.reset(this.id);
    this.id = -1;
    return err;
  }
}

class Pipe extends Handle {
  /** @param {number} type SOCKET or SERVER */
  static make(type) {
    return new Pipe(open(KIND.PIPE, type === SERVER ? 'PIPESERVERWRAP' : 'PIPEWRAP'));
  }

  bind(path) {
    return native.bindPath(this.id, path);
  }

  /** bind() to a path whose file is made as lib/server/socket-file.js says. */
  bindFile(path, { mode, replace }) {
    return native.bindFile(this.id, path, mode, replace);
  }

  /** @param {number} mode BIND.READABLE and BIND.WRITABLE of constants.js: by all */
  fchmod(mode) {
    return native.chmod(this.id, mode);
  }
}

/**
 * A handle for an open descriptor, which it takes over.
 * @param {number} fd
 * @param {number} type SOCKET or SERVER
 * @returns {{ handle: Handle | null, err: number, kind: string }} the kind is what the descriptor is
 */
function adopt(fd, type) {
  const kind = native.guess(fd);
  if (kind !== 'TCP' && kind !== 'PIPE') return { handle: null, err: 0, kind };
  const handle = kind === 'TCP' ? TCP.make(type) : Pipe.make(type);
  const err = handle.open(fd);
  if (err === 0) return { handle, err, kind };
  handle.close();
  return { handle: null, err, kind };
}

/** Lets `action` be run once when a handle of cnet is closed, in whichever way. */
function whenClosed(handle, action) {
  for (const name of ['close', 'reset']) {
    const original = handle[name];
    if (original === undefined) continue;
    handle[name] = function closing(callback) {
      const wasOpen = this.id >= 0;
      const result = Reflect.apply(original, this, [callback]);
      if (wasOpen && this.id < 0) action();
      return result;
    };
  }
}

/** A handle of cnet with a duplicate of the descriptor of Node's handle; null: it has none. */
function fromNode(value, type) {
  const nodeFd = fdOfNode(value);
  if (nodeFd < 0) return null;
  const fd = native.dup(nodeFd);
  if (fd < 0) return null;
  let handle = null;
  try {
    ({ handle } = adopt(fd, type));
  } finally {
    if (handle === null) native.closeFd(fd);
  }
  if (handle !== null) whenClosed(handle, () => value.close());
  return handle;
}

/**
 * A handle of cnet for any handle: its own, or one of Node's for TCP and pipes, whose descriptor is duplicated. Node's
 * is closed with it: it has been given away.
 * @returns {Handle | null} null when it is neither, or has no descriptor
 */
const toHandle = (value, type) => (value instanceof Handle ? value : fromNode(value, type));

module.exports = { HAS_DESCRIPTORS, Handle, Pipe, SERVER, SOCKET, TCP, adopt, kRestingTimeout, toHandle, whenClosed };
