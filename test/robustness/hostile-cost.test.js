'use strict';

// What a peer can make the process do for the bytes that it sends, counted in steps and not in time: the compiler has every
// basic block of src/ that is run tell so. The steps for an input must grow no faster than its length.

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const path = require('node:path');

const { skip } = require('../support/needs');
const { patience } = require('../support/scale');
const { tempDir } = require('../support/temp');
const { compilerArgs } = require('../../tools/c-files.js');

const ROOT = path.join(__dirname, '..', '..');
const SOURCES = ['proxy_protocol.c', 'version1.c', 'crc32c.c'];

/** Steps for a byte, of each kind of input: what is measured, and a half more for other compilers. */
const MOST = {
  'checksums': 2, // two TLVs are looked at, and one sum is made
  'empty-tlvs': 4,
  'noops': 4,
  'byte-by-byte': 60,
  'line': 700, // asked about again with each of at most 107 bytes
  'unknown-line': 700,
  'crc': 2,
};

const temp = tempDir();

/** The lines of fixtures/steps.c; null: there is no compiler that counts, or no header. */
function measure() {
  let given;
  try {
    given = [...compilerArgs('src/proxy/version1.c'), '-O1'];
  } catch {
    return null;
  }
  const cc = (...args) => spawnSync('cc', [...given, ...args], { cwd: temp.dir, encoding: 'utf8' });
  const sources = SOURCES.map((name) => path.join(ROOT, 'src', 'proxy', name));
  if (cc('-fsanitize-coverage=trace-pc', '-c', ...sources).status !== 0) return null;
  const objects = SOURCES.map((name) => name.replace('.c', '.o'));
  const built = cc('-o', 'steps', path.join(__dirname, '..', 'fixtures', 'steps.c'), ...objects);
  assert.strictEqual(built.status, 0, built.stderr);
  const { status, stdout } = spawnSync('./steps', { cwd: temp.dir, encoding: 'utf8' });
  assert.strictEqual(status, 0);
  return stdout.trim().split('\n').map((line) => line.split(' ')).map(([name, length, steps]) => ({ name, length: +length, steps: +steps }));
}

describe('the cost of what a peer sends', function () {
  this.timeout(patience(60000));
  let measured;

  before(function () {
    measured = measure();
    if (measured === null) skip(this, 'cc does not count basic blocks');
  });
  after(() => temp.remove());

  for (const [name, most] of Object.entries(MOST)) {
    it(`is at most ${most} steps for a byte: ${name}`, () => {
      const rows = measured.filter((row) => row.name === name);
      assert.ok(rows.length > 3 && rows.every(({ steps }) => steps > 0));
      for (const { length, steps } of rows) assert.ok(steps <= most * length, `${steps} steps for ${length} bytes`);
    });
  }
});
