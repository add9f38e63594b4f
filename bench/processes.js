'use strict';
// processes.js: the processes of a run: pinned to a CPU, read line by line, and gone when the run is, however it ends.

const { spawn } = require('node:child_process');
const readline = require('node:readline');

const { works } = require('../tools/run.js');

/** The CPU of what is measured, and that of its other side. */
const MEASURED = 0;
const OTHER = 1;

const pins = works('taskset');

const canPin = () => pins;

const alive = new Set();

function killAll() {
  for (const child of alive) child.kill('SIGKILL');
}

process.on('exit', killAll);
for (const [signal, number] of [['SIGINT', 2], ['SIGTERM', 15], ['SIGHUP', 1]]) {
  process.on(signal, () => process.exit(128 + number));
}

/** A process whose standard output is lines of JSON. */
class Process {
  #child;
  #lines = [];
  #wanted = null;
  #ended = false;
  #errors = '';
  #why = '';

  /**
   * @param {number} cpu to run on
   * @param {string[]} command and its arguments
   */
  constructor(cpu, command) {
    this.name = command.slice(0, 2).map((part) => part.split('/').pop()).join(' ');
    const pinned = pins ? ['taskset', '-c', String(cpu), ...command] : command;
    const child = spawn(pinned[0], pinned.slice(1), { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    alive.add(child);
    child.stdin.on('error', () => {}); // it has ended: that is told below
    child.stderr.setEncoding('utf8').on('data', (text) => {
      this.#errors += text;
    });
    readline.createInterface({ input: child.stdout }).on('line', (line) => {
      this.#lines.push(line);
      this.#wanted?.();
    });
    this.ended = new Promise((resolve) => {
      const end = (why) => {
        alive.delete(child);
        this.#ended = true;
        this.#why = String(why);
        this.#wanted?.();
        resolve();
      };
      child.on('error', end);
      child.on('close', (code, signal) => end(`ended with ${signal ?? `status ${code}`}`));
    });
  }

  /** What it has written to standard error: why it failed, if it did. */
  get errors() {
    return this.#errors;
  }

  get pid() {
    return this.#child.pid;
  }

  /**
   * The next line, parsed. Throws when the process ends without one, reports an error, or takes too long.
   * @param {number} seconds
   */
  async next(seconds) {
    const end = Date.now() + seconds * 1000;
    while (this.#lines.length === 0) {
      if (this.#ended) throw new Error(`${this.name}: ${this.#why}`);
      const left = end - Date.now();
      if (left <= 0) throw new Error(`${this.name}: nothing within ${seconds} s`);
      await this.#change(left);
    }
    const value = JSON.parse(this.#lines.shift());
    if (value.error !== undefined) throw new Error(`${this.name}: ${value.error}`);
    return value;
  }

  #change(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wanted = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** @param {string} line for its standard input */
  tell(line) {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Ends its standard input, and so itself, and waits until it is gone. */
  async finish() {
    this.#child.stdin.end();
    await this.ended;
  }

  /** Kills it, if it has not ended, and waits until it is gone. */
  async stop() {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

module.exports = { MEASURED, OTHER, Process, canPin };
