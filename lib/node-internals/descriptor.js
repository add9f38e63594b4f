'use strict';

/** Which values are native streams of Node's own, TCP or Pipe, and the descriptors of those. */

const nodeNet = require('./net');

/** The getter `fd` of Node's native streams: it takes nothing but such a stream, so no other object can pass for one. */
let getter;

/** Node gives its native classes to nobody: a socket that is told to connect, and is destroyed at once, has one. */
function findGetter() {
  const socket = new nodeNet.Socket();
  socket.on('error', () => {});
  try {
    nodeNet.callNode(socket, 'connect', [{ host: '127.0.0.1', port: 1 }]); // which nobody else is to see
    const stream = Object.getPrototypeOf(Object.getPrototypeOf(socket._handle)); // above TCP: what Pipe has too
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

module.exports = { fdOfNode };
