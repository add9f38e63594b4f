'use strict';
// reporter.js: a mocha reporter that writes a line of JSON as soon as a test begins or ends, into the file named by
// CNET_PLATFORM_REPORT: a process that is ended leaves what it had done.

const fs = require('node:fs');
const { Runner } = require('mocha');

const { EVENT_RUN_END, EVENT_TEST_BEGIN, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Runner.constants;

const REPORT = process.env.CNET_PLATFORM_REPORT;

const tell = (entry) => fs.appendFileSync(REPORT, `${JSON.stringify(entry)}\n`);

/* A test that is left out names the reason in its title: its own title is what is before that. */
const titleOf = (test) => test.fullTitle().replace(/ \(left out: .*\)$/s, '');

/* Why it is left out: its title says it, or a suite around it (skip() of test/support/needs.js). */
function reasonOf(test) {
  const [, own] = / \(left out: (.*)\)$/s.exec(test.title) ?? [];
  if (own !== undefined) return own;
  for (let suite = test.parent; suite; suite = suite.parent) if (suite.leftOut !== undefined) return suite.leftOut;
  return process.platform === 'linux' ? '' : `not on ${process.platform}`;
}

module.exports = class Lines {
  constructor(runner) {
    runner.on(EVENT_TEST_BEGIN, (test) => tell({ began: titleOf(test) }));
    runner.on(EVENT_TEST_PASS, (test) => tell({ passed: titleOf(test) }));
    runner.on(EVENT_TEST_PENDING, (test) => {
      tell({ pending: titleOf(test), reason: reasonOf(test) });
    });
    runner.on(EVENT_TEST_FAIL, (test, err) => {
      tell({ failed: titleOf(test), error: String(err?.stack ?? err).slice(0, 1500) });
    });
    runner.on(EVENT_RUN_END, () => tell({ ended: true }));
  }
};
