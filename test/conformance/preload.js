'use strict';

// Preloaded into Node's own tests: what they, and the files beside them, ask for as `net` is cnet. Node's internals
// load theirs in another way, and what is not in the tree of the tests gets Node's. See tools/conformance.js.

const Module = require('module');
const path = require('path');
const { pathToFileURL } = require('url');

const { registerSend } = require('../../lib/register-send.js');

const LIB = path.join(__dirname, '..', '..', 'lib');
const TREE = path.join(process.env.CNET_CONFORMANCE_TREE, path.sep);
const NAMES = new Set(['net', 'node:net']);

const load = Module._load;
Module._load = function _load(request, parent, isMain) {
  if (!NAMES.has(request) || !parent?.filename?.startsWith(TREE)) return load(request, parent, isMain);
  return load(path.join(LIB, 'index.js'), parent, false);
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

/* send() takes sockets and servers of cnet. */
registerSend(() => true);
