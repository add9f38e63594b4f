'use strict';

/**
 * Spares Node the search for each file of lib/ when the package is loaded, which takes as long as the files themselves, and
 * gets Node's functions on paths compiled for speed: `require('./x')` of the module that is given here, and of those that come
 * by it, is the file x.js beside this one. It is in require.cache like any other, and what is there is taken from there.
 * A loader other than Node's own (Jest, bundlers, packers) is left to itself: its modules are none of Node's.
 */

const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

const { cache } = require;
const LOCAL = /^\.\/([\w-]+)(?:\.js)?$/;

/** As Node does it, without the search. */
function loadFile(filename, parent) {
  const module = new Module(filename, parent);
  module.filename = filename;
  module.paths = parent.paths;
  cache[filename] = module;
  try {
    loadTogether(module);
    module._compile(fs.readFileSync(filename, 'utf8'), filename, 'commonjs');
    module.loaded = true;
  } finally {
    if (!module.loaded) delete cache[filename];
  }
  return module.exports;
}

/** @param {NodeModule} module whose require() is to take the short way; where it is another loader's it stays as it is */
function loadTogether(module) {
  if (!(module instanceof Module) || cache?.[module.filename] !== module || typeof module._compile !== 'function') return;
  module.require = (id) => {
    const [, name] = LOCAL.exec(id) ?? [];
    const filename = `${__dirname}${path.sep}${name}.js`;
    const isLoading = cache[filename]?.loaded === false; // a cycle, which Node sees to
    if (name === undefined || isLoading) return Reflect.apply(Module.prototype.require, module, [id]);
    return cache[filename] === undefined ? loadFile(filename, module) : cache[filename].exports;
  };
}

module.exports = { loadTogether };
