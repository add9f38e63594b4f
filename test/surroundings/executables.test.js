'use strict';
// Node's single executables, with the native part among their assets.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const { ownTarget, prebuildName } = require('../../lib/native/native-file.js');
const { packageOf } = require('../packaging/kit.js');
const {
  bin,
  cleanUp,
  environment,
  expected,
  getNode,
  mustWork,
  NEWEST,
  newFolder,
  project,
  run,
  tool,
} = require('./kit.js');

const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/* A copy of a Node that is the program; what was built for it is gone. */
async function makeExecutable(dir, node) {
  const config = {
    main: path.join('dist', 'esbuild.cjs'),
    output: 'program.blob',
    disableExperimentalSEAWarning: true,
    assets: { 'cnet.node': path.join('node_modules', 'cnet', prebuildName(ownTarget())) },
  };
  fs.writeFileSync(path.join(dir, 'sea.json'), JSON.stringify(config));
  await mustWork('node', run(node, ['--experimental-sea-config', 'sea.json'], { cwd: dir, quiet: true }));
  const away = newFolder();
  const file = path.join(away, 'program');
  fs.copyFileSync(node, file);
  fs.chmodSync(file, 0o755);
  await tool(dir, bin('postject'), [file, 'NODE_SEA_BLOB', 'program.blob', '--sentinel-fuse', FUSE]);
  fs.rmSync(packageOf(dir), { recursive: true });
  return file;
}

describe('single executables', () => {
  after(cleanUp);

  for (const line of ['the running Node', NEWEST]) {
    it(`the native part is an asset: ${line}`, async function () {
      if (process.platform !== 'linux') this.skip(); // elsewhere they must be signed
      const node = line === NEWEST ? await getNode(NEWEST) : fs.realpathSync(process.execPath);
      if (line !== NEWEST && process.getBuiltinModule === undefined) this.skip(); // no assets, or no way to them
      const dir = await project();
      await tool(dir, path.join(__dirname, 'build.mjs'), ['esbuild', 'cjs']);
      const file = await makeExecutable(dir, node);
      const { output } = await run(file, [], {
        cwd: path.dirname(file),
        env: environment(),
        quiet: true,
        timeout: 60000,
      });
      assert.strictEqual(output, await expected());
    });
  }
});
