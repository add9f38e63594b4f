'use strict';

/**
 * Spares Node the search for each file of lib/ when the package is loaded, which takes as long as the files themselves, and
 * gets Node's functions on paths compiled for speed: `require('../room/x')` of the module that is given here, and of those that
 * come by it, is the file x.js of that folder. No function of `node:path` is called for each, as that one would be optimized, which
 * takes the engine's compiler into memory. Such a file is in require.cache like any other, and what is there is taken from there.
 * A loader other than Node's own (Jest, bundlers, packers) is left to itself: its modules are none of Node's.
 */

const Module = require('node:module');
const path = require('node:path');

/** What require.cache and require.extensions are, by the names that bundlers do not warn of. */
const { _cache: cache, _extensions: extensions } = Module;
/** `./x`, `./room/x` and `../room/x`, with or without `.js`. */
const LOCAL = /^(\.\.?)\/((?:[\w-]+\/)?[\w-]+?)(?:\.js)?$/;

/** As Node does it, without the search. */
function loadFile(filename, parent) {
  const made = new Module(filename, parent);
  made.filename = filename;
  made.paths = parent.paths;
  cache[filename] = made;
  try {
    loadTogether(made);
    extensions['.js'](made, filename); // which coverage tools and transpilers put their own in the place of
    made.loaded = true;
  } finally {
    if (!made.loaded) delete cache[filename];
  }
  return made.exports;
}

/**
 * Whether a module is one of Node's own loader, with the require() of all of them. Those of Vitest's vmThreads are not: theirs
 * is a getter, which must not even be asked.
 */
function isNodes(loading) {
  if (!(loading instanceof Module) || cache?.[loading.filename] !== loading) return false;
  const { value } = Object.getOwnPropertyDescriptor(Module.prototype, 'require') ?? {};
  return typeof value === 'function' && Object.getPrototypeOf(loading) === Module.prototype && !Object.hasOwn(loading, 'require');
}

/** @param {NodeModule} loading whose require() is to take the short way; where it is another loader's it stays as it is */
function loadTogether(loading) {
  if (!isNodes(loading) || typeof extensions?.['.js'] !== 'function') return;
  const folder = path.dirname(loading.filename);
  const folders = { '.': folder, '..': path.dirname(folder) };
  loading.require = (id) => {
    const [, from, name] = LOCAL.exec(id) ?? [];
    const filename = `${folders[from]}${path.sep}${path.sep === '/' ? name : name?.replace('/', path.sep)}.js`;
    const isLoading = cache[filename]?.loaded === false; // a cycle, which Node sees to
    if (name === undefined || isLoading) return Reflect.apply(Module.prototype.require, loading, [id]);
    return cache[filename] === undefined ? loadFile(filename, loading) : cache[filename].exports;
  };
}

module.exports = { loadTogether };
