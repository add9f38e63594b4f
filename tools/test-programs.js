'use strict';
// test-programs.js: real programs on cnet, each with a real peer (docs/programs.md).
//   npm run test:programs [-- --node=PATH] [-- arguments of mocha]
// Their packages are in test/programs/package-lock.json, and are installed into test/programs/node_modules when missing.

const path = require('node:path');

const { ensure, ensurePackages } = require('./ensure.js');
const { runMocha, summary } = require('./mocha.js');
const { ROOT, tool } = require('./run.js');

const FOLDER = path.join(ROOT, 'test', 'programs');
const CONFIG = ['--config', path.join(FOLDER, 'mocharc.js')];

/**
 * Runs them, and installs before what they need from npm.
 * @param {{ node?: string, args?: string[], style?: 'spec' | 'dot' }} [options] those of runMocha()
 */
async function testPrograms({ args = [], ...options } = {}) {
  await ensurePackages(FOLDER);
  return runMocha({ ...options, args: [...CONFIG, ...args] });
}

module.exports = { testPrograms };

if (require.main === module) {
  tool(async () => {
    const given = process.argv.slice(2);
    const named = given.find((arg) => arg.startsWith('--node='));
    const node = named ? path.resolve(named.slice('--node='.length)) : process.execPath;
    await ensure();
    const result = await testPrograms({ node, args: given.filter((arg) => arg !== named) });
    for (const problem of result.problems) console.error(`cnet: ${problem}`);
    if (result.counted) console.log(`programs: ${summary(result)}`);
    return result.failed > 0 ? 1 : 0;
  });
}
