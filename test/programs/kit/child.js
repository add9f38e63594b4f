'use strict';

// Runs the parts of a program in a process of its own: child.js FILE DIR. What came of each is a line of DIR/report.
// It ends when nothing is open any more; when the standard input ends, who has started it is gone, and it ends at once.

const fs = require('node:fs');
const path = require('node:path');

const sockets = require('./sockets');
const { killAll, stopAll } = require('./servers');

const PART_MS = 25000;
const [file, dir] = process.argv.slice(2);

let failed = false;

const report = (entry) => fs.appendFileSync(path.join(dir, 'report'), `${JSON.stringify(entry)}\n`);

process.on('exit', killAll);
process.stdin.on('end', () => process.exit(70)).on('error', () => {}).resume().unref();

function inTime(promise) {
  let timer;
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done in ${PART_MS / 1000} s`)), PART_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function attempt(title, work) {
  const began = Date.now();
  try {
    const outcome = await inTime(work());
    report({ title, outcome: outcome ?? null, ms: Date.now() - began });
  } catch (error) {
    failed = true;
    report({ title, error: error.stack ?? String(error), ms: Date.now() - began });
  }
}

async function main() {
  sockets.begin();
  const definition = require('./program').defined(file);
  let context;
  try {
    context = await definition.open(dir);
  } catch (error) {
    report({ failed: error.stack });
    await stopAll('SIGKILL');
    return;
  }
  for (const [title, work] of Object.entries(definition.parts)) await attempt(title, () => work(context));
  await definition.close?.(context);
  await stopAll(definition.stop);
  report({ sockets: sockets.count() });
  if (failed) process.exit(1); // what a part has left open would keep us
}

main();
