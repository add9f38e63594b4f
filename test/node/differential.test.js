'use strict';

const assert = require('assert');
const { themes, compare, whyNot } = require('./differential/harness');
const { diff } = require('./differential/diff');
const { withWritingApart } = require('./differential/io-threads');
const { skip } = require('../support/needs');
const { patience } = require('../support/scale');

/** The themes that tools/platforms.js has chosen for a slow machine, all in one process. */
const CHOSEN = process.env.CNET_DIFFERENTIAL_THEMES?.split(',');

const isChosen = ({ theme }) => CHOSEN === undefined || CHOSEN.includes(theme);
const isOfProcesses = ({ isolate }) => CHOSEN !== undefined && isolate;

const withThreads = process.env.CNET_IO_THREADS !== undefined;
const seen = withThreads ? withWritingApart : (trace) => trace;

/** Which of two connections is heard of first is chance where threads read them: a scenario has a second run there. */
const TRIES = withThreads ? 2 : 1;

async function differenceOf(scenario, theme, file) {
  let difference;
  for (let i = 0; i < TRIES && difference !== ''; i++) {
    const { expected, actual } = await compare(scenario, theme, file);
    difference = diff(seen(expected), seen(actual));
  }
  return difference;
}

describe('cnet does what node:net does', () => {
  for (const { theme, file, scenarios } of themes().filter(isChosen)) {
    describe(theme, () => {
      for (const scenario of scenarios) {
        it(scenario.title, async function () {
          const reason = isOfProcesses(scenario) ? 'this Node has no process of its own for it' : whyNot(scenario);
          if (reason !== null) skip(this, reason);
          this.timeout(patience(20000 * TRIES));
          const difference = await differenceOf(scenario, theme, file);
          assert.ok(!difference, `(- node:net, + cnet)\n${difference}`);
        });
      }
    });
  }
});
