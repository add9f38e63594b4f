'use strict';
// format.js: `npm run format`: clang-format on the C files; `--check` changes nothing and fails where it would.

const { cFiles } = require('./c-files.js');
const { need } = require('./need.js');
const { run, tool } = require('./run.js');

tool(async () => {
  need(['clang-format']);
  const mode = process.argv.includes('--check') ? ['--dry-run', '-Werror'] : ['-i'];
  const { status } = await run('clang-format', [...mode, ...cFiles()]);
  return status;
});
