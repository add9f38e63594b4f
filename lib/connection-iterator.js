'use strict';

/**
 * server[Symbol.asyncIterator](): the connections of a server, one after the other, for `for await`. Who iterates takes
 * the place of a listener of 'connection', and the loop is the life of the server: leaving it closes the server, so that
 * nobody is accepted whom nobody takes. What is accepted ahead of the loop is bounded: beyond it who comes waits in the
 * kernel's queue (the backlog of listen()).
 */

const { AbortError } = require('./errors');
const { kClosed, kHold } = require('./symbols');
const { validateAbortSignal, validateInt32, validateObject } = require('./validate');

/** Connections that are accepted ahead of the loop, unless given. */
const HIGH_WATER_MARK = 16;

/** Takes the errors of a connection that nobody has seen yet; it is then passed over. */
const ignore = () => {};

/** What all async iterators have: [Symbol.asyncIterator]() and, in newer Nodes, [Symbol.asyncDispose](). */
const AsyncIteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}).prototype);

const END = { value: undefined, done: true };

class ConnectionIterator {
  #server;
  #signal;
  #highWaterMark;
  /** Connections that nobody has asked for yet, and who waits for one in next(): one of both is empty. */
  #queue = [];
  #wanted = [];
  /** The server is held by this iterator: see server[kHold](). */
  #held = false;
  /** No connection will come any more; { error } once for the next call of next(). */
  #ended = false;
  #failure = null;

  /**
   * @param {import('./server').Server} server
   * @param {{ signal?: AbortSignal, highWaterMark?: number }} [options]
   * @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE
   */
  constructor(server, options = {}) {
    validateObject(options, 'options');
    const { signal, highWaterMark = HIGH_WATER_MARK } = options;
    validateAbortSignal(signal, 'options.signal');
    validateInt32(highWaterMark, 'options.highWaterMark', 1);
    this.#server = server;
    this.#signal = signal;
    this.#highWaterMark = highWaterMark;
    if (server[kClosed]) this.#ended = true;
    else this.#attach();
  }

  #attach() {
    this.#server.on('connection', this.#onConnection).on('error', this.#onError).on('close', this.#onClose);
    if (this.#signal?.aborted) this.#onAbort();
    else this.#signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  #onConnection = (socket) => {
    const resolve = this.#wanted.shift();
    if (resolve !== undefined) {
      resolve({ value: socket, done: false });
      return;
    }
    socket.on('error', ignore);
    this.#queue.push(socket);
    if (this.#queue.length >= this.#highWaterMark) this.#hold(true);
  };

  #onError = (error) => this.#end(error);

  #onClose = () => this.#end(null);

  #onAbort = () => {
    this.#dropQueue();
    this.#end(new AbortError(undefined, { cause: this.#signal.reason }));
  };

  #hold(whether) {
    if (whether === this.#held) return;
    this.#held = whether; // first: connections may come while the server is let go
    this.#server[kHold](whether);
  }

  /** No connection is taken any more. The server closes: who comes would be accepted, and taken by nobody. */
  #end(error) {
    if (this.#ended) return;
    this.#ended = true;
    this.#server.off('connection', this.#onConnection).off('error', this.#onError).off('close', this.#onClose);
    this.#signal?.removeEventListener('abort', this.#onAbort);
    if (this.#server.listening) this.#server.close();
    this.#hold(false);
    if (error !== null) this.#failure = { error };
    const wanted = this.#wanted;
    this.#wanted = [];
    for (const resolve of wanted) resolve(this.next());
  }

  #dropQueue() {
    for (const socket of this.#queue) socket.destroy();
    this.#queue = [];
  }

  /** The next connection in the queue that is still alive. */
  #take() {
    let socket = this.#queue.shift();
    while (socket?.destroyed) socket = this.#queue.shift();
    socket?.off('error', ignore);
    if (this.#queue.length * 2 <= this.#highWaterMark) this.#hold(false);
    return socket;
  }

  /** @returns {Promise<{ value: import('./socket').Socket | undefined, done: boolean }>} */
  next() {
    const socket = this.#take();
    if (socket !== undefined) return Promise.resolve({ value: socket, done: false });
    if (this.#failure !== null) {
      const { error } = this.#failure;
      this.#failure = null;
      return Promise.reject(error);
    }
    if (this.#ended) return Promise.resolve({ ...END });
    return new Promise((resolve) => {
      this.#wanted.push(resolve);
    });
  }

  /** The loop was left: closes the server, and destroys what it has accepted and nobody has taken. */
  return() {
    this.#dropQueue();
    this.#end(null);
    this.#failure = null;
    return Promise.resolve({ ...END });
  }

  /** As return(), and rejects with `error`. */
  throw(error) {
    this.return();
    return Promise.reject(error);
  }
}
Object.setPrototypeOf(ConnectionIterator.prototype, AsyncIteratorPrototype);

module.exports = { ConnectionIterator };
