'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');

const { ROOT, SUBJECT } = require('./subject');

const FIXTURES = path.join(__dirname, '..', 'fixtures');

/**
 * For the programs of others: without the runtime of a sanitizer (tools/sanitize.js), under which curl waits for
 * ever.
 */
const env = { ...process.env, LD_PRELOAD: '' };

/** What a child process writes, as it comes. */
function outputOf(child) {
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name]?.setEncoding('utf8').on('data', (chunk) => {
      text[name] += chunk;
    });
  }
  return text;
}

/** What is to be collected is not counted: V8 keeps all whose coverage it counts. */
const envFor = (nodeArgs) =>
  nodeArgs.includes('--expose-gc') ? { ...process.env, NODE_V8_COVERAGE: '' } : process.env;

/**
 * Runs a script of test/fixtures/ to its end. A `sh` that sets limits may stand before it.
 * @param {string} name
 * @param {string[]} [args]
 * @param {{ nodeArgs?: string[], limits?: string, within?: string[], onSpawn?: (child: object) => void }} [options]
 *   `limits`: commands of sh that end before the script begins, such as `ulimit -n 64`; `within`: a program, and its
 *   arguments, that runs the command that follows
 * @returns {Promise<{ status: number | string, stdout: string, stderr: string }>} status: the exit code or the signal
 */
function runFixture(name, args = [], { nodeArgs = [], limits, within = [], onSpawn } = {}) {
  const command = [...within, process.execPath, ...nodeArgs, path.join(FIXTURES, name), ...args];
  const [program, ...rest] = limits ? ['sh', '-c', `${limits} && exec "$@"`, 'sh', ...command] : command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'], env: envFor(nodeArgs) });
    const text = outputOf(child);
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ status: signal ?? code, ...text }));
    onSpawn?.(child);
  });
}

/** What a fixture has written, line by line. */
async function linesOf(...args) {
  const { status, stdout, stderr } = await runFixture(...args);
  return { status, lines: stdout.split('\n').filter(Boolean), stderr };
}

/** What a fixture has said by report() of report.js. */
async function reportOf(...args) {
  const { status, lines, stderr } = await linesOf(...args);
  return { status, facts: lines.map((line) => JSON.parse(line)), stderr };
}

/**
 * Runs this Node, to its end.
 * @param {string[]} args
 * @param {object} [options] of spawn()
 * @returns {Promise<{ code: number | null, signal: string | null, stdout: string, stderr: string }>}
 */
async function node(args, options = {}) {
  const child = spawn(process.execPath, args, { cwd: ROOT, ...options });
  const output = outputOf(child);
  const [code, signal] = await once(child, 'close');
  return { code, signal, ...output };
}

/** As node(), of a text; `net` is the module under test in it. */
const script = (source, { flags = [], ...options } = {}) =>
  node([...flags, '-e', `const net = require(${JSON.stringify(SUBJECT)});\n${source}`], options);

module.exports = { env, linesOf, node, reportOf, runFixture, script };
