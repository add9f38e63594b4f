'use strict';
// measure.js: one run of a scenario: a fresh server and a fresh client, each on its own CPU and with its own driver.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { clocks, used } = require('../clocks.js');
const { countParts, underCallgrind } = require('../instructions.js');
const { MEASURED, OTHER, Process } = require('../processes.js');
const { ROOT } = require('../../tools/run.js');

/** Seconds that a program may take for each step; under callgrind, which takes fifty times as long. */
const PATIENCE = 120;
const LONG_PATIENCE = 600;

/* `register+register-http`: both. */
const preload = (driver) =>
  driver === 'node' ? [] : driver.split('+').flatMap((entry) => ['-r', path.join(ROOT, 'lib', `${entry}.js`)]);

const program = (folder, name) => path.join(__dirname, folder, `${name}.js`);

/** Those that are there: a run that is interrupted leaves none behind either. */
const bases = new Set();

function remove(base) {
  fs.rmSync(base, { recursive: true, force: true });
  bases.delete(base);
}

process.on('exit', () => bases.forEach(remove));

/* Folders for both sides, with the file that they send each other. */
function makeFolders(scenario) {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-apps-'));
  bases.add(base);
  const folders = { root: path.join(base, 'server'), local: path.join(base, 'client') };
  for (const folder of Object.values(folders)) {
    fs.mkdirSync(folder);
    if (scenario.file) fs.writeFileSync(path.join(folder, 'big'), Buffer.alloc(scenario.file, 'cnet'));
  }
  return { base, folders };
}

/* What happened between two marks of a program. */
const between = (before, after) => Object.fromEntries(Object.keys(after).map((key) => [key, after[key] - before[key]]));

async function askBoth(programs, question) {
  for (const one of programs) one.tell(question);
  return [await programs[0].next(PATIENCE), await programs[1].next(PATIENCE)];
}

/* How many there were: a load generator that ends by the clock says so itself. */
async function operate(client, times, patience = PATIENCE) {
  client.tell(`run ${times}`);
  const { done } = await client.next(patience);
  return done;
}

/**
 * So many times longer than the scenario says is the warm-up where CPU time is measured: V8 compiles for some seconds,
 * on a thread that counts as the program's.
 */
const PATIENT_WARMUP = 3;

/**
 * So many times the operations are measured as the scenario says: V8 goes through its whole heap once in some seconds,
 * and in a short time that may fall to one side alone.
 */
const MEASURED_PARTS = 3;

async function operateInParts(client, times) {
  let operations = 0;
  for (let i = 0; i < MEASURED_PARTS; i++) operations += await operate(client, times);
  return operations;
}

/* The first times, in which the programs are compiled and their heaps grow, are not measured. */
async function warmUp({ operations: times, warmup = times, warmups = 1 }, client) {
  for (let i = 0; i < warmups * PATIENT_WARMUP && warmup > 0; i++) await operate(client, warmup);
}

async function measureBoth(scenario, server, client) {
  const { operations: times } = scenario;
  await warmUp(scenario, client);
  const before = await askBoth([server, client], 'mark');
  const operations = await operateInParts(client, times);
  const after = await askBoth([server, client], 'mark');
  const heaps = await askBoth([server, client], 'heap');
  const [ofServer, ofClient] = heaps.map((heap, i) => ({ operations, ...between(before[i], after[i]), ...heap }));
  return { server: ofServer, client: ofClient };
}

/** Times that the operations of a part are done before they are counted. */
const WARMUPS = 12;

/* `counted`: of the two the one that is under callgrind. */
async function countOne({ operations: times, warmups = 1 }, client, counted, out) {
  const work = () => operate(client, times, LONG_PATIENCE);
  for (let i = 0; i < WARMUPS * warmups; i++) await work();
  return { operations: 1, instructions: await countParts(counted.pid, out, work) };
}

/*
 * Starts the programs of a scenario, has `work` done with them, and ends them. `counts`: the side that goes under
 * callgrind; `threads`: I/O threads of the side `measured`, which may then use both CPUs.
 */
async function withPrograms(scenario, { node, server, client, counts, measured, threads = 0 }, work) {
  const { base, folders } = makeFolders(scenario);
  const out = path.join(base, 'counts');
  const started = [];
  const start = (cpu, side, driver, options) => {
    const file = program(`${side}s`, scenario[side]);
    const given = JSON.stringify({ ...scenario.options, ...folders, ...options });
    const hasThreads = side === measured && threads > 0;
    const variables = hasThreads ? ['env', `CNET_IO_THREADS=${threads}`] : [];
    const command = [...variables, node, '--expose-gc', ...preload(driver), file, given];
    const child = new Process(hasThreads ? `${MEASURED},${OTHER}` : cpu, counts === side ? underCallgrind(command, out) : command);
    started.push(child);
    return child;
  };
  try {
    const one = start(MEASURED, 'server', server, {});
    const { port } = await one.next(PATIENCE);
    return await work({ server: one, client: start(OTHER, 'client', client, { port }) }, out);
  } catch (err) {
    throw new Error([err.message, ...started.map((child) => child.errors.trim())].filter(Boolean).join('\n'), {
      cause: err,
    });
  } finally {
    await Promise.all(started.map((child) => child.stop()));
    remove(base);
  }
}

/**
 * @param {import('./scenarios').Scenario} scenario
 * @param {{ node: string, server: string, client: string }} how `server` and `client`: `node`, or the entry of cnet
 * @returns {Promise<{ server: object, client: object }>} what each used: CPU in microseconds, its collections, and
 *   its heap
 */
const measure = (scenario, how) =>
  withPrograms(scenario, how, ({ server, client }) => measureBoth(scenario, server, client));

/**
 * The same, but for one side the instructions in user mode.
 * @param {import('./scenarios').Scenario} scenario
 * @param {{ node: string, server: string, client: string }} how
 * @param {'server' | 'client'} side
 * @returns {Promise<{ operations: number, instructions: number }>} of one operation
 */
const countSide = (scenario, how, side) =>
  withPrograms(scenario, { ...how, counts: side }, (programs, out) =>
    countOne(scenario, programs.client, programs[side], out),
  );

/* After a warm-up, as in measureBoth(). */
async function measureClocks(scenario, client, { pid }) {
  const { operations: times } = scenario;
  await warmUp(scenario, client);
  const before = clocks(pid);
  const operations = await operate(client, times);
  const { javascript, all } = used(pid, before);
  return { javascript: javascript / 1000 / operations, all: all / 1000 / operations };
}

/**
 * What the threads of one side use, by their clocks.
 * @param {import('./scenarios').Scenario} scenario
 * @param {{ node: string, driver: string, side: 'server' | 'client', threads: number }} how
 * @returns {Promise<{ javascript: number, all: number }>} microseconds of one operation
 */
function measureThreads(scenario, { node, driver, side, threads }) {
  const how = { node, server: 'node', client: 'node', [side]: driver, measured: side, threads };
  return withPrograms(scenario, how, (programs) => measureClocks(scenario, programs.client, programs[side]));
}

module.exports = { countSide, measure, measureThreads };
