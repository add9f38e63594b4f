'use strict';
// test.js: `npm test [-- --long] [-- arguments of mocha]`: makes the clone ready, then runs the suite on the running
// Node. A line for each file, and failures in full; --long: a line for each test.

const fs = require('node:fs');
const path = require('node:path');

const { ensure } = require('./ensure.js');
const { runMocha, tellResult } = require('./mocha.js');
const { ROOT, tool } = require('./run.js');

/** How long the whole suite has taken here, by lines of Node. */
const TIMES = path.join(ROOT, '.cache', 'test-times.json');
const LINE = process.versions.node.split('.')[0];

/** On two cores, with nothing else to do. */
const USUAL_S = 150;

function readTimes() {
  try {
    return JSON.parse(fs.readFileSync(TIMES, 'utf8'));
  } catch {
    return {};
  }
}

/* A folder that cannot be written to has no memory: that is all. */
function keepTime(seconds) {
  try {
    fs.mkdirSync(path.dirname(TIMES), { recursive: true });
    fs.writeFileSync(TIMES, JSON.stringify({ ...readTimes(), [LINE]: Math.round(seconds) }));
  } catch {}
}

const span = (seconds) => (seconds < 100 ? `${Math.round(seconds)} seconds` : `${Math.round(seconds / 60)} minutes`);

function announce() {
  const last = readTimes()[LINE];
  const time = Number.isFinite(last) ? `took ${span(last)} here the last time` : `takes about ${span(USUAL_S)}`;
  console.log(
    `cnet: running the whole suite, which ${time}. ` +
      'Each file has a line when it is done; with npm test -- --long each test has one.',
  );
}

tool(async () => {
  const given = process.argv.slice(2);
  const args = given.filter((arg) => arg !== '--long');
  await ensure();
  if (args.length === 0) announce();
  const began = Date.now();
  const result = await runMocha({ args, style: given.includes('--long') ? 'spec' : 'short' });
  if (args.length === 0 && result.failed === 0) keepTime((Date.now() - began) / 1000);
  return tellResult(`node ${process.version}`, result);
});
