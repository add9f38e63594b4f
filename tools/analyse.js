'use strict';
// analyse.js: `npm run analyse`: cppcheck, then clang-tidy (.clang-tidy); `--quick`: cppcheck alone.

const os = require('node:os');
const path = require('node:path');

const { FLOORS, cSources, compilerArgs, isOurPlatform } = require('./c-files.js');
const { ensure } = require('./ensure.js');
const { need } = require('./need.js');
const { forEachOf, run, tool } = require('./run.js');

const CPPCHECK = [
  '--quiet', '--std=c11', '--enable=warning,performance,portability', '--error-exitcode=1', '--inline-suppr',
  '--suppress=missingIncludeSystem', ...FLOORS.binding.map((folder) => `-Isrc/${folder}`), '-D__linux__', '-D_GNU_SOURCE', '-DNAPI_VERSION=8',
  '-DNODE_GYP_MODULE_NAME=cnet',
];

tool(async () => {
  const quick = process.argv.includes('--quick');
  need(quick ? ['cppcheck'] : ['cppcheck', 'clang-tidy']);
  let failures = (await run('cppcheck', [...CPPCHECK, ...cSources()])).status === 0 ? 0 : 1;
  if (!quick) {
    await ensure({ build: false });
    const tidy = (file) => run('clang-tidy', ['--quiet', '--warnings-as-errors=*', file, '--', ...compilerArgs(file)], { quiet: true });
    const results = await forEachOf(cSources().filter(isOurPlatform), os.availableParallelism?.() ?? 2, tidy);
    for (const { output } of results.filter(({ status }) => status !== 0)) console.error(output);
    failures += results.filter(({ status }) => status !== 0).length;
  }
  console.log(`${path.basename(__filename, '.js')}: ${failures === 0 ? 'all well' : 'see above'}`);
  return failures;
});
