'use strict';
// index.js: `npm run bench -- --apps`: programs from npm over node:net and over cnet. Their packages are in bench/apps/package-lock.json.

const { measure } = require('./measure.js');
const { scenarios } = require('./scenarios.js');
const { summarise, table } = require('./summary.js');
const { ensurePackages } = require('../../tools/ensure.js');

/* In each round node:net on both sides, then each driver on one side with node:net on the other, which costs the same for all. */
async function runScenario(scenario, { node, runs: rounds }) {
  const runs = [];
  for (let round = 1; round <= rounds; round++) {
    const base = await measure(scenario, { node, server: 'node', client: 'node' });
    for (const side of ['server', 'client']) {
      runs.push({ driver: 'node', side, round, ...base[side] });
      for (const driver of scenario.drivers) {
        const used = await measure(scenario, { node, server: 'node', client: 'node', [side]: driver });
        runs.push({ driver, side, round, ...used[side] });
      }
    }
  }
  return runs;
}

/**
 * Runs scenarios, and shows each as a table.
 * @param {import('./scenarios').Scenario[]} list
 * @param {{ node: string, runs: number }} settings
 * @returns {Promise<object[]>} the rows of all
 */
async function runApps(list, settings) {
  await ensurePackages(__dirname);
  const summary = [];
  for (const scenario of list) {
    const rows = summarise(scenario, await runScenario(scenario, settings));
    console.log(table(scenario, rows));
    summary.push(...rows);
  }
  return summary;
}

module.exports = { runApps, scenarios };
