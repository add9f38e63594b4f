'use strict';

/** net.Server: accepts connections on a Handle and makes Sockets of them. listen() is in listen.js. */

const EventEmitter = require('node:events');
const nodeNet = require('node:net');
const { getDefaultHighWaterMark } = require('node:stream');

const acceptControl = require('./accept-control');
const { BlockList, blockListOption } = require('./block-list');
const { serverSocket } = require('./channels');
const { ConnectionIterator } = require('./connection-iterator');
const credentials = require('./credentials');
const { debug } = require('./debug');
const { receiveOption } = require('./descriptors');
const { codes, errnoException, invalidArgType } = require('./errors');
const { Handle } = require('./handle');
const { takeInstances } = require('./instances');
const { listen, listenNow } = require('./listen');
const native = require('./binding');
const { proxyOption, readHeaders, refuse, takeHeader } = require('./proxy-server');
const { serverOnread } = require('./read');
const shutdown = require('./shutdown');
const { AcceptedOptions, Socket } = require('./socket');
const socketOptions = require('./socket-options');
const {
  kAcceptedOnRead, kAllowedUids, kClosed, kDropped, kExhausted, kHold, kHolds, kKeepAlive, kLimit, kMaxConnections, kNumber,
  kOwner, kProxy, kReceives, kShutdown, kUserTimeout, kWarned,
} = require('./symbols');
const { userTimeoutOption } = require('./user-timeout');
const { validateNumber } = require('./validate');

/** Symbol.asyncDispose, also where the running Node has none yet. */
const kAsyncDispose = Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose');

/** Servers made so far: each has a number, by which C knows its connections. */
let servers = 0;

/* --- options ---------------------------------------------------------------------------------------------------- */

function highWaterMarkOption({ highWaterMark }) {
  if (highWaterMark === undefined) return getDefaultHighWaterMark?.(false) ?? 64 * 1024;
  validateNumber(highWaterMark, 'options.highWaterMark');
  return highWaterMark < 0 ? (getDefaultHighWaterMark?.(false) ?? 64 * 1024) : highWaterMark;
}

/** @returns {number} whole seconds, of the milliseconds of the option */
function keepAliveDelayOption({ keepAliveInitialDelay }) {
  if (keepAliveInitialDelay === undefined) return 0;
  validateNumber(keepAliveInitialDelay, 'options.keepAliveInitialDelay');
  return keepAliveInitialDelay < 0 ? 0 : ~~(keepAliveInitialDelay / 1000);
}

/** @returns {[object, Function | undefined]} options and listener, for the arguments of new Server() */
function readArguments(options, listener) {
  if (typeof options === 'function') return [{}, options];
  if (options !== undefined && options !== null && typeof options !== 'object') {
    throw invalidArgType('options', 'Object', options);
  }
  return [{ ...options }, typeof listener === 'function' ? listener : undefined];
}

function applyOptions(server, options) {
  server.allowHalfOpen = options.allowHalfOpen || false;
  server.pauseOnConnect = Boolean(options.pauseOnConnect);
  server.noDelay = Boolean(options.noDelay);
  server.keepAlive = Boolean(options.keepAlive);
  server.keepAliveInitialDelay = keepAliveDelayOption(options);
  server[kKeepAlive] = { interval: options.keepAliveInterval, count: options.keepAliveCount };
  server.highWaterMark = highWaterMarkOption(options);
  server[kReceives] = receiveOption(options) || undefined;
  server[kAcceptedOnRead] = serverOnread(options.onread);
  server[kUserTimeout] = userTimeoutOption(options);
  const blockList = blockListOption(options);
  if (blockList !== null) server.blockList = blockList;
  server[kAllowedUids] = credentials.allowedUidsOption(options);
  server[kProxy] = proxyOption(options);
}

/**
 * A TCP or IPC server (net.md, new net.Server()).
 * @param {object | Function} [options] `allowHalfOpen`, `pauseOnConnect`, `noDelay`, `keepAlive`, `keepAliveInitialDelay`,
 *   `keepAliveInterval`, `keepAliveCount`, `userTimeout`, `highWaterMark`, `blockList`, `proxyProtocol`,
 *   `receiveDescriptors`, `onread`; or the listener
 * @param {Function} [connectionListener]
 * @throws ERR_INVALID_ARG_TYPE; for `proxyProtocol` also ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE, ERR_MISSING_ARGS
 */
function Server(options, connectionListener) {
  if (new.target === undefined && !(this instanceof Server)) return new Server(options, connectionListener);
  EventEmitter.call(this, options !== null && typeof options === 'object' ? options : undefined);
  const [settings, listener] = readArguments(options, connectionListener);

  if (listener !== undefined) this.on('connection', listener);
  this._connections = 0;
  this._handle = null;
  this._usingWorkers = false;
  this._workers = [];
  this._unref = false;
  this._listeningId = 1;
  this[kClosed] = false;
  this[kHolds] = 0;
  this[kWarned] = false;
  this[kNumber] = ++servers;
  applyOptions(this, settings);
}
Object.setPrototypeOf(Server.prototype, EventEmitter.prototype);
Object.setPrototypeOf(Server, EventEmitter);

/* --- connections ------------------------------------------------------------------------------------------------- */

/** Tells C how many connections may still come. */
function updateRoom(server) {
  const limit = server[kMaxConnections];
  const handle = server._handle;

  if (!(handle instanceof Handle)) return;
  const number = limit === undefined || limit === null ? NaN : Number(limit);
  const room = Number.isNaN(number) ? -1 : Math.max(0, Math.ceil(number - server._connections));
  native.setRoom(handle.id, Math.min(room, 2 ** 31 - 1));
}

/** Whether a list of node:net, which C does not know, forbids the peer. */
function isBlocked({ blockList }, client) {
  if (!blockList || BlockList.isBlockList(blockList) || !client.getpeername) return false;
  const peer = {};
  return client.getpeername(peer) === 0 && blockList.check(peer.address, peer.family.toLowerCase());
}

/** A connection is no more. */
function leave(server) {
  server._connections--;
  server._emitCloseIfDrained();
}

/** The options of an accepted socket. They can fail only when `onread` has a function that does. */
function acceptedOptions(client, server) {
  try {
    return new AcceptedOptions(client, server);
  } catch (error) {
    client.close();
    throw error;
  }
}

/** `this` is the handle of the server, as programs may call it through server._handle.onconnection. */
function onconnection(status, client) {
  const server = this[kOwner];

  debug('onconnection');
  if (status) {
    if (status > 0) refuse(server, status, client);
    else server.emit('error', errnoException(status, 'accept'));
    return;
  }
  if (isBlocked(server, client)) {
    client.close();
    return;
  }
  const socket = new Socket(acceptedOptions(client, server));
  if (server[kProxy]) takeHeader(socket, client);
  if (server.noDelay) socket.setNoDelay(true);
  if (server.keepAlive) {
    const { interval, count } = server[kKeepAlive];
    socket.setKeepAlive(true, server.keepAliveInitialDelay * 1000, interval, count);
  }
  server._connections++;
  socket.server = server;
  socket._server = server;
  if (socket.destroyed) leave(server); // it could not be read from
  server.emit('connection', socket);
  if (serverSocket.hasSubscribers) serverSocket.publish({ socket });
}

/** The connections here and those of the child processes that were sent some. */
function countEverywhere(server, callback) {
  const lists = server._workers;
  let total = server._connections;
  let left = lists.length;
  const done = (error, count) => {
    left = -1;
    process.nextTick(callback, error, count);
  };

  if (left === 0) done(null, total);
  for (const list of lists) {
    list.getConnections((error, count) => {
      if (left < 0) return;
      total += error ? 0 : count;
      if (error) done(error);
      else if (--left === 0) done(null, total);
    });
  }
}

/** Waits for the connections of child processes too; meanwhile a connection that is none holds 'close' back. */
function closeEverywhere(server) {
  const lists = server._workers;
  let left = lists.length;
  const done = () => {
    server._connections--;
    server._emitCloseIfDrained();
  };

  server._connections++;
  if (left === 0) done();
  for (const list of lists) {
    list.close(() => {
      if (--left === 0) done();
    });
  }
}

const methods = {
  listen,

  /** The last step of listen(), by its undocumented name in Node. */
  _listen2(address, port, family, backlog, fd, flags) {
    listenNow(this, { address, port, family, backlog, fd, flags });
  },

  /** Counts in the connections that a child process was sent; `list` is Node's own. */
  _setupWorker(list) {
    this._usingWorkers = true;
    this._workers.push(list);
    list.once('exit', () => {
      this._workers = this._workers.filter((other) => other !== list);
    });
  },

  /** Takes a handle that is to listen. @returns {Error | null} it cannot keep out whom the server does not allow */
  _attach(handle) {
    this._handle = handle;
    handle.onconnection = onconnection;
    handle[kOwner] = this;
    if (!(handle instanceof Handle)) return null; // a cluster's stand-in: see cluster.js
    updateRoom(this);
    if (this[kProxy]) readHeaders(this, handle);
    if (this[kUserTimeout] > 0) handle.setUserTimeout?.(this[kUserTimeout]); // which those that it accepts inherit
    if (this[kHolds] > 0) handle.hold(true);
    native.setServer(handle.id, this[kNumber]);
    if (this[kLimit]) native.setAcceptLimit(handle.id, this[kLimit].native);
    if (BlockList.isBlockList(this.blockList)) native.setBlockList(handle.id, this.blockList.native);
    return credentials.restrict(this, handle);
  },

  /** A limit turned a connection away. The reason is there with limits that Node does not have. */
  [kDropped](data, reason) {
    if (reason !== undefined) this.emit('drop', { ...data, reason });
    else if (data === undefined) this.emit('drop');
    else this.emit('drop', data);
  },

  /** The last descriptor is taken: libuv closes whoever comes now, without a word. Told once. */
  [kExhausted]() {
    if (this[kWarned]) return;
    this[kWarned] = true;
    const warning = 'A server has taken the last descriptor of the process: connections are closed until there are some again';
    process.emitWarning(warning, { type: 'ResourceWarning', code: 'CNET_DESCRIPTORS' });
  },

  /** Accepts nobody until it is called with false as often as with true; those who come meanwhile wait in the backlog. */
  [kHold](whether) {
    this[kHolds] += whether ? 1 : -1;
    this._handle?.hold?.(this[kHolds] > 0);
  },

  /** Connections beyond this number are dropped (net.md, server.maxConnections). */
  get maxConnections() {
    return this[kMaxConnections];
  },

  set maxConnections(limit) {
    this[kMaxConnections] = limit;
    updateRoom(this);
  },

  /** @returns {boolean} (net.md, server.listening) */
  get listening() {
    return Boolean(this._handle);
  },

  /** @returns {object | string | null} where it listens (net.md, server.address()) */
  address() {
    if (this._handle?.getsockname) {
      const name = {};
      const err = this._handle.getsockname(name);
      if (err) throw errnoException(err, 'address');
      return name;
    }
    return this._pipeName ?? null;
  },

  /**
   * The number of connections (net.md, server.getConnections()).
   * @param {(error: Error | null, count: number) => void} callback
   * @returns {this}
   */
  getConnections(callback) {
    if (this._usingWorkers) countEverywhere(this, callback);
    else process.nextTick(callback, null, this._connections);
    return this;
  },

  /**
   * Stops accepting; 'close' comes when the last connection has ended (net.md, server.close()).
   * @param {(error?: Error) => void} [callback]
   * @returns {this}
   */
  close(callback) {
    if (typeof callback === 'function') {
      const isOpen = Boolean(this._handle);
      this.once('close', () => (isOpen ? callback() : callback(new codes.ERR_SERVER_NOT_RUNNING())));
    }
    this._listeningId++; // a lookup that is on its way counts no more
    if (this._handle) {
      this._handle.close();
      this._handle = null;
    }
    if (this._usingWorkers) closeEverywhere(this);
    else this._emitCloseIfDrained();
    return this;
  },

  /** A connection has ended, or the server was closed. */
  _emitCloseIfDrained() {
    debug('SERVER _emitCloseIfDrained');
    if (this[kMaxConnections] !== undefined) updateRoom(this);
    if (this._handle || this._connections) {
      debug('SERVER handle? %j   connections? %d', Boolean(this._handle), this._connections);
      this[kShutdown]?.update();
      return;
    }
    process.nextTick(() => {
      debug('SERVER: emit close');
      this[kClosed] = !this._handle;
      this[kShutdown]?.finish();
      this.emit('close');
    });
  },

  /** Lets the server hold the event loop again (net.md, server.ref()). */
  ref() {
    this._unref = false;
    this._handle?.ref();
    return this;
  },

  /** Lets the process end although the server listens (net.md, server.unref()). */
  unref() {
    this._unref = true;
    this._handle?.unref();
    return this;
  },

  /** close() as a promise (net.md, server[Symbol.asyncDispose]()). */
  async [kAsyncDispose]() {
    if (!this._handle) return;
    await new Promise((resolve, reject) => {
      this.close((error) => (error ? reject(error) : resolve()));
    });
  },

  /**
   * The connections, one after the other, until the server has closed (see connection-iterator.js).
   * @param {{ signal?: AbortSignal, highWaterMark?: number }} [options]
   * @returns {AsyncIterableIterator<Socket>}
   */
  [Symbol.asyncIterator](options) {
    return new ConnectionIterator(this, options);
  },

  /** A rejection of an async listener, with `captureRejections`. */
  [EventEmitter.captureRejectionSymbol](error, event, socket) {
    if (event === 'connection') socket.destroy(error);
    else this.emit('error', error);
  },
};
for (const part of [methods, socketOptions.methods, acceptControl.methods, shutdown.methods]) {
  Object.defineProperties(Server.prototype, Object.getOwnPropertyDescriptors(part));
}

/** The number of connections; deprecated (net.md of Node 8, server.connections). */
Object.defineProperty(Server.prototype, 'connections', {
  get() {
    return this._usingWorkers ? null : this._connections;
  },
  set(value) {
    this._connections = value;
  },
  configurable: true,
  enumerable: true,
});

takeInstances(Server, nodeNet.Server);

module.exports = { Server };
