'use strict';
// prebuild.js: `npm run prebuilds`: the native part for this platform, as the package carries it (docs/packaging.md):
// a hardened release build against the headers of the oldest Node line, stripped, in prebuilds/.
//   node tools/prebuild.js            makes it, unless it is there and made from the sources as they are
//   node tools/prebuild.js --pack     the same before `npm pack`: by the headers of the running Node, when it has
//                                     them, so that nothing is fetched
//   node tools/prebuild.js --all [names]   makes those of all platforms, or of some, on Linux x64 (tools/cross.js)
//   node tools/prebuild.js --again [names] makes them once more, and compares: the bytes must be the same
//   node tools/prebuild.js --check    whether those of all platforms are there, made from these sources and by the
//                                     headers of the oldest line, and take the glibc that Node takes

const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { ownTarget, prebuildName } = require('../lib/native/native-file.js');
const { checkTools, fingerprint, nodeGyp, ownHeaders } = require('./build.js');
const { ZIG, crossCompile, crossFiles, nameOf } = require('./cross.js');
const { ensurePackages } = require('./ensure.js');
const { withLock } = require('./lock.js');
const { ROOT, ToolError, run, showWork, tool } = require('./run.js');
const { GLIBC, newerGlibc, symbolComplaints } = require('./symbols.js');
const { getNode, VERSIONS } = require('./test-nodes.js');

/** The platforms of a release. */
const TARGETS = [
  ...['x64', 'arm64'].flatMap((arch) => ['glibc', 'musl'].map((libc) => ({ platform: 'linux', arch, arm: 0, libc }))),
  { platform: 'linux', arch: 'arm', arm: 7, libc: 'glibc' },
  ...['s390x', 'ppc64'].map((arch) => ({ platform: 'linux', arch, arm: 0, libc: 'glibc' })),
  ...['darwin', 'win32'].flatMap((platform) =>
    ['x64', 'arm64'].map((arch) => ({ platform, arch, arm: 0, libc: null }))),
];

const [OLDEST, WINDOWS_ON_ARM] = VERSIONS; // the first Node for Windows on ARM is of the second line

const USAGE = 'usage: node tools/prebuild.js [--check | --pack | --all [NAME...] | --again [NAME...]]';

const IS_OLDEST = process.versions.node.split('.')[0] === OLDEST.split('.')[0];

/* Tells which sources a prebuild was made from. It stays out of the package. */
const stampOf = (target) => `${path.join(ROOT, prebuildName(target))}.stamp`;

const sourcesFor = ({ platform, arch, libc }) => fingerprint([platform, arch, libc ?? ''].join(' '));

/* What the stamp says behind the sources when the headers were not those that a release is made by. */
const OTHER_HEADERS = ` by the headers of Node ${process.versions.node}`;

/* Of the contents of files. */
function hashOf(files) {
  const hash = crypto.createHash('sha256');
  for (const file of files) hash.update(fs.readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

/* What it says of one that was made for another platform, or for this one with the compiler for all. */
const BY_ZIG = ` by Zig ${ZIG.version}, ${hashOf(crossFiles())}`;

/** @param {string[]} [ways] of making it, each of which is as good: what the stamp says behind the sources */
function isMade(target, ways = ['', BY_ZIG]) {
  if (!fs.existsSync(path.join(ROOT, prebuildName(target))) || !fs.existsSync(stampOf(target))) return false;
  const made = fs.readFileSync(stampOf(target), 'utf8');
  return ways.some((way) => made === sourcesFor(target) + way);
}

/* What glibc a prebuild asks for, if that is too new. */
function tooNew(target) {
  if (target.libc !== 'glibc') return null;
  const newer = newerGlibc(path.join(ROOT, prebuildName(target)));
  return newer === null ? null : `${prebuildName(target)} needs glibc ${newer}, and Node itself only ${GLIBC.join('.')}`;
}

/* What node-gyp is told of the headers. On Linux they come from npm, as the Nodes of the tests do. */
async function headers({ platform, arch }, takesOwn) {
  if ((takesOwn || IS_OLDEST) && ownHeaders() !== null) {
    return { dir: ownHeaders(), args: [] };
  }
  if (platform === 'linux') {
    return { dir: path.dirname(path.dirname(await getNode(OLDEST))), args: [] };
  }
  const version = platform === 'win32' && arch === 'arm64' ? WINDOWS_ON_ARM : OLDEST;
  return { dir: null, args: [`--target=${version}`] };
}

/* Built beside build/, which the running tests may use, and from a copy, so that no path of this machine gets in. */
async function compile(target, dir, takesOwn) {
  fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(dir, { recursive: true });
  fs.cpSync(path.join(ROOT, 'src'), path.join(dir, 'src'), { recursive: true });
  const { dir: nodeDir, args } = await headers(target, takesOwn);
  const { status, output } = await nodeGyp(dir, nodeDir, { args: ['--release', ...args] });
  const binary = path.join(dir, 'build', 'Release', 'cnet.node');
  if (status !== 0 || !fs.existsSync(binary)) {
    throw new ToolError(`${output}\nthe prebuild could not be made: node-gyp ended with status ${status}`);
  }
  if (/warning:/.test(output)) console.error(output);
  return binary;
}

/* What debuggers want, and what the linker wanted. On Windows that is in a file of its own. */
async function strip(binary, platform) {
  if (platform === 'win32') return;
  const args = platform === 'darwin' ? ['-Sx', binary] : ['--strip-unneeded', binary];
  const { status, output } = await run(process.env.STRIP || 'strip', args, { quiet: true });
  if (status !== 0) throw new ToolError(`${output}\nthe prebuild could not be stripped`);
}

/* Puts what was made into its place, and beside it what it was made from. */
function place(target, binary, stamp) {
  const file = path.join(ROOT, prebuildName(target));
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.rmSync(stampOf(target), { force: true });
  fs.copyFileSync(binary, `${file}.part`);
  fs.renameSync(`${file}.part`, file);
  fs.writeFileSync(stampOf(target), stamp);
  const complaint = tooNew(target);
  if (complaint !== null) console.error(`cnet: ${complaint}, so it must not be in a release`);
}

async function make(target, takesOwn) {
  const dir = path.join(ROOT, '.cache', 'prebuild');
  const made = sourcesFor(target);
  const binary = await compile(target, dir, takesOwn);
  await strip(binary, target.platform);
  place(target, binary, takesOwn && !IS_OLDEST && ownHeaders() !== null ? made + OTHER_HEADERS : made);
  fs.rmSync(dir, { recursive: true, force: true });
}

/**
 * Makes the prebuild for this platform if need be.
 * @param {boolean} [takesOwn] the headers of the running Node may be taken, whichever it is
 */
async function prebuild(takesOwn = false) {
  const target = ownTarget();
  const ways = ['', BY_ZIG, ...(takesOwn ? [OTHER_HEADERS] : [])];
  if (isMade(target, ways)) return;
  await withLock('prebuild', async () => {
    if (isMade(target, ways)) return;
    checkTools();
    await ensurePackages();
    await showWork(`making ${prebuildName(target)}`, () => make(target, takesOwn));
  });
}

/* --- of all platforms -------------------------------------------------------------------------------------------- */

/**
 * The platforms that are meant by names such as `linux-arm64`, `linux-x64 musl`, `win32`; all when there is none.
 * @param {string[]} names
 */
function choose(names) {
  for (const name of names) {
    if (!TARGETS.some((target) => nameOf(target).startsWith(name))) {
      throw new ToolError(`there is no platform ${name}; the platforms are ${TARGETS.map(nameOf).join(', ')}`);
    }
  }
  return TARGETS.filter((target) => names.length === 0 || names.some((name) => nameOf(target).startsWith(name)));
}

/**
 * Makes the prebuilds of other platforms, on this one.
 * @param {typeof TARGETS} targets
 */
async function makeAll(targets) {
  await ensurePackages();
  if (targets.every((target) => isMade(target, [BY_ZIG]))) return;
  await withLock('prebuild', async () => {
    for (const target of targets) {
      if (isMade(target, [BY_ZIG])) continue;
      const dir = path.join(ROOT, '.cache', 'prebuild');
      const stamp = sourcesFor(target) + BY_ZIG;
      await showWork(`making ${prebuildName(target)}`, async () =>
        place(target, await crossCompile(target, dir), stamp));
      fs.rmSync(dir, { recursive: true, force: true });
    }
  });
}

/* Makes each once more, in another folder and with nothing of before: what Zig compiles of its own libraries too. */
async function makeAgain(targets) {
  await makeAll(targets);
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-again-'));
  const others = [];
  try {
    for (const target of targets) {
      await showWork(`making ${prebuildName(target)} again`, async () => {
        const again = await crossCompile(target, path.join(dir, 'work'), { cache: path.join(dir, 'cache') });
        if (!isMade(target, [BY_ZIG])) throw new ToolError('the sources were changed meanwhile');
        const first = fs.readFileSync(path.join(ROOT, prebuildName(target)));
        if (!first.equals(fs.readFileSync(again))) others.push(nameOf(target));
      });
    }
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
  if (others.length > 0) throw new ToolError(`these prebuilds have other bytes when they are made again: ${others.join(', ')}`);
  console.error(`cnet: the prebuilds of ${targets.length} platforms have the same bytes when they are made again`);
}

async function check() {
  const missing = TARGETS.filter((target) => !isMade(target)).map(prebuildName);
  if (missing.length > 0)
    throw new ToolError(`these prebuilds are missing, or were made from other sources or newer headers: ${missing.join(', ')}`);
  const complaints = TARGETS.map(tooNew).filter(Boolean);
  for (const target of TARGETS) {
    const name = prebuildName(target);
    const found = await symbolComplaints(path.join(ROOT, name), target);
    complaints.push(...found.map((complaint) => `${name}: ${complaint}`));
  }
  if (complaints.length > 0) throw new ToolError(complaints.join('\n'));
  console.error(`cnet: the prebuilds of ${TARGETS.length} platforms are complete and up to date`);
}

module.exports = { TARGETS, choose, makeAll, tooNew };

if (require.main === module) {
  tool(async () => {
    const [wanted, ...names] = process.argv.slice(2);
    if (![undefined, '--check', '--pack', '--all', '--again'].includes(wanted)) throw new ToolError(USAGE);
    if (wanted === '--all') return makeAll(choose(names));
    if (wanted === '--again') return makeAgain(choose(names));
    if (names.length > 0) throw new ToolError(USAGE);
    if (wanted === '--check') return check();
    return prebuild(wanted === '--pack');
  });
}
