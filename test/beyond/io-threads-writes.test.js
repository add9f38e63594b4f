'use strict';
// Writes on I/O threads that stream.Writable hears of when C has had them already, by an object that is used again
// (lib/socket/write.js): what one write tells is never taken for what another one does.

const assert = require('node:assert');
const { createHook } = require('node:async_hooks');

const cnet = require('../..');
const { bytes, close, join, listen } = require('../support/net');

const on = process.platform === 'win32' ? describe.skip : describe;
const LONG = 1 << 24; // more than the kernel takes of a connection that nobody reads
const LONGER = LONG + 12345;

on('long writes on I/O threads', () => {
  let server;
  let ends = [];

  beforeEach(async () => { server = await listen(cnet.createServer({ ioThreads: 1, pauseOnConnect: true })); });

  afterEach(async () => {
    for (const socket of ends.splice(0).flatMap(Object.values)) socket.destroy();
    await close(server);
  });

  it('within a hook of another long write count for themselves, and both arrive', async () => {
    ends = [await join(server, cnet, { ioThread: true }), await join(server, cnet, { ioThread: true })];
    const [first, second] = ends.map(({ client }) => client);
    const returned = [];
    let isWithin = false;
    const hook = createHook({
      init(id, type) {
        if (!/^WRITEWRAP$/i.test(type) || isWithin) return;
        isWithin = true;
        returned.push(second.write(Buffer.alloc(LONGER, 'b')));
      },
    });
    hook.enable();
    try {
      returned.push(first.write(Buffer.alloc(LONG, 'a')));
    } finally {
      hook.disable();
    }
    assert.deepStrictEqual(returned, [false, false]);
    assert.deepStrictEqual([first.writableLength, second.writableLength], [LONG, LONGER]);
    for (const { client } of ends) client.end();
    const got = await Promise.all(ends.map(({ accepted }) => bytes(accepted)));
    assert.ok(got[0].equals(Buffer.alloc(LONG, 'a')) && got[1].equals(Buffer.alloc(LONGER, 'b')));
    assert.deepStrictEqual([first.bytesWritten, second.bytesWritten], [LONG, LONGER]);
  });
});
