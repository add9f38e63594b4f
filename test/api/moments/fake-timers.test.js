'use strict';

const assert = require('node:assert');

const { runFixture } = require('../../support/child');

const ALL = ['listening', 'connect', 'data', 'timeout', 'error', 'close', 'shutdown'];

describe("moments: a program's fake timers stop nothing", () => {
  for (const [how, what] of [
    ['jest', 'those of Jest, set when cnet is loaded'],
    ['jest-first', 'those of Jest, set before it is loaded'],
    ['sinon', 'those of Sinon'],
  ]) {
    it(what, async () => {
      const { status, stdout, stderr } = await runFixture('fake-timers.js', [how]);
      assert.deepStrictEqual([status, stderr, stdout.trim().split('\n')], [0, '', ALL]);
    });
  }
});
