'use strict';

/**
 * Random numbers that a seed decides (mulberry32: 32 bits of state, passes what matters here).
 * @param {number} seed an integer
 */
function random(seed) {
  let state = seed >>> 0;

  /** @returns {number} 0 or more, below 1 */
  function next() {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** @param {number} limit @returns {number} an integer of 0 or more, below `limit` */
  const below = (limit) => Math.floor(next() * limit);

  return {
    next,
    below,
    /** An element of `list`. */
    pick: (list) => list[below(list.length)],
    /** True in `percent` of 100 cases. */
    percent: (percent) => next() * 100 < percent,
  };
}

/** A function alone: each call gives an integer of 0 or more, below its argument. */
const generator = (seed) => random(seed).below;

module.exports = { generator, random };
