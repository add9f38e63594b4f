'use strict';
// The package as other package managers install it.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const { npmIn } = require('../packaging/kit.js');
const { bin, cleanUp, newFolder, says, saysEverywhere, tarball, tool } = require('./kit.js');

const APP = path.join(__dirname, 'app');

/** A project that has nothing installed yet. */
async function bare(dir, more = {}) {
  fs.cpSync(APP, dir, { recursive: true });
  const dependencies = { cnet: `file:${path.relative(dir, await tarball()).split(path.sep).join('/')}` };
  fs.writeFileSync(path.join(dir, 'package.json'), JSON.stringify({ private: true, dependencies, ...more }));
  return dir;
}

describe('package managers', () => {
  after(cleanUp);

  it('pnpm', async () => {
    const dir = await bare(newFolder());
    const args = ['install', '--offline', '--store-dir', path.join(dir, 'store')];
    const output = await tool(dir, path.join(path.dirname(bin('pnpm')), 'bin', 'pnpm.mjs'), args);
    assert.doesNotMatch(output, /script|warn/i);
    await saysEverywhere(dir, ['program.cjs']);
    await saysEverywhere(dir, ['program.mjs']);
  });

  it('yarn, Plug’n’Play', async () => {
    const dir = await bare(newFolder());
    fs.writeFileSync(path.join(dir, 'yarn.lock'), '');
    fs.writeFileSync(path.join(dir, '.yarnrc.yml'), [
      'nodeLinker: pnp', 'pnpEnableEsmLoader: true', 'enableGlobalCache: false', 'enableNetwork: false',
      'enableTelemetry: false', 'enableMessageNames: false', '',
    ].join('\n'));
    const yarn = bin('@yarnpkg/cli-dist', 'yarn');
    const output = await tool(dir, yarn, ['install'], { env: { YARN_ENABLE_IMMUTABLE_INSTALLS: 'false' } });
    assert.doesNotMatch(output, /must be built|build script/i);
    await says(dir, [yarn, 'node', 'program.cjs']);
    await says(dir, [yarn, 'node', 'program.mjs']);
  });

  it('workspaces of npm', async () => {
    const root = newFolder();
    fs.writeFileSync(path.join(root, 'package.json'), JSON.stringify({ private: true, workspaces: ['packages/*'] }));
    const dirs = [];
    for (const name of ['one', 'two']) {
      dirs.push(path.join(root, 'packages', name));
      await bare(dirs.at(-1), { name, version: '1.0.0' });
    }
    await npmIn(root, ['install', '--offline', '--no-audit', '--no-fund']);
    for (const dir of dirs) {
      await says(dir, ['program.cjs']);
      await says(root, [path.join(dir, 'program.mjs')]);
    }
  });
});
