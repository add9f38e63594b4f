'use strict';

/**
 * Bytes of a connection that came before its Socket, or by another way than its handle: with the header of the PROXY
 * protocol, with receive(), with fromNode(). They come first: into the stream, or, with the option `onread`, to its
 * callback through the user's buffer, in pieces of its size, before anything is read from the handle.
 */

const { Buffer } = require('node:buffer');
const { Duplex } = require('node:stream');

const native = require('../native/binding');
const { sizeOf } = require('../common/bytes');
const { errnoException } = require('../common/errors');
const { kFirstBytes, kHandle, kOnRead } = require('./state');
const { setImmediate } = require('../common/timers');
const uv = require('../native/uv');

const { set: setBytes } = Uint8Array.prototype;

/** What the callback of `onread` has not been given yet. */
class FirstBytes {
  constructor(socket, bytes) {
    this.socket = socket;
    this.bytes = bytes;
    this.isDue = false;
  }

  /** The socket is to be read from: its handle only after these. @param {(socket: object, got: number) => void} give */
  start(give) {
    if (this.isDue) return;
    this.isDue = true;
    setImmediate(() => { // as what the handle reads: after all that resume() has put off
      this.isDue = false;
      const { socket } = this;
      if (socket[kFirstBytes] === this && socket[kHandle] !== null)
        native.run(socket[kHandle].id, socket, () => this.flow(give));
    });
  }

  /** Whether the next piece is wanted: the callback may have paused or destroyed the socket. */
  get isWanted() {
    const { socket } = this;
    return socket[kFirstBytes] === this && !socket.destroyed && socket[kHandle] !== null && socket[kHandle].reading;
  }

  flow(give) {
    while (this.isWanted && this.bytes.length > 0) this.next(give);
    if (!this.isWanted) return;
    const { socket } = this;
    socket[kFirstBytes] = null;
    const err = socket[kHandle].readStart();
    if (err) socket.destroy(errnoException(err, 'read'));
  }

  next(give) {
    const { socket, bytes } = this;
    const { buffer } = socket[kOnRead];
    const room = buffer === null ? bytes.length : sizeOf(buffer);
    if (room === 0) {
      socket.destroy(errnoException(uv.ENOBUFS, 'read'));
      return;
    }
    const piece = bytes.subarray(0, room);
    this.bytes = bytes.subarray(piece.length);
    if (buffer !== null) Reflect.apply(setBytes, buffer, [piece]);
    give(socket, piece.length);
  }
}

/** Gives a socket that was just made what came first. */
function giveFirst(socket, bytes) {
  if (socket[kOnRead] === null) {
    socket.push(bytes);
    return;
  }
  const { [kHandle]: handle } = socket;
  socket[kFirstBytes] = new FirstBytes(socket, bytes);
  if (handle === null || !handle.reading) return;
  handle.readStop();
  handle.reading = false;
  socket.read(0); // which begins with these
}

/** The same for chunks, of which there may be none. */
function giveChunks(socket, chunks, encoding) {
  if (socket[kOnRead] === null) for (const chunk of chunks) socket.push(chunk, encoding);
  else if (chunks.length > 0) giveFirst(socket, Buffer.concat(chunks.map((chunk) => Buffer.from(chunk, encoding))));
}

/** What the callback was not given, for another socket, which is to have it first. @returns {Uint8Array} */
function takeFirst(socket) {
  const { bytes } = socket[kFirstBytes];
  socket[kFirstBytes] = null;
  return Uint8Array.from(bytes);
}

const nothing = () => false;

/**
 * What was read and not consumed, in memory of its own; nobody is told.
 * @returns {Uint8Array | string | null} text, when the socket was told to decode
 */
function takeBuffered(socket) {
  if (socket[kFirstBytes] !== null) return takeFirst(socket);
  const length = socket.readableLength;
  if (length === 0) return null;
  socket.emit = nothing;
  socket._read = nothing;
  const data = Duplex.prototype.read.call(socket, length); // exactly all: no 'end' follows
  delete socket.emit;
  delete socket._read;
  return typeof data === 'string' ? data : Uint8Array.from(data);
}

module.exports = { giveChunks, giveFirst, takeBuffered };
