'use strict';
// core-musl.js: what the core and its tests in C are built with over musl: Zig, and libuv from Debian's source package,
// as the libuv of a machine is of its glibc. For tools/test-core.js.

const fs = require('node:fs');
const path = require('node:path');

const { getZig } = require('./cross.js');
const { fetchSource, unpackSource } = require('./debian-source.js');
const { withLock } = require('./lock.js');
const { ROOT, ToolError } = require('./run.js');

const CACHE = path.join(ROOT, '.cache', 'libuv');
const TREE = path.join(CACHE, 'libuv');

/** The files of src/unix that are Linux'; those of src/ are all of it. */
const UNIX = [
  'async', 'core', 'dl', 'fs', 'getaddrinfo', 'getnameinfo', 'linux', 'loop', 'loop-watcher', 'pipe', 'poll', 'process',
  'procfs-exepath', 'proctitle', 'random-devurandom', 'random-getrandom', 'random-sysctl-linux', 'signal', 'stream', 'tcp',
  'thread', 'tty', 'udp',
];

const RUNNERS = { musl: null, 'musl-arm64': '/usr/bin/qemu-aarch64-static' };

/** The modes of tools/test-core.js that are musl's. */
const MUSL_MODES = Object.keys(RUNNERS);

/** What runs the program of a mode; null: the machine. */
const runnerOf = (mode) => RUNNERS[mode];

function fetchLibuv() {
  return withLock('libuv', async () => {
    if (fs.existsSync(TREE)) return;
    await unpackSource(await fetchSource('libuv1', path.join(CACHE, 'apt')), `${TREE}.part`);
    fs.renameSync(`${TREE}.part`, TREE);
    fs.rmSync(path.join(CACHE, 'apt'), { recursive: true });
  });
}

/**
 * The variables of the Makefile, and of the environment.
 * @returns {Promise<{ args: string[], env: object }>}
 */
async function muslBuild() {
  await fetchLibuv().catch((err) => {
    throw new ToolError(`the sources of libuv could not be fetched: ${err.message}`);
  });
  const common = fs.readdirSync(path.join(TREE, 'src')).filter((name) => name.endsWith('.c')).map((name) => `src/${name}`);
  const sources = [...common, ...UNIX.map((name) => `src/unix/${name}.c`)];
  const zig = path.join(ROOT, '.cache', 'zig');
  return {
    args: [`ZIG=${await getZig()}`, `LIBUV=${TREE}`, `LIBUV_SOURCES=${sources.join(' ')}`],
    env: { ZIG_GLOBAL_CACHE_DIR: path.join(zig, 'cache'), ZIG_LOCAL_CACHE_DIR: path.join(zig, 'local') },
  };
}

module.exports = { MUSL_MODES, muslBuild, runnerOf };
