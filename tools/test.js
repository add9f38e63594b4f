'use strict';
// test.js: `npm test [-- arguments of mocha]`: makes the clone ready, then runs the suite on the running Node.

const { ensure } = require('./ensure.js');
const { runMocha, summary } = require('./mocha.js');
const { tool } = require('./run.js');

tool(async () => {
  await ensure();
  const result = await runMocha({ args: process.argv.slice(2) });
  for (const problem of result.problems) console.error(`cnet: ${problem}`);
  if (result.counted) console.log(`node ${process.version}: ${summary(result)}`);
  return result.failed > 0 ? 1 : 0;
});
