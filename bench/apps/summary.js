'use strict';
// summary.js: the runs of a scenario as a table: what each side costs, and what it costs on node:net divided by that.

const { median } = require('../summary.js');

const cpu = (used) => used.user + used.system;

/* The median of the ratios within each round, as neighbours in time met the same mood of the machine. */
function ratio(runs, driver, side) {
  const ratios = runs.filter((run) => run.driver === driver && run.side === side).map((run) => {
    const base = runs.find((other) => other.driver === 'node' && other.side === side && other.round === run.round);
    return base === undefined ? NaN : cpu(base) / cpu(run);
  });
  return median(ratios);
}

/**
 * One row for each driver and side.
 * @param {import('./scenarios').Scenario} scenario
 * @param {object[]} runs each with `driver`, `side`, `round`, and what that side used
 */
function summarise(scenario, runs) {
  const rows = [];
  for (const side of ['server', 'client']) {
    for (const driver of ['node', ...scenario.drivers]) {
      const own = runs.filter((run) => run.driver === driver && run.side === side);
      const of = (value) => median(own.map(value));
      rows.push({
        scenario: scenario.name, side, driver, runs: own.length,
        cpu: of((run) => cpu(run) / scenario.operations),
        user: of((run) => run.user / scenario.operations),
        toNode: ratio(runs, driver, side),
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

/** Title, field and digits of each column. */
const COLUMNS = [
  ['CPU us', 'cpu', 0], ['user us', 'user', 0], ['CPU x node', 'toNode', 2], ['mark-compacts', 'major', 0], ['scavenges', 'minor', 0],
  ['pause ms', 'pause', 0], ['heap MB', 'heap', 1],
];

/**
 * The rows as text.
 * @param {import('./scenarios').Scenario} scenario
 * @param {object[]} rows those of summarise()
 */
function table(scenario, rows) {
  const name = ({ side, driver }) => `${side}, ${driver === 'node' ? 'node:net' : driver}`;
  const head = COLUMNS.map(([title]) => title);
  const lines = rows.map((row) => {
    const cells = COLUMNS.map(([title, field, digits]) => number(row[field], digits).padStart(title.length));
    return `  ${name(row).padEnd(21)}  ${cells.join('  ')}`;
  });
  return [`${scenario.name}: ${scenario.title}`, `  ${''.padEnd(21)}  ${head.join('  ')}`, ...lines, ''].join('\n');
}

module.exports = { summarise, table };
