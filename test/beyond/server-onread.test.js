'use strict';
// createServer({ onread }): the connections of a server are read into memory of the program's.

const assert = require('node:assert');
const { once } = require('node:events');
const nodeNet = require('node:net');

const net = require('../..');
const { listen, targetOf } = require('../support/net');
const { tempDir } = require('../support/temp');

describe('onread of a server', () => {
  let server, clients;

  beforeEach(() => {
    clients = [];
  });

  afterEach(async () => {
    for (const client of clients) client.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  });

  async function serve(options, ...where) {
    server = await listen(net.createServer(options), ...where);
    return server;
  }

  async function client() {
    const socket = nodeNet.connect(targetOf(server));
    clients.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  const kinds = [['TCP', () => undefined]];
  if (process.platform !== 'win32') kinds.push(['a path', (dir) => ({ path: dir.socket('s') })]);
  for (const [kind, where] of kinds) {
    it(`the callback has the bytes in the buffer, with the connection as this, and there is no 'data': ${kind}`, async () => {
      const dir = tempDir();
      const buffer = Buffer.alloc(1000);
      const calls = [];
      let heard = '';
      await serve(
        {
          onread: {
            buffer,
            callback(got, memory) {
              calls.push([this, memory]);
              heard += memory.toString('latin1', 0, got);
              return true;
            },
          },
        },
        where(dir),
      );
      let data = 0;
      server.on('connection', (socket) => socket.on('data', () => data++));
      const [[socket], peer] = await Promise.all([once(server, 'connection'), client()]);
      peer.end('hello');
      await once(socket, 'end');
      assert.strictEqual(heard, 'hello');
      assert.ok(calls.length > 0 && calls.every(([who, memory]) => who === socket && memory === buffer));
      assert.strictEqual(data, 0);
      assert.strictEqual(socket.bytesRead, 5);
      dir.remove();
    });
  }

  it('one buffer serves all connections: each callback sees the bytes of its own', async () => {
    const heard = new Map();
    await serve({
      onread: {
        buffer: new Uint8Array(3), // so that there is more to read each time
        callback(got, memory) {
          heard.set(this, (heard.get(this) ?? '') + Buffer.from(memory.subarray(0, got)).toString());
        },
      },
    });
    let ended = 0;
    const allEnded = new Promise((resolve) => {
      server.on('connection', (socket) => socket.on('end', () => ++ended === 5 && resolve()));
    });
    const texts = ['aaaaaaaaaa', 'bbbbbbbbbb', 'cccccccccc', 'dddddddddd', 'eeeeeeeeee'];
    const peers = await Promise.all(texts.map(client));
    for (let i = 0; i < 10; i++) peers.forEach((peer, which) => peer.write(texts[which][i]));
    peers.forEach((peer) => peer.end());
    await allEnded;
    assert.deepStrictEqual([...heard.values()].sort(), texts);
  });

  it('a function makes one buffer for each connection, whatever the number of reads', async () => {
    const made = [];
    const used = new Map();
    await serve({
      onread: {
        buffer() {
          made.push(Buffer.alloc(1));
          return made.at(-1);
        },
        callback(got, memory) {
          used.set(this, (used.get(this) ?? new Set()).add(memory));
        },
      },
    });
    let ended = 0;
    const allEnded = new Promise((resolve) => {
      server.on('connection', (socket) => socket.on('end', () => ++ended === 2 && resolve()));
    });
    for (const peer of await Promise.all([client(), client()])) peer.end('several bytes');
    await allEnded;
    assert.strictEqual(made.length, 2);
    assert.deepStrictEqual([...used.values()].map((set) => set.size), [1, 1]);
    assert.notStrictEqual([...used.values()][0], [...used.values()][1]);
  });

  it('pauseOnConnect: nothing is read before resume()', async () => {
    const heard = [];
    await serve({ pauseOnConnect: true, onread: { buffer: Buffer.alloc(100), callback: (got) => heard.push(got) } });
    const [[socket], peer] = await Promise.all([once(server, 'connection'), client()]);
    await new Promise((resolve) => { peer.write('hello', resolve); });
    for (let i = 0; i < 20; i++) await new Promise((resolve) => { setImmediate(resolve); });
    assert.deepStrictEqual(heard, []);
    assert.strictEqual(socket.bytesRead, 0);
    socket.resume();
    peer.end();
    await once(socket, 'end');
    assert.deepStrictEqual(heard, [5]);
  });

  it('a callback that returns false pauses its connection', async () => {
    let reads = 0;
    await serve({
      onread: {
        buffer: Buffer.alloc(4),
        callback() {
          reads++;
          if (reads === 1) setImmediate(() => setImmediate(() => this.emit('paused')));
          return reads > 1;
        },
      },
    });
    const [[socket], peer] = await Promise.all([once(server, 'connection'), client()]);
    peer.end('12345678');
    await once(socket, 'paused');
    assert.strictEqual(reads, 1);
    socket.resume();
    await once(socket, 'end');
    assert.strictEqual(socket.bytesRead, 8);
  });

  it('the connections can be written to and half-closed as any', async () => {
    await serve({
      allowHalfOpen: true,
      onread: { buffer: Buffer.alloc(64), callback(got, memory) { this.write(Buffer.from(memory.subarray(0, got))); } },
    });
    server.on('connection', (socket) => socket.on('end', () => socket.end('!')));
    const peer = await client();
    let heard = '';
    peer.setEncoding('utf8').on('data', (text) => (heard += text));
    peer.end('echo');
    await once(peer, 'end');
    assert.strictEqual(heard, 'echo!');
  });

  it('options that are no buffer and no callback are errors of createServer()', () => {
    server = net.createServer();
    const buffer = Buffer.alloc(1);
    const callback = () => {};
    for (const onread of [
      1,
      'text',
      [],
      { callback },
      { buffer },
      { buffer: 'text', callback },
      { buffer, callback: 1 },
    ]) {
      assert.throws(() => net.createServer({ onread }), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
    }
    for (const onread of [undefined, null]) net.createServer({ onread });
  });

  it('a connection whose buffer cannot be made is closed', async () => {
    for (const [make, error] of [
      [() => { throw new Error('no memory'); }, { message: 'no memory' }],
      [() => 'text', { code: 'ERR_INVALID_ARG_TYPE' }],
    ]) {
      await serve({ onread: { buffer: make, callback() {} } });
      let closed = 0;
      const accepted = { close: () => closed++ };
      assert.throws(() => server._handle.onconnection(0, accepted), error);
      assert.strictEqual(closed, 1);
      assert.strictEqual(server._connections, 0);
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
