'use strict';

/** libuv's codes by name, as numbers below zero: they differ between platforms. */

const { getSystemErrorMap } = require('node:util');

const numbers = {};
for (const [number, [name]] of getSystemErrorMap()) numbers[name] = number;

module.exports = Object.freeze(numbers);
