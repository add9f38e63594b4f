'use strict';

/** What cnet knows of how Node's EventEmitter keeps its listeners. */

/**
 * By emitter: the listeners of ours of which programs are not to know, and what those that stand for others stand for.
 * @type {WeakMap<object, { ours: Set<Function>, originals: Map<Function, Function> }>}
 */
const hidden = new WeakMap();

/** What an emitter says of its listeners, by what it would say: without ours, and with the others as they were. */
const VIEWS = {
  rawListeners: ({ ours, originals }, list) =>
    list.filter((one) => !ours.has(one)).map((one) => originals.get(one) ?? one),
  listeners: ({ ours }, list) => list.filter((one) => !ours.has(one)),
  listenerCount({ ours }, count, emitter, [event, listener]) {
    if (listener !== undefined) return count;
    const all = Reflect.apply(Object.getPrototypeOf(emitter).rawListeners, emitter, [event]);
    return count - all.filter((one) => ours.has(one)).length;
  },
  eventNames: (known, names, emitter) => names.filter((name) => emitter.listenerCount(name) > 0),
};

/** Has an emitter say so, by methods of its own, and remembers what is to be hidden. */
function knownOf(emitter) {
  let known = hidden.get(emitter);
  if (known !== undefined) return known;
  known = { ours: new Set(), originals: new Map() };
  hidden.set(emitter, known);
  for (const [name, view] of Object.entries(VIEWS)) {
    const value = (...args) =>
      view(known, Reflect.apply(Object.getPrototypeOf(emitter)[name], emitter, args), emitter, args);
    Object.defineProperty(emitter, name, { value, writable: true, configurable: true });
  }
  return known;
}

/** As emitter.prependListener(), of which programs do not know. */
function prependHidden(emitter, event, listener) {
  knownOf(emitter).ours.add(listener);
  emitter.prependListener(event, listener);
}

/**
 * Puts a function in the place of a listener, and tells nobody: for rawListeners(), listeners(), listenerCount() and
 * off() it is that listener.
 * @param {import('node:events').EventEmitter} emitter
 * @param {string} event
 * @param {Function} listener
 * @param {Function} replacement for this emitter alone
 * @returns {boolean} whether it is in place: whether that was a listener
 */
function replaceListener(emitter, event, listener, replacement) {
  const { _events: events } = emitter;
  const found = events?.[event];
  const at = Array.isArray(found) ? found.indexOf(listener) : -1;

  if (found !== listener && at < 0) return false;
  replacement.listener = listener;
  knownOf(emitter).originals.set(replacement, listener);
  if (at < 0) events[event] = replacement;
  else found[at] = replacement;
  return true;
}

module.exports = { prependHidden, replaceListener };
