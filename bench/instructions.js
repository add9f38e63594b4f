'use strict';
// instructions.js: how many instructions in user mode a server takes for an operation, or a script for a call, by
// callgrind: a figure that a busy machine does not change. One thread, one connection, one operation after the other;
// the first ones, while V8 compiles, are not counted.

const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const { MEASURED, Process } = require('./processes.js');
const { median } = require('./summary.js');
const { ToolError, run, works } = require('../tools/run.js');

/** Seconds that a program may take for each step, under callgrind. */
const PATIENCE = 300;
/** Operations before those that are counted, and those of each part. */
const OPERATIONS = { echo: { before: 8000, counted: 600 }, churn: { before: 3000, counted: 150 } };

/** Whether a scenario is one that this can count. */
function canCount({ kind, load, backEnd }) {
  const isServer = kind === 'server' && Object.hasOwn(OPERATIONS, load.mode);
  return kind === 'micro' || (isServer && (load.depth ?? 1) === 1 && !load.idle && backEnd === undefined);
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
 * @returns {string[]} a command that starts it under callgrind, with the counting off, and with one thread. So slow a
 *   process seems to rest, and V8 would collect garbage for that, and throw compiled code away that seems old.
 */
function underCallgrind([node, ...args], out) {
  return [
    'valgrind',
    '--quiet',
    '--tool=callgrind',
    '--instr-atstart=no',
    `--callgrind-out-file=${out}`,
    node,
    '--single-threaded',
    '--no-memory-reducer',
    '--no-flush-bytecode',
    ...args,
  ];
}

async function control(pid, args) {
  const { status, output } = await run('callgrind_control', [...args, String(pid)], { quiet: true });
  if (status !== 0) throw new Error(`callgrind_control: ${output}`);
}

/** Parts that are counted by themselves. V8's compiler comes in some of them only, which the median leaves out. */
const PARTS = 7;

/**
 * Counts operations of a process that is under callgrind.
 * @param {number} pid
 * @param {string} out that of underCallgrind()
 * @param {() => Promise<number>} work has it do some, and gives how many
 * @returns {Promise<number>} instructions in user mode for one
 */
async function countParts(pid, out, work) {
  const each = [];
  for (let part = 1; part <= PARTS; part++) {
    await control(pid, ['-i', 'on']);
    const operations = await work();
    await control(pid, ['-i', 'off']);
    await control(pid, ['--dump']);
    each.push(Number(/^totals: (\d+)/m.exec(fs.readFileSync(`${out}.${part}`, 'utf8'))[1]) / operations);
  }
  return median(each);
}

/* Has a client of this process work with a server that is under callgrind. */
async function countServer(scenario, start, folder, out) {
  const socketPath = scenario.unix ? { path: path.join(folder, 'socket') } : {};
  const server = start({ ...scenario.options, ...socketPath });
  const { port } = await server.next(PATIENCE);
  const work = operate(scenario.load, scenario.unix ? socketPath : { port, host: '127.0.0.1' });
  const { before, counted } = OPERATIONS[scenario.load.mode];
  await work(before);
  return countParts(server.pid, out, async () => {
    await work(counted);
    return counted;
  });
}

/**
 * Calls of a script without sockets in one part, and parts before those that are counted; a list is filled with fewer
 * rules.
 */
const CALLS = 10000;
const PARTS_BEFORE = 5;
const MOST_RULES = 20000;

async function countCalls({ script, options }, start, _folder, out) {
  const isFilling = script === 'block-list-fill';
  const rules = Math.min(options.rules, MOST_RULES);
  const child = start({ ...options, ...(isFilling ? { rules, calls: 1 } : { calls: CALLS }) });
  const next = async () => (await child.next(PATIENCE)).done;
  const work = () => {
    child.tell('go on');
    return next();
  };
  await next();
  for (let i = 0; i < PARTS_BEFORE; i++) await work();
  const instructions = await countParts(child.pid, out, work);
  return isFilling ? instructions / rules : instructions;
}

/**
 * @param {object} scenario for which canCount() holds
 * @param {object} driver
 * @returns {Promise<{ instructions: number }>} of one operation
 */
async function countInstructions(scenario, driver) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-instructions-'));
  const out = path.join(folder, 'out');
  let child;
  const start = (options) => {
    child = new Process(MEASURED, underCallgrind(driver.command(scenario, options), out));
    return child;
  };
  try {
    return { instructions: await (scenario.kind === 'micro' ? countCalls : countServer)(scenario, start, folder, out) };
  } catch (err) {
    return { error: `${err.message}\n${child?.errors}` };
  } finally {
    await child?.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Throws unless there is callgrind. */
function needCallgrind() {
  if (!works('valgrind')) throw new ToolError('missing: valgrind (Debian, Ubuntu: apt-get install valgrind)');
}

module.exports = { canCount, countInstructions, countParts, needCallgrind, underCallgrind };
