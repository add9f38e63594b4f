'use strict';

/** What only Linux has. */

const { codes } = require('./errors');

/**
 * @param {string} feature as the program names it
 * @throws ERR_FEATURE_UNAVAILABLE_ON_PLATFORM
 */
function needLinux(feature) {
  if (process.platform !== 'linux') throw new codes.ERR_FEATURE_UNAVAILABLE_ON_PLATFORM(feature);
}

module.exports = { needLinux };
