'use strict';
// measure.js: what the JavaScript clients share: `node clients/NAME.js MODULE OPTIONS`, OPTIONS in JSON.

const { performance } = require('node:perf_hooks');

/** The module to measure, and the scenario's options: port, warmup, seconds, and those of the client. */
const net = require(process.argv[2]);
const options = JSON.parse(process.argv[3]);

/** What has been done so far: the client counts here. */
const done = { messages: 0, bytes: 0 };

function mark() {
  return { ...done, at: performance.now(), cpu: process.cpuUsage() };
}

function report(before, after) {
  const result = {
    messages: after.messages - before.messages,
    bytes: after.bytes - before.bytes,
    seconds: (after.at - before.at) / 1000,
    user: after.cpu.user - before.cpu.user,
    system: after.cpu.system - before.cpu.system,
    lost: 0,
    wrong: 0,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit());
}

/** Begins to measure after the warm-up, then prints the result as one line of JSON and ends the process. */
function measure() {
  setTimeout(() => {
    const before = mark();
    setTimeout(() => report(before, mark()), options.seconds * 1000);
  }, options.warmup * 1000);
}

module.exports = { done, measure, net, options };
