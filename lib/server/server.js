'use strict';

/**
 * net.Server: its life from construction to 'close'. It begins to listen in listen.js, and takes connections in
 * accept.js.
 */

const EventEmitter = require('node:events');
const { inspect } = require('node:util');

const accept = require('./accept');
const { serverDrop, tellLimit } = require('../common/channels');
const connections = require('./connections');
const { ConnectionIterator, dropAhead } = require('./connection-iterator');
const { restrict } = require('./allowed-uids');
const { debug } = require('../common/debug');
const { defineMethods } = require('../common/define-methods');
const { codes, errnoException } = require('../common/errors');
const { Handle } = require('../native/handle');
const { lazily } = require('../common/lazily');
const { inspectServer } = require('./inspect');
const { takeInstances } = require('../common/instances');
const limits = require('./limits');
const { cancelBinding, listen, listenNow } = require('./listen');
const native = require('../native/binding');
const nodeNet = require('../node-internals/net');
const { NONE, limitServer, program } = require('../options/program-defaults');
const { applyOptions, readArguments } = require('./options');
const { closeEverywhere, countEverywhere } = require('../node-internals/child-process');
const shutdown = require('./shutdown');
const socketOptions = require('../options/socket-options');
const state = require('./state');
const { kDropped, kExhausted, kOwner, kUserDropped } = require('../common/symbols');
const { nextTick } = require('../common/timers');
const { undo } = require('../common/undo');

const {
  first,
  kAcceptLimit,
  kBindingHandle,
  kHasClosed,
  kHasWarned,
  kIOThreads,
  kHold,
  kHoldCount,
  kListenTarget,
  kMaxConnections,
  kProxyProtocol,
  kServerId,
  kShutdown,
  kUndo,
  kUserTimeout,
} = state;

const blockLists = lazily(() => require('../address/block-list'));
const proxyProtocol = lazily(() => require('./proxy-protocol'));

/** Symbol.asyncDispose, also where the running Node has none yet. */
const kAsyncDispose = Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose');

/** By which C knows whose a connection is. Not a property: two fresh servers are equal, by whatever compares them. */
const numbers = new WeakMap();
let lastNumber = 0;

/** Gives a server what it has of its own, line by line, in the order of state.js. */
function giveState(server, settings) {
  server._connections = first._connections;
  server._handle = first._handle;
  server._usingWorkers = first._usingWorkers;
  server._workers = [];
  server._unref = first._unref;
  server._listeningId = first._listeningId;
  server[kHasClosed] = first[kHasClosed];
  server[kHoldCount] = first[kHoldCount];
  server[kHasWarned] = first[kHasWarned];
  server[kListenTarget] = first[kListenTarget];
  server[kUndo] = first[kUndo];
  server[kIOThreads] = first[kIOThreads];
  applyOptions(server, settings);
  if (program.server !== NONE) limitServer(server, settings);
}

/**
 * A TCP or IPC server (net.md, new net.Server()).
 * @param {object | Function} [options] `allowHalfOpen`, `pauseOnConnect`, `noDelay`, `keepAlive`,
 *   `keepAliveInitialDelay`, `keepAliveInterval`, `keepAliveCount`, `userTimeout`, `highWaterMark`, `blockList`,
 *   `proxyProtocol`, `receiveDescriptors`, `onread`, `allowedUids`, `maxConnectionsPerAddress`,
 *   `maxConnectionsPerPrefix`, `maxConnectionRate`; or the listener
 * @param {Function} [connectionListener]
 * @throws ERR_INVALID_ARG_TYPE; for `proxyProtocol` also ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE, ERR_MISSING_ARGS
 */
function Server(options, connectionListener) {
  if (new.target === undefined && !(this instanceof Server)) return new Server(options, connectionListener);
  if (new.target === undefined && this instanceof nodeNet.Server)
    return nodeNet.Server.call(this, options, connectionListener);
  const [settings, listener] = readArguments(options, connectionListener);
  EventEmitter.call(this, settings);

  if (listener !== undefined) this.on('connection', listener);
  giveState(this, settings);
}
Object.setPrototypeOf(Server.prototype, EventEmitter.prototype);
Object.setPrototypeOf(Server, EventEmitter);

/**
 * What a server without options has of its own, as an object that is no emitter: each kind of emitters that is made
 * early has EventEmitter cost more for all others (see docs/performance.md, "What was tried").
 */
function plainState() {
  const state = Object.create(Server.prototype);
  giveState(state, readArguments()[0]);
  return state;
}

/**
 * Tells C how many connections may still come.
 * @returns {number} 0, or a negative code: of a handle's first time only
 */
function updateRoom(server) {
  const limit = server[kMaxConnections];
  const handle = server._handle;

  if (!(handle instanceof Handle)) return 0;
  const number = limit === undefined || limit === null ? NaN : Number(limit);
  const room = Number.isNaN(number) ? -1 : Math.max(0, Math.ceil(number - server._connections));
  return native.setRoom(handle.id, Math.min(room, 2 ** 31 - 1));
}

/** Has C heed the limits of the server. @returns {number} 0, or a negative code */
function limitHandle(server, handle) {
  const err = updateRoom(server);
  return err === 0 && server[kAcceptLimit] ? native.setAcceptLimit(handle.id, server[kAcceptLimit].native) : err;
}

function publishDrop(server, data, reason) {
  const limits = {
    maxConnections: server[kMaxConnections],
    maxConnectionsPerAddress: server[kAcceptLimit]?.perAddress,
    maxConnectionsPerPrefix: server[kAcceptLimit]?.perPrefix,
    maxConnectionRate: server[kAcceptLimit]?.rate,
  };
  serverDrop.publish({ server, ...data, reason, limit: limits[reason] });
}

/** What tells the callback of close() that there was nothing to close. */
const closeNobody = (callback) =>
  function close() {
    callback(new codes.ERR_SERVER_NOT_RUNNING());
  };

const methods = {
  get [kServerId]() {
    if (!numbers.has(this)) numbers.set(this, ++lastNumber);
    return numbers.get(this);
  },

  listen,

  /** The last step of listen(), by its undocumented name in Node. */
  _listen2(address, port, family, backlog, fd, flags) {
    const place = this[kListenTarget];
    this[kListenTarget] = null;
    listenNow(this, { ...place, address, port, family, backlog, fd, flags });
  },

  /** Counts in the connections that a child process was sent; `list` is Node's own. */
  _setupWorker(list) {
    this._usingWorkers = true;
    this._workers.push(list);
    list.once('exit', () => {
      this._workers = this._workers.filter((other) => other !== list);
    });
  },

  /** Takes a handle that is to listen. @returns {Error | null} it cannot do what the server is to */
  _attach(handle) {
    this._handle = handle;
    handle.onconnection = accept.onconnection;
    handle.onheaderrejected = accept.onheaderrejected;
    handle[kOwner] = this;
    if (!(handle instanceof Handle)) return null; // a cluster's stand-in: see cluster.js
    const err = limitHandle(this, handle) || (this[kProxyProtocol] ? proxyProtocol().readHeaders(this, handle) : 0);
    if (err) return errnoException(err, 'listen');
    if (this[kUserTimeout] > 0) handle.setUserTimeout?.(this[kUserTimeout]); // which those that it accepts inherit
    if (this[kHoldCount] > 0) handle.hold(true);
    native.setServer(handle.id, this[kServerId]);
    if (this.blockList && blockLists().isOwnBlockList(this.blockList))
      native.setBlockList(handle.id, this.blockList.native);
    return restrict(this, handle);
  },

  /** A limit turned a connection away. 'drop' has the reason where there are limits that Node does not have. */
  [kDropped](data, reason) {
    if (this[kAcceptLimit]) this.emit('drop', { ...data, reason });
    else if (data === undefined) this.emit('drop');
    else this.emit('drop', data);
    if (serverDrop.hasSubscribers) publishDrop(this, data, reason);
  },

  /** A user was turned away who is none of `allowedUids`. */
  [kUserDropped](peer) {
    const reason = 'credentials';
    this.emit('drop', { reason, ...peer });
    if (serverDrop.hasSubscribers) publishDrop(this, peer, reason);
  },

  /** The process is out of descriptors: libuv closes new connections without a word. The warning comes once. */
  [kExhausted]() {
    if (this[kHasWarned]) return;
    this[kHasWarned] = true;
    const warning =
      'No file descriptors are left, so new connections are closed until some are freed: ' +
      'raise the limit (ulimit -n), or set server.maxConnections';
    process.emitWarning(warning, { type: 'ResourceWarning', code: 'CNET_DESCRIPTORS' });
  },

  /**
   * Accepts nobody until it is called with false as often as with true; those who come meanwhile wait in the backlog.
   */
  [kHold](whether) {
    this[kHoldCount] += whether ? 1 : -1;
    this._handle?.hold?.(this[kHoldCount] > 0);
  },

  /** Connections beyond this number are dropped (net.md, server.maxConnections). */
  get maxConnections() {
    return this[kMaxConnections];
  },

  set maxConnections(limit) {
    this[kMaxConnections] = limit;
    updateRoom(this);
    tellLimit(this, 'maxConnections', limit);
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
    else nextTick(callback, null, this._connections);
    return this;
  },

  /**
   * Stops accepting; 'close' comes when the last connection has ended (net.md, server.close()).
   * @param {(error?: Error) => void} [callback]
   * @returns {this}
   */
  close(callback) {
    if (typeof callback === 'function') this.once('close', this._handle ? callback : closeNobody(callback));
    undo(this);
    this._listeningId++; // a lookup that is on its way counts no more
    if (this[kBindingHandle]) cancelBinding(this);
    if (this._handle) {
      this._handle.close();
      this._handle = null;
    }
    dropAhead(this);
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
    nextTick(() => {
      debug('SERVER: emit close');
      this[kHasClosed] = !this._handle;
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

/** The methods by their files, in the order in which the prototype has them. */
const SUBJECTS = { state, server: { methods }, 'socket-options': socketOptions, limits, accept, shutdown, connections };

const parts = defineMethods(Server.prototype, SUBJECTS);

Object.defineProperty(Server.prototype, inspect.custom, { value: inspectServer, writable: true, configurable: true });

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

module.exports = { Server, parts, plainState };
