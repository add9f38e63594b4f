'use strict';
// What V8 learns of Node's streams from cnet: each kind of options more makes those of all streams slower to read
// (docs/performance.md, "What was tried").

const assert = require('node:assert');

const { runFixture } = require('../support/child');

describe('cnet/register-http', () => {
  it('gives stream.Duplex two kinds of options at most, besides those of its sockets, for a server of http2', async () => {
    const { status, stdout, stderr } = await runFixture('kinds-of-options.js');
    assert.strictEqual(status, 0, stderr);
    assert.ok(JSON.parse(stdout).length <= 2, stdout);
  });
});
