'use strict';

/**
 * What cnet knows of the states of Node's streams. stream.Duplex keeps them as `_readableState` and `_writableState`;
 * their fields are in no document, and test/node-internals/streams.test.js says of each what cnet relies on. Nothing
 * else in lib/ knows them. The functions take any stream, sockets of Node's too, and are small, as most of them are
 * on a hot path.
 */

const { EventEmitter } = require('node:events');
const { Readable, Writable } = require('node:stream');
const { StringDecoder } = require('node:string_decoder');

const { ReadableState } = Readable;
const { WritableState } = Writable;

/* Taken once: a program may have its own in the place of them. */
const { isPaused, pause, resume } = Readable.prototype;
const { listenerCount } = EventEmitter.prototype;

/* --- reading ------------------------------------------------------------------------------------------------------ */

/** Whether the end has been read; what came before it may not have been consumed yet. */
const hasEnded = (stream) => stream._readableState.ended;

/** Whether it is piped to another stream. */
const isPiped = (stream) => stream._readableState.pipes.length > 0;

/** Whether somebody listens for 'readable', and nobody has asked for what is to come. */
function awaitsReadable(stream) {
  const { readableListening, reading } = stream._readableState;
  return readableListening && !reading;
}

/** Whether push() would forget that a pipe waits for its destination. */
const waitsForDrain = ({ awaitDrainWriters: waiting, multiAwaitDrain: areMany }) =>
  waiting !== null && !(areMany && waiting.size === 0);

/**
 * Whether push() of a chunk would do nothing but emit 'data', of it or of its text: the stream flows, nothing is
 * buffered, somebody listens, and 'data' was emitted before, which push() notes. Runs no code of the program's.
 */
function emitsAtOnce(stream) {
  const state = stream._readableState;
  return (
    state.flowing === true &&
    state.length === 0 &&
    state.reading &&
    state.dataEmitted &&
    !waitsForDrain(state) &&
    listenerCount.call(stream, 'data') > 0
  );
}

/**
 * Emits 'data' in the place of push().
 * @returns {boolean} as push(): false, the stream wants no more for now
 */
function emitData(stream, data) {
  const state = stream._readableState; // a listener can make the stream live again, with another one
  state.reading = false;
  stream.emit('data', data);
  if (state.ended || (state.length > 0 && state.length >= state.highWaterMark)) return false;
  state.reading = true;
  return true;
}

/** What makes text of the chunks since setEncoding(), or null. */
const decoderOf = (stream) => stream._readableState.decoder;

/** The encoding of that decoder: push() takes a text in it as it is. */
const encodingOf = (stream) => stream._readableState.encoding;

/**
 * Has each chunk of a pipe go through emit() of the stream and write() of the destination, in the place of which a
 * program may have its own. Since 26.12 stream.Readable passes both by with what was buffered, when a pipe is all
 * that listens. It asks for this after each _read() and before each chunk; null is what it has when there are two
 * pipes.
 */
function emitAll(stream) {
  const state = stream._readableState;
  if (state.pipeOnData) state.pipeOnData = null;
}

/** Whether pause() was called last, rather than resume(): what isPaused() says where the stream flows nevertheless. */
function wasPaused(state) {
  const { flowing } = state;
  state.flowing = true;
  const paused = Reflect.apply(isPaused, { _readableState: state }, []);
  state.flowing = flowing;
  return paused;
}

/**
 * Has it that pause() was called last, or resume(). Where the state keeps that is another place on Node 18 than on
 * later lines; so these methods note it, which do nothing else for a stream that does not flow, or does.
 */
function notePaused(state, paused) {
  const { flowing } = state;
  state.flowing = !paused;
  Reflect.apply(paused ? pause : resume, { _readableState: state }, []);
  state.flowing = flowing;
}

/** Has it that a stream flows, and that nobody has paused it. */
function letFlow({ _readableState: state }) {
  state.flowing = true;
  notePaused(state, false);
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

/** The encoding of a text that is written without one. */
const defaultEncodingOf = (stream) => stream._writableState.defaultEncoding;

/** Whether nothing is queued, nor gathered by cork(). */
function isFree(stream) {
  const { pendingcb, corked } = stream._writableState;
  return pendingcb === 0 && corked === 0;
}

/** Whether write() would hand on what it is given at once: nothing is queued, corked, ended or destroyed. */
function takesAtOnce(stream) {
  const state = stream._writableState;
  return (
    state.pendingcb === 0 &&
    state.corked === 0 &&
    state.constructed !== false &&
    !state.ending && // nor ended
    !state.destroyed &&
    !state.errored &&
    state.writable !== false
  );
}

/** Whether write() would give true for so much, where nothing is queued. */
const isBelowMark = (stream, length) => length < stream._writableState.highWaterMark;

/**
 * The writes that wait in the queue, and are not gathered by cork(): { chunk, encoding } of each. Within _write() those
 * that it has been given lie in front of them, as null.
 */
function queuedOf(stream) {
  const state = stream._writableState;
  return state.corked === 0 ? state.getBuffer().filter((entry) => entry !== null) : [];
}

/** Within _writev(): whether nobody has given any of the writes a callback. */
const areUncalled = (stream) => stream._writableState.allNoop === true;

/* --- the end ------------------------------------------------------------------------------------------------------ */

/** Whether the writing side is destroyed, whatever `destroyed` of a program's class says. */
const isDestroyed = (stream) => stream._writableState.destroyed;

/** Takes back that it was destroyed. */
const undestroy = (stream) => stream._undestroy();

/** Has it that a stream has told of its error, as somebody else tells it: of a destroy() to come it tells none. */
function noteErrorTold(stream) {
  stream._readableState.errorEmitted = true;
  stream._writableState.errorEmitted = true;
}

/* --- states ------------------------------------------------------------------------------------------------------- */

/**
 * The callback that stream.Writable gives to _write() of a stream. The rest of the state is for nothing; but V8 knows
 * all states that are made by `new` as one kind, and reads and makes those of each stream faster than of two.
 */
const onwriteOf = (stream) => new WritableState(undefined, stream, true).onwrite;

/** Gives `stand`, which stands for a stream, the states of that. */
function shareStates(stand, stream) {
  stand._readableState = stream._readableState;
  stand._writableState = stream._writableState;
}

/** What stream.Writable gives _write() and _writev() of a stream as their callback. */
const answerOf = (stream) => stream._writableState.onwrite;

/** Has it that what stream.Writable calls back is told to `stand`, which has the states of its stream. */
function answerTo(stand) {
  stand._writableState.onwrite = onwriteOf(stand);
}

/** What a program has asked of the reading side, which stays when the connection goes. */
const ASKED = ['flowing', 'pipes', 'awaitDrainWriters', 'multiAwaitDrain', 'readableListening'];

/** A reading side that has read nothing yet. */
function newReadableState(old) {
  const { highWaterMark, defaultEncoding, encoding, decoder } = old;
  const options = { highWaterMark, defaultEncoding, emitClose: false, autoDestroy: old.autoDestroy };
  const decodes = decoder instanceof StringDecoder;
  const state = new ReadableState(decodes ? { ...options, encoding: decoder.encoding } : options, null, true);

  for (const key of ASKED) state[key] = old[key];
  if (decoder && !decodes) { // a program's, of an encoding that Node may not know
    state.decoder = decoder;
    state.encoding = encoding;
  }
  if (wasPaused(old)) notePaused(state, true);
  state.needReadable = old.readableListening;
  if (old.readable === false) {
    state.readable = false;
    state.ended = true;
    state.endEmitted = true;
  }
  return state;
}

/** A writing side to which nothing was written yet. */
function newWritableState(old) {
  const { highWaterMark, defaultEncoding, decodeStrings, autoDestroy } = old;
  const options = { highWaterMark, defaultEncoding, decodeStrings, emitClose: false, autoDestroy };
  const state = new WritableState(options, null, true);

  if (old.writable === false) {
    state.writable = false;
    state.ending = true;
    state.ended = true;
    state.finished = true;
  }
  return state;
}

/** Gives a stream states of a fresh one with its options, but for what a program has asked of it. */
function renewStates(stream) {
  stream._readableState = newReadableState(stream._readableState);
  stream._writableState = newWritableState(stream._writableState);
}

module.exports = {
  answerOf,
  answerTo,
  areUncalled,
  awaitsReadable,
  decoderOf,
  defaultEncodingOf,
  emitAll,
  emitData,
  emitsAtOnce,
  encodingOf,
  hasEnded,
  isBelowMark,
  isDestroyed,
  isFree,
  isPiped,
  letFlow,
  noteErrorTold,
  notePaused,
  queuedOf,
  renewStates,
  shareStates,
  takesAtOnce,
  undestroy,
  wasPaused,
};
