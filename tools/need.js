'use strict';
// need.js: programs and libraries that a check needs and a machine may lack: told in one line, with what brings them.
//   node tools/need.js PROGRAM...

const { ToolError, run, tool, works } = require('./run.js');

/** Debian's and Ubuntu's packages; a program that is not here is in the package of its name. */
const PACKAGES = { xz: 'xz-utils', 'apt-get': 'apt' };

const packageOf = (program) => PACKAGES[program] ?? program;

/**
 * The one line on what is missing.
 * @param {string[]} things
 * @param {string[]} packages that bring them
 */
const missing = (things, packages = things.map(packageOf)) =>
  `missing: ${things.join(', ')} (Debian, Ubuntu: apt-get install ${[...new Set(packages)].join(' ')})`;

/**
 * Throws unless every one of the programs can be started.
 * @param {string[]} programs
 */
function need(programs) {
  const lacking = programs.filter((program) => !works(program));
  if (lacking.length > 0) throw new ToolError(missing(lacking));
}

/* Ends with status 0 when the compiler can make a program with these arguments. */
async function links(compiler, args) {
  const { status } = await run(
    'sh',
    ['-c', 'echo "$0" | "$@" -x c - -o /dev/null', 'int LLVMFuzzerTestOneInput(void){return 0;}', compiler, ...args],
    { quiet: true },
  );
  return status === 0;
}

/** Throws unless there is what the programs of test/fuzz/ are made with. */
async function needFuzzer() {
  need(['clang']);
  const { output } = await run('clang', ['-dumpversion'], { quiet: true });
  const things = [];
  const packages = [];
  if (!await links('clang', ['-fsanitize=fuzzer,address,undefined'])) {
    things.push('the libFuzzer of clang');
    packages.push(`libclang-rt-${Number.parseInt(output, 10)}-dev`);
  }
  if (!await links('clang', ['-shared', '-luv'])) {
    things.push('libuv');
    packages.push('libuv1-dev');
  }
  if (things.length > 0) throw new ToolError(missing(things, packages));
}

module.exports = { missing, need, needFuzzer };

if (require.main === module) tool(() => need(process.argv.slice(2)));
