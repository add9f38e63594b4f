'use strict';

/**
 * A handle that is not cnet's: one that a program has written (mitm, handle-thing), or a native one of Node's without a
 * descriptor of its own (of TLS, of a TTY). Such handles speak to node:net by its internals: requests, and a state that
 * they share. So a Socket of Node's that nobody sees drives the handle (node-internals/driver.js), and what it would do
 * as a stream (push, read, pause, destroy) the socket of cnet does.
 */

const { connectBy, makeDriver, shutDownBy, withRequests, writeBy } = require('../node-internals/driver');
const { detachHandle, giveHandle } = require('../node-internals/handles');
const { kHandle, kOnRead } = require('./state');

/** What a handle may have, and a Socket asks for before it calls it. */
const OPTIONAL = [
  'ref', 'unref', 'hasRef', 'getAsyncId', 'getsockname', 'getpeername', 'setNoDelay', 'setKeepAlive', 'setTypeOfService',
  'getTypeOfService', 'setBlocking', 'readStart', 'readStop',
];

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
    const driver = makeDriver(this.original, onreadOf(socket), {
      push: (chunk) => (isCurrent() ? socket.push(chunk) : false),
      read: (size) => (isCurrent() ? socket.read(size) : null),
      pause: () => (isCurrent() ? socket.pause() : driver),
      destroy(error) {
        if (isCurrent()) socket.destroy(error);
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
    try {
      writeBy(this.#driver, this.#writable, many, data, encoding, callback);
    } finally {
      giveHandle(this.#driver, this.isClosed ? null : this.original);
    }
  }

  shutdown(callback) {
    shutDownBy(this.#driver, callback);
  }

  /**
   * Has the handle connect.
   * @param {object} to `host` and `port`, or `path`
   * @param {(err: number, wasSent: boolean) => void} done a negative code: it failed, or was not even sent
   */
  connect(to, done) {
    connectBy(this.#driver, this.original, to, done);
  }

  /** @param {Function} callback called when it is closed */
  close(callback) {
    if (this.isClosed) return;
    this.isClosed = true;
    this.original.close(callback);
    this.original.onread = () => {};
    detachHandle(this.#driver);
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
