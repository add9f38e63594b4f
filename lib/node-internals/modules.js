'use strict';

/**
 * What cnet/register knows of Node's loader of modules. What spares the search for the files of lib/ is in
 * together.js.
 */

const Module = require('node:module');

const { replace } = require('../common/replace.js');

/**
 * Puts a function in the place of that by which every require() comes, with (request, parent, isMain).
 * @param {(next: () => Function) => Function} make
 * @returns {() => void} what takes it away again: see replace()
 */
const replaceLoad = (make) => replace(Module, '_load', make);

/**
 * @returns {boolean | undefined} whether somebody has a builtin module of Node's by now; undefined: it cannot be told
 */
function isLoaded(name) {
  const { moduleLoadList: list } = process;
  return Array.isArray(list) ? list.includes(`NativeModule ${name}`) : undefined;
}

module.exports = { isLoaded, replaceLoad };
