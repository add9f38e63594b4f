'use strict';
// ensure.js: what a fresh clone lacks: the packages of the lockfile, and the native part.
//   node tools/ensure.js [--no-build]
// Needs nothing but Node and npm, so it can run before anything is installed.

const fs = require('node:fs');
const path = require('node:path');

const { build } = require('./build.js');
const { withLock } = require('./lock.js');
const { ROOT, ToolError, run, tool } = require('./run.js');

function readPackages(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')).packages;
  } catch {
    return null;
  }
}

/* Whether node_modules of a folder holds what its lockfile says; npm notes in it what it has installed. */
function isInstalled(dir) {
  const installed = readPackages(path.join(dir, 'node_modules', '.package-lock.json'));
  const locked = readPackages(path.join(dir, 'package-lock.json'));
  if (installed === null || locked === null) return false;
  return Object.entries(locked).every(([name, { version, optional }]) => {
    if (name === '' || (optional && installed[name] === undefined)) return true;
    return installed[name]?.version === version && fs.existsSync(path.join(dir, name));
  });
}

/* How to start npm: the one that runs us, by this Node; else the one in PATH. */
function npmCommand() {
  const cli = process.env.npm_execpath;
  if (cli && /npm-cli\.c?js$/.test(cli) && fs.existsSync(cli)) return { command: process.execPath, first: [cli] };
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

/* The install script is left out: the build follows, and can then say what it lacks without npm's words around. */
async function install(cwd, command) {
  console.error(`cnet: installing the packages of ${path.relative(ROOT, path.join(cwd, 'package-lock.json'))}`);
  const args = [command, '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund'];
  const { status, output } = await npm(args, { cwd, quiet: true });
  if (status !== 0) throw new ToolError(`${output}\nnpm ${command} ended with status ${status}`);
}

/**
 * Installs the packages of a folder's lockfile, unless they are there.
 * @param {string} [dir]
 * @param {'ci' | 'install'} [command] of npm: `install` where the lockfile names packages for other platforms that the registry
 *   does not have, which `ci` refuses
 */
async function ensurePackages(dir = ROOT, command = 'ci') {
  if (isInstalled(dir)) return;
  await withLock('install', async () => {
    if (!isInstalled(dir)) await install(dir, command);
  });
}

/**
 * Makes a clone ready to run: installs and builds what is missing or out of date, and nothing else.
 * @param {{ build?: boolean }} [options]
 */
async function ensure(options = {}) {
  await ensurePackages();
  if (options.build !== false) await build();
}

module.exports = { ensure, ensurePackages, npm };

if (require.main === module) tool(() => ensure({ build: !process.argv.includes('--no-build') }));
