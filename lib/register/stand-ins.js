'use strict';

/**
 * What TLS and http2 are given in the place of a socket of cnet whose connection cannot be on one of Node's own streams
 * (socket/stand-in.js), where a server of theirs is given the socket by 'connection': the other listeners of that are
 * the program's, and have the socket.
 */

const { replaceListener } = require('../node-internals/events.js');

/** @type {WeakMap<object, import('node:stream').Duplex>} by the socket that Node's own listener is going to be given */
const expected = new WeakMap();

/** Loaded with the first socket, not before. */
const makeStandIn = (socket) => new (require('../socket/stand-in.js').StandIn)(socket);

/** What is to be given in the place of what a 'connection' has. */
function takeExpected(socket) {
  const standIn = expected.get(socket);
  expected.delete(socket);
  return standIn ?? socket;
}

/**
 * Has Node's own listener of 'connection' of a server give what stands for the socket, when there is such. Once.
 * @param {import('node:net').Server} server
 * @param {Function} listener
 */
function allowStandIns(server, listener) {
  replaceListener(server, 'connection', listener, function connection(socket, ...rest) {
    return Reflect.apply(listener, this, [takeExpected(socket), ...rest]);
  });
}

/**
 * A socket of cnet is going to be given to the server by 'connection'.
 * @param {import('node:net').Server} server
 * @param {Function} listener Node's own
 * @param {import('../socket/socket').Socket} socket
 */
function expectStandIn(server, listener, socket) {
  allowStandIns(server, listener);
  expected.set(socket, makeStandIn(socket));
}

module.exports = { allowStandIns, expectStandIn, makeStandIn };
