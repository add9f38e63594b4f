'use strict';
// Tarballs of the package, and programs in folders of their own that it is installed into.

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { npm } = require('../../tools/ensure.js');
const { ROOT, run } = require('../../tools/run.js');

const APP = path.join(__dirname, 'app');

/** Ours alone, but for a blank and letters that are not ASCII: everything but compiling must do with them. */
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet päckage 包 '));
process.once('exit', () => fs.rmSync(work, { recursive: true, force: true }));

/** What would change where the native part is sought, or whether it is compiled. */
const KNOBS = ['CNET_NATIVE', 'NODE_OPTIONS', 'npm_config_ignore_scripts', 'npm_config_build_from_source'];

function environment(more = {}) {
  const env = { ...process.env, ...more };
  for (const name of KNOBS) if (!(name in more)) delete env[name];
  return env;
}

async function mustWork(what, promise) {
  const result = await promise;
  assert.strictEqual(result.status, 0, `${what}:\n${result.output}`);
  return result.output;
}

const npmIn = (cwd, args, env) => mustWork(`npm ${args[0]}`, npm(args, { cwd, env: environment(env), quiet: true }));

/** `npm pack` of a folder. @returns {Promise<string>} the tarball */
async function pack(folder, to, args = []) {
  fs.mkdirSync(to, { recursive: true });
  await npmIn(folder, ['pack', '--pack-destination', to, ...args]);
  return path.join(to, fs.readdirSync(to).find((name) => name.endsWith('.tgz')));
}

/** The tarball that would be published. */
const packOwn = () => pack(ROOT, path.join(work, 'own'));

/** The same with other prebuilds, or none. */
async function repack(tarball, name, change) {
  const dir = path.join(work, name);
  fs.mkdirSync(dir);
  await mustWork('tar', run('tar', ['-xzf', path.relative(dir, tarball)], { cwd: dir, quiet: true }));
  change(path.join(dir, 'package', 'prebuilds'));
  return pack(path.join(dir, 'package'), path.join(dir, 'packed'), ['--ignore-scripts']);
}

/**
 * A new folder with the programs of app/ and the package installed.
 * @param {string} tarball
 * @param {{ args?: string[], env?: object, within?: string, app?: string }} [options] `args`: for npm; `within`: where the
 *   folder is; `app`: other programs
 * @returns {Promise<string>} the folder
 */
async function install(tarball, { args = ['--ignore-scripts'], env, within = work, app = APP } = {}) {
  const dir = fs.mkdtempSync(path.join(within, 'app-'));
  fs.cpSync(app, dir, { recursive: true });
  const manifest = { private: true, allowScripts: { cnet: true, [`file:${tarball}`]: true } };
  fs.writeFileSync(path.join(dir, 'package.json'), JSON.stringify(manifest));
  await npmIn(dir, ['install', '--offline', '--no-audit', '--no-fund', ...args, tarball], env);
  return dir;
}

/** Where the package is in a folder. */
const packageOf = (dir) => path.join(dir, 'node_modules', 'cnet');

/**
 * Runs Node in a folder.
 * @param {string} cwd
 * @param {string[]} args
 * @param {{ node?: string, env?: object }} [options]
 */
function runNode(cwd, args, { node = process.execPath, env } = {}) {
  return run(node, args, { cwd, env: environment(env), quiet: true, timeout: 60000 });
}

module.exports = { environment, install, mustWork, npmIn, packOwn, packageOf, repack, runNode, work };
