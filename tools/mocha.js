'use strict';
// mocha.js: runs the test suite on a given Node and counts what came of it.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { ROOT, run } = require('./run.js');

const MOCHA = path.join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js');
const REPORTER = path.join(__dirname, 'mocha-reporter.js');
const LIMIT_MS = 15 * 60 * 1000;
const END_MS = 15000; // between the last test and the end of the process

function readCounts(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/* Ends `child` when it goes on after its last test, or for ever: what it left open would otherwise hang us. */
function watch(child, file, slowness) {
  const began = Date.now();
  const watched = { reason: null };
  let ended = null;
  const timer = setInterval(() => {
    ended ??= fs.existsSync(file) ? Date.now() : null;
    if (ended !== null && Date.now() - ended > END_MS * slowness) {
      watched.reason = 'the tests have ended, but the process has not: something was left open';
    } else if (Date.now() - began > LIMIT_MS * slowness) {
      watched.reason = `the tests have not ended in ${(LIMIT_MS * slowness) / 60000} minutes`;
    }
    if (watched.reason !== null) child.kill('SIGKILL');
  }, 250);
  watched.stop = () => clearInterval(timer);
  return watched;
}

/* With a reporter of the caller's there are no counts: the exit status is all there is. */
const isOwnReporter = (arg) => /^(-R|--reporter)(=|$)/.test(arg);

/* A run that broke off, hung or ran nothing is a failure more, whatever the tests themselves said. */
function judge(counts, { status, signal }, reason) {
  const problems = [];
  if (reason !== null) problems.push(reason);
  else if (signal !== null) problems.push(`mocha was ended by ${signal}`);
  else if (counts === null) problems.push(`mocha ended before all tests were run, with status ${status}`);
  else if (status !== 0 && counts.failed === 0) problems.push(`mocha ended with status ${status}`);
  const { passed = 0, failed = 0, pending = 0, repeated = [], failures = [] } = counts ?? {};
  if (problems.length === 0 && passed + failed === 0) problems.push('no test was run');
  return {
    passed, failed: failed + problems.length, pending, problems, repeated, failures: [...failures, ...problems],
  };
}

/**
 * Runs the suite.
 * @param {{ node?: string, first?: string[], args?: string[], env?: object, style?: 'spec' | 'dot' | 'short', quiet?:
 *   boolean, slowness?: number }} [options] `node`: the Node to run it on, or a program that is given it in `first`;
 *   `args`: for mocha; `env`: more of the environment; `quiet`: return the output rather than show it; `slowness`: how
 *   much longer than usual it may take
 * @returns {Promise<{ passed: number, failed: number, pending: number, problems: string[], repeated: string[],
 *   failures: string[], counted: boolean, output: string }>} `failures`: what has failed, and why; `repeated`: tests
 *   that failed at first, with why (only where a second attempt is allowed: CNET_TEST_RETRIES); `counted`: false with a
 *   reporter of the caller's, when the numbers mean nothing
 */
async function runMocha(options = {}) {
  const { node = process.execPath, first = [], args = [], style = 'spec', quiet = false, slowness = 1 } = options;
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-report-'));
  const file = path.join(dir, 'counts.json');
  const env = { ...process.env, ...options.env, CNET_TEST_REPORT: file, CNET_TEST_STYLE: style };
  try {
    let watched;
    const reporter = args.some(isOwnReporter) ? [] : ['--reporter', REPORTER];
    const result = await run(node, [...first, MOCHA, ...reporter, ...args], {
      quiet,
      env,
      onStart: (child) => {
        watched = watch(child, file, slowness);
      },
    });
    watched.stop();
    if (reporter.length === 0 && result.status === 0) {
      const none = { passed: 0, failed: 0, pending: 0, problems: [], repeated: [], failures: [] };
      return { ...none, counted: false, output: result.output };
    }
    return { counted: true, ...judge(readCounts(file), result, watched.reason), output: result.output };
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

/**
 * `3 passed, 0 failed`, and what was left out if anything was.
 * @param {{ passed: number, failed: number, pending?: number }} counts
 */
function summary({ passed, failed, pending = 0 }) {
  return `${passed} passed, ${failed} failed${pending > 0 ? ` (${pending} left out)` : ''}`;
}

/**
 * Says what came of a run of mocha.
 * @param {string} name of what was run
 * @param {Awaited<ReturnType<typeof runMocha>>} result
 * @returns {number} the exit status
 */
function tellResult(name, result) {
  for (const problem of result.problems) console.error(`cnet: ${problem}`);
  if (result.counted) console.log(`${name}: ${summary(result)}`);
  return result.failed > 0 ? 1 : 0;
}

module.exports = { runMocha, summary, tellResult };
