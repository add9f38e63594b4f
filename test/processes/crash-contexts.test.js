'use strict';
// An exception that leaves a handler: in which context 'uncaughtException' hears of it, and what async_hooks and
// domains see. Needs the change of src/call.c that is not made yet.

const assert = require('node:assert');

const { runFixture } = require('../support/child');
const { patience } = require('../support/scale');

const run = async (...args) => {
  const { status, stdout } = await runFixture('crash-contexts.cjs', args);
  return { status, text: stdout.trim() };
};

describe('an exception that leaves a handler', function () {
  this.timeout(patience(30000));

  for (const event of ['connection', 'data', 'close', 'timeout', 'connect']) {
    it(`of '${event}': 'uncaughtException' has the AsyncLocalStorage store that the handler has, as on Node`, async () => {
      assert.deepStrictEqual(await run('store', event), { status: 0, text: 'store store' });
    });

    it(`of '${event}': async_hooks hear of no more ends of a context than of beginnings`, async () => {
      assert.deepStrictEqual(await run('hooks', event), { status: 0, text: 'balanced' });
    });

    it(`of '${event}': it is none of the domain's in which cnet was loaded, and ends nothing there`, async () => {
      assert.deepStrictEqual(await run('loaded in a domain', event), { status: 0, text: 'uncaughtException' });
    });

    it(`of '${event}': the domain of the socket hears of it, and the process goes on`, async () => {
      assert.deepStrictEqual(await run('domain', event), { status: 0, text: 'domain' });
    });
  }
});
