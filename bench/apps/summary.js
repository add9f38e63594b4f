'use strict';
// summary.js: the runs of a scenario as a table: what each side costs, and what it costs on node:net divided by that.

const { median } = require('../summary.js');

/** The sides of a scenario that does not say which ones can be on cnet. */
const BOTH = ['server', 'client'];

/* What an operation costs: instructions where they were counted, else CPU time. */
const cost = (used) => (used.instructions ?? used.user + used.system) / used.operations;

/* Operations in a second. */
const rate = (used) => (used.operations * 1000) / used.time;

/* The median of the ratios within each round, as neighbours in time met the same mood of the machine. */
function ratio(runs, driver, side, value) {
  const ratios = runs.filter((run) => run.driver === driver && run.side === side).map((run) => {
    const base = runs.find((other) => other.driver === 'node' && other.side === side && other.round === run.round);
    return base === undefined ? NaN : value(base) / value(run);
  });
  return median(ratios);
}

/**
 * One row for each driver and side.
 * @param {import('./scenarios').Scenario} scenario
 * @param {object[]} runs each with `driver`, `side`, `round`, and what that side used
 */
function summarise(scenario, runs) {
  const counted = runs.some(({ instructions }) => instructions !== undefined);
  const rows = [];
  for (const side of scenario.sides ?? BOTH) {
    for (const driver of ['node', ...scenario.drivers]) {
      const own = runs.filter((run) => run.driver === driver && run.side === side);
      const of = (value) => median(own.map(value));
      rows.push({
        scenario: scenario.name, side, driver, runs: own.length,
        [counted ? 'instructions' : 'cpu']: of(cost),
        toNode: ratio(runs, driver, side, cost),
        rate: of(rate),
        rateToNode: 1 / ratio(runs, driver, side, rate),
        user: of((run) => run.user / run.operations),
        major: of((run) => run.major),
        minor: of((run) => run.minor),
        pause: of((run) => run.pause),
        heap: of((run) => run.heap / 2 ** 20),
      });
    }
  }
  return rows;
}

const number = (value, digits) => (Number.isFinite(value) ? value.toFixed(digits) : '-');

const NAME_WIDTH = 'server, register+register-http'.length;

/** Title, field and digits of each column. */
const TIMES = [
  ['CPU us', 'cpu', 0],
  ['user us', 'user', 0],
  ['CPU x node', 'toNode', 2],
  ['op/s', 'rate', 0],
  ['rate x node', 'rateToNode', 2],
  ['mark-compacts', 'major', 0],
  ['scavenges', 'minor', 0],
  ['pause ms', 'pause', 0],
  ['heap MB', 'heap', 1],
];
const COUNTS = [['instructions', 'instructions', 0], ['x node', 'toNode', 3]];

/**
 * The rows as text.
 * @param {import('./scenarios').Scenario} scenario
 * @param {object[]} rows those of summarise()
 */
function table(scenario, rows) {
  const title = `${scenario.name}: ${scenario.title}`;
  const [{ error, leftOut, instructions }] = rows;
  if (error !== undefined) return `${title}\n  FAILED: ${error}\n`;
  if (leftOut !== undefined) return `${title}\n  left out: ${leftOut}\n`;
  const columns = instructions === undefined ? TIMES : COUNTS;
  const name = ({ side, driver }) => `${side}, ${driver === 'node' ? 'node:net' : driver}`;
  const head = columns.map(([title]) => title);
  const lines = rows.map((row) => {
    const cells = columns.map(([title, field, digits]) => number(row[field], digits).padStart(title.length));
    return `  ${name(row).padEnd(NAME_WIDTH)}  ${cells.join('  ')}`;
  });
  return [title, `  ${''.padEnd(NAME_WIDTH)}  ${head.join('  ')}`, ...lines, ''].join('\n');
}

module.exports = { BOTH, summarise, table };
