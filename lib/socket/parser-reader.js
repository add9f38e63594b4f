'use strict';

/**
 * A socket that a server of http reads (cnet/register-http): what comes goes to Node's parser below the stream, as from one of
 * Node's own sockets, from memory that C reads to again and again. That memory is seen by this file and by the parser alone;
 * whoever else is to have the bytes is given a copy.
 */

const native = require('../native/binding');
const { inlined } = require('../native/events');
const { Handle } = require('../native/handle');
const { copyOf, feed, isTaken, takeParser } = require('../node-internals/http-parser');
const { kFirstBytes, kHandle, kOnRead, kParser, kReceivesDescriptors } = require('./state');

/* Taken once: see node-internals/http-parser.js. */
const Bytes = Uint8Array;
const { buffer: told, byteOffset: toldAt } = inlined;

/** Views of the shared memory, by their length, are made once up to this. */
const LONGEST_KEPT = 1024;

/** @type {ArrayBuffer | undefined} */
let shared;
let views;

/** The first `length` bytes of the shared memory. */
function viewOf(length) {
  if (length > LONGEST_KEPT) return new Bytes(shared, 0, length);
  views[length] ??= new Bytes(shared, 0, length);
  return views[length];
}

function shareMemory() {
  if (shared !== undefined) return true;
  shared = native.sharedMemory();
  views = new Array(LONGEST_KEPT + 1).fill(undefined);
  return shared !== undefined;
}

/** Whether nothing but the parser reads a socket, or has been promised something of it. */
function isPlain(socket) {
  const { [kHandle]: handle } = socket;
  return (
    handle instanceof Handle && handle.id >= 0 && !socket.destroyed && !socket.connecting && socket[kOnRead] === null &&
    socket[kFirstBytes] === null && !socket[kReceivesDescriptors] && socket.readableLength === 0 && socket.listenerCount('data') === 1 &&
    socket.listenerCount('readable') === 0
  );
}

/**
 * Lets the parser that a server of http has given a socket read it.
 * @param {import('./socket').Socket} socket that the server has just been told of
 */
function readByParser(socket) {
  if (!isPlain(socket) || !shareMemory()) return;
  const parser = takeParser(socket);
  if (parser === null) return;
  socket[kParser] = parser;
  native.readShared(socket[kHandle].id, true);
}

/** The bytes of a read: see native/events.js. */
function bytesOf(got, memory) {
  if (memory === true) return viewOf(got);
  return memory === undefined ? new Bytes(told, toldAt, got) : new Bytes(memory, 0, got);
}

/**
 * What was read by a socket that has a parser, or had one.
 * @param {ArrayBuffer | true | undefined} memory where it is: see native/events.js
 * @returns {ArrayBuffer | undefined | null} where it is for whoever reads the socket now; null: the parser has had it
 */
function parse(socket, got, memory) {
  const parser = socket[kParser];
  if (parser !== null && isTaken(parser, socket)) {
    feed(parser, bytesOf(got, memory));
    return null;
  }
  stopParsing(socket);
  return memory === true ? copyOf(viewOf(got)).buffer : memory;
}

/** What a socket reads is the stream's again. */
function stopParsing(socket) {
  socket[kParser] = null;
  if (socket[kHandle]?.id >= 0) native.readShared(socket[kHandle].id, false);
}

module.exports = { parse, readByParser };
