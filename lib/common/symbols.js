'use strict';

/** Keys of internal state, shared between the files that make a Socket and a Server. */
module.exports = {
  /** The methods by which a Handle's owner, a Socket or a Server, is told: see native/events.js. */
  kAttempted: Symbol('kAttempted'),
  kConnected: Symbol('kConnected'),
  kDescriptors: Symbol('kDescriptors'),
  kDropped: Symbol('kDropped'),
  kExhausted: Symbol('kExhausted'),
  kRead: Symbol('kRead'),
  kShutDown: Symbol('kShutDown'),
  kWritten: Symbol('kWritten'),

  /** The owner of a Handle. */
  kOwner: Symbol('kOwner'),

  /** State of a Socket. */
  kAttempt: Symbol('kAttempt'), // what connect() is trying, while it does
  kAwaited: Symbol('kAwaited'), // writes wait for a connect() that is to come
  kBlockList: Symbol('kBlockList'),
  kBound: Symbol('kBound'), // it was a BoundSocket: of a path, true, or of an address, false; null: it was not
  kBytesRead: Symbol('kBytesRead'), // kept when the handle has gone
  kBytesWritten: Symbol('kBytesWritten'), // given to the handle so far
  kByKernel: Symbol('kByKernel'), // the kernel has taken bytes that JavaScript has not counted: see send-file.js
  kFileBytes: Symbol('kFileBytes'), // of a file in the queue of writes: the bytes that it counts for
  kFirst: Symbol('kFirst'), // bytes that came before the handle's, for `onread`, or null (see first-bytes.js)
  kFiles: Symbol('kFiles'), // files that are to be sent among the writes
  kConnectTimer: Symbol('kConnectTimer'), // of the option `connectTimeout`, while it connects; or null
  kEarly: Symbol('kEarly'), // what was offered with the handshake: see early-data.js; or null
  kHandle: Symbol('kHandle'),
  kIdle: Symbol('kIdle'), // number of the idle timeout, -1: none
  kKeepAlive: Symbol('kKeepAlive'), // { enable, delay, interval, count } or null
  kKept: Symbol('kKept'), // the options of connect() that new Socket() was given, or null
  kLiveAgain: Symbol('kLiveAgain'), // begins another life of a Socket
  kLife: Symbol('kLife'), // its life: see life.js
  kNoDelay: Symbol('kNoDelay'),
  kParser: Symbol('kParser'), // Node's parser of http, which reads below the stream, or null: see parser-reader.js
  kQueued: Symbol('kQueued'), // messages with descriptors that are not sent yet: see descriptors.js
  kReceives: Symbol('kReceives'), // of a Server too: descriptors are received
  kOnRead: Symbol('kOnRead'), // the option `onread`: { buffer, next, callback } or null
  kProxyHeader: Symbol('kProxyHeader'), // of the PROXY protocol, that came, or null
  kProxyOut: Symbol('kProxyOut'), // and the bytes of the one that is to go first, or null
  kRelayed: Symbol('kRelayed'), // splice() has it
  kResetting: Symbol('kResetting'),
  kShutDownDone: Symbol('kShutDownDone'), // callback of _final()
  kTlsReader: Symbol('kTlsReader'), // the listeners of Node's TLS: see tls-reader.js
  kTypeOfService: Symbol('kTypeOfService'),
  kUndo: Symbol('kUndo'), // what a connect(), or a listen() of a Server, that fails takes back: functions; or null
  kUserTimeout: Symbol('kUserTimeout'), // ms, also of a Server; undefined: not set
  kWriteDone: Symbol('kWriteDone'), // callback of the write that waits

  /** Sends files and writes in their order: see send-file.js. */
  kSendInOrder: Symbol('kSendInOrder'),

  /** Gives a Socket its Handle. */
  kAttach: Symbol('kAttach'),

  /** Takes the handle of a BoundSocket. */
  kAdopt: Symbol('kAdopt'),

  /** State of a Server. */
  kAcceptedOnRead: Symbol('kAcceptedOnRead'), // the option `onread`, of each connection; undefined: none, as of the servers of http
  kArrived: Symbol('kArrived'), // method: the server has been told of a connection; undefined: nothing to do
  kAhead: Symbol('kAhead'), // connections that a loop has accepted, and that wait for the next one; undefined: none
  kAllowedUids: Symbol('kAllowedUids'), // whose processes may connect to a path; null: all
  kBinding: Symbol('kBinding'), // the handle that waits for its path, or null (see listen.js)
  kClosed: Symbol('kClosed'), // it has closed, and has not been told to listen since
  kHold: Symbol('kHold'), // method: accept nobody, until it is let go as often
  kHolds: Symbol('kHolds'),
  kLimit: Symbol('kLimit'), // see limits.js
  kMaxConnections: Symbol('kMaxConnections'),
  kWarned: Symbol('kWarned'), // that there are no descriptors
  kSocketOptions: Symbol('kSocketOptions'), // what listen() is to set before it binds, or null
  kNumber: Symbol('kNumber'), // by which C knows whose a connection is
  kPaused: Symbol('kPaused'),
  kPlace: Symbol('kPlace'), // where listen() is about to listen, with what _listen2() is not told; or null
  kUnwanted: Symbol('kUnwanted'), // it is held until somebody listens for connections
  kShutdown: Symbol('kShutdown'), // the shutdown() that is on its way
  kProxy: Symbol('kProxy'), // the option `proxyProtocol`, read, or null (see server/proxy-protocol.js); undefined in a server of node:http
};
