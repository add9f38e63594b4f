'use strict';
// Pairs of features that make no sense together: the error comes at once, and the socket is none the worse.

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const tls = require('node:tls');

const net = require('../../..');
const { toNode } = require('../../../lib/child-process');
const { standInFor } = require('../../../lib/socket/stand-in');
const { needsLinux, needsPosix, skip } = require('../../support/needs');
const { join } = require('../../support/net');
const { tempDir } = require('../../support/temp');
const { listening, tidy, track } = require('../../support/tidy');
const { HOST, turns } = require('./features');

describe('pairs that are refused', () => {
  let dir;

  beforeEach(() => {
    dir = tempDir();
  });

  afterEach(async () => {
    await tidy();
    dir.remove();
  });

  /** A connection, both ends here. */
  async function pair({ server: serverOptions = {}, connect = {}, listen = { port: 0, host: HOST } } = {}) {
    const server = await listening(net.createServer(serverOptions), listen);
    const { client, accepted: socket } = await join(
      server,
      { connect: (options) => track(net.connect(options)) },
      connect,
    );
    return { client, socket: track(socket), server };
  }

  /** Bytes still go both ways. */
  async function stillWorks(client, socket) {
    const got = [once(client, 'data'), once(socket, 'data')];
    client.write('up');
    socket.write('down');
    assert.deepStrictEqual((await Promise.all(got)).map(([chunk]) => String(chunk)), ['down', 'up']);
  }

  /** Two connections, and the two sockets between them in a splice(). */
  async function relayed(options) {
    const one = await pair(options);
    const other = await pair(options);
    const result = net.splice(one.socket, other.socket);
    result.catch(() => {});
    return { left: one.client, right: other.client, a: one.socket, b: other.socket };
  }

  const refusesValue = { code: 'ERR_INVALID_ARG_VALUE' };
  const memory = { buffer: Buffer.alloc(100), callback: () => true };

  describe('splice()', () => {
    it('with onread, as what comes is for the callback: ERR_INVALID_ARG_VALUE', async () => {
      const { client, socket } = await pair({ server: { onread: memory } });
      const other = await pair();
      assert.throws(() => net.splice(socket, other.socket), { ...refusesValue, message: /has the option onread/ });
      assert.throws(() => net.splice(other.socket, socket), refusesValue);
      assert.strictEqual(client.destroyed || socket.destroyed || other.socket.destroyed, false);
    });

    it('with setEncoding(), as bytes are no text: ERR_INVALID_ARG_VALUE', async () => {
      const one = await pair();
      const other = await pair();
      one.socket.setEncoding('utf8');
      assert.throws(() => net.splice(one.socket, other.socket), { ...refusesValue, message: /has an encoding/ });
      await stillWorks(one.client, one.socket);
    });

    it('with another splice() of the same socket: ERR_INVALID_ARG_VALUE, and the first goes on', async () => {
      const { left, right, a } = await relayed();
      const other = await pair();
      assert.throws(() => net.splice(a, other.socket), { ...refusesValue, message: /is relayed already/ });
      await stillWorks(left, right);
      await stillWorks(other.client, other.socket);
    });

    it('with pipe() of the same socket: ERR_INVALID_ARG_VALUE', async () => {
      const one = await pair();
      const other = await pair();
      one.socket.pipe(other.socket);
      assert.throws(() => net.splice(one.socket, other.socket), { ...refusesValue, message: /is piped/ });
      const got = once(other.client, 'data');
      one.client.write('by pipe');
      assert.strictEqual(String((await got)[0]), 'by pipe');
    });

    it('of a socket that TLS reads: ERR_INVALID_ARG_VALUE', async function () {
      if (process.versions.openssl === undefined) skip(this, 'this Node has no TLS');
      const one = await pair();
      const other = await pair();
      const secure = tls.connect({ socket: standInFor(one.client), rejectUnauthorized: false }).on('error', () => {});
      assert.throws(() => net.splice(one.client, other.client), { ...refusesValue, message: /read by TLS/ });
      secure.destroy();
    });

    it('with sendFile() on a socket that is relayed: ERR_SOCKET_IN_USE, and the relay goes on', async () => {
      const { left, right, a, b } = await relayed();
      assert.throws(() => a.sendFile(__filename), { code: 'ERR_SOCKET_IN_USE' });
      assert.throws(() => b.sendFile(__filename, () => {}), { code: 'ERR_SOCKET_IN_USE' });
      await stillWorks(left, right);
    });

    it('after sendFile(): the file goes first, then the relay', async () => {
      const one = await pair();
      const other = await pair();
      const file = dir.path('file');
      fs.writeFileSync(file, Buffer.alloc(300_000, 'f'));
      const sent = one.socket.sendFile(file);
      net.splice(one.socket, other.socket).catch(() => {});
      other.client.write('relayed');
      let all = Buffer.alloc(0);
      while (all.length < 300_007) {
        const [chunk] = await once(one.client, 'data');
        all = Buffer.concat([all, chunk]);
      }
      assert.strictEqual(await sent, 300_000);
      assert.strictEqual(all.subarray(0, 300_000).equals(fs.readFileSync(file)), true);
      assert.strictEqual(String(all.subarray(300_000)), 'relayed');
    });

    it('with transfer() of a socket that is relayed: ERR_WORKER_HANDLE_NOT_TRANSFERABLE, and the relay goes on', async function () {
      needsPosix(this);
      const { left, right, a } = await relayed();
      await stillWorks(left, right);
      assert.throws(() => net.transfer(a), { code: 'ERR_WORKER_HANDLE_NOT_TRANSFERABLE' });
      await stillWorks(left, right);
    });

    it('with toNode() of a socket that is relayed: ERR_SOCKET_IN_USE, and the relay goes on', async () => {
      const { left, right, a } = await relayed();
      assert.throws(() => toNode(a), { code: 'ERR_SOCKET_IN_USE' });
      await stillWorks(left, right);
    });

    it('with sendDescriptors() on a socket that is relayed: ERR_SOCKET_IN_USE', async function () {
      needsPosix(this);
      const one = await pair({ listen: { path: dir.socket('one') } });
      const other = await pair();
      net.splice(one.socket, other.socket).catch(() => {});
      assert.throws(() => one.socket.sendDescriptors('x', [0]), { code: 'ERR_SOCKET_IN_USE' });
      await stillWorks(one.client, other.client);
    });

    it('with receiveDescriptors: they still come, and each byte goes on in its place', async function () {
      needsPosix(this);
      const one = await pair({ listen: { path: dir.socket('one') }, server: { receiveDescriptors: true } });
      const other = await pair();
      const received = [];
      one.socket.on('descriptors', (fds) => {
        received.push(...fds);
        for (const fd of fds) fs.closeSync(fd);
      });
      net.splice(one.socket, other.socket).catch(() => {});
      let text = '';
      other.client.on('data', (chunk) => { text += chunk; });
      for (let i = 0; i < 40; i++) { // one by one: who else reads takes some
        if (i % 4 === 0) one.client.sendDescriptors(`${i},`, [0]);
        else one.client.write(`${i},`);
        const expected = Array.from({ length: i + 1 }, (_, at) => `${at},`).join('');
        while (text.length < expected.length) await once(other.client, 'data');
        assert.strictEqual(text, expected);
      }
      assert.strictEqual(received.length, 10);
    });

    it('a write of the program, which had to wait, does not hide a failure of the relay', async function () {
      needsLinux(this);
      const one = await pair();
      const other = await pair();
      const result = net.splice(one.socket, other.socket);
      one.socket.on('error', () => {});
      other.socket.on('error', () => {});
      const block = Buffer.alloc(4 * 1024 * 1024);
      other.client.pause();
      const written = new Promise((resolve) => { other.socket.write(block, resolve); });
      other.client.resume();
      await written;
      one.client.write('x'.repeat(1000));
      await once(other.client, 'data');
      other.client.resetAndDestroy();
      one.client.on('error', () => {}).write('more');
      await assert.rejects(result);
    });
  });

  describe('toNode()', () => {
    it('of a socket that has read what nobody has consumed: ERR_SOCKET_IN_USE, and it can still be read', async () => {
      const { client, socket } = await pair();
      socket.once('readable', () => {});
      client.write('read already');
      await once(socket, 'readable');
      assert.throws(() => toNode(socket), {
        code: 'ERR_SOCKET_IN_USE',
        message: /bytes that it has read would be lost/,
      });
      assert.strictEqual(String(socket.read()), 'read already');
    });

    it("of a connection of proxyProtocol 'optional' without a header, whose first bytes were read: ERR_SOCKET_IN_USE", async () => {
      const trusted = new net.BlockList();
      trusted.addAddress(HOST);
      const server = net
        .createServer({ proxyProtocol: { mode: 'optional', trusted }, pauseOnConnect: true })
        .listen(0, HOST);
      track(server);
      await once(server, 'listening');
      const client = net.connect(server.address().port, HOST);
      track(client);
      client.write('no header');
      const [socket] = await once(server, 'connection');
      track(socket);
      assert.throws(() => toNode(socket), { code: 'ERR_SOCKET_IN_USE' });
      assert.strictEqual(String((await once(socket.resume(), 'data'))[0]), 'no header');
    });
  });

  describe('transfer()', () => {
    beforeEach(function posix() {
      needsPosix(this);
    });

    const refuses = { code: 'ERR_WORKER_HANDLE_NOT_TRANSFERABLE' };

    it('during sendFile(): ERR_WORKER_HANDLE_NOT_TRANSFERABLE, and the file arrives', async () => {
      const { client, socket } = await pair();
      const file = dir.path('file');
      fs.writeFileSync(file, Buffer.alloc(100_000, 'f'));
      const sent = socket.sendFile(file);
      assert.throws(() => net.transfer(socket), refuses);
      client.resume();
      assert.strictEqual(await sent, 100_000);
      while (client.bytesRead < 100_000) await turns(1);
      await stillWorks(client, socket);
    });

    it('while sendDescriptors() waits: ERR_WORKER_HANDLE_NOT_TRANSFERABLE', async () => {
      const { socket } = await pair({ listen: { path: dir.socket('one') } });
      socket.write(Buffer.alloc(8 * 1024 * 1024));
      socket.sendDescriptors('x', [0]);
      assert.throws(() => net.transfer(socket), refuses);
    });

    it('of a socket that TLS reads: ERR_WORKER_HANDLE_NOT_TRANSFERABLE', async function () {
      if (process.versions.openssl === undefined) skip(this, 'this Node has no TLS');
      const { client } = await pair();
      const secure = tls.connect({ socket: standInFor(client), rejectUnauthorized: false }).on('error', () => {});
      while (client.writableLength > 0) await turns(1);
      assert.throws(() => net.transfer(client), refuses);
      secure.destroy();
    });

    it('with setEncoding() and bytes that were read: ERR_WORKER_HANDLE_NOT_TRANSFERABLE', async () => {
      const { client, socket } = await pair();
      socket.setEncoding('utf8').once('readable', () => {});
      client.write('text');
      await once(socket, 'readable');
      assert.throws(() => net.transfer(socket), refuses);
    });
  });

  describe('listen() and connect()', () => {
    it('multipath with userTimeout: ERR_INVALID_ARG_VALUE', function () {
      needsLinux(this);
      const server = net.createServer({ userTimeout: 1000 });
      assert.throws(() => server.listen({ port: 0, multipath: true }), refusesValue);
      assert.throws(() => net.connect({ port: 1, host: HOST, multipath: true, userTimeout: 1000 }), refusesValue);
    });

    it('allowedUids with a port: ERR_INVALID_ARG_VALUE', function () {
      needsPosix(this);
      assert.throws(() => net.createServer({ allowedUids: [0] }).listen(0), refusesValue);
    });

    it('fastOpen, multipath, racing and userTimeout with a path: ERR_INVALID_ARG_VALUE', function () {
      needsLinux(this);
      const options = { fastOpen: true, multipath: true, connectionAttemptDelay: 100, userTimeout: 1000 };
      for (const [name, value] of Object.entries(options)) {
        assert.throws(() => net.connect({ path: dir.socket('s'), [name]: value }), refusesValue);
      }
      for (const name of ['fastOpen', 'multipath'])
        assert.throws(() => net.createServer().listen({ path: dir.socket('s'), [name]: true }), refusesValue);
    });

    it('mode with readableAll: ERR_INVALID_ARG_VALUE', function () {
      needsPosix(this);
      assert.throws(
        () => net.createServer().listen({ path: dir.socket('s'), mode: 0o600, readableAll: true }),
        refusesValue,
      );
    });

    it("proxyProtocol 'optional' without trusted: ERR_MISSING_ARGS", () => {
      assert.throws(() => net.createServer({ proxyProtocol: { mode: 'optional' } }), { code: 'ERR_MISSING_ARGS' });
    });

    it("proxyProtocol 'optional' with receiveDescriptors: ERR_INVALID_ARG_VALUE", function () {
      needsPosix(this);
      const options = { proxyProtocol: { mode: 'optional', trusted: new net.BlockList() }, receiveDescriptors: true };
      assert.throws(() => net.createServer(options), refusesValue);
    });

    it('a BoundSocket with localAddress: ERR_INVALID_ARG_VALUE', () => {
      const socket = new net.Socket({ handle: new net.BoundSocket({ host: HOST }) });
      track(socket);
      assert.throws(() => socket.connect({ port: 1, host: HOST, localAddress: HOST }), refusesValue);
    });

    it('sendDescriptors() on TCP: ERR_INVALID_HANDLE_TYPE', async function () {
      needsPosix(this);
      const { client, socket } = await pair();
      assert.throws(() => client.sendDescriptors('x', [0]), { code: 'ERR_INVALID_HANDLE_TYPE' });
      await stillWorks(client, socket);
    });
  });
});
