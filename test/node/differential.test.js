'use strict';

const assert = require('assert');
const { themes, compare, runnable } = require('./differential/harness');
const { diff } = require('./differential/diff');
const { withWritingApart } = require('./differential/io-threads');

const seen = process.env.CNET_IO_THREADS === undefined ? (trace) => trace : withWritingApart;

describe('cnet does what node:net does', () => {
  for (const { theme, file, scenarios } of themes()) {
    describe(theme, () => {
      for (const scenario of scenarios) {
        (runnable(scenario) ? it : it.skip)(scenario.title, async function () {
          this.timeout(20000);
          const { expected, actual } = await compare(scenario, theme, file);
          const difference = diff(seen(expected), seen(actual));
          assert.ok(!difference, `(- node:net, + cnet)\n${difference}`);
        });
      }
    });
  }
});
