'use strict';

/** Defaults that can be set at run time, and their start values from the command line. */

const { validateBoolean, validateInt32 } = require('./validate');

/** Milliseconds; the least that is taken, and the default of the newest Node (25.2). */
const LEAST_ATTEMPT_TIMEOUT = 10;
const ATTEMPT_TIMEOUT = 500;

const SELECT_FLAG = /^--(no-)?(?:enable-)?network-family-autoselection$/;
const TIMEOUT_FLAG = /^--network-family-autoselection-attempt-timeout(?:=(.*))?$/;

/** Words of NODE_OPTIONS: blanks separate, double quotes join, a backslash in them quotes. */
function splitOptions(text) {
  const words = text.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? [];
  return words.map((word) => word.replace(/"((?:\\.|[^"\\])*)"/g, (_, inner) => inner.replace(/\\(.)/g, '$1')));
}

/** Reads the flags of the process; the command line comes last, and stands. */
function readFlags() {
  const flags = [...splitOptions(process.env.NODE_OPTIONS ?? ''), ...process.execArgv];
  let select = true;
  let timeout = ATTEMPT_TIMEOUT;

  flags.forEach((flag, i) => {
    const name = flag.replace(/^(--[^=]*)/, (found) => found.replaceAll('_', '-'));
    const selectFlag = SELECT_FLAG.exec(name);
    const timeoutFlag = TIMEOUT_FLAG.exec(name);
    if (selectFlag) select = selectFlag[1] === undefined;
    if (timeoutFlag) timeout = Number.parseInt(timeoutFlag[1] ?? flags[i + 1], 10) || 0;
  });
  return { select, timeout };
}

const defaults = readFlags();

/** @returns {boolean} the default of the option `autoSelectFamily` of socket.connect() */
function getDefaultAutoSelectFamily() {
  return defaults.select;
}

/** @param {boolean} value the new default */
function setDefaultAutoSelectFamily(value) {
  validateBoolean(value, 'value');
  defaults.select = value;
}

/** @returns {number} milliseconds, the default of the option `autoSelectFamilyAttemptTimeout` */
function getDefaultAutoSelectFamilyAttemptTimeout() {
  return defaults.timeout;
}

/** @param {number} value milliseconds from 1; less than 10 is taken as 10 */
function setDefaultAutoSelectFamilyAttemptTimeout(value) {
  validateInt32(value, 'value', 1);
  defaults.timeout = Math.max(value, LEAST_ATTEMPT_TIMEOUT);
}

module.exports = {
  LEAST_ATTEMPT_TIMEOUT,
  getDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  setDefaultAutoSelectFamily,
  setDefaultAutoSelectFamilyAttemptTimeout,
};
