'use strict';
// mocha-reporter.js: a mocha reporter that also writes the counts to the file named by CNET_TEST_REPORT.
// CNET_TEST_STYLE chooses what is shown: `spec` (every test) or `dot` (a dot each, failures in full).

const fs = require('node:fs');
const { reporters, Runner } = require('mocha');

const Base = process.env.CNET_TEST_STYLE === 'dot' ? reporters.Dot : reporters.Spec;

module.exports = class CountingReporter extends Base {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.CNET_TEST_REPORT;
    if (!file) return;
    const repeated = [];
    runner.on(Runner.constants.EVENT_TEST_RETRY, (test, err) => repeated.push(`${test.fullTitle()}: ${err.message}`));
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      fs.writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, pending, repeated }));
    });
  }
};
