'use strict';

/**
 * The part of cnet/register for TLS over a socket of cnet, which Node takes for any Duplex: `tls.connect({ socket
 * })`, `new tls.TLSSocket(socket)`, and 'connection' given to a TLS server. What Node does for sockets of its own is
 * done for cnet's here: it connects and ends with the socket, and passes on what is asked of the handle: the names of
 * both ends, ref() and unref(), the options of TCP (tls.md, tls.connect()). What TLS reads is in tls-reader.js.
 */

const Module = require('node:module');

const { replace } = require('../common/replace.js');
const { allowPassing, endWith, passAs } = require('../node-internals/native-streams.js');
const { forward, isOwn, join } = require('../node-internals/tls.js');

/** Loaded with the first socket, not before. */
const toNodeStream = (socket) => require('../socket/node-stream.js').toStreamOfTls(socket);

/** Makes a TLS socket over one of cnet by `make`. */
function over(socket, make) {
  const isNative = toNodeStream(socket);
  const tlsSocket = isNative ? passAs(socket, make) : make();
  if (isNative) endWith(tlsSocket, socket);
  else join(tlsSocket, socket);
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

/** A TLS server is given sockets of cnet that pass for Node's, where their connection can be on a stream of Node's. */
function passConnections(next) {
  return function emit(...args) {
    const pass = () => Reflect.apply(next(), this, args);
    return args[0] === 'connection' && isOwn(args[1]) && toNodeStream(args[1]) ? passAs(args[1], pass) : pass();
  };
}

/** The TLS socket of a server is seen when it is secure, or will not be. Before that it ends by Node's own means. */
function wrapEmit(next, isActive) {
  const pass = passConnections(next);
  return function emit(...args) {
    const [event, socket, failed] = args;
    if (event === 'secureConnection' && isActive()) {
      const raw = socket?._handle?._parentWrap?.stream;
      if (isOwn(raw)) join(socket, raw);
      else if (isOwn(socket?._parent)) endWith(socket, socket._parent);
    } else if (event === 'tlsClientError' && isActive()) {
      forward(failed);
    }
    return Reflect.apply(event === 'connection' && isActive() ? pass : next(), this, args);
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
