'use strict';
// symbols.js: what a prebuild asks for, and what it shows, as its file says: few machines can load all of them.

const fs = require('node:fs');
const path = require('node:path');

const { getZig } = require('./cross.js');
const { ToolError, run } = require('./run.js');
const { getNode, VERSIONS } = require('./test-nodes.js');

/** What Node looks for in an addon. */
const SHOWN = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];

/** What the binaries of the oldest Node line ask for: where a Node runs, a prebuild must not want more. */
const GLIBC = [2, 28];

const isOfNode = (name) => /^(napi|node_api|uv)_/.test(name);

/* --- Linux ------------------------------------------------------------------------------------------------------- */

/**
 * The newest version of glibc that a file asks for. The versions stand in it as plain text; that of packed relocations
 * has no number, and is of glibc 2.36.
 * @param {string} file
 * @returns {string | null} null: none that is newer than what the oldest Node asks for
 */
function newerGlibc(file) {
  const text = fs.readFileSync(file, 'latin1');
  const versions = [...text.matchAll(/\bGLIBC_(\d+)\.(\d+)/g)].map(([, major, minor]) => [Number(major), Number(minor)]);
  if (text.includes('GLIBC_ABI_DT_RELR')) versions.push([2, 36]);
  const [newest] = versions.sort((a, b) => b[0] - a[0] || b[1] - a[1]);
  if (newest === undefined) return null;
  const isMore = newest[0] > GLIBC[0] || (newest[0] === GLIBC[0] && newest[1] > GLIBC[1]);
  return isMore ? newest.join('.') : null;
}

/* The dynamic symbols of a file, by readelf. */
async function dynamicSymbols(file) {
  const { status, output } = await run('readelf', ['-W', '--dyn-syms', file], { quiet: true });
  if (status !== 0) throw new ToolError(`${output}\nthe symbols of ${file} cannot be read`);
  return [...output.matchAll(/^ *\d+: \S+ +\S+ +\S+ +(LOCAL|GLOBAL|WEAK) +\S+ .*?(\w+) +([\w.]+)(@\S+)?(?: \(\d+\))?$/gm)]
    .filter(([, binding]) => binding !== 'LOCAL')
    .map(([, binding, section, name, version]) =>
      ({ name, version, isWeak: binding === 'WEAK', isWanted: section === 'UND' }));
}

/* The functions of musl, of which Zig has a list: those that every processor has. */
async function namesOfMusl() {
  const list = path.join(path.dirname(await getZig()), 'lib', 'libc', 'musl', 'libc.S');
  const names = new Set();
  let depth = 0;
  for (const line of fs.readFileSync(list, 'utf8').split('\n')) {
    if (/^#if/.test(line)) depth++;
    else if (/^#endif/.test(line)) depth--;
    else if (depth === 0) names.add(/^(?:\.globl|\.weak|WEAK\w*) (\w+)/.exec(line)?.[1]);
  }
  return names;
}

/* What is of glibc has its version with it, which tools/prebuild.js looks at. */
async function complaintsOfLinux(file, libc) {
  const symbols = await dynamicSymbols(file);
  const node = await dynamicSymbols(await getNode(VERSIONS[0]));
  const offered = new Set(node.filter(({ isWanted, name }) => !isWanted && isOfNode(name)).map(({ name }) => name));
  if (libc === 'musl') for (const name of await namesOfMusl()) offered.add(name);
  const isHeld = ({ version }) => libc === 'glibc' && version !== undefined;
  const wanted = symbols.filter((symbol) => symbol.isWanted && !symbol.isWeak && !isHeld(symbol));
  const shown = symbols.filter(({ isWanted }) => !isWanted);
  return [
    ...wanted.filter(({ name }) => !offered.has(name)).map(({ name }) => `nobody offers ${name}`),
    ...SHOWN.filter((name) => !shown.some((one) => one.name === name)).map((name) => `it does not show ${name}`),
    ...shown.filter(({ name }) => !SHOWN.includes(name)).map(({ name }) => `it shows ${name}`),
    ...(wanted.filter(({ name }) => isOfNode(name)).length < 50 ? ['it asks for hardly anything of Node'] : []),
  ];
}

/* --- macOS: the file's own format (loader.h, nlist.h of its system) ----------------------------------------------- */

const LC = { SYMTAB: 0x2, LOAD_DYLIB: 0xc, CODE_SIGNATURE: 0x1d, BUILD_VERSION: 0x32, DYLD_INFO_ONLY: 0x80000022 };
const CPUS = { x64: 0x01000007, arm64: 0x0100000c };
const SYSTEM = '/usr/lib/libSystem.B.dylib';

/** In place of the number of a library: whichever has it. */
const WHICHEVER = -2;

const textAt = (bytes, at) => bytes.toString('latin1', at, bytes.indexOf(0, at));

function loadCommands(bytes) {
  const commands = [];
  for (let at = 32, left = bytes.readUInt32LE(16); left > 0; left--) {
    const size = bytes.readUInt32LE(at + 4);
    commands.push({ kind: bytes.readUInt32LE(at), body: bytes.subarray(at, at + size) });
    at += size;
  }
  return commands;
}

/* The symbols that the loader looks for, each with the number of the library that has it: a program of small steps. */
function bindings(bytes, begin, size) {
  const found = [];
  let [at, library, name] = [begin, 0, ''];
  const skipNumber = () => { while (bytes[at++] & 0x80); };
  while (at < begin + size) {
    const [step, value] = [bytes[at] & 0xf0, bytes[at] & 0x0f];
    at++;
    if (step === 0x10) library = value;
    else if (step === 0x30) library = value === 0 ? 0 : value - 16;
    else if (step === 0x40) [name, at] = [textAt(bytes, at), bytes.indexOf(0, at) + 1];
    else if ([0x20, 0x60, 0x70, 0x80, 0xa0, 0xc0].includes(step)) skipNumber();
    if (step === 0xc0) skipNumber();
    if (step >= 0x90) found.push({ name: name.replace(/^_/, ''), library });
  }
  return found;
}

function wantedSymbols(bytes, { body }) {
  const [first, size, firstLazy, lazySize] = [16, 20, 32, 36].map((at) => body.readUInt32LE(at));
  return [...bindings(bytes, first, size), ...bindings(bytes, firstLazy, lazySize)];
}

/* The symbols that others see, without the underscore of C. */
function shownSymbols(bytes, { body }) {
  const [first, count, names] = [8, 12, 16].map((at) => body.readUInt32LE(at));
  const symbols = Array.from({ length: count }, (_, i) => {
    const at = first + i * 16;
    return { type: bytes[at + 4], name: textAt(bytes, names + bytes.readUInt32LE(at)).replace(/^_/, '') };
  });
  const isShown = ({ type }) => (type & 0x11) === 1 && (type & 0xe) !== 0; // N_EXT, not N_PEXT, not N_UNDF
  return symbols.filter(isShown).map(({ name }) => name).filter((name) => !/^(_mh_dylib_header|__dso_handle)$/.test(name));
}

/**
 * What is wrong with a prebuild for macOS: with its load commands, or its symbols.
 * @param {string} file
 * @param {'x64' | 'arm64'} arch
 * @returns {string[]}
 */
function complaintsOfMac(file, arch) {
  const bytes = fs.readFileSync(file);
  if (bytes.readUInt32LE(0) !== 0xfeedfacf || bytes.readUInt32LE(4) !== CPUS[arch]) return [`it is not for ${arch}`];
  const commands = loadCommands(bytes);
  const of = (kind) => commands.filter((command) => command.kind === kind);
  const libraries = of(LC.LOAD_DYLIB).map(({ body }) => textAt(body, body.readUInt32LE(8)));
  const [version] = of(LC.BUILD_VERSION);
  const shown = shownSymbols(bytes, of(LC.SYMTAB)[0]);
  const wanted = wantedSymbols(bytes, of(LC.DYLD_INFO_ONLY)[0]);
  return [
    ...libraries.filter((name) => name !== SYSTEM).map((name) => `it needs ${name}`),
    ...(version?.body.readUInt32LE(8) === 1 ? [] : ['it is not for macOS']),
    ...(version?.body.readUInt32LE(12) === 0x0b0000 ? [] : ['it is not for macOS 11.0 and newer']),
    ...(arch !== 'arm64' || of(LC.CODE_SIGNATURE).length === 1 ? [] : ['it is not signed']),
    ...SHOWN.filter((name) => !shown.includes(name)).map((name) => `it does not show ${name}`),
    ...shown.filter((name) => !SHOWN.includes(name)).map((name) => `it shows ${name}`),
    ...wanted.filter(({ name, library }) => library !== (isOfNode(name) ? WHICHEVER : 1))
      .map(({ name, library }) => `it wants ${name} of library ${library}`),
    ...(wanted.filter(({ name }) => isOfNode(name)).length < 50 ? ['it asks for hardly anything of Node'] : []),
  ];
}

/**
 * What is wrong with what a prebuild asks for and shows, where that can be told from the file alone.
 * @param {string} file
 * @param {{ platform: string, arch: string, libc: string | null }} target
 * @returns {Promise<string[]>}
 */
async function symbolComplaints(file, { platform, arch, libc }) {
  if (platform === 'linux') return complaintsOfLinux(file, libc);
  return platform === 'darwin' ? complaintsOfMac(file, arch) : [];
}

module.exports = { GLIBC, newerGlibc, symbolComplaints };
