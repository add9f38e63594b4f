'use strict';
// known-failures.js: runs files of tests, each in a process of its own, and compares what fails with a ledger, a JSON
// file of what is known to fail, and why. For tools/platforms.js and tools/io-threads.js.

const fs = require('node:fs');
const path = require('node:path');

const { ROOT } = require('./run.js');

const MOCHA = path.join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js');
const REPORTER = path.join(__dirname, 'platforms', 'reporter.js');

/** @returns {string[]} the files of tests in these folders of test/, which have `word` in their names */
function testFiles(folders, word = '') {
  const all = folders.flatMap((folder) =>
    fs.readdirSync(path.join(ROOT, 'test', folder), { recursive: true })
      .map((name) => `test/${folder}/${name.replaceAll(path.sep, '/')}`))
    .filter((name) => name.endsWith('.test.js') && !/^test\/node\/(conformance|differential)\/|\/node_modules\//.test(name));
  return all.filter((name) => name.includes(word)).sort();
}

/* --- a file of tests --------------------------------------------------------------------------------------------- */

const readLines = (file) =>
  (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '').split('\n').filter(Boolean).map((line) => JSON.parse(line));

/* What the lines of the reporter come to: a test that began last and has no end has ended the process, or hung. */
function judge(lines, { status, signal }) {
  const named = (key) => lines.filter((line) => line[key] !== undefined);
  const result = {
    passed: named('passed').map((line) => line.passed),
    failed: named('failed').map((line) => ({ title: line.failed, error: line.error })),
    pending: named('pending').map((line) => ({ title: line.pending, reason: line.reason })),
  };
  const ended = lines.some((line) => line.ended);
  if (ended && (status === 0 || result.failed.length > 0)) return result;
  const last = lines.filter((line) => line.began !== undefined).pop();
  const done = last === undefined || result.passed.includes(last.began) ||
    result.failed.some(({ title }) => title === last.began);
  const how = signal ?? `status ${status}`;
  result.failed.push({ title: done ? '(the end of the process)' : last.began, error: `the process ended with ${how}` });
  return result;
}

/**
 * Runs a file of tests.
 * @param {string} file
 * @param {object} options
 * @param {(node: string, args: string[], options: object) => Promise<{ status: number, signal: string | null, output?:
 *   string }>} options.run as run() of run.js
 * @param {string} options.node
 * @param {string} options.dir for the report and the output
 * @param {object} options.env
 * @param {number} options.timeout of the file, milliseconds
 * @param {number} options.testTimeout of each test
 * @param {string[]} [options.more] arguments of mocha
 * @param {(file: string) => string} [options.place] what the Node calls a file
 */
async function runFile(file, { run, node, dir, env, timeout, testTimeout, more = [], place = (name) => name }) {
  const name = file.replaceAll(/\W/g, '-');
  const report = path.join(dir, `${name}.json`);
  const output = path.join(dir, `${name}.log`);
  fs.mkdirSync(dir, { recursive: true });
  fs.rmSync(report, { force: true });
  const began = Date.now();
  const args = [place(MOCHA), '--timeout', String(testTimeout), '--reporter', place(REPORTER), ...more,
    place(path.join(ROOT, file))];
  const ended = await run(place(node), args, {
    env: { ...env, CNET_PLATFORM_REPORT: place(report) }, output, quiet: true, timeout,
  });
  if (ended.output) fs.writeFileSync(output, ended.output);
  return { ...judge(readLines(report), ended), seconds: (Date.now() - began) / 1000 };
}

/** @returns {object | null} what the last run of a file has reported in `dir`, as runFile() gives it; null: none */
function readReport(dir, file) {
  const lines = readLines(path.join(dir, `${file.replaceAll(/\W/g, '-')}.json`));
  return lines.length > 0 ? judge(lines, { status: 0, signal: null }) : null;
}

/* --- the ledger -------------------------------------------------------------------------------------------------- */

/** @returns {{ file: string, title: string | null, reason: string }[]} what is known to fail, and why */
const readLedger = (file) => (fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : []);

const isKnown = (ledger, file, title) => ledger.some((entry) => entry.file === file && entry.title === title);

/** A file is left out as a whole where the ledger says so, without a title. */
const isLeftOut = (ledger, file) => ledger.some((entry) => entry.file === file && entry.title === null);

/**
 * Writes what has failed to the ledger. What was known keeps its reason.
 * @param {string} ledgerFile
 * @param {{ file: string, title: string, reason: string }[]} failed
 * @param {string[]} files that were run
 */
function record(ledgerFile, failed, files) {
  const before = readLedger(ledgerFile);
  const isSame = (a, b) => a.file === b.file && a.title === b.title;
  const kept = before.filter((entry) => entry.title === null || entry.sometimes || !files.includes(entry.file) ||
    failed.some((other) => isSame(entry, other)));
  const found = failed.filter((entry) => !kept.some((other) => isSame(entry, other)));
  const all = [...kept, ...found].sort((a, b) => `${a.file}${a.title}`.localeCompare(`${b.file}${b.title}`));
  fs.mkdirSync(path.dirname(ledgerFile), { recursive: true });
  fs.writeFileSync(ledgerFile, `${JSON.stringify(all, null, 2)}\n`);
}

/** The reason of a failure that nobody has looked at. */
const unexplained = (error) => `TO BE EXPLAINED: ${error.split('\n')[0]}`;

/**
 * Says what came of a file.
 * @param {string} name of what it was run on
 * @returns {{ passed: number, failed: number, pending: number, failures: string[] }} `pending`: also what is known to
 *   fail; `failures`: what has failed, and why
 */
function tellFile(name, file, result, ledger) {
  const news = result.failed.filter(({ title }) => !isKnown(ledger, file, title));
  const known = result.failed.length - news.length;
  console.log(`${name} ${file}: ${result.passed.length} passed, ${news.length} failed` +
    `${known > 0 ? `, ${known} as known` : ''}${result.pending.length > 0 ? `, ${result.pending.length} left out` : ''} (${result.seconds.toFixed(0)} s)`);
  for (const { title, error } of news) console.log(`    ${title}\n      ${error.replaceAll('\n', '\n      ')}`);
  const failures = news.map(({ title, error }) => `${name} ${file}: ${title}: ${error}`);
  return { passed: result.passed.length, failed: news.length, pending: result.pending.length + known, failures };
}

module.exports = { isLeftOut, readLedger, readReport, record, runFile, tellFile, testFiles, unexplained };
