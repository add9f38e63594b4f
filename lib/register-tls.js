'use strict';

/**
 * The part of cnet/register for TLS over a socket of cnet, which Node takes for any Duplex: `tls.connect({ socket })`,
 * `new tls.TLSSocket(socket)`, and 'connection' given to a TLS server. What Node does for sockets of its own is done
 * for cnet's here: TLS may be put over a socket that connects only later, its last record is sent after the peer's end,
 * and it ends with the socket (tls.md, tls.connect()).
 */

const { syncBuiltinESMExports } = require('node:module');

const { replace } = require('./replace.js');
const { kAwaited, kHandle } = require('./symbols.js');
const { isOwn, join, leaveEndToTLS } = require('./tls-over.js');

/** TLS begins to speak when it is made: what it says is kept for a connection that is to come. */
function prepare(socket) {
  if (socket[kHandle] === null && !socket.destroyed) socket[kAwaited] = true;
}

/** Makes a TLS socket over one of cnet by `make`. */
function over(socket, make) {
  prepare(socket);
  const tlsSocket = make();
  leaveEndToTLS(socket);
  join(tlsSocket, socket);
  return tlsSocket;
}

function wrapConnect(next, isActive) {
  return function connect(...args) {
    const socket = args.find((arg) => typeof arg === 'object' && isOwn(arg?.socket))?.socket;
    const make = () => Reflect.apply(next(), this, args);
    return socket !== undefined && isActive() ? over(socket, make) : make();
  };
}

/** A class whose instances, and those of classes derived from it, are what they were. */
function wrapClass(Class, isActive) {
  return new Proxy(Class, {
    construct(target, args, newTarget) {
      const make = () => Reflect.construct(target, args, newTarget);
      return isOwn(args[0]) && isActive() ? over(args[0], make) : make();
    },
  });
}

/** The TLS socket of a server is seen when it is secure. Older ones than that end by Node's own means. */
function wrapEmit(next, isActive) {
  return function emit(...args) {
    const [event, socket] = args;
    if (event === 'secureConnection' && isActive()) {
      const raw = socket?._handle?._parentWrap?.stream;
      if (isOwn(raw)) join(socket, raw);
    }
    const result = Reflect.apply(next(), this, args);
    if (event === 'connection' && isOwn(socket) && isActive()) leaveEndToTLS(socket);
    return result;
  };
}

/**
 * @param {() => boolean} isActive while it says false, all passes as it is
 * @returns {(() => void)[]} the steps that take it back
 */
function registerTls(isActive) {
  if (process.versions.openssl === undefined) return [];
  const tls = require('node:tls');
  const steps = [
    replace(tls, 'connect', (next) => wrapConnect(next, isActive)),
    replace(tls, 'TLSSocket', (next) => wrapClass(next(), isActive)),
    replace(tls.Server.prototype, 'emit', (next) => wrapEmit(next, isActive)),
    syncBuiltinESMExports,
  ];
  syncBuiltinESMExports(); // what is imported by name
  return steps;
}

module.exports = { registerTls };
