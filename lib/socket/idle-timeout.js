'use strict';

/** Idle timeouts of a Socket; C keeps the time (src/core/idle.c). */

const native = require('../native/binding');
const { errnoException, invalidArgType, outOfRange } = require('../common/errors');
const { timeouts } = require('../native/events');
const { kRestingTimeout } = require('../native/handle');
const { kHandle, kIdleTimeoutId } = require('./state');
const { validateFunction } = require('../common/validate');

/** Milliseconds; longer timeouts are taken as this. */
const LONGEST = 2 ** 31 - 1;

/** The milliseconds that `msecs` stands for. */
function duration(msecs) {
  if (typeof msecs !== 'number') throw invalidArgType('msecs', 'number', msecs);
  if (msecs < 0 || !Number.isFinite(msecs)) throw outOfRange('msecs', 'a non-negative finite number', msecs);
  if (msecs <= LONGEST) return msecs;
  const warning = `${msecs} does not fit into a 32-bit signed integer.\nTimer duration was truncated to ${LONGEST}.`;
  process.emitWarning(warning, 'TimeoutOverflowWarning');
  return LONGEST;
}

/** Ends a timeout whose socket was collected. */
const collected = new FinalizationRegistry((timeout) => timeout.stop());

/**
 * The timeout of a socket. While it runs it holds the socket, as a timer does; once it has fired it holds nothing: a socket
 * that has no handle, and that nobody knows, is collected.
 */
class IdleTimeout {
  /** @param {number} id that C knows */
  constructor(socket, id) {
    this.id = id;
    this.socket = socket;
    /** @type {WeakRef<import('./socket').Socket> | null} when it has fired once */
    this.weak = null;
    timeouts[id] = this;
  }

  fire() {
    const socket = this.socket ?? this.weak.deref();
    this.socket = null;
    if (socket === undefined) return;
    if (this.weak === null) {
      this.weak = new WeakRef(socket);
      collected.register(socket, this, this);
    }
    socket._onTimeout();
  }

  /** It runs again. */
  touch(socket) {
    this.socket = socket;
    native.idleTouch(this.id);
  }

  /** It tells of nothing, until again(). */
  rest() {
    this.forget();
    this.socket = null;
    native.idleRest(this.id);
  }

  /**
   * It runs anew, as a new one would.
   * @returns {number} 0 or a negative code
   */
  again(socket, msecs) {
    this.socket = socket;
    return native.idleAgain(socket[kHandle].id, this.id, msecs);
  }

  /** The socket may be collected before it: that has no effect on it any more. */
  forget() {
    if (this.weak === null) return;
    collected.unregister(this);
    this.weak = null;
  }

  stop() {
    this.forget();
    timeouts[this.id] = undefined;
    native.idleStop(this.id);
  }
}

/** Ends the timeout of a socket, if it has one. */
function stopTimeout(socket) {
  if (socket[kIdleTimeoutId] < 0) return;
  timeouts[socket[kIdleTimeoutId]].stop();
  socket[kIdleTimeoutId] = -1;
}

/**
 * Lets the timeout of a socket rest, if it has one, at its handle: who sets a timeout and takes it back in turns, as http does
 * with each request, has one for all of these.
 */
function restTimeout(socket) {
  if (socket[kIdleTimeoutId] < 0) return;
  const handle = socket[kHandle];
  if (handle === null || handle[kRestingTimeout] !== null || handle.id < 0) { // or the handle is none of cnet's
    stopTimeout(socket);
    return;
  }
  const timeout = timeouts[socket[kIdleTimeoutId]];
  socket[kIdleTimeoutId] = -1;
  handle[kRestingTimeout] = timeout;
  timeout.rest();
}

/** The timeout that rests at the handle of a socket, running again; null: none does. @throws when there is no memory */
function wakeTimeout(socket, msecs) {
  const handle = socket[kHandle];
  const timeout = handle?.[kRestingTimeout] ?? null;
  if (timeout === null) return null;
  handle[kRestingTimeout] = null; // a hook of async_hooks, which again() calls, may set a timeout itself
  const err = timeout.again(socket, msecs);
  if (err === 0) return timeout;
  timeout.stop();
  throw errnoException(err, 'setTimeout');
}

function newTimeout(socket, msecs) {
  const id = native.idleStart(msecs);
  if (id < 0) throw errnoException(id, 'setTimeout');
  return new IdleTimeout(socket, id);
}

function startTimeout(socket, time) {
  const msecs = Math.max(1, Math.trunc(time));
  const woken = wakeTimeout(socket, msecs);
  const timeout = woken ?? newTimeout(socket, msecs);
  stopTimeout(socket); // that of a setTimeout() in a hook of async_hooks, which was called meanwhile
  if (socket.destroyed) { // by such a hook
    timeout.stop();
    return;
  }
  socket[kIdleTimeoutId] = timeout.id;
  if (woken === null) attachTimeout(socket);
}

/** Lets what happens on the socket's handle count as activity. */
function attachTimeout(socket) {
  const handle = socket[kHandle];
  if (socket[kIdleTimeoutId] >= 0 && handle?.id >= 0) native.idleAttach(handle.id, socket[kIdleTimeoutId]);
}

const methods = {
  /**
   * Emits 'timeout' after `msecs` of inactivity; 0 ends that (net.md, socket.setTimeout()).
   * @param {number} msecs
   * @param {Function} [callback] once, for 'timeout'; with 0: to be taken away
   * @returns {this}
   */
  setTimeout(msecs, callback) {
    if (this.destroyed) return this;
    this.timeout = msecs;
    const time = duration(msecs);
    restTimeout(this);
    if (time > 0) startTimeout(this, time);
    if (callback === undefined) return this;
    validateFunction(callback, 'callback');
    if (time > 0) this.once('timeout', callback);
    else this.removeListener('timeout', callback);
    return this;
  },

  /** Activity that C does not see. */
  _unrefTimer() {
    for (let socket = this; socket; socket = socket._parent) {
      if (socket[kIdleTimeoutId] >= 0) timeouts[socket[kIdleTimeoutId]].touch(socket);
    }
  },

  _onTimeout() {
    this.emit('timeout');
  },
};

module.exports = { attachTimeout, methods, stopTimeout };
