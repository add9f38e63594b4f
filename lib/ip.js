'use strict';

/** What is an IP address, by the rules of Node's net.isIP(). */

const binding = require('./binding');

/**
 * @param {any} input made a string first
 * @returns {number} 4, 6 (a zone such as '%eth0' is allowed), or 0 when `input` is no address
 */
function isIP(input) {
  return binding.isIP(`${input}`);
}

/**
 * @param {any} input
 * @returns {boolean} true for four decimal numbers of 0 to 255 without leading zeros
 */
function isIPv4(input) {
  return binding.isIP(`${input}`) === 4;
}

/**
 * @param {any} input
 * @returns {boolean}
 */
function isIPv6(input) {
  return binding.isIP(`${input}`) === 6;
}

module.exports = { isIP, isIPv4, isIPv6 };
