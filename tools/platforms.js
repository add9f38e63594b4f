'use strict';
// platforms.js: `npm run test:platforms [-- names] [options]`: the suite on other platforms, on this machine, by
// qemu-user and Wine, with the prebuilds of tools/cross.js. docs/platforms.md says what is tried.
//   --core     what .ci/run tries, in ten minutes: loading, connections over TCP and paths, parsers
//   --node     node:net in the place of cnet, for the tests that can be run with it
//   --record   notes what has failed in test/platforms/<name>.json, each with whether node:net fails there too
//   --files=   only the files that have this in their name

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { prebuildName } = require('../lib/native/native-file.js');
const { ensurePackages } = require('./ensure.js');
const { summary } = require('./mocha.js');
const { CACHE, MACHINES } = require('./platforms/machines.js');
const { choose, makeAll } = require('./prebuild.js');
const { ROOT, ToolError, forEachOf, sumOf, tool } = require('./run.js');
const { getNode } = require('./test-nodes.js');

const OPTIONS = '[--core] [--node] [--record] [--files=WORD]';
const USAGE = `usage: node tools/platforms.js [${Object.keys(MACHINES).join('|')}...] ${OPTIONS}`;

/** The folders whose tests say something of a platform. */
const FOLDERS = ['api', 'beyond', 'loading', 'node', 'node-internals', 'processes', 'register', 'robustness'];

/** What is tried in .ci/run: loading, connections over TCP and paths, parsers, in few minutes for each platform. */
const CORE = new RegExp(`^test/(loading/native-file|api/(${[
  'address-texts', 'async-context', 'behaviours', 'block-list[a-z-]*', 'bound-socket', 'connect', 'families',
  'given-handles', 'handles', 'inspect', 'ip', 'ipc', 'late-lives', 'listen', 'lives',
].join('|')}))\\.test\\.js$`);

const MOCHA = path.join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js');
const REPORTER = path.join(__dirname, 'platforms', 'reporter.js');

/** For one file of tests, on the machine itself. */
const LIMIT_MS = 150000;
const TEST_MS = 20000;

function testFiles({ core, word }) {
  const all = FOLDERS.flatMap((folder) =>
    fs.readdirSync(path.join(ROOT, 'test', folder), { recursive: true })
      .map((name) => `test/${folder}/${name.replaceAll(path.sep, '/')}`))
    .filter((name) => name.endsWith('.test.js') && !/^test\/node\/(conformance|differential)\//.test(name));
  return all.filter((name) => (!core || CORE.test(name)) && name.includes(word)).sort();
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

async function runFile(machine, node, file, { subject, dir }) {
  const name = file.replaceAll(/\W/g, '-');
  const report = path.join(dir, `${name}.json`);
  const output = path.join(dir, `${name}.log`);
  const env = {
    ...process.env,
    CNET_PLATFORM_REPORT: machine.place(report),
    CNET_NATIVE: machine.place(path.join(ROOT, prebuildName(choose([machine.prebuild])[0]))),
    CNET_TEST_SLOWNESS: String(machine.slowness),
    CNET_TEST_SCALE: '0.1',
    ...(subject !== undefined && { CNET_API_SUBJECT: subject }),
  };
  fs.rmSync(report, { force: true });
  const began = Date.now();
  const args = [machine.place(MOCHA), '--timeout', String(TEST_MS * machine.slowness), '--reporter',
    machine.place(REPORTER), ...(machine.more ?? []), machine.place(path.join(ROOT, file))];
  const options = { env, output, quiet: true, timeout: LIMIT_MS * machine.slowness };
  const ended = await machine.run(machine.place(node), args, options);
  if (ended.output) fs.writeFileSync(output, ended.output);
  return { ...judge(readLines(report), ended), seconds: (Date.now() - began) / 1000 };
}

/* --- the ledger -------------------------------------------------------------------------------------------------- */

const ledgerFile = (name) => path.join(ROOT, 'test', 'platforms', `${name}.json`);

/** @returns {{ file: string, title: string, reason: string }[]} what is known to fail on a platform, and why */
function readLedger(name) {
  return fs.existsSync(ledgerFile(name)) ? JSON.parse(fs.readFileSync(ledgerFile(name), 'utf8')) : [];
}

const isKnown = (ledger, file, title) => ledger.some((entry) => entry.file === file && entry.title === title);

/* A file is left out as a whole where the ledger says so, without a title. */
const isLeftOut = (ledger, file) => ledger.some((entry) => entry.file === file && entry.title === null);

function record(name, results, files) {
  const before = readLedger(name);
  const kept = before.filter((entry) => entry.title === null || !files.includes(entry.file));
  const failed = results.flatMap(({ file, result, model }) => result.failed.map(({ title, error }) => {
    const known = before.find((entry) => entry.file === file && entry.title === title);
    const same = model?.failed.some((other) => other.title === title);
    const reason = known?.reason ?? (same ? 'node:net fails there too.' : `TO BE EXPLAINED: ${error.split('\n')[0]}`);
    return { file, title, reason };
  }));
  const all = [...kept, ...failed].sort((a, b) => `${a.file}${a.title}`.localeCompare(`${b.file}${b.title}`));
  fs.mkdirSync(path.dirname(ledgerFile(name)), { recursive: true });
  fs.writeFileSync(ledgerFile(name), `${JSON.stringify(all, null, 2)}\n`);
}

/* --- a platform -------------------------------------------------------------------------------------------------- */

function tellFile(name, file, result, ledger) {
  const news = result.failed.filter(({ title }) => !isKnown(ledger, file, title));
  const known = result.failed.length - news.length;
  console.log(`${name} ${file}: ${result.passed.length} passed, ${news.length} failed` +
    `${known > 0 ? `, ${known} as known` : ''}${result.pending.length > 0 ? `, ${result.pending.length} left out` : ''} (${result.seconds.toFixed(0)} s)`);
  for (const { title, error } of news) console.log(`    ${title}\n      ${error.replaceAll('\n', '\n      ')}`);
  return { passed: result.passed.length, failed: news.length, pending: result.pending.length + known };
}

async function testMachine(name, files, { subject, isCore, isRecorded }) {
  const machine = MACHINES[name];
  const ledger = subject === undefined ? readLedger(name) : [];
  const node = await getNode(machine.node.version, machine.node.platform);
  await makeAll(choose([machine.prebuild]));
  await machine.prepare();
  const dir = path.join(CACHE, name);
  fs.mkdirSync(dir, { recursive: true });
  const results = [];
  const counts = [];
  for (const file of files) {
    if (isLeftOut(ledger, file) || (isCore && machine.notCore?.test(file))) continue;
    const result = await runFile(machine, node, file, { dir, subject });
    const isComparable = isRecorded && result.failed.length > 0 && file.startsWith('test/api/');
    const model = isComparable ? await runFile(machine, node, file, { dir, subject: 'node:net' }) : undefined;
    results.push({ file, result, model });
    counts.push(tellFile(name, file, result, ledger));
  }
  if (isRecorded) record(name, results, files);
  const total = sumOf(counts);
  console.log(`${name}, Node ${machine.node.version}: ${summary(total)}`);
  return total;
}

/**
 * Runs the suite, or its core, on other platforms.
 * @param {string[]} names
 * @param {{ core?: boolean, word?: string, subject?: string, isRecorded?: boolean, atOnce?: number }} [options]
 * @returns {Promise<{ passed: number, failed: number, pending: number }>}
 */
async function testPlatforms(names, { core = false, word = '', atOnce = os.availableParallelism?.() ?? 1, ...options }) {
  await ensurePackages();
  const files = testFiles({ core, word });
  const totals = await forEachOf(names, atOnce, async (name) => {
    const reason = MACHINES[name].lacks();
    if (reason === null) return testMachine(name, files, { isCore: core, ...options });
    console.log(`cnet: ${name} is left out: ${reason}`);
    return { passed: 0, failed: 0, pending: 0 };
  });
  return sumOf(totals);
}

module.exports = { testPlatforms };

if (require.main === module) {
  tool(async () => {
    const args = process.argv.slice(2);
    const names = args.filter((arg) => !arg.startsWith('--'));
    const flags = new Set(args.filter((arg) => /^--(core|node|record)$/.test(arg)));
    const [word = ''] = args.filter((arg) => arg.startsWith('--files=')).map((arg) => arg.slice('--files='.length));
    const rest = args.filter((arg) => arg.startsWith('--') && !flags.has(arg) && !arg.startsWith('--files='));
    if (rest.length > 0 || names.some((name) => MACHINES[name] === undefined)) throw new ToolError(USAGE);
    const total = await testPlatforms(names.length > 0 ? names : Object.keys(MACHINES), {
      core: flags.has('--core'), word, isRecorded: flags.has('--record'),
      subject: flags.has('--node') ? 'node:net' : undefined,
    });
    console.log(`platforms: ${summary(total)}`);
    return total.failed > 0 ? 1 : 0;
  });
}
