'use strict';

/**
 * Spares Node the search for each file of lib/ when the package is loaded, which takes as long as the files
 * themselves, and gets Node's functions on paths compiled for speed: `require('../room/x')` of the module that is
 * given here, and of those that come by it, is the file x.js of that folder. No function of `node:path` is called for
 * each, as that one would be optimized, which takes the engine's compiler into memory. Such a file is in
 * require.cache like any other, and what is there is taken from there. A loader other than Node's own (Jest,
 * bundlers, packers) is left to itself: its modules are none of Node's.
 */

const Module = require('node:module');
const path = require('node:path');

/** What require.cache and require.extensions are, by the names that bundlers do not warn of. */
const { _cache: cache, _extensions: extensions } = Module;
/** `./x`, `./room/x` and `../room/x`, with or without `.js`. */
const LOCAL = /^(\.\.?)\/((?:[\w-]+\/)?[\w-]+?)(?:\.js)?$/;

/**
 * The modules of this copy of the package. When the program has cleared require.cache, that has those of another copy.
 * @type {Map<string, NodeModule>} by file
 */
const own = new Map();

/** How many files are being compiled at their first use: one may use another. */
let compiling = 0;

/** A module of this copy that has not been loaded. */
function newModule(filename, parent) {
  const made = new Module(filename, parent);
  made.filename = filename;
  made.paths = parent.paths;
  cache[filename] = made;
  own.set(filename, made);
  return made;
}

/** It could not be loaded: who asks for it again is to try again. */
function forget({ filename }) {
  delete cache[filename];
  own.delete(filename);
}

/** As Node does it, without the search. */
function loadFile(filename, parent) {
  const made = newModule(filename, parent);
  try {
    loadTogether(made);
    extensions['.js'](made, filename); // which coverage tools and transpilers put their own in the place of
    made.loaded = true;
  } finally {
    if (!made.loaded) forget(made);
  }
  return made;
}

/**
 * Whether a module is one of Node's own loader, with the require() of all of them. Those of Vitest's vmThreads are
 * not: theirs is a getter, which must not even be asked.
 */
function isNodes(loading) {
  if (!(loading instanceof Module) || cache?.[loading.filename] !== loading) return false;
  const { value } = Object.getOwnPropertyDescriptor(Module.prototype, 'require') ?? {};
  return (
    typeof value === 'function' &&
    Object.getPrototypeOf(loading) === Module.prototype &&
    !Object.hasOwn(loading, 'require')
  );
}

/**
 * @returns {NodeModule | undefined} what another file of this copy is to be given, unless it has not been asked for
 * before
 */
function known(filename, loading) {
  if ((loading.loaded || compiling > 0) && own.has(filename)) return own.get(filename);
  if (cache[filename] !== undefined) own.set(filename, cache[filename]);
  return cache[filename];
}

/**
 * @param {NodeModule} loading whose require() is to take the short way; where it is another loader's it stays as it
 * is
 */
function loadTogether(loading) {
  if (!isNodes(loading) || typeof extensions?.['.js'] !== 'function') return;
  const folder = path.dirname(loading.filename);
  const folders = { '.': folder, '..': path.dirname(folder) };
  loading.require = (id) => {
    const [, from, name] = LOCAL.exec(id) ?? [];
    if (name === undefined) return Reflect.apply(Module.prototype.require, loading, [id]);
    const filename = `${folders[from]}${path.sep}${path.sep === '/' ? name : name.replace('/', path.sep)}.js`;
    const found = known(filename, loading) ?? loadFile(filename, loading);
    const isCycle = found.loaded === false && cache[filename] === found; // which Node sees to
    return isCycle ? Reflect.apply(Module.prototype.require, loading, [id]) : found.exports;
  };
}

/** A text outside of the heap, which the garbage collector has not to look after. @returns {() => string} the text */
function putAside(text) {
  const bytes = Buffer.from(text);
  return () => bytes.toString();
}

/**
 * Compiles a file when somebody wants what it exports.
 * @param {string} text of the file, and what else Module.prototype._compile() is given
 */
function compileAtFirstUse(made, text, ...rest) {
  const textOf = putAside(text);
  const { exports } = made;
  const define = (property) =>
    Object.defineProperty(made, 'exports', { configurable: true, enumerable: true, ...property });
  const use = () => {
    define({ value: exports, writable: true });
    compiling++;
    let isCompiled = false;
    try {
      made._compile(textOf(), ...rest);
      isCompiled = true;
    } finally {
      compiling--;
      if (!isCompiled) define(whenUsed);
    }
    return made.exports;
  };
  const whenUsed = { get: use, set: (value) => define({ value, writable: true }) };
  define(whenUsed);
}

/** Reads a file as all are read, and leaves the compiling for later. */
function readFile(filename, parent) {
  const made = newModule(filename, parent);
  let compile = null;
  made._compile = (...args) => {
    compile = args;
  };
  try {
    loadTogether(made);
    extensions['.js'](made, filename);
    made.loaded = true;
  } finally {
    if (!made.loaded) forget(made);
    delete made._compile;
  }
  if (compile !== null) compileAtFirstUse(made, ...compile);
}

/**
 * Gives a folder modules that are compiled when they are first used. Their files are read at once: later the folder
 * may be gone, or be another version's, or there may be no descriptor to read with. Text costs less than code.
 * @param {NodeModule} loading of whose folder they are
 * @param {string[]} names without `.js`
 * @returns {boolean} false with another loader than Node's: then they are not there, and are best loaded at once
 */
function loadLater(loading, names) {
  if (!isNodes(loading) || typeof extensions?.['.js'] !== 'function') return false;
  const folder = path.dirname(loading.filename);
  for (const name of names) {
    const filename = `${folder}${path.sep}${path.sep === '/' ? name : name.replace('/', path.sep)}.js`;
    if (cache[filename] === undefined) readFile(filename, loading);
  }
  return true;
}

module.exports = { loadLater, loadTogether };
