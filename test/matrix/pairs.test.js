'use strict';
// Every two of what cnet can do, together: numbered bytes of several connections at once, both ways, compared at both ends.

const assert = require('node:assert');
const fs = require('node:fs');

const { patience } = require('../support/scale');
const { tempDir } = require('../support/temp');
const { features, turns } = require('./features');
const { reasonOf } = require('./not-pairs');
const { Far, Scene } = require('./scene');

/** What the process has open: descriptors by what they are, and what Node waits for. */
function openNow() {
  const resources = process.getActiveResourcesInfo().filter((name) => name !== 'Immediate' && name !== 'Timeout');
  const counts = {};
  for (const name of resources) counts[name] = (counts[name] ?? 0) + 1;
  if (process.platform !== 'linux') return counts;
  for (const fd of fs.readdirSync('/proc/self/fd')) {
    let name;
    try {
      name = fs.readlinkSync(`/proc/self/fd/${fd}`).replace(/:?\[.*/, '').replace(/^\/.*/, 'file');
    } catch {
      continue; // that of the directory
    }
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Waits until nothing is open that was not before. @returns {Promise<object | null>} what is, if it stays */
async function leftOver(before) {
  const limit = Date.now() + patience(3000);
  let now = openNow();
  const isMore = () => Object.keys(now).some((name) => now[name] > (before[name] ?? 0));
  while (isMore() && Date.now() < limit) {
    await turns(1);
    now = openNow();
  }
  return isMore() ? now : null;
}

describe('pairs of features', function pairs() {
  this.timeout(patience(20000));
  this.slow(2000);
  let dir, far;

  before(async () => {
    dir = tempDir();
    far = new Far();
  });

  after(async () => {
    await far.end();
    dir.remove();
  });

  /** @returns {Promise<[object, object] | null>} what was open before and is after, if that is more */
  async function playOnce(two) {
    const before = openNow();
    await new Scene(two, { dir: dir.dir, far }).run();
    const after = await leftOver(before);
    return after && [before, after];
  }

  async function play(...two) {
    if (two.some(({ name }) => name === 'transfer to a worker')) await far.start('worker');
    if (two.some(({ name }) => name === 'send() to a child process')) await far.start('child');
    if (await playOnce(two) === null) return;
    const [before, after] = (await playOnce(two)) ?? []; // what is opened once, for all time, is no leak
    assert.deepStrictEqual(after, before, 'something was left open');
  }

  features.forEach((one, index) => {
    if (one.needs === false) return;
    describe(one.name, () => {
      it('alone: every byte arrives once, in its place, both ways, and nothing is left open', () => play(one));

      for (const other of features.slice(index + 1)) {
        if (other.needs === false || reasonOf(one.name, other.name) !== null) continue;
        it(`with ${other.name}: every byte arrives once, in its place, both ways, and nothing is left open`, () => play(one, other));
      }
    });
  });
});
