'use strict';

/**
 * For cnet/register and cnet/register-http: puts off what concerns TLS until the program gets a builtin module that
 * has it. It is large (on Node 24 `tls` takes as long as all of cnet), and many programs have no TLS.
 */

const Module = require('node:module');

const { replace } = require('../common/replace.js');
const { isLoaded, replaceLoad } = require('../node-internals/modules.js');

/** The builtin modules through which nobody comes to TLS; a name that is not here counts as one that has it. */
const WITHOUT_TLS = new Set([
  '_http_agent',
  '_http_client',
  '_http_common',
  '_http_incoming',
  '_http_outgoing',
  '_http_server',
  'assert',
  'assert/strict',
  'async_hooks',
  'buffer',
  'child_process',
  'cluster',
  'console',
  'constants',
  'crypto',
  'dgram',
  'diagnostics_channel',
  'dns',
  'dns/promises',
  'domain',
  'events',
  'fs',
  'fs/promises',
  'http',
  'module',
  'net',
  'net/promises',
  'os',
  'path',
  'path/posix',
  'path/win32',
  'perf_hooks',
  'process',
  'punycode',
  'querystring',
  'readline',
  'readline/promises',
  'sea',
  'sqlite',
  'stream',
  'stream/consumers',
  'stream/promises',
  'stream/web',
  'string_decoder',
  'sys',
  'test',
  'test/reporters',
  'timers',
  'timers/promises',
  'trace_events',
  'tty',
  'url',
  'util',
  'util/types',
  'v8',
  'vm',
  'wasi',
  'worker_threads',
  'zlib',
]);

/** Those through which nobody comes to http2. */
const WITH_TLS_ALONE = new Set([...WITHOUT_TLS, 'https', 'tls']);

const bare = (name) => (name.startsWith('node:') ? name.slice(5) : name);

/**
 * Whether it can be seen what the program loads: by hooks in this thread, which see require() and import (22.15,
 * 23.5).
 */
function canWatch() {
  return Module.registerHooks !== undefined && isLoaded('tls') === false; // else somebody before us has it
}

/** Calls `see` with what the program loads. @returns {() => void} ends it */
function watchLoads(see) {
  if (Module.registerHooks === undefined) { // import is not seen
    return replaceLoad((next) => function load(...args) {
      if (typeof args[0] === 'string') see(args[0]);
      return Reflect.apply(next(), this, args);
    });
  }
  const resolve = (specifier, context, next) => {
    const found = next(specifier, context);
    if (found.url.startsWith('node:')) see(found.url);
    return found;
  };
  const hooks = Module.registerHooks({ resolve });
  return () => hooks.deregister();
}

/**
 * Runs a task before the program gets a builtin module, by require(), import or process.getBuiltinModule().
 * @param {(name: string) => boolean} isMeant whether it is that one
 * @param {(name: string) => void} task is given the name of the module
 * @returns {() => void} what makes it forget the task
 */
function beforeLoad(isMeant, task) {
  let steps = [];
  const forget = () => {
    for (const step of steps) step();
    steps = [];
  };
  const see = (name) => {
    if (steps.length === 0 || !isMeant(bare(name))) return;
    forget();
    task(bare(name));
  };
  const restore =
    process.getBuiltinModule === undefined
      ? () => {}
      : replace(
          process,
          'getBuiltinModule',
          (next) =>
            function getBuiltinModule(...args) {
              if (typeof args[0] === 'string' && Module.isBuiltin(args[0])) see(args[0]);
              return Reflect.apply(next(), this, args);
            },
        );
  steps = [watchLoads(see), restore];
  return forget;
}

/**
 * Runs a task before the program gets a builtin module that may have TLS; at once where that cannot be seen.
 * @param {(name?: string) => void} task is given the name of the module, where that is seen
 * @returns {() => void} what makes it forget the task
 */
function beforeTls(task) {
  if (canWatch()) return beforeLoad((name) => !WITHOUT_TLS.has(name), task);
  task();
  return () => {};
}

/**
 * What is left to do when a program gets its first module that has TLS: runs a task before it gets http2. Of other
 * modules than tls and https that is unknown, so it is done at once.
 * @param {string | undefined} name of that module; undefined: it was not seen
 * @param {() => void} task
 * @returns {() => void} what makes it forget the task
 */
function thenBeforeHttp2(name, task) {
  const isKnown = name === 'https' || name === 'tls';
  if (isKnown && isLoaded('http2') === false) return beforeLoad((later) => !WITH_TLS_ALONE.has(later), task);
  task();
  return () => {};
}

/**
 * Runs a task before the program gets http2: at once where it has it. An import is not seen on lines without hooks in
 * this thread.
 * @param {() => void} task
 * @returns {() => void} what makes it forget the task
 */
function beforeHttp2(task) {
  if (isLoaded('http2') !== true) return beforeLoad((name) => name === 'http2', task);
  task();
  return () => {};
}

module.exports = { WITHOUT_TLS, beforeHttp2, beforeTls, thenBeforeHttp2 };
