'use strict';
// summary.js: many runs of a scenario as one row for each driver, and the rows as a table.

function median(values) {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** What of a run says how good it was; more is better. */
const MERIT = {
  server: (run) => run.messages / run.seconds,
  client: (run) => run.messages / run.seconds,
  micro: (run) => run.messages / run.seconds,
  memory: (run) => 1 / run.rss,
};

const cpu = (run) => (run.user + run.system) / run.messages;

const isGood = (run) => run !== undefined && run.error === undefined && run.absent === undefined;

/* The median of the ratios within each round, as neighbours in time met the same mood of the machine. */
function ratio(runs, driver, other, value) {
  const of = (name, round) => runs.find((run) => run.driver === name && run.round === round && isGood(run));
  const ratios = runs.filter((run) => run.driver === driver && isGood(run)).map((run) => {
    const base = of(other, run.round);
    return base === undefined || base.rules !== run.rules ? NaN : value(run) / value(base);
  });
  return median(ratios);
}

/**
 * One row for each driver that ran.
 * @param {object} scenario
 * @param {object[]} runs of this scenario, each with `driver` and `round`
 */
function summarise(scenario, runs) {
  return [...new Set(runs.map((run) => run.driver))].map((driver) => {
    const own = runs.filter((run) => run.driver === driver);
    const good = own.filter(isGood);
    const of = (value) => median(good.map(value));
    const merit = MERIT[scenario.kind];
    return {
      scenario: scenario.name,
      driver,
      runs: good.length,
      error: own.find((run) => run.error !== undefined)?.error,
      absent: own.find((run) => run.absent !== undefined)?.absent,
      rate: of((run) => run.messages / run.seconds),
      megabytes: of((run) => run.bytes / run.seconds / 1e6),
      toNode: ratio(runs, driver, 'node', merit),
      toEpoll: ratio(runs, driver, 'epoll', merit),
      cpuToNode: 1 / ratio(runs, driver, 'node', cpu),
      user: of((run) => run.user / run.messages),
      system: of((run) => run.system / run.messages),
      p50: of((run) => run.p50),
      p99: of((run) => run.p99),
      lost: good.reduce((sum, run) => sum + (run.lost ?? 0) + (run.wrong ?? 0), 0),
      rss: of((run) => run.rss),
      heap: of((run) => run.heap),
      young: of((run) => run.young),
      file: of((run) => run.file),
      rules: of((run) => run.rules),
      bytesPerRule: of((run) => run.bytesPerRule),
    };
  });
}

const number = (digits) => (value) =>
  Number.isFinite(value)
    ? value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
    : '-';

/** The columns of each kind: title, field, and how it is written. */
const LOAD_COLUMNS = [
  ['msg/s', 'rate', number(0)],
  ['MB/s', 'megabytes', number(1)],
  ['x node', 'toNode', number(2)],
  ['x epoll', 'toEpoll', number(2)],
  ['CPU x node', 'cpuToNode', number(2)],
  ['user us', 'user', number(2)],
  ['system us', 'system', number(2)],
  ['p50 us', 'p50', number(0)],
  ['p99 us', 'p99', number(0)],
];
const COLUMNS = {
  server: LOAD_COLUMNS,
  client: LOAD_COLUMNS,
  memory: [['RSS B', 'rss', number(0)], ['heap B', 'heap', number(0)], ['young B', 'young', number(0)],
    ['file B', 'file', number(0)], ['x node', 'toNode', number(2)], ['x epoll', 'toEpoll', number(2)]],
  micro: [['calls/s', 'rate', number(0)], ['ns', 'rate', (rate) => number(rate > 1e6 ? 1 : 0)(1e9 / rate)],
    ['x node', 'toNode', number(2)]],
};
const RULE_COLUMNS = [['rules', 'rules', number(0)], ['B/rule', 'bytesPerRule', number(0)]];

/* Below this many rules the pages of the process weigh more than the rules. */
const RULES_TO_WEIGH = 100000;

function columns(scenario) {
  const { rules } = scenario.options;
  if (rules === undefined) return COLUMNS[scenario.kind];
  return [...COLUMNS.micro, ...RULE_COLUMNS.slice(0, rules < RULES_TO_WEIGH ? 1 : 2)];
}

/* Words for what the numbers do not say; the first lines of an error are enough to know where to look. */
function remark(scenario, row) {
  const { rules } = scenario.options;
  if (row.error !== undefined) return `  FAILED: ${row.error.split('\n').slice(0, 6).join(' | ')}`;
  if (row.absent !== undefined) return `  ${row.absent}`;
  if (row.lost > 0) return `  LOST OR WRONG: ${row.lost}`;
  return row.rules < rules ? `  filling it further would take too long` : '';
}

/**
 * The rows as text.
 * @param {object} scenario
 * @param {object[]} rows those of summarise()
 */
function table(scenario, rows) {
  const shown = columns(scenario);
  const cells = [['', ...shown.map(([title]) => title)]];
  for (const row of rows) cells.push([row.driver, ...shown.map(([, field, write]) => write(row[field]))]);
  const widths = cells[0].map((_, i) => Math.max(...cells.map((line) => line[i].length), i === 0 ? 9 : 0));
  const lines = cells.map((line, i) => {
    const text = line.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]) : cell.padStart(widths[k]))).join('  ');
    return `  ${text}${i === 0 ? '' : remark(scenario, rows[i - 1])}`;
  });
  return `${scenario.name}: ${scenario.title}\n${lines.join('\n')}\n`;
}

module.exports = { median, summarise, table };
