'use strict';

/**
 * transfer() and receive(): sockets, servers and bound sockets moved between the threads of a process. Node does it
 * in the transfer list of postMessage(), which takes its own classes alone. transfer() makes a token, a plain object
 * that can be cloned, of one; receive() makes one of the token. The connection or the port is the same throughout:
 * what moves is its descriptor. That, and whatever the receiver has to know of it, is kept by C meanwhile
 * (src/core/ticket.c); the token has no more than a name that nobody can guess.
 */

const { inspect } = require('node:util');

const native = require('../native/binding');
const { BlockList } = require('../address/block-list');
const { BoundSocket, boundSocketOf, kAdopt } = require('../socket/bound-socket');
const { codes, errnoException, invalidArgType, invalidArgValue } = require('../common/errors');
const { giveFirst, takeBuffered } = require('../socket/first-bytes');
const { KIND } = require('../native/constants');
const { refuseOnThread } = require('../options/io-threads');
const { Handle, Pipe, SERVER, SOCKET, TCP } = require('../native/handle');
const { applyHeader, headerOfClone, proxyOfClone, proxyToClone } = require('../server/proxy-protocol');
const { Server } = require('../server/server');
const { NodeStream } = require('../socket/node-stream');
const { Socket } = require('../socket/socket');
const { kHandle } = require('../common/symbols');
const {
  kAttach, kBoundToPath, kIsSpliced, kKeepAlive, kLife, kNoDelay, kShutdownCallback, kTypeOfService,
  kWriteCallback,
} = require('../socket/state');
const uv = require('../native/uv');
const { validateObject } = require('../common/validate');

/** Node's own, which are loaded when something is moved. */
const v8 = () => require('node:v8');
const threads = () => require('node:worker_threads');

/** The kinds of what can be moved; C knows them by their number. */
const TYPES = ['Socket', 'Server', 'BoundSocket'];

/* --- tokens nobody has received ----------------------------------------------------------------------------------- */

/** @type {WeakMap<object, Sent>} what was sent to a thread or a port */
const sentTo = new WeakMap();

/** Fewer keys than these are not looked through. */
const FEW = 64;

/** The keys of what was sent, those that nobody has received among them: no fewer than half, where they are not few. */
class Sent {
  keys = new Set();
  #most = FEW;

  add(key) {
    this.keys.add(key);
    if (this.keys.size < this.#most) return;
    for (const one of this.keys) if (!native.tokenWaits(one)) this.keys.delete(one);
    this.#most = Math.max(FEW, 2 * this.keys.size);
  }
}

/**
 * Whether there will be no 'exit' or 'close' any more. A thread that has ended has no number. A port that is closed
 * cannot keep the thread alive, whatever it is told.
 */
function hasEnded(target) {
  if (target instanceof threads().Worker) return target.threadId < 0;
  if (target.hasRef()) return false;
  target.ref();
  const isOpen = target.hasRef();
  target.unref();
  return !isOpen;
}

/** Closes what `target`, a Worker or a MessagePort, has not received when it ends; at once, when it has ended. */
function closeWith(target, key) {
  if (hasEnded(target)) {
    native.tokenDrop(key);
    return;
  }
  let sent = sentTo.get(target);
  if (sent === undefined) {
    sent = new Sent();
    sentTo.set(target, sent);
    target.once(target instanceof threads().Worker ? 'exit' : 'close', () => {
      sentTo.delete(target);
      for (const left of sent.keys) native.tokenDrop(left);
    });
  }
  sent.add(key);
}

/* --- transfer ----------------------------------------------------------------------------------------------------- */

/**
 * A token for what `handle` is open on: its descriptor is duplicated. A thread does not come to its end while a token
 * of its own waits: it would close the descriptor. The main thread need not wait, as it takes all others with it.
 */
function makeToken(type, handle, notes) {
  refuseOnThread(handle, 'transfer()');
  const key = native.tokenNew(handle.id, TYPES.indexOf(type), v8().serialize(notes), !threads().isMainThread);
  if (typeof key === 'number') throw errnoException(key, 'dup');
  return Object.defineProperty({ type, key }, inspect.custom, { value: inspectToken });
}

/**
 * What util.inspect() shows of a token, and so what gets into logs: not the key, which is as secret as the
 * connection.
 */
function inspectToken(depth, options) {
  if (depth < 0) return '[TransferToken]';
  return `TransferToken ${inspect({ type: this.type }, options)}`;
}

/**
 * Closes what the token stands for with the thread or port, if there is one, that does not receive it.
 * @returns {object}
 */
function sendTo(to, token) {
  if (to !== undefined) closeWith(to, token.key);
  return token;
}

/** Nothing that is on its way out would be lost, nor what is half decoded. */
function isMovable(socket) {
  const { _handle: handle } = socket;
  return (
    handle instanceof Handle &&
    handle.path === undefined && // its file goes with the handle
    !socket.destroyed &&
    !socket.connecting &&
    !socket[kIsSpliced] &&
    socket[kLife].standIn === null &&
    socket.writableLength === 0 &&
    socket.writableEnded === socket.writableFinished &&
    socket[kWriteCallback] === null &&
    socket[kShutdownCallback] === null &&
    (socket.readableEncoding === null || socket.bytesRead === 0)
  );
}

/** Why a socket has nothing that could be moved; undefined: it has, but not now. */
function whyNotThere(socket) {
  if (socket.destroyed) return 'it is closed';
  if (socket.connecting) return 'it is not connected yet';
  if (socket[kHandle] instanceof NodeStream) return 'TLS or http2 has its connection';
  return socket._handle ? undefined : 'it is not connected';
}

function transferSocket(socket, to) {
  refuseOnThread(socket._handle, 'transfer()'); // whatever waits there: it cannot be moved later either
  if (!isMovable(socket)) throw new codes.ERR_WORKER_HANDLE_NOT_TRANSFERABLE('net.Socket', whyNotThere(socket));
  const settings = {
    allowHalfOpen: socket.allowHalfOpen,
    noDelay: socket[kNoDelay],
    keepAlive: socket[kKeepAlive],
    typeOfService: socket[kTypeOfService],
    bound: socket[kBoundToPath],
    ended: socket.writableEnded,
    proxyHeader: socket.proxyHeader,
  };
  const token = makeToken('Socket', socket._handle, settings);
  const data = takeBuffered(socket);
  const err = data === null ? 0 : native.tokenData(token.key, data);
  socket.destroy();
  if (err) {
    native.tokenDrop(token.key);
    throw errnoException(err, 'dup');
  }
  return sendTo(to, token);
}

function transferServer(server, to) {
  const { _handle: handle, blockList } = server;
  if (handle instanceof Pipe)
    throw new codes.ERR_WORKER_HANDLE_NOT_TRANSFERABLE(
      'net.Server',
      'it listens on a path, whose file stays with its thread',
    );
  if (!(handle instanceof TCP))
    throw new codes.ERR_WORKER_HANDLE_NOT_TRANSFERABLE('net.Server', handle ? undefined : 'it does not listen');
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
  });
  server.close();
  return sendTo(to, token);
}

function transferBound(bound, to) {
  let handle = null;
  if (bound.isPipe)
    throw new codes.ERR_WORKER_HANDLE_NOT_TRANSFERABLE(
      'net.BoundSocket',
      'it is bound to a path, whose file stays with its thread',
    );
  if (!bound.isPipe) {
    try {
      handle = bound[kHandle];
    } catch {
      // given away, or closed
    }
  }
  if (handle === null) throw new codes.ERR_WORKER_HANDLE_NOT_TRANSFERABLE('net.BoundSocket');
  const token = makeToken('BoundSocket', handle, {});
  bound[kAdopt]().close();
  return sendTo(to, token);
}

/**
 * A token for a socket, a server or a bound socket, which is closed here: 'close' comes, and nothing is sent to the
 * peer. The token can be cloned, so it may go to any thread of the process, in postMessage() or as workerData, and
 * receive() there goes on with it; so it does here. What was read and not consumed goes along.
 *
 * The token names a descriptor, for whoever knows it: it is as secret as the connection. In a worker, it keeps the
 * thread from ending by itself; what nobody has received when the thread is ended is closed.
 * @param {Socket | Server | BoundSocket} source
 * @param {{ to?: Worker | MessagePort }} [options] `to`: where it is sent; what was not received there when that thread
 *   or port ends, or has ended, is closed
 * @returns {object} the token
 * @throws ERR_INVALID_ARG_TYPE; ERR_WORKER_HANDLE_NOT_TRANSFERABLE while it connects, when it is closed or does not
 *   listen, while writes or an end wait, with an encoding when it has read, for paths (connections over one can move);
 *   EMFILE
 */
function transfer(source, options = {}) {
  validateObject(options, 'options');
  const { to } = options;
  if (to !== undefined && !(to instanceof threads().Worker) && !(to instanceof threads().MessagePort)) {
    throw invalidArgType('options.to', ['Worker', 'MessagePort'], to);
  }
  if (source instanceof Socket) return transferSocket(source, to);
  if (source instanceof Server) return transferServer(source, to);
  if (source instanceof BoundSocket) return transferBound(source, to);
  throw invalidArgType('source', ['Socket', 'Server', 'BoundSocket'], source);
}

/* --- receive ------------------------------------------------------------------------------------------------------ */

/** By kind of a stream in C. */
const KINDS = { [KIND.TCP]: TCP, [KIND.PIPE]: Pipe };

/**
 * Takes what the token names.
 * @param {{ key: string, kind: number, Gone: Function }} known `Gone`: the class of the error when it has been taken
 *   before
 */
function take({ key, kind, Gone }, asyncType) {
  const handle = KINDS[kind].make(asyncType);
  const err = native.tokenTake(handle.id, key);
  if (err === 0) return handle;
  handle.close();
  throw err === uv.ENOENT ? new Gone() : errnoException(err, 'open');
}

function receiveSocket(known, options) {
  const { allowHalfOpen, noDelay, keepAlive, typeOfService, bound, ended, proxyHeader } = known.notes;
  const socket = new Socket({ allowHalfOpen, ...options, handle: undefined, fd: undefined });
  const handle = take(known, SOCKET);

  if (socket.destroyed) { // by a signal
    handle.close();
    return socket;
  }
  socket[kAttach](handle, bound);
  socket[kNoDelay] = noDelay; // the descriptor is set so
  if (keepAlive !== null) socket[kKeepAlive] = keepAlive;
  if (typeOfService !== undefined) socket[kTypeOfService] = typeOfService;
  if (proxyHeader) applyHeader(socket, headerOfClone(proxyHeader));
  if (known.data !== undefined) giveFirst(socket, known.data);
  if (ended) socket.end();
  return socket;
}

function receiveServer(known, options, listener) {
  const { rules, limits, proxy, ...settings } = known.notes;
  const [given, accept] = typeof options === 'function' ? [{}, options] : [options, listener];
  const blockList = rules === null ? undefined : new BlockList();
  blockList?.fromJSON(rules);
  const server = new Server({ blockList, proxyProtocol: proxyOfClone(proxy), ...settings, ...given }, accept);
  for (const [name, limit] of Object.entries(limits)) {
    if (limit !== undefined) server[name] = limit;
  }
  return server.listen(take(known, SERVER));
}

const RECEIVERS = {
  Socket: receiveSocket,
  Server: receiveServer,
  BoundSocket: (known) => boundSocketOf(take(known, SOCKET)),
};

const GONE = {
  Socket: codes.ERR_SOCKET_CLOSED,
  Server: codes.ERR_SERVER_NOT_RUNNING,
  BoundSocket: codes.ERR_SOCKET_HANDLE_ADOPTED,
};

/** What C knows of a token; of the object itself nothing but its two words counts. */
function lookUp(token) {
  const { type, key } = token ?? {};
  const found = TYPES.includes(type) && typeof key === 'string' ? native.tokenLook(key) : uv.EINVAL;

  if (found === uv.ENOENT) throw new GONE[type]();
  if (typeof found === 'number' && found !== uv.EINVAL) throw errnoException(found, 'open');
  const [number, kind, notes, data] = typeof found === 'number' ? [] : found;
  if (TYPES[number] !== type || type === undefined) throw invalidArgValue('token', token, 'must come from transfer()');
  return { type, key, kind, data, notes: v8().deserialize(notes), Gone: GONE[type] };
}

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
  const known = lookUp(token);
  return RECEIVERS[known.type](known, options, connectionListener);
}

module.exports = { receive, transfer };
