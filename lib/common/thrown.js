'use strict';

/**
 * Where an exception was thrown that leaves a handler. When a process ends by one, Node shows that line of the
 * source, as in `throw er; // Unhandled 'error' event`. V8 has it in a message beside the exception; Node-API, by
 * which C calls the handlers, catches the one and forgets the other.
 *
 * V8 keeps the message throughout a `finally`, also when a generator rests in it. So a handler is called in a
 * generator, in which its exception waits; from there it goes through Node's `vm`, which notes the line at the error,
 * where Node looks first. All of that is done when something was thrown, and not before.
 */

const { isNativeError } = require('node:util').types;
const vm = require('node:vm');

const { nextTick } = require('./timers');

const THREW = Symbol('THREW');

/** What vm puts before a stack that was read before: the place, the line, and where in it. */
const LINE = /^.*:\d+\n.*\n[ \t]*\^+\n+/;

/**
 * By this a handler fails of which 'uncaughtException' has heard: C knows, and Node has told async_hooks of its end
 * already.
 */
const HANDED_ON = new Error('An exception was handed on.');

/** Hands an exception to 'uncaughtException': native.handOn(). */
let handOn;

const setHandOn = (value) => {
  handOn = value;
};

/** What runs within vm, when it is needed: { script, context, holder } */
let frame = null;

function makeFrame() {
  const holder = { resume: null };
  return { script: new vm.Script('resume()'), context: vm.createContext(holder), holder };
}

/** vm would put the line into the stack as well, where programs see it; but not where it cannot read one. */
function refuse() {
  throw new Error('Not now.');
}

/** @returns {() => void} takes back that nobody can read a stack that has not been read before */
function refuseStacks() {
  const own = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  Object.defineProperty(Error, 'prepareStackTrace', { value: refuse, writable: true, configurable: true });
  return () => {
    if (own === undefined) delete Error.prepareStackTrace;
    else Object.defineProperty(Error, 'prepareStackTrace', own);
  };
}

/** Lets what waits in `call` go through vm. @throws it, and Node knows the line */
function throwThrough(call) {
  let takeBack = null;
  try {
    frame ??= makeFrame();
    takeBack = refuseStacks();
  } catch {
    call.next(); // a surrounding where that cannot be done: the line is not known
  }
  frame.holder.resume = () => call.next();
  try {
    frame.script.runInContext(frame.context, { displayErrors: true });
  } finally {
    frame.holder.resume = null;
    takeBack();
  }
}

/**
 * Gives an error its stack back that vm has put the line into. Node shows it so, when the process ends by the error.
 */
function hideLine(error) {
  const { stack } = error;
  if (typeof stack !== 'string' || error instanceof SyntaxError || !LINE.test(stack)) return;
  const show = () => {
    error.stack = stack;
  };
  error.stack = stack.replace(LINE, '');
  process.once('exit', show); // which comes before Node shows it
  nextTick(() => process.off('exit', show));
}

/** Throws what waits in `call`. */
function rethrow(call) {
  try {
    throwThrough(call);
  } catch (error) {
    try {
      if (isNativeError(error)) hideLine(error);
    } catch {
      // it is frozen
    }
    handOn(error); // here, where AsyncLocalStorage knows what it knew in the handler
    throw HANDED_ON;
  }
}

/** Does `work` each time it is resumed, and yields what that returns, or THREW: then the exception waits. */
function* calls(work) {
  for (;;) {
    let threw = true;
    let result;
    try {
      result = work();
      threw = false;
    } finally {
      if (threw) yield THREW;
    }
    yield result;
  }
}
Object.defineProperty(calls.prototype, 'next', { value: Object.getPrototypeOf(calls).prototype.next });

/**
 * @param {() => any} work
 * @returns {() => any} the same, and Node knows where an exception of it was thrown
 */
function guard(work) {
  let idle = calls(work); // null while it runs: within it an event loop may turn, and call again

  return () => {
    const call = idle ?? calls(work);
    idle = null;
    const { value } = call.next();
    if (value === THREW) rethrow(call);
    idle = call;
    return value;
  };
}

/** guardHandler() for up to three arguments: an array of them costs more than the rest of the call. */
function guardFew(handler) {
  let first, second, third;
  const work = () => {
    const a = first, b = second, c = third;
    first = second = third = undefined;
    return handler(a, b, c);
  };
  let idle = calls(work); // as in guard(), which would be one more call

  return (a, b, c) => {
    const call = idle ?? calls(work);
    idle = null;
    first = a;
    second = b;
    third = c;
    const { value } = call.next();
    if (value === THREW) rethrow(call);
    idle = call;
    return value;
  };
}

/**
 * @param {Function} handler
 * @returns {Function} the same as guard(), with arguments. A generator at rest keeps what it was called with: so they
 *   pass it by.
 */
function guardHandler(handler) {
  if (handler.length <= 3) return guardFew(handler);
  let given = null;
  const run = guard(() => {
    const args = given;
    given = null;
    return Reflect.apply(handler, undefined, args);
  });

  return (...args) => {
    given = args;
    return run();
  };
}

module.exports = { guard, guardHandler, setHandOn };
