'use strict';
// debian-source.js: the original sources of a package of Debian, fetched by an apt configuration of its own. The
// machine's apt is read, never changed.

const fs = require('node:fs');
const path = require('node:path');

const { need } = require('./need.js');
const { run } = require('./run.js');

/** The Debian whose packages are taken. */
const SUITE = 'trixie';

const APT_ENTRIES = '/etc/apt';

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

function apt(dir, args) {
  const options = {
    'Dir::Etc::sourcelist': path.join(dir, `${SUITE}.list`),
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': path.join(dir, 'lists'),
    'Dir::Cache': path.join(dir, 'cache'),
  };
  const pairs = Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  return run('apt-get', ['-q', ...pairs, ...args], { cwd: dir, quiet: true, timeout: 300000 });
}

function lastLine(text) {
  return text.trim().split('\n').filter((line) => /^[EW]:|error/i.test(line)).pop() ?? text.trim().split('\n').pop();
}

/**
 * Fetches the sources of a package.
 * @param {string} name
 * @param {string} dir a folder for it, which is emptied
 * @returns {Promise<string>} the archive, in that folder
 * @throws what keeps it from being fetched, in one line
 */
async function fetchSource(name, dir) {
  const entry = sourceEntry();
  if (process.platform !== 'linux' || entry === undefined) throw new Error('there is no Debian entry in /etc/apt');
  need(['apt-get', 'tar', 'xz']);
  fs.rmSync(dir, { recursive: true, force: true });
  for (const part of ['lists/partial', 'cache/archives/partial']) fs.mkdirSync(path.join(dir, part), { recursive: true });
  fs.writeFileSync(path.join(dir, `${SUITE}.list`), entry);

  console.error(`cnet: fetching the source package ${name} of Debian ${SUITE}`);
  const updated = await apt(dir, ['update']);
  if (updated.status !== 0) throw new Error(lastLine(updated.output));
  const fetched = await apt(dir, ['source', '--download-only', '--only-source', `${name}/${SUITE}`]);
  // The original sources alone are needed: a mirror may lack Debian's own part of a version that has just been
  // replaced.
  const archive = fs.readdirSync(dir).find((file) => file.startsWith(`${name}_`) && /\.orig\.tar\.[gx]z$/.test(file));
  if (archive === undefined && fetched.status !== 0) throw new Error(lastLine(fetched.output));
  if (archive === undefined) throw new Error('the source package holds no original sources');
  return path.join(dir, archive);
}

/**
 * Unpacks an archive, or of it what is wanted, without its outermost folder.
 * @param {string} archive
 * @param {string} dir a folder for it, which is emptied
 * @param {string[]} [wanted] patterns of tar, for names that begin with any folder
 * @throws what keeps it from being unpacked
 */
async function unpackSource(archive, dir, wanted = []) {
  fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(dir, { recursive: true });
  const some = wanted.length === 0 ? [] : ['--wildcards', '--no-wildcards-match-slash', ...wanted];
  const { status, output } = await run('tar', ['-xf', archive, '--strip-components=1', ...some], { cwd: dir, quiet: true });
  if (status !== 0) throw new Error(`the sources could not be unpacked: ${lastLine(output)}`);
}

module.exports = { SUITE, fetchSource, unpackSource };
