'use strict';
// test-core.js: `npm run test:core -- [plain|asan|ubsan|tsan|coverage|musl|musl-arm64] [words of titles]`: the tests
// of the core in C, test/core/, without Node, as the Makefile builds them to build-core/. Without a mode: plain, asan
// (with ubsan), tsan, coverage and musl (tools/core-musl.js). It fails when a test fails, on a warning of the compiler,
// on what a sanitizer finds, and when too few lines of src/core were run.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { MUSL_MODES, muslBuild, runnerOf } = require('./core-musl.js');
const { summary } = require('./mocha.js');
const { need } = require('./need.js');
const { ROOT, ToolError, run, sumOf, tool, works } = require('./run.js');

const MODES = ['plain', 'asan', 'ubsan', 'tsan', 'coverage', ...MUSL_MODES];
const ALL = ['plain', 'asan', 'tsan', 'coverage', 'musl'];
const USAGE = `usage: npm run test:core -- [${MODES.join('|')}] [words of titles]`;

/** The least part of the lines of src/core that the tests are to run, in percent. */
const MIN_COVERAGE = 90;

const ENVIRONMENT = {
  ASAN_OPTIONS: 'detect_leaks=1:detect_stack_use_after_return=1',
  UBSAN_OPTIONS: 'print_stacktrace=1',
  TSAN_OPTIONS: 'halt_on_error=1:second_deadlock_stack=1',
};

async function build(mode) {
  const jobs = os.availableParallelism?.() ?? 2;
  const { args, env } = MUSL_MODES.includes(mode) ? await muslBuild() : { args: [], env: {} };
  const { status, output } = await run('make', ['--silent', `--jobs=${jobs}`, 'core', `MODE=${mode}`, ...args], {
    quiet: true, env: { ...process.env, ...env },
  });
  if (status !== 0) throw new ToolError(`${output}\nthe core could not be built (it needs gcc, clang and libuv1-dev)`);
  return path.join('build-core', mode, 'test-core');
}

/* What an earlier run has counted is not of this one. */
function forgetCounts(folder) {
  const counts = fs.readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.gcda'));
  for (const name of counts) fs.rmSync(path.join(folder, name));
}

/* The files whose lines were not all run, and the sum. */
async function coverage(folder) {
  const args = [
    '--root',
    ROOT,
    '--filter',
    path.join(ROOT, 'src', 'core', '/'),
    '--fail-under-line',
    String(MIN_COVERAGE),
  ];
  const { status, output } = await run('gcovr', [...args, '--json-summary', '-', '.'], { quiet: true, cwd: folder });
  const json = /^{.*}$/m.exec(output);
  if (json === null) throw new ToolError(output);
  const { files, line_total: all, line_percent: percent } = JSON.parse(json[0]);
  for (const { filename, line_covered: covered, line_total: lines } of files) {
    if (covered < lines) console.log(`${filename}: ${covered} of ${lines} lines`);
  }
  console.log(`src/core/: ${percent.toFixed(1)} % of ${all} lines`);
  return status === 0;
}

/* The address of everything has to be where ThreadSanitizer looks for it: kernels since 6.5 may place it elsewhere. */
function start(mode, program, titles) {
  if (mode === 'tsan' && works('setarch', ['-R', 'true'])) return ['setarch', ['-R', program, ...titles]];
  const runner = MUSL_MODES.includes(mode) ? runnerOf(mode) : null;
  return runner === null ? [program, titles] : [runner, [program, ...titles]];
}

async function test(mode, titles) {
  const began = Date.now();
  const program = await build(mode);
  if (mode === 'coverage') forgetCounts(path.join(ROOT, path.dirname(program)));
  const built = Date.now();
  const { status, output } = await run(...start(mode, program, titles), {
    quiet: true,
    env: { ...process.env, ...ENVIRONMENT },
  });
  const seconds = [built - began, Date.now() - built].map((ms) => (ms / 1000).toFixed(1));
  const said = /(\d+) passed, (\d+) failed/.exec(output);
  if (status !== 0 || titles.length > 0) console.log(output.trimEnd());
  console.log(`core, ${mode}: ${said?.[0] ?? 'the tests have ended early'} (built in ${seconds[0]} s, run in ${seconds[1]} s)`);
  const enough = mode !== 'coverage' || titles.length > 0 || await coverage(path.dirname(program));
  if (!enough) console.error(`the tests of the core must run at least ${MIN_COVERAGE} % of the lines`);
  const counts = { passed: Number(said?.[1] ?? 0), failed: Number(said?.[2] ?? 0) };
  if ((status !== 0 && counts.failed === 0) || !enough) counts.failed++;
  return counts;
}

tool(async () => {
  const [first, ...rest] = process.argv.slice(2);
  if (first?.startsWith('-')) throw new ToolError(USAGE);
  const modes = MODES.includes(first) ? [first] : ALL;
  need(['make', 'gcc', 'clang', ...(modes.includes('coverage') ? ['gcovr'] : [])]);
  const titles = modes === ALL && first !== undefined ? [first, ...rest] : rest;
  const counts = [];
  for (const mode of modes) counts.push(await test(mode, titles));
  const sum = sumOf(counts);
  console.log(summary(sum));
  return sum.failed > 0 ? 1 : 0;
});
