'use strict';
// How a process with cnet ends: by itself when nothing holds it, and at once by process.exit(), wherever that is
// called.

const assert = require('node:assert');

const { ends, kinds } = require('../fixtures/teardown');
const { runFixture } = require('../support/child');
const { patience } = require('../support/scale');

describe('teardown', function () {
  this.timeout(patience(20000));

  const run = (status, file, args = [], stdout = '') => async () => {
    assert.deepStrictEqual(await runFixture(file, args), { status, stdout, stderr: '' });
  };

  describe('a process ends by itself with', () => {
    for (const name of Object.keys(ends)) it(name, run(0, 'teardown.js', ['ends', name]));
  });

  describe('process.exit() ends it at once in the callback', () => {
    for (const name of Object.keys(kinds)) it(name, run(5, 'teardown.js', ['exit', name]));
  });

  it('process.exit() in any callback of a worker ends the worker alone', run(0, 'exit-in-workers.js', [], 'all\n'));

  it('what is thrown in any callback is an uncaught exception, once, and all goes on',
    run(0, 'teardown.js', ['throw'], 'all\n'));
});
