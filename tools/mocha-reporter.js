'use strict';
// mocha-reporter.js: a mocha reporter that also writes the counts to the file named by CNET_TEST_REPORT.
// CNET_TEST_STYLE chooses what is shown: `spec` (every test), `dot` (a dot each) or `short` (a line for each file);
// failures in full at the end.

const fs = require('node:fs');
const path = require('node:path');
const { reporters, Runner } = require('mocha');

const {
  EVENT_RUN_BEGIN,
  EVENT_RUN_END,
  EVENT_SUITE_BEGIN,
  EVENT_TEST_FAIL,
  EVENT_TEST_PASS,
  EVENT_TEST_PENDING,
  EVENT_TEST_RETRY,
} = Runner.constants;
const { Base } = reporters;

/** A line for each file when it is done, and below it the titles of what has failed. */
class Short extends Base {
  constructor(runner, options) {
    super(runner, options);
    this.file = null;
    runner.once(EVENT_RUN_BEGIN, () => this.follow({}));
    runner.on(EVENT_SUITE_BEGIN, (suite) => this.follow(suite));
    runner.on(EVENT_TEST_PASS, (test) => this.follow(test).passed++);
    runner.on(EVENT_TEST_PENDING, (test) => this.follow(test).pending++);
    runner.on(EVENT_TEST_FAIL, (test) => this.follow(test).failed.push(test.fullTitle()));
    runner.once(EVENT_RUN_END, () => {
      this.tell();
      this.epilogue();
    });
  }

  /* What is counted of the file that a suite, a test or a hook is of; the root has none, and is of the file at hand. */
  follow({ file = this.file?.name }) {
    if (this.file !== null && this.file.name === file) return this.file;
    if (this.file !== null) this.tell();
    this.file = { name: file, began: Date.now(), passed: 0, pending: 0, failed: [] };
    return this.file;
  }

  tell() {
    const { name = '.', began, passed, pending, failed } = this.file;
    if (passed + pending + failed.length === 0) return;
    const counts = [
      `${passed} passed`,
      failed.length > 0 && `${failed.length} failed`,
      pending > 0 && `${pending} left out`,
    ];
    const mark = failed.length > 0 ? Base.color('fail', Base.symbols.err) : Base.color('checkmark', Base.symbols.ok);
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    Base.consoleLog(
      `${mark} ${path.relative(process.cwd(), name)}: ${counts.filter(Boolean).join(', ')} (${seconds} s)`,
    );
    for (const title of failed) Base.consoleLog(Base.color('fail', `    ${title}`));
  }
}

const STYLES = { dot: reporters.Dot, short: Short, spec: reporters.Spec };

module.exports = class CountingReporter extends (STYLES[process.env.CNET_TEST_STYLE] ?? reporters.Spec) {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.CNET_TEST_REPORT;
    if (!file) return;
    const repeated = [];
    const failures = [];
    runner.on(EVENT_TEST_RETRY, (test, err) => repeated.push(`${test.fullTitle()}: ${err.message}`));
    runner.on(EVENT_TEST_FAIL, (test, err) => failures.push(`${test.fullTitle()}: ${err.message}`));
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures: failed, pending } = this.stats;
      fs.writeFileSync(file, JSON.stringify({ passed: passes, failed, pending, repeated, failures }));
    });
  }
};
