'use strict';
// run.js: `npm run bench`: scenarios x drivers. See docs/performance.md for how it measures and how to read it.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const { parseArgs } = require('node:util');

const { runApps, scenarios: apps } = require('./apps/index.js');
const { drivers } = require('./drivers.js');
const { measure } = require('./measure.js');
const { buildNative } = require('./native.js');
const { canPin } = require('./processes.js');
const { scenarios } = require('./scenarios.js');
const { runStartup } = require('./startup.js');
const { summarise, table } = require('./summary.js');
const { ensure } = require('../tools/ensure.js');
const { ToolError, tool } = require('../tools/run.js');

const USAGE = `npm run bench [-- OPTIONS]
  --scenario=A,B   those whose name begins so (all)
  --drivers=A,B    node, cnet, epoll; bun, deno and turbo-net where they are (all that are there)
  --runs=N         rounds (5)
  --seconds=S      measured in each run (1)
  --warmup=S       before that (0.5)
  --node=PATH      the Node that runs node:net and cnet (the one that runs this)
  --bun=PATH --deno=PATH --turbo-net=PATH   where these are, when not in node_modules
  --json=FILE      every run, and the summary
  --plot=FILE.svg  a chart of the ratios to node:net
  --quick          a short look: ends within two minutes
  --startup        what loading takes instead: --runs (25), --node and --json count
  --apps           programs from npm instead, on node:net and on cnet: --scenario, --runs (3), --node, --json and --list count
  --list           the names of the scenarios
  --no-build       take the build that is there`;

const TEXT_OPTIONS = ['scenario', 'drivers', 'runs', 'seconds', 'warmup', 'node', 'bun', 'deno', 'turbo-net', 'json', 'plot'];
const FLAGS = ['quick', 'apps', 'startup', 'list', 'no-build', 'help'];

const FULL = { runs: 5, seconds: 1, warmup: 0.5, idle: 10000, mostRules: 1000000 };
const QUICK = { runs: 1, seconds: 0.5, warmup: 0.3, idle: 2000, mostRules: 100000, drivers: 'node,cnet,epoll' };

/** Descriptors that a server needs beside those of its clients. */
const SPARE_DESCRIPTORS = 500;

function readOptions() {
  const options = {};
  for (const name of TEXT_OPTIONS) options[name] = { type: 'string' };
  for (const name of FLAGS) options[name] = { type: 'boolean' };
  try {
    return parseArgs({ options }).values;
  } catch (err) {
    throw new ToolError(`${err.message}\n${USAGE}`);
  }
}

function positive(values, name, fallback) {
  const value = values[name] === undefined ? fallback : Number(values[name]);
  if (!(value > 0)) throw new ToolError(`--${name} must be a number above 0\n${USAGE}`);
  return value;
}

/* No more idle connections than descriptors that this user may have. */
function idleConnections(wanted) {
  const limits = fs.readFileSync('/proc/self/limits', 'utf8');
  const most = Number(/^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1] ?? Infinity) - SPARE_DESCRIPTORS;
  if (most < wanted) console.error(`cnet: the limit of open files allows ${most} idle connections, not ${wanted}`);
  return Math.min(wanted, most);
}

function readSettings(values) {
  const base = values.quick ? QUICK : FULL;
  return {
    runs: positive(values, 'runs', base.runs),
    seconds: positive(values, 'seconds', base.seconds),
    warmup: positive(values, 'warmup', base.warmup),
    idle: idleConnections(base.idle),
    mostRules: base.mostRules,
  };
}

/* Those that are asked for, in that order; a name that is not there is an error. */
function choose(all, names, what, matches) {
  if (names === undefined) return all;
  return names.split(',').flatMap((name) => {
    const found = all.filter((one) => matches(one.name, name));
    if (found.length === 0) throw new ToolError(`no ${what} ${name} here; there are ${all.map((one) => one.name).join(', ')}`);
    return found;
  });
}

function describe(node) {
  const asked = spawnSync(node, ['--version'], { encoding: 'utf8' });
  if (asked.status !== 0) throw new ToolError(`${node} cannot be run`);
  return {
    date: new Date().toISOString(),
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cpus: os.cpus().length,
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: asked.stdout.trim(),
    pinned: canPin(),
  };
}

function tellMachine({ node, cpu, cpus, system, pinned }) {
  console.log(`${node}, ${cpu}, ${cpus} CPUs, ${system}${pinned ? '' : ', NOT PINNED'}`);
}

async function runScenario(scenario, chosen, settings) {
  const runs = [];
  for (let round = 1; round <= settings.runs; round++) {
    for (const driver of chosen) {
      const result = await measure(scenario, driver, settings);
      if (result !== null) runs.push({ scenario: scenario.name, driver: driver.name, round, ...result });
    }
  }
  return runs;
}

async function runAll(list, chosen, settings) {
  const runs = [];
  const summary = [];
  for (const scenario of list) {
    const own = await runScenario(scenario, chosen, settings);
    const rows = summarise(scenario, own);
    runs.push(...own);
    summary.push(...rows);
    if (rows.length > 0) console.log(table(scenario, rows));
  }
  return { runs, summary };
}

async function mainOfStartup(values, node) {
  await ensure({ build: !values['no-build'] });
  const machine = describe(node);
  tellMachine(machine);
  const runs = values.runs === undefined ? undefined : positive(values, 'runs');
  const summary = runStartup({ node, runs });
  if (values.json) fs.writeFileSync(values.json, `${JSON.stringify({ machine, summary }, null, 1)}\n`);
}

/** Rounds of `--apps`, each of which has node:net once and every other driver twice. */
const APP_RUNS = 3;

async function mainOfApps(list, values, node) {
  const machine = describe(node);
  const runs = positive(values, 'runs', values.quick ? 1 : APP_RUNS);
  tellMachine(machine);
  console.log(`${runs} rounds; times are CPU per operation\n`);
  const summary = await runApps(list, { node, runs });
  if (values.json) fs.writeFileSync(values.json, `${JSON.stringify({ machine, summary }, null, 1)}\n`);
}

async function main() {
  const values = readOptions();
  if (values.help) return console.log(USAGE);
  if (values.startup) return mainOfStartup(values, values.node ?? process.execPath);
  const settings = readSettings(values);
  const all = values.apps ? apps : scenarios(settings);
  const list = choose(all, values.scenario, 'scenario', (name, begin) => name.startsWith(begin));
  if (values.list) return console.log(list.map(({ name, title }) => `${name.padEnd(20)} ${title}`).join('\n'));
  if (values.apps) {
    await ensure({ build: !values['no-build'] });
    return mainOfApps(list, values, values.node ?? process.execPath);
  }

  const paths = { ...values, node: values.node ?? process.execPath };
  const names = values.drivers ?? (values.quick ? QUICK.drivers : undefined);
  const chosen = choose(drivers(paths), names, 'driver', (name, wanted) => name === wanted);
  await ensure({ build: !values['no-build'] });
  await buildNative();

  const machine = describe(paths.node);
  tellMachine(machine);
  console.log(`${settings.runs} rounds of ${settings.seconds} s after ${settings.warmup} s; times are CPU per message\n`);
  const { runs, summary } = await runAll(list, chosen, settings);
  if (values.json) fs.writeFileSync(values.json, `${JSON.stringify({ machine, settings, summary, runs }, null, 1)}\n`);
  if (values.plot) fs.writeFileSync(values.plot, await require('./plot.js').plot(list, summary, machine));
  return summary.some((row) => row.error !== undefined || row.lost > 0) ? 1 : 0;
}

tool(main);
