'use strict';

/**
 * The part of cnet/register for http2 over sockets of cnet, which a program gives to it: `server.emit('connection',
 * socket)`, http2.performServerHandshake(), and the option `createConnection` of http2.connect(). What http2 speaks
 * goes through one of Node's own streams, as with node:net; where there can be none, through the socket as a Duplex.
 */

const Module = require('node:module');
const { promisify } = require('node:util');

const { lazily } = require('../common/lazily.js');
const { replace } = require('../common/replace.js');
const { isLoaded } = require('../node-internals/modules.js');
const { isOwn } = require('../node-internals/tls.js');
const { expectStandIn, makeStandIn } = require('./stand-ins.js');

/** Loaded with the first socket, not before. */
const nodeStreams = lazily(() => require('../socket/node-stream.js'));

const toNodeStream = (socket) => nodeStreams().toNodeStream(socket);

/** What http2 is to speak over for a stream that a program gives to it. */
const streamFor = (stream) => (isOwn(stream) && !toNodeStream(stream) ? makeStandIn(stream) : stream);

/** Whether the program has http2, which is large. */
const isHttp2Loaded = () => isLoaded('http2') !== false;

/** The prototype of the servers of plain http2, and their own listener of 'connection'; null: there is none yet. */
let plain = null;

/** The same, made when it is not there yet. */
function findPlain() {
  if (plain !== null) return plain;
  const made = require('node:http2').createServer();
  plain = { prototype: Object.getPrototypeOf(made), listener: made.listeners('connection')[0] };
  return plain;
}

function isPlainServer(server) {
  if (plain === null && isHttp2Loaded()) findPlain(); // asked for with each connection of each server of Node's
  return plain !== null && Object.prototype.isPrototypeOf.call(plain.prototype, server);
}

/** A server of Node's is going to be given a connection: what http2 is to speak over goes to a stream of Node's. */
function passToHttp2(server, socket) {
  if (isOwn(socket) && isPlainServer(server) && !toNodeStream(socket)) expectStandIn(server, plain.listener, socket);
}

/** The options of http2.connect(), by which a connection of cnet's comes on a stream of Node's. */
function passedBy(options) {
  const { createConnection } = options;
  return {
    ...options,
    createConnection(...args) {
      return streamFor(Reflect.apply(createConnection, this, args));
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
    const [stream, ...rest] = args;
    return Reflect.apply(next(), this, isActive() && isOwn(stream) ? [streamFor(stream), ...rest] : args);
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

module.exports = { findPlain, passToHttp2, registerHttp2 };
