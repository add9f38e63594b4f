'use strict';

/**
 * Native streams of Node's own, TCP and Pipe, made for a socket of cnet: Node's TLS and http2 speak to these below
 * JavaScript. What stands here is of Node's insides: the classes of such streams, the timer that a socket is asked
 * for, and what passes for a socket of Node's.
 */

const { setImmediate } = require('../common/timers');
const { Socket, callNode } = require('./net');

/** Of a stream that is no listener: the argument of both classes. */
const IS_SOCKET = 0;

/**
 * The classes that are known, with what watched() gives for each, by their kind.
 * @type {Map<any, { Class: Function, prototype: object }>}
 */
const classes = new Map();

/** Node 18 leaves a socket of TLS as it is when the socket below closes, and the newer lines end it. */
const LEAVES_OPEN = Number.parseInt(process.versions.node, 10) <= 18;

/** Under which a stream of makeStream() has how far it has closed. */
const kClosing = Symbol('kClosing');

const OPEN = 0;
/** It has been told to close, and has not called back yet. */
const CLOSING = 1;
const CLOSED = 2;

/** Whether it is a stream of makeStream() that has been told to close, and has not called back yet. */
const isClosing = (stream) => stream?.[kClosing] === CLOSING;

/** Under which a handle of Node's TLS has its own close(), while freeLater() stands there. */
const kClose = Symbol('kClose');

function freeLater(callback) {
  if (!isClosing(this._parent)) return Reflect.apply(this[kClose], this, [callback]);
  setImmediate(() => Reflect.apply(this[kClose], this, [callback])); // 'close' after 'error', as of any socket
  return undefined;
}

/**
 * Node's TLS frees what it has at once, when the socket below has closed before. It may be within a read of that same
 * TLS, as in 'secure' or 'secureConnect', and Node would crash: so that waits, and nothing else. Node 18 waits itself.
 */
function freeOutsideOfReads({ _handle: handle }) {
  if (LEAVES_OPEN || typeof handle?.close !== 'function' || handle.close === freeLater) return;
  handle[kClose] = handle.close;
  handle.close = freeLater;
}

/**
 * Lets a socket of TLS over a stream of Node's end with the socket of cnet below, where Node does not see to that.
 * @param {import('node:tls').TLSSocket} secure
 * @param {Socket} socket below
 */
function endWith(secure, socket) {
  freeOutsideOfReads(secure);
  if (LEAVES_OPEN) socket.prependListener('close', () => secure.destroy());
}

/**
 * A method of a class of streams that notes while a stream closes. On Node 18 a second close() calls back too: its TLS
 * waits for that, for a stream that the socket below has closed.
 * @param {Function} method of Node's, that closes
 */
const noting = (method) => function closing(callback) {
  if (this[kClosing] !== OPEN) {
    if (LEAVES_OPEN && callback !== undefined) setImmediate(callback);
    return undefined;
  }
  const told = () => {
    this[kClosing] = CLOSED;
    callback?.();
  };
  const err = Reflect.apply(method, this, [told]);
  if (!err) this[kClosing] = CLOSING;
  return err;
};

/**
 * What stands above the streams of a class of Node's in the place of its prototype, so that they are seen to close. An
 * own class with Node's as its base would cost more: V8 makes each instance of such a class anew.
 */
function watched(Class) {
  const prototype = Object.create(Class.prototype, { [kClosing]: { value: OPEN, writable: true } });
  for (const name of ['close', 'reset']) {
    const { [name]: method } = Class.prototype;
    if (method === undefined) continue;
    Object.defineProperty(prototype, name, { value: noting(method), writable: true, configurable: true });
  }
  return prototype;
}

/**
 * A native stream of Node's that is open on nothing yet. Node gives its classes to nobody, but a socket made of a
 * descriptor has one.
 * @param {any} kind what makeDescriptor() is given
 * @param {(kind: any) => number} makeDescriptor of a socket of that kind, which is closed here
 * @returns {object} with open(descriptor)
 * @throws the errors of makeDescriptor(), and those of Node
 */
function makeStream(kind, makeDescriptor) {
  if (!classes.has(kind)) {
    // options as those of process.stdin: see findTimerSymbol()
    const socket = new Socket({ fd: makeDescriptor(kind), readable: true, writable: true, manualStart: true });
    const { constructor: Class } = socket._handle;
    classes.set(kind, { Class, prototype: watched(Class) });
    socket.destroy();
  }
  const { Class, prototype } = classes.get(kind);
  return Object.setPrototypeOf(new Class(IS_SOCKET), prototype);
}

let timerSymbol;

/**
 * The symbol under which Node's sockets have their timer; undefined when there is none. No socket is made for it: with
 * one more kind of options V8 would read those of each stream slower (docs/performance.md, "What was tried").
 */
function findTimerSymbol() {
  const probe = { destroyed: false, _onTimeout() {} };
  callNode(probe, 'setTimeout', [1000]);
  const found = Object.getOwnPropertySymbols(probe).find((symbol) => typeof probe[symbol]?.refresh === 'function');
  callNode(probe, 'setTimeout', [0]);
  return found;
}

/** What such a socket gives for its timer. */
class Activity {
  /** @param {{ _unrefTimer(): void }} socket */
  constructor(socket) {
    this.socket = socket;
  }

  refresh() {
    this.socket._unrefTimer();
  }
}

/**
 * Lets what happens on a socket of Node's above (whose `_parent` is `socket`) be activity of `socket`: that one asks
 * each socket below it for its timer.
 * @param {{ _unrefTimer(): void }} socket
 */
function watchActivity(socket) {
  timerSymbol ??= findTimerSymbol();
  if (timerSymbol === undefined) return;
  Object.defineProperty(socket, timerSymbol, { value: new Activity(socket), configurable: true, writable: true });
}

/** Sockets of cnet on such a stream, while Node's TLS is given them: hardly ever more than one. @type {object[]} */
const passing = [];

const ordinary = Function.prototype[Symbol.hasInstance];

/** How many have asked for it by allowPassing(), and what takes it back. */
const allowed = { count: 0, undo: null };

function putHasInstance() {
  const before = Object.getOwnPropertyDescriptor(Socket, Symbol.hasInstance);
  const value = function hasInstance(instance) {
    return ordinary.call(this, instance) || (this === Socket && passing.includes(instance));
  };
  Object.defineProperty(Socket, Symbol.hasInstance, { value, configurable: true });
  return () => {
    if (Socket[Symbol.hasInstance] !== value) return; // another has replaced it meanwhile
    if (before === undefined) delete Socket[Symbol.hasInstance];
    else Object.defineProperty(Socket, Symbol.hasInstance, before);
  };
}

/**
 * Lets passAs() have an effect: `instanceof`, by which Node's TLS chooses how it speaks to a socket, asks Node's class.
 * @returns {() => void} takes it back, with the last one that has asked for it
 */
function allowPassing() {
  if (allowed.count === 0) allowed.undo = putHasInstance();
  allowed.count++;
  return () => {
    allowed.count--;
    if (allowed.count === 0) allowed.undo();
  };
}

/** Runs an action during which `socket` is one of Node's for `instanceof`. */
function passAs(socket, action) {
  passing.push(socket);
  try {
    return action();
  } finally {
    passing.pop();
  }
}

/**
 * What stands for `socket` and is a socket of Node's for `instanceof`, without any change to Node's class. It has its
 * stream until that has closed, so that Node's TLS waits for that: see freeOutsideOfReads().
 * @param {object} socket
 * @param {(key: string | symbol) => any} [read] gives a property
 */
function asNodes(socket, read = (key) => socket[key]) {
  let stream = null;
  return new Proxy(socket, {
    getPrototypeOf: () => Socket.prototype,
    get(target, key) {
      const value = read(key);
      if (key !== '_handle') return value;
      if (value) stream = value;
      return value ?? (isClosing(stream) ? stream : value);
    },
  });
}

module.exports = { allowPassing, asNodes, endWith, makeStream, passAs, watchActivity };
