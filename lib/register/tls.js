'use strict';

/**
 * The part of cnet/register for TLS over a socket of cnet, which Node takes for any Duplex: `tls.connect({ socket
 * })`, `new tls.TLSSocket(socket)`, and 'connection' given to a TLS server. What Node does for sockets of its own is
 * done for cnet's here: it connects and ends with the socket, and passes on what is asked of the handle: the names of
 * both ends, ref() and unref(), the options of TCP (tls.md, tls.connect()).
 */

const Module = require('node:module');

const { lazily } = require('../common/lazily.js');
const { replace } = require('../common/replace.js');
const { allowPassing, endWith, passAs } = require('../node-internals/native-streams.js');
const { findBelow, forward, isOwn, join, ownOf, secureListener } = require('../node-internals/tls.js');
const { expectStandIn, makeStandIn } = require('./stand-ins.js');

/** Loaded with the first socket, not before. */
const nodeStreams = lazily(() => require('../socket/node-stream.js'));

const toNodeStream = (socket) => nodeStreams().toStreamOfTls(socket);

/**
 * A read has failed. Node's TLS tells of an error below it only when somebody has the control of it, which nobody takes
 * of a `new tls.TLSSocket()`; over a handle it always tells.
 */
function failWith(secure, error) {
  if (error.syscall === 'read') secure.destroy(error);
}

/** Makes a TLS socket by `make` over what stands for a socket of cnet. */
function overStandIn(socket, standIn, make) {
  try {
    const secure = make(standIn);
    join(secure, socket);
    standIn.on('error', (error) => failWith(secure, error));
    return secure;
  } catch (error) {
    standIn.giveBack();
    throw error;
  }
}

/** Makes a TLS socket by `make` over a socket of cnet, or over what stands for it; `make` is given what it reads. */
function over(stream, make) {
  const socket = ownOf(stream);
  if (socket !== stream) return overStandIn(socket, stream, make);
  if (!toNodeStream(socket)) return overStandIn(socket, makeStandIn(socket), make);
  const secure = passAs(socket, () => make(socket));
  endWith(secure, socket);
  return secure;
}

/** Which argument of tls.connect() has the socket, as Node reads them: `[port[, host]][, options]`. */
function findOptions(args) {
  const hasSocket = (at) => typeof args[at] === 'object' && args[at] !== null && Object.hasOwn(args[at], 'socket');
  const last = typeof args[1] === 'object' && args[1] !== null ? 1 : 2;
  return [last, 0].find(hasSocket);
}

function wrapConnect(next, isActive) {
  return function connect(...args) {
    const at = isActive() ? findOptions(args) : undefined;
    if (at === undefined) return Reflect.apply(next(), this, args);
    const options = { ...args[at] }; // so that a getter of the program's says which socket it is once, and not later
    const make = (socket) => {
      const withSocket = { ...options, socket };
      return Reflect.apply(next(), this, args.map((arg, i) => (i === at ? withSocket : arg)));
    };
    return ownOf(options.socket) === null ? make(options.socket) : over(options.socket, make);
  };
}

/** A class whose instances, and those of classes derived from it, are what they were. */
function wrapClass(Class, isActive) {
  return new Proxy(Class, {
    construct(target, args, newTarget) {
      const [given, ...rest] = args;
      if (!isActive() || ownOf(given) === null) return Reflect.construct(target, args, newTarget);
      return over(given, (socket) => Reflect.construct(target, [socket, ...rest], newTarget));
    },
  });
}

/**
 * A TLS server is given a socket of cnet that passes for Node's, where its connection can be on a stream of Node's.
 * Where it cannot, Node's own listener is given what stands for it.
 * @param {() => Function} next gives emit()
 */
function passConnection(next, server, args) {
  const [, socket] = args;
  if (!isOwn(socket)) return Reflect.apply(next(), server, args);
  if (toNodeStream(socket)) return passAs(socket, () => Reflect.apply(next(), server, args));
  expectStandIn(server, secureListener(), socket);
  return Reflect.apply(next(), server, args);
}

/** emit() of a server, which passes connections so. */
function passConnections(next) {
  return function emit(...args) {
    return args[0] === 'connection' ? passConnection(next, this, args) : Reflect.apply(next(), this, args);
  };
}

/** The TLS socket of a server is seen when it is secure, or will not be. Before that it ends by Node's own means. */
function joinSecure(socket) {
  const { below } = findBelow(socket);
  if (below !== null) join(socket, below);
  else if (isOwn(socket?._parent)) endWith(socket, socket._parent);
}

function wrapEmit(next, isActive) {
  return function emit(...args) {
    const [event] = args;
    if (event === 'connection' && isActive()) return passConnection(next, this, args);
    if (event === 'secureConnection' && isActive()) joinSecure(args[1]);
    else if (event === 'tlsClientError' && isActive()) forward(args[2]);
    return Reflect.apply(next(), this, args);
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
    allowPassing(),
    replace(tls, 'connect', (next) => wrapConnect(next, isActive)),
    replace(tls, 'TLSSocket', (next) => wrapClass(next(), isActive)),
    replace(tls.Server.prototype, 'emit', (next) => wrapEmit(next, isActive)),
    () => Module.syncBuiltinESMExports(),
  ];
  Module.syncBuiltinESMExports(); // what is imported by name
  return steps;
}

module.exports = { passConnections, registerTls };
