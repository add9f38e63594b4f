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

/** How long Node's list was when a name was not in it: it only grows. @type {Map<string, number>} */
const absentAt = new Map();

/**
 * @returns {boolean | undefined} whether somebody has a builtin module of Node's by now; undefined: it cannot be told
 */
function isLoaded(name) {
  const { moduleLoadList: list } = process;
  if (!Array.isArray(list)) return undefined;
  if (absentAt.get(name) === list.length) return false;
  const isThere = list.includes(`NativeModule ${name}`);
  if (!isThere) absentAt.set(name, list.length);
  return isThere;
}

module.exports = { isLoaded, replaceLoad };
