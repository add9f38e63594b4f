'use strict';
// What is known to fail on I/O threads: test/io-threads-ledger.json, for tools/io-threads.js.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const { isLeftOut, readLedger } = require('../../tools/known-failures.js');
const { ROOT } = require('../../tools/run.js');

const ledger = readLedger(path.join(ROOT, 'test', 'io-threads-ledger.json'));

describe('the ledger of I/O threads', () => {
  it('names each test once, of files that there are, and leaves out no file', () => {
    const keys = ledger.map(({ file, title }) => `${file}: ${title}`);
    assert.deepStrictEqual(keys, [...new Set(keys)]);
    for (const { file } of ledger) assert.ok(fs.existsSync(path.join(ROOT, file)) && !isLeftOut(ledger, file), file);
  });

  it('says why each fails', () => {
    for (const { title, reason } of ledger) assert.ok(reason.endsWith('.') && !reason.startsWith('TO BE'), title);
  });
});
