'use strict';
// c-files.js: the C files, and the arguments with which a compiler reads them outside of node-gyp.

const fs = require('node:fs');
const path = require('node:path');

const { ownHeaders, sourceFiles } = require('./build.js');
const { ROOT, ToolError } = require('./run.js');

/** The floors of src/, from below, each with the folders that its files may include from: as in cnet.gyp. */
const FLOORS = {
  base: ['base'],
  address: ['base', 'address'],
  proxy: ['base', 'address', 'proxy'],
  platform: ['base', 'platform'],
  core: ['base', 'address', 'proxy', 'platform', 'core'],
  binding: ['base', 'address', 'proxy', 'platform', 'core', 'binding'],
};

/** Every C source and header, relative to the project's folder. */
const cFiles = () => sourceFiles();

/** The sources alone, those of all platforms included. */
const cSources = () => cFiles().filter((name) => name.endsWith('.c'));

const floorOf = (file) => file.split(/[\\/]/)[1];

/** Those that a build on this platform has: see src/platform. */
function isOurPlatform(file) {
  const [, floor, system] = file.split('/');
  if (floor !== 'platform' || system.endsWith('.h')) return true;
  if (process.platform === 'linux') return ['posix', 'linux'].includes(system);
  return (process.platform === 'win32' ? ['windows', 'none'] : ['posix', 'none']).includes(system);
}

/** Those that a build for Windows has. */
const isForWindows = (file) => !/^src\/platform\/(posix|linux)\//.test(file);

/* Those of Node-API and uv.h. The running Node has them, or node-gyp has fetched them. */
function nodeHeaders() {
  const candidates = [ownHeaders(), process.env.npm_config_nodedir];
  const home = process.env.XDG_CACHE_HOME ?? path.join(process.env.HOME ?? '', '.cache');
  candidates.push(path.join(home, 'node-gyp', process.versions.node));
  for (const prefix of candidates.filter(Boolean)) {
    const dir = path.join(prefix, 'include', 'node');
    if (fs.existsSync(path.join(dir, 'uv.h'))) return dir;
  }
  throw new ToolError(`missing: the headers of Node (uv.h), neither beside ${process.execPath} nor fetched: npm run build fetches them`);
}

/* A folder with uv.h and what belongs to it, and nothing else: only the binding may find Node-API. */
function uvHeaders() {
  const dir = path.join(ROOT, 'build', `uv-headers-${process.versions.uv}`);
  const part = `${dir}.${process.pid}`;
  if (fs.existsSync(dir)) return dir;
  for (const name of ['uv.h', 'uv']) fs.cpSync(path.join(nodeHeaders(), name), path.join(part, name), { recursive: true });
  try {
    fs.renameSync(part, dir);
  } catch {
    fs.rmSync(part, { recursive: true }); // somebody else has made it meanwhile
  }
  return dir;
}

const COMMON = ['-std=c11', '-D_GNU_SOURCE', '-DNODE_GYP_MODULE_NAME=cnet'];
const includes = (folders) => folders.map((folder) => `-I${path.join(ROOT, 'src', folder)}`);

/**
 * Include folders and definitions, as in cnet.gyp, of one file; without one: of all. Others' headers are system headers: not ours
 * to be warned of.
 * @param {string} [file]
 */
function compilerArgs(file) {
  const floor = file === undefined ? 'binding' : floorOf(file);
  if (floor !== 'binding') return [...COMMON, ...includes(FLOORS[floor]), '-isystem', uvHeaders()];
  return [...COMMON, ...includes(FLOORS.binding), '-isystem', nodeHeaders(), '-DNAPI_VERSION=8', '-DBUILDING_NODE_EXTENSION'];
}

module.exports = { FLOORS, cFiles, cSources, compilerArgs, isForWindows, isOurPlatform };
