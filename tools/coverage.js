'use strict';
// coverage.js: `npm run coverage [-- arguments of mocha]`: the suite, and which part of the lines of lib/ it has run,
// in this process and in those that the tests start: V8 counts (NODE_V8_COVERAGE), c8 sums up. The page of each file
// is in coverage/.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { ensure } = require('./ensure.js');
const { runMocha, tellResult } = require('./mocha.js');
const { ROOT, ToolError, run, tool } = require('./run.js');

/** The least part of the lines of lib/ that the suite is to run, in percent. */
const MIN_COVERAGE = 90;

/* Reads what V8 has counted. @returns {Promise<number>} the part of lines that were run, in percent */
async function report(counts) {
  const reporters = ['json-summary', 'html'].flatMap((name) => ['--reporter', name]);
  const args = [
    require.resolve('c8/bin/c8.js'),
    'report',
    '--all',
    '--src',
    'lib',
    '--include',
    'lib/**',
    '--exclude',
    '**/*.d.ts',
    '--exclude',
    '**/*.d.mts',
    '--merge-async',
    '--temp-directory',
    counts,
    ...reporters,
  ];
  const { status, output } = await run(process.execPath, args, { quiet: true });
  if (status !== 0) throw new ToolError(`${output}\nc8 ended with status ${status}`);
  const { total } = JSON.parse(fs.readFileSync(path.join(ROOT, 'coverage', 'coverage-summary.json'), 'utf8'));
  return total.lines.pct;
}

/**
 * runMocha(), and one line on the coverage; too little is a failure more, where all files are run.
 * @param {Parameters<typeof runMocha>[0]} options
 */
async function runCovered(options) {
  const counts = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-coverage-'));
  fs.chmodSync(counts, 0o1777); // a test starts a process of another user
  try {
    const result = await runMocha({ ...options, env: { ...options.env, NODE_V8_COVERAGE: counts } });
    const percent = await report(counts);
    console.log(`lib/: ${percent.toFixed(1)} % of lines`);
    if (percent >= MIN_COVERAGE || options.args?.length > 0) return result;
    const problem = `the tests must run at least ${MIN_COVERAGE} % of the lines of lib/`;
    return {
      ...result,
      failed: result.failed + 1,
      problems: [...result.problems, problem],
      failures: [...result.failures, problem],
    };
  } finally {
    fs.rmSync(counts, { recursive: true, force: true });
  }
}

module.exports = { runCovered };

if (require.main === module) {
  tool(async () => {
    await ensure();
    return tellResult(`node ${process.version}`, await runCovered({ args: process.argv.slice(2), style: 'short' }));
  });
}
