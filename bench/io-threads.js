'use strict';
// io-threads.js: `npm run bench -- --io-threads=1,2`: what the thread of JavaScript and the I/O threads take of the CPU
// for each message, by the clocks of the threads, beside node:net and cnet without. The load takes a CPU of its own: on
// a machine of two that is one of those that the threads have. On the loopback the kernel's work for one message is
// done by whichever end runs first, so what both take together is told too.

const os = require('node:os');
const path = require('node:path');

const { measureThreads, lacking, scenarios: programs } = require('./apps/index.js');
const { clocks, used } = require('./clocks.js');
const { MEASURED, OTHER, Process } = require('./processes.js');
const { program } = require('./native.js');
const { ensurePackages } = require('../tools/ensure.js');
const { ROOT, ToolError } = require('../tools/run.js');

const PATIENCE = 30;

/** Those of sockets, and the programs of --apps. */
const SOCKETS = [
  'echo-64bx64', 'echo-64bx256', 'echo-1kx256', 'echo-64kx8', 'pipelined-64bx64', 'sink-64kx4', 'source-64kx4',
  'pipe-64kx8', 'churn', 'latency-64bx1',
];
const PROGRAMS = ['readline', 'ioredis', 'ws', 'ws-net', 'mqtt'];

/** The CPUs of who has I/O threads: all but one where there are enough of them. */
const cpusOf = (threads) => {
  const count = os.cpus().length;
  const others = Array.from({ length: count }, (_, cpu) => cpu).filter((cpu) => cpu !== OTHER || count <= 2);
  return threads > 0 ? others.join(',') : MEASURED;
};

const flags = (options) => Object.entries(options).map(([name, value]) => `--${name}=${value}`);

/**
 * One run of a server. The load tells the CPU of its measured time; how that is shared among the threads is taken over
 * the whole of the run.
 */
async function runSocket(scenario, { module, threads, node, seconds, warmup }) {
  const script = path.join(__dirname, 'servers', `${scenario.script}.js`);
  const command = ['env', `CNET_IO_THREADS=${threads}`, node, script, module, JSON.stringify(scenario.options)];
  const server = new Process(cpusOf(threads), command);
  let load = null;
  try {
    const { port } = await server.next(PATIENCE);
    const before = clocks(server.pid);
    const options = flags({ ...scenario.load, port, seconds, warmup, pid: server.pid });
    load = new Process(OTHER, [program('load'), ...options]);
    const { messages, user, system, p50, load: ofLoad } = await load.next(PATIENCE + seconds + warmup);
    const { javascript, all } = used(server.pid, before);
    const each = (user + system) / messages;
    return { javascript: each * (javascript / all), all: each, p50, both: each + ofLoad / messages };
  } finally {
    await Promise.all([server.stop(), load?.stop()]);
  }
}

/* The side that a program of npm has on net: that of its server, where both are. */
function runProgram(scenario, { module, threads, node }) {
  const driver = module === ROOT ? scenario.drivers[0] : 'node';
  return measureThreads(scenario, { node, driver, side: scenario.sides?.[0] ?? 'server', threads });
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

const cell = (value) => value.toFixed(2).padStart(10);

/* A line of the table; `ratio(name, base)`: to the driver `base`, the median of the ratios within each round. */
function lineOf(title, of, ratio) {
  const [javascript, all, p50] = ['javascript', 'all', 'p50'].map(of);
  const cells = [javascript, all - javascript, all, ratio('javascript', 0), ratio('all', 1)].map(cell).join('');
  const rate = Math.round(1e6 / javascript).toLocaleString('en').padStart(14);
  const withLoad = of('both') === undefined ? '' : `${cell(of('both'))}${cell(ratio('both', 1))}`;
  return `${title.padEnd(22)}${cells}${rate}${withLoad}${p50 === undefined ? '' : `   p50 ${p50.toFixed(1)} µs`}`;
}

/** One scenario with every driver, in turns; a line for each. */
async function runScenario(scenario, drivers, runs, say) {
  const isProgram = programs.includes(scenario);
  const found = drivers.map(() => []);
  for (let round = 0; round < runs; round++) {
    for (const [i, driver] of drivers.entries())
      found[i].push(await (isProgram ? runProgram : runSocket)(scenario, driver));
  }
  say(`\n${scenario.name}: ${scenario.title}`);
  say(`${''.padEnd(22)}JavaScript    others       all  JS to net all to cnet   msgs/s of JS with load   to cnet`);
  for (const [i, { title }] of drivers.entries()) {
    const ratio = (name, base) => median(found[i].map((one, round) => one[name] / found[base][round][name]));
    say(lineOf(title, (name) => median(found[i].map((one) => one[name])), ratio));
  }
}

function choose(all, names) {
  const unknown = names.filter((name) => !all.some((one) => one.name === name));
  if (unknown.length > 0)
    throw new ToolError(`--io-threads takes whole names of scenarios, as --list prints them: ${unknown.join(', ')}`);
  return names.map((name) => all.find((one) => one.name === name));
}

/**
 * @param {object[]} sockets scenarios
 * @param {{ counts: number[], node: string, runs: number, seconds: number, warmup: number, names: string[] }} options
 *   `counts`: how many I/O threads; `names`: of the scenarios, also of --apps; without any, SOCKETS and PROGRAMS
 * @param {(line: string) => void} say
 */
async function runIOThreads(sockets, { counts, node, runs, seconds, warmup, names }, say = console.log) {
  const settings = { node, seconds, warmup };
  const drivers = [
    { title: 'node:net', module: 'node:net', threads: 0, ...settings },
    { title: 'cnet', module: ROOT, threads: 0, ...settings },
    ...counts.map((threads) => ({ title: `cnet, ${threads} I/O threads`, module: ROOT, threads, ...settings })),
  ];
  const wanted = choose([...sockets, ...programs], names.length > 0 ? names : [...SOCKETS, ...PROGRAMS]);
  if (wanted.some((one) => programs.includes(one))) await ensurePackages(path.join(__dirname, 'apps'));
  say('µs of CPU for each message; the load has a CPU of its own, which I/O threads share where there are two');
  for (const scenario of wanted) {
    const leftOut = lacking(scenario.needs ?? []);
    if (leftOut === undefined) await runScenario(scenario, drivers, runs, say);
    else say(`\n${scenario.name}: left out: ${leftOut}`);
  }
}

module.exports = { runIOThreads };
