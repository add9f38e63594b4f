'use strict';
// test-nodes.js: `npm run test:nodes [-- 18 26]`: the suite on one Node of each line, all with the same binary.
// The Nodes come from npm (packages node-<platform>-<arch>) into .cache/nodes/.

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const { binaryPath } = require('./build.js');
const { runCovered } = require('./coverage.js');
const { ensure } = require('./ensure.js');
const { fetchPackage } = require('./fetch.js');
const { withLock } = require('./lock.js');
const { runMocha, summary } = require('./mocha.js');
const { ROOT, ToolError, forEachOf, sumOf, tool } = require('./run.js');

const VERSIONS = ['18.20.8', '20.20.2', '22.23.3', '24.21.0', '26.12.1'];
const CACHE = path.join(ROOT, '.cache', 'nodes');

/** What npm calls the platforms of its packages of Node. */
const OWN = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/**
 * The Node of a version, fetched when it is not there yet.
 * @param {string} version
 * @param {string} [platform] as npm names it, such as `linux-arm64`, `win-x64`; else that of this Node
 * @returns {Promise<string>} the path of the program
 */
function getNode(version, platform = OWN) {
  const name = `node-${platform}`;
  const dir = path.join(CACHE, `${name}-${version}`);
  const program = path.join(dir, 'package', 'bin', platform.startsWith('win-') ? 'node.exe' : 'node');
  return withLock('nodes', async () => {
    if (!fs.existsSync(program)) await fetchPackage(`${name}@${version}`, dir);
    return program;
  });
}

const hashBinary = () => crypto.createHash('sha256').update(fs.readFileSync(binaryPath())).digest('hex');

/**
 * The versions meant by `18`, `18.20.8`, `v18`; all when there is none.
 * @param {string[]} names
 */
function choose(names) {
  return names.length === 0 ? VERSIONS : names.map((name) => {
    const bare = name.replace(/^v/, '');
    const known = VERSIONS.find((version) => version === bare || version.split('.')[0] === bare);
    if (known === undefined) throw new ToolError(`there is no Node ${name} to test on; the versions are ${VERSIONS.join(', ')}`);
    return known;
  });
}

async function testOn(version, runSuite) {
  const node = version === process.versions.node ? process.execPath : await getNode(version);
  const result = await runSuite({ node, style: 'dot', quiet: true });
  if (result.failed > 0) console.log(result.output);
  for (const problem of result.problems) console.log(`cnet: ${problem}`);
  for (const test of result.repeated) console.log(`cnet: node v${version}: this test failed at first, and was run again: ${test}`);
  console.log(`node v${version}: ${summary(result)}`);
  return { ...result, failures: result.failures.map((failure) => `node v${version}: ${failure}`) };
}

/**
 * Runs the suite on each version and prints a line for each.
 * @param {string[]} versions
 * @param {{ atOnce?: number, covered?: string }} [options] `atOnce`: so many run at a time; `covered`: the version on
 *   which the coverage of lib/ is counted as well
 * @returns {Promise<{ passed: number, failed: number, pending: number }>} the sums
 */
async function testNodes(versions, { atOnce = 1, covered } = {}) {
  const before = hashBinary();
  const total = sumOf(
    await forEachOf(versions, atOnce, (version) => testOn(version, version === covered ? runCovered : runMocha)),
  );
  if (hashBinary() !== before) {
    const problem = 'the native part was built anew during the runs, so the results do not count';
    console.log(`cnet: ${problem}`);
    total.failed++;
    total.failures.push(problem);
  }
  console.log(`${versions.length} Node lines: ${summary(total)}`);
  return total;
}

module.exports = { getNode, testNodes, VERSIONS };

if (require.main === module) {
  tool(async () => {
    const versions = choose(process.argv.slice(2));
    await ensure();
    const { failed } = await testNodes(versions);
    return failed > 0 ? 1 : 0;
  });
}
