'use strict';

// What a peer can make the process do for the bytes that it sends, counted in steps and not in time: the compiler has
// every basic block of src/ that is run tell so. The steps for an input must grow no faster than its length.

const assert = require('node:assert');

const { skip } = require('../support/needs');
const { patience } = require('../support/scale');
const { countSteps } = require('../support/steps');

const SOURCES = ['proxy/proxy_protocol.c', 'proxy/crc32c.c', 'proxy/version1.c'];

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

describe('the cost of what a peer sends', function () {
  this.timeout(patience(60000));
  let measured;

  before(function () {
    const lines = countSteps('steps.c', SOURCES);
    if (lines === null) skip(this, 'cc does not count basic blocks');
    measured = lines.map(([name, length, steps]) => ({ name, length: +length, steps: +steps }));
  });

  for (const [name, most] of Object.entries(MOST)) {
    it(`is at most ${most} steps for a byte: ${name}`, () => {
      const rows = measured.filter((row) => row.name === name);
      assert.ok(rows.length > 3 && rows.every(({ steps }) => steps > 0));
      for (const { length, steps } of rows) assert.ok(steps <= most * length, `${steps} steps for ${length} bytes`);
    });
  }
});
