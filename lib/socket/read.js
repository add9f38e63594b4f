'use strict';

/** The reading side of a Socket. */

const { Buffer } = require('node:buffer');
const { Duplex } = require('node:stream');
const { StringDecoder } = require('node:string_decoder');
const { isUint8Array } = require('node:util/types');

const native = require('../native/binding');
const { FastBuffer, copyBytes } = require('../common/bytes');
const { errnoException, invalidArgType } = require('../common/errors');
const { inlined } = require('../native/events');
const { KEEPING, callStream } = require('./life');
const { callNode } = require('../node-internals/net');
const {
  decoderOf, emitAll, emitData, emitsAtOnce, encodingOf, hasEnded, isDestroyed,
} = require('../node-internals/streams');
const { stopParsing } = require('./parser-reader');
const { moveToThread } = require('../options/io-threads');
const { kRead } = require('../common/symbols');
const { kFirstBytes, kHandle, kLife, kOnRead, kParser, kQueuedFiles } = require('./state');
const uv = require('../native/uv');
const { validateFunction, validateObject } = require('../common/validate');

/**
 * A Buffer of what was read, in memory that belongs to it alone. A few bytes are copied here: so nothing but this
 * function ever sees the memory that they lie in.
 * @param {ArrayBuffer | undefined} memory undefined: they are in the memory of the events (see native/events.js)
 * @param {number} length
 */
function chunkOf(memory, length) {
  if (memory !== undefined) return new FastBuffer(memory, 0, length);
  const chunk = new FastBuffer(length);
  copyBytes(chunk, inlined[length], length);
  return chunk;
}

/**
 * Whether the option is complete: else Node ignores it. Accessors of it are read as often as Node reads them, and in
 * its order, here and below.
 */
const isOnread = (onread) =>
  onread !== null &&
  typeof onread === 'object' &&
  (isUint8Array(onread.buffer) || typeof onread.buffer === 'function') &&
  typeof onread.callback === 'function';

/** Reads the option `onread` of new Socket(); null when it is not complete. */
function onreadOption(onread) {
  if (!isOnread(onread)) return null;
  const isNext = typeof onread.buffer === 'function';
  const { buffer, callback } = onread;
  return isNext ? { buffer: null, next: buffer, callback } : { buffer, next: null, callback };
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
  if (socket[kFirstBytes] !== null) { // see first-bytes.js
    socket[kFirstBytes].start(giveToUser);
    return;
  }
  const handle = socket[kHandle];
  const err = handle.readStart();
  if (handle.threadLimit > 0 && socket[kQueuedFiles] === 0) moveToThread(handle, handle.threadLimit);
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
  const handle = socket[kHandle];
  const { standIn } = socket[kLife];
  if (standIn !== null) { // for TLS, which reads below `onread`, as it does in Node
    if (!standIn.push(Buffer.from(buffer.subarray(0, got))) && handle !== null && socket[kHandle] === handle)
      stopReading(socket);
    return;
  }
  if (onread.callback.call(socket, got, buffer) === false && socket[kHandle] === handle) socket.pause();
  const err = onread.next !== null && handle && socket[kHandle] === handle ? useBuffer(socket) : 0;
  if (err) socket.destroy(errnoException(err, 'read'));
}

/* Taken once, as a program may have its own in the place of it. */
const { emit: streamEmit, push: streamPush } = Duplex.prototype;
const { write: decode } = StringDecoder.prototype;
const { getPrototypeOf } = Object;

/** True when a program has put its own functions in the place of those that push() leads to. */
const isReplaced = (socket) =>
  socket.emit !== streamEmit ||
  socket.push !== streamPush ||
  socket._read !== methods._read ||
  socket.read !== methods.read ||
  Duplex.prototype.read !== KEEPING.read.node;

/** True when a chunk need not go through push(). The first one, and every one of a paused stream, does. */
const isFlowing = (socket) => emitsAtOnce(socket) && !isReplaced(socket);

/** Whether a decoder is Node's: that of a program may do anything with the stream, of which push() takes care. */
const isOfNode = (decoder) => getPrototypeOf(decoder) === StringDecoder.prototype && decoder.write === decode;

/** Gives a flowing stream what its decoder, behind which there may be a Proxy, has made of a chunk. */
function giveText(stream, text) {
  if (text.length === 0) return true; // a part of a character
  return isFlowing(stream) ? emitData(stream, text) : stream.push(text, encodingOf(stream));
}

/**
 * Gives the stream a chunk.
 * @returns {boolean} as push(): false, the stream wants no more for now
 */
function giveChunk(stream, chunk) {
  if (!isFlowing(stream)) return stream.push(chunk);
  const decoder = decoderOf(stream);
  if (!decoder) return emitData(stream, chunk);
  return isOfNode(decoder) ? giveText(stream, decode.call(decoder, chunk)) : stream.push(chunk);
}

const canStart = (socket) => socket[kOnRead] !== null && !socket.connecting && socket[kHandle] !== null;

const methods = {
  /** What the handle has read: bytes, or the end, or an error. */
  [kRead](got, memory) {
    const { [kHandle]: handle, [kLife]: life } = this;
    const reader = life.standIn ?? this;
    if (got > 0) {
      if (this.destroyed) return;
      if (memory === true || this[kParser] !== null) memory = stopParsing(this, got, memory);
      if (this[kOnRead] !== null) giveToUser(this, got);
      else if (!giveChunk(reader, chunkOf(memory, got)) && handle !== null && this[kHandle] === handle)
        stopReading(this);
    } else if (got === uv.EOF) {
      reader.push(null);
      life.read(0); // nothing, if a listener has made it live again
    } else {
      reader.destroy(errnoException(got, 'read'));
    }
  },

  _read(n) {
    if (this[kLife] === undefined) return callNode(this, '_read', [n]);
    emitAll(this);
    if (this.connecting || !this[kHandle]) this[kLife].once('connect', () => this._read(n));
    else if (!this[kHandle].reading) startReading(this);
  },

  /** As readable.read(); starts a socket whose data go to the option `onread`. */
  read(n) {
    if (this[kLife] === undefined) return callNode(this, 'read', [n]);
    if (canStart(this) && !this[kHandle].reading) startReading(this);
    const isOver = hasEnded(this) || isDestroyed(this);
    const { read } = Duplex.prototype;
    return isOver ? callStream(this, read, KEEPING.read, n) : read.call(this, n);
  },

  /** Stops 'data' events (net.md, socket.pause()). */
  pause() {
    if (this[kLife] === undefined) return callNode(this, 'pause', []);
    if (canStart(this) && this[kHandle].reading) stopReading(this);
    return Duplex.prototype.pause.call(this);
  },

  /** Goes on after pause() (net.md, socket.resume()). */
  resume() {
    if (this[kLife] === undefined) return callNode(this, 'resume', []);
    if (canStart(this) && !this[kHandle].reading) startReading(this);
    return Duplex.prototype.resume.call(this);
  },
};

module.exports = { acceptedOnread, methods, onreadOption, serverOnread, useBuffer };
