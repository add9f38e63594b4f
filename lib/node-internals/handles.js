'use strict';

/**
 * What cnet knows of Node's own native handles: where a socket or a server of Node's has its handle, whom a handle
 * names as its owner, which values are native streams, and the descriptors of those.
 */

const nodeNet = require('./net');

/** The type of a handle that is an end of a connection. */
const IS_SOCKET = 0;

/* --- a socket or a server of Node's, and its handle --------------------------------------------------------------- */

/** @returns {object | null | undefined} the handle of a socket or a server of Node's, which may be one of cnet's */
const handleOf = (owner) => owner._handle;

/** Gives a socket or a server of Node's another handle. A server does not listen on it by that. */
function giveHandle(owner, handle) {
  owner._handle = handle;
}

/** Takes the handle away from a socket of Node's, which goes on without one. @returns {object | null} the handle */
function detachHandle(owner) {
  const { _handle: handle } = owner;
  owner._handle = null;
  return handle;
}

/* --- the owner ---------------------------------------------------------------------------------------------------- */

let ownerSymbol;

/** The symbol under which Node's handles name their Socket or Server; undefined when there is none. */
function findOwnerSymbol() {
  const probe = {};
  const socket = new nodeNet.Socket({ handle: probe, manualStart: true, onread: undefined }); // as those of driver.js
  return Object.getOwnPropertySymbols(probe).find((symbol) => probe[symbol] === socket);
}

/** Names the owner of one of Node's handles, for Node's cluster, which asks it. */
function setOwner(nodeHandle, owner) {
  ownerSymbol ??= findOwnerSymbol();
  if (ownerSymbol !== undefined) nodeHandle[ownerSymbol] = owner;
}

/* --- descriptors -------------------------------------------------------------------------------------------------- */

/**
 * The getter `fd` of Node's native streams: it takes nothing but such a stream, so no other object can pass for one.
 */
let getter;

/** Node's class of handles for TCP; undefined until the getter has been sought. */
let NodeTCP;

/** Node gives its native classes to nobody: a socket that is told to connect, and is destroyed at once, has one. */
function findGetter() {
  const socket = new nodeNet.Socket();
  socket.on('error', () => {});
  try {
    nodeNet.callNode(socket, 'connect', [{ host: '127.0.0.1', port: 1 }]); // which nobody else is to see
    NodeTCP = handleOf(socket).constructor;
    const stream = Object.getPrototypeOf(Object.getPrototypeOf(handleOf(socket))); // above TCP: what Pipe has too
    return Object.getOwnPropertyDescriptor(stream, 'fd')?.get ?? null;
  } catch {
    return null; // no network is permitted
  } finally {
    socket.destroy();
  }
}

/**
 * @param {any} value
 * @returns {number} the descriptor of one of Node's own native streams; -1: it is none, or has no descriptor
 */
function fdOfNode(value) {
  if (typeof value !== 'object' || value === null) return -1;
  if (getter === undefined) getter = findGetter();
  try {
    return getter === null ? -1 : Reflect.apply(getter, value, []);
  } catch {
    return -1;
  }
}

/**
 * Whether a value is one of Node's own native handles for TCP on which a server can listen, descriptor or not. That of
 * a connection, or of a socket that is to have one, cannot: on Windows libuv keeps both roles in the same memory.
 * @param {any} value
 * @returns {boolean}
 */
function canListen(value) {
  if (getter === undefined) getter = findGetter();
  if (!getter || !(value instanceof NodeTCP)) return false;
  try {
    Reflect.apply(getter, value, []); // throws for an object that has only the prototype
  } catch {
    return false;
  }
  ownerSymbol ??= findOwnerSymbol();
  return !(value[ownerSymbol] instanceof nodeNet.Socket) && value.getpeername({}) !== 0;
}

/**
 * @returns {object | number} a handle of Node's on which a server can listen, on the descriptor; or a negative libuv
 * code
 */
const serverHandleOn = (fd) => nodeNet._createServerHandle(null, null, null, fd);

/**
 * @param {number} socket of a connection over TCP, which is the handle's from then on (Windows)
 * @returns {object | number | undefined} a handle of Node's on it, or a negative libuv code; undefined: no class
 *   is known
 */
function connectionHandleOn(socket) {
  if (getter === undefined) getter = findGetter();
  if (NodeTCP === undefined) return undefined;
  const handle = new NodeTCP(IS_SOCKET);
  const err = handle.open(socket);
  if (err === 0) return handle;
  handle.close();
  return err;
}

/* --- what handles share with Node --------------------------------------------------------------------------------- */

/**
 * The state of the last read and write (`process.binding('stream_wrap')`), or null where there is no leave to have
 * it.
 */
function findShared() {
  try {
    return process.binding('stream_wrap');
  } catch {
    return null;
  }
}

module.exports = {
  canListen, connectionHandleOn, detachHandle, fdOfNode, findShared, giveHandle, handleOf, serverHandleOn, setOwner,
};
