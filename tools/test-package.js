'use strict';
// test-package.js: `npm run test:package [-- arguments of mocha]`: packs the package, installs it elsewhere, and tries
// what is in it (test/packaging/).

const path = require('node:path');

const { ensure, ensurePackages } = require('./ensure.js');
const { runMocha, summary } = require('./mocha.js');
const { ROOT, tool } = require('./run.js');

const DIR = path.join(ROOT, 'test', 'packaging');

/**
 * Runs the tests of the package.
 * @param {{ args?: string[], style?: 'spec' | 'dot' }} [options]
 */
async function testPackage({ args = [], style } = {}) {
  await ensure({ build: false });
  await ensurePackages(DIR);
  return runMocha({ args: ['--config', path.join(DIR, 'mocharc.js'), ...args], style });
}

module.exports = { testPackage };

if (require.main === module) {
  tool(async () => {
    const result = await testPackage({ args: process.argv.slice(2) });
    for (const problem of result.problems) console.error(`cnet: ${problem}`);
    if (result.counted) console.log(`package: ${summary(result)}`);
    return result.failed > 0 ? 1 : 0;
  });
}
