'use strict';
// The table of docs/platforms.md is what the records of the platforms say (test/platforms/ran).

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const { testFiles } = require('../../tools/known-failures.js');
const { FEATURES, shortName } = require('../../tools/platforms/features.js');
const { FOLDERS, MACHINES } = require('../../tools/platforms/machines.js');
const { PAGE, fill } = require('../../tools/platforms/table.js');
const { ROOT } = require('../../tools/run.js');

const RAN = path.join(ROOT, 'test', 'platforms', 'ran');

describe('docs/platforms.md', () => {
  it('has the table that npm run platforms writes', () => {
    const page = fs.readFileSync(path.join(ROOT, PAGE), 'utf8');
    assert.strictEqual(page, fill(page), 'npm run platforms writes it anew');
  });

  it('has a row for features that there are tests of', () => {
    const files = testFiles(FOLDERS).map(shortName);
    for (const { name, files: of } of FEATURES) assert.ok(files.some((file) => of.test(file)), name);
  });

  for (const file of fs.readdirSync(RAN)) {
    it(`${file} records a platform that is tried, by the rows of the table, from tests that there are`, () => {
      assert.ok(MACHINES[path.basename(file, '.json')]);
      const { features } = JSON.parse(fs.readFileSync(path.join(RAN, file), 'utf8'));
      assert.deepStrictEqual(Object.keys(features), FEATURES.map(({ name }) => name));
      for (const of of Object.values(features).flatMap(Object.keys)) assert.ok(fs.existsSync(path.join(ROOT, of)), of);
    });
  }
});
