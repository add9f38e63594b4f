'use strict';
// test-core.js: `npm run test:core -- [plain|asan|ubsan|tsan|coverage] [words of titles]`: the tests of the core in C,
// test/core/, without Node: each floor of src/ is built with the folders it may include from, and uv.h from libuv1-dev,
// so that node_api.h is not to be found. Without a mode: plain, asan (with ubsan), tsan and coverage. It fails when a test
// fails, on a warning of the compiler, on what a sanitizer finds, and when too few lines of src/core were run. The
// programs are kept in build-core/.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { summary } = require('./mocha.js');
const { ROOT, ToolError, forEachOf, run, sumOf, tool, works } = require('./run.js');

const USAGE = 'usage: npm run test:core -- [plain|asan|ubsan|tsan|coverage] [words of titles]';
const DIR = path.join(ROOT, 'build-core');

/** The least part of the lines of src/core that the tests are to run, in percent. */
const MIN_COVERAGE = 90;

/** The folders of each floor, and those below it, whose headers it may include. */
const FLOORS = [
  { sources: ['src/base'], includes: ['src/base'] },
  { sources: ['src/address'], includes: ['src/base', 'src/address'] },
  { sources: ['src/proxy'], includes: ['src/base', 'src/address', 'src/proxy'] },
  { sources: ['src/platform/posix', `src/platform/${process.platform === 'linux' ? 'linux' : 'none'}`], includes: ['src/base', 'src/platform'] },
  { sources: ['src/core'], includes: ['src/base', 'src/address', 'src/proxy', 'src/platform', 'src/core'] },
  { sources: ['test/core'], includes: ['src/base', 'src/address', 'src/proxy', 'src/platform', 'src/core', 'test/core'] },
];

const FLAGS = ['-std=c11', '-g', '-D_GNU_SOURCE', '-fno-omit-frame-pointer', '-Wall', '-Wextra', '-Wpedantic', '-Werror'];
const LINK = ['-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc', '-luv', '-lpthread'];

const MODES = {
  plain: { compiler: 'gcc', flags: ['-O2'] },
  asan: { compiler: 'clang', flags: ['-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'] },
  ubsan: { compiler: 'clang', flags: ['-O1', '-fsanitize=undefined', '-fno-sanitize-recover=all'] },
  tsan: { compiler: 'clang', flags: ['-O1', '-fsanitize=thread'] },
  coverage: { compiler: 'gcc', flags: ['-O0', '--coverage'] },
};
const ALL = ['plain', 'asan', 'tsan', 'coverage'];

const ENVIRONMENT = {
  ASAN_OPTIONS: 'detect_leaks=1:detect_stack_use_after_return=1',
  UBSAN_OPTIONS: 'print_stacktrace=1',
  TSAN_OPTIONS: 'halt_on_error=1:second_deadlock_stack=1',
};

const inFolder = (folder, end) => fs.readdirSync(path.join(ROOT, folder)).filter((name) => name.endsWith(end)).sort()
  .map((name) => path.join(folder, name));

const changed = (file) => fs.statSync(path.join(ROOT, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;

/* The object files, compiled where a source, a header or this file is newer. */
async function compile(mode) {
  const { compiler, flags } = MODES[mode];
  const headers = new Set(FLOORS.flatMap(({ includes }) => includes));
  const newest = Math.max(...[...headers].flatMap((folder) => inFolder(folder, '.h')).map(changed), changed('tools/test-core.js'));
  const jobs = FLOORS.flatMap(({ sources, includes }) => sources.flatMap((folder) => inFolder(folder, '.c')).map((source) => ({
    source,
    object: path.join('build-core', mode, `${source.slice(0, -2).replaceAll(path.sep, '-')}.o`),
    args: includes.map((folder) => `-I${folder}`),
  })));
  fs.mkdirSync(path.join(DIR, mode), { recursive: true });
  const stale = jobs.filter(({ source, object }) => changed(object) < Math.max(newest, changed(source)));
  const results = await forEachOf(stale, os.availableParallelism?.() ?? 2, ({ source, object, args }) => (
    run(compiler, [...FLAGS, ...flags, ...args, '-c', source, '-o', object], { quiet: true })
  ));
  const complaints = results.filter(({ status }) => status !== 0).map(({ output }) => output);
  if (complaints.length > 0) throw new ToolError(`${complaints.join('\n')}\nthe core could not be built (it needs ${compiler} and libuv1-dev)`);
  return jobs.map(({ object }) => object);
}

async function build(mode) {
  const { compiler, flags } = MODES[mode];
  const objects = await compile(mode);
  const program = path.join('build-core', mode, 'test-core');
  const { status, output } = await run(compiler, [...flags, ...objects, ...LINK, '-o', program], { quiet: true });
  if (status !== 0) throw new ToolError(`${output}\nthe core could not be linked`);
  return { program, objects };
}

/* The lines of src/core that were run, of those that there are: what gcov says of each object, which is its program's. */
async function coverage(objects) {
  const core = objects.filter((object) => path.basename(object).startsWith('src-core-'));
  const { status, output } = await run('gcov', ['-n', ...core], { quiet: true });
  if (status !== 0) throw new ToolError(output);
  let all = 0;
  let covered = 0;
  for (const [, file, percent, lines] of output.matchAll(/File '(src\/core\/[^']+)'\nLines executed:([\d.]+)% of (\d+)/g)) {
    const done = Math.round(Number(percent) * Number(lines) / 100);
    all += Number(lines);
    covered += done;
    if (done < Number(lines)) console.log(`${file}: ${done} of ${lines} lines`);
  }
  if (all === 0) throw new ToolError('gcov has found no lines of src/core');
  const percent = covered / all * 100;
  console.log(`src/core: ${percent.toFixed(1)} % of ${all} lines were run`);
  return percent >= MIN_COVERAGE;
}

/* What an earlier run has counted is not of this one. */
function forgetCounts(objects) {
  for (const object of objects) fs.rmSync(path.join(ROOT, object.replace(/\.o$/, '.gcda')), { force: true });
}

/* The address of everything has to be where ThreadSanitizer looks for it: kernels since 6.5 may place it elsewhere. */
const start = (mode, program, titles) => (
  mode === 'tsan' && works('setarch', ['-R', 'true']) ? ['setarch', ['-R', program, ...titles]] : [program, titles]
);

async function test(mode, titles) {
  const began = Date.now();
  const { program, objects } = await build(mode);
  if (mode === 'coverage') forgetCounts(objects);
  const built = Date.now();
  const { status, output } = await run(...start(mode, program, titles), { quiet: true, env: { ...process.env, ...ENVIRONMENT } });
  const seconds = [built - began, Date.now() - built].map((ms) => (ms / 1000).toFixed(1));
  const said = /(\d+) passed, (\d+) failed/.exec(output);
  if (status !== 0 || titles.length > 0) console.log(output.trimEnd());
  console.log(`core, ${mode}: ${said?.[0] ?? 'it has ended early'} (built in ${seconds[0]} s, run in ${seconds[1]} s)`);
  const enough = mode !== 'coverage' || titles.length > 0 || await coverage(objects);
  if (!enough) console.error(`at least ${MIN_COVERAGE} % are to be run`);
  const counts = { passed: Number(said?.[1] ?? 0), failed: Number(said?.[2] ?? 0) };
  if ((status !== 0 && counts.failed === 0) || !enough) counts.failed++;
  return counts;
}

tool(async () => {
  const [first, ...rest] = process.argv.slice(2);
  if (first?.startsWith('-')) throw new ToolError(USAGE);
  const modes = first !== undefined && Object.hasOwn(MODES, first) ? [first] : ALL;
  const titles = modes === ALL && first !== undefined ? [first, ...rest] : rest;
  const counts = [];
  for (const mode of modes) counts.push(await test(mode, titles));
  const sum = sumOf(counts);
  console.log(summary(sum));
  return sum.failed > 0 ? 1 : 0;
});
