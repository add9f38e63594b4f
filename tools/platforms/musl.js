'use strict';
// musl.js: a Node over musl, on a Linux x64 machine with glibc. npm has no package of such a Node, but that of pnpm for
// musl is one: a single executable. Made a plain Node again, it runs by the loader of Debian's package musl, with this
// machine's libstdc++ and libgcc; what these want of glibc is in musl/glibc-names.c.

const fs = require('node:fs');
const path = require('node:path');

const { zig } = require('../cross.js');
const { fetchPackage } = require('../fetch.js');
const { withLock } = require('../lock.js');
const { ROOT, ToolError, run } = require('../run.js');

const PNPM = {
  name: '@pnpm/linuxstatic-x64',
  version: '11.21.0',
  integrity: 'sha512-6Y2u+AfOUuTqWgTCpFhySL8HAcONDucCFixKle9tWoW7bm8RF0+fwQBRWNWGdx+Toau07wZ1LNZPqN8gpgeBDQ==',
};

/** The Node that it holds. */
const VERSION = '26.0.0';

const LOADER = '/lib/ld-musl-x86_64.so.1';
const LIBRARIES = '/usr/lib/x86_64-linux-gnu';

const DIR = path.join(ROOT, '.cache', 'nodes', `node-linux-x64-musl-${VERSION}`);

/** What says in a Node whether it is a single executable: the figure behind it is 1 then. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:';

/* --- ELF: the entries that say which libraries a program needs, and where they are -------------------------------- */

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const DT_NEEDED = 1n;
const DT_STRTAB = 5n;
const DT_RUNPATH = 29n;

/* The parts of a 64-bit file: what they are, and where they are in the file and in memory. */
function partsOf(bytes) {
  const first = Number(bytes.readBigUInt64LE(32));
  return Array.from({ length: bytes.readUInt16LE(56) }, (_, i) => {
    const at = first + i * bytes.readUInt16LE(54);
    const [offset, address, , size] = [8, 16, 24, 32].map((more) => Number(bytes.readBigUInt64LE(at + more)));
    return { type: bytes.readUInt32LE(at), offset, address, size };
  });
}

/* The libraries that a file needs, each with the place of the entry and that of its name. */
function neededBy(bytes) {
  const parts = partsOf(bytes);
  const { offset, size } = parts.find(({ type }) => type === PT_DYNAMIC);
  const entries = Array.from({ length: size / 16 }, (_, i) => {
    const at = offset + i * 16;
    return { at, tag: bytes.readBigInt64LE(at), value: Number(bytes.readBigUInt64LE(at + 8)) };
  });
  const { value: table } = entries.find(({ tag }) => tag === DT_STRTAB);
  const held = parts.find((part) => part.type === PT_LOAD && table >= part.address && table < part.address + part.size);
  const names = table - held.address + held.offset;
  return entries.filter(({ tag }) => tag === DT_NEEDED).map(({ at, value }) =>
    ({ at, place: names + value, name: bytes.toString('latin1', names + value, bytes.indexOf(0, names + value)) }));
}

/* In place of a library that it needs, a file is told to look for the others beside itself. */
function lookBeside(bytes, name) {
  const { at, place } = neededBy(bytes).find((needed) => needed.name === name);
  bytes.writeBigInt64LE(DT_RUNPATH, at);
  bytes.write('$ORIGIN\0', place, 'latin1');
}

/* Each name is shorter than that which it replaces. musl takes every name that begins so for itself. */
function needMusl(bytes, name) {
  const needed = neededBy(bytes).find((one) => one.name === name);
  if (needed !== undefined) bytes.write('libc.so\0', needed.place, 'latin1');
}

/* --- the Node ----------------------------------------------------------------------------------------------------- */

/** What becomes of libstdc++.so.6: the real one, needed by that of ours, which is found first and takes its name. */
const REAL = 'libstdc++.glibc.so';

async function compile(args) {
  const { status, output } = await zig(['cc', '-target', 'x86_64-linux-musl', '-shared', '-fPIC', '-O2', '-s', ...args], DIR);
  if (status !== 0) throw new ToolError(`${output}\nwhat libstdc++ wants of glibc could not be compiled`);
}

async function makeLibraries(dir) {
  const real = fs.readFileSync(path.join(LIBRARIES, 'libstdc++.so.6'));
  needMusl(real, 'ld-linux-x86-64.so.2');
  fs.copyFileSync(path.join(LIBRARIES, 'libgcc_s.so.1'), path.join(dir, 'libgcc_s.so.1'));
  const named = path.join(dir, REAL); // the linker notes how a library calls itself: this one calls itself as it should
  await compile(['-x', 'c', '/dev/null', `-Wl,-soname,${REAL}`, '-o', named]);
  await compile([path.join(__dirname, 'musl', 'glibc-names.c'), '-Wl,-soname,libstdc++.so.6', '-Wl,--no-as-needed', named,
    '-Wl,--allow-shlib-undefined', '-o', path.join(dir, 'libstdc++.so.6')]);
  fs.writeFileSync(named, real);
}

/* The package's program, told that it is no single executable, and where its libraries are. */
function makeNode(packed, dir) {
  const bytes = fs.readFileSync(packed);
  lookBeside(bytes, 'libgcc_s.so.1'); // libstdc++ needs it too
  bytes.write('0', bytes.indexOf(`${FUSE}1`) + FUSE.length, 'latin1');
  fs.writeFileSync(path.join(dir, 'node'), bytes, { mode: 0o755 });
}

/** @returns {Promise<string>} the program, made when it is not there yet */
function getMuslNode() {
  const program = path.join(DIR, 'bin', 'node');
  return withLock('nodes', async () => {
    if (fs.existsSync(program)) return program;
    await fetchPackage(`${PNPM.name}@${PNPM.version}`, DIR, PNPM.integrity);
    const part = path.join(DIR, 'part');
    fs.mkdirSync(part, { recursive: true });
    await makeLibraries(part);
    makeNode(path.join(DIR, 'package', 'pnpm'), part);
    fs.rmSync(path.join(DIR, 'package'), { recursive: true });
    fs.renameSync(part, path.dirname(program));
    return program;
  });
}

/** The machine, for machines.js. */
const musl = {
  node: { platform: 'linux-x64', version: VERSION }, getNode: getMuslNode, prebuild: 'linux-x64 musl', slowness: 2,
  lacks() {
    if (process.platform !== 'linux' || process.arch !== 'x64') return 'it is for Linux x64';
    if (!fs.existsSync(LOADER)) return `${LOADER} is not there (Debian: apt-get install musl)`;
    if (!fs.existsSync(path.join(LIBRARIES, 'libstdc++.so.6'))) return `${LIBRARIES}/libstdc++.so.6 is not there`;
    return null;
  },
  prepare: async () => {},
  place: (file) => file,
  run,
};

module.exports = { musl };
