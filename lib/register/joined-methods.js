'use strict';

/**
 * The methods that register/join.js puts on Node's prototypes: each calls the one that a program has put in the place
 * of cnet's, or else what Node's own sockets and servers have. The busy ones have a body of their own each: the
 * engine is quick only where a piece of code asks for the same name always.
 */

/**
 * @typedef {object} Joint
 * @property {object} ours cnet's prototype
 * @property {object} before its methods, as they were
 * @property {object} node Node's methods: those that its prototype had, above those that it inherits by now
 * @property {object} pristine cnet's methods, as cnet has made them
 * @property {(name: string, current: Function) => Function} choose gives Node's method, unless `current` is a program's
 * @property {(object: object, socket: any) => void} given hears of each 'connection' that a server of Node's is given
 */

/**
 * @param {Joint} joint
 * @returns {object} methods for Node's prototype
 */
const busyMethods = ({ ours, before, node, choose, given }) => ({
  addListener(...args) {
    const { addListener } = ours;
    return Reflect.apply(
      addListener === before.addListener ? node.addListener : choose('addListener', addListener),
      this,
      args,
    );
  },
  cork(...args) {
    const { cork } = ours;
    return Reflect.apply(cork === before.cork ? node.cork : choose('cork', cork), this, args);
  },
  destroy(...args) {
    const { destroy } = ours;
    return Reflect.apply(destroy === before.destroy ? node.destroy : choose('destroy', destroy), this, args);
  },
  emit(...args) {
    const { emit } = ours;
    if (args[0] === 'connection') given(this, args[1]);
    return Reflect.apply(emit === before.emit ? node.emit : choose('emit', emit), this, args);
  },
  end(...args) {
    const { end } = ours;
    return Reflect.apply(end === before.end ? node.end : choose('end', end), this, args);
  },
  listenerCount(...args) {
    const { listenerCount } = ours;
    return Reflect.apply(
      listenerCount === before.listenerCount ? node.listenerCount : choose('listenerCount', listenerCount),
      this,
      args,
    );
  },
  listeners(...args) {
    const { listeners } = ours;
    return Reflect.apply(listeners === before.listeners ? node.listeners : choose('listeners', listeners), this, args);
  },
  off(...args) {
    const { off } = ours;
    return Reflect.apply(off === before.off ? node.off : choose('off', off), this, args);
  },
  on(...args) {
    const { on } = ours;
    return Reflect.apply(on === before.on ? node.on : choose('on', on), this, args);
  },
  once(...args) {
    const { once } = ours;
    return Reflect.apply(once === before.once ? node.once : choose('once', once), this, args);
  },
  pause(...args) {
    const { pause } = ours;
    return Reflect.apply(pause === before.pause ? node.pause : choose('pause', pause), this, args);
  },
  pipe(...args) {
    const { pipe } = ours;
    return Reflect.apply(pipe === before.pipe ? node.pipe : choose('pipe', pipe), this, args);
  },
  prependListener(...args) {
    const { prependListener } = ours;
    return Reflect.apply(
      prependListener === before.prependListener ? node.prependListener : choose('prependListener', prependListener),
      this,
      args,
    );
  },
  push(...args) {
    const { push } = ours;
    return Reflect.apply(push === before.push ? node.push : choose('push', push), this, args);
  },
  read(...args) {
    const { read } = ours;
    return Reflect.apply(read === before.read ? node.read : choose('read', read), this, args);
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
  removeListener(...args) {
    const { removeListener } = ours;
    return Reflect.apply(
      removeListener === before.removeListener ? node.removeListener : choose('removeListener', removeListener),
      this,
      args,
    );
  },
  resume(...args) {
    const { resume } = ours;
    return Reflect.apply(resume === before.resume ? node.resume : choose('resume', resume), this, args);
  },
  setTimeout(...args) {
    const { setTimeout } = ours;
    return Reflect.apply(
      setTimeout === before.setTimeout ? node.setTimeout : choose('setTimeout', setTimeout),
      this,
      args,
    );
  },
  uncork(...args) {
    const { uncork } = ours;
    return Reflect.apply(uncork === before.uncork ? node.uncork : choose('uncork', uncork), this, args);
  },
  unpipe(...args) {
    const { unpipe } = ours;
    return Reflect.apply(unpipe === before.unpipe ? node.unpipe : choose('unpipe', unpipe), this, args);
  },
  write(...args) {
    const { write } = ours;
    return Reflect.apply(write === before.write ? node.write : choose('write', write), this, args);
  },
  _read(...args) {
    const { _read } = ours;
    return Reflect.apply(_read === before._read ? node._read : choose('_read', _read), this, args);
  },
  _unrefTimer(...args) {
    const { _unrefTimer } = ours;
    return Reflect.apply(
      _unrefTimer === before._unrefTimer ? node._unrefTimer : choose('_unrefTimer', _unrefTimer),
      this,
      args,
    );
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
