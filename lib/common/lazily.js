'use strict';

/** @type {Array<() => any>} */
const all = [];

/**
 * What is loaded when it is first used.
 * @template T
 * @param {() => T} load require()s it, by its name as a literal, which bundlers look for
 * @returns {() => T}
 */
function lazily(load) {
  let loaded = null;
  const use = () => (loaded ??= load());
  all.push(use);
  return use;
}

/**
 * Loads it all. A loader may forget which modules belong together, as Jest's does; so none is to be asked later but
 * Node's.
 */
function loadNow() {
  for (const use of all.splice(0)) use();
}

module.exports = { lazily, loadNow };
