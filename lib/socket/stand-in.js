'use strict';

/**
 * What stands for a socket before Node's TLS or http2, where its connection cannot be on one of Node's own streams (see
 * node-stream.js). Node's TLS takes the handle of one of Node's own sockets, below the stream: what comes is no 'data'
 * of that socket, whoever listens and whatever it was told to decode; its end and its failures are those of TLS alone.
 * So it is here: once somebody listens to the 'data' of the stand-in, what the connection gives goes to that and no
 * more to the socket. TLS has the stand-in, the program has the socket, and the listeners of each are its own.
 */

const { Buffer } = require('node:buffer');
const { Duplex } = require('node:stream');

const { codes, errnoException } = require('../common/errors');
const { giveFirst, takeBuffered } = require('./first-bytes');
const { KEEPING, callStream, lifeOf } = require('./life');
const { asNodes } = require('../node-internals/native-streams');
const { hasEnded } = require('../node-internals/streams');
const { stopParsing } = require('./parser-reader');
const { kStandsFor } = require('../common/symbols');
const { kHandle, kOnRead, kParser, kWillConnect } = require('./state');
const { nextTick } = require('../common/timers');
const uv = require('../native/uv');
const { methods: writing } = require('./write');

/* State of a stand-in. No private fields: TLS may be given a Proxy of it. */

/** The life of the socket whose connection it reads; undefined: it does not yet; null: no more. */
const kReads = Symbol('kReads');
/** What has read that life before, and ends with it. */
const kBefore = Symbol('kBefore');
/** The failure of a write, which is not told as one of the socket's. */
const kFailure = Symbol('kFailure');
/** What is to be done when the connection that it waits for begins; undefined: it waits for none. */
const kHeld = Symbol('kHeld');
/** The listener that passes on what the socket tells as its 'error'. */
const kPassError = Symbol('kPassError');

/** What was decoded already is no bytes any more: TLS gets the error that Node's has for streams of text. */
function refuseText(standIn, text) {
  standIn.setEncoding('utf8').push(Buffer.from(text));
  nextTick(() => {
    if (isCurrent(standIn)) standIn.destroy(new codes.ERR_STREAM_WRAP());
  });
}

/** Takes what was read and not consumed, and the end, if that was read too. */
function takeFirst(standIn, socket) {
  const first = takeBuffered(socket);
  if (typeof first === 'string') refuseText(standIn, first);
  else if (first !== null) standIn.push(Buffer.from(first));
  if (hasEnded(socket)) standIn.push(null);
}

/** Gives a life of the socket to the stand-in: from now on what the connection gives is the latter's. */
function attach(standIn, life) {
  const { [kStandsFor]: socket } = standIn;
  standIn[kReads] = life;
  standIn[kBefore] = life.standIn;
  standIn[kPassError] = (error) => standIn.emit('error', error);
  life.standIn = standIn;
  socket.on('error', standIn[kPassError]);
  life.once('connect', () => standIn.emit('connect'));
}

/**
 * Somebody reads the stand-in. Of a socket that is destroyed the next connection is for it, if there is one: until then
 * the socket is what it was.
 */
function begin(standIn) {
  const { [kStandsFor]: socket } = standIn;
  const life = lifeOf(socket);
  if (socket[kHandle] === null) socket[kWillConnect] = true; // TLS speaks at once: it is kept
  if (socket.destroyed && socket[kHandle] === null) {
    standIn[kReads] = null;
    standIn[kHeld] = null;
    life.whenNext((next) => {
      const { [kHeld]: held } = standIn;
      standIn[kHeld] = undefined;
      if (standIn.destroyed) return;
      attach(standIn, next);
      if (held !== null) nextTick(release, standIn, held);
    });
    return;
  }
  if (socket[kParser] !== null) stopParsing(socket);
  takeFirst(standIn, socket);
  attach(standIn, life);
}

/**
 * Whether there is no connection yet: then `action` is done when there is, or `callback` gets an error when there will
 * be none. A stream has one such at a time.
 */
function holds(standIn, callback, action) {
  if (standIn[kHeld] === undefined) return false;
  standIn[kHeld] = { action, callback };
  return true;
}

/** Does what was held. */
function release(standIn, held) {
  if (standIn.destroyed) held.callback(new codes.ERR_SOCKET_CLOSED());
  else held.action();
}

/** Whether the connection that it reads is still that of the socket. */
const isCurrent = ({ [kReads]: life }) => Boolean(life?.isCurrent);

/** The callback of a write or an end of the socket; it comes before the socket is destroyed by the error. */
const noting = (standIn, callback) => (error) => {
  if (error) standIn[kFailure] = error;
  callback(error);
};

/** socket.write(), also when a program has another in the place of it, which does not see what Node's TLS writes. */
const write = (socket, ...args) => Reflect.apply(writing.write, socket, args);

/* Taken once: a program that puts others in their place does not see what Node's TLS writes. */
const { cork, uncork } = Duplex.prototype;

/** Writes although the program has corked the socket, which holds back nothing that Node's TLS gives to a handle. */
function pastCork(socket, action) {
  const corked = socket.writableLength === 0 ? socket.writableCorked : 0; // else what was gathered would go first
  for (let i = 0; i < corked; i++) Reflect.apply(uncork, socket, []);
  try {
    action();
  } finally {
    for (let i = 0; i < corked; i++) Reflect.apply(cork, socket, []);
  }
}

/** A write to a socket that the program has ended: below the stream the kernel refuses it, and the socket closes. */
function refuses({ [kStandsFor]: socket }, callback) {
  if (!socket.writableEnded || socket.destroyed) return false;
  const error = errnoException(uv.EPIPE, 'write');
  nextTick(() => {
    callback(error);
    socket.destroy(error);
  });
  return true;
}

class StandIn extends Duplex {
  /** @param {import('./socket').Socket} socket */
  constructor(socket) {
    const { allowHalfOpen, readableHighWaterMark: highWaterMark } = socket;
    super({ allowHalfOpen, autoDestroy: false, emitClose: false, highWaterMark });
    this[kStandsFor] = socket;
    this[kReads] = undefined;
    this[kBefore] = null;
    this[kFailure] = null;
    this[kHeld] = undefined;
    this[kPassError] = null;
    this._parent = null; // as of a socket of Node's: none whose idle timeout is to be put off too
    this.once('end', () => {
      this.allowHalfOpen = true; // TLS still has to send close_notify
    });
  }

  on(event, listener) {
    if (event === 'data' && this[kReads] === undefined && !this.destroyed) begin(this);
    return super.on(event, listener);
  }

  addListener(event, listener) {
    return this.on(event, listener);
  }

  /** None: what was read before TLS came goes to it by 'data', and not a second time. */
  get readableLength() {
    return 0;
  }

  get connecting() {
    return this[kStandsFor].connecting;
  }

  _read(n) {
    if (isCurrent(this)) this[kStandsFor]._read(n);
  }

  _write(chunk, encoding, callback) {
    if (holds(this, callback, () => this._write(chunk, encoding, callback))) return;
    if (refuses(this, noting(this, callback))) return;
    const { [kStandsFor]: socket } = this;
    pastCork(socket, () => write(socket, chunk, noting(this, callback)));
  }

  _writev(chunks, callback) {
    if (holds(this, callback, () => this._writev(chunks, callback))) return;
    if (refuses(this, noting(this, callback))) return;
    const { [kStandsFor]: socket } = this;
    const { chunk: last } = chunks.pop();
    pastCork(socket, () => {
      socket.cork();
      for (const { chunk } of chunks) write(socket, chunk);
      write(socket, last, noting(this, callback));
      socket.uncork();
    });
  }

  _final(callback) {
    if (holds(this, callback, () => this._final(callback))) return;
    callStream(this[kStandsFor], Duplex.prototype.end, KEEPING.end, noting(this, () => callback()));
  }

  _destroy(error, callback) {
    const { [kHeld]: held } = this;
    this[kHeld] = undefined;
    if (held) release(this, held);
    if (this[kReads] === undefined || isCurrent(this)) this[kStandsFor].destroy();
    callback(error);
  }

  /* --- for the life of the socket --------------------------------------------------------------------------------- */

  /**
   * The life is destroyed.
   * @param {Error | null | undefined} error by which
   * @returns {Error | null | undefined} what the socket is to tell of that
   */
  endWith(error) {
    this.destroy();
    this[kBefore]?.endWith(error);
    return error === this[kFailure] ? null : error;
  }

  /** The connection is closed. */
  tellClose() {
    if (this[kReads] === null) return;
    this[kReads] = null;
    this[kStandsFor].off('error', this[kPassError]);
    this.emit('close');
    this[kBefore]?.tellClose();
  }

  /* --- for whoever has made it ------------------------------------------------------------------------------------ */

  /** Nobody is to read it after all: what has come, and what comes, is the socket's again. */
  giveBack() {
    const { [kReads]: life, [kStandsFor]: socket } = this;
    this[kReads] = null;
    if (!life) {
      this.destroy(); // so that it does not get the next connection either
      return;
    }
    life.standIn = this[kBefore];
    socket.off('error', this[kPassError]);
    this.removeAllListeners();
    const rest = this.read();
    if (rest === null) return;
    if (socket[kOnRead] === null) socket.unshift(rest, socket.readableEncoding ?? undefined);
    else giveFirst(socket, rest);
  }
}

/**
 * A stand-in for a program, which has what the socket has too.
 * @param {import('./socket').Socket} socket
 * @returns {import('./socket').Socket} passes for one of Node's that is to connect, when the socket is
 */
function standInFor(socket) {
  const standIn = new StandIn(socket);
  const read = (key) => {
    if (key in standIn || typeof key !== 'string' || key.startsWith('_')) return standIn[key];
    const { [key]: value } = socket;
    return typeof value === 'function' ? value.bind(socket) : value;
  };
  if (socket.connecting || socket[kHandle] === null) return asNodes(standIn, read);
  return new Proxy(standIn, { get: (target, key) => read(key) });
}

module.exports = { StandIn, standInFor };
