'use strict';
// ensure.js: what a fresh clone lacks: the packages of the lockfile, and the native part.
//   node tools/ensure.js [--no-build | --commands | those of build.js]
// --commands: also compile_commands.json, in build/gyp/build/Release/.
// Needs nothing but Node and npm, so it can run before anything is installed.

const fs = require('node:fs');
const path = require('node:path');

const { ownTarget } = require('../lib/native/native-file.js');
const { build, checkTools, isBuilt, npmFile, writeCommands } = require('./build.js');
const { withLock } = require('./lock.js');
const { ROOT, ToolError, run, showWork, tool } = require('./run.js');

function readPackages(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')).packages;
  } catch {
    return null;
  }
}

/*
 * Whether a package of a lockfile is made for this platform, and says so. What is for none in particular may be left
 * out.
 */
function isForUs({ os, cpu, libc }) {
  const target = ownTarget();
  return os !== undefined && os.includes(target.platform) && (cpu ?? [target.arch]).includes(target.arch) &&
    (libc ?? [target.libc]).includes(target.libc);
}

/* Whether node_modules of a folder holds what its lockfile says; npm notes in it what it has installed. */
function isInstalled(dir) {
  const installed = readPackages(path.join(dir, 'node_modules', '.package-lock.json'));
  const locked = readPackages(path.join(dir, 'package-lock.json'));
  if (installed === null || locked === null) return false;
  return Object.entries(locked).every(([name, entry]) => {
    if (name === '' || (entry.optional && installed[name] === undefined && !isForUs(entry))) return true;
    return installed[name]?.version === entry.version && fs.existsSync(path.join(dir, name));
  });
}

/* How to start npm: by this Node, else what is in PATH. */
function npmCommand() {
  const file = npmFile();
  if (file !== null) return { command: process.execPath, first: [file] };
  return { command: 'npm', first: [], shell: process.platform === 'win32' };
}

/**
 * Runs npm in the project's folder.
 * @param {string[]} args
 * @param {object} [options] those of run()
 */
function npm(args, options = {}) {
  const { command, first, shell = false } = npmCommand();
  return run(command, [...first, ...args], { shell, ...options });
}

/* No script of a package is needed. */
async function install(cwd, command) {
  const args = [command, '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund'];
  const { status, output } = await npm(args, { cwd, quiet: true });
  if (/^(spawn npm ENOENT|.*not recognized)/m.test(output) && status !== 0) {
    throw new ToolError('the packages cannot be installed, missing: npm, which comes with Node and is not in PATH');
  }
  if (status !== 0) throw new ToolError(`${output}\nnpm ${command} ended with status ${status}`);
}

/**
 * Installs the packages of a folder's lockfile, unless they are there.
 * @param {string} [dir]
 * @param {'ci' | 'install'} [command] of npm: `install` where the lockfile names packages for other platforms that
 *   the registry does not have, which `ci` refuses
 */
async function ensurePackages(dir = ROOT, command = 'ci') {
  if (isInstalled(dir)) return;
  await withLock('install', async () => {
    if (isInstalled(dir)) return;
    const what = `installing the packages of ${path.relative(ROOT, path.join(dir, 'package-lock.json'))}`;
    await showWork(what, () => install(dir, command));
  });
}

/**
 * Makes a clone ready to run: installs and builds what is missing or out of date, and nothing else. What cannot be
 * built is told before anything is fetched.
 * @param {{ build?: boolean, force?: boolean, debug?: boolean, verbose?: boolean }} [options] `build`: not false; the
 *   rest: of build()
 * @returns {Promise<boolean>} whether anything was built
 */
async function ensure({ build: builds = true, ...options } = {}) {
  if (builds && !isBuilt(options.debug)) checkTools();
  await ensurePackages();
  return builds && build(options);
}

module.exports = { ensure, ensurePackages, npm };

if (require.main === module) {
  tool(async () => {
    const known = ['--no-build', '--commands', '--force', '--debug', '--verbose'];
    const args = process.argv.slice(2);
    if (args.some((arg) => !known.includes(arg)))
      throw new ToolError(`usage: node tools/ensure.js [${known.join('] [')}]`);
    const [noBuild, commands, force, debug, verbose] = known.map((name) => args.includes(name));
    const done = await ensure({ build: !noBuild, force, debug, verbose });
    if (commands) await writeCommands();
    else if (!done && !noBuild) console.error('cnet: the native part is up to date');
  });
}
