'use strict';

/** The options `mode` and `unlinkStale` of listen(): the life of the file of a Unix socket. Not in Node. */

const { isWorker } = require('../node-internals/cluster');
const { codes, invalidArgValue } = require('../common/errors');
const { BIND: { NO_MODE } } = require('../native/constants');
const { validateBoolean, validateInt32 } = require('../common/validate');

const ALL = 0o777;

function checkCombination(options, { exclusive, readableAll, writableAll, isAbstract }) {
  const refuse = (reason) => {
    throw invalidArgValue('options', options, reason);
  };
  if (options.mode !== undefined && isAbstract) refuse('must not have mode with an abstract name, which has no file');
  if (options.mode !== undefined && (readableAll || writableAll)) {
    refuse('must not have mode together with readableAll or writableAll');
  }
  if (isWorker() && !exclusive) {
    refuse('may have mode and unlinkStale in a cluster worker only with exclusive: true, as the primary binds otherwise');
  }
}

/**
 * How the file of a server is to be made, of the options of listen() with a path.
 * @param {{ mode?: number, unlinkStale?: boolean }} options
 * @param {object} known what was read of the others, and `isAbstract`: the path is a name without a file
 * @returns {{ mode: number, replace: boolean } | undefined} undefined: as Node makes it
 * @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE, ERR_INVALID_ARG_VALUE, ERR_FEATURE_UNAVAILABLE_ON_PLATFORM
 */
function fileOption(options, known) {
  const { mode, unlinkStale = false } = options;
  if (mode === undefined && options.unlinkStale === undefined) return undefined;
  if (mode !== undefined) validateInt32(mode, 'options.mode', 0, ALL);
  validateBoolean(unlinkStale, 'options.unlinkStale');
  if (process.platform === 'win32') {
    throw new codes.ERR_FEATURE_UNAVAILABLE_ON_PLATFORM(mode === undefined ? 'unlinkStale' : 'mode');
  }
  checkCombination(options, known);
  return known.isAbstract ? undefined : { mode: mode ?? NO_MODE, replace: unlinkStale };
}

module.exports = { fileOption };
