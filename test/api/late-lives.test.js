'use strict';
// What was begun in one life of a socket, and comes to its end in the next one; and handles of a program's, which
// keep what they are given and go nowhere that a block list forbids.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const fs = require('node:fs');
const nodeNet = require('node:net');

const net = require('../..');
const { numbered } = require('../support/bytes');
const { needsTool } = require('../support/needs');
const { HOST } = require('../support/net');
const { silent } = require('../support/silent');
const { tempDir } = require('../support/temp');
const { connected, listening, tempFile, tidy, track } = require('../support/tidy');

describe('between two lives of a socket', () => {
  /** @returns {Promise<{ port: number, sockets: net.Socket[], texts: string[] }>} a server that notes what comes */
  async function serve() {
    const sockets = [];
    const texts = [];
    const server = nodeNet.createServer((socket) => {
      const number = sockets.push(track(socket)) - 1;
      texts[number] = '';
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        texts[number] += chunk;
      });
      server.emit('noted');
    });
    await listening(server);
    return { server, port: server.address().port, sockets, texts };
  }

  let deaf;

  afterEach(tidy);
  afterEach(() => deaf?.close());

  it('a Buffer whose getter of `length` begins the next one is not sent to its peer', async () => {
    const old = await serve();
    const next = await serve();
    const socket = await connected(old.port, HOST);
    const secret = Buffer.from('secret');
    let again = () => {
      again = () => {};
      socket.destroy();
      socket.connect(next.port, HOST);
    };
    Object.defineProperty(secret, 'length', {
      get() {
        again();
        return 6;
      },
    });
    const failed = new Promise((resolve) => socket.write(secret, resolve));
    socket.end('public');
    assert.equal((await failed).code, 'ERR_SOCKET_CLOSED');
    if (next.sockets.length === 0) await once(next.server, 'noted');
    await once(next.sockets[0], 'end');
    assert.equal(next.texts[0], 'public');
  });

  it('what waits for the connection does not go to that of the next one, which a listener of "connect" begins', async () => {
    const old = await serve();
    const next = await serve();
    const socket = new net.Socket();
    track(socket);
    const file = tempFile('file');
    fs.writeFileSync(file, 'file');
    socket.once('connect', () => {
      socket.destroy();
      socket.connect(next.port, HOST);
      socket.end('public');
    });
    socket.connect(old.port, HOST);
    const failed = Promise.all([
      new Promise((resolve) => socket.write('secret', resolve)),
      socket.sendFile(file).catch((error) => error),
    ]);
    socket.end();
    if (next.sockets.length === 0) await once(next.server, 'noted');
    await once(next.sockets[0], 'end');
    assert.equal(next.texts[0], 'public');
    for (const error of await failed)
      assert.match(error.code, /^ERR_(SOCKET_CLOSED_BEFORE_CONNECTION|STREAM_DESTROYED)$/);
  });

  it('an `onread` that begins the next one and gives false stops the first alone', async () => {
    let number = 0;
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.write(String(number++));
    });
    await listening(server);
    const { port } = server.address();
    const text = await new Promise((resolve) => {
      let came = '';
      const callback = (length, buffer) => {
        came += buffer.toString('latin1', 0, length);
        if (came.length > 1) {
          resolve(came);
          return true;
        }
        socket.destroy();
        socket.connect(port, HOST);
        return false;
      };
      const socket = new net.Socket({ onread: { buffer: Buffer.alloc(16), callback } });
      track(socket);
      socket.connect(port, HOST);
    });
    assert.equal(text, '01');
  });

  it('the time limit of a connect() does not end the one that is made when it is told of', async function () {
    needsTool(this, 'python3');
    deaf = await silent([HOST]);
    const { port, texts, server } = await serve();
    const socket = new net.Socket();
    const errors = [];
    track(socket);
    socket.on('error', (error) => errors.push(error.code));
    socket.once('connectionAttemptTimeout', () => {
      socket.destroy();
      socket.connect(port, HOST);
      socket.end('next');
    });
    socket.connect({ port: deaf.port, host: HOST, connectTimeout: 50 });
    await once(socket, 'connect');
    if (texts.length === 0) await once(server, 'noted');
    assert.deepEqual(errors, []);
  });

  it('the end of a splice() of the first leaves a socket that has connected in "close" alone', async () => {
    const { port } = await serve();
    const first = await connected(port, HOST);
    const second = await connected(port, HOST);
    first.once('close', () => first.connect(port, HOST)); // before splice() hears of it
    const relayed = net.splice(first, second);
    first.destroy();
    await assert.rejects(relayed, { code: 'ERR_STREAM_PREMATURE_CLOSE' });
    await once(first, 'connect');
    assert.equal(second.destroyed, true);
    assert.equal(first.destroyed, false);
  });

  it('a splice() that is over leaves no listener behind, also when the next one has begun before its "close"', async () => {
    const { port } = await serve();
    const [first, second] = [await connected(port, HOST), await connected(port, HOST)];
    const counts = () =>
      [first, second].map((socket) => socket.eventNames().map((name) => [name, socket.listenerCount(name)]));
    const before = counts();
    const relayed = net.splice(first, second);
    first.destroy();
    first.connect(port, HOST);
    await assert.rejects(relayed, { code: 'ERR_STREAM_PREMATURE_CLOSE' });
    await new Promise((resolve) => {
      setImmediate(() => setImmediate(resolve));
    });
    first.destroy();
    await once(first, 'close');
    assert.deepEqual(counts(), before);
  });

  it('the peers of sockets that were spliced do not end each other', async () => {
    const { port, sockets } = await serve();
    const [first, second] = [await connected(port, HOST), await connected(port, HOST)];
    const relayed = net.splice(first, second);
    first.destroy();
    await assert.rejects(relayed);
    const before = sockets.length;
    for (const socket of [first, second]) {
      socket.connect(port, HOST);
      await once(socket, 'connect');
    }
    while (sockets.length < before + 2) await new Promise((resolve) => { setImmediate(resolve); });
    const peer = sockets.find(({ remotePort }) => remotePort === first.localPort);
    first.resume();
    peer.end();
    await once(first, 'end');
    assert.equal(second.writableEnded, false);
  });
});

/**
 * A write of Node's that ends at once. A handle of a program's tells nothing of how a write has ended, so that Node's
 * net, before 26, takes it for what the last write in this process was.
 */
async function writeAtOnce() {
  const server = nodeNet.createServer((socket) => socket.resume()).listen(0, HOST);
  await once(server, 'listening');
  const client = nodeNet.connect(server.address().port, HOST);
  await once(client, 'connect');
  client.write('x');
  client.end();
  await once(client.resume(), 'close');
  server.close();
}

describe('a handle that a program wrote', () => {
  it('may keep the pieces of a file that sendFile() gives it', async () => {
    const dir = tempDir();
    try {
      const bytes = numbered(300 * 1024);
      fs.writeFileSync(dir.path('file'), bytes);
      const kept = [];
      const handle = {
        readStart: () => 0,
        readStop: () => 0,
        close: (done) => setImmediate(done),
        writeBuffer(request, piece) {
          kept.push(piece);
          return 0;
        },
      };
      const socket = new net.Socket({ handle });
      await writeAtOnce();
      await socket.sendFile(dir.path('file'));
      assert.deepEqual(Buffer.concat(kept), bytes);
      socket.destroy();
    } finally {
      dir.remove();
    }
  });

  it('is not asked to connect to an address of the block list', async () => {
    let asked = 0;
    const handle = {
      readStart: () => 0,
      close: (done) => setImmediate(done),
      connect() {
        asked++;
        return 0;
      },
    };
    const blockList = new net.BlockList();
    blockList.addAddress('10.1.2.3');
    const socket = new net.Socket({ handle, blockList });
    socket.connect(80, '10.1.2.3');
    const [error] = await once(socket, 'error');
    assert.equal(error.code, 'ERR_IP_BLOCKED');
    assert.equal(asked, 0);
  });
});
