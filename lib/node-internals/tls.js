'use strict';

/**
 * What Node's TLS, and its http2, leave out over a socket that is not Node's own: they take it for a Duplex, which has
 * no address, and they neither connect nor end with it.
 */

const { getSystemErrorMap } = require('node:util');

const { kHandle, kStandsFor, kWillConnect } = require('../common/symbols');

/** What a handle gives that is closed. */
const [EBADF] = [...getSystemErrorMap()].find(([, [name]]) => name === 'EBADF');

/** Whether it is a socket of cnet, without loading what makes them. */
const isOwn = (socket) => typeof socket === 'object' && socket !== null && kHandle in socket;

/** The socket of cnet that a stream is, or stands for; null: none. */
function ownOf(stream) {
  const socket = stream?.[kStandsFor] ?? stream;
  return isOwn(socket) ? socket : null;
}

/** The methods of a handle that Node passes on to the handle below, if that has them. */
const NAMES = ['getpeername', 'getsockname', 'setNoDelay', 'setKeepAlive', 'ref', 'unref', 'hasRef'];

/**
 * Node's handle over a Duplex, and the socket of cnet that the Duplex is or stands for, or null: below a socket of TLS,
 * or what http2 has as its socket.
 */
function findBelow(socket) {
  const handle = socket?._handle;
  if (socket?.stream) return { handle, below: ownOf(socket.stream) };
  return { handle: handle?._parent, below: ownOf(handle?._parentWrap?.stream) };
}

/**
 * Lets addresses and options, ref() and unref() of a socket of Node's over a socket of cnet be those of the latter.
 * @param {import('node:tls').TLSSocket} socket or what http2 gives as session.socket
 */
function forward(socket) {
  const { handle, below } = findBelow(socket);
  if (!handle || below === null) return;
  for (const name of NAMES) {
    handle[name] = (...args) => (below._handle?.[name] ? below._handle[name](...args) : EBADF);
  }
}

const joined = new WeakSet();

/**
 * Lets a socket of TLS connect and end with the socket of cnet below, as it does over one of Node's own.
 * @param {import('node:tls').TLSSocket} secure
 * @param {Socket} socket below
 */
function join(secure, socket) {
  if (joined.has(secure)) return;
  joined.add(secure);
  forward(secure);
  socket.prependListener('close', () => secure.destroy()); // before others hear of it
  if (!socket.connecting && !socket[kWillConnect]) return;
  secure.connecting = true;
  socket.once('connect', () => {
    secure.connecting = false;
    secure.emit('connect');
  });
}

/* --- servers ------------------------------------------------------------------------------------------------------ */

/** For a server that is made for the sake of its class: those of `--tls-cipher-list` may be none that OpenSSL knows. */
const CIPHERS = 'TLS_AES_128_GCM_SHA256';

let own;

/** Node's own listener of 'connection' of servers of TLS, the same for all. */
function secureListener() {
  if (own === undefined) [own] = new (require('node:tls').Server)({ ciphers: CIPHERS }).listeners('connection');
  return own;
}

module.exports = { CIPHERS, findBelow, forward, isOwn, join, ownOf, secureListener };
