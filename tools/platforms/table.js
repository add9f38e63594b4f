'use strict';
// table.js: `npm run platforms`: writes the table of docs/platforms.md, from what is recorded of each platform in
// test/platforms/ran/<name>.json: how many tests of a feature passed there, and why others were left out.
//   node tools/platforms/table.js                    writes the table
//   node tools/platforms/table.js --collect NAMES    before it, records what the last runs on these platforms reported

const fs = require('node:fs');
const path = require('node:path');

const { readLedger, readReport, testFiles } = require('../known-failures.js');
const { ROOT, ToolError, tool } = require('../run.js');
const { FEATURES, NOT_OF_PLATFORM, featuresOf } = require('./features.js');
const { CACHE, FOLDERS, MACHINES } = require('./machines.js');

const PAGE = 'docs/platforms.md';
const BEGIN = '<!-- what the tests left out: npm run platforms writes it -->';
const END = '<!-- end of what the tests left out -->';

/** Of a test that was left out without a word. */
const NO_REASON = 'the test does not say why';

const dataFile = (name) => path.join(ROOT, 'test', 'platforms', 'ran', `${name}.json`);
const ledgerFile = (name) => path.join(ROOT, 'test', 'platforms', `${name}.json`);

/* --- recording --------------------------------------------------------------------------------------------------- */

/* What came of the tests of a file that belong to a feature. */
function countsOf({ titles = /^/ }, ledger, file, result) {
  const counts = { passed: result.passed.filter((title) => titles.test(title)).length, known: {}, leftOut: {} };
  const add = (to, reason) => { to[reason] = (to[reason] ?? 0) + 1; };
  for (const { title, reason } of result.pending) if (titles.test(title)) add(counts.leftOut, reason || NO_REASON);
  for (const { title } of result.failed) {
    const entry = ledger.find((known) => known.file === file && known.title === title);
    if (titles.test(title) && entry) add(counts.known, entry.reason);
  }
  return counts;
}

const isEmpty = ({ passed, known, leftOut }) => passed + Object.keys(known).length + Object.keys(leftOut).length === 0;

/**
 * Records what came of some files on a platform; what is known of others stays.
 * @param {string} name
 * @param {string} version of Node
 * @param {Array<{ file: string, result: { passed: string[], failed: object[], pending: object[] } }>} results
 */
function recordRan(name, version, results) {
  const target = dataFile(name);
  const ledger = readLedger(ledgerFile(name));
  const { features: before } = fs.existsSync(target) ? JSON.parse(fs.readFileSync(target, 'utf8')) : { features: {} };
  const features = {};
  for (const { name: feature } of FEATURES) features[feature] = { ...before[feature] };
  for (const { file, result } of results) {
    for (const feature of featuresOf(file)) {
      const counts = countsOf(feature, ledger, file, result);
      if (isEmpty(counts)) delete features[feature.name][file];
      else features[feature.name][file] = counts;
    }
  }
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, `${JSON.stringify({ node: version, features }, null, 1)}\n`);
}

/* What the last run on a platform has reported of each file. */
function collect(name) {
  const reports = testFiles(FOLDERS).map((file) => ({ file, result: readReport(path.join(CACHE, name), file) }));
  recordRan(name, MACHINES[name].node.version, reports.filter(({ result }) => result !== null));
}

/* --- the table --------------------------------------------------------------------------------------------------- */

const readData = (name) => (fs.existsSync(dataFile(name)) ? JSON.parse(fs.readFileSync(dataFile(name), 'utf8')) : null);

/* The sum over the files of a feature: what was tried, but for what the machine lacked, and what of it passed. */
function sum(files = {}) {
  const total = { passed: 0, tried: 0, reasons: new Map() };
  for (const { passed, known, leftOut } of Object.values(files)) {
    total.passed += passed;
    total.tried += passed;
    for (const [reason, count] of [...Object.entries(known), ...Object.entries(leftOut)]) {
      if (NOT_OF_PLATFORM.test(reason)) continue;
      total.tried += count;
      total.reasons.set(reason, (total.reasons.get(reason) ?? 0) + count);
    }
  }
  return total;
}

/* `isWhole`: every file that has tests of it was run. */
function cell({ passed, tried }, isWhole) {
  if (tried === 0) return '';
  if (passed < tried) return passed === 0 ? 'no' : `${passed} of ${tried}`;
  return isWhole ? 'yes' : 'yes, in part';
}

const row = (cells) => `| ${cells.join(' | ')} |`;

/* Why tests were left out on a platform, the most frequent reason first. */
function reasonsOf({ features }) {
  const all = new Map();
  for (const files of Object.values(features)) {
    for (const [reason, count] of sum(files).reasons) all.set(reason, Math.max(all.get(reason) ?? 0, count));
  }
  return [...all.keys()].sort((a, b) => all.get(b) - all.get(a) || (a < b ? -1 : 1));
}

/* A list in lines of at most 118 columns. */
function list(items) {
  const lines = ['-'];
  for (const word of items.join('; ').split(' ')) {
    if (lines.at(-1).length + word.length > 116) lines.push(' ');
    lines.push(`${lines.pop()} ${word}`);
  }
  return lines.join('\n');
}

/* What a reason is in a document: no markup of its own. */
const plain = (reason) => reason.replace(/\.$/, '').replace(/([<>*_|[\]`])/g, '\\$1');

/* What a platform has no word about in the table. */
function untried({ name, features }) {
  const names = FEATURES.filter((feature) => sum(features[feature.name]).tried === 0).map((feature) => feature.name);
  return names.length === 0 ? [] : [list([`${name}: ${names.join(', ')}`])];
}

/** @returns {string} the part of the page that is made: the table, and why tests were left out */
function render() {
  const data = Object.keys(MACHINES).map((name) => ({ name, ...readData(name) })).filter(({ features }) => features);
  const head = [row(['feature', ...data.map(({ name }) => name)]), row(['---', ...data.map(() => '---')])];
  const rows = FEATURES.map(({ name }) => {
    const files = new Set(data.flatMap(({ features }) => Object.keys(features[name] ?? {})));
    const isWhole = ({ features }) => Object.keys(features[name] ?? {}).length === files.size;
    return row([name, ...data.map((one) => cell(sum(one.features[name]), isWhole(one)))]);
  });
  const why = data.flatMap(({ name, node, features }) => {
    const reasons = reasonsOf({ features });
    if (reasons.length === 0) return [];
    return ['', `On ${name}, with Node ${node}, tests were left out for these reasons, or fail for them:`, '',
      ...reasons.map((reason) => list([plain(reason)]))];
  });
  const empty = data.flatMap(untried);
  const not = empty.length === 0 ? [] : ['', 'Not tried yet, as the cells without a word say:', '', ...empty];
  return [BEGIN, '', ...head, ...rows, ...not, ...why, '', END].join('\n');
}

/** @returns {string} the page with the part that is made */
function fill(page) {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < 0) throw new ToolError(`${PAGE} has no place for the table`);
  return page.slice(0, begin) + render() + page.slice(end + END.length);
}

/** Writes the table of the page. */
function write() {
  const file = path.join(ROOT, PAGE);
  fs.writeFileSync(file, fill(fs.readFileSync(file, 'utf8')));
}

module.exports = { PAGE, fill, recordRan, write };

if (require.main === module) {
  tool(async () => {
    const [flag, ...names] = process.argv.slice(2);
    if ((flag !== undefined && flag !== '--collect') || names.some((name) => MACHINES[name] === undefined))
      throw new ToolError(`usage: node tools/platforms/table.js [--collect ${Object.keys(MACHINES).join('|')}...]`);
    names.forEach(collect);
    write();
  });
}
