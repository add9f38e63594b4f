'use strict';
// What is known of other platforms: the ledgers of test/platforms/, and the machines of tools/platforms/.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const { ZIG_TARGETS, nameOf } = require('../../tools/cross.js');
const { MACHINES } = require('../../tools/platforms/machines.js');
const { TARGETS } = require('../../tools/prebuild.js');
const { ROOT } = require('../../tools/run.js');

const FOLDER = path.join(ROOT, 'test', 'platforms');

describe('other platforms', () => {
  it('each that there is a prebuild for has a name in the compiler, and the other way round', () => {
    assert.deepStrictEqual(Object.keys(ZIG_TARGETS).sort(), TARGETS.map(nameOf).sort());
  });

  it('each that is tried here is one that there is a prebuild for', () => {
    const names = TARGETS.map(nameOf);
    for (const [name, { prebuild }] of Object.entries(MACHINES)) assert.ok(names.includes(prebuild), name);
  });

  for (const file of fs.readdirSync(FOLDER).filter((name) => name.endsWith('.json'))) {
    it(`${file} names tests that there are, each once, and says why each fails`, () => {
      const ledger = JSON.parse(fs.readFileSync(path.join(FOLDER, file), 'utf8'));
      assert.ok(MACHINES[path.basename(file, '.json')], 'it is of a platform that is tried');
      const keys = ledger.map(({ file: of, title }) => `${of}: ${title}`);
      assert.deepStrictEqual(keys, [...new Set(keys)]);
      for (const { file: of, title, reason } of ledger) {
        assert.ok(fs.existsSync(path.join(ROOT, of)), of);
        assert.ok(/^(node:net fails there too|Wine |qemu |Windows:? |The machine )/.test(reason), `${title}: ${reason}`);
      }
    });
  }
});
