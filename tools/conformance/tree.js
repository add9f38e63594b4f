'use strict';
// tree.js: the tests of Node's source tree: a tree that is there, or the one in Debian's source package `nodejs`, which
// is fetched into .cache/conformance/ by an apt configuration of its own. The machine's apt is read, never changed.

const fs = require('node:fs');
const path = require('node:path');

const { withLock } = require('../lock.js');
const { need } = require('../need.js');
const { ROOT, run } = require('../run.js');

/** The Debian whose source package is taken: its Node, 20.19.2, carries the tests. */
const SUITE = 'trixie';

const CACHE = path.join(ROOT, '.cache', 'conformance');
const APT = path.join(CACHE, 'apt');
const TREE = path.join(CACHE, `nodejs-${SUITE}`);
const APT_ENTRIES = '/etc/apt';

/** Whether a folder is a source tree of Node, or the part of one that is needed here. */
function isTree(dir) {
  return (
    fs.existsSync(path.join(dir, 'test', 'common', 'index.js')) && fs.existsSync(path.join(dir, 'test', 'parallel'))
  );
}

/** The version of the Node that a tree makes, as `v20.19.2`. */
function treeVersion(tree) {
  const text = fs.readFileSync(path.join(tree, 'src', 'node_version.h'), 'utf8');
  const part = (name) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1] ?? '?';
  return `v${part('MAJOR')}.${part('MINOR')}.${part('PATCH')}`;
}

/* --- the machine's Debian entry, as one for the sources of SUITE ------------------------------------------------ */

function aptFiles() {
  const parts = path.join(APT_ENTRIES, 'sources.list.d');
  const names = fs.existsSync(parts) ? fs.readdirSync(parts).sort() : [];
  return [path.join(APT_ENTRIES, 'sources.list'), ...names.map((name) => path.join(parts, name))]
    .filter((file) => fs.existsSync(file))
    .map((file) => ({ name: file, text: fs.readFileSync(file, 'utf8') }));
}

/* `deb [signed-by=…] http://… bookworm main` */
function fromLine(line) {
  const [, options = '', uri] = /^\s*deb(?:-src)?\s+(\[[^\]]*\]\s+)?(\S+)\s+\S+\s+.*\bmain\b/.exec(line) ?? [];
  const kept = /signed-by=[^\]\s]+/i.exec(options);
  return uri && { uri, signedBy: kept?.[0].slice('signed-by='.length) };
}

/* A paragraph of `Key: value` lines. */
function fromParagraph(text) {
  const field = (name) => new RegExp(`^${name}:\\s*(.*)$`, 'im').exec(text)?.[1].trim();
  if (!/\bmain\b/.test(field('Components') ?? '') || !field('URIs')) return undefined;
  return { uri: field('URIs').split(/\s+/)[0], signedBy: field('Signed-By') };
}

/* An archive of Debian itself: not the one of security updates, which keeps no original sources. */
function isDebian(entry) {
  return entry !== undefined && /debian/.test(`${entry.uri} ${entry.signedBy}`) && !/security/.test(entry.uri);
}

/** @returns {string | undefined} an entry for apt, in its one-line form */
function sourceEntry() {
  for (const { name, text } of aptFiles()) {
    const pieces = name.endsWith('.sources')
      ? text.split(/\n\s*\n/).map(fromParagraph)
      : text.split('\n').map(fromLine);
    const found = pieces.find(isDebian);
    if (found === undefined) continue;
    const key = found.signedBy?.startsWith('/') ? `[signed-by=${found.signedBy}] ` : '';
    return `deb-src ${key}${found.uri} ${SUITE} main\n`;
  }
  return undefined;
}

/* --- fetching ---------------------------------------------------------------------------------------------------- */

function apt(args) {
  const options = {
    'Dir::Etc::sourcelist': path.join(APT, `${SUITE}.list`),
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': path.join(APT, 'lists'),
    'Dir::Cache': path.join(APT, 'cache'),
  };
  const pairs = Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  return run('apt-get', ['-q', ...pairs, ...args], { cwd: APT, quiet: true, timeout: 300000 });
}

function lastLine(text) {
  return text.trim().split('\n').filter((line) => /^[EW]:|error/i.test(line)).pop() ?? text.trim().split('\n').pop();
}

/* Throws a text that says why not. */
async function download() {
  const entry = sourceEntry();
  if (process.platform !== 'linux' || entry === undefined) throw new Error('there is no Debian entry in /etc/apt');
  need(['apt-get', 'tar', 'xz']);
  fs.rmSync(APT, { recursive: true, force: true });
  for (const dir of ['lists/partial', 'cache/archives/partial']) fs.mkdirSync(path.join(APT, dir), { recursive: true });
  fs.writeFileSync(path.join(APT, `${SUITE}.list`), entry);

  console.error(`cnet: fetching the source package nodejs of Debian ${SUITE}`);
  const updated = await apt(['update']);
  if (updated.status !== 0) throw new Error(lastLine(updated.output));
  const fetched = await apt(['source', '--download-only', '--only-source', `nodejs/${SUITE}`]);
  // The original sources alone are needed: a mirror may lack Debian's own part of a version that has just been
  // replaced.
  const archive = fs.readdirSync(APT).find((name) => /^nodejs_.*\.orig\.tar\.xz$/.test(name));
  if (archive === undefined && fetched.status !== 0) throw new Error(lastLine(fetched.output));
  if (archive === undefined) throw new Error('the source package holds no original sources');
  return path.join(APT, archive);
}

/* The tests and the version alone; unpacked beside its place and then renamed, so that a tree is whole or not there. */
async function unpack(archive) {
  const part = `${TREE}.part`;
  fs.rmSync(part, { recursive: true, force: true });
  fs.mkdirSync(part, { recursive: true });
  const wanted = ['--wildcards', '--no-wildcards-match-slash', '*/test', '*/src/node_version.h'];
  const args = ['-xJf', archive, '--strip-components=1', ...wanted];
  const { status, output } = await run('tar', args, { cwd: part, quiet: true });
  if (status !== 0 || !isTree(part)) throw new Error(`the sources could not be unpacked: ${lastLine(output)}`);
  fs.rmSync(TREE, { recursive: true, force: true });
  fs.renameSync(part, TREE);
  fs.rmSync(APT, { recursive: true, force: true });
}

/**
 * Fetches the tree, unless it is there.
 * @returns {Promise<string>} its folder
 * @throws what keeps it from being fetched, in one line
 */
function fetchTree() {
  return withLock('conformance', async () => {
    if (!isTree(TREE)) await unpack(await download());
    return TREE;
  });
}

module.exports = { CACHE, fetchTree, isTree, treeVersion };
