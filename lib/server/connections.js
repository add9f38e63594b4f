'use strict';

/**
 * The connections that a Server has, and those of them that are idle. This costs a connection nothing: when somebody
 * wants to know which they are, C is asked (src/binding/stream.c).
 */

const native = require('../native/binding');
const { errnoException } = require('../common/errors');
const { Handle } = require('../native/handle');
const { handles } = require('../native/events');
const { kServerId } = require('./state');
const { kOwner } = require('../common/symbols');
const uv = require('../native/uv');
const { validateInt32 } = require('../common/validate');

/** @returns {import('../socket/socket').Socket[]} the connections of a server whose handles are here */
function socketsOf(server) {
  const ids = native.connections(server[kServerId]);
  if (typeof ids === 'number') throw errnoException(ids, 'connections');
  const sockets = [];
  for (const id of ids) {
    const owner = handles[id]?.[kOwner];
    if (owner && owner !== server && !owner.destroyed) sockets.push(owner);
  }
  return sockets;
}

/**
 * How long nothing has happened on a connection, in milliseconds; uv.ENOTSUP when nothing waits, and the time is not
 * known; uv.EBUSY when something waits: bytes that were read and not consumed, or are to be read, or to be sent, or an
 * end.
 */
function quietTime(socket) {
  const { _handle: handle } = socket;
  const isEnding = socket.writableEnded && !socket.writableFinished;
  const isBusy = socket.readableLength > 0 || socket.writableLength > 0 || isEnding;
  return isBusy || !(handle instanceof Handle) ? uv.EBUSY : native.quiet(handle.id);
}

const methods = {
  /**
   * The connections of this server that are open in this thread, as they are now.
   * @returns {import('../socket/socket').Socket[]}
   */
  sockets() {
    return socketsOf(this);
  },

  /**
   * Destroys every connection, as destroy() does it. The server goes on listening.
   * @returns {number} how many
   */
  closeAllConnections() {
    const sockets = socketsOf(this);
    for (const socket of sockets) socket.destroy();
    return sockets.length;
  },

  /**
   * Destroys the connections on which nothing waits to be read or sent, and nothing has happened for `time`
   * milliseconds. Where that time is not known, only those with a `time` of 0 (docs/beyond/shutdown.md).
   * @param {number} [time] milliseconds
   * @returns {number} how many
   * @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE
   */
  closeIdleConnections(time = 0) {
    validateInt32(time, 'time', 0);
    const idle = socketsOf(this).filter((socket) => {
      const quiet = quietTime(socket);
      return quiet === uv.ENOTSUP ? time === 0 : quiet >= time;
    });
    for (const socket of idle) socket.destroy();
    return idle.length;
  },
};

module.exports = { methods, quietTime, socketsOf };
