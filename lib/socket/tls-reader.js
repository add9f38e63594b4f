'use strict';

/**
 * TLS over a socket. Node's TLS takes the handle of one of Node's own sockets, below the stream: what comes is no
 * 'data' of that socket, whoever listens and whatever it was told to decode; its end and its failures are those of
 * the TLS socket alone. Any other stream it reads by 'data', and refuses text (errors.md, ERR_STREAM_WRAP). So that a
 * program sees the same, a socket of cnet gives these events to TLS, once that reads it, and to nobody else.
 */

const { Duplex } = require('node:stream');

const { letFlow } = require('./life');
const { callNode } = require('../node-internals/net');
const { kHandle, kLife, kLiveAgain, kTlsListeners, kWillConnect } = require('./state');

/** Node's module that reads a stream for TLS, and the name of its listener of 'data'. */
const READER = 'node:internal/js_stream_socket';
const LISTENER = 'ondata';

/** How far up the caller of on() is looked for: once() may be between. */
const DEPTH = 6;

/** The files that the lines of a stack end with: `at name (file:1:2)`, or `at file:1:2`. */
const filesOf = (stack) =>
  String(stack)
    .split('\n')
    .slice(1, DEPTH + 1)
    .map((line) => /([^\s()]+):\d+:\d+\)?$/.exec(line)?.[1]);

/** The files of the functions that are running; the innermost is that of on(). */
function callers() {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder = {};
  const isOurs = Reflect.set(Error, 'prepareStackTrace', (_, sites) => sites.map((site) => site.getFileName()));

  if (!isOurs) { // with --frozen-intrinsics: so it is nobody else's either
    Error.captureStackTrace(holder, callers);
    return filesOf(holder.stack);
  }
  Error.stackTraceLimit = DEPTH;
  Error.captureStackTrace(holder, callers);
  const files = holder.stack;
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  return files;
}

/** Node's TLS and http2 have that module read a stream; a program, which may have it by a flag, is none of these. */
function isForTls() {
  const files = callers();
  const reader = files.lastIndexOf(READER);
  return reader >= 0 && String(files[reader + 1]).startsWith('node:');
}

/** Of the connection, as against what a program gave to destroy(). */
const isOwn = (error) => ['read', 'write', 'shutdown'].includes(error?.syscall);

/** emit() of a socket that TLS reads. */
function emit(event, ...args) {
  const reader = this[kTlsListeners];

  if (event === 'close') return Duplex.prototype.emit.call(this, event, args[0] && !reader.failed);
  if (reader[event] === undefined || (event === 'error' && !isOwn(args[0])))
    return Duplex.prototype.emit.call(this, event, ...args);
  if (event === 'error') reader.failed = true;
  if (event === 'end') this.allowHalfOpen = true; // TLS still has to send close_notify
  Reflect.apply(reader[event], this, args);
  return true;
}

/**
 * removeAllListeners() of a socket that TLS reads: TLS is no listener of the program's, and the stream flows on for
 * it.
 */
function removeAllListeners(...args) {
  Duplex.prototype.removeAllListeners.apply(this, args);
  if (!this.listeners('data').includes(this[kTlsListeners].data))
    Duplex.prototype.on.call(this, 'data', this[kTlsListeners].data);
  return this;
}

/**
 * @param {Function} ondata the listener of 'data'; that of 'error' was the last that was added, that of 'end' comes
 * next
 */
function giveToTls(socket, ondata) {
  takeFromTls(socket); // from the one that has read an earlier connection
  letFlow(socket._readableState, false);
  socket._readableState.flowing = false; // as the reader has it until it begins
  if (socket.destroyed && socket[kHandle] === null) socket[kLiveAgain](); // it is the next connection that TLS is for
  const { decoder } = socket._readableState;
  socket._readableState.decoder = null;
  socket[kTlsListeners] = {
    data: ondata,
    error: socket.listeners('error').at(-1),
    end: undefined,
    failed: false,
    decoder,
  };
  if (socket[kHandle] === null && !socket.destroyed) socket[kWillConnect] = true; // TLS speaks at once: it is kept
  for (const method of [emit, removeAllListeners]) {
    Object.defineProperty(socket, method.name, { value: method, writable: true, configurable: true });
  }
}

/** TLS that has read a connection has ended with it: what comes is the program's again, or another reader's. */
function takeFromTls(socket) {
  const reader = socket[kTlsListeners];
  if (!reader) return;
  for (const event of ['data', 'end', 'error']) if (reader[event]) socket.off(event, reader[event]);
  for (const method of [emit, removeAllListeners]) if (socket[method.name] === method) delete socket[method.name];
  socket[kTlsListeners] = null;
  socket._readableState.decoder = reader.decoder;
  letFlow(socket._readableState, socket.listenerCount('data') > 0);
}

const methods = {
  on(event, listener) {
    if (this[kLife] === undefined) return callNode(this, 'on', [event, listener]);
    if (event === 'data' && listener?.name === LISTENER && (this.isPaused() || this.destroyed) && isForTls())
      giveToTls(this, listener);
    else if (event === 'end' && this[kTlsListeners] && isForTls()) this[kTlsListeners].end = listener;
    return Duplex.prototype.on.call(this, event, listener);
  },
};

module.exports = { methods, takeFromTls };
