'use strict';
// start.js: `npm start`: installs and builds what is missing, then shows the echo server and client of the
// documentation, and says where to go next.

const { ensure } = require('./ensure.js');
const { run, tool } = require('./run.js');

const LIMIT_MS = 30000;

/** The end of what is printed: what was shown, and where to go next. */
const NEXT = [
  "This was the echo server and client of Node's documentation on cnet, over TCP and over a local socket.",
  'To run your own program on cnet: node -r cnet/register app.js. README.md, "Install", says how to install it.',
  'Next: docs/cookbook.md has seven complete programs, and docs/move.md shows the way to cnet and back.',
];

tool(async () => {
  await ensure();
  const { status, signal } = await run(process.execPath, ['examples/echo-demo.js'], { timeout: LIMIT_MS });
  if (signal !== null) console.error(`cnet: the example was ended by ${signal}`);
  if (status === 0) console.log(`\n${NEXT.join('\n')}`);
  return status;
});
