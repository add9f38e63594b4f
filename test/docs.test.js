'use strict';

const assert = require('node:assert');

const { checkCoverage } = require('../tools/check-coverage.js');

describe('docs/api-coverage.md', () => {
  it('names files and tests that exist', async () => {
    assert.deepStrictEqual(await checkCoverage(), []);
  });

  it('a file, a test or a row without a test that is wrong would be found', async () => {
    const text = '| a | `lib/nothing.js` | `test/docs.test.js` "no such title" | |\n| b | `lib/index.js` | | |\n';
    assert.deepStrictEqual(await checkCoverage(text), [
      'no file lib/nothing.js',
      'no test "no such title" in test/docs.test.js',
      'no test in the row | b | `lib/index.js` | | |',
    ]);
  });
});
