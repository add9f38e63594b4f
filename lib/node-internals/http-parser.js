'use strict';

/**
 * Node's parser of http on the server's side. Over a socket of Node's own it reads the handle below the stream:
 * nothing that it reads is 'data' of that socket, until somebody listens for 'data' or 'readable' (`parser._consumed`
 * is false then). Here its execute() is given the bytes, from memory that is read to again and again: execute() is
 * native, and copies whatever of them outlives its call.
 *
 * It relies on this, as test/node-internals/http-parser.test.js says:
 *   socket.parser, parser.socket         the two name each other when http begins to read the socket; the latter is
 *                                        null when it reads no more
 *   parser._consumed                     false: http listens for 'data'; true: it is fed below; set back for a listener
 *   parser.unconsume()                   does nothing to a parser that was not given a handle
 *   parser[kOnExecute](result)           what http does after a piece that it was fed below
 *   parser.incoming?.upgrade             it is an upgrade, and what comes behind is not for http
 *   parser.incoming?.method              'PRI': the beginning of HTTP/2, after which http destroys the socket
 *   parser.getCurrentBuffer()            by which http asks for the piece: of an error, and behind an upgrade
 */

const { FastBuffer, sizeOf } = require('../common/bytes');

/* Taken once: what a program puts in the place of these is given nothing. */
const { apply, getPrototypeOf } = Reflect;
const { hasOwn } = Object;
const { toString: sourceOf } = Function.prototype;
const { set: setBytes } = Uint8Array.prototype;

/** The parts of Node's parser; null: it is none that is known, or a program has changed it. */
let known;

/** A function of JavaScript has another source than that, and one that is bound has no name in it. */
const isNative = (prototype, name) =>
  typeof prototype[name] === 'function' &&
  apply(sourceOf, prototype[name], []) === `function ${name}() { [native code] }`;

function learn(parser) {
  const prototype = getPrototypeOf(parser);
  const { execute, getCurrentBuffer, constructor } = prototype;
  const isKnown = ['execute', 'getCurrentBuffer', 'unconsume'].every(
    (name) => hasOwn(prototype, name) && isNative(prototype, name),
  );
  return isKnown && constructor.kOnExecute > 0
    ? { prototype, execute, getCurrentBuffer, kOnExecute: constructor.kOnExecute }
    : null;
}

/**
 * Whether a parser is Node's, as it was: a program that has put its own in the place of a function is to see the
 * calls of it.
 */
const isUntouched = (parser) =>
  getPrototypeOf(parser) === known.prototype && parser.execute === known.execute &&
  (parser.getCurrentBuffer === known.getCurrentBuffer || parser.getCurrentBuffer === getCurrentBuffer);

/**
 * Has the parser of a socket be fed below the stream, if it has one. To be called when http has just given it that,
 * before anybody else can have listened to the socket.
 * @param {import('node:net').Socket} socket
 * @returns {object | null} the parser
 */
function takeParser(socket) {
  const { parser } = socket;
  if (typeof parser !== 'object' || parser === null || parser.socket !== socket || parser._consumed !== false)
    return null;
  if (known === undefined) known = learn(parser);
  if (known === null || !isUntouched(parser) || typeof parser[known.kOnExecute] !== 'function') return null;
  parser._consumed = true;
  return parser;
}

/**
 * Whether what `socket` reads is still for `parser` alone. The socket may name another one by now: http has been given
 * it once more, and the first one reads on.
 */
const isTaken = (parser, socket) => parser.socket === socket && parser._consumed === true;

/** A copy that is a program's to keep. */
function copyOf(bytes) {
  const copy = new FastBuffer(sizeOf(bytes));
  apply(setBytes, copy, [bytes]);
  return copy;
}

/** What a parser has just been fed, while http is told of an error or an upgrade. */
let fed = null;

/** getCurrentBuffer() of a parser: beyond execute() the native one has nothing. */
function getCurrentBuffer() {
  return fed !== null && fed.parser === this ? fed.bytes : apply(known.getCurrentBuffer, this, []);
}

/** Tells http of the end of a piece of which it may ask for the bytes. */
function tellWithBytes(parser, onExecute, result, bytes) {
  const before = fed;
  if (parser.getCurrentBuffer !== getCurrentBuffer) {
    Object.defineProperty(parser, 'getCurrentBuffer', { value: getCurrentBuffer, writable: true, configurable: true });
  }
  fed = { parser, bytes: copyOf(bytes) };
  try {
    onExecute(result);
  } finally {
    fed = before;
  }
}

/**
 * Gives a parser what has been read. Call it outside of any scope of C's: the parser has scopes of its own, and
 * drains ticks.
 * @param {object} parser of takeParser()
 * @param {Uint8Array} bytes nobody but the parser sees them
 * @returns {any} for tell()
 */
function execute(parser, bytes) {
  const { execute: now } = parser;
  // The function that V8 sees in the parser it calls without asking each time what that may be called with.
  return now === known.execute ? apply(now, parser, [bytes]) : apply(known.execute, parser, [bytes]);
}

/** Whether it is all of a piece, which is neither wrong nor of an upgrade. */
const isWhole = (parser, result) => typeof result === 'number' && !parser.incoming?.upgrade;

/**
 * Whether http runs nothing of the program's when it is told that result: it notes that the socket is active, and has
 * the parser wait while the socket does.
 */
const runsNothing = (parser, result) => isWhole(parser, result) && parser.incoming?.method !== 'PRI';

/** Tells http what execute() has given. @param {Uint8Array} [bytes] the same as there; not when it runs nothing */
function tell(parser, result, bytes) {
  const onExecute = parser[known.kOnExecute];
  if (typeof onExecute !== 'function') return; // the connection has ended within it
  if (isWhole(parser, result)) onExecute(result);
  else tellWithBytes(parser, onExecute, result, bytes);
}

module.exports = { copyOf, execute, isTaken, runsNothing, takeParser, tell };
