'use strict';

// Preloaded into Node's own tests: what they, and the files beside them, ask for as `net` is cnet. Node's internals
// load theirs in another way, and what is not in the tree of the tests gets Node's. See tools/conformance.js.

const Module = require('module');
const path = require('path');
const { pathToFileURL } = require('url');

const { registerActive } = require('../../../lib/register/active.js');
const { registerReceive, registerSend } = require('../../../lib/register/send.js');
const { registerTls } = require('../../../lib/register/tls.js');

const LIB = path.join(__dirname, '..', '..', '..', 'lib');
const TREE = path.join(process.env.CNET_CONFORMANCE_TREE, path.sep);
const NAMES = new Set(['net', 'node:net']);

/* By the require() of each file: nothing is put in place of Node's that a test could see in a stack. */
const load = Module._extensions['.js'];
Module._extensions['.js'] = function loadFile(module, filename) {
  const { require: original } = module;
  const value = function require(id) {
    return Reflect.apply(original, this, [NAMES.has(id) ? path.join(LIB, 'index.js') : id]);
  };
  if (filename.startsWith(TREE))
    Object.defineProperty(module, 'require', { value, configurable: true, writable: true });
  return Reflect.apply(load, this, [module, filename]);
};

/* `import` too, where the program is such a module: a thread for the hooks would change what other tests count. */
const TREE_URL = pathToFileURL(TREE).href;

function resolve(specifier, context, next) {
  if (!NAMES.has(specifier) || !context.parentURL?.startsWith(TREE_URL)) return next(specifier, context);
  return { url: pathToFileURL(path.join(LIB, 'index.mjs')).href, format: 'module', shortCircuit: true };
}

if (process.argv[1]?.endsWith('.mjs')) {
  if (Module.registerHooks) Module.registerHooks({ resolve });
  else Module.register('./hooks.mjs', { parentURL: pathToFileURL(__filename), data: { TREE_URL, LIB } });
}

/* What else cnet/register does: see lib/register.js. */
for (const part of [registerSend, registerReceive, registerTls, registerActive]) part(() => true);
