'use strict';
// c-files.js: the C files, and the arguments with which a compiler reads them outside of node-gyp (build.js) and make
// (Makefile).

const path = require('node:path');

const { apiHeaders, sourceFiles } = require('./build.js');
const { ROOT } = require('./run.js');

/** The C sources that a build on this platform has: see src/platform. */
function ourSources() {
  const systems = { linux: ['posix', 'linux'], win32: ['windows', 'none'] }[process.platform] ?? ['posix', 'none'];
  return sourceFiles().filter((name) => name.endsWith('.c')).filter((name) => {
    const [, floor, system] = name.split('/');
    return floor !== 'platform' || systems.includes(system);
  });
}

/** The include paths of all floors. */
const ours = () => [...new Set(sourceFiles().map((name) => name.split('/')[1]))]
  .map((floor) => `-I${path.join(ROOT, 'src', floor)}`);

/** Others' headers are system headers: not ours to be warned of. uv.h lies where the build has copied it. */
const others = (folder) => ['-isystem', folder];

/** Include folders and definitions as in cnet.gyp, but of all floors together. The native part must have been built. */
const compilerArgs = () => [
  '-std=c11', '-D_GNU_SOURCE', '-DNODE_GYP_MODULE_NAME=cnet', '-DNAPI_VERSION=8', '-DBUILDING_NODE_EXTENSION',
  ...ours(),
  ...others(path.join(ROOT, 'build', 'gyp', 'build', 'uv')), ...others(apiHeaders()),
];

module.exports = { compilerArgs, ourSources };
