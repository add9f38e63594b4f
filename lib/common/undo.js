'use strict';

/** What a connect() or a listen() that fails takes back: its callback, and what else it has left with others. */

const { kUndo } = require('./symbols');

/** @param {() => void} action run when what the Socket or Server is about fails */
function whenItFails(emitter, action) {
  (emitter[kUndo] ??= []).push(action);
}

/** Runs an action of whenItFails() at once, and no more. */
function takeBack(emitter, action) {
  if (emitter[kUndo]) emitter[kUndo] = emitter[kUndo].filter((other) => other !== action);
  action();
}

/** It has failed. */
function undo(emitter) {
  const actions = emitter[kUndo];
  if (!actions) return;
  emitter[kUndo] = null;
  for (const action of actions) action();
}

/** It has succeeded: nothing is taken back any more. */
function keep(emitter) {
  if (emitter[kUndo]) emitter[kUndo] = null;
}

/**
 * As emitter.once(), until it is taken back. The listener does nothing from then on, even where a program has kept it
 * in another form (an on() of its own that wraps what it is given).
 * @param {import('node:events').EventEmitter} emitter
 * @param {string} event
 * @param {Function} callback
 * @returns {() => void} an action for whenItFails(): takes this listener alone back
 */
function onceUntilTakenBack(emitter, event, callback) {
  let isOver = false;
  const forget = () => {
    isOver = true;
    emitter.removeListener(event, listener);
  };
  function listener(...args) {
    if (isOver) return;
    forget();
    Reflect.apply(callback, this, args);
  }
  listener.listener = callback; // so listeners() and off() of EventEmitter know it, as what once() has wrapped
  emitter.on(event, listener);
  return forget;
}

module.exports = { keep, onceUntilTakenBack, takeBack, undo, whenItFails };
