'use strict';

/**
 * A connection of cnet's on one of Node's own native streams. Node's TLS and http2 speak to such a stream below
 * JavaScript; any other they read and write as a Duplex, which costs twice as much. So a socket that is given to one
 * of them gives its connection to a native stream of Node's: the descriptor is the stream's from then on, and the
 * socket's object stays what the program has. What C knows of the socket but for the descriptor stays in its Handle,
 * which is closed when the connection ends: the place that it has in the limits of its server, and whose connection
 * it is.
 *
 * A socket that still connects does so by its own Handle, while TLS waits on a stream that is open on nothing; when
 * there is a connection, that stream gets it.
 */

const native = require('../native/binding');
const { errnoException, invalidArgType } = require('../common/errors');
const { ForeignHandle } = require('./foreign-handle');
const { HAS_DESCRIPTORS, Handle, Pipe, SOCKET, TCP } = require('../native/handle');
const { setOwner } = require('../node-internals/handles');
const { asNodes, makeStream, watchActivity } = require('../node-internals/native-streams');
const { StandIn, standInFor } = require('./stand-in');
const { kBorrow, kOwner } = require('../common/symbols');
const {
  kAttach, kBytesWritten, kDescriptorQueue, kEarlyData, kFirstBytes, kHandle, kIsSpliced, kLife, kNodeStream,
  kQueuedFiles, kReceivesDescriptors, kShutdownCallback, kUsesZeroCopy, kWriteCallback,
} = require('./state');
const { count } = require('../native/stats');
const uv = require('../native/uv');

/** Runs an action with a handle of cnet for a moment, on a duplicate of a descriptor. */
function withCopy(Kind, descriptor, action) {
  const fd = native.dup(descriptor);
  if (fd < 0) return fd;
  const copy = Kind.make(SOCKET);
  try {
    const err = copy.open(fd);
    if (err === 0) return action(copy);
    native.closeFd(fd);
    return err;
  } finally {
    copy.close();
  }
}

/** What stands for the native stream of Node's as the socket's handle. */
class NodeStream extends ForeignHandle {
  #socket;
  /** The socket's own handle, which has no descriptor any more; null while the stream waits for the connection. */
  #seat = null;
  #bytesRead = 0;
  #bytesWritten = 0;

  constructor(original, socket, Kind) {
    super(original, socket, true);
    setOwner(original, socket);
    this.#socket = socket;
    this.Kind = Kind;
  }

  get fd() {
    return this.original.fd;
  }

  get bytesRead() {
    return this.#bytesRead + (super.bytesRead ?? 0);
  }

  get bytesWritten() {
    return this.#bytesWritten + (super.bytesWritten ?? 0);
  }

  get writeQueueSize() {
    return this.original.writeQueueSize;
  }

  /** Takes the connection of the socket's handle. @returns {number} 0; or a negative code, and it stays where it was */
  take(handle) {
    const socket = this.#socket;
    const isRead = handle.reading;
    const written = socket[kBytesWritten] + (socket[kUsesZeroCopy] ? handle.bytesSent : 0);
    const err = this.#open(handle);

    if (err) return err;
    this.#seat = handle;
    this.#bytesRead = handle.bytesRead;
    this.#bytesWritten = written;
    if (!handle.hasRef()) this.original.unref();
    handle.unref();
    handle.reading = false;
    socket[kHandle] = this;
    if (!isRead) return 0;
    this.original.reading = true;
    return this.original.readStart();
  }

  /** Opens the stream on the descriptor. */
  #open(handle) {
    const fd = native.give(handle.id);
    const err = fd < 0 ? fd : this.original.open(fd);

    if (fd < 0 || err === 0) return err;
    if (handle.open(fd) !== 0) native.closeFd(fd);
    else if (handle.reading) handle.readStart();
    return err;
  }

  /**
   * Runs an action with a handle of cnet, for what Node's streams do not know.
   * @returns {any} a negative code: it could not be
   */
  [kBorrow](action) {
    return withCopy(this.Kind, this.original.fd, action);
  }

  #leaveSeat() {
    const seat = this.#seat;
    if (seat === null) return;
    this.#seat = null;
    count('bytesRead', super.bytesRead ?? 0);
    count('bytesWritten', super.bytesWritten ?? 0);
    seat[kOwner] = null;
    seat.close();
  }

  close(callback) {
    this.#leaveSeat();
    super.close(callback);
  }

  /** close() by a TCP reset. A code below zero: it could not be one, and is a plain close. */
  reset(callback) {
    if (this.isClosed) return 0;
    this.#leaveSeat();
    return super.reset(callback);
  }
}

/** Node's have no such methods, or on some lines others. */
for (const name of ['setKeepAlive', 'setTypeOfService', 'getTypeOfService', 'setUserTimeout', 'getUserTimeout']) {
  Object.defineProperty(NodeStream.prototype, name, {
    get() {
      return this.Kind === TCP ? (...args) => this[kBorrow]((copy) => copy[name](...args)) : undefined;
    },
  });
}

/** A descriptor of a socket that is connected to nothing. */
function makeDescriptor(Kind) {
  const handle = Kind.make(SOCKET);
  const err = native.makeSocket(handle.id, Kind === TCP ? 4 : 0, false);
  const fd = err || native.dup(handle.fd);
  handle.close();
  if (fd < 0) throw errnoException(fd, 'socket');
  return fd;
}

/** `this` is the kind. */
function makeForKind() {
  return makeStream(this, makeDescriptor);
}

/** A stream for the connection of a handle, in its async context; null: none can be had. */
function streamFor(handle, Kind) {
  let stream = null;
  try {
    stream = native.run(handle.id, Kind, makeForKind) ?? null;
  } catch {
    // no descriptor is left, or a Node that has no such streams
  }
  return stream;
}

/** Whether nothing is on its way in the socket that a stream of Node's would not know of. */
function isAtRest(socket) {
  return (
    socket[kWriteCallback] === null &&
    socket[kShutdownCallback] === null &&
    socket.writableLength === 0 &&
    !socket.writableEnded &&
    socket[kQueuedFiles] === 0 &&
    socket[kEarlyData] === null &&
    socket[kFirstBytes] === null &&
    socket[kDescriptorQueue] === null &&
    !socket[kReceivesDescriptors] &&
    !socket[kIsSpliced] &&
    socket[kLife].standIn === null
  );
}

/** Not of a socket that holds a file of its own (`path`): that goes with its handle. */
const canGive = (socket) => {
  const { [kHandle]: handle } = socket;
  return HAS_DESCRIPTORS && handle instanceof Handle && handle.id >= 0 && handle.path === undefined &&
    !socket.destroyed && isAtRest(socket);
};

/**
 * TLS takes what was read before in a tick to come, and a program that resumes the socket until then would lose it: so
 * with such bytes there is a stand-in for TLS.
 */
const hasBytes = (socket) => socket.readableLength > 0;

/** Whether it was, or will be when there is a connection. */
const isGiven = (socket) => socket[kNodeStream] !== null || socket[kHandle] instanceof NodeStream;

/**
 * Puts the connection of a socket on a native stream of Node's, now, or once there is a connection.
 * @param {import('./socket').Socket} socket
 * @returns {boolean} whether `socket._handle` is such a stream
 */
function toNodeStream(socket) {
  if (isGiven(socket)) return true;
  if (!canGive(socket)) return false;
  const { [kHandle]: handle } = socket;
  const Kind = handle instanceof Pipe ? Pipe : TCP;
  const original = streamFor(handle, Kind);
  if (original === null) return false;
  const stream = new NodeStream(original, socket, Kind);
  if (socket.connecting) socket[kNodeStream] = stream;
  else if (stream.take(handle) !== 0 && socket[kHandle] !== stream) {
    stream.close();
    return false;
  }
  watchActivity(socket);
  return true;
}

/** toNodeStream() for TLS. */
const toStreamOfTls = (socket) => (isGiven(socket) || !hasBytes(socket)) && toNodeStream(socket);

/**
 * What Node's TLS or http2 is to be given for a socket, in the place of the socket in `tls.connect({ socket })`, `new
 * tls.TLSSocket(socket)`, `server.emit('connection', socket)` and `createConnection()`: so that it speaks to a stream
 * of Node's own, or where that cannot be to a Duplex of which the program's listeners are no part. With cnet/register
 * that happens by itself. Nothing of Node's is changed. Not in Node.
 * @param {import('./socket').Socket} socket
 * @returns {import('./socket').Socket} what stands for the socket, and does what it does; the socket is still the
 *   program's
 * @throws ERR_INVALID_ARG_TYPE
 */
function forTLS(socket) {
  if (socket instanceof StandIn) return socket;
  if (!(kNodeStream in Object(socket))) throw invalidArgType('socket', 'net.Socket', socket);
  return toStreamOfTls(socket) ? asNodes(socket) : standInFor(socket);
}

/**
 * Lets a stream of Node's wait for the connection of a socket on which connect() is going to be called.
 * @param {import('./socket').Socket} socket without a handle
 * @param {boolean} isPath whether it will be given a path
 * @returns {boolean} whether `socket._handle` is such a stream
 */
function expectNodeStream(socket, isPath) {
  if (!HAS_DESCRIPTORS) return false;
  socket[kAttach]((isPath ? Pipe : TCP).make(SOCKET));
  socket.connecting = true; // also when no stream can be had: what TLS writes waits for the connection all the same
  return toNodeStream(socket);
}

/**
 * There is the connection that a stream of Node's waits for.
 * @returns {boolean} false: it could not be given, and the socket is destroyed
 */
function settleNodeStream(socket) {
  const { [kNodeStream]: stream, [kHandle]: handle } = socket;
  socket[kNodeStream] = null;
  const err = handle instanceof Handle ? stream.take(handle) : uv.EINVAL;
  if (err === 0) return true;
  if (socket[kHandle] !== stream) stream.close();
  socket.destroy(errnoException(err, 'connect'));
  return false;
}

/** The socket has no use any more for a stream that waits. */
function dropNodeStream(socket) {
  const { [kNodeStream]: stream } = socket;
  socket[kNodeStream] = null;
  stream?.close();
}

module.exports = {
  NodeStream,
  dropNodeStream,
  expectNodeStream,
  forTLS,
  settleNodeStream,
  toNodeStream,
  toStreamOfTls,
};
