'use strict';
// suites.js: the suites of mocha that have a folder, a configuration and a lockfile of their own.
//   node tools/suites.js package|programs|surroundings|docs [--node=PATH] [arguments of mocha]
//   package        the packed package, installed elsewhere, by every npm and Node (test/packaging/)
//   programs       real programs on cnet, each with a real peer (test/programs/, docs/programs.md)
//   surroundings   the packed package with test runners, bundlers and package managers (test/surroundings/,
// docs/surroundings.md)
//   docs           the documentation as a site, looked at by Chromium (test/website/, website/)

const path = require('node:path');

const { ensure, ensurePackages } = require('./ensure.js');
const { runMocha, tellResult } = require('./mocha.js');
const { ROOT, ToolError, tool } = require('./run.js');

/**
 * `packages`: where the lockfile is, unless it is in the folder. `command`: of npm, see ensurePackages(). `slowness`:
 * surroundings take seven minutes, and twice that on a busy machine.
 */
const SUITES = {
  package: { folder: 'packaging' },
  programs: { folder: 'programs' },
  surroundings: { folder: 'surroundings', command: 'install', slowness: 3 },
  docs: { folder: 'website', packages: 'website' },
};

/**
 * Runs one of them, and installs and builds before what it lacks.
 * @param {string} name
 * @param {{ node?: string, args?: string[], style?: 'spec' | 'dot' }} [options] those of runMocha()
 */
async function runSuite(name, { args = [], ...options } = {}) {
  const { folder, packages = path.join('test', folder), command, slowness } = SUITES[name];
  const dir = path.join(ROOT, 'test', folder);
  await ensure();
  await ensurePackages(path.join(ROOT, packages), command);
  return runMocha({ ...options, slowness, args: ['--config', path.join(dir, 'mocharc.js'), ...args] });
}

module.exports = { runSuite };

if (require.main === module) {
  tool(async () => {
    const [name, ...given] = process.argv.slice(2);
    if (!Object.hasOwn(SUITES, name ?? ''))
      throw new ToolError(`usage: node tools/suites.js ${Object.keys(SUITES).join('|')}`);
    const named = given.find((arg) => arg.startsWith('--node='));
    const node = named ? path.resolve(named.slice('--node='.length)) : process.execPath;
    return tellResult(name, await runSuite(name, { node, args: given.filter((arg) => arg !== named) }));
  });
}
