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
 * @param {(child: import('node:child_process').ChildProcess) => void} [options.onStart]
 * @returns {Promise<{ status: number, signal: string | null, output: string }>} status 127: it cannot be started
 */
function run(command, args, { quiet = false, onStart, ...options } = {}) {
  return new Promise((resolve) => {
    const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit';
    const child = spawn(command, args, { cwd: ROOT, stdio, killSignal: 'SIGKILL', ...options });
    let output = '';
    onStart?.(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text;
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
 * Runs the main function of a tool: its result is the exit status, a ToolError is shown as one message.
 * @param {() => Promise<number | void> | number | void} main
 */
async function tool(main) {
  try {
    process.exitCode = (await main()) || 0;
  } catch (err) {
    console.error(err instanceof ToolError ? `cnet: ${err.message}` : err);
    process.exitCode = 1;
  }
}

module.exports = { ROOT, ToolError, run, tool, works };
