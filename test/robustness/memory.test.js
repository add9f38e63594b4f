'use strict';
// What has ended costs nothing. Each test is a process of its own, whose memory nobody else touches.

const assert = require('node:assert');

const { runFixture } = require('../support/child');
const { instrumented, patience, scaled } = require('../support/scale');

/** The young generation would grow for many rounds before it stays: it is kept small. */
const NODE_ARGS = ['--expose-gc', '--max-semi-space-size=1'];

describe('memory', function () {
  this.timeout(patience(60000));

  const run = (name, count) => async () => {
    const result = await runFixture('memory.js', [name, String(count)], { nodeArgs: NODE_ARGS });
    assert.deepStrictEqual(result, { status: 0, stdout: 'done\n', stderr: '' });
  };

  describe('of the process stays flat', () => {
    before(function () {
      if (instrumented) this.skip(); // the checks keep what was freed
    });

    it('over 20,000 TCP connections', run('tcp', scaled(20000)));

    if (process.platform !== 'win32') it('over 10,000 connections to a path', run('path', scaled(10000)));

    it('over connections that are refused', run('refused', scaled(20000)));

    it('over idle timeouts that are set and ended', run('timeouts', scaled(100000)));
  });

  it('numbers of closed connections are used again', run('numbers', scaled(4000, 400)));

  it('of chunks of which one in a hundred is kept, only those are held', run('oneInAHundred', scaled(10000, 1000)));

  it('chunks that nobody keeps are let go while the connection lives', run('droppedChunks', scaled(200, 40)));

  it('for 4 GiB of chunks that nobody keeps V8 collects the whole heap ten times at most', async () => {
    const result = await runFixture('memory.js', ['youngChunks', '4096']);
    assert.deepStrictEqual(result, { status: 0, stdout: 'done\n', stderr: '' });
  });

  it('of tokens sent to a port only those that are not received are held', run('tokens', scaled(20000, 4000)));

  it('closed sockets are collected', run('collected'));

  it('closed servers are collected', run('servers'));
});
