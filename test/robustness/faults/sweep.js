'use strict';
// sweep.js JSON: runs scenarios with one fault after another, and tells of each on the standard output:
//   {"begin": [series, nth]}, then {"end": [series, nth], "outcome": "error" | "success", "problems": [...]}
//   and {"done": series} when a run has ended without its fault. After a problem the process ends, as it may be spoilt.
// It is started with the library of faults: see tools/test-faults.js.

const fs = require('node:fs');

const { Context } = require('./context');
const inject = require('./inject');
const scenarios = require('./scenarios');
const { turn } = require('../../support/loop');

const { series, first, nth: firstNth, most, limit, native, module: name } = JSON.parse(process.argv[2]);
const net = require(name === 'node' ? 'node:net' : '../../..');

const tell = (message) => fs.writeSync(1, `${JSON.stringify(message)}\n`);

/* What the process holds; contexts and blocks of what is collected only are waited for. */
function holds() {
  const { blocks, references, contexts } = inject.ask();
  return { fds: fs.readdirSync('/proc/self/fd').length, blocks, contexts, references };
}

/** References to the block and the page of reads (src/binding/read_memory.c) come and go. */
const SPARE_REFERENCES = 2;

function excess(before, now) {
  return ['fds', 'blocks', 'contexts']
    .filter((key) => now[key] > before[key])
    .map((key) => `${key}: ${before[key]}, then ${now[key]}`)
    .concat(
      now.references > before.references + SPARE_REFERENCES
        ? [`references: ${before.references}, then ${now.references}`]
        : [],
    );
}

/* Handles close in later turns of the loop, block lists when they are collected. */
async function leaks(before) {
  for (let i = 0; i < 20; i++) {
    if (excess(before, holds()).length === 0) return [];
    if (i > 3) global.gc();
    await turn();
  }
  return excess(before, holds());
}

let current = null;

/* Runs a scenario once. `fault` is null: nothing fails. */
async function runOnce(scenario, fault, nth) {
  const context = current = new Context(net, fault);
  const prepared = scenario.prepare?.();
  const given = scenario.inWorker ? { fault, nth } : prepared;
  if (fault !== null && !scenario.inWorker) inject.arm(fault, nth);
  const watchdog = setTimeout(() => {
    context.problems.push(`hangs: waits for ${[...context.waiting.keys()].join(', ') || 'the scenario'}`);
    context.settle();
    context.hangs?.();
  }, limit);
  await Promise.race([context.run(scenario, given), new Promise((resolve) => { context.hangs = resolve; })]);
  clearTimeout(watchdog);
  await turn();
  const { failed } = context.asked ?? inject.ask();
  inject.off();
  prepared?.close?.();
  return { context, reached: failed > 0 };
}

/* A connection that fails: there is a context that only what fails needs before Node 22, and it is made once. */
const failOnce = () => new Promise((resolve) => {
  net.connect('/no/such/path').on('error', () => {}).on('close', resolve);
});

/* The first runs warm up: what is made once for all is made there. */
async function warmUp(scenario) {
  await failOnce();
  for (let i = 0; i < 3; i++) {
    const { context } = await runOnce(scenario, null, 0);
    const unexpected = scenario.mayFail ? [] : context.errors.map((error) => error.stack);
    if (context.problems.length + unexpected.length > 0)
      throw new Error([...context.problems, ...unexpected].join('\n'));
  }
  global.gc();
  await turn();
  await turn();
}

/** @returns {Promise<boolean>} false: the process is spoilt */
async function sweep(index, start) {
  const { scenario: title, fault } = series[index];
  const scenario = scenarios[title];
  await warmUp(scenario);
  const before = holds();
  for (let nth = start; nth <= most; nth++) {
    tell({ begin: [index, nth] });
    const { context, reached } = await runOnce(scenario, fault, nth);
    const { errors, problems } = context;
    if (problems.length === 0) problems.push(...await leaks(before));
    if (!reached) break;
    tell({
      end: [index, nth],
      outcome: errors.length > 0 ? 'error' : 'success',
      problems,
      told: errors.map((error) => error.message),
    });
    if (problems.length > 0) return false;
  }
  tell({ done: index });
  return true;
}

process.on('uncaughtException', (error) => {
  current.problems.push(`uncaught: ${error.stack}`);
  current.settle();
  current.hangs?.();
});

async function main() {
  if (name !== 'node') inject.hook(native);
  for (let i = first; i < series.length; i++) {
    if (!await sweep(i, i === first ? firstNth : 1)) break;
  }
  process.exit();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
