'use strict';
// Copies of the package that nobody uses any more: what they hold is let go, and nothing before that.

const assert = require('node:assert');

const { runFixture } = require('../support/child');
const { patience } = require('../support/scale');

async function run(name) {
  const { status, stdout, stderr } = await runFixture('copies.js', [name], { nodeArgs: ['--expose-gc'] });
  assert.deepStrictEqual({ status, stderr }, { status: 0, stderr: '' });
  return JSON.parse(stdout);
}

describe('copies of the package that are dropped', function () {
  this.timeout(patience(60000));

  it('fifty of them are collected, with their memory and their timers', async () => {
    const { before, after } = await run('many');
    assert.strictEqual(after.gone - before.gone, 50);
    assert.ok(after.timers <= before.timers, `${after.timers} timers, ${before.timers} before`);
    assert.ok(
      after.arrayBuffers - before.arrayBuffers < 200000,
      `${after.arrayBuffers - before.arrayBuffers} bytes of buffers`,
    );
    assert.ok(after.heapUsed - before.heapUsed < 3000000, `${after.heapUsed - before.heapUsed} bytes of the heap`);
  });

  it('one whose server listens goes on until that is closed, and is then collected', async () => {
    assert.deepStrictEqual(await run('listening'), { goneBefore: 0, got: 100000 });
  });

  it('one with an idle timeout goes on until it has fired, and is then collected', async () => {
    assert.deepStrictEqual(await run('timeout'), {});
  });

  it('one of which only a class is known works as before', async () => {
    assert.deepStrictEqual(await run('class'), { text: 'text' });
  });

  it('those in contexts of vm work, and are collected with their contexts', async () => {
    assert.deepStrictEqual(await run('contexts'), { got: 500000 });
  });

  it('one that has sent a connection to another thread keeps it until that has it', async () => {
    assert.deepStrictEqual(await run('token'), { text: 'over there', exit: 0 });
  });

  it('threads end with copies that are dropped, open and unused', async () => {
    assert.deepStrictEqual(await run('threads'), { ends: [0, 1, 0, 1] });
  });
});
