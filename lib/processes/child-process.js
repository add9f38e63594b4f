'use strict';

/**
 * Sockets and servers of cnet for child.send() and process.send(), which take Node's own alone
 * (child_process.md, subprocess.send()). toNode() makes Node's object of one, to be sent; fromNode() makes one of
 * cnet of what has arrived. The connection or the port is the same throughout: only its descriptor is duplicated.
 */

const fs = require('node:fs');

const native = require('../native/binding');
const { BoundSocket, boundSocketOf, kAdopt } = require('../socket/bound-socket');
const { codes, errnoException, invalidArgType } = require('../common/errors');
const { giveChunks } = require('../socket/first-bytes');
const { refuseOnThread } = require('../options/io-threads');
const { HAS_DESCRIPTORS, Handle, SERVER, SOCKET, adopt } = require('../native/handle');
const { countFor } = require('../node-internals/child-process');
const {
  connectionHandleOn, detachHandle, fdOfNode, giveHandle, handleOf, serverHandleOn,
} = require('../node-internals/handles');
const { hasEnded } = require('../node-internals/streams');
const { copyHandle, takeHandle, whenClosed } = require('../native/node-handle');
const nodeNet = require('../node-internals/net');
const { readEnvironment } = require('../program/environment');
const { Server } = require('../server/server');
const { Socket } = require('../socket/socket');
const { kFirstBytes, kIsSpliced, kWriteCallback } = require('../socket/state');
const { kAllowedUids } = require('../server/state');
const uv = require('../native/uv');

/** Node's object that `make` makes over a duplicate of the descriptor of a handle. */
function overCopy(handle, make) {
  const fd = native.dup(handle.fd);
  if (fd < 0) throw errnoException(fd, 'dup');
  try {
    return make(fd);
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

/* --- to Node ---------------------------------------------------------------------------------------------------- */

/** Lets go of a connection that lives on elsewhere: without 'close', as Node does with a socket that was sent. */
function release(socket) {
  const { _handle: handle, [kWriteCallback]: done } = socket;

  socket.setTimeout(0);
  handle.readStop();
  handle.reading = false;
  socket._handle = null;
  socket._server = null;
  if (done === null) {
    handle.close();
    return;
  }
  socket[kWriteCallback] = (error) => { // what is on its way still goes
    handle.close();
    done(error);
  };
}

/**
 * Whatever makes it impossible that another process goes on with all that belongs to the connection.
 * @throws ERR_SOCKET_IN_USE
 */
function refuseLoss(socket) {
  if (socket[kIsSpliced]) throw new codes.ERR_SOCKET_IN_USE('it is relayed by splice()');
  if (socket.readableLength > 0 || socket[kFirstBytes] !== null)
    throw new codes.ERR_SOCKET_IN_USE('bytes that it has read would be lost, unless its server has pauseOnConnect');
}

/** A handle of Node's over a duplicate of the socket of a connection (Windows). */
function overSocket(handle) {
  const copy = native.copy(handle.id);
  if (copy < 0) throw errnoException(copy, 'dup');
  const nodeHandle = connectionHandleOn(copy) ?? uv.ENOTSUP;
  if (typeof nodeHandle !== 'number') return nodeHandle;
  native.closeFd(copy);
  throw errnoException(nodeHandle, 'open');
}

/** What Node's socket for a connection is made with: nobody reads here. */
const optionsOf = ({ allowHalfOpen }) => ({ allowHalfOpen, pauseOnCreate: true });

/** Of a connection that has come from another process, or from a socket of Node's, on Windows. */
const NO_DUPLICATE = "This handle cannot be sent: it is one of Node's own, which cnet cannot duplicate on Windows";

function socketToNode(socket, { keepOpen = false }) {
  const { _handle: handle } = socket;

  if (!handle) return new nodeNet.Socket();
  if (socket.connecting) throw new codes.ERR_INVALID_HANDLE_TYPE();
  if (!(handle instanceof Handle)) throw new codes.ERR_INVALID_HANDLE_TYPE(HAS_DESCRIPTORS ? undefined : NO_DUPLICATE);
  refuseOnThread(handle, 'toNode()');
  const twin = HAS_DESCRIPTORS
    ? overCopy(handle, (fd) => new nodeNet.Socket({ fd, ...optionsOf(socket) }))
    : new nodeNet.Socket({ handle: overSocket(handle), ...optionsOf(socket) });
  countFor(twin, socket, keepOpen);
  if (keepOpen) return twin;
  release(socket);
  return twin;
}

/** @type {WeakMap<Handle, nodeNet.Server>} Node's server for each handle that was asked for one */
const twins = new WeakMap();

function makeHandle(fd) {
  const nodeHandle = serverHandleOn(fd);
  if (typeof nodeHandle === 'number') throw errnoException(nodeHandle, 'open');
  return nodeHandle;
}

function makeServer(fd) {
  const nodeHandle = makeHandle(fd);
  const twin = new nodeNet.Server();
  giveHandle(twin, nodeHandle); // it does not listen here: the connections would go to it
  return twin;
}

function serverToNode({ _handle: handle }) {
  if (!handle) return new nodeNet.Server();
  if (!(handle instanceof Handle)) throw new codes.ERR_INVALID_HANDLE_TYPE();
  const known = twins.get(handle);
  if (known !== undefined && handleOf(known)) return known;
  const twin = overCopy(handle, makeServer);
  if (known === undefined) whenClosed(handle, () => twins.get(handle).close());
  twins.set(handle, twin);
  return twin;
}

/** Whether send() of the running Node takes a BoundSocket (child_process.md, subprocess.send()). */
function isBoundSent() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return nodeNet.BoundSocket !== undefined && (major > 26 || (major === 26 && minor >= 10));
}

/** Node's BoundSocket for what one of cnet has bound: another one, whose descriptor is then that of the handle. */
function makeBound(handle) {
  const name = {};
  handle.getsockname(name);
  const twin = new nodeNet.BoundSocket({ host: name.family === 'IPv6' ? '::1' : '127.0.0.1' });
  const err = native.dupOnto(handle.fd, twin.fd());
  if (err === 0) return twin;
  twin.close();
  throw errnoException(err, 'dup');
}

/** The port goes with it: here it is not bound any more when it was sent. */
function boundToNode(bound) {
  if (bound.isPipe) throw new codes.ERR_INVALID_HANDLE_TYPE(); // as in Node
  const handle = bound[kAdopt]();
  try {
    return isBoundSent() ? makeBound(handle) : overCopy(handle, makeHandle);
  } finally {
    handle.close();
  }
}

/**
 * Node's own object for a socket or a server of cnet, to be sent: `child.send(message, toNode(socket))`.
 *
 * A socket moves to it: here it has no handle any more, and no event comes, as when Node sends a socket of its own.
 * With `keepOpen` it stays open here too. A server goes on listening; Node's lives until it is closed. What is closed
 * already gives an object without a handle, which arrives as `undefined`. A BoundSocket is given away; before Node
 * 26.10 what is sent for it is a native handle, which is to be closed when send() calls back.
 * @param {Socket | Server | BoundSocket} source one of Node's own is given back as it is
 * @param {{ keepOpen?: boolean }} [options] sockets only
 * @returns {nodeNet.Socket | nodeNet.Server | object}
 * @throws ERR_INVALID_ARG_TYPE; ERR_INVALID_HANDLE_TYPE while it connects, without a descriptor, or for a BoundSocket
 *   of a path; ERR_SOCKET_IN_USE while bytes that it has read are not consumed, or splice() has it;
 *   ERR_SOCKET_HANDLE_ADOPTED; EMFILE
 */
function toNode(source, options = {}, mayLose = false) {
  // register-http.js
  if (source instanceof nodeNet.Server && handleOf(source) instanceof Handle) return serverToNode(source);
  if (source instanceof nodeNet.Socket || source instanceof nodeNet.Server) return source;
  if (source instanceof Socket && !mayLose && !options.keepOpen) refuseLoss(source);
  if (source instanceof Socket) return socketToNode(source, options);
  if (source instanceof Server) return serverToNode(source);
  if (source instanceof BoundSocket) return boundToNode(source);
  throw invalidArgType('source', ['Socket', 'Server', 'BoundSocket'], source);
}

/* --- from Node -------------------------------------------------------------------------------------------------- */

const SERVER_OPTIONS = [
  'allowHalfOpen', 'pauseOnConnect', 'noDelay', 'keepAlive', 'keepAliveInitialDelay', 'highWaterMark', 'blockList',
];

/** What Node has read before the socket was handed over. The end, which the kernel tells again, comes behind it. */
function takeBuffered(nodeSocket, socket) {
  const chunks = [];
  for (let chunk = nodeSocket.read(); chunk !== null; chunk = nodeSocket.read()) chunks.push(chunk);
  giveChunks(socket, chunks, nodeSocket.readableEncoding ?? undefined);
  if (hasEnded(nodeSocket) && socket[kFirstBytes] === null) socket.push(null);
}

function socketFromNode(nodeSocket, options) {
  if (!handleOf(nodeSocket)) throw new codes.ERR_SOCKET_CLOSED();
  const nodeHandle = detachHandle(nodeSocket);
  nodeHandle.readStop();
  nodeHandle.reading = false;
  nodeSocket.allowHalfOpen = true; // it does not close by an end that it has read
  const { handle, err } = HAS_DESCRIPTORS ? takeHandle(nodeHandle, SOCKET) : { handle: nodeHandle, err: 0 };
  if (handle === null) {
    nodeSocket.destroy();
    throw errnoException(err, 'dup');
  }
  const socket = new Socket({ ...options, handle });
  takeBuffered(nodeSocket, socket);
  // the sender counts the connection until Node's object is closed
  socket.once('close', () => nodeSocket.destroy());
  return socket;
}

function serverFromNode(nodeServer, options, listener) {
  if (!handleOf(nodeServer)) throw new codes.ERR_SERVER_NOT_RUNNING();
  const { handle, err } = copyHandle(handleOf(nodeServer), SERVER);
  if (handle === null) throw errnoException(err, 'dup');
  nodeServer.close();
  return new Server(options, listener).listen(handle);
}

/** Node's BoundSocket, or a native handle of Node's that is bound (what came before Node 26.10). */
function boundFromNode(source, fd) {
  const copy = native.dup(fd);
  if (copy < 0) throw errnoException(copy, 'dup');
  const { handle, err } = adopt(copy, SOCKET);
  source.close();
  if (handle !== null) return boundSocketOf(handle);
  native.closeFd(copy);
  throw errnoException(err || uv.EINVAL, 'open');
}

/** A server that came as cnet's already, by cnet/register, is given what the program has for it. */
function configureServer(server, options, listener) {
  const model = new Server(options, listener);
  for (const accept of model.listeners('connection')) server.on('connection', accept);
  if (typeof options !== 'object' || options === null) return server;
  for (const name of SERVER_OPTIONS) {
    if (name in options) server[name] = model[name];
  }
  if (model[kAllowedUids]) server[kAllowedUids] = model[kAllowedUids];
  // which is where C learns of the block list, and of whom to let in
  const error = server._handle ? server._attach(server._handle) : null;
  if (error) {
    server.close();
    throw error;
  }
  return server;
}

/** A socket that came so has its handle, and takes what can be set later. */
function configureSocket(socket, options) {
  if (options?.allowHalfOpen !== undefined) socket.allowHalfOpen = Boolean(options.allowHalfOpen);
  return socket;
}

/**
 * A socket or a server of cnet for what has arrived: `process.on('message', (message, handle) => fromNode(handle))`.
 * It is to be called in the handler itself, before Node reads or accepts; bytes that were received already come first.
 * @template T
 * @param {nodeNet.Socket | nodeNet.Server | object | T} handle `undefined`, for a connection that has ended on its
 *   way, and what is cnet's already (cnet/register) are given back; a server takes the options and the listener, a
 *   socket `allowHalfOpen`
 * @param {object | Function} [options] of new Socket() or new Server(); for a server also its listener
 * @param {Function} [connectionListener] of a server
 * @returns {Socket | Server | BoundSocket | T}
 * @throws ERR_INVALID_ARG_TYPE; ERR_SOCKET_CLOSED, ERR_SERVER_NOT_RUNNING: it has been closed; EMFILE
 */
function fromNode(handle, options = undefined, connectionListener = undefined) {
  if (handle === undefined || handle === null) return handle;
  readEnvironment();
  if (handle instanceof nodeNet.Socket) return socketFromNode(handle, options);
  if (handle instanceof nodeNet.Server) return serverFromNode(handle, options, connectionListener);
  if (handle instanceof Socket) return configureSocket(handle, options);
  if (handle instanceof Server) return configureServer(handle, options, connectionListener);
  if (handle instanceof BoundSocket) return handle;
  if (nodeNet.BoundSocket !== undefined && handle instanceof nodeNet.BoundSocket)
    return boundFromNode(handle, handle.fd());
  if (fdOfNode(handle) >= 0) return boundFromNode(handle, fdOfNode(handle));
  throw invalidArgType('handle', ['Socket', 'Server', 'BoundSocket'], handle);
}

module.exports = { fromNode, toNode };
