'use strict';

/**
 * Finds the native part and loads it: what was compiled here, else the prebuild for this platform. The places are
 * named as node-gyp-build names them, so that tools that know those find them too (docs/packaging.md). A bundler may
 * have put this file somewhere else, or into one of its own: docs/surroundings.md says what is found then.
 */

const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');

/** That of package.json: what a bundle was made of must fit what is found elsewhere. */
const VERSION = '0.1.0';

/** What holds the native part in a single executable (docs/surroundings.md). */
const ASSET = 'cnet.node';

/** musl's libc, named as a loader (ld-musl-*) or as libc.so. That of glibc is libc.so.6 or libc-2.31.so. */
const MUSL = /\/(ld-musl-[^/]*|libc\.so)$/m;

/**
 * The C library of the running process on Linux, by what is mapped into it; null elsewhere. It must be known before
 * the loading: musl takes a file that was built for glibc when its symbols happen to be there.
 * @returns {'glibc' | 'musl' | null}
 */
function libc() {
  if (process.platform !== 'linux') return null;
  try {
    return MUSL.test(fs.readFileSync('/proc/self/maps', 'latin1')) ? 'musl' : 'glibc';
  } catch { // no /proc, or --permission without it: the report knows as well, and takes longer
    return process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
  }
}

/** The names of a prebuild's folder, in prebuilds/, and file. */
const folderOf = ({ platform, arch }) => `${platform}-${arch}`;
const fileOf = ({ arm, libc: name }) =>
  ['cnet', ...(arm ? [`armv${arm}`] : []), ...(name === null ? [] : [name]), 'node'].join('.');

/** What stands in a native part that fits (src/binding/constants.h). */
const stampOf = ({ platform, arch, libc: name }) =>
  `cnet ${VERSION} for ${platform}-${arch}${name === null ? '' : ` ${name}`}`;

/** The stamp in a file that does not load. */
const STAMP = /cnet \d[^ \0]* for [\w-]+(?: \w+)?(?=\0)/;

/**
 * The place of a prebuild in the package.
 * @param {{ platform: string, arch: string, arm?: number, libc: string | null }} target
 * @returns {string} relative to the package's folder
 */
const prebuildName = (target) => path.join('prebuilds', folderOf(target), fileOf(target));

/**
 * What the running Node needs. `arm`: the version of 32-bit ARM that it was compiled for, as an older processor has not
 * the instructions of a newer one.
 */
function ownTarget() {
  const { platform, arch } = process;
  const arm = arch === 'arm' ? Number(process.config.variables.arm_version) : 0;
  return { platform, arch, arm, libc: libc() };
}

/* --- the places --------------------------------------------------------------------------------------------------- */

/**
 * In this package. Tools that follow files (nft, ncc) take the paths from this text: they must stand here as they
 * are.
 */
const inPackage = (target) => [
  path.join(__dirname, '..', '..', 'build', 'Release', 'cnet.node'),
  path.join(__dirname, '..', '..', 'prebuilds', folderOf(target), fileOf(target)),
];

/** The folder of the program, where this file has none of its own: in a bundle that is an ES module. */
function programFolder() {
  try {
    return path.dirname(fs.realpathSync(process.argv[1]));
  } catch { // there is no such file: `node -e`
    return null;
  }
}

/**
 * Where the package is that a bundle was made of: as require() finds it there. Never from the current folder, which
 * is anybody's.
 * @returns {string | null} its folder
 */
function packageOf(dir) {
  try {
    const file = createRequire(path.join(dir, 'bundle.js')).resolve('cnet/package.json');
    return JSON.parse(fs.readFileSync(file, 'utf8')).version === VERSION ? path.dirname(file) : null;
  } catch {
    return null;
  }
}

/** For a bundle: beside it, and in the package. */
function forBundle(dir, target) {
  if (dir === null) return [];
  const name = prebuildName(target);
  const found = packageOf(dir);
  return [
    path.join(dir, name),
    ...(found === null ? [] : [path.join(found, 'build', 'Release', 'cnet.node'), path.join(found, name)]),
  ];
}

/** @returns {string[]} without what was sought before */
function places(target) {
  if (typeof __dirname !== 'string') return forBundle(programFolder(), target);
  const own = inPackage(target);
  if (fs.existsSync(path.join(__dirname, 'native-file.js'))) return own;
  return [...own, ...forBundle(__dirname, target).filter((file) => !own.includes(file))];
}

/* --- loading ------------------------------------------------------------------------------------------------------ */

function howToGetIt() {
  const builder = typeof __dirname === 'string' ? path.join(__dirname, '..', '..', 'tools', 'build.js') : '';
  if (fs.existsSync(builder)) return `To compile it (with a C compiler, make, Python 3 and npm): node "${builder}"`;
  return 'This is a bundle: keep cnet out of it (external), or copy the folder prebuilds/ of cnet next to the bundle.';
}

function notLoaded({ platform, arch, libc: name }, failures) {
  const where = `${platform}-${arch}${name === null ? '' : ` (${name})`}, Node ${process.version}`;
  const sought = failures.map(({ file, why }) => `  ${file}: ${why}`).join('\n');
  const error = new Error(
    `cnet: no native binary works on ${where}. Tried:\n${sought}\n` +
      `${howToGetIt()}\n` +
      'If you have it elsewhere, set CNET_NATIVE to the path of cnet.node.',
    { cause: failures.find(({ cause }) => cause)?.cause },
  );
  error.code = 'ERR_DLOPEN_FAILED';
  return error;
}

/** Whether it is of this version, and for this platform; one that C knows no name of is 'other' there. */
function fits(stamp, target) {
  const arches = [target.arch, 'other'];
  return arches.some((arch) =>
    [target.platform, 'other'].some((platform) => stamp === stampOf({ ...target, arch, platform })));
}

function misfit(file, stamp, target, cause) {
  const theirs = stamp === undefined ? 'is no native part of this version of cnet' : `is the native part of ${stamp}`;
  const text = `cnet: ${file} ${theirs}, and this process needs that of ${stampOf(target)}`;
  const error = new Error(text, cause && { cause });
  return Object.assign(error, { code: 'ERR_DLOPEN_FAILED' });
}

/** Why a file was not loaded: for what it is, if that can be read in it and is something else; else what was said. */
function whyNot(cause, file, target) {
  let stamp;
  try {
    [stamp] = STAMP.exec(fs.readFileSync(file, 'latin1')) ?? [];
  } catch {} // the cause says so
  return stamp === undefined || fits(stamp, target) ? cause : misfit(file, stamp, target, cause);
}

/**
 * Loads a file into an object of its own. With require() all copies of this package in an environment would share
 * one, which tells only the first of them what happens: and Jest, for one, loads a copy for each test file.
 * @throws {Error} code ERR_DLOPEN_FAILED: it is that of another version, which means something else by its numbers, or
 *   for another platform
 */
function open(file, target) {
  const holder = { exports: {} };
  try {
    process.dlopen(holder, path.toNamespacedPath(file));
  } catch (err) {
    throw whyNot(err, file, target);
  }
  const { STAMP: stamp } = holder.exports.constants ?? {};
  if (stamp !== undefined && fits(stamp, target)) return holder.exports;
  throw misfit(file, stamp, target);
}

/**
 * Loads what a single executable holds. The loader wants a file, which is there for that moment, and nobody else can
 * write to it.
 * @returns {object | null} null: this is none, or it holds no native part
 */
function openAsset(target) {
  const sea = process.getBuiltinModule?.('node:sea');
  if (!sea?.isSea?.() || sea.getRawAsset === undefined) return null;
  let bytes;
  try {
    bytes = new Uint8Array(sea.getRawAsset(ASSET));
  } catch {
    return null;
  }
  const { tmpdir } = require('node:os');
  const dir = fs.mkdtempSync(path.join(tmpdir(), 'cnet-native-'));
  try {
    const file = path.join(dir, ASSET);
    fs.writeFileSync(file, bytes, { mode: 0o500 });
    return open(file, target);
  } finally {
    try {
      fs.rmSync(dir, { recursive: true });
    } catch {} // Windows keeps a file that is loaded
  }
}

/**
 * Loads the native part. CNET_NATIVE names another build of it, which is then the only one sought.
 * @returns {object} what the addon exports
 * @throws {Error} code ERR_DLOPEN_FAILED: with all that was tried, and why it was not taken
 */
function loadNative() {
  const target = ownTarget();
  if (process.env.CNET_NATIVE) return open(path.resolve(process.env.CNET_NATIVE), target);
  const held = openAsset(target);
  if (held !== null) return held;
  const failures = [];
  for (const file of places(target)) {
    if (!fs.existsSync(file)) {
      failures.push({ file, why: 'this file does not exist' });
      continue;
    }
    try {
      return open(file, target);
    } catch (cause) {
      failures.push({ file, why: cause.message, cause });
    }
  }
  throw notLoaded(target, failures);
}

module.exports = { VERSION, loadNative, ownTarget, prebuildName };
