'use strict';
// conformance.js: `npm run conformance`: Node's own tests of net, or of what is on top of it, with cnet in its place.
//   npm run conformance [-- NODE_TREE] [-- NAME-FILTER] [-- --all | --http | --selection=A,B] [-- --builtin]
//     [-- --node=PATH] [-- --io-threads=N]
// NODE_TREE: a Node source tree; without one Debian's source package is fetched. --all: every test that asks for net,
// not those of net alone. --selection: instead the tests of http, https, http2, tls, under cnet/register and
// cnet/register-http; --http: all four. --builtin: nothing is swapped: what Node itself passes here. --node: the Node
// to run. --io-threads: with all sockets of cnet on so many I/O threads.
// test/node/conformance/ledger.json, for the protocols ledger-http.json, names the tests that are expected not to
// pass, and ledger-io-threads.json those that are not with I/O threads; a difference from it is a failure, but for a
// test that is there as one that fails at times.

const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const { CACHE, fetchTree, isTree, treeVersion } = require('./conformance/tree.js');
const { PROTOCOLS, chooseTests, runTests } = require('./conformance/suite.js');
const { ensure } = require('./ensure.js');
const { ROOT, ToolError, tool } = require('./run.js');

const LEDGERS = path.join(ROOT, 'test', 'node', 'conformance');
const USAGE =
  'usage: npm run conformance [-- NODE_TREE] [-- NAME-FILTER] [-- --all | --http | --selection=http,https,http2,tls] ' +
  '[-- --builtin] [-- --node=PATH] [-- --io-threads=N]';

function readSelection(text) {
  const protocols = text.split(',');
  if (!protocols.every((name) => PROTOCOLS.includes(name))) throw new ToolError(USAGE);
  return protocols;
}

function readArguments(args) {
  const options = { all: false, builtin: false, protocols: [], node: process.execPath, tree: null, filter: '', threads: 0 };
  for (const arg of args) {
    if (arg === '--all') options.all = true;
    else if (arg === '--builtin') options.builtin = true;
    else if (arg === '--http') options.protocols = PROTOCOLS;
    else if (arg.startsWith('--selection=')) options.protocols = readSelection(arg.slice('--selection='.length));
    else if (arg.startsWith('--node=')) options.node = path.resolve(arg.slice('--node='.length));
    else if (/^--io-threads=[1-9]\d?$/.test(arg)) options.threads = Number(arg.slice('--io-threads='.length));
    else if (arg.startsWith('-')) throw new ToolError(USAGE);
    else if (isTree(arg)) options.tree = path.resolve(arg);
    else if (arg.includes(path.sep) && fs.existsSync(arg)) throw new ToolError(`${arg} is no source tree of Node`);
    else options.filter = arg;
  }
  return options;
}

function versionOf(node) {
  const { status, stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  if (status !== 0) throw new ToolError(`${node} cannot be started`);
  return stdout.trim();
}

const major = (version) => version.split('.')[0];

const entriesOf = (file) => Object.entries(JSON.parse(fs.readFileSync(path.join(LEDGERS, file), 'utf8')));

/*
 * The reasons by names; an entry with `since` holds from that line of Node on, and one with `before` on those before
 * that. `sometimes`: the names of those that may pass.
 */
function readLedger(running, { protocols, threads }) {
  const entries = entriesOf(protocols.length > 0 ? 'ledger-http.json' : 'ledger.json');
  if (threads > 0) entries.push(...entriesOf('ledger-io-threads.json'));
  const line = Number(major(running).slice(1));
  const holds = entries.filter(([, { since = 0, before = Infinity }]) => line >= since && line < before);
  return {
    reasons: Object.fromEntries(holds.map(([name, entry]) => [name, entry.why ?? entry])),
    sometimes: new Set(holds.filter(([, entry]) => entry.sometimes).map(([name]) => name)),
  };
}

/* The line of the output that says most: the first that names an error. */
function gist({ why, output }) {
  const lines = output.split('\n').map((line) => line.trim()).filter(Boolean);
  const line = lines.find((text) => /^(\w*Error\b|.*\bAssertionError\b|Mismatched|.*Assertion)/.test(text));
  return `${why}${line ? `: ${line.slice(0, 160)}` : ''}`;
}

const logFile = (folder, name) => path.join(folder, `${name.replace('/', '-')}.log`);

function keepLog(folder, { name, why, output }) {
  const file = logFile(folder, name);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(file, `${why}\n${output}`);
  return path.relative(ROOT, file);
}

/* Sorts the results by what the ledger says of them. */
function judge(results, { reasons, sometimes }) {
  const counts = { passed: 0, failed: 0, skipped: 0, lacking: 0, expected: 0 };
  for (const { name, outcome } of results.values()) {
    if (outcome === 'failed' && reasons[name] !== undefined) {
      counts.expected++;
    } else if (outcome === 'passed' && reasons[name] !== undefined && !sometimes.has(name)) {
      console.log(`PASSED ${name}, which the ledger expects to fail: ${reasons[name]}`);
      counts.failed++;
    } else {
      counts[outcome]++;
    }
  }
  return counts;
}

tool(async () => {
  const options = readArguments(process.argv.slice(2));
  if (!process.env.CNET_NATIVE) await ensure();
  let { tree } = options;
  try {
    tree ??= await fetchTree();
  } catch (error) {
    console.log(
      `conformance: Node's tests could not be fetched: ${error.message}. To use a source tree of Node that you have: ` +
        'npm run conformance -- PATH',
    );
    console.log('0 passed, 0 failed (all skipped)');
    return 0;
  }
  const names = chooseTests(tree, options);
  if (names.length === 0) throw new ToolError(`no test is called ${options.filter}`);
  const subject = options.builtin ? 'node:net' : 'cnet';
  const [version, running] = [treeVersion(tree), versionOf(options.node)];
  const ledger = options.builtin ? { reasons: {}, sometimes: new Set() } : readLedger(running, options);
  if (options.threads > 0) process.env.CNET_IO_THREADS = String(options.threads); // of the tests
  console.log(`${names.length} tests of Node ${version}, ${subject} on Node ${running}${options.threads > 0 ? `, ${options.threads} I/O threads` : ''}`);

  const logs = path.join(CACHE, 'logs', `${options.builtin ? 'builtin' : 'cnet'}-${running}`);
  for (const name of names) fs.rmSync(logFile(logs, name), { force: true });
  const foreign = major(version) !== major(running);
  const results = await runTests(names, { ...options, tree, foreign }, (result) => {
    const log = keepLog(logs, result);
    if (ledger.reasons[result.name] === undefined) console.log(`FAILED ${result.name}: ${gist(result)} (${log})`);
  });
  const counts = judge(results, ledger);
  const rest = [`${counts.expected} in the ledger`, `${counts.skipped} skipped`];
  if (options.protocols.length > 0 && !options.builtin) rest.push(`${counts.lacking} that Node does not pass either`);
  console.log(`${counts.passed} passed, ${counts.failed} failed (${rest.join(', ')})`);
  return counts.failed > 0 ? 1 : 0;
});
