'use strict';

/** What only Linux has. */

const { codes } = require('./errors');
const { validateBoolean } = require('./validate');

/**
 * @param {string} feature as the program names it
 * @throws ERR_FEATURE_UNAVAILABLE_ON_PLATFORM
 */
function needLinux(feature) {
  if (process.platform !== 'linux') throw new codes.ERR_FEATURE_UNAVAILABLE_ON_PLATFORM(feature);
}

/**
 * An option that is true or false.
 * @returns {boolean} false where it is not given
 * @throws ERR_INVALID_ARG_TYPE; as needLinux() where it is true
 */
function linuxFlag(options, name) {
  const value = options[name];
  if (value === undefined) return false;
  validateBoolean(value, `options.${name}`);
  if (value) needLinux(`options.${name}`);
  return value;
}

module.exports = { linuxFlag, needLinux };
