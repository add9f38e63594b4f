'use strict';

/**
 * The symbols under which Node's net has what other modules of Node's look for. They are in the objects that have it.
 */

const net = require('node:net');

const symbolOf = (object, name) => Object.getOwnPropertySymbols(object).find(({ description }) => description === name);

/** Node's own mark on the results of its normalizeArgs(), so that cnet and Node take those of each other. */
const [kNormalized = Symbol('normalizedArgs')] = Object.getOwnPropertySymbols(net._normalizeArgs?.([]) ?? []);

/** Where no list has such a property. */
const NOWHERE = Symbol('kHandle');

/* Those of block lists are looked for when cnet's are loaded: it is then that Node loads its own. */
module.exports = {
  kNormalized,

  /**
   * The name of the property by which Node's modules find the rules in C++ of a list, and tell a list from other
   * values.
   */
  get kNodeHandle() {
    return symbolOf(new net.BlockList(), 'kHandle') ?? NOWHERE;
  },

  /** The name of the method by which Node clones an object for another thread. */
  get kClone() {
    return symbolOf(net.BlockList.prototype, 'messaging_clone_symbol');
  },
};
