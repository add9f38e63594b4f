'use strict';
// test-surroundings.js: `npm run test:surroundings [-- arguments of mocha]`: packs the package, and tries it with test runners,
// bundlers and package managers (test/surroundings/, docs/surroundings.md). Their packages are in a lockfile of their own, and
// are installed into test/surroundings/node_modules when missing.

const path = require('node:path');

const { ensure, ensurePackages } = require('./ensure.js');
const { runMocha, summary } = require('./mocha.js');
const { ROOT, tool } = require('./run.js');

const DIR = path.join(ROOT, 'test', 'surroundings');

/** It takes seven minutes, and twice that on a busy machine. */
const SLOWNESS = 3;

/**
 * Runs them, and installs before what they need from npm.
 * @param {{ args?: string[], style?: 'spec' | 'dot' }} [options]
 */
async function testSurroundings({ args = [], style } = {}) {
  await ensure({ build: false });
  await ensurePackages(DIR, 'install');
  return runMocha({ args: ['--config', path.join(DIR, 'mocharc.js'), ...args], style, slowness: SLOWNESS });
}

module.exports = { testSurroundings };

if (require.main === module) {
  tool(async () => {
    const result = await testSurroundings({ args: process.argv.slice(2) });
    for (const problem of result.problems) console.error(`cnet: ${problem}`);
    if (result.counted) console.log(`surroundings: ${summary(result)}`);
    return result.failed > 0 ? 1 : 0;
  });
}
