'use strict';

/** cnet/promises: connect() and listen() that resolve when it is done, as net/promises of the coming Node has them. */

require('./common/runtime');
require('./node-internals/together').loadTogether(module);

const { readEnvironment } = require('./program/environment');

readEnvironment();

const { normalizeArgs, toNumber } = require('./options/arguments');
const { holdUntilWanted } = require('./server/connection-iterator');
const { createServer } = require('./server/create');
const { connect: createConnection } = require('./socket/create');
const { AbortError, codes } = require('./common/errors');
const { onlyOf } = require('./common/misplaced');
const { validateAbortSignal } = require('./common/validate');

/* --- arguments -------------------------------------------------------------------------------------------------- */

const isObject = (value) => typeof value === 'object' && value !== null;

/** A collection of options, and not a handle or a server. */
function isPlain(value) {
  if (!isObject(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * @returns {{ positional: any[], extra: object, listener?: Function }} the options and the function that end the
 * arguments
 */
function splitArgs(args) {
  const positional = [...args];
  const listener = typeof positional.at(-1) === 'function' ? positional.pop() : undefined;
  const extra = positional.length > 1 && isObject(positional.at(-1)) ? positional.pop() : {};
  return { positional, extra, listener };
}

function throwIfAborted(signal) {
  validateAbortSignal(signal, 'options.signal');
  if (signal?.aborted) throw abortError(signal);
}

const abortError = (signal) => new AbortError(undefined, { cause: signal.reason });

/* --- connect() -------------------------------------------------------------------------------------------------- */

/** Resolves with `emitter` at the event `name`, rejects at its 'error', or at its 'close' with what `early()` makes. */
function arrival(emitter, name, early) {
  return new Promise((resolve, reject) => {
    const settle = (done, value) => {
      emitter.off(name, onArrival).off('error', onError).off('close', onClose);
      done(value);
    };
    const onArrival = () => settle(resolve, emitter);
    const onError = (error) => settle(reject, error);
    const onClose = () => settle(reject, early());
    emitter.on(name, onArrival).on('error', onError).on('close', onClose);
  });
}

/**
 * net.connect(), as a promise. A `signal` of the options gives the attempt up when it is aborted; once there is a
 * connection it says nothing any more.
 * @param {...any} args (options | path | port[, host])[, options][, listener of 'connect']
 * @returns {Promise<import('./socket/socket').Socket>} a connected socket; rejected with the socket's error, or an
 *   AbortError
 */
async function connect(...args) {
  const { positional, extra, listener } = splitArgs(args);
  const [options] = normalizeArgs(positional);
  const all = positional.length > 0 && Object.keys(extra).length === 0 ? options : { ...options, ...extra };

  const { signal } = all;
  throwIfAborted(signal);
  const socket = createConnection({ ...all, signal: undefined }, listener);
  const onAbort = () => socket.destroy(abortError(signal));
  if (signal?.aborted) onAbort(); // by what connect() has called
  else signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await arrival(socket, 'connect', () => new codes.ERR_SOCKET_CLOSED_BEFORE_CONNECTION());
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/* --- listen() --------------------------------------------------------------------------------------------------- */

/** @returns {[any[], object]} the arguments of server.listen(), and the options of new Server() */
function readListenArgs(positional, extra) {
  const [first, second] = positional;

  if (isObject(first) && !isPlain(first)) return [positional, extra]; // a handle, or what has one
  if (isObject(first)) {
    const options = { ...first, ...extra };
    return [[withoutSignal(options), ...positional.slice(1)], options];
  }
  const backlog = (positional.length > 1 && toNumber(second)) || (positional.length > 2 && toNumber(positional[2]));
  const options = { port: 0, ...normalizeArgs(positional)[0], ...extra };
  if (options.path !== undefined) delete options.port;
  if (backlog) options.backlog ??= backlog;
  return [[withoutSignal(options)], options];
}

/** server.listen() is not given the signal: it is heeded here, for handles too. */
function withoutSignal(options) {
  const rest = { ...options };
  delete rest.signal;
  return rest;
}

/** Closes the server when the signal is aborted, until it has closed by itself or could not listen. */
function closeOnAbort(server, signal) {
  const onAbort = () => server.close();
  const forget = () => signal.removeEventListener('abort', onAbort);
  signal.addEventListener('abort', onAbort, { once: true });
  server.once('close', forget);
  return forget;
}

/**
 * net.createServer() and server.listen() at once, as a promise. The options of both are in one object. A `signal` of
 * the options closes the server whenever it is aborted.
 * @param {...any} args ([port[, host[, backlog]]] | path[, backlog] | handle[, backlog] | options)[, options]
 *   [, listener of 'connection']
 * @returns {Promise<import('./server/server').Server>} a listening server; rejected with the server's error, or an
 *   AbortError
 */
async function listen(...args) {
  const { positional, extra, listener } = splitArgs(args);
  const [listenArgs, options] = readListenArgs(positional, extra);
  const { signal } = options;

  throwIfAborted(signal);
  const server = createServer(onlyOf('createServer()', options), listener ?? options.connectionListener);
  const forget = signal === undefined ? () => {} : closeOnAbort(server, signal);
  holdUntilWanted(server); // between listen() and the loop none gets lost
  const closed = () => (signal?.aborted ? abortError(signal) : new codes.ERR_SERVER_NOT_RUNNING());
  const listening = arrival(server, 'listening', closed);
  try {
    server.listen(...listenArgs);
    return await listening;
  } catch (error) {
    forget();
    throw error;
  }
}

module.exports = { connect, listen };
