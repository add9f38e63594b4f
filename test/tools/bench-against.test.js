'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const os = require('node:os');
const path = require('node:path');

const { line, summarise } = require('../../bench/against.js');

const BENCH = path.join(__dirname, '..', '..', 'bench', 'run.js');

const scenario = { name: 'one', kind: 'server' };

/** A run whose messages took so many microseconds each. */
const run = (cost) => ({ user: cost * 5, system: cost * 5, messages: 10 });

const pairs = (...costs) => costs.map(([before, now]) => ({ before: run(before), now: run(now) }));

describe('npm run bench -- --against', () => {
  it('divides within each pair, and takes the median', () => {
    const { ratio, low, high } = summarise(scenario, pairs([10, 5], [30, 30], [12, 16], [100, 50], [9, 9]));
    assert.deepStrictEqual({ ratio, low, high }, { ratio: 1, low: 1, high: 2 });
  });

  it('says of what costs over 3 % more that it is worse', () => {
    const words = [[10, 10.2], [10, 10.5]].map((pair) => line(summarise(scenario, pairs(pair))).split('  ').pop());
    assert.deepStrictEqual(words.map((word) => word === 'WORSE'), [false, true]);
  });

  it('says of what is worse in some pairs and better in others that it may be noise', () => {
    assert.match(line(summarise(scenario, pairs([10, 12], [10, 12], [10, 8], [10, 8], [10, 12]))), /worse, or noise$/);
  });

  it('takes memory for idle connections', () => {
    const { before, ratio } = summarise({ name: 'idle', kind: 'memory' }, [
      { before: { rss: 3000 }, now: { rss: 2000 } },
    ]);
    assert.deepStrictEqual({ before, ratio }, { before: 3000, ratio: 1.5 });
  });

  it('has a line for a scenario that fails', () => {
    const row = summarise(scenario, [{ before: run(1), now: { error: 'broken\nin two' } }]);
    assert.match(line(row), /^one +FAILED: broken \| in two$/);
  });

  it('does not take a folder that is no checkout', () => {
    const { status, stderr } = spawnSync(process.execPath, [BENCH, `--against=${os.tmpdir()}`], { encoding: 'utf8' });
    assert.deepStrictEqual({ status, stderr }, { status: 1, stderr: `cnet: ${os.tmpdir()} is no checkout of cnet\n` });
  });
});
