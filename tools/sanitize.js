'use strict';
// sanitize.js: `npm run sanitize -- asan|ubsan|tsan|valgrind|poison [arguments of mocha]`: the suite over a build
// with checks for memory errors, leaks, undefined behaviour and data races; tsan and valgrind: the tests named below;
// poison: over a build that fills all memory with a pattern once it is free for reuse (src/base/poison.h), so that
// bytes which change after a program has them show. It fails when a test fails, and on every finding in which our own
// code has a part; findings of Node alone are counted and left. The build goes to build-asan/ and its like, where
// CNET_NATIVE finds it.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { compilerArgs, ourSources } = require('./c-files.js');
const { ensure } = require('./ensure.js');
const { runMocha, summary } = require('./mocha.js');
const { need } = require('./need.js');
const { ROOT, ToolError, forEachOf, run, sumOf, tool } = require('./run.js');
const { symbolize } = require('./symbolize.js');
const config = require('../.mocharc.js');

const USAGE = 'usage: node tools/sanitize.js asan|ubsan|tsan|valgrind|poison [--build] [arguments of mocha]';
const AT_ONCE = 2; // test files
const SUPPRESSIONS = path.join(ROOT, 'test', 'robustness', 'suppressions');

/** nodelete: the code of an ended worker stays, so that the stacks of what it leaked can be read. */
const COMMON = ['-O1', '-g', '-fno-omit-frame-pointer', '-fPIC', '-shared', '-fvisibility=hidden', '-Wl,-z,nodelete'];

/** The compiler of TypeScript alone, which calls nothing of ours: its memory takes minutes to be searched for leaks. */
const NOT_OURS = ['test/types/types.test.js'];

/** What cnet does with memory of its own, and what it takes from JavaScript; the whole suite would take hours. */
const VALGRIND_TESTS = [
  'test/robustness/integrity.test.js',
  'test/robustness/backpressure.test.js',
  'test/api/block-list-rules.test.js',
];

/** How much smaller the tests' loads and how much longer their time limits are: see test/support/scale.js. */
const MODES = {
  asan: { flags: ['-fsanitize=address,undefined'], scale: 0.3, slowness: 6 },
  ubsan: { flags: ['-fsanitize=undefined'], scale: 1, slowness: 3 },
  tsan: { flags: ['-fsanitize=thread'], scale: 0.1, slowness: 10, tests: ['test/processes/workers.test.js'] },
  valgrind: { flags: [], scale: 0.02, slowness: 40, tests: VALGRIND_TESTS },
  poison: { flags: ['-DCNET_POISON', '-include', path.join(ROOT, 'src', 'base', 'poison.h')], scale: 1, slowness: 2 },
};

/* Sources are named in full, so that the frames of our code can be told from those of libuv's src/. */
async function build(mode, flags) {
  const dir = path.join(ROOT, `build-${mode}`);
  const binary = path.join(dir, 'cnet.node');
  const sources = ourSources().map((file) => path.join(ROOT, file));
  fs.mkdirSync(dir, { recursive: true });
  const args = [...COMMON, ...flags, ...compilerArgs(), ...sources, '-o', `${binary}.part`, '-lpthread'];
  const { status, output } = await run('gcc', args, { quiet: true });
  if (status !== 0) throw new ToolError(`${output}\nthe ${mode} build failed`);
  fs.renameSync(`${binary}.part`, binary);
  return binary;
}

/* The run time must be there before everything else in the process, which is not built with it. */
async function runtime(name) {
  const { output } = await run('gcc', [`-print-file-name=${name}`], { quiet: true });
  const file = output.trim();
  if (!path.isAbsolute(file)) throw new ToolError(`${name} is missing: it comes with gcc`);
  return fs.realpathSync(file);
}

const options = (table) => Object.entries(table).map(([key, value]) => `${key}=${value}`).join(':');

/* A leak must not change the exit status, as Node leaks at its end; an access error aborts: so no child hides it. */
async function asanEnvironment(logs) {
  const log = path.join(logs, 'asan');
  return {
    LD_PRELOAD: await runtime('libasan.so'),
    ASAN_OPTIONS: options({
      abort_on_error: 1, detect_leaks: 1, detect_stack_use_after_return: 0, log_path: log, quarantine_size_mb: 64,
      symbolize: 0,
    }),
    LSAN_OPTIONS: options({ exitcode: 0 }),
    UBSAN_OPTIONS: options({ log_path: path.join(logs, 'ubsan'), print_stacktrace: 1 }),
  };
}

/* Only our code is instrumented: a race is told when two threads of it meet without order. */
async function tsanEnvironment(logs) {
  return {
    LD_PRELOAD: await runtime('libtsan.so'),
    TSAN_OPTIONS: options({ exitcode: 0, log_path: path.join(logs, 'tsan'), report_signal_unsafe: 0 }),
  };
}

function valgrindCommand(logs) {
  return [
    'valgrind',
    [
      '--tool=memcheck',
      '--smc-check=all-non-file',
      '--trace-children=yes',
      '--trace-children-skip=/bin/*,/usr/bin/[!n]*',
      '--leak-check=full',
      '--show-leak-kinds=definite',
      '--errors-for-leak-kinds=definite',
      '--num-callers=30',
      '--error-exitcode=0',
      '--fullpath-after=',
      '--vgdb=no',
      `--suppressions=${path.join(SUPPRESSIONS, 'valgrind.supp')}`,
      `--log-file=${path.join(logs, 'valgrind.%p')}`,
      process.execPath,
    ],
  ];
}

/* What starts mocha in this mode, and the environment it needs. */
async function launcher(mode, logs) {
  if (mode === 'valgrind') {
    const [command, first] = valgrindCommand(logs);
    return { command, first, env: {} };
  }
  if (mode === 'poison') return { command: process.execPath, first: [], env: {} };
  if (mode === 'tsan') return { command: process.execPath, first: [], env: await tsanEnvironment(logs) };
  const env = mode === 'asan' ? await asanEnvironment(logs) : {
    UBSAN_OPTIONS: options({ log_path: path.join(logs, 'ubsan'), print_stacktrace: 1 }),
  };
  return { command: process.execPath, first: [], env };
}

/**
 * The findings in a log: paragraphs that tell of an error or a leak.
 * @param {string} text
 * @returns {string[]}
 */
function findingsOf(text) {
  return text.replace(/^==\d+== ?/gm, '').split(/\n\s*\n/)
    .filter((part) => /^\s*(#\d+|at|by) 0x/m.test(part) || /runtime error:/.test(part));
}

/** An access error of AddressSanitizer is told in several paragraphs: where it was, where freed, where allocated. */
const isAccessError = (text) => /ERROR: AddressSanitizer/.test(text);

const isLeak = (text) => /(Direct|Indirect) leak of|definitely lost/.test(text);

function readFindings(logs) {
  return fs.readdirSync(logs).flatMap((name) => {
    const text = fs.readFileSync(path.join(logs, name), 'utf8');
    return isAccessError(text) ? [text] : findingsOf(text);
  });
}

const OURS = new RegExp(
  `${path.join(ROOT, 'src').replace(/[^\w/]/g, '\\$&')}[/\\\\][\\w/\\\\]+\\.c\\b|\\bcnet\\.node\\b`,
);

/** Frames of V8 at work: what is allocated below our code, but in there, is V8's to free. */
const ENGINE = /\bv8::internal::|\bBuiltins_|\bnode::InternalMakeCallback\b/;

/* An access error is ours wherever it shows: only our code is compiled with the checks. */
function isOurs(finding) {
  if (isAccessError(finding) || !isLeak(finding)) return isAccessError(finding) || OURS.test(finding);
  const frames = finding.split('\n').filter((line) => /^\s*(#\d+|at|by) /.test(line));
  const engine = frames.findIndex((frame) => ENGINE.test(frame));
  return frames.slice(0, engine < 0 ? undefined : engine).some((frame) => OURS.test(frame));
}

/* Findings that name no frame of ours are Node's, whatever their frames are called. */
const mayBeOurs = (finding) => isAccessError(finding) || OURS.test(finding);

async function judge(logs) {
  const all = readFindings(logs);
  const told = await symbolize(all.filter(mayBeOurs));
  const ours = told.filter(isOurs);
  for (const finding of new Set(ours)) console.error(`\n${finding}`);
  console.error(`cnet: ${ours.length} findings in cnet, ${all.length - ours.length} in Node alone`);
  return ours.length;
}

/* The test files as .mocharc.js has them. */
function testFiles() {
  const ignored = config.ignore.map((pattern) => pattern.replace(/\*\*$/, ''));
  return fs.readdirSync(path.join(ROOT, 'test'), { recursive: true })
    .map((name) => path.posix.join('test', name.split(path.sep).join('/')))
    .filter((name) => name.endsWith('.test.js') && ![...ignored, ...NOT_OURS].some((start) => name.startsWith(start)))
    .sort();
}

async function runFile(args, options) {
  const began = Date.now();
  const result = await runMocha({
    ...options,
    args: ['--exit', '--timeout', String(20000 * options.slowness), ...args],
  });
  if (result.failed > 0) console.log(result.output);
  for (const problem of result.problems) console.log(`cnet: ${problem}`);
  console.log(`${args.join(' ')}: ${summary(result)} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  return result;
}

/*
 * Each file has a process of its own: one for all of them takes longer to tell of Node's leaks at its end than to
 * run.
 */
async function runAll(list, options) {
  return sumOf(await forEachOf(list, AT_ONCE, (args) => runFile(args, options)));
}

async function sanitize(mode, args) {
  const { flags, scale, slowness, tests } = MODES[mode];
  need(mode === 'valgrind' ? ['gcc', 'valgrind'] : ['gcc']);
  await ensure();
  const binary = await build(mode, flags);
  if (args[0] === '--build') {
    console.log(`cnet: CNET_NATIVE=${path.relative(ROOT, binary)}`);
    return { passed: 0, failed: 0, pending: 0 };
  }
  const logs = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-sanitize-'));
  try {
    const { command, first, env } = await launcher(mode, logs);
    const { CNET_TEST_SCALE = String(scale), CNET_TEST_SLOWNESS = String(slowness) } = process.env;
    const size = { CNET_TEST_SCALE, CNET_TEST_SLOWNESS, CNET_SANITIZER: mode };
    const options = { node: command, first, style: 'dot', quiet: true, slowness };
    const list = args.length > 0 ? [args] : (tests ?? testFiles()).map((file) => [file]);
    const total = await runAll(list, { ...options, env: { ...size, ...env, CNET_NATIVE: binary } });
    const found = await judge(logs);
    console.log(`${mode}: ${summary(total)}, ${found} findings`);
    const failures = found > 0 ? [...total.failures, `${found} findings of ${mode} in cnet`] : total.failures;
    return { ...total, failed: total.failed + found, failures };
  } finally {
    fs.rmSync(logs, { recursive: true, force: true });
  }
}

module.exports = { MODES, asanEnvironment, build, findingsOf, isOurs, judge, sanitize };

if (require.main === module) {
  tool(async () => {
    const [mode, ...args] = process.argv.slice(2);
    if (!Object.hasOwn(MODES, mode ?? '')) throw new ToolError(USAGE);
    return (await sanitize(mode, args)).failed > 0 ? 1 : 0;
  });
}
