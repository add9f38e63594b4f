'use strict';

/** Connections of Node's http.Agent and https.Agent by cnet. */

const { connect } = require('../socket/create');
const { readEnvironment } = require('../program/environment');
const { expectNodeStream } = require('../socket/node-stream');
const { Socket } = require('../socket/socket');
const { goesThroughProxy } = require('../node-internals/http');
const { endWith, passAs } = require('../node-internals/native-streams');
const { join } = require('../node-internals/tls');
const { noteErrorTold } = require('../node-internals/streams');
const { isTouched } = require('../node-internals/touched');
const { makeStandIn } = require('./stand-ins');

/**
 * The options of an agent that are for the connection rather than for TLS or for the request. Those of Node's net
 * that are not here, such as typeOfService, have no effect on Node's sockets of TLS either.
 */
const CONNECTION_OPTIONS = [
  'allowHalfOpen',
  'autoSelectFamily',
  'autoSelectFamilyAttemptTimeout',
  'blockList',
  'connectTimeout',
  'connectionAttemptDelay',
  'family',
  'fastOpen',
  'highWaterMark',
  'hints',
  'host',
  'keepAlive',
  'keepAliveCount',
  'keepAliveInitialDelay',
  'keepAliveInterval',
  'localAddress',
  'localPort',
  'lookup',
  'multipath',
  'noDelay',
  'path',
  'port',
  'userTimeout',
];

/** What programs hear of a socket of TLS before there is a connection. */
const CONNECTION_EVENTS = ['lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connectionAttemptTimeout'];

/** Whether Node's own socket is to connect: see touched.js. */
const isNodes = (agent) => goesThroughProxy(agent) || isTouched(true);

/** @returns {object} the options of https.Agent's createConnection([port[, host]][, options]) */
function readArguments(args) {
  const options = { ...args.find((arg) => typeof arg === 'object' && arg !== null) };
  const [port, host] = args;
  if (typeof port === 'number' || typeof port === 'string') options.port = port;
  if (typeof host === 'string') options.host = host;
  return options;
}

/** Has the socket of TLS say what that below does while it connects. */
function tellOfConnecting(secure, socket) {
  for (const event of CONNECTION_EVENTS) socket.on(event, (...args) => secure.emit(event, ...args));
  socket.once('connect', () => secure.emit('ready'));
}

/** Connects, unless a signal that is aborted has destroyed the socket of TLS already. */
function connectBelow(secure, socket, wanted) {
  if (secure.destroyed) {
    socket.destroy();
    return;
  }
  try {
    socket.connect(wanted);
  } catch (error) {
    secure.destroy();
    socket.destroy();
    throw error;
  }
}

/**
 * On Node the two are one. Before there is a connection Node's TLS has nothing to end below it, and would let it be
 * made.
 */
function abandonWith(secure, socket) {
  secure.once('close', () => {
    if (socket.connecting) socket.destroy();
  });
}

/**
 * On Node the two are one, whose 'close' says that there has been an error. Of the error below Node's TLS tells as its
 * own, but is not destroyed by it.
 */
function failWith(secure, socket) {
  const fail = (error) => {
    noteErrorTold(secure);
    secure.destroy(error);
  };
  socket.prependListener('error', fail);
  socket.once('connect', () => socket.off('error', fail));
}

/** createConnection() of http.Agent. */
function connectByCnet(next) {
  return function createConnection(...args) {
    if (isNodes(this)) return Reflect.apply(next(), this, args);
    readEnvironment();
    return connect(...args);
  };
}

/** Makes the socket of TLS, over a stream of Node's or over what stands for the socket. */
function makeOver(socket, isNative, make) {
  try {
    const secure = isNative ? passAs(socket, () => make(socket)) : make(makeStandIn(socket));
    if (isNative) endWith(secure, socket);
    else join(secure, socket);
    return secure;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** createConnection() of https.Agent: Node's TLS, with the sessions that the agent keeps, over a socket of cnet. */
function connectSecurely(next) {
  return function createConnection(...args) {
    const options = readArguments(args);
    if (isNodes(this) || options.socket) return Reflect.apply(next(), this, args);
    readEnvironment();
    const given = CONNECTION_OPTIONS.filter((name) => options[name] !== undefined);
    const wanted = Object.fromEntries(given.map((name) => [name, options[name]]));
    const socket = new Socket(wanted); // connects when TLS has taken its options: they may be refused
    const isNative = !socket.destroyed && expectNodeStream(socket, Boolean(wanted.path));
    const secure = makeOver(socket, isNative, (below) => Reflect.apply(next(), this, [{ ...options, socket: below }]));
    tellOfConnecting(secure, socket);
    if (options.timeout) secure.setTimeout(options.timeout);
    abandonWith(secure, socket);
    failWith(secure, socket);
    connectBelow(secure, socket, wanted);
    return secure;
  };
}

module.exports = { connectByCnet, connectSecurely };
