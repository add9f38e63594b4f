'use strict';

/**
 * TLS over a socket that was told to decode, as when a protocol of text lines begins TLS amid the connection. Node's TLS
 * takes the bytes of Node's own sockets below their streams, and does not mind setEncoding(); those of any other stream
 * it takes by 'data', and refuses text (errors.md, ERR_STREAM_WRAP). So a socket of cnet decodes no more for it.
 */

const { Readable } = require('node:stream');

/** Node's module that reads a stream for TLS, and the name of its listener. */
const READER = 'node:internal/js_stream_socket';
const LISTENER = 'ondata';

/** How far up the caller of on() is looked for. */
const DEPTH = 4;

/** The files of the functions that are running; the innermost is that of `on`. */
function callers() {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder = {};

  Error.prepareStackTrace = (_, sites) => sites.map((site) => site.getFileName());
  Error.stackTraceLimit = DEPTH;
  Error.captureStackTrace(holder, callers);
  const files = holder.stack;
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  return files;
}

/** on() of a socket that decodes. */
function on(event, listener) {
  if (event === 'data' && listener?.name === LISTENER && callers().includes(READER)) {
    this._readableState.decoder = null;
    delete this.on;
  }
  return Readable.prototype.on.call(this, event, listener);
}

const methods = {
  /** Text instead of bytes from now on (stream.md, readable.setEncoding()). */
  setEncoding(encoding) {
    Readable.prototype.setEncoding.call(this, encoding);
    if (!Object.hasOwn(this, 'on')) Object.defineProperty(this, 'on', { value: on, writable: true, configurable: true });
    return this;
  },
};

module.exports = { methods };
