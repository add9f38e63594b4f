'use strict';
// against.js: `npm run bench -- --against=DIR`: this tree beside another checkout of cnet, in pairs of runs that
// follow each other; with
// --instructions by what callgrind counts rather than by CPU time.

const fs = require('node:fs');
const path = require('node:path');

const { treeDrivers } = require('./drivers.js');
const { canCount, countInstructions, needCallgrind } = require('./instructions.js');
const { measure } = require('./measure.js');
const { median } = require('./summary.js');
const { ToolError } = require('../tools/run.js');

/** Pairs of each scenario, unless --runs says otherwise; of instructions, which differ little, one. */
const PAIRS = 7;
/** How much more a scenario may cost before its row says so. */
const ALLOWED = 0.03;

/** What an operation costs: instructions, or CPU time in microseconds, or for idle connections bytes of RSS. */
const cost = ({ kind }, run) =>
  run.instructions ?? (kind === 'memory' ? run.rss : (run.user + run.system) / run.messages);

/* Every second pair begins with the other, so that a machine that gets slower favours neither. */
async function runPair(scenario, drivers, run, round) {
  const order = round % 2 === 0 ? drivers : [...drivers].reverse();
  const pair = {};
  for (const driver of order) pair[driver.name] = await run(scenario, driver);
  return pair;
}

/* A value that so large a part of the sorted ones is not above. */
function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * part)];
}

/**
 * The pairs of a scenario as one row.
 * @param {object} scenario
 * @param {{ before: object, now: object }[]} pairs results of measure()
 * @returns {object} `ratio`: cost before / cost now, the median of the pairs, with its quartiles `low` and `high`
 */
function summarise(scenario, pairs) {
  const all = pairs.flatMap(({ before, now }) => [before, now]);
  const missing = all.find((run) => run.error !== undefined || run.absent !== undefined);
  if (missing !== undefined) return { scenario: scenario.name, error: missing.error ?? missing.absent };
  const lost = all.reduce((sum, run) => sum + (run.lost ?? 0) + (run.wrong ?? 0), 0);
  const ratios = pairs.map(({ before, now }) => cost(scenario, before) / cost(scenario, now));
  const [low, ratio, high] = [quantile(ratios, 0.25), median(ratios), quantile(ratios, 0.75)];
  const of = (name) => median(pairs.map((pair) => cost(scenario, pair[name])));
  return {
    scenario: scenario.name, pairs: pairs.length, before: of('before'), now: of('now'), low, ratio, high, lost,
    worse: ratio < 1 / (1 + ALLOWED),
  };
}

const number = (value) => value.toLocaleString('en', { maximumSignificantDigits: 4 });

/* A row as text. Where the quartiles lie on both sides of 1, the difference may be the machine's. */
function line(row) {
  const name = row.scenario.padEnd(24);
  if (row.error !== undefined) return `${name} FAILED: ${row.error.split('\n').slice(0, 4).join(' | ')}`;
  const ratios = [row.ratio, row.low, row.high].map((value) => value.toFixed(3).padStart(7)).join('');
  const words = [];
  if (row.lost > 0) words.push(`LOST OR WRONG: ${row.lost}`);
  if (row.worse) words.push(row.high < 1 ? 'WORSE' : 'worse, or noise');
  return `${name} ${number(row.before).padStart(10)} ${number(row.now).padStart(10)} ${ratios}  ${words.join(', ')}`.trimEnd();
}

const head = (cost) => `${cost.padEnd(24)} ${'before'.padStart(10)} ${'now'.padStart(10)}  before/now, quartiles`;

/**
 * The folder of the other tree, which must have been built.
 * @param {string} tree
 */
function checkTree(tree) {
  const folder = path.resolve(tree);
  if (!fs.existsSync(path.join(folder, 'lib', 'index.js'))) throw new ToolError(`${folder} is no checkout of cnet`);
  if (!fs.existsSync(path.join(folder, 'build', 'Release', 'cnet.node')))
    throw new ToolError(`${folder} is not built: npm run build`);
  return folder;
}

/**
 * Measures, and prints a row for each scenario.
 * @param {object[]} list of scenarios
 * @param {{ tree: string, node: string, pairs?: number, instructions?: boolean, settings: object }} how
 * @returns {Promise<object[]>} the rows
 */
async function runAgainst(list, { tree, node, pairs, instructions, settings }) {
  const drivers = treeDrivers(node, tree);
  const run = instructions ? countInstructions : (scenario, driver) => measure(scenario, driver, settings);
  const most = pairs ?? (instructions ? 1 : PAIRS);
  if (instructions) needCallgrind();
  console.log(head(instructions ? 'instructions' : 'CPU us; idle: bytes'));
  const rows = [];
  for (const scenario of instructions ? list.filter(canCount) : list) {
    const results = [];
    for (let round = 0; round < most; round++) results.push(await runPair(scenario, drivers, run, round));
    const row = summarise(scenario, results);
    console.log(line(row));
    rows.push(row);
  }
  return rows;
}

module.exports = { checkTree, line, runAgainst, summarise };
