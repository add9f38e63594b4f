'use strict';
// instructions.js: how many instructions in user mode a server takes for an operation, by callgrind: a figure that a busy machine does
// not change. One thread, one connection, one operation after the other; the first operations, while V8 compiles, are not counted.

const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const { MEASURED, Process } = require('./processes.js');
const { ToolError, run, works } = require('../tools/run.js');

/** Seconds that a program may take for each step, under callgrind. */
const PATIENCE = 300;
/** Operations before those that are counted, and those. A connection is a hundred times an echo. */
const OPERATIONS = { echo: { before: 8000, counted: 3000 }, churn: { before: 1000, counted: 400 } };

/** Whether a scenario is one that this can count. */
function canCount({ kind, load, backEnd }) {
  return kind === 'server' && Object.hasOwn(OPERATIONS, load.mode) && (load.depth ?? 1) === 1 && backEnd === undefined;
}

/* Writes a message and reads its answer, so many times. */
function echo(socket, { size, reply = size }, times) {
  const message = Buffer.alloc(size, 'x');
  let left = times * reply;
  return new Promise((resolve, reject) => {
    socket.removeAllListeners().on('error', reject).on('data', (chunk) => {
      left -= chunk.length;
      if (left === 0) resolve();
      else if (left % reply === 0) socket.write(message);
    });
    socket.write(message);
  });
}

async function churn(where, load, times) {
  for (let i = 0; i < times; i++) {
    const socket = net.connect(where);
    await echo(socket, load, 1);
    await new Promise((resolve) => {
      socket.on('close', resolve).end();
    });
  }
}

function operate(load, where) {
  if (load.mode === 'churn') return (times) => churn(where, load, times);
  const socket = net.connect(where);
  return (times) => echo(socket, load, times);
}

/**
 * Has a program of Node's counted.
 * @param {string[]} command that starts it
 * @param {string} out the file for the counts
 * @returns {string[]} a command that starts it under callgrind, with the counting off, and with one thread
 */
function underCallgrind([node, ...args], out) {
  return ['valgrind', '--quiet', '--tool=callgrind', '--instr-atstart=no', `--callgrind-out-file=${out}`, node, '--single-threaded', ...args];
}

/**
 * Turns counting in a process on or off.
 * @param {number} pid
 * @param {'on' | 'off'} state
 */
async function count(pid, state) {
  const { status, output } = await run('callgrind_control', ['-i', state, String(pid)], { quiet: true });
  if (status !== 0) throw new Error(`callgrind_control: ${output}`);
}

/** What was counted in a process that has ended. @param {string} out the file of its counts */
const countedIn = (out) => Number(/^totals: (\d+)/m.exec(fs.readFileSync(out, 'utf8'))[1]);

/**
 * @param {object} scenario for which canCount() holds
 * @param {object} driver
 * @returns {Promise<{ instructions: number }>} of one operation
 */
async function countInstructions(scenario, driver) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-instructions-'));
  const out = path.join(folder, 'out');
  const socketPath = scenario.unix ? { path: path.join(folder, 'socket') } : {};
  const server = new Process(MEASURED, underCallgrind(driver.command(scenario, { ...scenario.options, ...socketPath }), out));
  const { before, counted } = OPERATIONS[scenario.load.mode];
  try {
    const { port } = await server.next(PATIENCE);
    const work = operate(scenario.load, scenario.unix ? socketPath : { port, host: '127.0.0.1' });
    await work(before);
    await count(server.pid, 'on');
    await work(counted);
    await count(server.pid, 'off');
    await server.finish();
    return { instructions: countedIn(out) / counted };
  } catch (err) {
    return { error: `${err.message}\n${server.errors}` };
  } finally {
    await server.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Throws unless there is callgrind. */
function needCallgrind() {
  if (!works('valgrind')) throw new ToolError('missing: valgrind (Debian, Ubuntu: apt-get install valgrind)');
}

module.exports = { canCount, count, countInstructions, countedIn, needCallgrind, underCallgrind };
