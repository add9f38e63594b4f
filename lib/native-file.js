'use strict';

/**
 * Finds the native part and loads it: what was compiled here, else the prebuild for this platform. The places are
 * named as node-gyp-build names them, so that tools that know those find them too (docs/packaging.md).
 */

const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');

/** musl's file, by the name of the loader that it also is, or by its own. That of glibc is libc.so.6 or libc-2.31.so. */
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

/**
 * The place of a prebuild in the package.
 * @param {{ platform: string, arch: string, libc: string | null }} target
 * @returns {string} relative to the package's folder
 */
function prebuildName(target) {
  const tag = target.libc === null ? '' : `.${target.libc}`;
  return path.join('prebuilds', `${target.platform}-${target.arch}`, `cnet${tag}.node`);
}

/** What the running Node needs. */
const ownTarget = () => ({ platform: process.platform, arch: process.arch, libc: libc() });

function notLoaded({ platform, arch, libc: name }, failures) {
  const where = `${platform}-${arch}${name === null ? '' : ` (${name})`}, Node ${process.version}`;
  const sought = failures.map(({ file, why }) => `  ${file}: ${why}`).join('\n');
  const error = new Error(
    `cnet: there is no native part that works on ${where}. Sought:\n${sought}\n` +
      `To compile it (with a C compiler, make, Python 3 and npm): node "${path.join(ROOT, 'tools', 'build.js')}"\n` +
      'If it is elsewhere, set CNET_NATIVE to its path.',
    { cause: failures.find(({ cause }) => cause)?.cause },
  );
  error.code = 'ERR_DLOPEN_FAILED';
  return error;
}

/**
 * Loads a file into an object of its own. With require() all copies of this package in an environment would share one, which
 * tells only the first of them what happens: and Jest, for one, loads a copy for each test file.
 */
function open(file) {
  const holder = { exports: {} };
  process.dlopen(holder, path.toNamespacedPath(file));
  return holder.exports;
}

/**
 * Loads the native part. CNET_NATIVE names another build of it, which is then the only one sought.
 * @returns {object} what the addon exports
 * @throws {Error} code ERR_DLOPEN_FAILED: with all that was tried, and why it was not taken
 */
function loadNative() {
  if (process.env.CNET_NATIVE) return open(path.resolve(process.env.CNET_NATIVE));
  const failures = [];
  const target = ownTarget();
  for (const name of [path.join('build', 'Release', 'cnet.node'), prebuildName(target)]) {
    const file = path.join(ROOT, name);
    if (!fs.existsSync(file)) {
      failures.push({ file, why: 'is not there' });
      continue;
    }
    try {
      return open(file);
    } catch (cause) {
      failures.push({ file, why: cause.message, cause });
    }
  }
  throw notLoaded(target, failures);
}

module.exports = { loadNative, ownTarget, prebuildName };
