'use strict';

/**
 * The part of cnet/register for ES modules that are loaded by require(), on Nodes whose hooks do not see them: 20.19
 * and later 20, and 22.12 to 22.14. There `import` of `net` is linked to a namespace of Node's own. Its names are
 * given the values of cnet by the function that is there to bring a namespace up to date (module.md,
 * syncBuiltinESMExports()), while `node:net` has them for that moment. Out of reach are the default import, and names
 * that Node's net does not have on that line.
 */

const Module = require('node:module');
const nodeNet = require('node:net');

const { replace } = require('../common/replace.js');

const isNeeded = () => Module.registerHooks === undefined && process.features.require_module === true;

/**
 * Lets Node make the namespace. It warns of that outside of node_modules, once, and of nothing that the program does.
 */
function makeNamespace() {
  const own = Object.getOwnPropertyDescriptor(process, 'emitWarning');
  Object.defineProperty(process, 'emitWarning', { ...own, value: () => {} });
  try {
    require('./namespace.mjs');
  } finally {
    Object.defineProperty(process, 'emitWarning', own);
  }
}

/**
 * What `load` gives, cnet; where it cannot be had, as a variable of the environment is wrong, functions that say why:
 * whoever imports them runs without no limit that it was given, and whoever imports nothing is not concerned.
 */
function loadNet(load) {
  try {
    return load();
  } catch (error) {
    function refuse() {
      throw error;
    }
    const names = Object.keys(nodeNet).filter((name) => typeof nodeNet[name] === 'function');
    return Object.fromEntries(names.map((name) => [name, refuse]));
  }
}

/** Runs `sync` while the properties of `node:net` are those of cnet. Nothing of the program's runs meanwhile. */
function withNames(load, sync) {
  const cnet = loadNet(load);
  const before = [];
  for (const name of Object.keys(cnet)) {
    const own = Object.getOwnPropertyDescriptor(nodeNet, name);
    if (!own?.configurable) continue;
    before.push([name, own]);
    Object.defineProperty(nodeNet, name, { value: cnet[name], configurable: true, enumerable: true, writable: true });
  }
  try {
    sync();
  } finally {
    for (const [name, own] of before) Object.defineProperty(nodeNet, name, own);
  }
}

/**
 * @param {() => boolean} isActive while it says false, the names are Node's
 * @param {() => object} load gives cnet
 * @returns {(() => void)[]} the steps that take it back
 */
function registerNames(isActive, load) {
  if (!isNeeded()) return [];
  makeNamespace();
  const undo = replace(Module, 'syncBuiltinESMExports', (next) => function syncBuiltinESMExports() {
    const sync = next();
    if (isActive()) withNames(load, sync);
    else sync();
  });
  Module.syncBuiltinESMExports();
  return [undo, () => Module.syncBuiltinESMExports()];
}

module.exports = { registerNames };
