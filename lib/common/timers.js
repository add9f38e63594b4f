'use strict';

/**
 * The timers and clocks of cnet itself, taken once. Test runners put their own in the place of a program's: Jest and
 * Sinon replace globals, Sinon the functions of node:timers too, and Jest gives each module a `process` of its own.
 * None of that is to stop a connection. So nothing in lib/ uses another timer than these (eslint.config.js sees to
 * it), and they come from Node's own context, which a test that runs in another one (Jest) cannot replace, not even
 * before cnet is loaded.
 */

const {
  clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout,
} = require('node:timers');
const { runInThisContext } = require('node:vm');

/** A global of Node's own context; undefined when the program has taken it away. */
const ownGlobal = (name) => runInThisContext(`typeof ${name} === 'undefined' ? undefined : ${name}`);

const { hrtime, nextTick } = ownGlobal('process') ?? require('node:process');
const queueMicrotask = ownGlobal('queueMicrotask') ?? globalThis.queueMicrotask;

/** Milliseconds of a clock that is never set back. `node:perf_hooks` has one too, and is ten files of Node's. */
function now() {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

module.exports = {
  clearImmediate, clearInterval, clearTimeout, nextTick, now, queueMicrotask, setImmediate, setInterval, setTimeout,
};
