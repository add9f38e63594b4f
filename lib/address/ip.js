'use strict';

/** What is an IP address, by the rules of Node's net.isIP(). */

const binding = require('../native/binding');

const [ZERO, DOT, COLON] = ['0', '.', ':'].map((unit) => unit.charCodeAt(0));

/** '0.0.0.0' and '255.255.255.255' */
const [SHORTEST_FOUR, LONGEST_FOUR] = [7, 15];

/** No IPv6 address has more before its first ':'. */
const FIRST_GROUP = 4;

/** Four decimal numbers of 0 to 255 without leading zeros: a short text costs less here than a call of C. */
function isFour(text) {
  const { length } = text;
  if (length < SHORTEST_FOUR || length > LONGEST_FOUR) return false;
  let dots = 0;
  let number = -1; // -1: no digit yet
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === DOT) {
      if (number < 0 || ++dots > 3) return false;
      number = -1;
      continue;
    }
    const digit = unit - ZERO;
    if (digit < 0 || digit > 9 || number === 0) return false;
    number = number < 0 ? digit : number * 10 + digit;
    if (number > 255) return false;
  }
  return dots === 3 && number >= 0;
}

function mayBeSix(text) {
  for (let i = 0; i <= FIRST_GROUP; i++) if (text.charCodeAt(i) === COLON) return true;
  return false;
}

const textOf = (input) => (typeof input === 'string' ? input : `${input}`);

/**
 * @param {any} input made a string first
 * @returns {number} 4, 6 (a zone such as '%eth0' is allowed), or 0 when `input` is no address
 */
function isIP(input) {
  const text = textOf(input);
  if (mayBeSix(text)) return binding.isIP(text);
  return isFour(text) ? 4 : 0;
}

/**
 * @param {any} input
 * @returns {boolean} true for four decimal numbers of 0 to 255 without leading zeros
 */
function isIPv4(input) {
  return isFour(textOf(input));
}

/**
 * @param {any} input
 * @returns {boolean}
 */
function isIPv6(input) {
  const text = textOf(input);
  return mayBeSix(text) && binding.isIP(text) === 6;
}

module.exports = { isIP, isIPv4, isIPv6 };
