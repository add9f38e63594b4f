'use strict';
// cnet in worker threads: any number of them, ended in any way and at any moment. Each test is a process of its own,
// so that a crash shows.

const assert = require('node:assert');

const { runFixture } = require('../support/child');
const { needsFiles, needsLinux } = require('../support/needs');
const { patience, scaled } = require('../support/scale');

const WORKERS = scaled(20, 4);
const ROUNDS = scaled(10, 2);

describe('worker threads', function () {
  this.timeout(patience(60000));

  const run = (name, expected, ...args) => async () => {
    const result = await runFixture('workers.js', [name, ...args.map(String)]);
    assert.deepStrictEqual(result, { status: expected, stdout: expected === 0 ? 'done\n' : '', stderr: '' });
  };

  it('20 workers with everything open are terminated, ten times over', run('terminate', 0, WORKERS, ROUNDS));

  it('the main thread goes on while workers come and are terminated', run('both', 0, 4, 3));

  it('workers that are done end by themselves', run('naturalEnd', 0, 4));

  it('a worker with nothing but sockets that are unref()ed ends by itself', run('unrefEnd', 0));

  it('process.exit() in workers with everything open ends them alone', run('exitInWorker', 0, 4));

  it('process.exit() in the main thread ends workers with everything open', run('exitInMain', 9, 4));

  it('what a listener throws in a worker is the error of that worker', run('throwInListener', 0));

  it('the socket file of a terminated worker is left or removed as by Node', async function () {
    needsFiles(this);
    await run('socketFiles', 0)();
  });

  it('terminated workers leave no descriptor behind', async function () {
    needsLinux(this);
    await run('descriptors', 0)();
  });
});
