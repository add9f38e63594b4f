'use strict';

/** The variables of the environment that say what options are for the whole program: see docs/use-it.md. */

const { PREFIX } = require('../options/program-defaults');

/** Names the native part (native/native-file.js), and is no option. */
const NATIVE = `${PREFIX}NATIVE`;

let isRead = false;

/**
 * Reads the variables of the environment, once: when `net` of cnet is asked for, so that a process that never does so
 * is not concerned. What sets the defaults is loaded when there are such variables.
 * @throws ERR_CNET_ENVIRONMENT and again each time that it is asked for; ERR_FEATURE_UNAVAILABLE_ON_PLATFORM
 */
function readEnvironment() {
  if (isRead) return;
  const names = Object.keys(process.env).filter((name) => name.startsWith(PREFIX) && name !== NATIVE);
  if (names.length > 0) require('./set-defaults').takeEnvironment(names);
  isRead = true;
}

module.exports = { readEnvironment };
