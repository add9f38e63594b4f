'use strict';

/**
 * A socket that a server of http reads (cnet/register-http): what comes goes to Node's parser below the stream, as
 * from one of Node's own sockets, from memory that C reads to again and again. That memory is seen by this file and
 * by the parser alone; whoever else is to have the bytes is given a copy.
 */

const native = require('../native/binding');
const { EVENT: { STATUS } } = require('../native/constants');
const { event, reader } = require('../native/events');
const { Handle } = require('../native/handle');
const { copyOf, execute, isTaken, runsNothing, takeParser, tell } = require('../node-internals/http-parser');
const { isDestroyed } = require('../node-internals/streams');
const { kFirstBytes, kHandle, kOnRead, kParser, kReceivesDescriptors } = require('./state');

/** Taken once: see node-internals/http-parser.js. */
const Bytes = Uint8Array;

/** Views of the shared memory, by their length, are made once up to this; of longer ones the last is kept. */
const LONGEST_KEPT = 1024;

/** @type {ArrayBuffer | undefined} */
let shared;
let views;
let longView = { length: -1, view: undefined };

/** The first `length` bytes of the shared memory. */
function viewOf(length) {
  if (length <= LONGEST_KEPT) {
    views[length] ??= new Bytes(shared, 0, length);
    return views[length];
  }
  if (longView.length !== length) longView = { length, view: new Bytes(shared, 0, length) };
  return longView.view;
}

function shareMemory() {
  if (shared !== undefined) return true;
  shared = native.sharedMemory();
  views = new Array(LONGEST_KEPT + 1).fill(undefined);
  return shared !== undefined;
}

/**
 * Whether nothing of a socket is promised to anybody but its listeners, whom the parser reads below, as in Node: those
 * that were there before http had the socket hear nothing.
 */
function isPlain(socket) {
  const { [kHandle]: handle } = socket;
  return (
    handle instanceof Handle && handle.id >= 0 && !isDestroyed(socket) && !socket.connecting &&
    socket[kOnRead] === null && socket[kFirstBytes] === null && !socket[kReceivesDescriptors] &&
    socket.readableLength === 0
  );
}

/**
 * Lets the parser that a server of http has given a socket read it.
 * @param {import('./socket').Socket} socket that the server has just been told of
 */
function readByParser(socket) {
  if (socket[kParser] !== null || !isPlain(socket) || !shareMemory()) return;
  const parser = takeParser(socket);
  if (parser === null) return;
  socket[kParser] = parser;
  native.readShared(socket[kHandle].id, true);
}

/** Who has had the last bytes, and what the parser said of them, until http is told; the socket is null when it was. */
const last = { socket: null, parser: null, result: undefined, length: 0 };

/**
 * Gives a parser what lies in the shared memory. Where http runs nothing of the program's by being told the result, it
 * is told at once.
 * @param {import('./socket').Socket} socket the owner of the handle that has read it
 * @returns {boolean} false: it is for whoever reads the socket now
 */
reader.parse = function parse(socket, length) {
  last.socket = null;
  const parser = socket[kParser];
  if (!parser || isDestroyed(socket) || !isTaken(parser, socket)) return false;
  const result = execute(parser, viewOf(length));
  if (runsNothing(parser, result)) {
    tell(parser, result);
    event[STATUS] = 0;
    return true;
  }
  last.socket = socket;
  last.parser = parser;
  last.result = result;
  last.length = event[STATUS] = length; // a loop that has turned meanwhile has told of other reads
  return true;
};

/** Tells http what has become of that. */
reader.finish = function finish() {
  if (last.socket === null) return; // an exception has come in between
  const { parser, result, length } = last;
  last.socket = last.parser = null;
  last.result = undefined;
  tell(parser, result, viewOf(length));
};

/**
 * What was read by a socket that has a parser no more.
 * @param {ArrayBuffer | true | undefined} memory where it is: see native/events.js
 * @returns {ArrayBuffer | undefined} where it is for whoever reads the socket now
 */
function stopParsing(socket, got, memory) {
  socket[kParser] = null;
  if (socket[kHandle]?.id >= 0) native.readShared(socket[kHandle].id, false);
  return memory === true ? copyOf(viewOf(got)).buffer : memory;
}

module.exports = { readByParser, stopParsing };
