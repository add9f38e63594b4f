'use strict';
// The diagrams are what tools/diagrams.js draws, and the times in that of racing are those of a race.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const { ANSWER_MS, DELAY_MS, LIMIT_MS, RACE, SERIAL, drawAll } = require('../../tools/diagrams.js');
const { ROOT } = require('../support/subject');

describe('diagrams', () => {
  for (const [file, svg] of drawAll()) {
    it(`${file} is what npm run diagrams writes, and a document shows it`, () => {
      assert.ok(fs.readFileSync(path.join(ROOT, file), 'utf8') === svg, 'npm run diagrams draws it');
      const documents = fs.readdirSync(path.join(ROOT, 'docs'), { recursive: true }).filter((name) => name.endsWith('.md'));
      const texts = documents.map((name) => fs.readFileSync(path.join(ROOT, 'docs', name), 'utf8'));
      assert.ok(texts.some((text) => text.includes(`${path.basename(file)})`)));
    });
  }

  it('an attempt that is not the last ends at its limit, and racing ones when the first is connected', () => {
    assert.ok(ANSWER_MS > LIMIT_MS && DELAY_MS < LIMIT_MS);
    assert.deepStrictEqual(SERIAL.map(([from, to]) => to - from), [LIMIT_MS, LIMIT_MS, ANSWER_MS]);
    assert.ok(RACE.every(([, to]) => to === ANSWER_MS));
  });
});
