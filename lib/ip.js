'use strict';

/** What is an IP address, by the rules of Node's net.isIP(). */

const binding = require('./binding');

/** Four decimal numbers of 0 to 255 without leading zeros: a short text costs less here than a call of C. */
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/**
 * @param {any} input made a string first
 * @returns {number} 4, 6 (a zone such as '%eth0' is allowed), or 0 when `input` is no address
 */
function isIP(input) {
  const text = `${input}`;
  if (text.includes(':')) return binding.isIP(text);
  return IPV4.test(text) ? 4 : 0;
}

/**
 * @param {any} input
 * @returns {boolean} true for four decimal numbers of 0 to 255 without leading zeros
 */
function isIPv4(input) {
  return IPV4.test(`${input}`);
}

/**
 * @param {any} input
 * @returns {boolean}
 */
function isIPv6(input) {
  return isIP(input) === 6;
}

module.exports = { isIP, isIPv4, isIPv6 };
