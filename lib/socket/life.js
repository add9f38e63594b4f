'use strict';

/**
 * The lives of a Socket. A socket lives from the handle that it is given until it is given the next one: destroy()
 * and a new connect() begin another life, which has nothing of the one before.
 *
 * stream.Duplex keeps the stream for later: in ticks, and in the callback that it gives to _write(). A Life stands
 * there in the place of the socket, with the stream's state of its own time. What answers late so finds the state
 * that it belongs to, and its events reach the program while that life is the socket's. All else that answers late, a
 * lookup, a file, a timer, remembers the Life that it was begun in and asks `isCurrent`. Events of an old handle go
 * to the old Life (its kOwner), which has the callbacks that still wait for them.
 */

const { Duplex, Writable } = require('node:stream');

const { codes } = require('../common/errors');
const { kAttempted, kConnected, kDescriptors, kOwner, kRead, kShutDown, kWritten } = require('../common/symbols');
const { answers, first, kClosingLife, kLife, kShutdownCallback, kWriteCallback } = require('./state');
const { answerOf, answerTo, letFlow, renewStates, shareStates } = require('../node-internals/streams');
const { nextTick } = require('../common/timers');
const { methods: writing } = require('./write');

/**
 * Methods of stream.Duplex that keep the stream for later: Node's own, and what a Life is given instead: destroy() of
 * Node 18 does not call back the writes that wait in the queue. A method that a program has put in the place of Node's
 * is given the socket itself.
 */
const KEEPING = {
  destroy: { node: Duplex.prototype.destroy, own: Writable.prototype.destroy, length: 2 },
  end: { node: Duplex.prototype.end, own: Duplex.prototype.end, length: 3 },
  read: { node: Duplex.prototype.read, own: Duplex.prototype.read, length: 1 },
};

/** How a life ended is told in any case. */
const isEnd = (event) => event === 'error' || event === 'close';

/** The _writev() of a Life whose socket has one. */
function writev(chunks, callback) {
  this.socket._writev(chunks, callback);
}

class Life {
  /** @param {import('./socket').Socket} socket whose stream has just been made */
  constructor(socket) {
    this.socket = socket;
    shareStates(this, socket);
    /** True when the socket has had a handle in this life. */
    this.begun = false;
    /** True when stream.Writable calls back to this life, and not to the socket: see hearWrites(). */
    this.hearsWrites = false;
    /** What stream.Writable has made to be called back: a program may put its own in the place of that. */
    this.answer = answerOf(this);
  }

  /**
   * Has what stream.Writable calls back told to this life. It must be so before a write that may have to wait: most
   * sockets never have one, and what it takes costs as much as the making of a stream's state.
   */
  hearWrites() {
    if (this.hearsWrites) return;
    this.hearsWrites = true;
    if (answerOf(this) === this.answer) answerTo(this);
  }

  get isCurrent() {
    return this.socket[kLife] === this;
  }

  /* --- what stream.Duplex asks of a stream ------------------------------------------------------------------------ */

  /** Of an old life only its end is told; of one that is destroyed no 'data'. */
  emit(event, value) {
    if (event === 'data' && this.destroyed) return false;
    if (!this.isCurrent && !isEnd(event)) return false;
    return arguments.length === 1 ? this.socket.emit(event) : this.socket.emit(event, value); // streams give no more
  }

  get allowHalfOpen() {
    return this.socket.allowHalfOpen;
  }

  /** With as many arguments as streams give, as a program may have its own destroy(). */
  destroy(error) {
    if (!this.isCurrent) return this;
    if (arguments.length === 0) this.socket.destroy();
    else this.socket.destroy(error);
    return this;
  }

  end() {
    if (this.isCurrent) this.socket.end();
    return this;
  }

  read(n) {
    return this.isCurrent ? this.socket.read(n) : null;
  }

  _write(chunk, encoding, callback) {
    if (this.isCurrent) this.socket._write(chunk, encoding, callback);
    else callback(new codes.ERR_SOCKET_CLOSED());
  }

  get _writev() {
    return this.socket._writev ? writev : null;
  }

  _final(callback) {
    this.socket._final(callback);
  }

  _destroy(error, callback) {
    if (this.isCurrent) this.socket._destroy(error, callback);
    else callback(this.standIn === null ? error : this.standIn.endWith(error));
  }

  /* --- what a handle tells its owner ------------------------------------------------------------------------------ */

  [kRead]() {
    return false;
  }

  [kAttempted]() {}

  [kConnected]() {}

  [kDescriptors]() {}

  /* --- for a Socket ----------------------------------------------------------------------------------------------- */

  /** A handle is the socket's no more: what it still tells, and who waits for it, belong to this life. */
  leave(handle) {
    const { socket } = this;
    if (handle[kOwner] === socket) handle[kOwner] = this;
    if (socket[kWriteCallback] === null && socket[kShutdownCallback] === null) return; // which are all of them
    for (const key of answers) {
      if (socket[key] === null) continue;
      this[key] = socket[key];
      socket[key] = null;
    }
  }

  /** A program takes a handle away. */
  take(handle) {
    this.begun = true;
    (this.taken ??= []).push(handle);
  }

  /**
   * As socket.once(), in this life only.
   * @param {string} event 'close': that of this life, which another one's may come before
   * @param {() => void} listener
   * @returns {() => void} takes the listener away
   */
  once(event, listener) {
    let isOver = false;
    const told = () => {
      if (isOver) return; // forgotten by a listener before, in which another life has begun
      if (event === 'close' && this.socket[kClosingLife] !== this) return;
      forget();
      listener();
    };
    const forget = () => {
      if (isOver) return;
      isOver = true;
      const { waiting } = this;
      if (waiting[waiting.length - 1] === wish) waiting.pop(); // as it is hardly ever but one
      else waiting.splice(waiting.indexOf(wish), 1);
      this.socket.off(event, told);
    };
    const wish = { event, listener, forget };
    (this.waiting ??= []).push(wish);
    this.socket.on(event, told);
    return forget;
  }

  /** @param {(next: Life) => void} listener is called when the next life has begun, after those that asked before */
  whenNext(listener) {
    (this.heirs ??= []).push(listener);
  }

  /** Tells of the end of this life. */
  tellClose(...hadError) {
    const { socket } = this;
    const outer = socket[kClosingLife];
    socket[kClosingLife] = this;
    try {
      socket.emit('close', ...hadError);
    } finally {
      socket[kClosingLife] = outer; // a program's handle may close another life at once, within this event
      this.standIn?.tellClose();
    }
  }

  /** Another life has begun. Who waits for 'close' need not wait any longer. */
  endBy(next) {
    if (this.taken !== null) this.taken.forEach(this.leave, this);
    Reflect.apply(KEEPING.destroy.own, this, []); // what is queued fails; nothing is done when it was destroyed before
    next();
    if (this.standIn !== null) nextTick(() => this.standIn.tellClose());
    if (this.waiting === null) return;
    for (const { event, listener, forget } of [...this.waiting]) {
      forget();
      if (event === 'close') nextTick(listener);
    }
  }
}
Object.setPrototypeOf(Life.prototype, Duplex.prototype);

/* What few lives have anything in, which is theirs when they do. */

/** What waits for the handle when it is not the socket's any more, as in the socket. */
for (const key of answers) Life.prototype[key] = first[key];
/** True when its signal was aborted before it was made: as in Node, no other error is told in this life. */
Life.prototype.aborted = false;
/** @type {import('./stand-in').StandIn | null} what has the bytes, the end and the failures of the connection */
Life.prototype.standIn = null;
/** @type {((next: Life) => void)[] | null} see whenNext() */
Life.prototype.heirs = null;
/** @type {object[] | null} handles that a program took from the socket, which hears of them until its next life */
Life.prototype.taken = null;
/** @type {object[] | null} what is to be called at an event of this life: see once() */
Life.prototype.waiting = null;

Life.prototype[kWritten] = writing[kWritten];
Life.prototype[kShutDown] = writing[kShutDown];

/** @returns {Life} the life of a socket: its first one, unless it has begun */
function lifeOf(socket) {
  socket[kLife] ??= new Life(socket);
  return socket[kLife];
}

/**
 * Begins another life of a socket.
 * @param {import('./socket').Socket} socket
 * @param {() => void} reset gives the socket the state of one that has not connected yet
 */
function liveAgain(socket, reset) {
  const past = lifeOf(socket);

  // Since 26 a listener that is added to a destroyed stream does not let it flow. Over Node's own it flows for TLS.
  if (past.standIn !== null && socket.readableFlowing === null && socket.listenerCount('data') > 0)
    letFlow(socket);
  renewStates(socket);
  socket[kLife] = new Life(socket);
  past.endBy(reset);
  if (past.heirs !== null) for (const listener of past.heirs) listener(socket[kLife]);
}

/**
 * Calls a method of stream.Duplex that keeps the stream for later.
 * @param {Function} method what is in its place now
 * @param {{ node: Function, own: Function, length: number }} keeping of KEEPING
 * @param {...any} args as many as the method has, which are three at most
 */
function callStream(socket, method, { node, own, length }, a, b, c) {
  return method === node
    ? own.call(lifeOf(socket), a, b, c)
    : Reflect.apply(method, socket, [a, b, c].slice(0, length));
}

module.exports = { KEEPING, callStream, lifeOf, liveAgain };
