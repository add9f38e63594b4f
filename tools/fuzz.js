'use strict';
// fuzz.js: `npm run fuzz -- [--seconds N] [--seed N] [--runs N] [--only target]`: random input against slow references.
//   ip, path, block-list, proxy   the parsers and rules in C under libFuzzer, AddressSanitizer and UBSan: test/fuzz/*.c
//   text                   what reads text in JavaScript, beside node:net: test/fuzz/text.js
//   api                    random operations on sockets and servers, beside node:net: test/fuzz/api.js
// The seconds are for all targets together. The last line is `N passed, N failed`: each target is one. The programs and
// what they have learnt are kept in build-fuzz/.

const fs = require('node:fs');
const path = require('node:path');

const { compilerArgs, ourSources } = require('./c-files.js');
const { ensure } = require('./ensure.js');
const { ROOT, ToolError, run, tool } = require('./run.js');
const { summary } = require('./mocha.js');
const { needFuzzer } = require('./need.js');
const { getNode, VERSIONS } = require('./test-nodes.js');

const USAGE = 'usage: npm run fuzz -- [--seconds N] [--seed N] [--runs N] [--only ip|path|block-list|proxy|text|api]';

/** The floors whose sources each program in C is linked with, as they are. */
const PROGRAMS = {
  ip: ['address'],
  path: ['base', 'platform'],
  'block-list': ['address'],
  proxy: ['address', 'proxy'],
};

const FLAGS = [
  '-g', '-O1', '-fno-pie', '-no-pie', '-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all',
];

const DIR = path.join(ROOT, 'build-fuzz');

async function buildProgram(name) {
  const sources = [
    path.join('test', 'fuzz', `${name}.c`),
    ...ourSources().filter((file) => PROGRAMS[name].includes(file.split('/')[1])),
  ];
  const output = path.join(DIR, name);
  fs.mkdirSync(path.join(DIR, `${name}.corpus`), { recursive: true });
  const result = await run('clang', [...FLAGS, ...compilerArgs(), ...sources, '-luv', '-o', output], { quiet: true });
  if (result.status === 0) return output;
  throw new ToolError(`${result.output}\n${name} could not be built`);
}

/* libFuzzer says much; it is shown when it has found something. */
async function fuzzProgram(name, { seconds, runs, seed }) {
  const program = await buildProgram(name);
  const args = [
    `-max_total_time=${Math.max(1, Math.round(seconds))}`,
    `-seed=${seed % 2 ** 31 || 1}`,
    '-max_len=4096',
    '-print_final_stats=1',
    `-artifact_prefix=${DIR}${path.sep}${name}-`,
    ...(Number.isFinite(runs) ? [`-runs=${runs}`] : []),
    path.join(DIR, `${name}.corpus`),
    path.join('test', 'fuzz', 'corpus', name),
  ];
  const { status, output } = await run(program, args, { quiet: true });
  if (status !== 0) console.log(output);
  else console.log(`${name}: ${/number_of_executed_units: (\d+)/.exec(output)?.[1]} inputs`);
  return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1 };
}

/* What sockets and servers do differs from line to line: cnet does as the newest, on which the two are compared. */
async function newestNode() {
  const newest = VERSIONS[VERSIONS.length - 1];
  const isNewest = Number.parseInt(process.versions.node, 10) >= Number.parseInt(newest, 10);
  return isNewest ? process.execPath : getNode(newest);
}

async function fuzzHere(name, options) {
  const file = path.join(ROOT, 'test', 'fuzz', name);
  const counts = await (name === 'api'
    ? require(file).fuzzApi({ ...options, node: await newestNode() })
    : require(file).fuzzText(options));
  console.log(`${name}: ${counts.passed + counts.failed} inputs, of which ${counts.failed} gave different results`);
  return counts.failed === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

const TARGETS = [...Object.keys(PROGRAMS), 'text', 'api'];

function readArguments(args) {
  const options = { seconds: 30, runs: Infinity, seed: Date.now() % 1e9, only: null };
  for (let i = 0; i < args.length; i += 2) {
    const name = args[i].replace(/^--/, '');
    if (!Object.hasOwn(options, name) || args[i + 1] === undefined) throw new ToolError(USAGE);
    options[name] = name === 'only' ? args[i + 1] : Number(args[i + 1]);
    if (Number.isNaN(options[name])) throw new ToolError(USAGE);
  }
  if (options.only !== null && !TARGETS.includes(options.only)) throw new ToolError(USAGE);
  return options;
}

tool(async () => {
  const { only, ...options } = readArguments(process.argv.slice(2));
  const targets = only === null ? TARGETS : [only];
  if (targets.some((name) => Object.hasOwn(PROGRAMS, name))) await needFuzzer();
  await ensure();
  const share = { ...options, seconds: options.seconds / targets.length };
  const sum = { passed: 0, failed: 0 };
  console.log(`fuzz: --seed ${options.seed}, ${options.seconds} s`);
  for (const name of targets) {
    const counts = await (Object.hasOwn(PROGRAMS, name) ? fuzzProgram(name, share) : fuzzHere(name, share));
    sum.passed += counts.passed;
    sum.failed += counts.failed;
  }
  console.log(summary(sum));
  return sum.failed > 0 ? 1 : 0;
});
