'use strict';
// io-threads.js: `npm run test:io-threads [-- options]`: the tests of what sockets and servers do, with all of them on
// I/O threads (CNET_IO_THREADS). test/io-threads-ledger.json names the tests that fail then, each with its reason:
// another failure is one of this run, and so is a test of the ledger that passes. Tests of what such a socket refuses
// by ERR_SOCKET_ON_IO_THREAD are not named: the ledger has how many there are of a file, at most.
//   --threads=N   on how many; 2
//   --files=WORD  only the files that have this in their name
//   --programs    instead the programs of test/programs (docs/programs.md)
//   --core        what .ci/run tries, in a few minutes
//   --record      writes what has failed to the ledger

const path = require('node:path');

const { ensure, ensurePackages } = require('./ensure.js');
const { readLedger, record, runFile, tellFile, testFiles, unexplained } = require('./known-failures.js');
const { summary } = require('./mocha.js');
const { ROOT, ToolError, run, sumOf, tool } = require('./run.js');

const USAGE = 'usage: npm run test:io-threads [-- --threads=N] [-- --files=WORD] [-- --programs | --core] [-- --record]';
const LEDGER = path.join(ROOT, 'test', 'io-threads-ledger.json');

/** The others are about packages, documents and tools. */
const FOLDERS = ['api', 'beyond', 'loading', 'node', 'node-internals', 'processes', 'register', 'robustness'];

const DESIGN = 'By design: ERR_SOCKET_ON_IO_THREAD is thrown where a socket has to be on the loop of JavaScript.';
const REFUSALS = '(what is refused)';
const REFUSED = /ERR_SOCKET_ON_IO_THREAD|with a socket on an I\/O thread/;

const PROGRAMS = ['programs'];
/** Connections, their streams and their ends. */
const CORE = new RegExp(
  '/(beyond/(channels|connect-timeout|server-onread|shutdown)|' +
    'api/(async-context|behaviours|callbacks|connect|ipc|late-lives|lives|promises|socket-options|streams|timeouts)|' +
    'node/differential)\\.test\\.js$',
);

/** For one file of tests. A program takes its time as a whole. */
const LIMIT_MS = 150000;
const TEST_MS = 20000;
const PROGRAM_MS = 100000;

function readArguments(args) {
  const options = { threads: 2, word: '', isRecorded: false, isCore: false, folders: FOLDERS };
  for (const arg of args) {
    const [, name, value] = /^--(threads|files)=(.+)$/.exec(arg) ?? [];
    if (arg === '--record') options.isRecorded = true;
    else if (arg === '--core') options.isCore = true;
    else if (arg === '--programs') options.folders = PROGRAMS;
    else if (name === 'threads' && Number(value) > 0) options.threads = Number(value);
    else if (name === 'files') options.word = value;
    else throw new ToolError(USAGE);
  }
  return options;
}

/* Of a file: what the ledger expects to fail, and passes. One that fails at times alone is not meant. */
function tellPassed(ledger, file, result) {
  const expected = ledger.filter((entry) => entry.file === file && !entry.sometimes);
  const passed = expected.filter(({ title }) => result.passed.includes(title));
  for (const { title, reason } of passed)
    console.log(`    ${title}: passes, and is in the ledger: ${reason}`);
  return { passed: 0, failed: passed.length };
}

/* What a file has failed without what is refused by design, unless more is than the ledger says. */
function withoutRefusals(ledger, file, result, isRecorded) {
  const refused = result.failed.filter(({ error }) => REFUSED.test(error));
  const { refused: most = 0 } = ledger.find((entry) => entry.file === file && entry.refused !== undefined) ?? {};
  if (refused.length > most && !isRecorded) return { refused: refused.length, result };
  const failed = result.failed.filter((failure) => !refused.includes(failure));
  return { refused: refused.length, result: { ...result, failed, pending: [...result.pending, ...refused] } };
}

tool(async () => {
  const { threads, word, isRecorded, isCore, folders } = readArguments(process.argv.slice(2));
  if (!process.env.CNET_NATIVE) await ensure();
  if (folders === PROGRAMS) await ensurePackages(path.join(ROOT, 'test', 'programs'));
  const files = testFiles(folders, word).filter((file) => !isCore || CORE.test(file));
  if (files.length === 0) throw new ToolError(`no file of tests has ${word} in its name`);
  const ledger = readLedger(LEDGER);
  const options = {
    run, node: process.execPath, dir: path.join(ROOT, '.cache', 'io-threads'), timeout: LIMIT_MS,
    testTimeout: folders === PROGRAMS ? PROGRAM_MS : TEST_MS,
    env: { ...process.env, CNET_IO_THREADS: String(threads) },
    more: ['--exit'], // what a test has left open that failed
  };
  const counts = [];
  const failed = [];
  for (const file of files) {
    const { refused, result } = withoutRefusals(ledger, file, await runFile(file, options), isRecorded);
    failed.push(...result.failed.map(({ title, error }) => ({ file, title, reason: unexplained(error) })));
    if (refused > 0) failed.push({ file, title: REFUSALS, refused, reason: DESIGN });
    counts.push(tellFile(`${threads} threads`, file, result, ledger), tellPassed(ledger, file, result));
  }
  if (isRecorded) record(LEDGER, failed, files);
  const total = sumOf(counts);
  for (const failure of total.failures) console.log(`    ${failure.split('\n')[0]}`); // in case only the end is shown
  console.log(`${threads} I/O threads, node ${process.version}: ${summary(total)}`);
  return total.failed > 0 ? 1 : 0;
});
