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

/**
 * The functions of an iterator of Node's that leaves the socket alone, with what is done at the end. The loop is given
 * Node's own promise of each chunk: a generator around the iterator would cost each several turns of microtasks.
 */
function watch(socket, chunks) {
  const { next, return: leaveLoop, throw: fail } = chunks;
  let hasBegun = false;
  let isOver = false;
  const end = (hasEnded) => {
    if (isOver || !hasBegun) return;
    isOver = true;
    if (!hasEnded || !canAnswer(socket)) leave(socket);
  };
  const given = ({ done }) => done && end(true);
  const failed = () => end(false);
  /* The loop that is left early is told when that is done, or of what has been thrown by it. */
  const left = async (promise) => {
    try {
      return await promise;
    } finally {
      end(false);
    }
  };
  return {
    next(...args) {
      hasBegun = true;
      const promise = Reflect.apply(next, chunks, args);
      promise.then(given, failed); // before the loop hears of the end
      return promise;
    },
    return: (...args) => left(Reflect.apply(leaveLoop, chunks, args)),
    throw: (...args) => left(Reflect.apply(fail, chunks, args)),
  };
}

/** Of which Node's iterators are on the older lines, as a class to derive from. */
function AsyncGenerator() {}
AsyncGenerator.prototype = Object.getPrototypeOf((async function* generate() {}).prototype);

/** An iterator with the functions of watch(), as on the older lines: where they are the prototype's. */
class SocketIterator extends AsyncGenerator {
  #functions;

  constructor(socket, functions) {
    super();
    this.#functions = functions;
    this.stream = socket; // as Node has it
  }

  next(...args) {
    return this.#functions.next(...args);
  }

  return(...args) {
    return this.#functions.return(...args);
  }

  throw(...args) {
    return this.#functions.throw(...args);
  }
}

function iteratorOf(socket) {
  const chunks = Reflect.apply(Duplex.prototype.iterator, socket, [{ destroyOnReturn: false }]);
  const functions = watch(socket, chunks);
  // Since 26.12 they are its own.
  return Object.hasOwn(chunks, 'next') ? Object.assign(chunks, functions) : new SocketIterator(socket, functions);
}

const methods = {
  /** What is read, chunk by chunk; a loop that is left early destroys the socket (stream.md). */
  [Symbol.asyncIterator]() {
    return iteratorOf(this);
  },

  /**
   * The same; with `destroyOnReturn: false` the loop never destroys it, but for an error (stream.md,
   * readable.iterator()).
   * @param {{ destroyOnReturn?: boolean }} [options]
   */
  iterator(options) {
    const plain = Reflect.apply(Duplex.prototype.iterator, this, [options]);
    return options?.destroyOnReturn === false ? plain : iteratorOf(this);
  },
};

module.exports = { methods };
