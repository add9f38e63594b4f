'use strict';

/**
 * What is read and at once passed on, to another socket by pipe(), or to nobody, is kept by no one: C may read into the
 * same memory again (see src/slab.c), and no Buffer waits to be collected as garbage. That is so when each step is known: the
 * chunk goes to the one listener that pipe() has added, which writes it and forgets it; and that write has come to its end.
 */

const EventEmitter = require('node:events');
const { Duplex } = require('node:stream');

const { kPipe } = require('./symbols');
const { methods: writing } = require('./write');

/** As Node has it; a program may put another in its place, which sees what is emitted. */
const { emit } = EventEmitter.prototype;

/** The name of the listener of 'data' that readable.pipe() adds. */
const LISTENER = 'ondata';

/** True when a write is our own, all the way to C. */
function writesItself(stream) {
  return stream.write === writing.write && stream._write === writing._write && stream._writeGeneric === writing._writeGeneric;
}

/**
 * Emits 'data'.
 * @param {object} socket
 * @param {Buffer} chunk
 * @returns {boolean} whether nobody can have kept the chunk
 */
function passOn(socket, chunk) {
  const listener = socket._events.data;
  const pipe = socket[kPipe];
  const isKnown = socket.emit === emit && (listener === undefined || (pipe !== null && listener === pipe.listener && writesItself(pipe.to)));

  socket.emit('data', chunk);
  return isKnown && (listener === undefined || pipe.to._writableState.length === 0);
}

const methods = {
  [kPipe]: null,

  /** As readable.pipe() (stream.md). */
  pipe(destination, options) {
    const isFirst = this._events.data === undefined;
    const result = Duplex.prototype.pipe.call(this, destination, options);
    const listener = this._events.data;
    const isOnly = isFirst && listener?.name === LISTENER && this._readableState.pipes.length === 1;
    this[kPipe] = isOnly ? { listener, to: destination } : null;
    return result;
  },
};

module.exports = { methods, passOn };
