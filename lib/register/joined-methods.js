'use strict';

/**
 * The methods that register/join.js puts on Node's prototypes: each calls the one that a program has put in the place
 * of cnet's, or else what Node's own sockets and servers have. The busy ones have a body of their own each: the
 * engine is quick only where a piece of code asks for the same name always, and where it need not make an array of the
 * arguments, of which there are mostly as many as the method names.
 */

/**
 * @typedef {object} Joint
 * @property {object} ours cnet's prototype
 * @property {object} before its methods, as they were
 * @property {object} node Node's methods: those that its prototype had, above those that it inherits by now
 * @property {object} plain those of Node's methods whose call() is that of any function, as they were
 * @property {object} pristine cnet's methods, as cnet has made them
 * @property {(name: string, current: Function) => Function} choose gives Node's method, unless `current` is a program's
 * @property {(object: object, socket: any) => void} given hears of each 'connection' that a server of Node's is given
 */

/**
 * @param {Joint} joint
 * @returns {object} methods for Node's prototype
 */
const busyMethods = ({ ours, before, node, plain, choose, given }) => ({
  addListener(event, listener) {
    const { addListener } = ours;
    const method = addListener === before.addListener ? node.addListener : choose('addListener', addListener);
    return method === plain.addListener && arguments.length === 2
      ? method.call(this, event, listener)
      : Reflect.apply(method, this, arguments);
  },
  cork() {
    const { cork } = ours;
    const method = cork === before.cork ? node.cork : choose('cork', cork);
    return method === plain.cork && arguments.length === 0
      ? method.call(this)
      : Reflect.apply(method, this, arguments);
  },
  destroy(...args) {
    const { destroy } = ours;
    return Reflect.apply(destroy === before.destroy ? node.destroy : choose('destroy', destroy), this, args);
  },
  emit(event, value) {
    const { emit } = ours;
    if (event === 'connection') given(this, value);
    const method = emit === before.emit ? node.emit : choose('emit', emit);
    if (method === plain.emit && arguments.length === 1) return method.call(this, event);
    return method === plain.emit && arguments.length === 2
      ? method.call(this, event, value)
      : Reflect.apply(method, this, arguments);
  },
  end(...args) {
    const { end } = ours;
    return Reflect.apply(end === before.end ? node.end : choose('end', end), this, args);
  },
  listenerCount(event) {
    const { listenerCount } = ours;
    const method = listenerCount === before.listenerCount ? node.listenerCount : choose('listenerCount', listenerCount);
    return method === plain.listenerCount && arguments.length === 1
      ? method.call(this, event)
      : Reflect.apply(method, this, arguments);
  },
  listeners(event) {
    const { listeners } = ours;
    const method = listeners === before.listeners ? node.listeners : choose('listeners', listeners);
    return method === plain.listeners && arguments.length === 1
      ? method.call(this, event)
      : Reflect.apply(method, this, arguments);
  },
  off(event, listener) {
    const { off } = ours;
    const method = off === before.off ? node.off : choose('off', off);
    return method === plain.off && arguments.length === 2
      ? method.call(this, event, listener)
      : Reflect.apply(method, this, arguments);
  },
  on(event, listener) {
    const { on } = ours;
    const method = on === before.on ? node.on : choose('on', on);
    return method === plain.on && arguments.length === 2
      ? method.call(this, event, listener)
      : Reflect.apply(method, this, arguments);
  },
  once(event, listener) {
    const { once } = ours;
    const method = once === before.once ? node.once : choose('once', once);
    return method === plain.once && arguments.length === 2
      ? method.call(this, event, listener)
      : Reflect.apply(method, this, arguments);
  },
  pause() {
    const { pause } = ours;
    const method = pause === before.pause ? node.pause : choose('pause', pause);
    return method === plain.pause && arguments.length === 0
      ? method.call(this)
      : Reflect.apply(method, this, arguments);
  },
  pipe(...args) {
    const { pipe } = ours;
    return Reflect.apply(pipe === before.pipe ? node.pipe : choose('pipe', pipe), this, args);
  },
  prependListener(event, listener) {
    const { prependListener } = ours;
    const method =
      prependListener === before.prependListener ? node.prependListener : choose('prependListener', prependListener);
    return method === plain.prependListener && arguments.length === 2
      ? method.call(this, event, listener)
      : Reflect.apply(method, this, arguments);
  },
  push(chunk) {
    const { push } = ours;
    const method = push === before.push ? node.push : choose('push', push);
    return method === plain.push && arguments.length === 1
      ? method.call(this, chunk)
      : Reflect.apply(method, this, arguments);
  },
  read(size) {
    const { read } = ours;
    const method = read === before.read ? node.read : choose('read', read);
    return method === plain.read && arguments.length === 1
      ? method.call(this, size)
      : Reflect.apply(method, this, arguments);
  },
  removeAllListeners(...args) {
    const { removeAllListeners } = ours;
    return Reflect.apply(
      removeAllListeners === before.removeAllListeners
        ? node.removeAllListeners
        : choose('removeAllListeners', removeAllListeners),
      this,
      args,
    );
  },
  removeListener(event, listener) {
    const { removeListener } = ours;
    const method =
      removeListener === before.removeListener ? node.removeListener : choose('removeListener', removeListener);
    return method === plain.removeListener && arguments.length === 2
      ? method.call(this, event, listener)
      : Reflect.apply(method, this, arguments);
  },
  resume() {
    const { resume } = ours;
    const method = resume === before.resume ? node.resume : choose('resume', resume);
    return method === plain.resume && arguments.length === 0
      ? method.call(this)
      : Reflect.apply(method, this, arguments);
  },
  setTimeout(msecs) {
    const { setTimeout } = ours;
    const method = setTimeout === before.setTimeout ? node.setTimeout : choose('setTimeout', setTimeout);
    return method === plain.setTimeout && arguments.length === 1
      ? method.call(this, msecs)
      : Reflect.apply(method, this, arguments);
  },
  uncork() {
    const { uncork } = ours;
    const method = uncork === before.uncork ? node.uncork : choose('uncork', uncork);
    return method === plain.uncork && arguments.length === 0
      ? method.call(this)
      : Reflect.apply(method, this, arguments);
  },
  unpipe(...args) {
    const { unpipe } = ours;
    return Reflect.apply(unpipe === before.unpipe ? node.unpipe : choose('unpipe', unpipe), this, args);
  },
  write(...args) {
    const { write } = ours;
    return Reflect.apply(write === before.write ? node.write : choose('write', write), this, args);
  },
  _read(size) {
    const { _read } = ours;
    const method = _read === before._read ? node._read : choose('_read', _read);
    return method === plain._read && arguments.length === 1
      ? method.call(this, size)
      : Reflect.apply(method, this, arguments);
  },
  _unrefTimer() {
    const { _unrefTimer } = ours;
    const method = _unrefTimer === before._unrefTimer ? node._unrefTimer : choose('_unrefTimer', _unrefTimer);
    return method === plain._unrefTimer && arguments.length === 0
      ? method.call(this)
      : Reflect.apply(method, this, arguments);
  },
  _write(...args) {
    const { _write } = ours;
    return Reflect.apply(_write === before._write ? node._write : choose('_write', _write), this, args);
  },
  _writeGeneric(...args) {
    const { _writeGeneric } = ours;
    return Reflect.apply(
      _writeGeneric === before._writeGeneric ? node._writeGeneric : choose('_writeGeneric', _writeGeneric),
      this,
      args,
    );
  },
  _writev(...args) {
    const { _writev } = ours;
    return Reflect.apply(_writev === before._writev ? node._writev : choose('_writev', _writev), this, args);
  },
});

/**
 * @param {Joint} joint
 * @param {string} name
 * @returns {Function} a method for Node's prototype
 */
function otherMethod({ ours, choose }, name) {
  return function joined(...args) {
    return Reflect.apply(choose(name, ours[name]), this, args);
  };
}

module.exports = { busyMethods, otherMethod };
