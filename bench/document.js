'use strict';
// document.js: `npm run bench -- --document`: sockets and programs on several Nodes, and of what was measured the
// chart and the tables in docs/performance.md and README.md. What was measured stays in a file for each Node, so that
// the text can be made again without it.

const fs = require('node:fs');
const path = require('node:path');

const { gather, picture, sentence, tables } = require('./figures.js');
const { toSVG } = require('./plot.js');
const { ROOT, ToolError } = require('../tools/run.js');

/** Where the files are, unless one says otherwise. */
const FOLDER = path.join(ROOT, '.cache', 'bench', 'figures');
const SVG = 'figures.svg';

/** The scenarios of sockets that the document shows, by how their names begin. */
const SOCKETS = [
  'echo',
  'pipelined',
  'latency',
  'pipe',
  'relay',
  'sink',
  'source',
  'string',
  'corked',
  'onread',
  'churn',
  'client-churn',
  'idle',
];

const isShown = ({ name }) => SOCKETS.some((begin) => name.startsWith(begin));

/** The Node lines that it is about. */
const LINES = ['20', '26'];

/** What is between these two lines is written here, and nowhere else. */
const BEGIN = '<!-- figures: npm run bench -- --document -->';
const END = '<!-- end of the figures -->';

/**
 * Puts a text between the two marks.
 * @param {string} file
 * @param {string} text
 */
function replace(file, text) {
  const old = fs.readFileSync(file, 'utf8');
  const [begin, end] = [old.indexOf(BEGIN), old.indexOf(END)];
  if (begin === -1 || end < begin) throw new ToolError(`${file} lacks the marks between which the figures stand: ${BEGIN} … ${END}`);
  fs.writeFileSync(file, `${old.slice(0, begin + BEGIN.length)}\n${text}\n${old.slice(end)}`);
}

const byVersion = (one, other) => one.node.localeCompare(other.node, 'en', { numeric: true });

/* What the files say, the oldest Node first. */
function readFigures(folder) {
  const names = fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  if (names.length === 0) throw new ToolError(`${folder} has no figures`);
  const all = names.map((name) => JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')));
  return all.map((one) => ({ ...one, node: `Node ${Number.parseInt(one.machine.node.slice(1), 10)}` })).sort(byVersion);
}

/** Columns of a paragraph. */
const WIDTH = 120;

/* A text in lines. */
function wrap(text) {
  const lines = [];
  for (const word of text.split(' ')) {
    if (lines.length > 0 && lines.at(-1).length + 1 + word.length <= WIDTH) lines.push(`${lines.pop()} ${word}`);
    else lines.push(word);
  }
  return lines.join('\n');
}

function about(all) {
  const [{ machine: { cpu, cpus, system, date }, settings: { runs } }] = all;
  const versions = all.map(({ machine }) => machine.node.slice(1)).join(' and ');
  return (
    `${cpu}, ${cpus} CPUs, ${system}, Node ${versions}, ${date.slice(0, 10)}; ${runs === 1 ? 'one round' : `medians of ${runs} rounds`}. ` +
    'A cost is that of cnet: CPU time in microseconds, of idle connections bytes.'
  );
}

/**
 * Writes chart and tables.
 * @param {{ from?: string, into?: string }} [options] `from`: the folder of the figures; `into`: a folder with
 *   README.md and docs/
 */
async function writeDocument({ from = FOLDER, into = ROOT } = {}) {
  const all = readFigures(from);
  const nodes = all.map(({ node }) => node);
  const rows = gather(all[0].groups, all);
  const said = wrap(sentence(rows, nodes));
  const chart = (folder) => `![Where cnet is faster, equal, slower](${folder}${SVG})`;
  fs.writeFileSync(path.join(into, 'docs', SVG), await toSVG(picture(rows, nodes)));
  const parts = [said, chart(''), wrap(about(all)), tables(rows, nodes)];
  replace(path.join(into, 'docs', 'performance.md'), parts.join('\n\n'));
  replace(path.join(into, 'README.md'), `${said}\n\n${chart('docs/')}`);
}

/* The rows of scenarios that were measured now, and those of the others as they were. */
function mergeRows(kept, rows) {
  const measured = new Set(rows.map(({ scenario }) => scenario));
  return [...kept.filter(({ scenario }) => !measured.has(scenario)), ...rows];
}

/**
 * Keeps what was measured on a Node. A scenario that was not measured now stays as it was, so that those that a change
 * is about can be measured alone.
 * @param {{ machine: object, settings: object, groups: object[], sockets: object[], programs: object[] }} figures
 * @param {string} [folder]
 */
function keepFigures(figures, folder = FOLDER) {
  const file = path.join(folder, `${figures.machine.node}.json`);
  const kept = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : { sockets: [], programs: [] };
  const sockets = mergeRows(kept.sockets, figures.sockets);
  const programs = mergeRows(kept.programs, figures.programs);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify({ ...figures, sockets, programs }, null, 1)}\n`);
}

module.exports = { LINES, isShown, keepFigures, writeDocument };
