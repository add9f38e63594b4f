'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const LIB = path.join(__dirname, '..', '..', 'lib');

describe('the sources of lib/', () => {
  it('have no character beyond Latin-1, which would have V8 keep two bytes for each of a file', () => {
    const wide = fs
      .readdirSync(LIB, { recursive: true })
      .filter((name) => /\.m?js$/.test(name) && /[\u0100-\uffff]/.test(fs.readFileSync(path.join(LIB, name), 'utf8')));
    assert.deepStrictEqual(wide, []);
  });
});
