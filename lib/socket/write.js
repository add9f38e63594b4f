'use strict';

/** The writing side of a Socket. */

const { Buffer } = require('node:buffer');
const { Duplex } = require('node:stream');
const { isUint8Array } = require('node:util/types');

const native = require('../native/binding');
const { FastBuffer, copyASCII, copyBytes, isHonest, sizeOf, viewOf } = require('../common/bytes');
const { NotABuffer, codes, errnoException } = require('../common/errors');
const { ForeignHandle } = require('./foreign-handle');
const { lazily } = require('../common/lazily');
const constants = require('../native/constants');
const { event, outgoing } = require('../native/events');
const { HAS_DESCRIPTORS, Pipe } = require('../native/handle');
const { callNode } = require('../node-internals/net');
const {
  answerOf, areUncalled, defaultEncodingOf, isBelowMark, isFree, takesAtOnce,
} = require('../node-internals/streams');
const { moveWhenRead } = require('../options/io-threads');
const { kShutDown, kWritten } = require('../common/symbols');
const {
  kAhead, kBytesWritten, kEarlyData, kHandle, kIsSpliced, kLife, kQueuedFiles, kSendInOrder, kShutdownCallback,
  kUsesZeroCopy, kWillConnect, kWriteCallback,
} = require('./state');
const { nextTick } = require('../common/timers');
const uv = require('../native/uv');

/** For sockets on I/O threads. */
const writeAhead = lazily(() => require('./write-ahead'));

/* Taken once: a program that puts others in their place runs code where none must run. */
const { from: toBuffer } = Buffer;
const streamWrite = Duplex.prototype.write;

/*
 * Of C: what it gives when the rest of a write waits, which onwrite() will end; how many units strings, and pieces
 * taken together, have at most that it encodes and puts together.
 */
const {
  EVENT: { CALL, OUTGOING, RESULT, WRITTEN },
  WRITE: { LATIN1, LONGEST_HEAD, LONGEST_TEXT, UTF16LE, UTF8, WAITS },
} = constants;

/** The encodings that C knows: numbers of writeString(). */
const ENCODINGS = new Map([
  ['latin1', LATIN1],
  ['binary', LATIN1],
  ['ascii', LATIN1],
  ['utf8', UTF8],
  ['utf-8', UTF8],
  ['ucs2', UTF16LE],
  ['ucs-2', UTF16LE],
  ['utf16le', UTF16LE],
  ['utf-16le', UTF16LE],
]);

/** The two that most texts have, without the look-up. */
function numberOf(encoding) {
  if (encoding === 'utf8') return UTF8;
  return encoding === 'latin1' ? LATIN1 : ENCODINGS.get(encoding);
}

/** Under which a file in the queue of writes says how many bytes it counts for. */
const kFileBytes = Symbol('kFileBytes');

/** The bytes of what is queued; a file says how many it will have. */
const byteLength = (chunk, encoding) =>
  typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding) : (chunk[kFileBytes] ?? sizeOf(chunk));

/**
 * What stream.Writable is told of a write that C has been given already: its length, as of the chunk, and what C has
 * said. The chunk itself does not come again, so no code of its own runs between the two.
 */
class Tried extends FastBuffer {
  constructor() {
    super(0);
    this.result = 0;
    Object.defineProperty(this, 'length', { value: 0, writable: true });
  }
}

/** The one that is used again, as stream.Writable gives it to _write() at once and then forgets it; null: it has it. */
let spare = new Tried();

function triedOf(length, result) {
  const tried = spare ?? new Tried();
  spare = null;
  tried.length = length;
  tried.result = result;
  return tried;
}

function resultOf(tried) {
  spare = tried;
  return tried.result;
}

/** Node counts before libuv refuses a write, which it does at once on the pipes of Windows alone. */
const countsRefused = (socket) => !HAS_DESCRIPTORS && socket[kHandle] instanceof Pipe;

/** Notes the bytes of a write, unless C has refused it. */
function counted(socket, result, bytes) {
  if (result >= 0 || (result === uv.EPIPE && countsRefused(socket))) socket[kBytesWritten] += bytes;
  return result;
}

/** The same for texts, of which C has said how many bytes they are: to be called at once. */
function countedText(socket, result) {
  return counted(socket, result, event[WRITTEN]);
}

/**
 * Puts a few bytes where C finds them. Memory that another thread makes longer may not fit.
 * @param {Uint8Array} array
 * @param {number} length
 */
function putOut(array, length) {
  try {
    copyBytes(outgoing, array, length);
  } catch {
    for (let i = 0; i < length; i++) outgoing[i] = array[i];
  }
}

/**
 * Runs no code of the program's. A few bytes are copied, as those of a small read: see read.js. An array of larger
 * numbers, which a program can give to _write(), has the bytes of its memory.
 */
function writeBuffer(socket, buffer) {
  const { id } = socket[kHandle];
  const length = sizeOf(buffer);

  if (length > OUTGOING || !isUint8Array(buffer)) return counted(socket, native.write(id, buffer), length);
  putOut(buffer, length);
  return writeOut(socket, id, length);
}

/** Writes the first bytes of `outgoing`. */
function writeOut(socket, id, length) {
  event[CALL] = id;
  event[CALL + 1] = length;
  native.writeInline();
  return counted(socket, event[RESULT], length);
}

function writeText(socket, text, number) {
  event[CALL] = socket[kHandle].id;
  event[CALL + 1] = number;
  event[CALL + 2] = text.length;
  native.writeString(text);
  return countedText(socket, event[RESULT]);
}

/** Runs no code of the program's. */
function writeOne(socket, data, encoding) {
  if (typeof data !== 'string') return writeBuffer(socket, data);
  if (encoding === 'buffer') throw new NotABuffer(); // which the streams of older lines let pass
  const number = data.length <= LONGEST_TEXT ? numberOf(encoding) : undefined;
  return number === undefined ? writeBuffer(socket, toBuffer(data, encoding)) : writeText(socket, data, number);
}

/** What remains of a typed array behind `from`. */
function restOf(array, from) {
  const { buffer, byteOffset } = viewOf(array);
  return new FastBuffer(buffer, byteOffset + from, sizeOf(array) - from);
}

/** Pieces too long to be put together: C is to have Buffers only, and none that is empty. */
function writeLong(socket, pieces) {
  const buffers = [];
  let encoding = UTF8;
  let bytes = 0;

  for (const piece of pieces) {
    if (typeof piece === 'number') {
      encoding = piece;
      continue;
    }
    const buffer = typeof piece === 'string' ? toBuffer(piece, encoding === LATIN1 ? 'latin1' : 'utf8') : piece;
    if (sizeOf(buffer) === 0) continue;
    buffers.push(buffer);
    bytes += sizeOf(buffer);
  }
  return counted(socket, native.writev(socket[kHandle].id, buffers), bytes);
}

/**
 * A text and a Buffer, as the head and the body of an answer of http, by one call of the kernel. Runs no code of the
 * program's. `number`: that of ENCODINGS.
 * @returns {number} as writeMany(); uv.ENOBUFS: it is for that
 */
function writeBoth(socket, text, number, encoding, buffer) {
  const { id } = socket[kHandle];
  const result = native.writeBoth(id, text, number, buffer);
  const sent = event[WRITTEN];
  if (result !== WAITS) return counted(socket, result, sent);
  const head = toBuffer(text, encoding);
  const headSize = sizeOf(head);
  const rest = sent < headSize ? [restOf(head, sent), buffer] : [restOf(buffer, sent - headSize)];
  return counted(socket, native.writev(id, rest), headSize + sizeOf(buffer));
}

const isEmpty = ({ chunk }) => (typeof chunk === 'string' ? chunk.length === 0 : sizeOf(chunk) === 0);

/** writeBoth(), if that is what the chunks are; else uv.ENOBUFS. */
function tryBoth(socket, chunks) {
  const count = chunks.length === 3 && isEmpty(chunks[2]) ? 2 : chunks.length; // http ends an answer by an empty text
  if (count !== 2) return uv.ENOBUFS;
  const { chunk: text, encoding } = chunks[0];
  const { chunk: buffer } = chunks[1];
  if (typeof text !== 'string' || text.length > LONGEST_HEAD || !isUint8Array(buffer)) return uv.ENOBUFS;
  const number = numberOf(encoding);
  const fits = number !== undefined && sizeOf(buffer) > 0;
  return fits ? writeBoth(socket, text, number, encoding, buffer) : uv.ENOBUFS;
}

/** Of more units than this C makes the bytes of a text. */
const SHORT_TEXT = 32;

/**
 * Puts one piece behind others where C finds it. Runs no code of the program's.
 * @returns {number} where the next one goes, or -1: C has to put them together
 */
function append(piece, at) {
  if (typeof piece === 'number') return at; // an encoding: in ASCII all have the same bytes
  if (typeof piece === 'string') {
    const end = at + piece.length;
    return piece.length <= SHORT_TEXT && end <= OUTGOING && copyASCII(outgoing, piece, at) ? end : -1;
  }
  if (!isUint8Array(piece)) return -1;
  const size = sizeOf(piece);
  if (at + size > OUTGOING) return -1; // another thread may have made its memory longer
  copyBytes(outgoing, piece, size, at);
  return at + size;
}

/**
 * All pieces, so that C need not be shown each. Runs no code of the program's: a list has nothing but properties of its
 * own, where an array would ask Array.prototype for the element that is added.
 * @param {Piece} first
 * @returns {number} their bytes, or -1, as append()
 */
function putTogether(first) {
  try {
    let at = 0;
    for (let entry = first; entry !== null && at >= 0; entry = entry.next) at = append(entry.piece, at);
    return at;
  } catch {
    return -1; // see putOut()
  }
}

/** What writeSmall() of C takes. @param {Piece} first */
function arrayOf(first) {
  const pieces = [];
  for (let entry = first; entry !== null; entry = entry.next) pieces[pieces.length] = entry.piece;
  return pieces;
}

/** Pieces that C takes together: they are not many bytes. */
function writeShort(socket, first, length) {
  const { id } = socket[kHandle];
  const bytes = length <= OUTGOING ? putTogether(first) : -1;
  return bytes >= 0 ? writeOut(socket, id, bytes) : countedText(socket, native.writeSmall(id, arrayOf(first), length));
}

/**
 * A chunk, or the encoding of the texts behind it, in a list.
 * @typedef {{ piece: NodeJS.TypedArray | string | number | null, next: Piece | null }} Piece
 */

/** All that was written while the socket was corked, or busy. */
function writeMany(socket, chunks) {
  const result = tryBoth(socket, chunks);
  if (result !== uv.ENOBUFS) return result;
  const head = { piece: null, next: null };
  let last = head;
  let current = UTF8;
  let length = 0;

  for (let i = 0; i < chunks.length; i++) {
    const { chunk, encoding } = chunks[i];
    const number = typeof chunk === 'string' ? numberOf(encoding) : undefined;
    const isText = number === LATIN1 || number === UTF8;
    const piece = isText || typeof chunk !== 'string' ? chunk : toBuffer(chunk, encoding);
    if (isText && number !== current) last = last.next = { piece: (current = number), next: null };
    last = last.next = { piece, next: null };
    length += isText ? piece.length : sizeOf(piece);
  }
  if (length > LONGEST_TEXT) return writeLong(socket, arrayOf(head.next));
  return writeShort(socket, head.next, length);
}

/**
 * Goes on when what C was given has gone. The context of a write that waits comes last, as it calls the hooks of
 * async_hooks: by now stream.Writable and C know of the write, and what a hook writes, ends or destroys comes behind
 * it. Within _writev() stream.Writable forgets what is written by such a hook (Node's too): there it has to wait for
 * the tick.
 */
function settle(socket, result, done, many = false) {
  if (result !== WAITS) {
    done(result === 0 ? null : errnoException(result, 'write'));
    return;
  }
  const handle = socket[kHandle];
  socket[kWriteCallback] = done;
  if (many) nextTick(enterContext, handle);
  else enterContext(handle);
}

/** Does nothing when the write has ended, or has its context. */
function enterContext({ id }) {
  if (id >= 0) native.writeWaits(id);
}

/** Of a write that is to be called back: on an I/O thread it is done when the kernel has had it. */
function confirmed(socket, handle, many, result) {
  if (result !== 0 || handle.ioThread < 0 || (many && areUncalled(socket))) return result;
  const confirms = native.writeConfirm(handle.id);
  if (confirms === WAITS) writeAhead().beginAhead(socket);
  return confirms;
}

/** Gives the I/O thread what is queued behind a write that waits to be confirmed. */
function sendAhead(socket) {
  if (socket[kAhead] && !isReplaced(socket)) writeAhead().giveAhead(socket);
}

/** As _writeGeneric(), of what the I/O thread has been given already, or a part of it. */
function sendRest(socket, many, data, encoding, callback) {
  const { rest, encoding: ofRest, bytes } = writeAhead().withoutAhead(socket, many, data, encoding);
  socket[kBytesWritten] += bytes;
  if (rest === null) settle(socket, confirmed(socket, socket[kHandle], many, 0), callback, many);
  else giveHandle(socket, many, rest, ofRest, callback);
}

/** Gives data to what the socket has, behind the files that wait. */
function giveHandle(socket, many, data, encoding, callback) {
  const handle = socket[kHandle];
  if (socket[kQueuedFiles] > 0 && many) nextTick(sendInOrder, socket, handle, data, callback);
  else if (socket[kQueuedFiles] > 0) socket[kSendInOrder]([{ chunk: data, encoding }], callback);
  else if (handle instanceof ForeignHandle) handle.write(many, data, encoding, callback);
  else send(socket, handle, many, data, encoding, callback);
}

/** Gives C data, and goes on when they have gone. */
function send(socket, handle, many, data, encoding, callback) {
  const result = many ? writeMany(socket, data) : writeOne(socket, data, encoding);
  settle(socket, confirmed(socket, handle, many, result), callback, many);
}

/** In the tick after _writev(), for the same reason: it calls hooks too. By then the socket may have another handle. */
function sendInOrder(socket, handle, chunks, callback) {
  if (socket[kHandle] === handle) socket[kSendInOrder](chunks, callback);
  else callback(new codes.ERR_SOCKET_CLOSED());
}

/** True before the connection is there, if it can still be. */
const isAwaited = (socket) =>
  socket.connecting || (socket[kWillConnect] && socket[kHandle] === null && !socket.destroyed);

/** The write of which something was offered with the handshake: see fast-open.js. */
function writeRest(socket, callback) {
  const { buffer, sent } = socket[kEarlyData];
  socket[kEarlyData] = null;
  socket[kBytesWritten] += sent;
  socket._writeGeneric(false, buffer.subarray(sent), 'buffer', callback);
}

/** A write before the connection: it waits for that, or for the end of all hope. */
function writeLater(socket, many, data, encoding, callback) {
  const { [kLife]: life } = socket;
  const forgetClose = life.once('close', () => {
    forgetConnect();
    callback(new codes.ERR_SOCKET_CLOSED_BEFORE_CONNECTION());
  });
  const forgetConnect = life.once('connect', () => {
    forgetClose();
    if (socket[kEarlyData] === null) socket._writeGeneric(many, data, encoding, callback);
    else writeRest(socket, callback);
  });
  socket._pendingData = data;
  socket._pendingEncoding = encoding;
}

function pendingBytes(data, encoding) {
  if (!data) return 0;
  if (!Array.isArray(data)) return byteLength(data, encoding);
  return data.reduce(
    (sum, item) => sum + (item.chunk === undefined ? item.length : byteLength(item.chunk, item.encoding)),
    0,
  );
}

/**
 * The length of what C takes as it is, or -1. Another encoding is for stream.Writable to look at, with a Buffer too;
 * so is a `length` of the program's.
 */
function plainLength(chunk, encoding) {
  if (encoding !== 'utf8' && !ENCODINGS.has(encoding)) return -1;
  if (typeof chunk === 'string') return chunk.length;
  return isUint8Array(chunk) && isHonest(chunk) ? sizeOf(chunk) : -1;
}

/** True when a program has put its own functions in the place of ours; to ask for them may run code of its. */
const isReplaced = (socket) =>
  socket._write !== methods._write ||
  socket._writeGeneric !== methods._writeGeneric ||
  Duplex.prototype.write !== streamWrite;

/**
 * True when a write can go to the handle before stream.Writable knows of it: nothing is queued, ended or corked. Of a
 * long one that is so on an I/O thread only, which need not tell then when the kernel has had it.
 */
function isIdle(socket, isShort) {
  if (socket.connecting || isReplaced(socket) || !takesAtOnce(socket)) return false;
  const handle = socket[kHandle];
  return handle?.id >= 0 && (isShort || handle.ioThread >= 0); // one of cnet's own
}

/** What a program writes by stream.Writable's own write() answers to the life of the socket all the same. */
function answerFor(socket, callback) {
  const { [kLife]: life } = socket;
  if (life === undefined || life.hearsWrites || callback !== answerOf(socket)) return callback;
  life.hearWrites();
  return answerOf(socket);
}

const methods = {
  /**
   * Sends data (net.md, socket.write()). A Buffer that the kernel takes at once, without a callback to call, does not
   * become part of the stream's queue; whatever else there is to do is done by stream.Writable, with the result of
   * the try. Between the try and that no code of the program's runs, so nothing is written before the rest of it.
   */
  write(chunk, encoding, callback) {
    if (callback === undefined && isFree(this)) {
      const known = encoding ?? defaultEncodingOf(this);
      const length = plainLength(chunk, known);
      const isShort = isBelowMark(this, length);
      if (length >= 0 && isIdle(this, isShort)) {
        const result = writeOne(this, chunk, known);
        if (result === 0 && isShort) return true;
        this[kLife].hearWrites();
        return streamWrite.call(this, triedOf(length, result));
      }
    }
    if (this[kLife] === undefined) return callNode(this, 'write', [chunk, encoding, callback]);
    this[kLife].hearWrites();
    if (Duplex.prototype.write !== streamWrite) return Duplex.prototype.write.apply(this, arguments);
    // a getter of `chunk` may make the socket live again
    const takesMore = streamWrite.call(this[kLife], chunk, encoding, callback);
    sendAhead(this);
    return takesMore;
  },

  _writeGeneric(many, data, encoding, callback) {
    if (data instanceof Tried) {
      settle(this, resultOf(data), callback);
      return;
    }
    if (this[kLife] === undefined) {
      callNode(this, '_writeGeneric', [many, data, encoding, callback]);
      return;
    }
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
    if (this[kAhead]) sendRest(this, many, data, encoding, callback);
    else giveHandle(this, many, data, encoding, callback);
  },

  _write(data, encoding, callback) {
    this._writeGeneric(false, data, encoding, answerFor(this, callback));
  },

  _writev(chunks, callback) {
    this._writeGeneric(true, chunks, '', answerFor(this, callback));
  },

  /** A write that had to wait has ended. */
  [kWritten](status) {
    const callback = this[kWriteCallback];
    this[kWriteCallback] = null;
    const handle = this[kHandle];
    if (handle?.threadLimit > 0) moveWhenRead(handle, handle.threadLimit, this[kQueuedFiles]);
    if (callback !== null) callback(status < 0 ? errnoException(status, 'write') : null);
    // of the relay, or of an I/O thread, after a write of the program's
    else if (status < 0 && (this[kIsSpliced] || handle?.ioThread >= 0)) this.destroy(errnoException(status, 'write'));
  },

  /** Half-closes when all is written. */
  _final(callback) {
    if (isAwaited(this)) {
      this[kLife].once('connect', () => this._final(callback));
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
    this[kShutdownCallback] = callback;
    const err = native.shutdown(this[kHandle].id, 'SHUTDOWNWRAP');
    if (err === 0) return;
    this[kShutdownCallback] = null;
    if (err === uv.ENOTCONN) callback();
    else callback(errnoException(err, 'shutdown'));
  },

  [kShutDown]() {
    const callback = this[kShutdownCallback];
    this[kShutdownCallback] = null;
    callback?.();
  },

  /** Bytes given to the handle so far. */
  get _bytesDispatched() {
    if (this[kHandle] instanceof ForeignHandle) return this[kHandle].bytesWritten;
    const bytes = this[kBytesWritten];
    // a socket that was destroyed has lost its queue
    if (this[kAhead] && this.writableLength === 0) return bytes + this[kAhead].bytes;
    return this[kUsesZeroCopy] && this[kHandle] !== null ? bytes + this[kHandle].bytesSent : bytes;
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

module.exports = { WAITS, kFileBytes, methods, sendAhead, settle, writeBuffer, writeMany };
