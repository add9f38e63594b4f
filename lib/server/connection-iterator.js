'use strict';

/**
 * server[Symbol.asyncIterator](): the connections of a server, one after the other, for `for await`. Who iterates
 * takes the place of a listener of 'connection'. What is accepted ahead of the loop is bounded: beyond it who comes
 * waits in the kernel's queue (the backlog of listen()). Leaving the loop leaves the server listening. Unless there
 * is a 'connection' listener, no connection is accepted then until the next loop begins, which gets first what was
 * accepted ahead.
 */

const { AbortError } = require('../common/errors');
const { kAcceptedAhead, kHasClosed, kHeldUntilWanted, kHold } = require('./state');
const { nextTick } = require('../common/timers');
const { validateAbortSignal, validateInt32, validateObject } = require('../common/validate');

/** Connections that are accepted ahead of the loop, unless given. */
const HIGH_WATER_MARK = 16;

/** Takes the errors of a connection that nobody has seen yet; it is then passed over. */
const ignore = () => {};

/** What all async iterators have: [Symbol.asyncIterator]() and, in newer Nodes, [Symbol.asyncDispose](). */
const AsyncIteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}).prototype);

const END = { value: undefined, done: true };

/** Destroys what a server has accepted for a loop, when it closes and no loop has taken it. */
function dropAhead(server) {
  const ahead = server[kAcceptedAhead];
  if (ahead === undefined) return;
  server[kAcceptedAhead] = undefined;
  for (const socket of ahead) socket.destroy();
}

const isWanted = (server) => server.listenerCount('connection') + server.listenerCount('drop') > 0;

/** Accepts nobody until there is a 'connection' listener. */
function holdUntilWanted(server) {
  if (server[kHeldUntilWanted] || isWanted(server)) return;
  const onListener = (event) => {
    if (event !== 'connection' && event !== 'drop') return;
    server.off('newListener', onListener);
    nextTick(release); // when the listener is there
  };
  const release = () => {
    if (!isWanted(server)) { // it has gone at once
      server.on('newListener', onListener);
      return;
    }
    server[kHeldUntilWanted] = false;
    server[kHold](false);
  };
  server[kHeldUntilWanted] = true;
  server[kHold](true);
  server.on('newListener', onListener);
}

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
    if (server[kHasClosed]) this.#ended = true;
    else this.#attach();
  }

  /** What the loop before has left is the first that is taken. */
  #inherit() {
    const ahead = this.#server[kAcceptedAhead];
    if (ahead === undefined) return;
    this.#server[kAcceptedAhead] = undefined;
    this.#queue = ahead;
    if (ahead.length >= this.#highWaterMark) this.#hold(true);
  }

  #attach() {
    this.#inherit();
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

  #onAbort = () => this.#leave(new AbortError(undefined, { cause: this.#signal.reason }));

  #hold(whether) {
    if (whether === this.#held) return;
    this.#held = whether; // first: connections may come while the server is let go
    this.#server[kHold](whether);
  }

  /** No connection is taken any more; what is in the queue still is. */
  #end(error) {
    if (this.#ended) return;
    this.#ended = true;
    this.#server.off('connection', this.#onConnection).off('error', this.#onError).off('close', this.#onClose);
    this.#signal?.removeEventListener('abort', this.#onAbort);
    if (this.#server.listening) holdUntilWanted(this.#server); // first: so nobody slips in
    this.#hold(false);
    if (error !== null) this.#failure = { error };
    const wanted = this.#wanted;
    this.#wanted = [];
    for (const resolve of wanted) resolve(this.next());
  }

  /** The loop is left. What it has accepted waits for the next one, or is that of others who have seen it too. */
  #leave(error) {
    const ahead = this.#queue.filter((socket) => !socket.destroyed);
    const server = this.#server;
    const isKept = server[kAcceptedAhead] === undefined;

    this.#queue = [];
    this.#end(error);
    if (server.listenerCount('connection') > 0) {
      for (const socket of ahead) socket.off('error', ignore);
      return;
    }
    if (ahead.length > 0) server[kAcceptedAhead] = isKept ? ahead : [...server[kAcceptedAhead], ...ahead];
    if (!server.listening) dropAhead(server);
  }

  /** The next connection in the queue that is still alive. */
  #take() {
    let socket = this.#queue.shift();
    while (socket?.destroyed) socket = this.#queue.shift();
    socket?.off('error', ignore);
    if (this.#queue.length * 2 <= this.#highWaterMark) this.#hold(false);
    return socket;
  }

  /** @returns {Promise<{ value: import('../socket/socket').Socket | undefined, done: boolean }>} */
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

  /** The loop was left: the server goes on listening. */
  return() {
    this.#leave(null);
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

module.exports = { ConnectionIterator, dropAhead, holdUntilWanted };
