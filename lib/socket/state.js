'use strict';

/**
 * The state of a Socket. All of it is declared here: new sockets, the next life of a socket (see life.js) and the
 * prototype have their values from this declaration. What is in each socket the constructor spells out, line by line,
 * in this order: so the engine makes room for it in the object, and all sockets have one shape.
 */

const { State, absent, own, rare } = require('../common/state');
const shared = require('../common/symbols');

/** The piece lasts as long as the socket, whatever becomes of its connection. */
const SOCKET = 'socket';
/** Another life begins with the first value. */
const LIFE = 'life';
/** Another handle begins with the first value. */
const HANDLE = 'handle';
/** The piece stays with the life that it was of, when the socket leaves that or its handle. */
const ANSWER = 'answer';

const state = new State({
  /* --- in each socket ------------------------------------------------------------------------------------------ */

  kLife: own(null, SOCKET), // its life, from when somebody asks for it
  kHandle: own(null, SOCKET), // a Handle, a ForeignHandle, or null; socket._handle for programs
  kIdleTimeoutId: own(-1, SOCKET), // number of the idle timeout; -1: none. destroy() ends it
  kConnectAttempt: own(null, LIFE), // what connect() is trying, while it does
  kUndo: own(null, SOCKET), // what a connect() that fails takes back: functions; destroy() does
  kBytesRead: own(0, LIFE), // counted by the handle, and kept here when it has gone
  kBytesWritten: own(0, HANDLE), // bytes given to the handle so far
  kWriteCallback: own(null, ANSWER), // the callback of the write that waits
  kShutdownCallback: own(null, ANSWER), // the callback of _final()
  kNoDelay: own(false, SOCKET), // setNoDelay() was called
  connecting: own(false, LIFE),
  _hadError: own(false, LIFE),
  _parent: own(null, SOCKET), // a socket whose idle timeout this one's activity counts for
  _host: own(null, LIFE), // the name that connect() looks up
  _closeAfterHandlingError: own(false, LIFE), // the handle stays until 'error' was told
  _sockname: own(null, HANDLE), // the name of this end, once somebody has asked
  _pendingData: own(null, LIFE), // the write that waits for the connection
  _pendingEncoding: own('', LIFE),
  server: own(null, SOCKET), // the Server that has accepted it, for programs, which may change it
  _server: own(null, LIFE), // the same, which counts it

  /* --- in few sockets ------------------------------------------------------------------------------------------ */

  kAhead: rare(null, LIFE), // what an I/O thread was given of the queue of writes: see write-ahead.js
  kBlockList: rare(null, SOCKET), // whom connect() must not reach
  kBoundToPath: rare(null, SOCKET), // it was a BoundSocket: of a path, true, or of an address, false; null: it was not
  kClosingLife: rare(null, SOCKET), // the life whose 'close' it is telling
  kConnectOptions: rare(null, SOCKET), // the options of connect() that new Socket() was given
  kConnectTimer: rare(null, LIFE), // of the option `connectTimeout`, while it connects
  kDescriptorQueue: rare(null, LIFE), // messages with descriptors that are not sent yet: see descriptors.js
  kEarlyData: rare(null, LIFE), // what was offered with the handshake: see fast-open.js
  kFirstBytes: rare(null, LIFE), // bytes that came before the handle's, for `onread`: see first-bytes.js
  kIOThreads: rare(0, SOCKET), // of how many I/O threads connect() takes one: its option `ioThread`
  kIsResetting: rare(false, LIFE), // the handle is to be closed by a reset
  kIsSpliced: rare(false, HANDLE), // splice() has it
  kKeepAlive: rare(null, SOCKET), // { enable, delay, interval, count }
  kNodeStream: rare(null, LIFE), // a stream of Node's that waits for the connection: see node-stream.js
  kOnRead: rare(null, SOCKET), // the option `onread`: { buffer, next, callback }
  kParser: rare(null, LIFE), // Node's parser of http, which reads below the stream: see parser-reader.js
  kProxyHeader: rare(null, SOCKET), // the header of the PROXY protocol that came; the next connect() forgets it
  kProxyHeaderToSend: rare(null, SOCKET), // the bytes of the one that is to go first; the next connect() has another
  kQueuedFiles: rare(0, LIFE), // files that are to be sent among the writes
  kReceivesDescriptors: rare(false, SOCKET), // the option `receiveDescriptors`
  kTypeOfService: rare(undefined, SOCKET),
  kUserTimeout: rare(undefined, SOCKET), // ms; undefined: not set
  kUsesZeroCopy: rare(false, LIFE), // the kernel has taken bytes that JavaScript has not counted: see send-file.js
  kWillConnect: rare(false, SOCKET), // writes wait for a connect() that is to come

  /* --- what programs see, where it is there -------------------------------------------------------------------- */

  _peername: absent(HANDLE), // the name of the other end, once somebody has asked
  autoSelectFamilyAttemptedAddresses: absent(SOCKET), // those of the last connect() that has tried several
  timeout: absent(SOCKET), // the time of setTimeout()

  /* Methods that a socket has for a time in the place of the prototype's; who has put them there takes them away. */
  _read: absent(SOCKET), // while takeBuffered() of first-bytes.js empties it
  emit: absent(SOCKET), // the same
  _writeGeneric: absent(SOCKET), // while descriptors wait to be sent: see descriptors.js
  _writev: absent(SOCKET),
  write: absent(SOCKET), // once its peer has ended, until its next life: see socket.js
}, shared);

/** The keys of methods by which the files of a Socket reach each other. */
const keysOfMethods = {
  kAttach: Symbol('kAttach'), // gives it a handle
  kLiveAgain: Symbol('kLiveAgain'), // begins another life
  kSendInOrder: Symbol('kSendInOrder'), // sends files and writes in their order: see send-file.js
};

module.exports = {
  ...state.symbols,
  ...keysOfMethods,
  /** Pieces that stay with a life that is over. @type {symbol[]} */
  answers: state.lasting(ANSWER),
  first: state.first,
  isDeclared: (key) => state.keys.has(key),
  methods: state.rare,
  resetForHandle: state.resetter(HANDLE),
  resetForLife: state.resetter(LIFE),
};
