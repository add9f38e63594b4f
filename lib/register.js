'use strict';

/**
 * cnet/register: from its loading on, what a program gets as `net` is cnet, and as `net/promises` cnet/promises, by
 * require(), import and process.getBuiltinModule(), in this thread; send() takes cnet's sockets and servers
 * (register/send.js), TLS is over them as over Node's (register/tls.js), and they are among the active handles
 * (register/active.js). Threads and child processes that inherit the flag (`-r cnet/register`, `--import
 * cnet/register`, NODE_OPTIONS) load it for themselves. Node's own modules keep Node's net, and so does cnet.
 * Nothing else of cnet but register-http.js changes anything of Node's; unregister() takes it back.
 */

require('./common/runtime');

const Module = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { getEnvironmentData, setEnvironmentData, threadId } = require('node:worker_threads');

require('./node-internals/together.js').loadTogether(module);

const { beforeHttp2, beforeTls } = require('./register/builtin-loads.js');
const { replace } = require('./common/replace.js');
const { replaceLoad } = require('./node-internals/modules.js');

/** The file of lib/, without its ending, for each name. */
const FILES = new Map([
  ['net', 'index'],
  ['node:net', 'index'],
  ['net/promises', 'promises'],
  ['node:net/promises', 'promises'],
]);
const LIB = path.join(__dirname, path.sep);
const LIB_URL = pathToFileURL(LIB).href;
/** The ES module for each name. */
const URLS = new Map([...FILES].map(([name, file]) => [name, pathToFileURL(path.join(LIB, `${file}.mjs`)).href]));

/** [0] is 1 while `net` is cnet; shared with the thread of the hooks, on Nodes that have one. */
const active = new Int32Array(new SharedArrayBuffer(4));

/** What unregister() has to undo. */
let undo = [];

/** Hooks in another thread cannot be taken away again; they look at `active`. */
let hasThread = false;

/** What a thread is told that is started for hooks of this module: it loads this module too, where that is a flag. */
const FOR_HOOKS = 'cnet/register: thread of hooks';
const isForHooks = getEnvironmentData(FOR_HOOKS) === true;

const isActive = () => Atomics.load(active, 0) === 1;

/** Loaded when it is first asked for: the thread of the hooks, which is given the flags too, never does. */
const moduleOf = (name) => require(`./${FILES.get(name)}.js`);

function patchRequire() {
  return replaceLoad((next) => function load(...args) {
    const [request, parent] = args;
    if (!FILES.has(request) || !isActive() || parent?.filename?.startsWith(LIB)) {
      return Reflect.apply(next(), this, args);
    }
    return moduleOf(request);
  });
}

function patchBuiltins() {
  if (process.getBuiltinModule === undefined) return () => {};
  return replace(process, 'getBuiltinModule', (next) => function getBuiltinModule(...args) {
    return FILES.has(args[0]) && isActive() ? moduleOf(args[0]) : Reflect.apply(next(), this, args);
  });
}

function resolve(specifier, context, next) {
  if (!URLS.has(specifier) || context.parentURL?.startsWith(LIB_URL)) return next(specifier, context);
  return { url: URLS.get(specifier), format: 'module', shortCircuit: true };
}

/** `import`: by hooks in this thread where there are such (22.15, 23.5), else in one of their own (18.19, 20.6). */
function hookImports() {
  if (Module.registerHooks !== undefined) {
    const hooks = Module.registerHooks({ resolve });
    return () => hooks.deregister();
  }
  if (Module.register !== undefined && !hasThread) {
    hasThread = true;
    const data = { active, urls: URLS, libURL: LIB_URL, from: threadId };
    setEnvironmentData(FOR_HOOKS, true); // which a thread is given when it starts, and this call waits for it
    Module.register('./register/hooks.mjs', { parentURL: pathToFileURL(__filename), data });
    setEnvironmentData(FOR_HOOKS, undefined);
  }
  return () => {};
}

/** Makes `net` cnet. Once this module is loaded it needs to be called only after unregister(). */
function register() {
  if (isActive()) return;
  Atomics.store(active, 0, 1);
  undo = [patchRequire(), patchBuiltins()];
  if (isForHooks) return; // nothing but hooks runs there
  const { registerActive } = require('./register/active.js');
  const { registerHttp2 } = require('./register/http2.js');
  const { registerJoin } = require('./register/join.js');
  const { registerNames } = require('./register/names.js');
  const { registerReceive, registerSend } = require('./register/send.js');
  const { registerTls } = require('./register/tls.js');
  undo.push(hookImports(), ...registerNames(isActive, () => moduleOf('net')));
  undo.push(
    ...registerSend(isActive),
    ...registerReceive(isActive),
    ...registerActive(isActive),
    ...registerJoin(isActive),
  );
  undo.unshift(beforeHttp2(() => undo.push(...registerHttp2(isActive))));
  // the last that replaces something is the first that goes
  undo.unshift(beforeTls(() => undo.push(...registerTls(isActive))));
}

/** Makes `net` Node's again, for all that asks for it from now on. */
function unregister() {
  if (!isActive()) return;
  Atomics.store(active, 0, 0);
  for (const step of undo) step();
  undo = [];
}

register();

module.exports = { register, unregister };
