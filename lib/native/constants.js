'use strict';

/**
 * The numbers that JavaScript shares with C, a frozen object of frozen tables: src/binding/constants.c has them from
 * the headers of C, and nobody else writes one down. Take them into a `const` when a module is loaded.
 */

module.exports = require('./loaded-native').constants;
