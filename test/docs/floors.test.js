'use strict';
// The picture of the house, docs/floors.svg, is what the includes and requires say.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const { FILE, arrowsOf, draw, readHouse } = require('../../tools/floors.js');
const { ROOT } = require('../../tools/run.js');

describe('docs/floors.svg', () => {
  it('is what npm run floors writes', async () => {
    assert.ok(
      fs.readFileSync(path.join(ROOT, FILE), 'utf8') === (await draw()),
      'the house has changed: npm run floors draws it',
    );
  });

  for (const house of ['src', 'lib']) {
    it(`no arrow of ${house}/ goes up`, () => {
      assert.deepStrictEqual(arrowsOf(readHouse(house)).filter(({ isUp }) => isUp), []);
    });
  }

  it('an arrow that others imply is left out, and one that goes up never is', () => {
    const room = (name, ...needs) => ({ name, files: 1, needs: new Set(needs) });
    const rooms = [room('base', 'top'), room('core', 'base'), room('top', 'core', 'base')];
    assert.deepStrictEqual(arrowsOf(rooms), [
      { from: 'base', to: 'top', isUp: true },
      { from: 'core', to: 'base', isUp: false },
      { from: 'top', to: 'core', isUp: false },
    ]);
  });
});
