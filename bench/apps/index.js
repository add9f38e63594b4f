'use strict';
// index.js: `npm run bench -- --apps`: programs from npm over node:net and over cnet. Their packages are in
// bench/apps/package-lock.json.

const { isHere, lacking } = require('./commands.js');
const { countSide, measure, measureThreads } = require('./measure.js');
const { groups, scenarios } = require('./scenarios.js');
const { BOTH, summarise, table } = require('./summary.js');
const { needCallgrind } = require('../instructions.js');
const { ensurePackages } = require('../../tools/ensure.js');

const NODE_ON_BOTH = { server: 'node', client: 'node' };

/*
 * In each round node:net on both sides, and each driver on one side with node:net on the other, which costs the same
 * for all; every second round in the other order, so that a machine that gets slower favours none.
 */
async function measureScenario(scenario, { node, runs: rounds }) {
  const sides = scenario.sides ?? BOTH;
  const forms = [
    { driver: 'node', of: sides },
    ...sides.flatMap((side) => scenario.drivers.map((driver) => ({ driver, of: [side] }))),
  ];
  const runs = [];
  for (let round = 1; round <= rounds; round++) {
    for (const { driver, of } of round % 2 === 1 ? forms : [...forms].reverse()) {
      const one = driver === 'node' ? {} : { [of[0]]: driver };
      const used = await measure(scenario, { node, ...NODE_ON_BOTH, ...one });
      runs.push(...of.map((side) => ({ driver, side, round, ...used[side] })));
    }
  }
  return runs;
}

/* One side of one run at a time, as callgrind has to slow it down. */
async function countScenario(scenario, { node, runs: rounds }) {
  const runs = [];
  for (let round = 1; round <= rounds; round++) {
    for (const side of scenario.sides ?? BOTH) {
      for (const driver of ['node', ...scenario.drivers]) {
        const counted = await countSide(scenario, { node, ...NODE_ON_BOTH, [side]: driver }, side);
        runs.push({ driver, side, round, ...counted });
      }
    }
  }
  return runs;
}

/** What becomes of a scenario: a shorter one for --quick; the least that shows that it runs for --smoke;
 * for callgrind few operations, and a client that does just as many. */
const FORMS = {
  quick: ({ operations, options, ...scenario }) => ({
    ...scenario,
    operations: Math.ceil(operations / 5),
    options: { ...options, seconds: 1 },
  }),
  smoke: ({ operations, options, ...scenario }) => ({
    ...scenario,
    operations: Math.max(Math.ceil(operations / 800), options?.atOnce ?? 1),
    warmup: 0,
    options: { ...options, seconds: 1 },
  }),
  instructions: ({ operations, options, ...scenario }) => ({
    ...scenario,
    operations: Math.max(Math.ceil(operations / 20), options?.atOnce ?? 1),
    options: { ...options, generator: undefined },
  }),
};

const inForm = (scenario, settings) => {
  const form = Object.keys(FORMS).find((name) => settings[name]);
  return form === undefined ? scenario : FORMS[form](scenario);
};

/* A client of Node's does what a load generator that is not there would. */
function tellLacking(list) {
  const generators = list
    .map(({ options }) => options?.generator)
    .filter((name) => name !== undefined && !isHere(name));
  if (generators.length > 0) console.log(`${lacking([...new Set(generators)])}. Clients on Node make the load instead.\n`);
}

/* The rows of a scenario; one that fails, or that lacks a program of the machine, has a single row, which says so. */
async function rowsOf(scenario, settings) {
  const leftOut = lacking(scenario.needs ?? []);
  if (leftOut !== undefined) return [{ scenario: scenario.name, leftOut }];
  const run = settings.instructions ? countScenario : measureScenario;
  try {
    return summarise(scenario, await run(inForm(scenario, settings), settings));
  } catch (error) {
    return [{ scenario: scenario.name, error: error.message }];
  }
}

/**
 * Runs scenarios, and shows each as a table.
 * @param {import('./scenarios').Scenario[]} list
 * @param {{ node: string, runs: number, quick?: boolean, instructions?: boolean }} settings
 * @returns {Promise<object[]>} the rows of all
 */
async function runApps(list, settings) {
  if (settings.instructions) needCallgrind();
  await ensurePackages(__dirname);
  if (!settings.instructions) tellLacking(list);
  const summary = [];
  for (const scenario of list) {
    const rows = await rowsOf(scenario, settings);
    console.log(table(scenario, rows));
    summary.push(...rows);
  }
  return summary;
}

/* The entry on each side that can have it: whether these work together, and the scenario at all. */
async function tryScenario(scenario, node) {
  const driver = scenario.drivers.at(-1);
  const how = Object.fromEntries((scenario.sides ?? BOTH).map((side) => [side, driver]));
  try {
    await measure(inForm(scenario, { smoke: true }), { node, ...NODE_ON_BOTH, ...how });
    return 'passed';
  } catch (error) {
    console.log(`${scenario.name}: FAILED: ${error.message}`);
    return 'failed';
  }
}

/**
 * Runs each scenario once with a few operations on cnet, without measuring: whether it works.
 * @param {import('./scenarios').Scenario[]} list
 * @param {{ node: string }} settings
 * @returns {Promise<{ passed: number, failed: number, pending: number }>}
 */
async function smokeApps(list, { node }) {
  await ensurePackages(__dirname);
  const counts = { passed: 0, failed: 0, pending: 0 };
  for (const scenario of list) {
    const leftOut = lacking(scenario.needs ?? []);
    const outcome = leftOut === undefined ? await tryScenario(scenario, node) : 'pending';
    if (outcome === 'pending') console.log(`${scenario.name}: left out: ${leftOut}`);
    counts[outcome]++;
  }
  return counts;
}

module.exports = { groups, lacking, measureThreads, runApps, scenarios, smokeApps };
