'use strict';

/**
 * A program as tests: its parts run in two processes, one with node:net and one with cnet in its place, and must come
 * to the same.
 */

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { isDeepStrictEqual } = require('node:util');

const ROOT = path.join(__dirname, '..', '..', '..');
const CHILD = path.join(__dirname, 'child.js');
const SOCKETS = path.join(__dirname, 'sockets.js');
const REGISTER = path.join(ROOT, 'lib', 'register.js');
const SBIN = ['/usr/sbin', '/sbin', '/usr/local/sbin'];
const LIMIT_MS = 90000;

process.env.PATH = [process.env.PATH, ...SBIN].join(path.delimiter);

const known = new Map();
const children = new Set();

process.on('exit', () => {
  for (const child of children) killGroup(child);
});

function killGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {} // it has gone
}

function exists(command) {
  if (path.isAbsolute(command)) return fs.existsSync(command);
  return process.env.PATH.split(path.delimiter).some((dir) => fs.existsSync(path.join(dir, command)));
}

function readReport(dir) {
  let text = '';
  try {
    text = fs.readFileSync(path.join(dir, 'report'), 'utf8');
  } catch {} // it has not come to its first line
  return text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

/** Runs all parts in a process. @returns {Promise<object>} its end, and what it reported */
function runChild(file, dir, preload) {
  fs.mkdirSync(dir);
  fs.chmodSync(dir, 0o755);
  const args = [...preload.flatMap((name) => ['-r', name]), CHILD, file, dir];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const result = { output: '', late: false };
    const timer = setTimeout(() => {
      result.late = true;
      killGroup(child);
    }, LIMIT_MS);
    children.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        result.output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      children.delete(child);
      resolve({ ...result, status: signal ?? code, lines: readReport(dir) });
    });
  });
}

/**
 * Runs all parts with node:net and with cnet at once.
 * @returns {Promise<object>} both, and the parts that are unlike
 */
async function runBoth(file, dir, { parts }) {
  fs.mkdirSync(dir);
  fs.chmodSync(dir, 0o755);
  const pending = [
    runChild(file, path.join(dir, 'node'), [SOCKETS]),
    runChild(file, path.join(dir, 'cnet'), [SOCKETS, REGISTER]),
  ];
  const [node, cnet] = await Promise.all(pending);
  const find = ({ lines }, title) => lines.find((line) => line.title === title) ?? { error: 'never done' };
  const isAlike = (one, other) => !one.error && !other.error && isDeepStrictEqual(one.outcome, other.outcome);
  return { node, cnet, unlike: Object.keys(parts).filter((title) => !isAlike(find(node, title), find(cnet, title))) };
}

/** What the process says of one part; its error is thrown. */
function outcomeOf({ lines, output, status }, title) {
  const line = lines.find((entry) => entry.title === title);
  const fatal = lines.find((entry) => entry.failed);
  if (line?.error) throw new Error(line.error);
  if (!line) throw new Error(`never done (${status}): ${fatal?.failed ?? ''}\n${output}`);
  return line.outcome;
}

function checkSockets(run, { least = 0, nodeSockets = 0 }) {
  const { sockets } = run.lines.find((entry) => entry.sockets) ?? {};
  assert.ok(sockets, `no count of sockets (${run.status}): ${run.output}`);
  assert.ok(sockets.cnet > 0, 'no socket of cnet');
  assert.strictEqual(sockets.node, nodeSockets, "sockets of Node's own");
  assert.ok(sockets.bytes >= least, `${sockets.bytes} bytes through sockets of cnet, not ${least}`);
}

function findMissing({ needs = [] }) {
  return needs.filter(({ command }) => !exists(command));
}

function describeProgram(file, definition) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-'));
  const runs = {};

  describe(definition.name, function () {
    this.timeout(2 * LIMIT_MS + 10000);

    before(async function () {
      const missing = findMissing(definition);
      if (missing.length > 0) {
        const names = missing.map(({ command, debian }) => `${command} (apt-get install ${debian})`).join(', ');
        console.log(`cnet: ${definition.name} is left out: there is no ${names}`);
        this.skip();
      }
      if (definition.asRoot && process.getuid() !== 0) {
        console.log(`cnet: ${definition.name} is left out: it has to be started by root`);
        this.skip();
      }
      fs.chmodSync(dir, 0o755);
      Object.assign(runs, await runBoth(file, path.join(dir, '1'), definition));
      if (runs.unlike.length === 0 || !Number(process.env.CNET_TEST_RETRIES)) return;
      console.log(`cnet: done twice: ${definition.name}: ${runs.unlike.join(', ')}`);
      Object.assign(runs, await runBoth(file, path.join(dir, '2'), definition));
    });

    after(() => fs.rmSync(dir, { recursive: true, force: true }));

    for (const title of Object.keys(definition.parts)) {
      it(title, () => {
        const outcome = outcomeOf(runs.cnet, title);
        assert.deepStrictEqual(outcome, outcomeOf(runs.node, title), 'not what node:net comes to');
      });
    }

    it("its sockets are cnet's", () => checkSockets(runs.cnet, definition));

    it('the process ends by itself, as with node:net, and says the same', () => {
      const end = ({ status, late, output }) => ({ status, late, output: output.replace(/\(node:\d+\)/g, '(node)') });
      assert.deepStrictEqual(end(runs.cnet), end(runs.node));
      assert.strictEqual(runs.cnet.late, false);
      assert.strictEqual(runs.cnet.status, 0);
    });
  });
}

/**
 * Defines the tests of a program; in the process of a program, what child.js is to run.
 * @param {string} file the test file
 * @param {object} definition
 * @param {string} definition.name
 * @param {{ command: string, debian: string }[]} [definition.needs] programs of the system, and the packages they are
 *   in
 * @param {boolean} [definition.asRoot] whether one of them can be started by root alone
 * @param {number} [definition.least] the bytes that go through its sockets, at least
 * @param {number} [definition.nodeSockets] the sockets of Node's own that it has to use
 * @param {(dir: string) => Promise<any>} definition.open starts the servers, with data in `dir`; gives the context
 * @param {Record<string, (context: any) => Promise<any>>} definition.parts by title; what they come to is compared
 * @param {(context: any) => Promise<void>} [definition.close]
 * @param {string} [definition.stop] the signal that ends its servers
 */
function program(file, definition) {
  known.set(file, definition);
  if (typeof describe === 'function') describeProgram(file, definition);
}

/** The definition in a test file. */
function defined(file) {
  require(file);
  return known.get(file);
}

module.exports = { defined, program };
