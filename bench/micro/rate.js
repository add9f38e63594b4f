'use strict';
// rate.js: what the scripts without sockets share: `node micro/NAME.js MODULE OPTIONS`, OPTIONS in JSON.

const { performance } = require('node:perf_hooks');

/** The module to measure, and the scenario's options: seconds, and those of the script. */
const net = require(process.argv[2]);
const options = JSON.parse(process.argv[3]);

/* Calls in groups, each four times the one before until one takes 2 ms: so looking at the clock costs nothing. */
function runFor(call, seconds) {
  const began = performance.now();
  const end = began + seconds * 1000;
  let calls = 0;
  let now = began;
  for (let group = 1; now < end; ) {
    const groupBegan = now;
    for (let i = 0; i < group; i++) call(calls + i);
    calls += group;
    now = performance.now();
    if (now - groupBegan < 2) group *= 4;
  }
  return { calls, seconds: (now - began) / 1000 };
}

/**
 * Measures a function that takes the number of the call.
 * @param {(i: number) => unknown} call
 * @returns {{ messages: number, seconds: number, user: number, system: number }}
 */
function measure(call) {
  runFor(call, options.warmup);
  const before = process.cpuUsage();
  const { calls, seconds } = runFor(call, options.seconds);
  const { user, system } = process.cpuUsage(before);
  return { messages: calls, bytes: 0, seconds, user, system };
}

const report = (result) => process.stdout.write(`${JSON.stringify(result)}\n`);

module.exports = { measure, net, options, report };
