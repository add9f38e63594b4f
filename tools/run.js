'use strict';
// run.js: the folders that the tools know, and starting other programs.

const { spawn, spawnSync } = require('node:child_process');
const path = require('node:path');

/** The folder of the project. */
const ROOT = path.join(__dirname, '..');

/** An error whose message is all that a user needs: shown without a stack. */
class ToolError extends Error {}

/**
 * Starts a program in the project's folder and waits for its end.
 * @param {string} command
 * @param {string[]} args
 * @param {object} [options] those of spawn(), and
 * @param {boolean} [options.quiet] keep the output back and return it, instead of showing it
 * @param {number} [options.timeout] milliseconds after which the program is killed
 * @param {(text: string) => void} [options.onOutput] with `quiet`: is given the output as it comes
 * @param {(child: import('node:child_process').ChildProcess) => void} [options.onStart]
 * @returns {Promise<{ status: number, signal: string | null, output: string }>} status 127: it cannot be started
 */
function run(command, args, { quiet = false, onStart, onOutput, ...options } = {}) {
  return new Promise((resolve) => {
    const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit';
    const child = spawn(command, args, { cwd: ROOT, stdio, killSignal: 'SIGKILL', ...options });
    let output = '';
    onStart?.(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text;
        onOutput?.(text);
      });
    }
    child.on('error', (err) => resolve({ status: 127, signal: null, output: `${output}${err.message}\n` }));
    child.on('close', (code, signal) => resolve({ status: code ?? 1, signal, output }));
  });
}

/**
 * Whether a program can be started and ends with status 0.
 * @param {string} command
 * @param {string[]} [args]
 */
function works(command, args = ['--version']) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/**
 * Does something for each of a list, for so many at a time.
 * @template T, R
 * @param {T[]} list
 * @param {number} atOnce
 * @param {(item: T) => Promise<R>} work
 * @returns {Promise<R[]>} what came of them, in the order of the list
 */
async function forEachOf(list, atOnce, work) {
  const results = [];
  let next = 0;
  const goOn = async () => {
    while (next < list.length) {
      const index = next++;
      results[index] = await work(list[index]);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, goOn));
  return results;
}

/**
 * Says what is being done, and goes on saying so while it is done, so that a long time is no silence.
 * @template T
 * @param {string} what
 * @param {(tell: (state: string) => void) => Promise<T>} work `tell`: what the next line says beside the time
 * @param {{ everyMs?: number }} [options]
 * @returns {Promise<T>}
 */
async function showWork(what, work, { everyMs = 5000 } = {}) {
  const began = Date.now();
  const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`;
  let state = '';
  console.error(`cnet: ${what}`);
  const timer = setInterval(() => console.error(`cnet:   still at work after ${seconds()}${state && `, ${state}`}`), everyMs);
  try {
    const result = await work((text) => {
      state = text;
    });
    console.error(`cnet:   done in ${seconds()}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}

/**
 * The sums of what test runs came to.
 * @param {{ passed: number, failed: number, pending?: number, failures?: string[] }[]} counts `failures`: what has
 *   failed, and why
 */
function sumOf(counts) {
  const total = { passed: 0, failed: 0, pending: 0 };
  for (const one of counts) {
    for (const key of Object.keys(total)) total[key] += one[key] ?? 0;
  }
  return { ...total, failures: counts.flatMap(({ failures = [] }) => failures) };
}

/** What the system says of a place that cannot be written to. */
const UNWRITABLE = new Set(['EACCES', 'EPERM', 'EROFS']);

/** @returns {string | null} the one line that says all of an error; null for one that nobody has foreseen */
function lineFor(err) {
  if (err instanceof ToolError) return err.message;
  if (UNWRITABLE.has(err?.code) && err.path !== undefined) return `${err.path} cannot be written: ${err.message}`;
  return null;
}

/**
 * Runs the main function of a tool: its result is the exit status, a ToolError is shown as one message.
 * @param {() => Promise<number | void> | number | void} main
 */
async function tool(main) {
  try {
    process.exitCode = (await main()) || 0;
  } catch (err) {
    const line = lineFor(err);
    console.error(line === null ? err : `cnet: ${line}`);
    process.exitCode = 1;
  }
}

module.exports = { ROOT, ToolError, forEachOf, run, showWork, sumOf, tool, works };
