'use strict';

/**
 * The part of cnet/register for http2 over sockets of cnet, which a program gives to it: `server.emit('connection',
 * socket)`, http2.performServerHandshake(), and the option `createConnection` of http2.connect(). What http2 speaks
 * goes through one of Node's own streams, as with node:net; where there can be none, through the socket as a Duplex.
 */

const Module = require('node:module');
const { promisify } = require('node:util');

const { replace } = require('../common/replace.js');
const { isLoaded } = require('../node-internals/modules.js');
const { isOwn } = require('../node-internals/tls.js');

/** Loaded with the first socket, not before. */
const toNodeStream = (socket) => require('../socket/node-stream.js').toNodeStream(socket);

/** Whether the program has http2, which is large. */
const isHttp2Loaded = () => isLoaded('http2') !== false;

/** The prototype of the servers of plain http2; null: the program has none yet. */
let plain = null;

function isPlainServer(server) {
  if (plain === null && isHttp2Loaded()) plain = Object.getPrototypeOf(require('node:http2').createServer());
  return plain !== null && Object.prototype.isPrototypeOf.call(plain, server);
}

/** A server of Node's is given a connection: what http2 is to speak over goes to a stream of Node's. */
function passToHttp2(server, socket) {
  if (isOwn(socket) && isPlainServer(server)) toNodeStream(socket);
}

/** The options of http2.connect(), by which a connection of cnet's comes on a stream of Node's. */
function passedBy(options) {
  const { createConnection } = options;
  return {
    ...options,
    createConnection(...args) {
      const socket = Reflect.apply(createConnection, this, args);
      if (isOwn(socket)) toNodeStream(socket);
      return socket;
    },
  };
}

function wrapOne(next, isActive) {
  return function connect(authority, options, ...rest) {
    const isPassed = isActive() && typeof options === 'object' && typeof options?.createConnection === 'function';
    return Reflect.apply(next(), this, [authority, isPassed ? passedBy(options) : options, ...rest]);
  };
}

/** http2.connect(), and what util.promisify() takes in its place, which calls the one inside Node. */
function wrapConnect(next, isActive) {
  const connect = wrapOne(next, isActive);
  const { [promisify.custom]: promisified } = next();
  if (promisified === undefined) return connect;
  return Object.defineProperty(connect, promisify.custom, { value: wrapOne(() => promisified, isActive) });
}

function wrapHandshake(next, isActive) {
  return function performServerHandshake(...args) {
    if (isActive() && isOwn(args[0])) toNodeStream(args[0]);
    return Reflect.apply(next(), this, args);
  };
}

const WRAPS = { connect: wrapConnect, performServerHandshake: wrapHandshake };

/**
 * @param {() => boolean} isActive while it says false, all passes as it is
 * @returns {(() => void)[]} the steps that take it back
 */
function registerHttp2(isActive) {
  if (process.versions.openssl === undefined) return [];
  const http2 = require('node:http2');
  const steps = Object.entries(WRAPS)
    .filter(([name]) => typeof http2[name] === 'function')
    .map(([name, wrap]) => replace(http2, name, (next) => wrap(next, isActive)));
  Module.syncBuiltinESMExports(); // what is imported by name
  return [...steps, () => Module.syncBuiltinESMExports()];
}

module.exports = { passToHttp2, registerHttp2 };
