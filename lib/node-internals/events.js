'use strict';

/** What cnet knows of how Node's EventEmitter keeps its listeners. */

/**
 * Puts a function in the place of a listener, and tells nobody: for listeners(), listenerCount() and off() it is that
 * listener, as what once() puts in place is.
 * @param {import('node:events').EventEmitter} emitter
 * @param {string} event
 * @param {Function} listener
 * @param {Function} replacement for this emitter alone
 * @returns {boolean} whether it is in place: whether that was a listener
 */
function replaceListener(emitter, event, listener, replacement) {
  const { _events: events } = emitter;
  const found = events?.[event];

  replacement.listener = listener;
  if (found === listener) {
    events[event] = replacement;
    return true;
  }
  const at = Array.isArray(found) ? found.indexOf(listener) : -1;
  if (at >= 0) found[at] = replacement;
  return at >= 0;
}

module.exports = { replaceListener };
