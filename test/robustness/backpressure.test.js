'use strict';
// A slow reader slows the writer: what waits is bounded, write() says so, and 'drain' comes when there is room.

const assert = require('node:assert');
const { once } = require('node:events');
const { Readable } = require('node:stream');

const net = require('../..');
const { turn, turns } = require('../support/loop');
const { close, join, listen } = require('../support/net');
const { instrumented, patience, scaled } = require('../support/scale');
const { tempDir } = require('../support/temp');

const MB = 1024 * 1024;

/** What two kernels' buffers of one connection may take on loopback, by far. */
const KERNEL = 32 * MB;

const kinds = [{ kind: 'TCP', where: () => ({ port: 0, host: '127.0.0.1' }) }];
if (process.platform !== 'win32') kinds.push({ kind: 'a path', where: (dir) => ({ path: dir.socket('s') }) });

for (const { kind, where } of kinds) {
  describe(`backpressure over ${kind}`, function () {
    this.timeout(patience(20000));
    let dir, server, open;

    beforeEach(() => {
      dir = tempDir();
      open = [];
    });

    afterEach(async () => {
      for (const socket of open) socket.destroy();
      if (server.listening) await close(server);
      dir.remove();
    });

    /* A connection: both ends, nobody reading. */
    async function pair(serverOptions = {}, clientOptions = {}) {
      server = await listen(net.createServer(serverOptions), where(dir));
      const { client, accepted: socket } = await join(server, net, clientOptions);
      open.push(client, socket);
      return { client, socket };
    }

    it('the memory of a server that pipes to a slow reader stays flat', async () => {
      const { client, socket } = await pair();
      const block = Buffer.alloc(64 * 1024, 'x');
      const blocks = scaled(200 * MB, KERNEL) / block.length;
      let made = 0;
      let arrived = 0;
      let ahead = 0; // most that the writer was ahead of the reader
      const source = Readable.from((function* () {
        for (; made < blocks; made++) yield block;
      })(), { objectMode: false });
      source.pipe(socket);
      const before = process.memoryUsage.rss();
      let most = before;
      for await (const chunk of client) {
        arrived += chunk.length;
        ahead = Math.max(ahead, made * block.length - arrived);
        if (most < process.memoryUsage.rss()) most = process.memoryUsage.rss();
        await turn();
      }
      assert.strictEqual(arrived, Math.ceil(blocks) * block.length);
      assert.ok(ahead < KERNEL, `${ahead} bytes were made before they were read`);
      if (!instrumented) assert.ok(most - before < 100 * MB, `the process grew by ${most - before} bytes`);
    });

    it("write() gives false from the high-water mark on, and 'drain' comes when the reader has taken it", async () => {
      const { client, socket } = await pair({}, { writableHighWaterMark: 100000 });
      const filler = client.write(Buffer.alloc(KERNEL));
      assert.strictEqual(filler, false);
      assert.strictEqual(client.writableNeedDrain, true);
      let drains = 0;
      client.on('drain', () => drains++);
      await turns(50);
      assert.strictEqual(drains, 0, "'drain' while the reader has taken nothing");
      const length = client.writableLength;
      assert.ok(length >= KERNEL);
      socket.resume();
      await once(client, 'drain');
      assert.strictEqual(client.writableLength, 0);
      assert.strictEqual(client.writableNeedDrain, false);
      assert.strictEqual(drains, 1);
    });

    it('write() gives true below the high-water mark, although the kernel takes nothing more', async () => {
      const { client } = await pair({}, { writableHighWaterMark: 2 * KERNEL });
      assert.strictEqual(client.write(Buffer.alloc(KERNEL)), true);
      assert.ok(client._handle.writeQueueSize > 0, 'the kernel was meant to be full');
      assert.strictEqual(client.write(Buffer.alloc(KERNEL - 1)), true);
      assert.strictEqual(client.write('x'), false);
      assert.strictEqual(client.writableLength, 2 * KERNEL);
    });

    it('a paused socket reads no further, so that the peer comes to a halt, and goes on when resumed', async () => {
      const { client, socket } = await pair();
      const block = Buffer.alloc(MB, 'y');
      client.once('data', () => client.pause());
      let sent = 0;
      let told = 0;
      while (sent < KERNEL + 8 * MB) {
        const more = socket.write(block, () => { told += block.length; });
        sent += block.length;
        if (!more) await turns(3);
      }
      socket.end();
      await turns(50);
      const halt = client.bytesRead;
      assert.ok(halt > 0);
      assert.ok(told < sent, 'all was taken from the writer');
      await turns(50);
      assert.strictEqual(client.bytesRead, halt);
      assert.ok(socket._handle.writeQueueSize > 0);
      client.resume();
      await once(client, 'end');
      assert.strictEqual(client.bytesRead, sent);
      assert.strictEqual(told, sent);
    });

    it('what a socket reads ahead of its reader is at most the high-water mark and one read', async () => {
      const highWaterMark = 100000;
      const { client, socket } = await pair({}, { readableHighWaterMark: highWaterMark });
      assert.strictEqual(client.readableHighWaterMark, highWaterMark);
      socket.end(Buffer.alloc(8 * MB));
      client.read(0);
      await turns(100);
      const ahead = client.readableLength;
      assert.ok(ahead >= highWaterMark, `${ahead} bytes`);
      assert.ok(ahead <= highWaterMark + 64 * 1024, `${ahead} bytes`);
      client.resume();
      await once(client, 'end');
      assert.strictEqual(client.bytesRead, 8 * MB);
    });

    it("the server's highWaterMark is that of its connections, both ways", async () => {
      const { socket } = await pair({ highWaterMark: 12345 });
      assert.deepStrictEqual([socket.readableHighWaterMark, socket.writableHighWaterMark], [12345, 12345]);
    });

    it('a waiting write costs no copy of what waits', async function () {
      if (instrumented) this.skip();
      const { client } = await pair();
      const bytes = Buffer.alloc(128 * MB, 'z');
      const before = process.memoryUsage.rss();
      client.write(bytes);
      assert.ok(client._handle.writeQueueSize > 64 * MB);
      await turns(20);
      const grown = process.memoryUsage.rss() - before;
      assert.ok(grown < 32 * MB, `the process grew by ${grown} bytes`);
    });
  });
}
