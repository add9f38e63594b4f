'use strict';
// The package in a bundle: as it is, or with the line that docs/surroundings.md names.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const { ownTarget, prebuildName } = require('../../lib/native/native-file.js');
const { packageOf } = require('../packaging/kit.js');
const {
  bin,
  cleanUp,
  getNode,
  mustWork,
  NEWEST,
  newFolder,
  project,
  run,
  runNode,
  says,
  saysEverywhere,
  tool,
} = require('./kit.js');

const BUILD = path.join(__dirname, 'build.mjs');

const nameOf = (name, format) => `${name}.${format === 'esm' ? 'mjs' : 'cjs'}`;

const built = new Map();

/**
 * Builds, without a word of warning; once, whoever asks.
 * @returns {Promise<{ dir: string, file: string }>} the project, which stays as it is, and the bundle, relative to it
 */
function build(name, format, { net = 'cnet', external = 'inside', program = 'program' } = {}) {
  const key = [name, format, net, external, program].join();
  const make = async () => {
    const dir = await project(net);
    assert.strictEqual(await tool(dir, BUILD, [name, format, external, program]), '');
    return { dir, file: path.join('dist', nameOf(name, format)) };
  };
  if (!built.has(key)) built.set(key, make());
  return built.get(key);
}

/** A bundle alone, in a folder where nothing else is. */
function takeAway(dir, file) {
  const away = newFolder();
  fs.copyFileSync(path.join(dir, file), path.join(away, path.basename(file)));
  return away;
}

const lost = async (away, name, { cwd = away } = {}) => {
  const { status, output } = await runNode(cwd, [path.join(away, name)]);
  assert.strictEqual(status, 1);
  assert.match(output, /^Error: cnet: no native binary works on /m);
  assert.match(
    output,
    /^This is a bundle: keep cnet out of it \(external\), or copy the folder prebuilds\/ of cnet next to the bundle\.$/m,
  );
  assert.match(output, /code: 'ERR_DLOPEN_FAILED'/);
};

describe('bundlers', () => {
  after(cleanUp);

  for (const name of ['esbuild', 'webpack', 'rollup', 'rolldown', 'vite']) {
    describe(name, () => {
      for (const format of ['cjs', 'esm']) {
        /* What esbuild makes an ES module of has no require(): that is the test with the banner, below. */
        const bare = name === 'esbuild' && format === 'esm';
        const program = bare ? 'imported' : 'program';

        if (!bare) {
          it(`${format}: as it is, without a warning`, async () => {
            const { dir, file } = await build(name, format);
            await saysEverywhere(dir, [file]);
          });

          it(`${format}: elsewhere, with the folder prebuilds/ beside it`, async () => {
            const { dir, file } = await build(name, format);
            const away = takeAway(dir, file);
            await lost(away, path.basename(file));
            fs.cpSync(path.join(packageOf(dir), 'prebuilds'), path.join(away, 'prebuilds'), { recursive: true });
            await says(away, [path.basename(file)]);
          });
        }

        it(`${format}: external`, async () => {
          const { dir, file } = await build(name, format, { external: 'external', program });
          await saysEverywhere(dir, [file]);
        });

        it(`${format}: the same with node:net`, async () => {
          const { dir, file } = await build(name, format, { net: 'node:net', program });
          await says(dir, [file], { node: await getNode(NEWEST) });
        });
      }
    });
  }

  it('esbuild, esm, with the banner that gives it a require()', async () => {
    const dir = await project();
    const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
    const args = [
      'program.mjs',
      '--bundle',
      '--platform=node',
      '--format=esm',
      '--outfile=dist/out.mjs',
      '--log-level=warning',
    ];
    assert.strictEqual(
      await mustWork('esbuild', run(bin('esbuild'), [...args, `--banner:js=${banner}`], { cwd: dir, quiet: true })),
      '',
    );
    await saysEverywhere(dir, ['dist/out.mjs']);
  });

  it('CNET_NATIVE names the native part of a bundle', async () => {
    const { dir, file } = await build('esbuild', 'cjs');
    const env = { CNET_NATIVE: path.join(packageOf(dir), prebuildName(ownTarget())) };
    await says(takeAway(dir, file), [path.basename(file)], { env });
  });

  it('a bundle takes no native part of another version', async () => {
    const { dir, file } = await build('esbuild', 'cjs');
    const other = await project();
    fs.mkdirSync(path.join(other, 'dist'));
    fs.copyFileSync(path.join(dir, file), path.join(other, file));
    const manifest = path.join(packageOf(other), 'package.json');
    fs.writeFileSync(manifest, fs.readFileSync(manifest, 'utf8').replace(/"version": "[^"]+"/, '"version": "99.0.0"'));
    await lost(other, file);
  });

  it('a bundle takes no native part of the current folder', async () => {
    for (const format of ['cjs', 'esm']) {
      const { dir, file } = await build('rolldown', format);
      await lost(takeAway(dir, file), path.basename(file), { cwd: dir });
    }
  });

  it('a bundle whose program has threads', async () => {
    const { dir, file } = await build('esbuild', 'cjs', { program: 'thread' });
    await says(dir, [file], { times: 2 });
  });

  for (const ending of ['cjs', 'mjs']) {
    it(`@vercel/ncc, ${ending}: as it is, in a folder of its own`, async () => {
      const dir = await project();
      const output = await tool(dir, bin('@vercel/ncc'), ['build', `program.${ending}`, '-o', 'out', '--no-cache']);
      assert.doesNotMatch(output, /warning|error/i);
      const away = newFolder();
      fs.cpSync(path.join(dir, 'out'), away, { recursive: true });
      await saysEverywhere(away, [`index.${ending}`]);
    });

    it(`@vercel/nft, ${ending}: as it is, the files that it names suffice`, async () => {
      const dir = await project();
      // no warning, that is
      const fileList = JSON.parse(await tool(dir, path.join(__dirname, 'trace.mjs'), [`program.${ending}`]));
      const away = newFolder();
      for (const file of fileList) {
        fs.mkdirSync(path.dirname(path.join(away, file)), { recursive: true });
        fs.copyFileSync(path.join(dir, file), path.join(away, file));
      }
      assert.deepStrictEqual(
        fileList.filter((file) => file.endsWith('.node')),
        [path.join('node_modules', 'cnet', prebuildName(ownTarget()))],
      );
      await saysEverywhere(away, [`program.${ending}`]);
    });
  }
});
