'use strict';

/** The texts of argument errors, in Node's words. */

const { inspect } = require('util');

/** Longest value quoted in full in an ERR_INVALID_ARG_VALUE. */
const MAX_INSPECTED = 128;
/** Longest string quoted in full after 'Received type string'. */
const MAX_STRING = 28;
/** Numbers beyond this are written with separators in an ERR_OUT_OF_RANGE. */
const MANY = 2 ** 32;

const TYPES = new Set(['string', 'function', 'number', 'object', 'boolean', 'bigint', 'symbol']);

/** 'a', 'a or b', 'a, b, or c'. */
function list(words, conjunction) {
  if (words.length < 3) return words.join(` ${conjunction} `);
  return `${words.slice(0, -1).join(', ')}, ${conjunction} ${words[words.length - 1]}`;
}

/** The quotes of a string: single ones unless it has one inside. */
function quote(text) {
  const shown = text.length > MAX_STRING ? `${text.slice(0, MAX_STRING - 3)}...` : text;
  return shown.includes("'") ? JSON.stringify(shown) : `'${shown}'`;
}

/** What a value is, in the words that follow 'Received'. */
function describe(value) {
  if (value === undefined || value === null) return String(value);
  switch (typeof value) {
    case 'function':
      return `function ${String(value.name)}`;
    case 'object': {
      const name = value.constructor?.name;
      return typeof name === 'string' && name !== '' ? `an instance of ${name}` : inspect(value, { depth: -1 });
    }
    case 'string':
      return `type string (${quote(value)})`;
    case 'bigint':
      return `type bigint (${value}n)`;
    case 'number':
      return `type number (${Object.is(value, -0) ? '-0' : value})`;
    default:
      return `type ${typeof value} (${String(value)})`;
  }
}

/** Sorts the expected things into types, classes and others. */
function sortExpected(expected) {
  const types = [];
  const classes = [];
  const others = [];

  for (const word of [expected].flat()) {
    if (TYPES.has(word) || word === 'Function' || word === 'Object') types.push(word.toLowerCase());
    else if (/^[A-Z][A-Za-z0-9]*$/.test(word)) classes.push(word);
    else others.push(word);
  }
  // Beside other classes, an object reads as one of them.
  if (classes.length > 0 && types.includes('object')) {
    types.splice(types.indexOf('object'), 1);
    classes.push('Object');
  }
  return { types, classes, others };
}

function expectation(expected) {
  const { types, classes, others } = sortExpected(expected);
  const parts = [];

  if (types.length > 0) parts.push(`${types.length > 1 ? 'one of type' : 'of type'} ${list(types, 'or')}`);
  if (classes.length > 0) parts.push(`an instance of ${list(classes, 'or')}`);
  if (others.length > 1) parts.push(`one of ${list(others, 'or')}`);
  else if (others.length === 1) parts.push(others[0].toLowerCase() === others[0] ? others[0] : `an ${others[0]}`);
  return parts.join(' or ');
}

function kindOf(name) {
  return name.includes('.') ? 'property' : 'argument';
}

function argTypeMessage(name, expected, actual) {
  const what = name.endsWith(' argument') ? name : `"${name}" ${kindOf(name)}`;
  return `The ${what} must be ${expectation(expected)}. Received ${describe(actual)}`;
}

function argValueMessage(name, value, reason = 'is invalid') {
  let shown = inspect(value);
  if (shown.length > MAX_INSPECTED) shown = `${shown.slice(0, MAX_INSPECTED)}...`;
  return `The ${kindOf(name)} '${name}' ${reason}. Received ${shown}`;
}

/** Digits in groups of three, from the right. */
function separate(digits) {
  return digits.replace(/(?<!^-?)(?=(.{3})+$)/g, '_');
}

function rangeMessage(name, range, received) {
  let shown = inspect(received);
  if (Number.isInteger(received) && Math.abs(received) > MANY) shown = separate(String(received));
  else if (typeof received === 'bigint' && (received > MANY || received < -MANY))
    shown = `${separate(String(received))}n`;
  return `The value of "${name}" is out of range. It must be ${range}. Received ${shown}`;
}

function missingMessage(...names) {
  const quoted = names.map((name) => [name].flat().map((one) => `"${one}"`).join(' or '));
  return `The ${list(quoted, 'and')} argument${quoted.length > 1 ? 's' : ''} must be specified`;
}

module.exports = { argTypeMessage, argValueMessage, describe, missingMessage, rangeMessage };
