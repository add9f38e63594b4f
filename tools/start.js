'use strict';
// start.js: `npm start`: installs and builds what is missing, then shows the echo server and client of the
// documentation.

const { ensure } = require('./ensure.js');
const { run, tool } = require('./run.js');

const LIMIT_MS = 30000;

tool(async () => {
  await ensure();
  const { status, signal } = await run(process.execPath, ['examples/echo-demo.js'], { timeout: LIMIT_MS });
  if (signal !== null) console.error(`cnet: the example was ended by ${signal}`);
  return status;
});
