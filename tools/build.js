'use strict';
// build.js: builds the native part with node-gyp when it is missing, or its sources have changed.
//   node tools/build.js [--force] [--debug] [--verbose]
// CC, CXX, CFLAGS and PYTHON are honoured, as node-gyp does.

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const { withLock } = require('./lock.js');
const { ROOT, ToolError, run, tool, works } = require('./run.js');

const USAGE = 'usage: node tools/build.js [--force] [--debug] [--verbose]';

/**
 * The file that a build makes.
 * @param {boolean} [debug]
 */
function binaryPath(debug = false) {
  return path.join(ROOT, 'build', debug ? 'Debug' : 'Release', 'cnet.node');
}

/**
 * What a binary is made from. Times of files are not asked: a checkout or a copy changes them at will.
 * @param {string} [platform]
 */
function fingerprint(platform = `${process.platform} ${process.arch}`) {
  const hash = crypto.createHash('sha256').update(`${platform}\n`);
  const sources = fs.readdirSync(path.join(ROOT, 'src')).filter((name) => /\.[ch]$/.test(name)).sort();
  for (const file of ['binding.gyp', ...sources.map((name) => `src/${name}`)]) {
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

function findOnPath(name) {
  for (const dir of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(dir, name);
    if (dir !== '' && fs.existsSync(file)) return fs.realpathSync(file);
  }
  return null;
}

/* The node-gyp of the npm that runs us; else that of the npm beside this Node; else that of the npm in PATH. */
function findNodeGyp() {
  const inNpm = path.join('node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  const bin = path.dirname(fs.realpathSync(process.execPath));
  const candidates = [
    process.env.npm_config_node_gyp,
    path.join(bin, '..', 'lib', 'node_modules', 'npm', inNpm),
    path.join(bin, 'node_modules', 'npm', inNpm), // Windows
  ];
  for (const name of ['npm', 'npm.cmd']) {
    const npm = findOnPath(name);
    if (npm !== null) candidates.push(path.join(path.dirname(npm), '..', inNpm));
    if (npm !== null) candidates.push(path.join(path.dirname(npm), 'node_modules', 'npm', inNpm));
  }
  const found = candidates.find((file) => file && fs.existsSync(file));
  if (found === undefined) throw new ToolError('node-gyp is missing: it comes with npm, which is not in PATH');
  return found;
}

/* node-gyp's own words on a missing tool fill a screen; these are one line each. Windows: left to node-gyp. */
function checkTools() {
  if (process.platform === 'win32') return;
  const env = process.env;
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
  if (missing.length === 0) return;
  throw new ToolError(
    `the native part cannot be built, missing: ${missing.join(', ')}.\n` +
      'Install them (Debian, Ubuntu: apt-get install build-essential python3; macOS: xcode-select --install) ' +
      'and try again.',
  );
}

/**
 * Runs node-gyp in a folder with binding.gyp and src/.
 * @param {string} cwd
 * @param {string | null} headers the folder with include/node/ to build against; null: node-gyp fetches them
 * @param {{ args?: string[], verbose?: boolean }} [options]
 * @returns {Promise<{ status: number, output: string }>}
 */
function nodeGyp(cwd, headers, { args = [], verbose = false } = {}) {
  const all = [findNodeGyp(), 'configure', 'build', '--jobs=max', '--loglevel=warn', ...args];
  const env = { ...process.env };
  if (headers !== null) {
    all.push(`--nodedir=${headers}`);
    delete env.npm_config_nodedir; // node-gyp would prefer it to the argument
  }
  return run(process.execPath, all, { cwd, quiet: !verbose, env });
}

async function compile({ force, debug, verbose }) {
  checkTools();
  const made = fingerprint();
  if (force) fs.rmSync(path.dirname(binaryPath(debug)), { recursive: true, force: true });
  fs.rmSync(stampPath(debug), { force: true });
  const { status, output } = await nodeGyp(ROOT, ownHeaders(), { args: [debug ? '--debug' : '--release'], verbose });
  if (status !== 0 || !fs.existsSync(binaryPath(debug))) {
    throw new ToolError(`${output}\nthe native part could not be built: node-gyp ended with status ${status}`);
  }
  if (/warning:/.test(output)) console.error(output);
  fs.writeFileSync(stampPath(debug), made);
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
    console.error('cnet: building the native part');
    await compile({ force, debug, verbose });
    return true;
  });
}

module.exports = { binaryPath, build, checkTools, fingerprint, nodeGyp, ownHeaders };

if (require.main === module) {
  tool(async () => {
    const known = ['--force', '--debug', '--verbose'];
    const args = process.argv.slice(2);
    if (args.some((arg) => !known.includes(arg))) throw new ToolError(USAGE);
    const [force, debug, verbose] = known.map((name) => args.includes(name));
    const done = await build({ force, debug, verbose });
    if (!done) console.error('cnet: the native part is up to date');
  });
}
