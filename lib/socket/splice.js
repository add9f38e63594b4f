'use strict';

/** splice(): relays two sockets to each other in the kernel (src/core/relay.c), or by pipe() where that cannot be. */

const { Duplex, finished } = require('node:stream');

const native = require('../native/binding');
const { AbortError, codes, invalidArgType, invalidArgValue } = require('../common/errors');
const { LIMIT: { LARGEST_PIPE, SMALLEST_PIPE } } = require('../native/constants');
const { Handle } = require('../native/handle');
const { NodeStream } = require('./node-stream');
const { kOwner } = require('../common/symbols');
const {
  kHandle, kIsSpliced, kLife, kOnRead, kReceivesDescriptors, kUsesZeroCopy, kWriteCallback,
} = require('./state');
const { takeBuffered } = require('./first-bytes');
const { hasEnded, isPiped } = require('../node-internals/streams');
const { setImmediate } = require('../common/timers');
const { validateAbortSignal, validateInteger, validateObject } = require('../common/validate');

const EMPTY = new Uint8Array(0);

/** Descriptors that come with the bytes are lost in the kernel's pipes. */
const isOfKernel = (stream) =>
  stream[kHandle] instanceof Handle && stream[kHandle][kOwner] === stream && !stream[kReceivesDescriptors];

/** Tells of streams whether they are still open, and not those of a later connection. */
function stayers(...streams) {
  const lives = new Map(streams.map((stream) => [stream, stream[kLife]]));
  return (stream) => !stream.destroyed && stream[kLife] === lives.get(stream);
}

/** What comes from one end goes to the other. */
class Way {
  constructor(from, to) {
    this.from = from;
    this.to = to;
    this.bytes = 0;
    this.before = 0; // what had been written to `to`, and was queued
    this.handles = null; // those of both, once the kernel has them
    this.isPiped = false;
    this.onEnd = () => to.end();
    this.onData = (chunk) => {
      this.bytes += chunk.length;
    };
    from.on('end', this.onEnd);
  }

  /** By the kernel, once what was read and written before has gone. */
  start() {
    const { from, to } = this;
    this.handles = [from[kHandle], to[kHandle]];
    this.before = to.bytesWritten;
    const data = takeBuffered(from);
    if (data !== null || to.writableLength > 0) to.write(data ?? EMPTY, (error) => !error && this.flow());
    else this.flow();
  }

  flow() {
    const { from, to } = this;
    const [source, target] = this.handles;
    if (from[kHandle] !== source || to[kHandle] !== target) return; // closed, perhaps connected anew
    if (from.readableEnded) to.end();
    else if (hasEnded(from)) from.read(0); // 'end' comes, as all has been taken
    else if (source !== null && target !== null) {
      const { [kLife]: life } = to;
      to[kWriteCallback] = (error) => life.destroy(error);
      native.spliceStart(source.id);
    }
  }

  /** Through JavaScript. */
  pipe() {
    const { from, to } = this;
    if (from.readableEnded) {
      to.end();
      return;
    }
    this.isPiped = true;
    from.on('data', this.onData);
    from.pipe(to, { end: false });
  }

  /** The relay is over: nothing of it is left to the next connections of both. */
  stop() {
    const { from, to } = this;
    from.off('end', this.onEnd);
    if (!this.isPiped) return;
    from.off('data', this.onData);
    from.unpipe(to);
  }

  get total() {
    return this.to[kUsesZeroCopy] ? this.to.bytesWritten - this.before : this.bytes;
  }
}

/** Lets the kernel have both; false when it does not take them. */
function giveToKernel(a, b, size) {
  if (!isOfKernel(a) || !isOfKernel(b)) return false;
  if (native.splice(a[kHandle].id, b[kHandle].id, size) !== 0) return false;
  for (const socket of [a, b]) {
    socket[kHandle].reading = true; // so that nothing starts it
    socket[kUsesZeroCopy] = true;
  }
  return true;
}

function relay(a, b, size) {
  const ways = [new Way(a, b), new Way(b, a)];
  const isThere = stayers(a, b);
  const begin = () => {
    if (!isThere(a) || !isThere(b)) return;
    const byKernel = giveToKernel(a, b, size);
    for (const way of ways) {
      if (byKernel) way.start();
      else way.pipe();
    }
  };
  const awaited = [a, b].filter((stream) => stream.connecting);
  let left = awaited.length;
  for (const socket of awaited) (socket[kLife] ?? socket).once('connect', () => --left === 0 && begin());
  if (left === 0) begin();
  return ways;
}

const isOpen = (stream) => !stream.destroyed && !stream.writableEnded && (stream.readable || stream.readableEnded);

function validateEnd(stream, name) {
  if (!(stream instanceof Duplex)) throw invalidArgType(name, ['Socket', 'Duplex'], stream);
  if (stream.readableEncoding !== null) throw invalidArgValue(name, stream, 'has an encoding');
  if (stream[kOnRead]) throw invalidArgValue(name, stream, 'has the option onread');
  if (stream[kIsSpliced]) throw invalidArgValue(name, stream, 'is relayed already');
  if (stream[kLife]?.standIn || stream[kHandle] instanceof NodeStream)
    throw invalidArgValue(name, stream, 'is read by TLS');
  if (isPiped(stream)) throw invalidArgValue(name, stream, 'is piped to another stream');
}

/**
 * Sends all that comes on `a` to `b` and the other way round, until both have ended; the end of one ends the writing
 * of the other. What was read and not consumed goes first, and after what was written before. It is the relay's to
 * read and write meanwhile. An error or a close of one destroys the other. A socket with `receiveDescriptors` is
 * relayed by pipe().
 * @param {Socket | Duplex} a connected, or connecting
 * @param {Socket | Duplex} b the same
 * @param {{ highWaterMark?: number, signal?: AbortSignal }} [options] `highWaterMark`: bytes on their way within the
 *   kernel, each way, 4096 to 1048576
 * @returns {Promise<{ aToB: number, bToA: number }>} bytes; rejected by the first error, or ERR_STREAM_PREMATURE_CLOSE
 * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE
 */
function splice(a, b, options = {}) {
  validateEnd(a, 'a');
  validateEnd(b, 'b');
  if (a === b) throw invalidArgValue('b', b, 'is the same as "a"');
  validateObject(options, 'options');
  const { highWaterMark = LARGEST_PIPE, signal } = options;
  validateInteger(highWaterMark, 'options.highWaterMark', SMALLEST_PIPE, LARGEST_PIPE);
  validateAbortSignal(signal, 'options.signal');

  return new Promise((resolve, reject) => {
    const isThere = stayers(a, b);
    let ways = [];
    let left = 2;
    const stop = () => {
      signal?.removeEventListener('abort', onAbort);
      for (const way of ways) way.stop();
    };
    const fail = (error) => {
      stop();
      reject(error);
      for (const stream of [a, b]) if (isThere(stream)) stream.destroy();
    };
    const onAbort = () => fail(new AbortError(undefined, { cause: signal.reason }));
    const onFinished = (error) => {
      if (error) fail(error);
      if (error || --left > 0) return;
      stop();
      resolve({ aToB: ways[0].total, bToA: ways[1].total });
    };

    if (!isOpen(a) || !isOpen(b)) {
      fail(new codes.ERR_SOCKET_CLOSED());
      return;
    }
    if (signal?.aborted) {
      onAbort();
      return;
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    for (const stream of [a, b]) {
      stream.allowHalfOpen = true;
      if (stream[kIsSpliced] === false) stream[kIsSpliced] = true;
      const forget = finished(stream, (error) => {
        onFinished(error);
        setImmediate(forget); // when the error of the other one, which comes in a tick, has been told too
      });
    }
    ways = relay(a, b, highWaterMark);
  });
}

module.exports = { splice };
