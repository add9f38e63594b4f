'use strict';
// Projects with the programs of app/, on the packed package and on node:net, and the tools of package.json here.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const { run } = require('../../tools/run.js');
const { getNode, VERSIONS } = require('../../tools/test-nodes.js');
const { environment, install, mustWork, packOwn, runNode, work } = require('../packaging/kit.js');

const APP = path.join(__dirname, 'app');
const PACKAGES = path.join(__dirname, 'node_modules');

const OLDEST = VERSIONS[0];
const NEWEST = VERSIONS.at(-1);

/** Made once, when it is first asked for. */
function once(make) {
  let made = null;
  return () => (made ??= make());
}

const folders = [];

function newFolder() {
  folders.push(fs.mkdtempSync(path.join(work, 'project ')));
  return folders.at(-1);
}

/** Removes the folders that the tests of a file have had: all together would take long at the end of the process. */
async function cleanUp() {
  for (const dir of folders.splice(0)) await fs.promises.rm(dir, { recursive: true });
}

/** The same programs on node:net. */
function onNode() {
  const dir = fs.mkdtempSync(path.join(work, 'node '));
  for (const name of fs.readdirSync(APP)) {
    const text = fs.readFileSync(path.join(APP, name), 'utf8');
    fs.writeFileSync(path.join(dir, name), text.replaceAll("'cnet'", "'node:net'"));
  }
  fs.writeFileSync(path.join(dir, 'package.json'), '{ "private": true }');
  return dir;
}

const tarball = once(packOwn);

const bases = {
  cnet: once(async () => install(await tarball(), { app: APP })),
  'node:net': once(onNode),
};

/**
 * A new project with the programs.
 * @param {'cnet' | 'node:net'} [net] what they ask for
 * @returns {Promise<string>} its folder
 */
async function project(net = 'cnet') {
  const dir = newFolder();
  fs.cpSync(await bases[net](), dir, { recursive: true });
  return dir;
}

/** What the programs say on node:net, of the newest line. */
const expected = once(async () => {
  const dir = await project('node:net');
  return mustWork('node:net', runNode(dir, ['program.cjs'], { node: await getNode(NEWEST) }));
});

/** Runs a program, which must say what it says on node:net; `times`: so often. */
async function says(cwd, args, { times = 1, ...options } = {}) {
  const result = await runNode(cwd, args, options);
  assert.deepStrictEqual(result, { status: 0, signal: null, output: (await expected()).repeat(times) });
}

/** The same on the running Node, the oldest and the newest. */
async function saysEverywhere(cwd, args) {
  for (const node of [process.execPath, await getNode(OLDEST), await getNode(NEWEST)]) await says(cwd, args, { node });
}

/** The file of a tool's command. */
function bin(name, command = null) {
  const manifest = JSON.parse(fs.readFileSync(path.join(PACKAGES, name, 'package.json'), 'utf8'));
  const { bin: files } = manifest;
  return path.join(PACKAGES, name, typeof files === 'string' ? files : files[command ?? Object.keys(files)[0]]);
}

/** Lets a project find packages of ours. */
function lend(dir, ...names) {
  fs.mkdirSync(path.join(dir, 'node_modules'), { recursive: true });
  for (const name of names) fs.symlinkSync(path.join(PACKAGES, name), path.join(dir, 'node_modules', name), 'junction');
}

/** Runs a tool, which must end well. @returns {Promise<string>} what it says */
const tool = (cwd, file, args, options) => mustWork(path.basename(file), runNode(cwd, [file, ...args], options));

module.exports = {
  NEWEST,
  OLDEST,
  bin,
  cleanUp,
  environment,
  expected,
  getNode,
  lend,
  mustWork,
  newFolder,
  project,
  run,
  runNode,
  says,
  saysEverywhere,
  tarball,
  tool,
  work,
};
