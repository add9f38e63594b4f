'use strict';
// Speaks with the library of faults (inject.h), which the process was started with.

const fs = require('node:fs');

const FD = 987654;
const ANSWER = Buffer.alloc(128);

const command = (text) => fs.writeSync(FD, text);

/** Lets the calls of the addon be seen. @param {string} file its path */
const hook = (file) => command(`hook ${fs.realpathSync(file)}`);

/**
 * The `nth` call of `name` from now on fails, on this thread.
 * @param {{ name: string, error: number | 'short', times: number }} fault `times`: so many calls fail; 0: all
 * @param {number} nth
 */
const arm = ({ name, error, times }, nth) => command(`arm ${name} ${nth} ${error} ${times}`);

/**
 * Of a thousand reads and writes `rate` move one byte only, and `rate` none.
 * @param {number} seed
 * @param {number} rate
 */
const armRandom = (seed, rate) => command(`random ${seed} ${rate}`);

const off = () => command('off');

/** @returns {{ calls: number, failed: number, blocks: number, references: number, contexts: number }} */
function ask() {
  const length = fs.readSync(FD, ANSWER, 0, ANSWER.length, null);
  const [calls, failed, blocks, references, contexts] = ANSWER.latin1Slice(0, length).split(' ').map(Number);
  return { calls, failed, blocks, references, contexts };
}

module.exports = { arm, armRandom, ask, hook, off };
