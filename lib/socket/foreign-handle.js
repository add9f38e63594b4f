'use strict';

/**
 * A handle that is not cnet's: one that a program has written (mitm, handle-thing), or a native one of Node's without a
 * descriptor of its own (of TLS, of a TTY). Such handles speak to node:net by its internals: requests, and a state that
 * they share. So a Socket of Node's that nobody sees drives the handle, on each line in that line's way, and what it
 * would do as a stream (push, read, pause, destroy) the socket of cnet does.
 */

const nodeNet = require('../node-internals/net');
const { kHandle, kOnRead } = require('./state');

/** What a handle may have, and a Socket asks for before it calls it. */
const OPTIONAL = [
  'ref', 'unref', 'hasRef', 'getAsyncId', 'getsockname', 'getpeername', 'setNoDelay', 'setKeepAlive', 'setTypeOfService',
  'getTypeOfService', 'setBlocking', 'readStart', 'readStop',
];

/* --- requests ------------------------------------------------------------------------------------------------------ */

/** The ways of a handle to write: each takes a request, what is to be written, and gives 0 or a negative code. */
const WRITES = [
  'writeUtf8String', 'writeLatin1String', 'writeAsciiString', 'writeUcs2String', 'writeBuffer', 'writev',
];

/**
 * Since 26.10 Node gives null for the request, for which its own handles make one where a write has to wait. What programs
 * have written does not know of that.
 */
let leavesOut;

function leavesRequestsOut() {
  if (leavesOut !== undefined) return leavesOut;
  const handle = {
    writeUtf8String(request) {
      leavesOut = request === null;
      return 0;
    },
  };
  nodeNet.callNode(new nodeNet.Socket({ handle, manualStart: true }), '_writeGeneric', [false, 'x', 'utf8', () => {}]);
  return leavesOut;
}

/** What handles share with Node (`process.binding('stream_wrap')`), or null where there is no leave to have it. */
function findShared() {
  try {
    return process.binding('stream_wrap');
  } catch {
    return null;
  }
}

/**
 * The handle, but for its ways to write, which are given a request as on the older lines. A write that has to wait is one
 * of which the handle says so in the state that it shares with Node: it calls `request.oncomplete(status)`.
 */
function withRequests(original) {
  const shared = leavesRequestsOut() ? findShared() : null;
  if (shared === null) return original;
  const { WriteWrap, kLastWriteErr, kLastWriteWasAsync, streamBaseState } = shared;
  const write = (name, args) => {
    const request = Object.assign(new WriteWrap(), { handle: original, oncomplete() {} });
    streamBaseState[kLastWriteWasAsync] = 0;
    const result = original[name](request, ...args);
    if (result !== 0 || streamBaseState[kLastWriteWasAsync] === 0) return result ?? 0;
    streamBaseState[kLastWriteErr] = 0;
    return request;
  };
  const descriptors = WRITES.map((name) => [name, {
    get: () => (typeof original[name] === 'function' ? (request, ...args) => write(name, args) : original[name]),
  }]);
  return Object.create(original, Object.fromEntries(descriptors));
}

/* --- the handle ------------------------------------------------------------------------------------------------------ */

/** The option `onread` of new Socket(), for Node's: Node reads into the same buffer and the same function is called. */
function onreadOf(socket) {
  const onread = socket[kOnRead];
  if (onread === null) return undefined;
  return { buffer: onread.next ?? onread.buffer, callback: (...args) => Reflect.apply(onread.callback, socket, args) };
}

/**
 * Stands for a handle that is not cnet's. C knows it by no number, so that nothing can be asked of C by it, whatever
 * properties the program's handle has.
 */
class ForeignHandle {
  #driver;
  /** The handle, for writes. */
  #writable;

  /**
   * @param {object} original
   * @param {import('./socket').Socket} socket
   */
  constructor(original, socket) {
    this.id = -1;
    this.original = original;
    this.isClosed = false;
    this.#driver = this.#drive(socket);
    this.#writable = withRequests(original);
  }

  /** Node's socket, whose duties as a stream are those of `socket`, as long as that one has this handle. */
  #drive(socket) {
    const isCurrent = () => !this.isClosed && socket[kHandle] === this;
    const driver = new nodeNet.Socket({ handle: this.original, manualStart: true, onread: onreadOf(socket) });

    driver.push = (chunk) => (isCurrent() ? socket.push(chunk) : false);
    driver.read = (size) => (isCurrent() ? socket.read(size) : null);
    driver.pause = () => (isCurrent() ? socket.pause() : driver);
    driver.destroy = (error) => {
      if (isCurrent()) socket.destroy(error);
      return driver;
    };
    driver._unrefTimer = () => {
      if (isCurrent()) socket._unrefTimer();
    };
    Object.defineProperty(driver, 'destroyed', { get: () => this.isClosed || socket.destroyed });
    return driver;
  }

  get reading() {
    return this.original.reading;
  }

  set reading(value) {
    this.original.reading = value;
  }

  get bytesRead() {
    return this.original.bytesRead;
  }

  get bytesWritten() {
    return this.original.bytesWritten;
  }

  /** One chunk, or with `many` those of _writev(). */
  write(many, data, encoding, callback) {
    const driver = this.#driver;
    driver._handle = this.#writable;
    try {
      nodeNet.callNode(driver, '_writeGeneric', [many, data, encoding, callback]);
    } finally {
      driver._handle = this.isClosed ? null : this.original;
    }
  }

  shutdown(callback) {
    nodeNet.callNode(this.#driver, '_final', [callback]);
  }

  /**
   * Has the handle connect. Its native classes take no other request than Node's own.
   * @param {object} to `host` and `port`, or `path`
   * @param {(err: number, wasSent: boolean) => void} done a negative code: it failed, or was not even sent
   */
  connect(to, done) {
    const driver = this.#driver;
    const { original } = this;
    const send = (name) => (request, ...args) => {
      driver._handle = original;
      driver.connecting = false;
      request.oncomplete = (status) => done(status, true);
      const err = original[name](request, ...args);
      if (err) done(err, false);
      return 0;
    };
    driver._handle = { connect: send('connect'), connect6: send('connect6') };
    nodeNet.callNode(driver, 'connect', [to]); // which no mock is to see: it has seen that of the socket
  }

  /** @param {Function} callback called when it is closed */
  close(callback) {
    if (this.isClosed) return;
    this.isClosed = true;
    this.original.close(callback);
    this.original.onread = () => {};
    this.#driver._handle = null;
  }
}

for (const name of OPTIONAL) {
  Object.defineProperty(ForeignHandle.prototype, name, {
    get() {
      const { original } = this;
      return typeof original[name] === 'function' ? (...args) => original[name](...args) : undefined;
    },
  });
}

module.exports = { ForeignHandle, findShared };
