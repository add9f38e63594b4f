'use strict';
// startup.js: `npm run bench -- --startup`: what it takes to have cnet at all: a process that loads it and ends,
// beside one that loads Node's. Each round runs every program once, each in a fresh process; a row is the median of
// the rounds' differences.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { ToolError } = require('../tools/run.js');

const LIB = path.join(__dirname, '..', 'lib');
const RUNS = 25;
const MEGABYTE = 1024 * 1024;

/** What each program says of itself when it has loaded what it is to load. */
const REPORT = `
const { user, system } = process.cpuUsage();
const rss = process.memoryUsage.rss();
let own = NaN;
try {
  own = Number(/^RssAnon:\\s+(\\d+)/m.exec(require('fs').readFileSync('/proc/self/status', 'latin1'))[1]) * 1024;
} catch {} // not on Linux
require('fs').writeSync(1, JSON.stringify({ cpu: (user + system) / 1000, rss, own }));
`;

const HOOKS = `require('module').register('data:text/javascript,export const resolve = (name, context, next) => next(name, context)');`;

/** @typedef {{ name: string, base?: string, flags?: string[], code: string }} Program */

/** @returns {Program[]} `base` names the one that a program is compared with */
function programs(hasThread) {
  const flag = (name) => ['-r', path.join(LIB, name)];
  const thread = {
    name: "module.register(), a thread of Node's",
    base: "require('net')",
    code: `${HOOKS}\nrequire('net');`,
  };
  return [
    { name: "require('net')", code: "require('net');" },
    { name: "require('http')", code: "require('http');" },
    { name: "require('https')", code: "require('https');" },
    {
      name: "require('cnet')",
      base: "require('net')",
      code: `require(${JSON.stringify(path.join(LIB, 'index.js'))});`,
    },
    { name: '-r cnet/register', base: "require('net')", flags: flag('register.js'), code: "require('net');" },
    {
      name: '-r cnet/register-http',
      base: "require('http')",
      flags: flag('register-http.js'),
      code: "require('http');",
    },
    {
      name: '-r cnet/register-http, https',
      base: "require('https')",
      flags: flag('register-http.js'),
      code: "require('https');",
    },
    ...(hasThread ? [thread] : []),
  ];
}

function runOnce(node, program, file) {
  const begin = process.hrtime.bigint();
  const { status, stdout, stderr } = spawnSync(node, [...(program.flags ?? []), file], { encoding: 'utf8' });
  const wall = Number(process.hrtime.bigint() - begin) / 1e6;
  if (status !== 0) throw new ToolError(`${program.name}: ${stderr}`);
  return { wall, ...JSON.parse(stdout) };
}

/** @returns {{ [name: string]: { wall: number, cpu: number, rss: number, own: number } }[]} one for each round */
function runAll(node, list, runs) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-startup-'));
  try {
    const files = list.map(({ code }, index) => {
      const file = path.join(dir, `program-${index}.js`);
      fs.writeFileSync(file, code + REPORT);
      return file;
    });
    const round = () =>
      Object.fromEntries(list.map((program, index) => [program.name, runOnce(node, program, files[index])]));
    round(); // the files are in the kernel's cache from here on
    return Array.from({ length: runs }, round);
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function summarise(list, rounds) {
  return list.filter(({ base }) => base !== undefined).map(({ name, base }) => {
    const row = { name, base };
    for (const what of ['wall', 'cpu', 'rss', 'own']) {
      row[what] = median(rounds.map((round) => round[name][what] - round[base][what]));
      row[`${what}Ratio`] = median(rounds.map((round) => round[name][what] / round[base][what]));
    }
    return row;
  });
}

const time = (value, ratio) => `${value.toFixed(1).padStart(7)} ms ${ratio.toFixed(2)}x`;
const memory = (value, ratio) => `${(value / MEGABYTE).toFixed(1).padStart(6)} MB ${ratio.toFixed(2)}x`;

function format(row) {
  const times = [time(row.wall, row.wallRatio), time(row.cpu, row.cpuRatio)];
  return [row.name.padEnd(40), ...times, memory(row.rss, row.rssRatio), memory(row.own, row.ownRatio)].join('  ');
}

/**
 * Measures, and prints a table: what a program takes more than the one that it is compared with.
 * @param {{ node: string, runs?: number }} settings
 * @returns {object[]} the rows
 */
function runStartup({ node, runs = RUNS }) {
  const asked = spawnSync(node, [
    '-p',
    "typeof require('module').registerHooks !== 'function' && 'register' in require('module')",
  ]);
  const list = programs(String(asked.stdout).trim() === 'true');
  const rows = summarise(list, runAll(node, list, runs));
  console.log(
    `${'over the same on node:net'.padEnd(40)}  ${'time'.padEnd(16)}  ${'CPU'.padEnd(16)}  ${'resident'.padEnd(15)}  private`,
  );
  for (const row of rows) console.log(format(row));
  return rows;
}

module.exports = { runStartup };
