'use strict';

/**
 * The state of a Server. All of it is declared here; what is in each server the constructor and options.js spell out.
 * Node's own servers of http that listen by cnet have the same (register/http-server.js).
 */

const { State, absent, own, rare } = require('../common/state');
const shared = require('../common/symbols');

const state = new State({
  /* --- in each server ------------------------------------------------------------------------------------------ */

  _connections: own(0), // how many are open in this process
  _handle: own(null), // a Handle, or the stand-in of a cluster; null: it does not listen
  _usingWorkers: own(false), // child processes were sent connections of it
  _workers: own(null), // Node's lists of these connections
  _unref: own(false), // unref() was called: for the next listen() too
  _listeningId: own(1), // another one after each listen() and close(): what is on its way by then counts no more
  kHasClosed: own(false), // it has closed, and has not been told to listen since
  kHoldCount: own(0), // who holds it: it accepts nobody until all have let it go
  kHasWarned: own(false), // that there are no descriptors
  kListenTarget: own(null), // where listen() is about to listen, with what _listen2() is not told
  kUndo: own(null), // what a listen() that fails takes back: functions
  kKeepAliveTimes: own(null), // { interval, count } for each connection
  kAcceptedDescriptors: own(undefined), // the option `receiveDescriptors`, for each connection
  kAcceptedOnRead: own(undefined), // the option `onread`, for each connection
  kIOThreads: own(0), // the option `ioThreads`: how many threads its connections are spread over
  kUserTimeout: own(undefined), // ms; undefined: not set
  kAllowedUids: own(null), // whose processes may connect to a path; null: all
  kProxyProtocol: own(null), // the option `proxyProtocol`, read: see proxy-protocol.js

  /* The options that programs see. */
  allowHalfOpen: own(false),
  pauseOnConnect: own(false),
  noDelay: own(false),
  keepAlive: own(false),
  keepAliveInitialDelay: own(0), // seconds
  highWaterMark: own(undefined), // bytes; never undefined once it is made

  /* --- in few servers ------------------------------------------------------------------------------------------ */

  kAcceptedAhead: rare(undefined), // connections that a loop has accepted, and that wait for the next loop
  kAcceptLimit: rare(null), // the limits of this server: see limits.js
  kAcceptPaused: rare(false), // by pauseAccept()
  kBindingHandle: rare(null), // the handle that waits for its path: see listen.js
  kHeldUntilWanted: rare(false), // it is held until somebody listens for connections
  kListenOptions: rare(null), // the socket options that listen() is to set before it binds
  kMaxConnections: rare(undefined), // the property `maxConnections`
  kShutdown: rare(null), // the shutdown() that is on its way

  /* --- what programs see, where it is there -------------------------------------------------------------------- */

  _connectionKey: absent(), // where it listens, as text
  _pipeName: absent(), // the path, or the name, of the last listen() with one
  blockList: absent(), // the option
}, shared);

/** The keys of methods by which the files of a Server reach each other. */
const keysOfMethods = {
  kHold: Symbol('kHold'), // accept nobody, until it is let go as often
  kServerId: Symbol('kServerId'), // the number by which C knows whose a connection is
};

module.exports = {
  ...state.symbols,
  ...keysOfMethods,
  first: state.first,
  isDeclared: (key) => state.keys.has(key),
  methods: state.rare,
};
