'use strict';
// Runs the programs of examples/, each in a process of its own.

const { spawn } = require('node:child_process');
const path = require('node:path');

const { ROOT } = require('./subject');

const EXAMPLES = path.join(ROOT, 'examples');

const running = new Set();

/* Non-empty lines: the documentation's client prints the line ends that it was sent, in one piece or in two. */
const linesOf = (text) => text.split(/\r?\n/).filter((line) => line !== '');

/**
 * Starts an example.
 * @param {string} name its file
 * @param {...(string | number)} args
 * @returns {{ ended: Promise<{ status: number | string, stdout: string[], stderr: string[] }>,
 *   saw: (pattern: RegExp) => Promise<RegExpExecArray>, kill: (signal: string) => void }} `ended`: what it has printed,
 *   in lines, and its exit code or signal; `saw`: the match on its standard output, once it was printed
 */
function start(name, ...args) {
  const child = spawn(process.execPath, [path.join(EXAMPLES, name), ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  const waiting = [];
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (chunk) => {
      text[stream] += chunk;
      for (const look of waiting) look();
    });
  }
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ status: signal ?? code, stdout: linesOf(text.stdout), stderr: linesOf(text.stderr) });
    });
  });
  const saw = (pattern) => new Promise((resolve, reject) => {
    const look = () => {
      const match = pattern.exec(text.stdout);
      if (match !== null) resolve(match);
    };
    waiting.push(look);
    ended.then((result) => reject(new Error(`${name} ended without ${pattern}: ${JSON.stringify(result)}`)), reject);
    look();
  });
  running.add(child);
  child.on('close', () => running.delete(child));
  return { ended, saw, kill: (signal) => child.kill(signal) };
}

/** Ends what still runs: nothing does unless a test has failed. */
function stopAll() {
  for (const child of running) child.kill('SIGKILL');
}

module.exports = { EXAMPLES, start, stopAll };
