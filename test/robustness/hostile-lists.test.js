'use strict';

// What entries of lists cost that others choose: rules of block lists, addresses of clients. Counted in steps, as in
// hostile-cost.test.js: for all of n entries together no more than n log n of them, in whatever order they come and go.

const assert = require('node:assert');

const { skip } = require('../support/needs');
const { patience } = require('../support/scale');
const { countSteps } = require('../support/steps');

const SOURCES = [
  'address/block_list.c',
  'address/ip.c',
  'address/many_rules.c',
  'address/meter.c',
  'address/ranges.c',
  'address/subnets.c',
  'core/part.c',
  'core/accept_limit.c',
];

/**
 * Entries are 1,000 to 16,000; for each of them steps may grow as the logarithm does, and a little for other
 * compilers.
 */
const MOST = 1.3 * (Math.log2(16000) / Math.log2(1000));

const RANGES = ['rising-ranges', 'falling-ranges', 'nested-ranges', 'outward-ranges', 'one-end', 'one-range'];
const NETS = [
  'addresses', 'networks', 'every-prefix', 'one-network', 'one-rule', 'host-bits-or-not', 'two-notations',
  'two-notations-of-an-address', 'two-notations-with-host-bits',
];
const VISITORS = ['visitors', 'visitors-backwards', 'visitors-of-one-network'];

const WAYS = ['add', 'all-at-once', 'some-at-once', 'check', 'remove-newest', 'remove-oldest'];

const KINDS = [
  ...[...NETS, ...RANGES].flatMap((name) => WAYS.map((what) => `${name}-${what}`)),
  ...VISITORS.flatMap((name) => [`${name}-enter`, `${name}-leave`]),
];

/** Of each kind the steps for one entry, by the number of entries; null: they cannot be counted here. */
function measure() {
  const measured = new Map();
  const lines = countSteps('steps-lists.c', SOURCES);
  if (lines === null) return null;
  for (const [name, count, steps] of lines) {
    if (!measured.has(name)) measured.set(name, new Map());
    const counts = measured.get(name);
    counts.set(Number(count), Math.max(counts.get(Number(count)) ?? 0, Number(steps) / Number(count)));
  }
  return measured;
}

describe('the cost of entries that others choose', function () {
  this.timeout(patience(60000));
  let measured;

  before(function () {
    measured = measure();
    if (measured === null) skip(this, 'cc does not count basic blocks');
  });

  it('is measured for all that are named here', () => {
    assert.deepStrictEqual([...measured.keys()].sort(), [...KINDS].sort());
  });

  for (const kind of KINDS) {
    it(`grows no faster than n log n: ${kind}`, () => {
      const few = measured.get(kind).get(1000);
      const many = measured.get(kind).get(16000);
      assert.ok(few > 0 && many <= MOST * few, `${few} steps for each of 1,000, ${many} for each of 16,000`);
    });
  }
});
