'use strict';

/**
 * What Node's TLS, and its http2, leave out over a socket that is not Node's own: they take it for a Duplex, which has
 * no address, and cannot be unref'd.
 */

const { Socket } = require('./socket');
const uv = require('./uv');

/** The methods of a handle that Node passes on to the handle below, if that has them. */
const NAMES = ['getpeername', 'getsockname', 'setNoDelay', 'setKeepAlive', 'ref', 'unref', 'hasRef'];

/** Node's handle over a Duplex, and the Duplex: below a socket of TLS, or what http2 has as its socket. */
function findBelow(socket) {
  const handle = socket?._handle;
  if (socket?.stream) return { handle, below: socket.stream };
  return { handle: handle?._parent, below: handle?._parentWrap?.stream };
}

/**
 * Lets addresses and options, ref() and unref() of a socket of Node's over a socket of cnet be those of the latter.
 * @param {import('node:tls').TLSSocket} socket or what http2 gives as session.socket
 */
function forward(socket) {
  const { handle, below } = findBelow(socket);
  if (!handle || !(below instanceof Socket)) return;
  for (const name of NAMES) {
    handle[name] = (...args) => (below._handle?.[name] ? below._handle[name](...args) : uv.EBADF);
  }
}

/**
 * The end of the connection comes from TLS, when it has had its last word: the socket below must not end by itself
 * when the peer has. To be called once the socket of TLS is there, which is half-open only if that below is.
 * @param {Socket} socket of cnet
 */
function leaveEndToTLS(socket) {
  socket.allowHalfOpen = true;
}

module.exports = { forward, leaveEndToTLS };
