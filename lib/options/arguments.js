'use strict';

/** The many forms of the arguments of connect() and listen(), as one. */

const { kNormalized } = require('../node-internals/symbols');

/** A number from zero on, or false. */
function toNumber(value) {
  const number = Number(value);
  return number >= 0 ? number : false;
}

/** A string that is not a port. */
function isPath(value) {
  return typeof value === 'string' && toNumber(value) === false;
}

/**
 * @param {any[]} args of connect() or listen(): ([port[, host]] | path | options)[, ...][, callback]
 * @returns {[object, Function | null]} options and callback, marked as a result of this function
 */
function normalizeArgs(args) {
  const [first, second] = args;
  const last = args[args.length - 1];
  let options = {};

  if (typeof first === 'object' && first !== null) options = first;
  else if (isPath(first)) options.path = first;
  else if (args.length > 0) {
    options.port = first;
    if (typeof second === 'string') options.host = second;
  }
  const normalized = [options, typeof last === 'function' ? last : null];
  normalized[kNormalized] = true;
  return normalized;
}

/** True for a result of normalizeArgs(), cnet's or Node's own. */
function isNormalized(value) {
  return Array.isArray(value) && value[kNormalized] === true;
}

module.exports = { isNormalized, isPath, normalizeArgs, toNumber };
