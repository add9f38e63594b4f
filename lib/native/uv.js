'use strict';

/** libuv's codes by name, as numbers below zero: they differ between platforms. */

module.exports = require('./constants').UV;
