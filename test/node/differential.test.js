'use strict';

const assert = require('assert');
const { themes, compare, runnable } = require('./differential/harness');
const { diff } = require('./differential/diff');
const { withWritingApart } = require('./differential/io-threads');
const { patience } = require('../support/scale');

/** The themes that tools/platforms.js has chosen for a slow machine, all in one process. */
const CHOSEN = process.env.CNET_DIFFERENTIAL_THEMES?.split(',');

const isChosen = ({ theme }) => CHOSEN === undefined || CHOSEN.includes(theme);
const canRun = (scenario) => runnable(scenario) && (CHOSEN === undefined || !scenario.isolate);

const seen = process.env.CNET_IO_THREADS === undefined ? (trace) => trace : withWritingApart;

describe('cnet does what node:net does', () => {
  for (const { theme, file, scenarios } of themes().filter(isChosen)) {
    describe(theme, () => {
      for (const scenario of scenarios) {
        (canRun(scenario) ? it : it.skip)(scenario.title, async function () {
          this.timeout(patience(20000));
          const { expected, actual } = await compare(scenario, theme, file);
          const difference = diff(seen(expected), seen(actual));
          assert.ok(!difference, `(- node:net, + cnet)\n${difference}`);
        });
      }
    });
  }
});
