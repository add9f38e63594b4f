'use strict';

/**
 * transfer() and receive(): sockets, servers and bound sockets moved between the threads of a process. Node does it in
 * the transfer list of postMessage(), which takes its own classes alone. transfer() makes a token, a plain object that
 * can be cloned, of one; receive() makes one of the token. The connection or the port is the same throughout: what moves is
 * its descriptor, which the token owns meanwhile (src/token.c).
 */

const { Buffer } = require('node:buffer');
const { Duplex } = require('node:stream');
const { clearInterval, setInterval } = require('node:timers');
const { isInt32Array, isSharedArrayBuffer } = require('node:util/types');
const { Worker, isMainThread } = require('node:worker_threads');

const native = require('./binding');
const { BlockList } = require('./block-list');
const { BoundSocket, boundSocketOf } = require('./bound-socket');
const { codes, errnoException, invalidArgType, invalidArgValue } = require('./errors');
const { Handle, Pipe, SERVER, SOCKET, TCP } = require('./handle');
const { applyHeader, headerOfClone, proxyOfClone, proxyToClone } = require('./proxy-server');
const { Server } = require('./server');
const { Socket } = require('./socket');
const {
  kAdopt, kAttach, kBound, kHandle, kKeepAlive, kNoDelay, kRelayed, kShutDownDone, kTlsReader, kTypeOfService, kWriteDone,
} = require('./symbols');
const uv = require('./uv');
const { validateObject } = require('./validate');

/** Milliseconds between two looks at whether a token has been received: see holdThread(). */
const LOOK = 20;

const nothing = () => false;

/* --- tokens nobody has received ------------------------------------------------------------------------------------ */

let looking = null;

/**
 * A thread does not come to its end while a token of its own waits: it would close the descriptor. That somebody
 * has taken it shows in the token's memory alone. The main thread need not wait, as it takes all others with it.
 */
function holdThread() {
  looking ??= setInterval(() => {
    if (native.tokensHeld() > 0) return;
    clearInterval(looking);
    looking = null;
  }, LOOK);
}

/** @type {WeakMap<object, Set<Int32Array>>} for each thread or port, the words of what was sent there, oldest first */
const sentTo = new WeakMap();

/** Closes what `target`, a Worker or a MessagePort, has not received when it ends. */
function closeWith(target, word) {
  let words = sentTo.get(target);
  if (words === undefined) {
    words = new Set();
    sentTo.set(target, words);
    target.once(target instanceof Worker ? 'exit' : 'close', () => {
      sentTo.delete(target);
      for (const left of words) native.tokenDrop(left);
    });
  }
  for (const oldest of words) {
    if (Atomics.load(oldest, 0) >= 0) break;
    words.delete(oldest);
  }
  words.add(word);
}

/* --- transfer ----------------------------------------------------------------------------------------------------- */

/** A token for what `handle` is open on: its descriptor is duplicated. */
function makeToken(type, handle, options, to) {
  const word = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const err = native.tokenNew(handle.id, word, !isMainThread);
  if (err) throw errnoException(err, 'dup');
  if (!isMainThread) holdThread();
  if (to !== undefined) closeWith(to, word);
  return { type, isPipe: handle instanceof Pipe, word, options, data: null };
}

/** Nothing that is on its way out would be lost, nor what is half decoded. */
function isMovable(socket) {
  const { _handle: handle } = socket;
  return (
    handle instanceof Handle &&
    handle.path === undefined && // its file goes with the handle
    !socket.destroyed &&
    !socket.connecting &&
    !socket[kRelayed] &&
    !socket[kTlsReader] &&
    socket.writableLength === 0 &&
    socket.writableEnded === socket.writableFinished &&
    socket[kWriteDone] === null &&
    socket[kShutDownDone] === null &&
    (socket.readableEncoding === null || socket.bytesRead === 0)
  );
}

/** What was read and not consumed, in memory of its own; nobody is told. */
function takeBuffered(socket) {
  const length = socket.readableLength;
  if (length === 0) return null;
  socket.emit = nothing;
  socket._read = nothing;
  const data = Duplex.prototype.read.call(socket, length); // exactly all: no 'end' follows
  delete socket.emit;
  delete socket._read;
  return Uint8Array.from(data);
}

function transferSocket(socket, to) {
  if (!isMovable(socket)) throw new codes.ERR_WORKER_HANDLE_NOT_TRANSFERABLE('net.Socket');
  const token = makeToken('Socket', socket._handle, {
    allowHalfOpen: socket.allowHalfOpen,
    noDelay: socket[kNoDelay],
    keepAlive: socket[kKeepAlive],
    typeOfService: socket[kTypeOfService],
    bound: socket[kBound],
    ended: socket.writableEnded,
    proxyHeader: socket.proxyHeader,
  }, to);
  token.data = takeBuffered(socket);
  socket.destroy();
  return token;
}

function transferServer(server, to) {
  const { _handle: handle, blockList } = server;
  if (!(handle instanceof TCP)) throw new codes.ERR_WORKER_HANDLE_NOT_TRANSFERABLE('net.Server');
  const token = makeToken('Server', handle, {
    allowHalfOpen: server.allowHalfOpen,
    pauseOnConnect: server.pauseOnConnect,
    noDelay: server.noDelay,
    keepAlive: server.keepAlive,
    keepAliveInitialDelay: server.keepAliveInitialDelay * 1000,
    highWaterMark: server.highWaterMark,
    limits: {
      maxConnections: server.maxConnections,
      maxConnectionsPerAddress: server.maxConnectionsPerAddress,
      maxConnectionsPerPrefix: server.maxConnectionsPerPrefix,
      maxConnectionRate: server.maxConnectionRate,
    },
    rules: blockList ? [...blockList.rules] : null,
    proxy: proxyToClone(server),
  }, to);
  server.close();
  return token;
}

function transferBound(bound, to) {
  let handle = null;
  if (!bound.isPipe) {
    try {
      handle = bound[kHandle];
    } catch {
      // given away, or closed
    }
  }
  if (handle === null) throw new codes.ERR_WORKER_HANDLE_NOT_TRANSFERABLE('net.BoundSocket');
  const token = makeToken('BoundSocket', handle, {}, to);
  bound[kAdopt]().close();
  return token;
}

/**
 * A token for a socket, a server or a bound socket, which is closed here: 'close' comes, and nothing is sent to the
 * peer. The token can be cloned, so it may go to any thread of the process, in postMessage() or as workerData, and
 * receive() there goes on with it; so it does here. What was read and not consumed goes along.
 *
 * The token owns a descriptor. In a worker, it keeps the thread from ending by itself; what nobody has received when the
 * thread is ended is closed.
 * @param {Socket | Server | BoundSocket} source
 * @param {{ to?: Worker | MessagePort }} [options] `to`: where it is sent; what was not received there when that thread
 *   or port ends is closed
 * @returns {object} the token
 * @throws ERR_INVALID_ARG_TYPE; ERR_WORKER_HANDLE_NOT_TRANSFERABLE while it connects, when it is closed or does not
 *   listen, while writes or an end wait, with an encoding when it has read, for paths (connections over one can move);
 *   EMFILE
 */
function transfer(source, options = {}) {
  validateObject(options, 'options');
  const { to } = options;
  if (to !== undefined && typeof to?.once !== 'function') {
    throw invalidArgType('options.to', ['Worker', 'MessagePort'], to);
  }
  if (source instanceof Socket) return transferSocket(source, to);
  if (source instanceof Server) return transferServer(source, to);
  if (source instanceof BoundSocket) return transferBound(source, to);
  throw invalidArgType('source', ['Socket', 'Server', 'BoundSocket'], source);
}

/* --- receive ------------------------------------------------------------------------------------------------------- */

/** Takes what the token owns. `gone`: the class of the error when it has been taken before. */
function take({ isPipe, word }, asyncType, gone) {
  const handle = (isPipe ? Pipe : TCP).make(asyncType);
  const err = native.tokenTake(handle.id, word);
  if (err === 0) return handle;
  handle.close();
  throw err === uv.EALREADY ? new gone() : errnoException(err, 'open');
}

function receiveSocket(token, options) {
  const { allowHalfOpen, noDelay, keepAlive, typeOfService, bound, ended, proxyHeader } = token.options;
  const socket = new Socket({ allowHalfOpen, ...options, handle: undefined, fd: undefined });
  const handle = take(token, SOCKET, codes.ERR_SOCKET_CLOSED);

  if (socket.destroyed) { // by a signal
    handle.close();
    return socket;
  }
  socket[kAttach](handle, bound);
  socket[kNoDelay] = noDelay; // the descriptor is set so
  socket[kKeepAlive] = keepAlive;
  socket[kTypeOfService] = typeOfService;
  if (proxyHeader) applyHeader(socket, headerOfClone(proxyHeader));
  if (token.data !== null) socket.push(Buffer.from(token.data.buffer, token.data.byteOffset, token.data.byteLength));
  if (ended) socket.end();
  return socket;
}

function receiveServer(token, options, listener) {
  const { rules, limits, proxy, ...settings } = token.options;
  const [given, accept] = typeof options === 'function' ? [{}, options] : [options, listener];
  const blockList = rules === null ? undefined : new BlockList();
  blockList?.fromJSON(rules);
  const server = new Server({ blockList, proxyProtocol: proxyOfClone(proxy), ...settings, ...given }, accept);
  for (const [name, limit] of Object.entries(limits)) {
    if (limit !== undefined) server[name] = limit;
  }
  return server.listen(take(token, SERVER, codes.ERR_SERVER_NOT_RUNNING));
}

const RECEIVERS = {
  Socket: receiveSocket,
  Server: receiveServer,
  BoundSocket: (token) => boundSocketOf(take(token, SOCKET, codes.ERR_SOCKET_HANDLE_ADOPTED)),
};

const isToken = (value) =>
  Object.hasOwn(RECEIVERS, value?.type ?? '') && isInt32Array(value.word) && isSharedArrayBuffer(value.word.buffer);

/**
 * What transfer() made the token of: once, in whichever thread comes first.
 * A socket reads when it is asked to, as a new one; a server listens, and 'listening' comes.
 * @param {object} token
 * @param {object | Function} [options] of new Socket() or new Server(), over those that it had; for a server also its
 *   listener
 * @param {Function} [connectionListener] of a server
 * @returns {Socket | Server | BoundSocket}
 * @throws ERR_INVALID_ARG_VALUE; ERR_SOCKET_CLOSED, ERR_SERVER_NOT_RUNNING, ERR_SOCKET_HANDLE_ADOPTED when it has been
 *   received before, or closed
 */
function receive(token, options = undefined, connectionListener = undefined) {
  if (!isToken(token)) throw invalidArgValue('token', token, 'must come from transfer()');
  return RECEIVERS[token.type](token, options, connectionListener);
}

module.exports = { receive, takeBuffered, transfer };
