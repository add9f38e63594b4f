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

async function* iterate(socket) {
  let hasEnded = false;
  try {
    yield* Reflect.apply(Duplex.prototype.iterator, socket, [{ destroyOnReturn: false }]);
    hasEnded = true;
  } finally {
    if (!hasEnded || !canAnswer(socket)) leave(socket);
  }
}

function iteratorOf(socket) {
  const iterator = iterate(socket);
  iterator.stream = socket; // as Node has it
  return iterator;
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
