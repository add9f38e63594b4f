'use strict';
// c-files.js: the C files, and the arguments with which a compiler reads them outside of node-gyp.

const fs = require('node:fs');
const path = require('node:path');

const { ownHeaders } = require('./build.js');
const { ROOT, ToolError } = require('./run.js');

/** Every C source and header, relative to the project's folder. */
function cFiles() {
  return fs.readdirSync(path.join(ROOT, 'src')).filter((name) => /\.[ch]$/.test(name)).sort()
    .map((name) => path.join('src', name));
}

/** The sources alone, platform_stub.c included, which is built on no platform of ours. */
const cSources = () => cFiles().filter((name) => name.endsWith('.c'));

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

/** Include folders and definitions as in cnet.gyp. Others' headers are system headers: not ours to be warned of. */
function compilerArgs() {
  return [
    '-std=c11', '-Isrc', '-isystem', nodeHeaders(),
    '-DNAPI_VERSION=8', '-D_GNU_SOURCE', '-DBUILDING_NODE_EXTENSION', '-DNODE_GYP_MODULE_NAME=cnet',
  ];
}

module.exports = { cFiles, cSources, compilerArgs };
