'use strict';

/**
 * Writes behind one that an I/O thread has, and that waits to be confirmed, as it has a callback. stream.Writable
 * queues them until then. The thread is given them at once, as the kernel would be without threads: so they leave
 * whatever becomes of the socket or of the process. When stream.Writable comes with them, what the thread has is left
 * out.
 */

const { Buffer } = require('node:buffer');
const { isUint8Array } = require('node:util/types');

const native = require('../native/binding');
const { FastBuffer, isHonest, sizeOf, viewOf } = require('../common/bytes');
const { queuedOf } = require('../node-internals/streams');
const { kAhead, kHandle, kQueuedFiles } = require('./state');

/* Taken once: a program that puts another in its place runs code where none must run. */
const { from: toBuffer } = Buffer;

/** What the thread has of the queue. */
class Ahead {
  /** The bytes of each chunk that it has whole. */
  sizes = [];
  /** What it has not of the next one, when it has a part of that. */
  rest = null;
  /** All that it has. */
  bytes = 0;
  /** Whether it takes no more. */
  isFull = false;
}

/** A write waits to be confirmed. */
function beginAhead(socket) {
  socket[kAhead] ??= new Ahead();
}

/** The bytes of a chunk; null: it is for stream.Writable, or a file. */
function bytesOf(chunk, encoding) {
  if (typeof chunk === 'string') return encoding === 'buffer' ? null : toBuffer(chunk, encoding);
  return isUint8Array(chunk) && isHonest(chunk) ? chunk : null;
}

/** What remains of a typed array behind `from`. */
function restOf(array, from) {
  const { buffer, byteOffset } = viewOf(array);
  return new FastBuffer(buffer, byteOffset + from, sizeOf(array) - from);
}

/** Gives the thread one chunk, of which it may take a part. */
function giveOne(ahead, id, chunk) {
  const length = sizeOf(chunk);
  const taken = length === 0 ? 0 : native.writeAhead(id, chunk);

  if (taken > 0) ahead.bytes += taken;
  if (taken === length) {
    ahead.sizes.push(length);
    return;
  }
  ahead.isFull = true;
  if (taken > 0) ahead.rest = restOf(chunk, taken);
}

/** Gives the thread what is queued and was not given yet. Runs no code of the program's. */
function giveAhead(socket) {
  const { [kAhead]: ahead, [kHandle]: handle } = socket;
  if (ahead.isFull || !(handle?.id >= 0) || socket[kQueuedFiles] > 0) return;
  const queue = queuedOf(socket);
  while (!ahead.isFull && ahead.sizes.length < queue.length) {
    const { chunk, encoding } = queue[ahead.sizes.length];
    const bytes = bytesOf(chunk, encoding);
    if (bytes === null) ahead.isFull = true;
    else giveOne(ahead, handle.id, bytes);
  }
}

/**
 * What stream.Writable comes with, all of its queue or the first chunk, without what the thread has.
 * @returns {{ rest: any, encoding: string, bytes: number }} `rest`: null: the thread has all; `bytes`: it has so many
 */
function withoutAhead(socket, many, data, encoding) {
  const ahead = socket[kAhead];
  if (!many && ahead.sizes.length > 0) {
    const bytes = ahead.sizes.shift();
    ahead.bytes -= bytes;
    return { rest: null, encoding, bytes };
  }
  socket[kAhead] = null;
  const { bytes, rest, sizes } = ahead;
  if (!many) return rest === null ? { rest: data, encoding, bytes } : { rest, encoding: 'buffer', bytes };
  const others = data.slice(sizes.length);
  if (rest !== null) others[0] = { chunk: rest, encoding: 'buffer' };
  return { rest: others.length > 0 ? others : null, encoding, bytes };
}

module.exports = { beginAhead, giveAhead, withoutAhead };
