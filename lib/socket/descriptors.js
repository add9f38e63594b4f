'use strict';

/**
 * Open descriptors that travel with the bytes of a Unix domain socket (unix(7), SCM_RIGHTS). Not in Node.
 *
 * A message with descriptors takes its turn among the writes of the stream: while one is queued, the socket has a
 * _writeGeneric() of its own and no _writev(), so that the queue comes one by one. What is sent are duplicates, made in
 * sendDescriptors() and closed when they have gone, or cannot go any more. Receiving is in src/core/passing.c.
 */

const { AsyncResource } = require('node:async_hooks');
const { Buffer } = require('node:buffer');
const { isArrayBufferView } = require('node:util/types');

const native = require('../native/binding');
const { viewOf } = require('../common/bytes');
const { codes, errnoException, invalidArgType, invalidArgValue, outOfRange } = require('../common/errors');
const { LIMIT: { DESCRIPTORS: MOST } } = require('../native/constants');
const { refuseOnThread } = require('../options/io-threads');
const { Pipe } = require('../native/handle');
const { needKind } = require('../options/no-socket');
const { kDescriptors } = require('../common/symbols');
const {
  kBytesWritten, kDescriptorQueue, kHandle, kIsSpliced, kLife, kWriteCallback,
} = require('./state');
const { validateBoolean, validateFunction, validateInt32 } = require('../common/validate');
const { methods: writing } = require('./write');

/** What a Buffer in the queue brings: an object that holds duplicates. */
const kHeld = Symbol('kHeld');

const nothing = () => {};

/** @throws ERR_FEATURE_UNAVAILABLE_ON_PLATFORM */
function checkPlatform(feature) {
  if (process.platform === 'win32') throw new codes.ERR_FEATURE_UNAVAILABLE_ON_PLATFORM(feature);
}

/**
 * The option `receiveDescriptors` of new Socket(), connect() and createServer().
 * @returns {boolean}
 * @throws ERR_INVALID_ARG_TYPE, ERR_FEATURE_UNAVAILABLE_ON_PLATFORM
 */
function receiveOption({ receiveDescriptors }) {
  if (receiveDescriptors === undefined) return false;
  validateBoolean(receiveDescriptors, 'options.receiveDescriptors');
  if (receiveDescriptors) checkPlatform('receiveDescriptors');
  return receiveDescriptors;
}

/** Lets the handle of a socket with the option receive descriptors; one of TCP never gets any. */
function receiveOn(socket, handle) {
  const err = handle instanceof Pipe ? native.receiveDescriptors(handle.id) : 0;
  if (err === 0) return;
  handle.close();
  socket[kHandle] = null;
  throw errnoException(err, 'recvmsg');
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

/** An object that holds duplicates (src/binding/held.c). @throws EBADF, EMFILE */
function duplicate(fds) {
  const held = native.holdDescriptors(fds);
  if (typeof held === 'number') throw errnoException(held, 'dup');
  return held;
}

/** The messages of a socket that are not sent yet, which are forgotten with it. */
class Queue {
  constructor(socket) {
    this.socket = socket;
    this.held = new Set();
    this.forgetClose = nothing;
    this.onClose = () => {
      for (const held of this.held) this.end(held);
    };
  }

  add(held) {
    if (this.held.size === 0) {
      this.socket._writeGeneric = writeGeneric;
      this.socket._writev = null;
      this.forgetClose = this.socket[kLife].once('close', this.onClose);
    }
    this.held.add(held);
  }

  /** A message is sent, or cannot be. */
  end(held) {
    native.dropDescriptors(held);
    if (!this.held.delete(held) || this.held.size > 0) return;
    delete this.socket._writeGeneric;
    delete this.socket._writev;
    this.forgetClose();
  }
}

/** Forgets the messages that are queued: the connection that they were for is no more. */
function dropQueued(socket) {
  socket[kDescriptorQueue]?.onClose();
}

/** Sends a message, or as much of it as there is room for; the descriptors go with the first byte, once. */
function send(socket, piece, callback) {
  const { [kHandle]: handle } = socket;
  const taken = native.sendDescriptors(handle.id, piece, piece[kHeld]);

  if (taken === 0) { // there is no room: asked for anew when there is
    const again = (error) => {
      if (error || socket[kHandle] !== handle) callback(error ?? new codes.ERR_SOCKET_CLOSED());
      else send(socket, piece, callback);
    };
    socket[kWriteCallback] = again;
    const bound = AsyncResource.bind(again); // it calls hooks, which may destroy the socket
    if (socket[kWriteCallback] === again) socket[kWriteCallback] = bound;
    return;
  }
  socket[kDescriptorQueue].end(piece[kHeld]);
  const rest = taken < 0 ? piece : piece.subarray(taken);
  socket[kBytesWritten] -= rest.length;
  if (taken < 0) callback(errnoException(taken, 'write'));
  else if (rest.length === 0) callback();
  else writing._writeGeneric.call(socket, false, rest, 'buffer', callback);
}

/** In the place of Socket.prototype._writeGeneric() while messages are queued. */
function writeGeneric(many, data, encoding, callback) {
  if (data[kHeld] === undefined || this.connecting || !this[kHandle]) {
    writing._writeGeneric.call(this, many, data, encoding, callback);
  } else if (!(this[kHandle] instanceof Pipe)) {
    callback(new codes.ERR_INVALID_HANDLE_TYPE('sendDescriptors() is for Unix sockets only, and this is a TCP socket'));
  } else {
    this[kBytesWritten] += data.length;
    send(this, data, callback);
  }
}

/** The bytes of the message, as a Buffer of its own over the same memory. */
function readData(data) {
  if (typeof data !== 'string' && !isArrayBufferView(data)) {
    throw invalidArgType('data', ['string', 'Buffer', 'TypedArray', 'DataView'], data);
  }
  const piece = typeof data === 'string' ? Buffer.from(data) : viewOf(data);
  if (piece.length === 0) throw invalidArgValue('data', data, 'must not be empty, as descriptors travel with bytes');
  return piece;
}

function checkDescriptors(fds) {
  if (!Array.isArray(fds)) throw invalidArgType('fds', 'Array', fds);
  if (fds.length === 0 || fds.length > MOST) throw outOfRange('fds.length', `>= 1 && <= ${MOST}`, fds.length);
  for (let i = 0; i < fds.length; i++) validateInt32(fds[i], `fds[${i}]`, 0);
}

const methods = {
  /**
   * Sends bytes and with the first of them descriptors, in the order of the writes. The caller keeps his own ones, and
   * may close them as soon as this returns.
   * @param {string | Buffer | NodeJS.TypedArray | DataView} data not empty; a string is UTF-8
   * @param {number[]} fds 1 to 253 open descriptors
   * @param {(error?: Error) => void} [callback] called when they are sent, or cannot be
   * @returns {boolean} as of write()
   * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE; ERR_INVALID_HANDLE_TYPE for TCP; EBADF,
   *   EMFILE; ERR_SOCKET_IN_USE while splice() has the socket; ERR_FEATURE_UNAVAILABLE_ON_PLATFORM
   */
  sendDescriptors(data, fds, callback = undefined) {
    checkPlatform('sendDescriptors');
    const piece = readData(data);
    checkDescriptors(fds);
    if (callback !== undefined) validateFunction(callback, 'callback');
    needKind(this[kHandle], Pipe, 'sendDescriptors()');
    if (this[kIsSpliced]) throw new codes.ERR_SOCKET_IN_USE('it is relayed by splice()');
    refuseOnThread(this[kHandle], 'sendDescriptors()');
    const held = duplicate(fds);
    piece[kHeld] = held;
    const queue = (this[kDescriptorQueue] ??= new Queue(this));
    if (this[kHandle]) this[kHandle].threadLimit = 0; // what waits before it must not take the socket to a thread
    queue.add(held);
    return this.write(piece, null, (error) => {
      queue.end(held);
      (callback ?? nothing)(error);
    });
  },

  /** Descriptors have come with the bytes that are read next. What is not taken here is closed by C. */
  [kDescriptors](length) {
    if (this.destroyed || this.listenerCount('descriptors') === 0) return;
    const fds = native.takeDescriptors(this[kHandle].id);
    if (typeof fds === 'number') {
      this.destroy(errnoException(fds, 'read'));
      return;
    }
    const start = this.bytesRead;
    this.emit('descriptors', Array.from(fds), { start, end: start + length });
  },
};

module.exports = { dropQueued, methods, receiveOn, receiveOption };
