'use strict';

// What comes first: bytes before the handle's for the callback of `onread`, descriptors behind a header of the PROXY
// protocol, and peers that have gone before anybody looked at them.

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const nodeNet = require('node:net');

const { fromNode } = require('../../lib/child-process');
const { turn, until } = require('../support/loop');
const { needsLinux, needsNodeDescriptors } = require('../support/needs');
const { HOST } = require('../support/net');
const { net } = require('../support/subject');
const { connected, listening, tempPath, tidy, track } = require('../support/tidy');

const loopback = new net.BlockList();
loopback.addSubnet('127.0.0.0', 8);

/** The option `onread` over a buffer of 4 bytes; the callback says false for every piece that `isLast` says so of. */
function collector(isLast = () => false) {
  const got = [];
  return {
    got,
    onread: {
      buffer: Buffer.alloc(4),
      callback(length, buffer) {
        got.push(buffer.toString('latin1', 0, length));
        return !isLast(got.length);
      },
    },
  };
}

/** A connection of `server` on which a client of Node's has sent something. */
async function sent(server, data) {
  const client = track(nodeNet.connect(server.address().port, HOST).on('error', () => {}));
  client.write(data);
  const [socket] = await once(server, 'connection');
  track(socket);
  return { client, socket };
}

/** The ways by which bytes come before the socket: each gives the client, the socket, and what starts it. */
const WAYS = {
  async 'proxyProtocol, optional, without a header'(onread) {
    const proxyProtocol = { mode: 'optional', trusted: loopback };
    return sent(await listening(net.createServer({ proxyProtocol, onread, pauseOnConnect: true })), 'first bytes');
  },
  async 'receive()'(onread) {
    const { client, socket } = await sent(await listening(net.createServer()), 'first bytes');
    socket.read(0);
    await until(() => socket.readableLength === 11);
    return { client, socket: track(net.receive(net.transfer(socket), { onread })) };
  },
  async 'fromNode()'(onread) {
    const { client, socket } = await sent(await listening(nodeNet.createServer()), 'first bytes');
    socket.read(0);
    await until(() => socket.readableLength === 11);
    return { client, socket: track(fromNode(socket, { onread, pauseOnCreate: true })) };
  },
};

/** What a way needs of the system. */
const NEEDS = { 'fromNode()': needsNodeDescriptors };

describe('bytes that came before', () => {
  afterEach(tidy);

  for (const [name, open] of Object.entries(WAYS)) {
    const needs = (test) => NEEDS[name]?.(test);

    it(`go to the callback of onread in pieces of its buffer, then what follows and the end: ${name}`, async function () {
      needs(this);
      const { got, onread } = collector();
      const { client, socket } = await open(onread);
      const order = [];
      socket.on('end', () => order.push(got.join('')));
      socket.resume();
      client.end(' and more');
      await once(socket, 'end');
      assert.deepStrictEqual(got.slice(0, 3), ['firs', 't by', 'tes']);
      assert.deepStrictEqual(
        [got.join(''), order, socket.readableLength],
        ['first bytes and more', ['first bytes and more'], 0],
      );
    });

    it(`wait while the callback says so, with what follows behind them: ${name}`, async function () {
      needs(this);
      const { got, onread } = collector((pieces) => pieces <= 2);
      const { client, socket } = await open(onread);
      client.write('!');
      socket.resume();
      await until(() => got.length === 1);
      for (let i = 0; i < 20; i++) await turn();
      assert.deepStrictEqual(got, ['firs']);
      socket.resume();
      await until(() => got.length === 2);
      for (let i = 0; i < 20; i++) await turn();
      assert.deepStrictEqual(got, ['firs', 't by']);
      socket.resume();
      await until(() => got.join('').endsWith('!'));
      assert.strictEqual(got.join(''), 'first bytes!');
    });

    it(`go no further when the callback destroys the socket: ${name}`, async function () {
      needs(this);
      const got = [];
      const onread = {
        buffer: Buffer.alloc(4),
        callback(length, buffer) {
          got.push(buffer.toString('latin1', 0, length));
          this.destroy();
          return true;
        },
      };
      const { socket } = await open(onread);
      socket.resume();
      await once(socket, 'close');
      assert.deepStrictEqual(got, ['firs']);
    });
  }

  it('move on with a socket that moves before it has given them', async () => {
    const first = collector();
    const { client, socket } = await WAYS['receive()'](first.onread);
    const second = collector();
    const again = track(net.receive(net.transfer(socket), { onread: second.onread }));
    again.resume();
    client.end('.');
    await once(again, 'end');
    assert.deepStrictEqual([first.got, second.got.join('')], [[], 'first bytes.']);
  });
});

describe('proxyProtocol with receiveDescriptors', () => {
  before(function linuxOnly() {
    needsLinux(this);
  });
  afterEach(tidy);

  it('gives the descriptors that come behind the header, at their bytes', async () => {
    const server = await listening(net.createServer({ proxyProtocol: {}, receiveDescriptors: true }), tempPath());
    const ends = { source: { address: '192.0.2.1', port: 1 }, destination: { address: '192.0.2.2', port: 2 } };
    const accepting = once(server, 'connection');
    const client = await connected({ path: server.address(), proxyHeader: ends });
    const file = fs.openSync(__filename);
    client.sendDescriptors('with', [file]);
    client.end('without');
    const socket = track((await accepting)[0]);
    const seen = [];
    let text = '';
    socket.on('descriptors', (fds, { start, end }) => {
      seen.push([start, end, fds.length, fs.fstatSync(fds[0]).ino]);
      for (const fd of fds) fs.closeSync(fd);
    });
    for await (const chunk of socket) text += chunk;
    assert.deepStrictEqual(seen, [[0, 4, 1, fs.fstatSync(file).ino]]);
    fs.closeSync(file);
    assert.deepStrictEqual([socket.remoteAddress, text], ['192.0.2.1', 'withwithout']);
  });

  it('is refused where the header is optional', () => {
    const proxyProtocol = { mode: 'optional', trusted: loopback };
    assert.throws(() => net.createServer({ proxyProtocol, receiveDescriptors: true }), {
      code: 'ERR_INVALID_ARG_VALUE',
    });
  });
});

describe('a peer that has reset before it is accepted', () => {
  afterEach(tidy);

  const CLIENT = "require('net').connect(+process.argv[1], '127.0.0.1', function () { this.resetAndDestroy(); })";

  /** The error of such a peer: it comes and goes while this thread looks elsewhere. */
  async function gone(proxyProtocol) {
    const server = await listening(net.createServer({ proxyProtocol }));
    const failing = once(server, 'proxyError');
    spawnSync(process.execPath, ['-e', CLIENT, String(server.address().port)]);
    const [error] = await failing;
    return error.code;
  }

  it('has an error of its own where only some are trusted', async () => {
    assert.strictEqual(await gone({ trusted: loopback }), 'ERR_PROXY_PROTOCOL_RESET');
    assert.strictEqual(await gone({ trusted: loopback, mode: 'optional' }), 'ERR_PROXY_PROTOCOL_RESET');
  });

  it('is told of as untrusted when it is not', async function () {
    needsLinux(this);
    assert.strictEqual(await gone({ trusted: new net.BlockList() }), 'ERR_PROXY_PROTOCOL_UNTRUSTED');
  });
});
