'use strict';
// Loads cnet anew and runs a scenario, with a fault armed in this thread.

const { parentPort, workerData: { fault, nth } } = require('node:worker_threads');

const { Context } = require('./context');
const inject = require('./inject');
const scenarios = require('./scenarios');

async function main() {
  let context = new Context(null, fault);
  if (fault !== null) inject.arm(fault, nth);
  try {
    context = new Context(require('../../..'), fault);
    await context.run(scenarios.echoTcp, {});
  } catch (error) {
    context.errors.push(error);
  }
  const asked = inject.ask();
  if (fault !== null) inject.off();
  const errors = context.errors.map(({ message, code }) => ({ message, code }));
  parentPort.postMessage({ errors, problems: context.problems, asked });
}

main();
