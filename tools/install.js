'use strict';
// install.js: the install script of the package: nothing where the prebuild fits, else the native part is compiled.
// npm's --build-from-source compiles in any case.

const path = require('node:path');

const { ownTarget, prebuildName } = require('../lib/native-file.js');
const { build } = require('./build.js');
const { ROOT, tool, works } = require('./run.js');

/* Tried in a process of its own: what does not load must not end us. */
const loads = (file) => works(process.execPath, ['-e', 'require(process.argv[1])', file]);

tool(async () => {
  const fromSource = process.env.npm_config_build_from_source === 'true';
  if (!fromSource && loads(path.join(ROOT, prebuildName(ownTarget())))) return;
  await build();
});
