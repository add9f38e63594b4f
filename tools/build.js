'use strict';
// build.js: builds the native part with node-gyp when it is missing, or its sources have changed.
//   node tools/build.js [--if-needed] [--force] [--debug] [--verbose]
// --if-needed: not where a prebuild fits. CC, CXX, CFLAGS and PYTHON are honoured, as node-gyp does. What node-gyp is
// given is in a file of another name than its own, binding.gyp: with that one in the package, every package manager
// would run node-gyp at each install. node-gyp works in build/gyp/, where the file has the name it wants.

const crypto = require('node:crypto');
const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');

const { ownTarget, prebuildName } = require('../lib/native/native-file.js');
const { withLock } = require('./lock.js');
const { ROOT, ToolError, run, showWork, tool, works } = require('./run.js');

const USAGE = 'usage: node tools/build.js [--if-needed] [--force] [--debug] [--verbose]';

const GYP = 'cnet.gyp';

/** The file of npm below the folder that it is installed in. */
const NPM = path.join('node_modules', 'npm', 'bin', 'npm-cli.js');

/**
 * The file that a build makes.
 * @param {boolean} [debug]
 */
function binaryPath(debug = false) {
  return path.join(ROOT, 'build', debug ? 'Debug' : 'Release', 'cnet.node');
}

/** Every C source and header, relative to the project's folder, with slashes. */
function sourceFiles(folder = 'src') {
  return fs.readdirSync(path.join(ROOT, folder), { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? sourceFiles(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`]))
    .filter((name) => /\.[ch]$/.test(name)).sort();
}

/**
 * What a binary is made from. Times of files are not asked: a checkout or a copy changes them at will.
 * @param {string} [platform]
 */
function fingerprint(platform = `${process.platform} ${process.arch}`) {
  const hash = crypto.createHash('sha256').update(`${platform}\n`);
  for (const file of [GYP, ...sourceFiles()]) {
    hash.update(`${file}\n`).update(fs.readFileSync(path.join(ROOT, file))).update('\n');
  }
  return hash.digest('hex');
}

function stampPath(debug) {
  return path.join(path.dirname(binaryPath(debug)), 'cnet.stamp');
}

/**
 * Whether the binary is there and was made from the sources as they are.
 * @param {boolean} [debug]
 */
function isBuilt(debug = false) {
  if (!fs.existsSync(binaryPath(debug)) || !fs.existsSync(stampPath(debug))) return false;
  return fs.readFileSync(stampPath(debug), 'utf8') === fingerprint();
}

/* The folder with include/node/ of the running Node, so that no headers need to be fetched; else null. */
function ownHeaders() {
  const prefix = path.dirname(path.dirname(fs.realpathSync(process.execPath)));
  return fs.existsSync(path.join(prefix, 'include', 'node', 'node.h')) ? prefix : null;
}

/* In the folders of PATH: npm's file itself, or on Windows the command beside npm's folder. */
function npmInPath() {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((dir) => fs.existsSync(path.join(dir, 'npm')));
  return folders.flatMap((dir) => [
    fs.realpathSync(path.join(dir, 'npm')),
    path.join(dir, NPM),
    path.join(dir, '..', 'lib', NPM),
  ]);
}

/**
 * @returns {string | null} the file of npm: of the npm that runs us, else beside this Node, else in PATH; null: there
 * is none
 */
function npmFile() {
  const bin = path.dirname(fs.realpathSync(process.execPath));
  const files = [process.env.npm_execpath, path.join(bin, '..', 'lib', NPM), path.join(bin, NPM), ...npmInPath()];
  return files.find((file) => file && /npm-cli\.c?js$/.test(file) && fs.existsSync(file)) ?? null;
}

/* The node-gyp that package.json names. An installed package has no such dependency: there it is that of npm. */
function findNodeGyp() {
  for (const from of [__filename, npmFile()].filter(Boolean)) {
    try {
      return createRequire(from).resolve('node-gyp/bin/node-gyp.js');
    } catch {}
  }
  return null;
}

/**
 * The folder of Node-API's headers that package.json names; null: those of Node are taken, as in an installed
 * package.
 */
function apiHeaders() {
  const dir = path.join(ROOT, 'node_modules', 'node-api-headers', 'include');
  return fs.existsSync(dir) ? dir : null;
}

/* node-gyp's own words on a missing tool fill a screen; these are one line each. Windows: left to node-gyp. */
function checkTools() {
  const compilers = process.platform === 'win32' ? [] : missingCompilers(process.env);
  const missing = findNodeGyp() === null ? ['npm in PATH, which brings node-gyp', ...compilers] : compilers;
  if (missing.length === 0) return;
  const how =
    compilers.length === 0
      ? ''
      : ' (Debian, Ubuntu: apt-get install build-essential python3; Alpine: apk add build-base python3; macOS: xcode-select --install)';
  throw new ToolError(`the native part cannot be built, missing: ${missing.join(', ')}${how}`);
}

function missingCompilers(env) {
  const pythons = [env.NODE_GYP_FORCE_PYTHON ?? env.npm_config_python ?? env.PYTHON, 'python3', 'python'];
  const missing = [];
  if (!pythons.some((python) => python && works(python, ['-c', 'import sys; sys.exit(sys.version_info < (3, 6))']))) {
    missing.push('Python 3 (python3)');
  }
  if (!works('make')) missing.push('make');
  for (const [what, command] of [['a C compiler', env.CC || 'cc'], ['a C++ linker driver', env.CXX || 'c++']]) {
    const [program, ...args] = command.trim().split(/\s+/);
    if (!works(program, [...args, '--version'])) missing.push(`${what} (${command})`);
  }
  return missing;
}

/**
 * Runs node-gyp.
 * @param {string} cwd the folder to do it in: it is given the file that node-gyp looks for, and has src/
 * @param {string | null} headers the folder with include/node/ to build against (uv.h, and what node-gyp wants to
 *   know of Node); null: node-gyp fetches them
 * @param {{ steps?: string[], args?: string[], verbose?: boolean, onOutput?: (text: string) => void }} [options]
 * @returns {Promise<{ status: number, output: string }>}
 */
function nodeGyp(cwd, headers, { steps = ['configure', 'build'], args = [], verbose = false, onOutput } = {}) {
  fs.copyFileSync(path.join(ROOT, GYP), path.join(cwd, 'binding.gyp'));
  const all = [findNodeGyp(), ...steps, '--jobs=max', '--loglevel=warn'];
  const api = apiHeaders();
  // relative, as a folder of a clone may have a space in its name, which make cannot read
  const env = {
    ...process.env,
    ...(api !== null && { GYP_DEFINES: `node_api_headers=${path.relative(cwd, api).replaceAll(path.sep, '/')}` }),
  };
  if (headers !== null) {
    all.push(`--nodedir=${headers}`);
    delete env.npm_config_nodedir; // node-gyp would prefer it to the argument
  }
  return run(process.execPath, [...all, ...args], { cwd, quiet: !verbose, onOutput, env });
}

/* The folder in which node-gyp works. The sources are linked, as what it has compiled is kept by their times. */
function workplace() {
  const dir = path.join(ROOT, 'build', 'gyp');
  fs.mkdirSync(dir, { recursive: true });
  fs.rmSync(path.join(dir, 'src'), { force: true });
  fs.symlinkSync(
    process.platform === 'win32' ? path.join(ROOT, 'src') : path.join('..', '..', 'src'),
    path.join(dir, 'src'),
    'junction',
  );
  return dir;
}

/* Counts what make says that it compiles. */
function counter(tell) {
  let compiled = 0;
  return (text) => {
    compiled += text.split('  CC(').length - 1;
    if (compiled > 0) tell(`${compiled} files compiled`);
  };
}

async function compile({ force, debug, verbose }, tell) {
  const made = fingerprint();
  const kind = path.basename(path.dirname(binaryPath(debug)));
  const dir = workplace();
  if (force) fs.rmSync(path.join(dir, 'build', kind), { recursive: true, force: true });
  fs.rmSync(stampPath(debug), { force: true });
  const options = { args: [debug ? '--debug' : '--release'], verbose, onOutput: counter(tell) };
  const { status, output } = await nodeGyp(dir, ownHeaders(), options);
  const built = path.join(dir, 'build', kind, 'cnet.node');
  if (status !== 0 || !fs.existsSync(built)) {
    throw new ToolError(`${output}\nthe native part could not be built: node-gyp ended with status ${status}`);
  }
  if (/warning:/.test(output)) console.error(output);
  fs.mkdirSync(path.dirname(binaryPath(debug)), { recursive: true });
  fs.copyFileSync(built, `${binaryPath(debug)}.part`);
  fs.renameSync(`${binaryPath(debug)}.part`, binaryPath(debug));
  fs.writeFileSync(stampPath(debug), made);
}

/** Writes how each C file is compiled, compile_commands.json, for clang-tidy and editors. */
function writeCommands() {
  return withLock('build', async () => {
    const options = { steps: ['configure'], args: ['--', '-f', 'compile_commands_json'] };
    const { status, output } = await nodeGyp(workplace(), ownHeaders(), options);
    if (status !== 0) throw new ToolError(`${output}\ncompile_commands.json could not be written`);
  });
}

/**
 * Builds the native part if need be. Processes that ask at the same time wait for one another.
 * @param {{ force?: boolean, debug?: boolean, verbose?: boolean }} [options]
 * @returns {Promise<boolean>} whether anything had to be done
 */
async function build({ force = false, debug = false, verbose = false } = {}) {
  if (!force && isBuilt(debug)) return false;
  return withLock('build', async () => {
    if (!force && isBuilt(debug)) return false;
    checkTools();
    await showWork('building the native part (up to half a minute)', (tell) =>
      compile({ force, debug, verbose }, tell),
    );
    return true;
  });
}

/* Tried in a process of its own: what does not load must not end us. */
const loads = (file) => works(process.execPath, ['-e', 'require(process.argv[1])', file]);

module.exports = {
  apiHeaders,
  binaryPath,
  build,
  checkTools,
  fingerprint,
  isBuilt,
  nodeGyp,
  npmFile,
  ownHeaders,
  sourceFiles,
  writeCommands,
};

if (require.main === module) {
  tool(async () => {
    const known = ['--if-needed', '--force', '--debug', '--verbose'];
    const args = process.argv.slice(2);
    if (args.some((arg) => !known.includes(arg))) throw new ToolError(USAGE);
    const [ifNeeded, force, debug, verbose] = known.map((name) => args.includes(name));
    if (ifNeeded && loads(path.join(ROOT, prebuildName(ownTarget())))) return;
    const done = await build({ force, debug, verbose });
    if (!done) console.error('cnet: the native part is up to date');
  });
}
