'use strict';
// sockets.js: scenarios x drivers, round by round.

const { measure } = require('./measure.js');
const { summarise, table } = require('./summary.js');

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

/**
 * Runs scenarios, and shows each as a table.
 * @param {object[]} list of scenarios.js
 * @param {object[]} chosen drivers
 * @param {{ runs: number, warmup: number, seconds: number }} settings
 * @returns {Promise<{ runs: object[], summary: object[] }>} every run, and the rows of all
 */
async function runSockets(list, chosen, settings) {
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

module.exports = { runSockets };
