'use strict';

/** Work of the program: the event loop stands still for so many milliseconds. */
function block(ms) {
  const end = process.hrtime.bigint() + BigInt(ms) * 1000000n;
  while (process.hrtime.bigint() < end);
}

module.exports = { block };
