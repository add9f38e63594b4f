'use strict';

// The process of an isolated scenario: runs it, leaves the end to the event loop, and writes the trace on exit.

const fs = require('fs');
const { runHere, context } = require('./harness');

const [file, title, name, out] = process.argv.slice(2);
const scenario = require(file).find((candidate) => candidate.title === title);

function runFreely() {
  const t = context(scenario, name);
  process.on('exit', (code) => {
    t.log('process exit', code);
    t.trace.seal();
    fs.writeFileSync(out, JSON.stringify({ lanes: t.trace.render(t.temp.dir), failure: null }));
    t.temp.remove();
  });
  scenario.run(t);
}

async function runTidily() {
  fs.writeFileSync(out, JSON.stringify(await runHere(scenario, name)));
  process.exit();
}

if (scenario.isolate) runFreely();
else runTidily();
