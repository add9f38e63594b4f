'use strict';

// The size of the heavy tests and the patience with them, for longer runs and for slow builds (tools/sanitize.js):
// CNET_TEST_SCALE multiplies the sizes, CNET_TEST_SLOWNESS the time limits.

const SCALE = Number(process.env.CNET_TEST_SCALE) || 1;
const SLOWNESS = Number(process.env.CNET_TEST_SLOWNESS) || 1;

/** True when the native part carries checks that cost memory of their own: what it takes then says nothing. */
const instrumented = Boolean(process.env.CNET_SANITIZER);

/**
 * A number of things, or of bytes, of a heavy test.
 * @param {number} size
 * @param {number} [least]
 */
const scaled = (size, least = 1) => Math.max(least, Math.round(size * SCALE));

/**
 * Milliseconds that a heavy test may take.
 * @param {number} ms
 */
const patience = (ms) => Math.round(ms * SLOWNESS * Math.max(1, SCALE));

module.exports = { instrumented, patience, scaled };
