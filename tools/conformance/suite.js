'use strict';
// suite.js: chooses test files of a Node source tree, and runs them, each in a process of its own.

const { spawn } = require('node:child_process');
const dns = require('node:dns/promises');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { ROOT } = require('../run.js');

/** What puts cnet in place: for tests of net by itself in the files of the tree alone, else as a program has it. */
const SWAP = path.join(ROOT, 'test', 'node', 'conformance', 'preload.js');
const REGISTER = ['register.js', 'register-http.js'].map((file) => path.join(ROOT, 'lib', file));
const LOCALHOST = path.join(ROOT, 'test', 'node', 'conformance', 'localhost.js');

/** Milliseconds for one test. */
const LIMIT = 60000;
/** Tests of test/parallel run so many at a time; those of test/sequential alone. */
const AT_A_TIME = 2;
/** Characters of output that are kept of each test. */
const KEPT = 200000;

const NET_NAMES = /^parallel\/test-(net-|blocklist|socketaddress|tcp-)|^sequential\/.*net/;
const PIPE_NAMES = /^parallel\/test-pipe-/;
/** What is on top of a socket, each with tests of its own: test-http-*, … */
const PROTOCOLS = ['http', 'https', 'http2', 'tls'];
const REQUIRES_NET =
  /\brequire\(\s*['"`](?:node:)?net['"`]\s*\)|\bfrom\s+['"](?:node:)?net['"]|\bimport\(['"](?:node:)?net['"]\)/;

/* Whether the tests of net, or with `all` every test that asks for net, have one of this name. */
function isOfNet(name, tree, all) {
  const asksForNet = () => REQUIRES_NET.test(fs.readFileSync(path.join(tree, 'test', name), 'utf8'));
  return NET_NAMES.test(name) || ((all || PIPE_NAMES.test(name)) && asksForNet());
}

/**
 * The tests of a selection in a tree.
 * @param {string} tree
 * @param {{ all?: boolean, filter?: string, protocols?: string[] }} [options] `filter`: a part of the names;
 *   `protocols`: the tests of these, rather than those of net
 * @returns {string[]} names such as 'parallel/test-net-binary.js'
 */
function chooseTests(tree, { all = false, filter = '', protocols = [] } = {}) {
  const names = ['parallel', 'sequential'].flatMap((folder) =>
    fs.readdirSync(path.join(tree, 'test', folder))
      .filter((file) => /^test-.*\.m?js$/.test(file))
      .sort()
      .map((file) => `${folder}/${file}`));
  const isOfProtocol = (name) => protocols.some((protocol) => path.basename(name).startsWith(`test-${protocol}-`));
  return names
    .filter((name) => name.includes(filter))
    .filter((name) => (protocols.length > 0 ? isOfProtocol(name) : isOfNet(name, tree, all)));
}

/* What a test says of itself in its comments: arguments for node, and variables. */
function readHeader(text) {
  const words = (name) =>
    (new RegExp(`^//\\s+${name}:(.*)$`, 'm').exec(text)?.[1] ?? '').trim().split(/\s+/).filter(Boolean);
  const env = words('Env').map((word) => /^([^=]+)=(.*)$/.exec(word)).filter(Boolean);
  return { flags: words('Flags'), env: Object.fromEntries(env.map(([, key, value]) => [key, value])) };
}

/* Through the environment a preload also holds in the processes that a test starts. */
const preload = (file) => `--require="${file.replace(/[\\"]/g, '\\$&')}"`;

function environment({ tree, dir, slot, builtin, foreign, hasLocalhost, protocols }, extra) {
  const env = { ...process.env, NODE_TEST_DIR: dir, TEST_THREAD_ID: String(slot), ...extra };
  if (foreign) env.NODE_TEST_KNOWN_GLOBALS = '0'; // those of another line are not the ones that the tests know
  for (const name of ['NODE_PATH', 'NODE_DEBUG', 'FORCE_COLOR']) {
    if (!(name in extra)) delete env[name];
  }
  const swap = protocols.length > 0 ? REGISTER : [SWAP];
  const files = [...(builtin ? [] : swap), ...(hasLocalhost ? [] : [LOCALHOST])];
  env.NODE_OPTIONS = [extra.NODE_OPTIONS ?? '', ...files.map(preload)].join(' ').trim();
  if (!builtin) env.CNET_CONFORMANCE_TREE = fs.realpathSync(tree);
  return env;
}

/* A test may leave processes behind: they are in its group. */
function endGroup(child) {
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch {}
}

/**
 * Runs one test.
 * @param {string} name
 * @param {{ node: string, tree: string, dir: string, slot: number, builtin: boolean }} settings `dir`: for its
 *   temporary files; `slot`: a number that no other running test has
 * @returns {Promise<{ name: string, outcome: 'passed' | 'failed' | 'skipped', why: string, output: string }>}
 */
function runTest(name, settings) {
  const file = path.join(fs.realpathSync(settings.tree), 'test', name);
  const { flags, env } = readHeader(fs.readFileSync(file, 'utf8'));
  return new Promise((resolve) => {
    const child = spawn(settings.node, [...flags, file], {
      cwd: settings.tree,
      detached: process.platform !== 'win32',
      env: environment(settings, env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let why = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output = (output + text).slice(-KEPT);
      });
    }
    const timer = setTimeout(() => {
      why = `not ended after ${LIMIT / 1000} s`;
      endGroup(child);
    }, LIMIT);
    child.on('error', (error) => {
      why = error.message;
    });
    child.on('exit', () => endGroup(child)); // 'close' waits for all that hold its output
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (why === '' && code !== 0) why = signal ? `ended by ${signal}` : `status ${code}`;
      const skipped = /^1\.\.0 # Skipped: (.*)$/m.exec(output);
      if (why !== '') resolve({ name, outcome: 'failed', why, output });
      else if (skipped) resolve({ name, outcome: 'skipped', why: skipped[1], output });
      else resolve({ name, outcome: 'passed', why: '', output });
    });
  });
}

async function runAll(names, settings, slots, onResult, runOne = runTest) {
  const queue = [...names];
  const worker = async (slot) => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      onResult(await runOne(name, { ...settings, slot }));
    }
  };
  await Promise.all(Array.from({ length: slots }, (_, slot) => worker(slot)));
}

/* A test that cnet does not pass, on the built-in: whoever compares the two wants to know whether that does. */
async function runOnBoth(name, settings) {
  const result = await runTest(name, settings);
  if (result.outcome !== 'failed' || settings.builtin || settings.protocols.length === 0) return result;
  const { outcome } = await runTest(name, { ...settings, builtin: true });
  return outcome === 'failed' ? { ...result, outcome: 'lacking' } : result;
}

/**
 * Runs tests; one that fails is run once more, alone, at the end, and those of protocols on the built-in as well.
 * @param {string[]} names
 * @param {{ node: string, tree: string, builtin: boolean, foreign: boolean, protocols: string[] }} settings
 *   `foreign`: the tests are those of another Node line
 * @param {(result: object) => void} onFailure told of each second failure
 * @returns {Promise<Map<string, object>>} the results of runTest() by name, in the order of `names`; `lacking`: the
 *   built-in does not pass it either
 */
async function runTests(names, settings, onFailure) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-'));
  const hasLocalhost = await dns.lookup('localhost', { family: 6 }).then(() => true, () => false);
  const common = { ...settings, dir, hasLocalhost };
  const results = new Map(names.map((name) => [name, null]));
  const keep = (result) => results.set(result.name, result);
  const inParallel = (name) => name.startsWith('parallel/');
  try {
    await runAll(names.filter(inParallel), common, AT_A_TIME, keep);
    await runAll(names.filter((name) => !inParallel(name)), common, 1, keep);
    const again = names.filter((name) => results.get(name).outcome === 'failed');
    await runAll(again, common, 1, (result) => {
      keep(result);
      if (result.outcome === 'failed') onFailure(result);
    }, runOnBoth);
    return results;
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

module.exports = { PROTOCOLS, chooseTests, runTests };
