'use strict';

/**
 * Node's servers of http, https and http2 on handles of cnet. They are Node's own objects, made by Node's constructors:
 * only where they listen, and so what comes in, is cnet's. From listen() on such a server has those methods of cnet's
 * Server that its handle asks for, as properties of its own: it goes on whatever becomes of cnet/register-http.
 */

const { cancelBinding, listen } = require('../server/listen');
const { readEnvironment } = require('../program/environment');
const { ioThreadsOption } = require('../options/io-threads');
const { program } = require('../options/program-defaults');
const { toNodeStream } = require('../socket/node-stream');
const { Server, parts, plainState } = require('../server/server');
const { kDropped, kExhausted, kUserDropped } = require('../common/symbols');
const { kBindingHandle, kIOThreads, kMaxConnections } = require('../server/state');
const { HTTP2_TAKES_STREAMS, countListens, forgetListen, httpListener } = require('../node-internals/http');
const { prependHidden, replaceListener } = require('../node-internals/events');
const { endWith } = require('../node-internals/native-streams');
const { forward, isOwn } = require('../node-internals/tls');
const { isTouched } = require('../node-internals/touched');
const { findPlain } = require('./http2');
const { readByParser } = require('../socket/parser-reader');
const { allowStandIns, expectStandIn } = require('./stand-ins');
const { undo } = require('../common/undo');

/** What the handle and its sockets call, and what a limit needs. */
const METHODS = ['_attach', '_emitCloseIfDrained', kDropped, kExhausted, kUserDropped];

/**
 * Gives `server` what a server of cnet without options has and Node's has not, so that whatever asks for it finds it.
 */
function takeState(server) {
  const plain = plainState();
  // eslint-disable-next-line no-restricted-syntax -- the state of a server of cnet
  for (const key of Object.getOwnPropertySymbols(plain)) {
    if (key in server) continue;
    Object.defineProperty(server, key, { value: plain[key], writable: true, configurable: true });
  }
}

/** Gives `server` the list of addresses that the program has for all servers. */
function takeBlockList(server) {
  const { blockList } = program.server;
  if (blockList !== undefined && server.blockList === undefined) server.blockList = blockList;
}

/** Gives `server` the methods, and its limit to C, which has to know of each change. */
function takeMethods(server, kind) {
  const limit = server.maxConnections ?? program.server.maxConnections;
  for (const name of METHODS) {
    // not what is on the prototype by now: with cnet/register that does for a server of Node's what Node's own does
    const descriptor = Object.getOwnPropertyDescriptor(parts.find((part) => name in part), name);
    Object.defineProperty(server, name, { ...descriptor, enumerable: false });
  }
  takeState(server);
  server[kIOThreads] = kind === 'plain' ? ioThreadsOption({}) : 0; // TLS and http2 speak to streams of Node's
  server[kMaxConnections] = limit;
  const maxConnections = Object.getOwnPropertyDescriptor(Server.prototype, 'maxConnections');
  Object.defineProperty(server, 'maxConnections', { ...maxConnections, enumerable: limit !== undefined });
}

/** Has Node's parser read the connections of a server of http: as soon as http has them, before the program does. */
function watchHTTP(server) {
  const own = httpListener();
  replaceListener(server, 'connection', own, function connection(...args) {
    const result = Reflect.apply(own, this, args);
    if (isOwn(args[0])) readByParser(args[0]);
    return result;
  });
}

/** Prepares a server of https or of secure http2 for sockets that TLS may take for a Duplex like any other. */
function watchTLS(server) {
  prependHidden(server, 'secureConnection', (secure) => {
    forward(secure);
    if (isOwn(secure._parent)) endWith(secure, secure._parent);
  });
  prependHidden(server, 'tlsClientError', (error, socket) => forward(socket));
}

/**
 * Node's http2 speaks by streams of Node's own. Where there can be none it has a stand-in, which is a Duplex: then it
 * does not turn Nagle's algorithm off, and that of Node 18 breaks down by an assertion when two writes meet.
 */
function watchHTTP2(server) {
  const { listener } = findPlain();
  allowStandIns(server, listener);
  prependHidden(server, 'connection', (socket) => {
    if (!isOwn(socket) || toNodeStream(socket)) return; // a program may give the server any stream
    if (HTTP2_TAKES_STREAMS) {
      socket.setNoDelay(true);
      expectStandIn(server, listener, socket);
    } else {
      socket.destroy();
    }
  });
  prependHidden(server, 'session', (session) => forward(session.socket));
}

/**
 * Has V8 read a server as fast as before: it makes a hash table of an object to which so much is added, unless that
 * is the prototype of another one. http asks its server for much with each request.
 */
const keepFast = (server) => Object.create(server).listening;

const prepared = new WeakSet();

/**
 * Does once what a server needs before it listens by cnet.
 * @param {import('node:net').Server} server
 * @param {'plain' | 'tls' | 'http2'} kind
 */
function prepare(server, kind) {
  if (prepared.has(server)) return;
  readEnvironment();
  prepared.add(server);
  countListens(server);
  takeMethods(server, kind);
  takeBlockList(server);
  if (kind === 'plain') watchHTTP(server);
  else if (kind === 'tls') watchTLS(server);
  else if (kind === 'http2') watchHTTP2(server);
  keepFast(server);
}

/**
 * listen() for Node's servers, by cnet (net.md, server.listen()).
 * @param {'plain' | 'tls' | 'http2'} kind of the servers: http; https and secure http2; http2
 * @param {() => Function} next gives Node's
 * @returns {Function} a method
 */
function listenByCnet(kind, next) {
  return function listening(...args) {
    if (!prepared.has(this) && isTouched(false)) return Reflect.apply(next(), this, args);
    prepare(this, kind);
    return Reflect.apply(listen, this, args);
  };
}

/**
 * close() of Node, after which a listen() that is on its way counts no more: its lookup, to which Node 18 does not
 * see, and what it leaves with others.
 */
function closeByNode(next) {
  return function close(...args) {
    if (prepared.has(this)) {
      undo(this);
      forgetListen(this);
      if (this[kBindingHandle]) cancelBinding(this);
    }
    return Reflect.apply(next(), this, args);
  };
}

module.exports = { closeByNode, listenByCnet };
