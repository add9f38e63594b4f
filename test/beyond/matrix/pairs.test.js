'use strict';
// Every two of what cnet can do, together: numbered bytes of several connections at once, both ways, compared at both
// ends.

const assert = require('node:assert');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');

const { needsLinux, needsTCPInfo, skip } = require('../../support/needs');
const { patience } = require('../../support/scale');
const { tempDir } = require('../../support/temp');
const { pair, tidy } = require('../../support/tidy');
const { features } = require('./features');
const { leftOver, openNow } = require('./left-over');
const { reasonOf } = require('./not-pairs');
const { Far, Scene } = require('./scene');

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
    await new Scene(two, { dir: dir.dir, socketName: dir.socket, far }).run();
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
        it(`with ${other.name}: every byte arrives once, in its place, both ways, and nothing is left open`, () =>
          play(one, other));
      }
    });
  });
});

/** A network of its own in which clients and servers have TCP Fast Open. */
const NAMESPACE = [
  '-rn',
  'sh',
  '-c',
  'ip link set lo up && echo 3 > /proc/sys/net/ipv4/tcp_fastopen && exec "$@"',
  'sh',
];

describe('pairs of features with data in the handshake', function early() {
  this.timeout(patience(60000));
  this.slow(20000);

  afterEach(tidy);

  let result;

  before(async function fastOpen() {
    needsLinux(this);
    if (spawnSync('unshare', [...NAMESPACE, 'true'], { stdio: 'ignore' }).status !== 0)
      skip(this, 'a network namespace, with the right to make one, is not there');
    const command = [...NAMESPACE, process.execPath, path.join(__dirname, 'with-each.js'), 'fastOpen'];
    const child = spawn('unshare', command, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk) => { text += chunk; });
    await once(child, 'close');
    result = JSON.parse(text);
  });

  it('fastOpen with each other feature: every byte arrives once, in its place, both ways', () => {
    assert.deepStrictEqual(result.failures, {});
  });

  it('more than twenty of these connections have brought data with their handshake', async function handshakes() {
    needsTCPInfo(this, (await pair()).client); // which says whether one has
    assert.ok(result.early > 20, `${result.early} connections have brought data with their handshake`);
  });
});
