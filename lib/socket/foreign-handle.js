'use strict';

/**
 * A handle that is not cnet's: one that a program has written (mitm, handle-thing), or a native one of Node's without a
 * descriptor of its own (of TLS, of a TTY). Such handles speak to node:net by its internals: requests, and a state that
 * they share. So a Socket of Node's that nobody sees drives the handle (node-internals/driver.js), and what it would do
 * as a stream (push, read, pause, destroy) the socket of cnet does.
 */

const { connectBy, makeDriver, shutDownBy, withRequests, writeBy } = require('../node-internals/driver');
const { detachHandle, giveHandle } = require('../node-internals/handles');
const { kHandle, kLife, kOnRead } = require('./state');

/** What a handle may have, and a Socket asks for before it calls it. */
const OPTIONAL = [
  'ref',
  'unref',
  'hasRef',
  'getAsyncId',
  'getsockname',
  'getpeername',
  'setNoDelay',
  'setKeepAlive',
  'setTypeOfService',
  'getTypeOfService',
  'setBlocking',
  'readStart',
  'readStop',
];

/** What comes of a handle that is the socket's no more. */
const ignore = () => {};

/** Who has what comes: see stand-in.js. */
const readerOf = (socket) => socket[kLife].standIn ?? socket;

/* --- the handle --------------------------------------------------------------------------------------------------- */

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
  #socket;
  /** Null until it is needed. */
  #driver = null;
  /** The handle, for writes. */
  #writable = null;
  /** Whether somebody else reads by the handle. */
  #isReadElsewhere;

  /**
   * @param {object} original
   * @param {import('./socket').Socket} socket
   * @param {boolean} [isLater] whether somebody else is to read and write by the handle, so that the driver may wait
   */
  constructor(original, socket, isLater = false) {
    this.id = -1;
    this.original = original;
    this.isClosed = false;
    this.#socket = socket;
    this.#isReadElsewhere = isLater;
    if (isLater) this.#expect();
    else this.drive();
  }

  /** What comes when nobody else reads is for the driver. */
  #expect() {
    const { original } = this;
    original.onread = (...args) => {
      this.#isReadElsewhere = false;
      this.drive();
      return Reflect.apply(original.onread, original, args);
    };
  }

  /** @returns {object} the driver */
  drive() {
    if (this.#driver !== null) return this.#driver;
    this.#driver = this.#makeDriver(this.#socket);
    this.#writable = withRequests(this.original);
    return this.#driver;
  }

  /** Node's socket, whose duties as a stream are those of `socket`, as long as that one has this handle. */
  #makeDriver(socket) {
    const isCurrent = () => !this.isClosed && socket[kHandle] === this;
    const onread = this.#isReadElsewhere ? undefined : onreadOf(socket); // which would take what the other one reads
    const driver = makeDriver(this.original, onread, {
      push: (chunk) => (isCurrent() ? readerOf(socket).push(chunk) : false),
      read: (size) => (isCurrent() ? socket.read(size) : null),
      pause: () => (isCurrent() ? socket.pause() : driver),
      destroy(error) {
        if (isCurrent()) (error?.syscall === 'read' ? readerOf(socket) : socket).destroy(error);
        return driver;
      },
      refresh() {
        if (isCurrent()) socket._unrefTimer();
      },
      isDestroyed: () => this.isClosed || socket.destroyed,
    });
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
    const driver = this.drive();
    try {
      writeBy(driver, this.#writable, many, data, encoding, callback);
    } finally {
      giveHandle(driver, this.isClosed ? null : this.original);
    }
  }

  shutdown(callback) {
    shutDownBy(this.drive(), callback);
  }

  /**
   * Has the handle connect.
   * @param {object} to `host` and `port`, or `path`
   * @param {(err: number, wasSent: boolean) => void} done a negative code: it failed, or was not even sent
   */
  connect(to, done) {
    connectBy(this.drive(), this.original, to, done);
  }

  /** @param {Function} callback called when it is closed */
  close(callback) {
    if (this.isClosed) return;
    this.isClosed = true;
    this.original.close(callback);
    this.#forget();
  }

  /** close() by a TCP reset, of a handle that can. @returns {number} a negative code: it is a plain close */
  reset(callback) {
    this.isClosed = true;
    const err = this.original.reset(callback);
    if (err) this.original.close(callback);
    this.#forget();
    return err;
  }

  #forget() {
    this.original.onread = ignore;
    if (this.#driver !== null) detachHandle(this.#driver);
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

module.exports = { ForeignHandle };
