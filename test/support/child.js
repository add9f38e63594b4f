'use strict';

const { spawn } = require('node:child_process');
const path = require('node:path');

const FIXTURES = path.join(__dirname, '..', 'fixtures');

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
    const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) {
      child[stream].setEncoding('utf8').on('data', (chunk) => {
        text[stream] += chunk;
      });
    }
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ status: signal ?? code, ...text }));
    onSpawn?.(child);
  });
}

module.exports = { runFixture };
