'use strict';

/** The reading side of a Socket. */

const { Buffer } = require('node:buffer');
const { Duplex } = require('node:stream');
const { isUint8Array } = require('node:util/types');
const { markAsUntransferable } = require('node:worker_threads');

const native = require('./binding');
const { errnoException, invalidArgType } = require('./errors');
const { passOn } = require('./pass-on');
const { kHandle, kOnRead, kPipe, kRead } = require('./symbols');
const uv = require('./uv');
const { validateFunction, validateObject } = require('./validate');

/** The class of all Buffers: makes one over given memory without the checks of Buffer.from(). */
const FastBuffer = Buffer[Symbol.species];

/** Reads up to this size share a page with their neighbours: see src/slab.c. */
const LARGEST_SHARED = 16 * 1024;

let page = null;

/** A Buffer of what was read. A page must not be taken from the neighbours by a transfer. */
function cut(memory, offset, length) {
  if (memory !== page && length <= LARGEST_SHARED) {
    page = memory;
    markAsUntransferable(memory);
  }
  return new FastBuffer(memory, offset, length);
}

/** Reads the option `onread` of new Socket(); null when it is not complete, as Node has it. */
function onreadOption(onread) {
  if (onread === null || typeof onread !== 'object' || typeof onread.callback !== 'function') return null;
  const { buffer, callback } = onread;
  if (typeof buffer === 'function') return { buffer: null, next: buffer, callback };
  return isUint8Array(buffer) ? { buffer, next: null, callback } : null;
}

/**
 * Reads the option `onread` of new Server().
 * @returns {{ buffer: Uint8Array | (() => Uint8Array), callback: Function } | undefined}
 * @throws ERR_INVALID_ARG_TYPE
 */
function serverOnread(onread) {
  if (onread === undefined || onread === null) return undefined;
  validateObject(onread, 'options.onread');
  const { buffer, callback } = onread;
  if (typeof buffer !== 'function' && !isUint8Array(buffer)) {
    throw invalidArgType('options.onread.buffer', ['Buffer', 'Uint8Array', 'Function'], buffer);
  }
  validateFunction(callback, 'options.onread.callback');
  return { buffer, callback };
}

/** The option `onread` of one connection: `buffer` as a function of the server's makes one for each. */
function acceptedOnread(onread) {
  if (typeof onread.buffer !== 'function') return onread;
  const buffer = onread.buffer();
  if (!isUint8Array(buffer)) throw invalidArgType('options.onread.buffer()', ['Buffer', 'Uint8Array'], buffer);
  return { buffer, callback: onread.callback };
}

/** Lets the handle read into the user's buffer, the next one if he gives them by function: 0 or a negative code. */
function useBuffer(socket) {
  const onread = socket[kOnRead];
  if (onread.next !== null) {
    const buffer = onread.next();
    if (!isUint8Array(buffer)) {
      onread.buffer ??= true; // which is what Node gives when there has been none yet
      return 0;
    }
    onread.buffer = buffer;
  }
  return native.setReadBuffer(socket[kHandle].id, onread.buffer);
}

function startReading(socket) {
  socket[kHandle].reading = true;
  const err = socket[kHandle].readStart();
  if (err) socket.destroy(errnoException(err, 'read'));
}

function stopReading(socket) {
  socket[kHandle].reading = false;
  if (socket.destroyed) return;
  const err = socket[kHandle].readStop();
  if (err) socket.destroy(errnoException(err, 'read'));
}

/** The user has his own buffer: what was read never becomes part of the stream. */
function giveToUser(socket, got) {
  const onread = socket[kOnRead];
  const { buffer } = onread;
  if (onread.callback.call(socket, got, buffer) === false) socket.pause();
  const err = onread.next !== null && socket[kHandle] ? useBuffer(socket) : 0;
  if (err) socket.destroy(errnoException(err, 'read'));
}

/**
 * True when push() would do nothing but emit 'data': nothing is buffered, nobody decodes, and 'data' was emitted before
 * (which the stream notes on the way). The first chunk, and every one of a paused stream, goes through push(); so do all
 * when a program has put its own in the place of it.
 */
function isFlowing(socket) {
  const state = socket._readableState;
  return (
    state.flowing === true &&
    state.length === 0 &&
    state.decoder === null &&
    state.reading &&
    socket.readableDidRead &&
    socket.push === Duplex.prototype.push
  );
}

/** Emits 'data'. @returns {boolean} whether nobody can have kept the bytes, and C may read into their memory again */
function flow(socket, memory, offset, got) {
  const chunk = cut(memory, offset, got);
  if (socket[kPipe] !== null || socket._events.data === undefined) return passOn(socket, chunk);
  socket.emit('data', chunk);
  return false;
}

const canStart = (socket) => socket[kOnRead] !== null && !socket.connecting && socket[kHandle] !== null;

const methods = {
  /** What the handle has read: bytes, or the end, or an error. @returns {boolean} as flow() */
  [kRead](got, memory, offset) {
    if (got > 0) {
      if (this.destroyed) return true;
      if (this[kOnRead] !== null) giveToUser(this, got);
      else if (isFlowing(this)) return flow(this, memory, offset, got);
      else if (!this.push(cut(memory, offset, got)) && this[kHandle] !== null) stopReading(this);
    } else if (got === uv.EOF) {
      this.push(null);
      this.read(0);
    } else {
      this.destroy(errnoException(got, 'read'));
    }
    return false;
  },

  _read(n) {
    if (this.connecting || !this[kHandle]) this.once('connect', () => this._read(n));
    else if (!this[kHandle].reading) startReading(this);
  },

  /** As readable.read(); starts a socket whose data go to the option `onread`. */
  read(n) {
    if (canStart(this) && !this[kHandle].reading) startReading(this);
    return Duplex.prototype.read.call(this, n);
  },

  /** Stops 'data' events (net.md, socket.pause()). */
  pause() {
    if (canStart(this) && this[kHandle].reading) stopReading(this);
    return Duplex.prototype.pause.call(this);
  },

  /** Goes on after pause() (net.md, socket.resume()). */
  resume() {
    if (canStart(this) && !this[kHandle].reading) startReading(this);
    return Duplex.prototype.resume.call(this);
  },
};

module.exports = { acceptedOnread, methods, onreadOption, serverOnread, useBuffer };
