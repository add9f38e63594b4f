'use strict';
// ci.js: the checks of .ci/run, one after another, all of them even when one fails; then the sums.

const fs = require('node:fs');
const path = require('node:path');

const { ensure, npm } = require('./ensure.js');
const { ROOT, tool } = require('./run.js');
const { summary } = require('./mocha.js');
const { sanitize } = require('./sanitize.js');
const { testPlatforms } = require('./platforms.js');
const { testNodes, VERSIONS } = require('./test-nodes.js');
const { runSuite } = require('./suites.js');

const npmRun = (name, args = [], options = {}) => npm(['run', '--silent', name, '--', ...args], options);

/** Each is given the options of run(). */
const CHECKS = [
  ['packages: npm ci', (how) => npm(['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund'], how)],
  ['build: warnings are errors', (how) => npmRun('build', ['--force'], { ...how, env: withFlags('-Werror') })],
  ['C: no warning from gcc and clang, no file too long', (how) => npmRun('check:c', [], how)],
  ['C: format', (how) => npmRun('format:check', [], how)],
  ['C: cppcheck and clang-tidy', (how) => npmRun('analyse', [], how)],
  ['JavaScript and documents: eslint, markdownlint', (how) => npmRun('lint', [], how)],
  ['npm start', (how) => npm(['start', '--silent'], how)],
];

/** How much of the output of what failed is shown again at the end, in characters. */
const SHOWN_AGAIN = 4000;

/** The running Node's first: it is what `npm test` takes. */
const NODES = [process.versions.node, ...VERSIONS.filter((version) => version !== process.versions.node)];

const SUITES = [
  [
    'tests, on all Node lines, with the coverage of lib/ on one',
    () => testNodes(NODES, { atOnce: 2, covered: process.versions.node }),
  ],
  ['tests, with memory that is free for reuse poisoned', () => sanitize('poison', [])],
  [
    'other platforms, by qemu-user, Wine and the loader of musl',
    () => testPlatforms(['s390x', 'arm64', 'windows', 'musl'], { core: true, atOnce: 3 }),
  ],
  ['sockets and servers on I/O threads', () => script('test:io-threads', ['--core'])],
  ['the packed package', () => runSuite('package', { style: 'dot' })],
  ['programs', () => runSuite('programs', { style: 'dot' })],
  ['programs of the benchmark: each works', () => script('bench', ['--apps', '--smoke', '--no-build'])],
  ['test runners, bundlers and package managers', () => runSuite('surroundings', { style: 'dot' })],
  ['the documentation as a site', () => runSuite('docs', { style: 'dot' })],
  ['the core without Node: plain, ASan and UBSan, TSan, line coverage', () => script('test:core')],
  ['faults: calls that fail', () => script('test:faults', ['--quick'])],
];

function withFlags(flags) {
  return { ...process.env, CFLAGS: `${process.env.CFLAGS ?? ''} ${flags}`.trim() };
}

/* Prints what a step is before, and how it went and how long it took after. An exception is a failure. */
async function step(title, work) {
  console.log(`\n=== ${title}`);
  const began = Date.now();
  let counts;
  try {
    counts = await work();
  } catch (err) {
    console.error(err);
    counts = { passed: 0, failed: 1, failures: [String(err)] };
  }
  for (const problem of counts.problems ?? []) console.log(`cnet: ${problem}`);
  for (const test of counts.repeated ?? []) console.log(`cnet: this test failed at first, and was run again: ${test}`);
  console.log(`--- ${title}: ${summary(counts)} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  return { ...counts, title };
}

async function check(work) {
  const { status, output } = await work({ quiet: true, onOutput: (text) => process.stdout.write(text) });
  if (status === 0) return { passed: 1, failed: 0 };
  return { passed: 0, failed: 1, failures: [output.slice(-SHOWN_AGAIN)] };
}

/**
 * Names the steps that failed and what in them, once more at the end: of a long output the middle is not always shown.
 * @param {{ title: string, failed: number, failures?: string[] }[]} all
 */
function tellFailures(all) {
  for (const { title, failed, failures = [] } of all) {
    if (failed === 0) continue;
    console.log(`\n=== ${failed} failed: ${title}`);
    for (const failure of failures) console.log(`  ${failure.replaceAll('\n', '\n    ')}`);
  }
}

/* Its line `N passed, N failed` is added up too; without one it has broken off. */
async function script(name, args = []) {
  const { status, output } = await npmRun(name, args, { quiet: true });
  console.log(output);
  const failures = status === 0 ? [] : [output.slice(-SHOWN_AGAIN)];
  const found = [...output.matchAll(/^.*?(\d+) passed, (\d+) failed.*$/gm)].pop();
  if (found === undefined) return { passed: 0, failed: 1, failures };
  const [passed, failed] = found.slice(1).map(Number);
  return { passed, failed: status !== 0 && failed === 0 ? 1 : failed, failures };
}

async function main() {
  process.env.CNET_TEST_RETRIES = '1'; // among eleven thousand tests on a busy machine; what needs it is named
  const all = [];
  for (const [title, work] of CHECKS) all.push(await step(title, () => check(work)));
  await ensure().catch(() => {}); // after a build that failed for a warning, the tests can still run
  for (const [title, work] of SUITES) all.push(await step(title, work));
  const { scripts } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  if (scripts.conformance) all.push(await step('conformance', () => script('conformance')));
  all.push(await step('fuzz', () => script('fuzz', ['--seconds', '30', '--seed', '1'])));

  tellFailures(all);
  const sum = (key) => all.reduce((total, counts) => total + counts[key], 0);
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') > 0 ? 1 : 0;
}

module.exports = { tellFailures };

if (require.main === module) tool(main);
