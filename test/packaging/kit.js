'use strict';
// Tarballs of the package, and programs in folders of their own that it is installed into.

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { ownTarget, prebuildName } = require('../../lib/native/native-file.js');
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

/** The same with other prebuilds, or none. */
async function repack(tarball, name, change) {
  const dir = path.join(work, name);
  fs.mkdirSync(dir);
  await mustWork('tar', run('tar', ['-xzf', path.relative(dir, tarball)], { cwd: dir, quiet: true }));
  change(path.join(dir, 'package', 'prebuilds'));
  return pack(path.join(dir, 'package'), path.join(dir, 'packed'), ['--ignore-scripts']);
}

/** The tarball that would be published, of the prebuilds that are there only with that of this platform. */
async function packOwn() {
  const whole = await pack(ROOT, path.join(work, 'own'));
  const own = path.basename(path.dirname(prebuildName(ownTarget())));
  return repack(whole, 'alone', (prebuilds) => {
    for (const folder of fs.readdirSync(prebuilds).filter((name) => name !== own)) {
      fs.rmSync(path.join(prebuilds, folder), { recursive: true });
    }
    for (const file of fs.readdirSync(path.join(prebuilds, own))) {
      if (file !== path.basename(prebuildName(ownTarget()))) fs.rmSync(path.join(prebuilds, own, file));
    }
  });
}

/** A new folder with the programs of app/, or with others. */
function newApp(app = APP) {
  const dir = fs.mkdtempSync(path.join(work, 'app-'));
  fs.cpSync(app, dir, { recursive: true });
  fs.writeFileSync(path.join(dir, 'package.json'), '{ "private": true }');
  return dir;
}

const INSTALL = ['install', '--offline', '--no-audit', '--no-fund'];

/**
 * A new folder with the programs of app/ and the package installed, as npm does it by itself: scripts may run.
 * @param {string} tarball
 * @param {{ env?: object, app?: string }} [options] `app`: other programs
 * @returns {Promise<string>} the folder
 */
async function install(tarball, { env, app } = {}) {
  const dir = newApp(app);
  await npmIn(dir, [...INSTALL, tarball], env);
  return dir;
}

/**
 * The same by another npm.
 * @param {string} tarball
 * @param {{ node: string, cli: string }} npm the file of npm, and the Node to run it on
 * @returns {Promise<{ dir: string, output: string }>} what npm has said
 */
async function installBy(tarball, { node, cli }) {
  const dir = newApp();
  const PATH = `${path.dirname(node)}${path.delimiter}${process.env.PATH}`;
  const env = environment({ PATH });
  for (const name of Object.keys(env)) if (/^npm_/i.test(name)) delete env[name]; // those of the npm that runs us
  Object.assign(env, { npm_config_userconfig: path.join(dir, 'npmrc'), npm_config_update_notifier: 'false' });
  const output = await mustWork(cli, run(node, [cli, ...INSTALL, tarball], { cwd: dir, env, quiet: true }));
  return { dir, output };
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

module.exports = { environment, install, installBy, mustWork, npmIn, packOwn, packageOf, repack, runNode, work };
