'use strict';
// rate.js: what the scripts without sockets share: `node micro/NAME.js MODULE OPTIONS`, OPTIONS in JSON.

const fs = require('node:fs');
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

/*
 * With the option `calls`: so many for each line of the standard input, in which callgrind is told to count, for
 * ever.
 */
function obey(call) {
  const line = Buffer.alloc(64);
  report({ ready: true });
  for (let begin = 0; fs.readSync(0, line) > 0; begin += options.calls) {
    for (let i = begin; i < begin + options.calls; i++) call(i);
    report({ done: options.calls });
  }
  process.exit();
}

/**
 * Measures a function that takes the number of the call.
 * @param {(i: number) => unknown} call
 * @returns {{ messages: number, seconds: number, user: number, system: number }}
 */
function measure(call) {
  if (options.calls) obey(call);
  runFor(call, options.warmup);
  const before = process.cpuUsage();
  const { calls, seconds } = runFor(call, options.seconds);
  const { user, system } = process.cpuUsage(before);
  return { messages: calls, bytes: 0, seconds, user, system };
}

/* At once, as calls that follow leave no time for it. */
const report = (result) => fs.writeSync(1, `${JSON.stringify(result)}\n`);

module.exports = { measure, net, options, report };
