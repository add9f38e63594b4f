'use strict';
// test-faults.js: `npm run test:faults [-- --quick] [--node] [--asan] [scenario ...] [call ...]`: runs the scenarios
// of test/robustness/faults/ with one call failing, the first, the second, and so on, until a run passes without the
// fault. A run is survived when it ends with an error that was told or with success: no crash, no hang, nothing
// leaked, no callback lost or repeated. --quick: two errors for each call, and the first calls only. --node: node:net
// in the place of cnet, to compare, in the scenarios that are not of cnet alone. --asan: with a build that finds
// wrong accesses to memory and leaks. Then streams are checked for every byte under random faults. The library that
// makes the calls fail goes to build-faults/.

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { binaryPath } = require('./build.js');
const { compilerArgs } = require('./c-files.js');
const { ensure } = require('./ensure.js');
const { need } = require('./need.js');
const { ROOT, ToolError, run, tool } = require('./run.js');
const { MODES, asanEnvironment, build, judge } = require('./sanitize.js');
const { faults } = require('../test/robustness/faults/plan.js');

const SOURCES = path.join('test', 'robustness', 'faults');
const LIBRARY = path.join(ROOT, 'build-faults', 'libfaults.so');
const PROCESSES = 2;

/** Calls of one name that are made to fail in turn, at most; and what a run may take before it hangs. */
const MOST = { quick: 12, full: 400 };
const LIMIT_MS = 15000;

/** Series whose runs cost much have fewer in the quick form. */
const DEAR = new Set(['worker']);

/** Builds the library that makes calls fail. */
async function buildLibrary() {
  const sources = fs.readdirSync(path.join(ROOT, SOURCES)).filter((name) => name.endsWith('.c'));
  fs.mkdirSync(path.dirname(LIBRARY), { recursive: true });
  const part = `${LIBRARY}.${process.pid}`;
  const flags = ['-O1', '-g', '-shared', '-fPIC', '-fvisibility=hidden', '-Wall', '-Wextra', '-Werror'];
  const args = [
    ...flags,
    ...compilerArgs(),
    ...sources.map((name) => path.join(SOURCES, name)),
    '-o',
    part,
    '-ldl',
    '-lpthread',
  ];
  const { status, output } = await run('gcc', args, { quiet: true });
  if (status !== 0) throw new ToolError(`${output}\nthe library of faults could not be built`);
  fs.renameSync(part, LIBRARY);
  return LIBRARY;
}

const nameOf = ({ scenario, fault: { name, label, times } }, nth) =>
  `${scenario}: ${name} ${label}${times === 1 ? '' : times === 0 ? ' from then on' : ` ${times} times`}, call ${nth}`;

/** A script of test/robustness/faults/ with the library of faults before it. @returns what spawn() wants */
function command(script, args, { nodeArgs = [], env = {}, preload = [] } = {}) {
  return [process.execPath, [...nodeArgs, path.join(SOURCES, script), ...args], {
    cwd: ROOT,
    env: { ...process.env, UV_USE_IO_URING: '0', ...env, LD_PRELOAD: [...preload, LIBRARY].join(':') },
  }];
}

/* Reads the lines that a sweep tells, and kills it when it has nothing to tell for too long. */
function follow(child, onMessage) {
  return new Promise((resolve) => {
    let text = '';
    let stderr = '';
    let hung = false;
    const kill = () => {
      hung = true;
      child.kill('SIGKILL');
    };
    let timer = setTimeout(kill, 2 * LIMIT_MS);
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      clearTimeout(timer);
      timer = setTimeout(kill, 2 * LIMIT_MS);
      const lines = (text + chunk).split('\n');
      text = lines.pop();
      lines.forEach((line) => onMessage(JSON.parse(line)));
    });
    child.stderr.setEncoding('utf8').on('data', (chunk) => { stderr += chunk; });
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      resolve({ status, signal, hung, stderr });
    });
  });
}

/* How a process ended that should have gone on. */
function endOf({ status, signal, hung, stderr }) {
  const how = hung ? 'hangs: computes for ever' : signal ? `crash: ${signal}` : `exit with status ${status}`;
  return `${how}\n${stderr.slice(0, 3000)}`;
}

/* One process after another, until all series are done: each goes on where the last one broke off. */
async function sweepAll(series, settings, counts) {
  let [index, nth] = [0, 1];
  while (index < series.length) {
    let begun = null;
    const reported = counts.problems.length;
    const job = JSON.stringify({ series, first: index, nth, limit: LIMIT_MS, ...settings });
    const [program, args, options] = command('sweep.js', [job], settings);
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const report = (problems) => {
      counts.problems.push(`${nameOf(series[begun[0]], begun[1])}\n    ${problems.join('\n    ')}`);
    };
    const ended = await follow(child, ({ begin, end, outcome, problems, done }) => {
      if (begin) begun = begin;
      if (end) {
        counts.tried++;
        counts[outcome]++;
        if (problems.length > 0) report(problems);
        [index, nth, begun] = [end[0], end[1] + 1, problems.length > 0 ? null : begun];
      }
      if (done !== undefined) [index, nth, begun] = [done + 1, 1, null];
    });
    if (begun !== null) {
      counts.tried++;
      report([endOf(ended)]);
      [index, nth] = [begun[0], begun[1] + 1];
    } else if (index < series.length && (ended.status !== 0 || counts.problems.length === reported)) {
      counts.problems.push(`${series[index].scenario}: without a fault: ${endOf(ended)}`);
      const { scenario } = series[index];
      while (index < series.length && series[index].scenario === scenario) index++;
      nth = 1;
    }
  }
}

/** @param {string[]} names of scenarios and of calls; none: all */
function plan(names, quick, ofNode) {
  const scenarios = Object.keys(require('../test/robustness/faults/scenarios.js'));
  const all = faults(quick);
  const calls = new Set(all.map(({ name }) => name));
  const unknown = names.filter((name) => !scenarios.includes(name) && !calls.has(name));
  if (unknown.length > 0) throw new ToolError(`these are neither scenarios nor calls: ${unknown.join(', ')}`);
  const pick = (list, key) =>
    names.some((name) => list.includes(name)) ? (one) => names.includes(key(one)) : () => true;
  const own = ofNode ? Object.keys(require('../test/robustness/faults/beyond.js')) : [];
  return scenarios.filter(pick(scenarios, (one) => one)).filter((one) => !own.includes(one)).flatMap((scenario) =>
    all.filter(pick([...calls], ({ name }) => name))
      .filter(({ name }) => !(ofNode && /^(malloc$|napi_|uv_)/.test(name)))
      .filter(({ name }) => !(quick && DEAR.has(scenario) && !/^(malloc$|napi_)/.test(name)))
      .map((fault) => ({ scenario, fault })));
}

/* The build, and what its processes want, with AddressSanitizer or without. `logs`: the folder for its findings */
async function target(isAsan, logs) {
  if (!isAsan) return { native: process.env.CNET_NATIVE ?? binaryPath(), env: {}, preload: [] };
  const native = await build('asan', MODES.asan.flags);
  const { LD_PRELOAD, ...env } = await asanEnvironment(logs);
  return { native, env: { ...env, CNET_NATIVE: native }, preload: [LD_PRELOAD] };
}

/*
 * Streams of checked bytes under random faults (test/robustness/faults/integrity.js). @returns {Promise<number[]>}
 * passed, failed
 */
async function checkIntegrity(quick, settings) {
  const rates = quick ? [200] : [5, 50, 200, 450];
  const seeds = quick ? [Date.now() % 1e6] : Array.from({ length: 8 }, (_, i) => i);
  const sums = [0, 0];
  for (const seed of seeds) {
    for (const rate of rates) {
      const [program, args, options] = command('integrity.js', [String(seed), String(rate)], settings);
      const { status, signal, output } = await run(program, args, { ...options, quiet: true, timeout: 10 * LIMIT_MS });
      const [, passed, failed] = /(\d+) passed, (\d+) failed\s*$/.exec(output) ?? [0, 0, 1];
      sums[0] += Number(passed);
      sums[1] += status !== 0 && Number(failed) === 0 ? 1 : Number(failed);
      if (status !== 0)
        console.log(`- integrity, seed ${seed}, ${rate} of 1000: status ${status}, ${signal}\n${output}`);
    }
  }
  return sums;
}

async function main() {
  const flags = process.argv.slice(2).filter((arg) => arg.startsWith('--'));
  const names = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
  const quick = flags.includes('--quick');
  if (process.platform !== 'linux') throw new ToolError('these tests run on Linux only, where LD_PRELOAD makes the faults');
  need(['gcc']);
  await ensure();
  await buildLibrary();

  const series = plan(names, quick, flags.includes('--node'));
  const isAsan = flags.includes('--asan');
  const logs = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-faults-logs-'));
  const settings = {
    ...await target(isAsan, logs),
    most: quick ? MOST.quick : MOST.full,
    module: flags.includes('--node') ? 'node' : 'cnet',
    nodeArgs: ['--expose-gc'],
  };
  const counts = { tried: 0, error: 0, success: 0, problems: [] };
  const shares = Array.from({ length: PROCESSES }, (_, i) => series.filter((one, j) => j % PROCESSES === i));
  await Promise.all(shares.map((share) => sweepAll(share, settings, counts)));

  for (const problem of counts.problems) console.log(`- ${problem}`);
  const lost = counts.problems.length;
  console.log(
    `fault points tried ${counts.tried}, survived ${counts.tried - lost} (${counts.error} with an error, ${counts.success} without)`,
  );
  const [whole, broken] =
    names.length === 0 && settings.module === 'cnet' ? await checkIntegrity(quick, settings) : [0, 0];
  if (whole + broken > 0) console.log(`streams under random faults: ${whole} whole, ${broken} not`);
  const failed = lost + broken + (isAsan ? await judge(logs) : 0);
  fs.rmSync(logs, { recursive: true, force: true });
  console.log(`${Math.max(0, counts.tried - lost) + whole} passed, ${failed} failed`);
  return failed > 0 || counts.tried === 0 ? 1 : 0;
}

if (require.main === module) tool(main);
