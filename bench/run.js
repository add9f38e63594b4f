'use strict';
// run.js: `npm run bench`: scenarios x drivers. See docs/performance.md for how it measures and how to read it.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const { parseArgs } = require('node:util');

const { checkTree, runAgainst } = require('./against.js');
const { groups, runApps, scenarios: apps, smokeApps } = require('./apps/index.js');
const { LINES, isShown, keepFigures, writeDocument } = require('./document.js');
const { drivers } = require('./drivers.js');
const { buildNative } = require('./native.js');
const { canPin } = require('./processes.js');
const { scenarios } = require('./scenarios.js');
const { runIOThreads } = require('./io-threads.js');
const { runSockets } = require('./sockets.js');
const { runStartup } = require('./startup.js');
const { ensure } = require('../tools/ensure.js');
const { ToolError, forEachOf, tool } = require('../tools/run.js');
const { VERSIONS, getNode } = require('../tools/test-nodes.js');

const USAGE = `usage: npm run bench [-- OPTIONS] [-- SCENARIO…]
Measures what sockets cost with node:net, with cnet and with others. Defaults are in parentheses.

What is measured:
  --scenario=A,B   the scenarios whose names begin so (all); SCENARIO without an option does the same
  --drivers=A,B    of node, cnet, epoll, bun, deno and turbo-net (all that are installed)
  --list           prints the names of the scenarios, and measures nothing
How it is measured:
  --runs=N         rounds (5)
  --seconds=S      how long each run measures (1)
  --warmup=S       how long each run warms up before that (0.5)
  --quick          a short look, which ends within two minutes
  --no-build       uses the build that is there
With which programs:
  --node=PATH      the Node for node:net and cnet (the one that runs this)
  --bun=PATH --deno=PATH --turbo-net=PATH   where these are (in node_modules)
Where the results go, beside the screen:
  --json=FILE      every run, and the summary
  --plot=FILE.svg  a chart of the ratios to node:net

Other benchmarks, each with the options that it knows:
  --startup        what loading costs: --runs (25), --node, --json
  --apps           programs from npm, on node:net and on cnet:
                   --scenario, --runs (3), --quick, --node, --json, --list
  --apps --smoke   each of these programs once, with few operations: whether it works, without figures
  --against=DIR    this tree and another checkout of cnet, which is built:
                   --scenario, --runs (7), --seconds, --node, --json
  --io-threads=N,M the CPU of JavaScript's thread and of all threads, with so many I/O threads:
                   --scenario (whole names, of --apps too), --runs, --seconds, --node
  --instructions   with --apps or --against: instructions, counted by callgrind, in place of CPU time; one round
  --document       sockets and programs on Node 20 and 26, for the chart and the tables in docs/performance.md and README.md:
                   --nodes=PATH,PATH, --scenario, --runs (9), --seconds, --quick;
                   --figures=DIR: the folder that keeps the results; --rewrite: writes the documents from that folder,
                   without measuring; --into=DIR: another folder with README.md and docs/`;

const TEXT_OPTIONS = [
  'scenario',
  'drivers',
  'runs',
  'seconds',
  'warmup',
  'node',
  'bun',
  'deno',
  'turbo-net',
  'json',
  'plot',
  'against',
  'io-threads',
  'nodes',
  'figures',
  'into',
];
const FLAGS = ['quick', 'apps', 'instructions', 'smoke', 'document', 'rewrite', 'startup', 'list', 'no-build', 'help'];

const FULL = { runs: 5, seconds: 1, warmup: 0.5, idle: 10000, mostRules: 1000000 };
const QUICK = { runs: 1, seconds: 0.5, warmup: 0.3, idle: 2000, mostRules: 100000, drivers: 'node,cnet,epoll' };

/** Descriptors that a server needs beside those of its clients. */
const SPARE_DESCRIPTORS = 500;

function readOptions() {
  const options = {};
  for (const name of TEXT_OPTIONS) options[name] = { type: 'string' };
  for (const name of FLAGS) options[name] = { type: 'boolean' };
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    return positionals.length > 0
      ? { ...values, scenario: [values.scenario ?? [], positionals].flat().join(',') }
      : values;
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
    if (found.length === 0)
      throw new ToolError(`there is no ${what} ${name}; these are there: ${all.map((one) => one.name).join(', ')}`);
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

async function mainOfSmoke(list, node) {
  const { passed, failed, pending } = await smokeApps(list, { node });
  console.log(`${passed} passed, ${failed} failed (${pending} left out)`);
  return failed > 0 ? 1 : 0;
}

async function mainOfApps(list, values, node) {
  if (values.smoke) return mainOfSmoke(list, node);
  const machine = describe(node);
  const { quick, instructions } = values;
  const runs = positive(values, 'runs', quick || instructions ? 1 : APP_RUNS);
  tellMachine(machine);
  console.log(`${runs} rounds; ${instructions ? 'instructions in user mode' : 'times are CPU'} per operation\n`);
  const summary = await runApps(list, { node, runs, quick, instructions });
  if (values.json) fs.writeFileSync(values.json, `${JSON.stringify({ machine, summary }, null, 1)}\n`);
  return summary.some((row) => row.error !== undefined) ? 1 : 0;
}

/** Rounds of `--document`. */
const DOCUMENT_RUNS = 9;

const nodeOfLine = (line) => getNode(VERSIONS.find((version) => version.startsWith(`${line}.`)));

/* Those of the document that --scenario names, which may be of sockets alone or of programs alone. */
function chooseShown(all, names) {
  const begins = names?.split(',');
  return all.filter(({ name }) => begins === undefined || begins.some((begin) => name.startsWith(begin)));
}

async function measureFigures(node, { sockets, programs, settings, quick, folder, shown }) {
  const machine = describe(node);
  tellMachine(machine);
  const chosen = drivers({ node }).filter(({ name }) => ['node', 'cnet'].includes(name));
  const { summary } = await runSockets(sockets, chosen, settings);
  const figures = { machine, settings, groups: shown, sockets: summary, programs: [] };
  keepFigures(figures, folder);
  figures.programs = await runApps(programs, { node, runs: settings.runs, quick });
  keepFigures(figures, folder);
  return [...figures.sockets, ...figures.programs].some((row) => row.error !== undefined || row.lost > 0);
}

async function mainOfDocument(values, settings) {
  const { quick, figures: folder, into } = values;
  let failed = false;
  if (!values.rewrite) {
    const sockets = scenarios(settings).filter(isShown);
    const shown = [{ title: 'Sockets', scenarios: sockets }, ...groups];
    await ensure({ build: !values['no-build'] });
    await buildNative();
    const nodes = values.nodes?.split(',') ?? await forEachOf(LINES, 1, nodeOfLine);
    const runs = positive(values, 'runs', quick ? 1 : DOCUMENT_RUNS);
    const chosen = { sockets: chooseShown(sockets, values.scenario), programs: chooseShown(apps, values.scenario) };
    for (const node of nodes)
      failed =
        (await measureFigures(node, { ...chosen, settings: { ...settings, runs }, quick, folder, shown })) || failed;
  }
  await writeDocument({ from: folder, into });
  return failed ? 1 : 0;
}

async function mainOfAgainst(list, values, settings, node) {
  const tree = checkTree(values.against);
  await ensure({ build: !values['no-build'] });
  await buildNative();
  const machine = describe(node);
  tellMachine(machine);
  const pairs = values.runs === undefined && !values.quick ? undefined : settings.runs;
  const summary = await runAgainst(list, { tree, node, pairs, instructions: values.instructions, settings });
  if (values.json) fs.writeFileSync(values.json, `${JSON.stringify({ machine, settings, summary }, null, 1)}\n`);
  return summary.some((row) => row.error !== undefined || row.worse || row.lost > 0) ? 1 : 0;
}

async function mainOfIOThreads(all, values, settings) {
  const node = values.node ?? process.execPath;
  const counts = values['io-threads'].split(',').map(Number);
  if (!counts.every((count) => Number.isInteger(count) && count >= 1 && count <= 64))
    throw new ToolError(`--io-threads takes numbers from 1 to 64: ${values['io-threads']}`);
  await ensure({ build: !values['no-build'] });
  await buildNative();
  tellMachine(describe(node));
  await runIOThreads(all, { ...settings, counts, node, names: values.scenario?.split(',').filter(Boolean) ?? [] });
  return 0;
}

async function main() {
  const values = readOptions();
  if (values.help) return console.log(USAGE);
  if (values.startup) return mainOfStartup(values, values.node ?? process.execPath);
  const settings = readSettings(values);
  if (values.document) return mainOfDocument(values, settings);
  const all = values.apps ? apps : scenarios(settings);
  if (values['io-threads']) return mainOfIOThreads(all, values, settings);
  const list = choose(all, values.scenario, 'scenario', (name, begin) => name.startsWith(begin));
  if (values.list) return console.log(list.map(({ name, title }) => `${name.padEnd(20)} ${title}`).join('\n'));
  if (values.apps) {
    await ensure({ build: !values['no-build'] });
    return mainOfApps(list, values, values.node ?? process.execPath);
  }
  if (values.against) return mainOfAgainst(list, values, settings, values.node ?? process.execPath);

  const paths = { ...values, node: values.node ?? process.execPath };
  const names = values.drivers ?? (values.quick ? QUICK.drivers : undefined);
  const chosen = choose(drivers(paths), names, 'driver', (name, wanted) => name === wanted);
  await ensure({ build: !values['no-build'] });
  await buildNative();

  const machine = describe(paths.node);
  tellMachine(machine);
  console.log(
    `${settings.runs} rounds of ${settings.seconds} s after ${settings.warmup} s; times are CPU per message\n`,
  );
  const { runs, summary } = await runSockets(list, chosen, settings);
  if (values.json) fs.writeFileSync(values.json, `${JSON.stringify({ machine, settings, summary, runs }, null, 1)}\n`);
  if (values.plot) fs.writeFileSync(values.plot, await require('./plot.js').plot(list, summary, machine));
  return summary.some((row) => row.error !== undefined || row.lost > 0) ? 1 : 0;
}

tool(main);
