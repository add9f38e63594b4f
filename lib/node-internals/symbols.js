'use strict';

/**
 * The symbols under which Node's net has what other modules of Node's look for. They are in the objects that have it.
 */

const net = require('node:net');

const symbolOf = (object, name) => Object.getOwnPropertySymbols(object).find(({ description }) => description === name);

/** Node's own mark on the results of its normalizeArgs(), so that cnet and Node take those of each other. */
const [kNormalized = Symbol('normalizedArgs')] = Object.getOwnPropertySymbols(net._normalizeArgs?.([]) ?? []);

/**
 * The name of the property by which Node's modules find the rules in C++ of a list, and tell a list from other
 * values.
 */
const kNodeHandle = symbolOf(new net.BlockList(), 'kHandle') ?? Symbol('kHandle');

/** The name of the method by which Node clones an object for another thread. */
const kClone = symbolOf(net.BlockList.prototype, 'messaging_clone_symbol');

module.exports = { kClone, kNodeHandle, kNormalized };
