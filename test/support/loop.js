'use strict';

// The event loop: its turns, and work of the program that holds it up.

/** Work of the program: the event loop stands still for so many milliseconds. */
function block(ms) {
  const end = process.hrtime.bigint() + BigInt(ms) * 1000000n;
  while (process.hrtime.bigint() < end);
}

/** The next turn of the loop. */
const turn = () => new Promise((resolve) => { setImmediate(resolve); });

/** @param {number} count */
async function turns(count) {
  for (let i = 0; i < count; i++) await turn();
}

/** Turns of the loop until `isDone` gives something true. */
async function until(isDone) {
  while (!isDone()) await turn();
}

module.exports = { block, turn, turns, until };
