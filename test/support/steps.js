'use strict';

// What code in C costs, counted in steps and not in time: the compiler has every basic block that is run tell so.

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const path = require('node:path');

const { compilerArgs } = require('../../tools/c-files.js');
const { ROOT } = require('./subject');
const { tempDir } = require('./temp');

/**
 * Compiles sources with a program of test/fixtures/ that counts their steps, and runs it.
 * @param {string} program
 * @param {string[]} sources of src/; the last one decides which folders the compiler includes from
 * @returns {string[][] | null} the words of each line; null: there is no compiler that counts, or no header
 */
function countSteps(program, sources) {
  let given;
  try {
    given = [...compilerArgs(`src/${sources.at(-1)}`), '-O1'];
  } catch {
    return null;
  }
  const temp = tempDir();
  try {
    const cc = (...args) => spawnSync('cc', [...given, ...args], { cwd: temp.dir, encoding: 'utf8' });
    const files = sources.map((name) => path.join(ROOT, 'src', name));
    if (cc('-fsanitize-coverage=trace-pc', '-c', ...files).status !== 0) return null;
    const objects = sources.map((name) => `${path.basename(name, '.c')}.o`);
    const built = cc('-o', 'steps', path.join(ROOT, 'test', 'fixtures', program), ...objects);
    assert.strictEqual(built.status, 0, built.stderr);
    const { status, stdout } = spawnSync('./steps', { cwd: temp.dir, encoding: 'utf8' });
    assert.strictEqual(status, 0);
    return stdout.trim().split('\n').map((line) => line.split(' '));
  } finally {
    temp.remove();
  }
}

module.exports = { countSteps };
