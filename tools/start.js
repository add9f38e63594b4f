'use strict';
// start.js: `npm start`: builds the native part if need be, then shows the echo server and client of the documentation. The
// packages of the lockfile are for tests and checks: they are not installed for it.

const { ensure } = require('./ensure.js');
const { run, tool } = require('./run.js');

const LIMIT_MS = 30000;

tool(async () => {
  await ensure({ packages: false });
  const { status, signal } = await run(process.execPath, ['examples/echo-demo.js'], { timeout: LIMIT_MS });
  if (signal !== null) console.error(`cnet: the example was ended by ${signal}`);
  return status;
});
