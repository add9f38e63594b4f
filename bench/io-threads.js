'use strict';
// io-threads.js: `npm run bench -- --io-threads=1,2`: what the thread of JavaScript and the I/O threads take of the CPU
// for each message, by the clocks of the threads, beside node:net and cnet without. The load takes a CPU of its own.

const fs = require('node:fs');
const path = require('node:path');

const { MEASURED, OTHER, Process } = require('./processes.js');
const { program } = require('./native.js');
const { ROOT, ToolError } = require('../tools/run.js');

const PATIENCE = 30;
const SCENARIOS = ['echo-64bx64', 'echo-1kx256', 'echo-64kx8', 'pipelined-64bx64', 'churn', 'latency-64bx1'];

/** Nanoseconds on a CPU of each thread of a process (proc(5), schedstat). */
function clocks(pid) {
  const folder = `/proc/${pid}/task`;
  return new Map(fs.readdirSync(folder).map((tid) => {
    const text = fs.readFileSync(`${folder}/${tid}/schedstat`, 'latin1');
    return [Number(tid), Number(text.split(' ')[0])];
  }));
}

/** What the threads have used since `before`: that of JavaScript, and all. */
function used(pid, before) {
  let all = 0;
  for (const [tid, time] of clocks(pid)) all += time - (before.get(tid) ?? 0);
  return { javascript: clocks(pid).get(pid) - (before.get(pid) ?? 0), all };
}

const flags = (options) => Object.entries(options).map(([name, value]) => `--${name}=${value}`);

/**
 * One run of a server. The load tells the CPU of its measured time; how that is shared among the threads is taken over
 * the whole of the run.
 */
async function runOnce(scenario, { module, threads, node, seconds, warmup }) {
  const script = path.join(__dirname, 'servers', `${scenario.script}.js`);
  const command = ['env', `CNET_IO_THREADS=${threads}`, node, script, module, JSON.stringify(scenario.options)];
  const server = new Process(threads > 0 ? `${MEASURED},${OTHER}` : MEASURED, command);
  let load = null;
  try {
    const { port } = await server.next(PATIENCE);
    const before = clocks(server.pid);
    const options = flags({ ...scenario.load, port, seconds, warmup, pid: server.pid });
    load = new Process(OTHER, [program('load'), ...options]);
    const { messages, user, system, p50 } = await load.next(PATIENCE + seconds + warmup);
    const { javascript, all } = used(server.pid, before);
    const each = (user + system) / messages;
    return { javascript: each * (javascript / all), all: each, p50 };
  } finally {
    await Promise.all([server.stop(), load?.stop()]);
  }
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

const cell = (value) => value.toFixed(2).padStart(9);

/** One scenario with every driver, in turns; a line for each. */
async function runScenario(scenario, drivers, runs, say) {
  const found = drivers.map(() => []);
  for (let round = 0; round < runs; round++) {
    for (const [i, driver] of drivers.entries()) found[i].push(await runOnce(scenario, driver));
  }
  const of = (i, name) => median(found[i].map((one) => one[name]));
  const base = of(0, 'javascript');
  say(`\n${scenario.name}: ${scenario.title}`);
  say('                       JavaScript    others       all   to node:net   messages/s of that thread');
  for (const [i, { title }] of drivers.entries()) {
    const [javascript, all] = [of(i, 'javascript'), of(i, 'all')];
    const ceiling = Math.round(1e6 / javascript).toLocaleString('en');
    say(`${title.padEnd(22)} ${cell(javascript)} ${cell(all - javascript)} ${cell(all)} ` +
      `${cell(javascript / base)}   ${ceiling.padStart(12)}   p50 ${of(i, 'p50')?.toFixed(1)} µs`);
  }
}

/**
 * @param {object[]} all scenarios
 * @param {{ counts: number[], node: string, runs: number, seconds: number, warmup: number, names: string[] }} options
 *   `counts`: how many I/O threads; `names`: of the scenarios; without any, SCENARIOS
 * @param {(line: string) => void} say
 */
async function runIOThreads(all, { counts, node, runs, seconds, warmup, names }, say = console.log) {
  const settings = { node, seconds, warmup };
  const drivers = [
    { title: 'node:net', module: 'node:net', threads: 0, ...settings },
    { title: 'cnet', module: ROOT, threads: 0, ...settings },
    ...counts.map((threads) => ({ title: `cnet, ${threads} I/O threads`, module: ROOT, threads, ...settings })),
  ];
  const wanted = names.length > 0 ? names : SCENARIOS;
  const unknown = wanted.filter((name) => !all.some((one) => one.name === name));
  if (unknown.length > 0)
    throw new ToolError(`--io-threads takes whole names of scenarios, as --list prints them: ${unknown.join(', ')}`);
  say('µs of CPU for each message');
  for (const name of wanted) await runScenario(all.find((one) => one.name === name), drivers, runs, say);
}

module.exports = { runIOThreads };
