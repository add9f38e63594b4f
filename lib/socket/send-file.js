'use strict';

/**
 * socket.sendFile(): a part of a file goes to the peer without coming into JavaScript (src/core/send_file.c).
 *
 * To stream.Writable it is a write as any other: a Buffer without bytes that says how many there will be. So its place
 * among the writes, 'drain', cork(), end(), destroy() and errors are those of write().
 */

const { Buffer } = require('node:buffer');
const fs = require('node:fs');
const { URL } = require('node:url');
const { isUint8Array } = require('node:util/types');

const native = require('../native/binding');
const { FastBuffer } = require('../common/bytes');
const { AbortError, codes, errnoException, invalidArgType, outOfRange } = require('../common/errors');
const { ForeignHandle } = require('./foreign-handle');
const { kHandle, kIsSpliced, kLife, kQueuedFiles, kSendInOrder, kUsesZeroCopy, kWriteCallback } = require('./state');
const { moveWhenRead } = require('../options/io-threads');
const uv = require('../native/uv');
const {
  validateAbortSignal,
  validateFunction,
  validateInt32,
  validateInteger,
  validateObject,
} = require('../common/validate');
const { kFileBytes, settle, writeMany } = require('./write');

/** Bytes that are read at once from what the kernel does not send. */
const BLOCK = 64 * 1024;

/** The kernel does not send from such a file, or has no call for it. */
const CANNOT = new Set([uv.EINVAL, uv.ENOSYS, uv.ENOTSUP]);

const nothing = () => {};

/** What stream.Writable is given. */
class FilePart extends FastBuffer {
  constructor(source, start, count, fallbackLength) {
    super(0);
    this.source = source;
    this.start = start; // undefined: where the descriptor is
    this.count = count; // Infinity: to the end of the file
    this.fallbackLength = fallbackLength;
    this.sent = 0;
    this.error = null; // why nothing of it was sent, while the socket is as well as before
    this.isSending = false;
  }

  /** For writableLength and 'drain'. */
  get length() {
    return this.count === Infinity ? this.fallbackLength : this.count;
  }

  /** For bytesWritten, which counts what is queued too. */
  get [kFileBytes]() {
    return this.count === Infinity || this.isSending ? 0 : this.count;
  }
}

/* --- the arguments ------------------------------------------------------------------------------------------------ */

const isPath = (file) => typeof file === 'string' || isUint8Array(file) || file instanceof URL;

function validateFile(file) {
  if (typeof file === 'number') validateInt32(file, 'file', 0);
  else if (!isPath(file) && typeof file?.fd !== 'number') {
    throw invalidArgType('file', ['string', 'Buffer', 'URL', 'number', 'FileHandle'], file);
  }
}

/** The options, `start` and `end` as those of fs.createReadStream(): both are of the part. */
function readRange({ start, end = Infinity }) {
  if (start !== undefined) validateInteger(start, 'options.start', 0, Number.MAX_SAFE_INTEGER);
  if (end !== Infinity) validateInteger(end, 'options.end', 0, Number.MAX_SAFE_INTEGER);
  if (start > end) throw outOfRange('options.start', `<= "options.end" (here: ${end})`, start);
  return { start, count: end - (start ?? 0) + 1 };
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

/** Nothing of the part was sent: the socket is none the worse. */
function fail(part, error, done) {
  part.error = error;
  done(null);
}

/** Gives chunks to the handle, cnet's or a program's. */
function put(socket, chunks, done) {
  const handle = socket[kHandle];
  const [{ chunk, encoding }] = chunks;
  if (!(handle instanceof ForeignHandle)) settle(socket, writeMany(socket, chunks), done);
  else if (chunks.length === 1) handle.write(false, chunk, encoding, done);
  else handle.write(true, chunks, '', done);
}

/** The socket was destroyed in the middle. On an I/O thread the error is that of a file that the kernel sends. */
function closedError(handle) {
  return handle?.ioThread >= 0 ? errnoException(uv.ECANCELED, 'write') : new codes.ERR_SOCKET_CLOSED();
}

/** What is no file for the kernel is read, and written. */
function sendByReading(socket, part, fd, done) {
  const { [kHandle]: handle } = socket;
  let block = null;
  let left = part.count;
  let position = part.start ?? null;
  const onRead = (error, got) => {
    if (!handle || socket[kHandle] !== handle) done(closedError(handle));
    else if (error && part.sent === 0) fail(part, error, done);
    else if (error || got === 0) done(error);
    else {
      left -= got;
      part.sent += got;
      if (position !== null) position += got;
      put(socket, [{ chunk: block.subarray(0, got), encoding: 'buffer' }], (failure) =>
        failure ? done(failure) : readNext(),
      );
    }
  };
  const readNext = () => {
    if (left === 0) {
      done(null);
      return;
    }
    block = Buffer.allocUnsafeSlow(BLOCK); // a new one, as a program's handle may keep what it is given
    fs.read(fd, block, 0, Math.min(left, BLOCK), position, onRead);
  };
  readNext();
}

function sendByKernel(socket, part, fd, done) {
  const handle = socket[kHandle];
  if (handle instanceof ForeignHandle || handle.ioThread >= 0) {
    sendByReading(socket, part, fd, done);
    return;
  }
  const before = handle.bytesSent;

  socket[kUsesZeroCopy] = true;
  socket[kWriteCallback] = (error) => {
    if (handle.id >= 0) part.sent = handle.bytesSent - before;
    if (error && socket[kHandle] === handle && part.sent === 0 && CANNOT.has(error.errno))
      sendByReading(socket, part, fd, done);
    else done(error);
  };
  // it calls hooks, which may destroy the socket
  const err = native.sendFile(handle.id, fd, part.start ?? -1, part.count);
  if (err === 0) return;
  socket[kWriteCallback] = null;
  if (CANNOT.has(err)) sendByReading(socket, part, fd, done);
  else fail(part, errnoException(err, 'sendfile'), done);
}

/** The descriptor of what is to be sent, and what is to be done with it afterwards. */
function openSource(source, opened) {
  if (isPath(source)) {
    fs.open(source, 'r', (error, fd) => opened(error, fd, () => fs.close(fd, nothing)));
    return;
  }
  const fd = typeof source === 'number' ? source : source.fd;
  opened(fd < 0 ? errnoException(uv.EBADF, 'sendfile') : null, fd, nothing);
}

/** The turn of a part has come. */
function sendPart(socket, part, done) {
  part.isSending = true;
  if (part.error !== null || part.count === 0) {
    done(null);
    return;
  }
  const { [kHandle]: handle } = socket;
  openSource(part.source, (error, fd, close) => {
    if (error) {
      fail(part, error, done);
      return;
    }
    const end = (failure) => {
      close();
      done(failure);
    };
    if (socket[kHandle] !== handle) end(new codes.ERR_SOCKET_CLOSED());
    else sendByKernel(socket, part, fd, end);
  });
}

/* --- the queue ---------------------------------------------------------------------------------------------------- */

/** Heeds a signal until the part is done with. Once its bytes are on their way, the socket has to go with them. */
function heed(life, part, signal) {
  const onAbort = () => {
    const error = new AbortError(undefined, { cause: signal.reason });
    if (part.isSending) life.destroy(error);
    part.error = error;
  };
  if (signal === undefined) return nothing;
  if (signal.aborted) {
    onAbort();
    return nothing;
  }
  signal.addEventListener('abort', onAbort, { once: true });
  return () => signal.removeEventListener('abort', onAbort);
}

/** To stream.Writable a socket that has never connected is closed. */
function whyNotSent({ begun }, error) {
  return begun || error.code !== 'ERR_SOCKET_CLOSED' ? error : errnoException(uv.ENOTCONN, 'sendfile');
}

/** A connection that is to be on an I/O thread goes there once its files are sent. */
function fileDone(socket) {
  const { [kHandle]: handle } = socket;
  socket[kQueuedFiles]--;
  if (handle?.threadLimit > 0) moveWhenRead(handle, handle.threadLimit, socket[kQueuedFiles]);
}

function enqueue(socket, part, signal, callback) {
  const { [kLife]: life } = socket;
  const forget = heed(life, part, signal);
  socket[kQueuedFiles]++;
  return socket.write(part, undefined, (error) => {
    if (life.isCurrent) fileDone(socket);
    forget();
    if (part.error ?? error) callback(part.error ?? whyNotSent(life, error));
    else callback(null, part.sent);
  });
}

const methods = {
  /**
   * Sends a file, or a part of it, in its turn among the writes; the kernel takes it from the file where it can.
   * @param {string | Buffer | URL | number | import('node:fs/promises').FileHandle} file a path, or what is open: it
   *   has to stay so until the end, and is not closed
   * @param {{ start?: number, end?: number, signal?: AbortSignal }} [options] the first and the last byte, as of
   *   fs.createReadStream(): by default from where the descriptor is, or the beginning, to the end
   * @param {(error: Error | null, bytes?: number) => void} [callback]
   * @returns {Promise<number> | boolean} bytes sent; with a callback: what write() returns
   * @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE; ERR_SOCKET_IN_USE while splice() has the socket
   */
  sendFile(file, options = {}, callback = undefined) {
    if (typeof options === 'function') return this.sendFile(file, {}, options);
    validateFile(file);
    validateObject(options, 'options');
    const { start, count } = readRange(options);
    const { signal } = options;
    validateAbortSignal(signal, 'options.signal');
    if (callback !== undefined) validateFunction(callback, 'callback');
    if (this[kIsSpliced]) throw new codes.ERR_SOCKET_IN_USE('it is relayed by splice()');

    const part = new FilePart(file, start, count, Math.max(1, this.writableHighWaterMark));
    if (callback !== undefined) return enqueue(this, part, signal, callback);
    return new Promise((resolve, reject) => {
      enqueue(this, part, signal, (error, bytes) => (error ? reject(error) : resolve(bytes)));
    });
  },

  /** Writes and files as they were given, one after the other. */
  [kSendInOrder](chunks, callback) {
    const { [kHandle]: handle } = this;
    let at = 0;
    const next = (error) => {
      if (error || at === chunks.length) {
        callback(error);
        return;
      }
      if (this[kHandle] !== handle) {
        callback(new codes.ERR_SOCKET_CLOSED());
        return;
      }
      const begin = at;
      if (chunks[begin].chunk instanceof FilePart) {
        at++;
        sendPart(this, chunks[begin].chunk, next);
        return;
      }
      while (at < chunks.length && !(chunks[at].chunk instanceof FilePart)) at++;
      put(this, chunks.slice(begin, at), next);
    };
    next(null);
  },
};

module.exports = { methods };
