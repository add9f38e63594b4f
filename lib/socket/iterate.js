'use strict';

/**
 * `for await` over a Socket (stream.md, readable[Symbol.asyncIterator]()). It is that of stream.Readable, but for the
 * end: Node destroys the stream there (nodejs/node#49073), unless the loop leaves that to somebody else. A half-open
 * socket whose peer has ended lives on here, on every line, so that it can answer.
 */

const { Duplex, destroy, finished } = require('node:stream');

/** Whether the socket has something to do when its peer has ended: to write, or to send what was written. */
function canAnswer(socket) {
  return socket.allowHalfOpen && !socket.writableFinished && (socket.writable || socket.writableEnded);
}

const nothing = () => {};

/**
 * Destroys what the loop has left. Its error, if it has not ended, is nobody's: as in Node there is a listener for
 * it.
 */
function leave(socket) {
  if (socket.destroyed) return;
  finished(socket, { writable: false }, nothing);
  destroy(socket, null);
}

/** What the iterators of Node's streams are, as a class to derive from: they have a prototype without a constructor. */
function AsyncGenerator() {}
AsyncGenerator.prototype = Object.getPrototypeOf((async function* generate() {}).prototype);

/**
 * An iterator of Node's that leaves the socket alone, and what is done at the end of it. A promise of Node's goes to
 * the loop as it is: a generator around that one would cost each chunk several turns of microtasks.
 */
class SocketIterator extends AsyncGenerator {
  #socket;
  #chunks;
  #hasBegun = false;
  #isOver = false;

  constructor(socket) {
    super();
    this.#socket = socket;
    this.#chunks = Reflect.apply(Duplex.prototype.iterator, socket, [{ destroyOnReturn: false }]);
    this.stream = socket; // as Node has it
  }

  /* Asked before the loop is, so all is done when that hears of the end. */
  #watch(promise, hasEnded) {
    promise.then(({ done }) => done && this.#end(hasEnded), () => this.#end(false));
    return promise;
  }

  #end(hasEnded) {
    if (this.#isOver || !this.#hasBegun) return;
    this.#isOver = true;
    if (!hasEnded || !canAnswer(this.#socket)) leave(this.#socket);
  }

  next(...args) {
    this.#hasBegun = true;
    return this.#watch(this.#chunks.next(...args), true);
  }

  return(...args) {
    return this.#watch(this.#chunks.return(...args), false);
  }

  throw(...args) {
    return this.#watch(this.#chunks.throw(...args), false);
  }
}

const methods = {
  /** What is read, chunk by chunk; a loop that is left early destroys the socket (stream.md). */
  [Symbol.asyncIterator]() {
    return new SocketIterator(this);
  },

  /**
   * The same; with `destroyOnReturn: false` the loop never destroys it, but for an error (stream.md,
   * readable.iterator()).
   * @param {{ destroyOnReturn?: boolean }} [options]
   */
  iterator(options) {
    const plain = Reflect.apply(Duplex.prototype.iterator, this, [options]);
    return options?.destroyOnReturn === false ? plain : new SocketIterator(this);
  },
};

module.exports = { methods };
