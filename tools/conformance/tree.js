'use strict';
// tree.js: the tests of Node's source tree: a tree that is there, or the one in Debian's source package `nodejs`, whose
// Node is 20.19.2, fetched into .cache/conformance/.

const fs = require('node:fs');
const path = require('node:path');

const { SUITE, fetchSource, unpackSource } = require('../debian-source.js');
const { withLock } = require('../lock.js');
const { ROOT } = require('../run.js');

const CACHE = path.join(ROOT, '.cache', 'conformance');
const APT = path.join(CACHE, 'apt');
const TREE = path.join(CACHE, `nodejs-${SUITE}`);

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

/* The tests and the version alone; unpacked beside its place and then renamed, so that a tree is whole or not there. */
async function unpack(archive) {
  const part = `${TREE}.part`;
  await unpackSource(archive, part, ['*/test', '*/src/node_version.h']);
  if (!isTree(part)) throw new Error('the sources hold no tests');
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
    if (!isTree(TREE)) await unpack(await fetchSource('nodejs', APT));
    return TREE;
  });
}

module.exports = { CACHE, fetchTree, isTree, treeVersion };
