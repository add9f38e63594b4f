'use strict';

/** Idle timeouts of a Socket; C keeps the time (src/core/idle.c). */

const { AsyncResource } = require('node:async_hooks');

const native = require('../native/binding');
const { errnoException, invalidArgType, outOfRange } = require('../common/errors');
const { EVENT: { CALL, COUNT_RESTS, RESULT } } = require('../native/constants');
const { event, rests, timeouts } = require('../native/events');
const { kRestingTimeout } = require('../native/handle');
const { isDestroyed } = require('../node-internals/streams');
const { kHandle, kIdleTimeoutId } = require('./state');
const { guard } = require('../common/thrown');
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

/** As Node's own timers: their 'destroy' is told when they are stopped, and not when they are collected. */
const RESOURCE = { requireManualDestroy: true };

/* Taken once, as a program may have its own in the place of them. */
const { emitDestroy, runInAsyncScope } = AsyncResource.prototype;

/** @type {IdleTimeout | null} which is about to be told of */
let fired = null;

const tellFired = guard(() => {
  const timeout = fired;
  fired = null;
  timeout.tell();
});

/**
 * The timeout of a socket. While it runs it holds the socket, as a timer does; once it has fired it holds nothing: a
 * socket that has no handle, and that nobody knows, is collected.
 */
class IdleTimeout {
  /**
   * @param {number} id that C knows
   * @param {AsyncResource} resource of the setTimeout()
   */
  constructor(socket, id, resource) {
    this.id = id;
    this.socket = socket;
    this.resource = resource;
    /** @type {WeakRef<import('./socket').Socket> | null} when it has fired once */
    this.weak = null;
    timeouts[id] = this;
  }

  /** It is over. C calls this in no context: what is told, and an exception, has that of setTimeout(). */
  fire() {
    fired = this;
    Reflect.apply(runInAsyncScope, this.resource, [tellFired]);
  }

  tell() {
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
    this.end();
    this.socket = null;
    if (this.id < COUNT_RESTS) rests[this.id] = 1;
    else native.idleRest(this.id);
  }

  /**
   * It runs anew, as a new one would.
   * @returns {number} 0 or a negative code
   */
  again(socket, msecs, resource) {
    this.socket = socket;
    this.resource = resource;
    event[CALL] = socket[kHandle].id;
    event[CALL + 1] = this.id;
    event[CALL + 2] = msecs;
    native.idleAgain();
    return event[RESULT];
  }

  /** The resource is no more, and the socket may be collected without an effect on it. */
  end() {
    Reflect.apply(emitDestroy, this.resource, []);
    if (this.weak === null) return;
    collected.unregister(this);
    this.weak = null;
  }

  /** @param {boolean} [rests] it has ended already */
  stop(rests = false) {
    if (!rests) this.end();
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
 * Lets the timeout of a socket rest, if it has one, at its handle: who sets a timeout and takes it back in turns, as
 * http does with each request, has one for all of these.
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

/** The timeout that rests at the handle of a socket, running again; null: none does. */
function wakeTimeout(socket, msecs, resource) {
  const handle = socket[kHandle];
  const timeout = handle?.[kRestingTimeout] ?? null;
  if (timeout === null) return null;
  handle[kRestingTimeout] = null;
  const err = timeout.again(socket, msecs, resource);
  if (err === 0) return timeout;
  timeout.stop();
  throw errnoException(err, 'setTimeout');
}

function newTimeout(socket, msecs, resource) {
  const id = native.idleStart(msecs);
  if (id >= 0) return new IdleTimeout(socket, id, resource);
  Reflect.apply(emitDestroy, resource, []);
  throw errnoException(id, 'setTimeout');
}

function startTimeout(socket, time) {
  const msecs = Math.max(1, Math.trunc(time));
  // which calls the hooks of async_hooks, and these may do anything:
  const resource = new AsyncResource('Timeout', RESOURCE);
  stopTimeout(socket); // set another one,
  if (isDestroyed(socket)) {
    // or destroy the socket
    Reflect.apply(emitDestroy, resource, []);
    return;
  }
  const woken = wakeTimeout(socket, msecs, resource);
  const timeout = woken ?? newTimeout(socket, msecs, resource);
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
