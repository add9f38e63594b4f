'use strict';

/** The writing side of a Socket. */

const { Buffer } = require('node:buffer');
const { Duplex } = require('node:stream');
const { isUint8Array } = require('node:util/types');

const native = require('./binding');
const { NotABuffer, codes, errnoException } = require('./errors');
const { ForeignHandle } = require('./foreign-handle');
const {
  kAwaited, kByKernel, kBytesWritten, kEarly, kFiles, kHandle, kSendInOrder, kShutDown, kShutDownDone, kWriteDone, kWriteTried,
  kWritten,
} = require('./symbols');
const uv = require('./uv');

/** What write() and writeString() of C give: all has gone, or the rest waits and onwrite() will end it. */
const WAITS = 1;

/** Strings, and pieces taken together, of at most this many units are encoded and put together by C. */
const LONGEST_TEXT = 16 * 1024;

/** The encodings that C knows: numbers of writeString(). */
const ENCODINGS = new Map([
  ['latin1', 0],
  ['binary', 0],
  ['ascii', 0],
  ['utf8', 1],
  ['utf-8', 1],
  ['ucs2', 2],
  ['ucs-2', 2],
  ['utf16le', 2],
  ['utf-16le', 2],
]);

const byteLength = (chunk, encoding) =>
  typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding) : chunk.byteLength;

const { get: byteLengthOf } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'byteLength');

/** Whether there is nothing in it, whatever it says itself. */
const isEmpty = (buffer) => Reflect.apply(byteLengthOf, buffer, []) === 0;

/** Notes the bytes of a write, unless C has refused it. */
function counted(socket, result, bytes) {
  if (result >= 0) socket[kBytesWritten] += bytes;
  return result;
}

/** The same for what gives twice the bytes, and 1 more when they wait. */
function countedText(socket, result) {
  return result < 0 ? result : counted(socket, result & WAITS, result >> 1);
}

const writeBuffer = (socket, buffer) =>
  counted(socket, native.write(socket[kHandle].id, buffer), buffer.byteLength);

function writeOne(socket, data, encoding) {
  if (typeof data !== 'string') return writeBuffer(socket, data);
  if (encoding === 'buffer') throw new NotABuffer(); // which the streams of older lines let pass
  const number = data.length <= LONGEST_TEXT ? ENCODINGS.get(encoding) : undefined;
  if (number === undefined) return writeBuffer(socket, Buffer.from(data, encoding));
  return countedText(socket, native.writeString(socket[kHandle].id, data, number));
}

const isUtf8 = (encoding) => encoding === 'utf8' || encoding === 'utf-8';

/** Pieces too long to be put together: C is to have Buffers only, and none that is empty. */
function writeLong(socket, pieces) {
  const buffers = pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece))
    .filter((buffer) => !isEmpty(buffer));
  const bytes = buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
  return counted(socket, native.writev(socket[kHandle].id, buffers), bytes);
}

/** All that was written while the socket was corked, or busy. */
function writeMany(socket, chunks) {
  const pieces = new Array(chunks.length);
  let length = 0;

  for (let i = 0; i < chunks.length; i++) {
    const { chunk, encoding } = chunks[i];
    pieces[i] = typeof chunk === 'string' && !isUtf8(encoding) ? Buffer.from(chunk, encoding) : chunk;
    length += pieces[i].length;
  }
  if (length > LONGEST_TEXT) return writeLong(socket, pieces);
  return countedText(socket, native.writeSmall(socket[kHandle].id, pieces));
}

/** True before the connection is there, if it can still be. */
const isAwaited = (socket) => socket.connecting || (socket[kAwaited] && socket[kHandle] === null && !socket.destroyed);

/** The write of which something was offered with the handshake: see opening.js. */
function writeRest(socket, callback) {
  const { buffer, sent } = socket[kEarly];
  socket[kEarly] = null;
  socket[kBytesWritten] += sent;
  socket._writeGeneric(false, buffer.subarray(sent), 'buffer', callback);
}

/** A write before the connection: it waits for that, or for the end of all hope. */
function writeLater(socket, many, data, encoding, callback) {
  const onClose = () => {
    socket.off('connect', connect); // another connect() of this socket has nothing to do with it
    callback(new codes.ERR_SOCKET_CLOSED_BEFORE_CONNECTION());
  };
  function connect() {
    socket.off('close', onClose);
    if (socket[kEarly] === null) socket._writeGeneric(many, data, encoding, callback);
    else writeRest(socket, callback);
  }

  socket._pendingData = data;
  socket._pendingEncoding = encoding;
  socket.once('connect', connect);
  socket.once('close', onClose);
}

function pendingBytes(data, encoding) {
  if (!data) return 0;
  if (!Array.isArray(data)) return byteLength(data, encoding);
  return data.reduce((sum, item) => sum + (item.chunk === undefined ? item.length : byteLength(item.chunk, item.encoding)), 0);
}

/** True for what C takes as it is. Another encoding is for stream.Writable to look at, with a Buffer too. */
function isPlain(chunk, encoding) {
  return (typeof chunk === 'string' || isUint8Array(chunk)) && (encoding === 'utf8' || ENCODINGS.has(encoding));
}

/** True when a write can go to the handle without a word to stream.Writable: nothing is queued, ended or corked. */
function isIdle(socket, length) {
  const state = socket._writableState;
  return (
    state.pendingcb === 0 &&
    state.corked === 0 &&
    length < state.highWaterMark &&
    socket.writable &&
    !socket.connecting &&
    socket[kHandle]?.id >= 0 &&
    socket._write === methods._write &&
    socket._writeGeneric === methods._writeGeneric
  );
}

const methods = {
  [kAwaited]: false,

  /**
   * Sends data (net.md, socket.write()). A Buffer that the kernel takes at once, without a callback to call, does not become
   * part of the stream's queue; whatever else there is to do is done by stream.Writable, with the result of the try.
   */
  write(chunk, encoding, callback) {
    const known = encoding ?? this._writableState.defaultEncoding;
    if (callback === undefined && isPlain(chunk, known) && isIdle(this, chunk.length)) {
      const result = writeOne(this, chunk, known);
      if (result === 0) return true;
      this[kWriteTried] = result;
    }
    return Duplex.prototype.write.call(this, chunk, encoding, callback);
  },

  _writeGeneric(many, data, encoding, callback) {
    if (isAwaited(this)) {
      writeLater(this, many, data, encoding, callback);
      return;
    }
    this._pendingData = null;
    this._pendingEncoding = '';
    if (!this[kHandle]) {
      callback(new codes.ERR_SOCKET_CLOSED());
      return;
    }
    const tried = this[kWriteTried];
    this[kWriteTried] = null;
    if (this[kFiles] > 0 && tried === null) {
      this[kSendInOrder](many ? data : [{ chunk: data, encoding }], callback);
      return;
    }
    if (this[kHandle] instanceof ForeignHandle) {
      this[kHandle].write(many, data, encoding, callback);
      return;
    }
    const result = tried ?? (many ? writeMany(this, data) : writeOne(this, data, encoding));
    if (result === 0) callback();
    else if (result === WAITS) this[kWriteDone] = callback;
    else callback(errnoException(result, 'write'));
  },

  _write(data, encoding, callback) {
    this._writeGeneric(false, data, encoding, callback);
  },

  _writev(chunks, callback) {
    this._writeGeneric(true, chunks, '', callback);
  },

  /** A write that had to wait has ended. */
  [kWritten](status) {
    const callback = this[kWriteDone];
    this[kWriteDone] = null;
    if (callback !== null) callback(status < 0 ? errnoException(status, 'write') : null);
  },

  /** Half-closes when all is written. */
  _final(callback) {
    if (isAwaited(this)) {
      this.once('connect', () => this._final(callback));
      return;
    }
    if (!this[kHandle]) {
      callback();
      return;
    }
    if (this[kHandle] instanceof ForeignHandle) {
      this[kHandle].shutdown(callback);
      return;
    }
    this[kShutDownDone] = callback;
    const err = native.shutdown(this[kHandle].id);
    if (err === 0) return;
    this[kShutDownDone] = null;
    if (err === uv.ENOTCONN) callback();
    else callback(errnoException(err, 'shutdown'));
  },

  [kShutDown]() {
    const callback = this[kShutDownDone];
    this[kShutDownDone] = null;
    callback?.();
  },

  /** Bytes given to the handle so far. */
  get _bytesDispatched() {
    if (this[kHandle] instanceof ForeignHandle) return this[kHandle].bytesWritten;
    const bytes = this[kBytesWritten];
    return this[kByKernel] && this[kHandle] !== null ? bytes + this[kHandle].bytesSent : bytes;
  },

  /** Bytes sent and bytes queued (net.md, socket.bytesWritten). */
  get bytesWritten() {
    const queued = this.writableBuffer;
    if (!queued) return undefined;
    let waiting = pendingBytes(this._pendingData, this._pendingEncoding);
    for (const { chunk, encoding } of queued) waiting += byteLength(chunk, encoding);
    const dispatched = this._bytesDispatched; // undefined where a program's handle does not count
    return waiting === 0 ? dispatched : dispatched + waiting;
  },

  /** Characters or bytes that wait to be sent; deprecated (net.md, socket.bufferSize). */
  get bufferSize() {
    return this[kHandle] ? this.writableLength : undefined;
  },
};

module.exports = { WAITS, methods, writeBuffer, writeMany };
