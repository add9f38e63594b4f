'use strict';
// measure.js: one run of a scenario: a fresh server and a fresh client, each on its own CPU and with its own driver.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { MEASURED, OTHER, Process } = require('../processes.js');
const { ROOT } = require('../../tools/run.js');

/** Seconds that a program may take for each step. */
const PATIENCE = 120;

const preload = (driver) => (driver === 'node' ? [] : ['-r', path.join(ROOT, 'lib', `${driver}.js`)]);

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

async function operate(client, times) {
  client.tell(`run ${times}`);
  await client.next(PATIENCE);
}

/* The first time, in which the programs are compiled and their heaps grow, is not measured. */
async function measureBoth(scenario, server, client) {
  await operate(client, scenario.operations);
  const before = await askBoth([server, client], 'mark');
  await operate(client, scenario.operations);
  const after = await askBoth([server, client], 'mark');
  const heaps = await askBoth([server, client], 'heap');
  const [ofServer, ofClient] = heaps.map((heap, i) => ({ ...between(before[i], after[i]), ...heap }));
  return { server: ofServer, client: ofClient };
}

/**
 * @param {import('./scenarios').Scenario} scenario
 * @param {{ node: string, server: string, client: string }} how `server` and `client`: `node`, or the entry of cnet
 * @returns {Promise<{ server: object, client: object }>} what each used: CPU in microseconds, its collections, and its heap
 */
async function measure(scenario, { node, server, client }) {
  const { base, folders } = makeFolders(scenario);
  const started = [];
  const start = async (cpu, driver, file, options) => {
    const command = [node, '--expose-gc', ...preload(driver), file, JSON.stringify({ ...scenario.options, ...folders, ...options })];
    const child = new Process(cpu, command);
    started.push(child);
    return child;
  };
  try {
    const one = await start(MEASURED, server, program('servers', scenario.server), {});
    const { port } = await one.next(PATIENCE);
    const other = await start(OTHER, client, program('clients', scenario.client), { port });
    return await measureBoth(scenario, one, other);
  } catch (err) {
    throw new Error([err.message, ...started.map((child) => child.errors.trim())].filter(Boolean).join('\n'), { cause: err });
  } finally {
    await Promise.all(started.map((child) => child.stop()));
    remove(base);
  }
}

module.exports = { measure };
