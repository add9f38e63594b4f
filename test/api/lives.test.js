'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const fs = require('node:fs');
const dns = require('node:dns');
const { Duplex } = require('node:stream');

const net = require('../..');
const { turn } = require('../support/loop');
const { needsPosix } = require('../support/needs');
const { HOST, hear } = require('../support/net');
const { connected, listening, tempFile, tempPath, tidy, track } = require('../support/tidy');

describe('the lives of a socket', () => {
  /** A server that calls `handler` with each connection and its number. */
  async function serve(handler, options = {}) {
    const sockets = [];
    const server = await listening(net.createServer(options, (socket) => {
      sockets.push(track(socket));
      socket.on('error', () => {});
      handler(socket, sockets.length);
    }));
    return { server, port: server.address().port, sockets };
  }

  const dial = (port, options = {}) => connected({ port, host: HOST, ...options });

  /** So much is written that the last of it waits in the queue of the stream. */
  function fill(socket, told) {
    const chunk = Buffer.alloc(4 * 1024 * 1024);
    for (let i = 0; i < 3; i++) socket.write(chunk, told);
  }

  afterEach(tidy);

  describe('reading', () => {
    it('gives nothing of what the old connection had brought', async () => {
      const { port } = await serve((socket, number) => (number === 1 ? socket.write('old') : socket.end('new')));
      const socket = await dial(port);
      socket.pause();
      socket.read(0);
      while (socket.readableLength < 3) await turn();
      socket.destroy();
      socket.connect(port, HOST);
      assert.equal(socket.readableLength, 0);
      socket.resume();
      assert.equal(await hear(socket), 'new');
    });

    it('begins the text anew, in the encoding that was set', async () => {
      const { port } = await serve((socket, number) => {
        if (number === 1) socket.write(Buffer.from('old€').subarray(0, 4));
        else socket.end('€');
      });
      const socket = await dial(port);
      socket.setEncoding('utf8');
      await once(socket, 'data');
      socket.destroy();
      socket.connect(port, HOST);
      assert.equal(socket.readableEncoding, 'utf8');
      assert.equal(await hear(socket), '€');
    });

    it("tells 'readable' and 'end' of each connection", async () => {
      const { port } = await serve((socket, number) => socket.end(`hello ${number}`));
      const socket = track(new net.Socket());
      const got = [];
      socket.on('readable', () => {
        for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) got.push(String(chunk));
      });
      for (let i = 0; i < 3; i++) {
        socket.connect(port, HOST);
        await once(socket, 'end');
        await once(socket, 'close');
      }
      assert.deepEqual(got, ['hello 1', 'hello 2', 'hello 3']);
    });

    it('stays paused when the program has paused it', async () => {
      const { port } = await serve((socket, number) => number === 2 && socket.end('new'));
      const socket = await dial(port);
      socket.on('data', () => {});
      socket.pause();
      socket.destroy();
      socket.connect(port, HOST);
      await once(socket, 'connect');
      assert.equal(socket.isPaused(), true);
      socket.resume();
      assert.equal(await hear(socket), 'new');
    });

    it('keeps on filling the pipe that it had', async () => {
      const { PassThrough } = require('node:stream');
      const { port } = await serve((socket, number) => (number === 1 ? socket.write('one') : socket.end('two')));
      const socket = await dial(port);
      const into = new PassThrough();
      let text = '';
      into.on('data', (chunk) => {
        text += chunk;
      });
      socket.pipe(into);
      while (text !== 'one') await turn();
      socket.destroy();
      socket.connect(port, HOST);
      await once(into, 'end');
      assert.equal(text, 'onetwo');
    });

    for (const [where, reconnect] of [
      ["in a listener of 'end'", (socket, again) => socket.once('end', again)],
      ["awaiting 'end'", (socket, again) => once(socket, 'end').then(again)],
      ["in a turn after 'end'", (socket, again) => socket.once('end', () => process.nextTick(again))],
    ]) {
      it(`does not end the new connection for the end of the old one, when it connects ${where}`, async () => {
        const { port, sockets } = await serve((socket, number) => number === 1 && socket.end('x'));
        const socket = await dial(port);
        socket.resume();
        await new Promise((resolve) => {
          reconnect(socket, () => {
            socket.destroy();
            socket.connect(port, HOST, resolve);
          });
        });
        while (sockets.length < 2) await turn();
        assert.equal(socket.writable, true);
        socket.write('still open');
        const [chunk] = await once(sockets[1], 'data');
        assert.equal(String(chunk), 'still open');
        assert.equal(sockets[1].readableEnded, false);
      });
    }

    it('goes on with the new connection when a listener of data connects anew', async () => {
      const { port } = await serve((socket, number) => (number === 1 ? socket.write('old') : socket.end('new')));
      const socket = await dial(port);
      await new Promise((resolve) => {
        socket.once('data', () => {
          socket.destroy();
          socket.connect(port, HOST, resolve);
        });
      });
      assert.equal(await hear(socket), 'new');
    });
  });

  describe('its events', () => {
    for (const [when, begin] of [
      ['right after destroy()', (socket, again) => {
        socket.destroy(new Error('old'));
        again();
      }],
      ["in a listener of 'error'", (socket, again) => {
        socket.once('error', again);
        socket.destroy(new Error('old'));
      }],
      ["in a listener of 'close'", (socket, again) => {
        socket.once('close', again);
        socket.destroy(new Error('old'));
      }],
    ]) {
      it(`are whole in the new life, when it connects ${when}`, async () => {
        const { port } = await serve((socket, number) => number === 2 && socket.end('new'), { allowHalfOpen: true });
        const socket = await dial(port, { allowHalfOpen: true });
        const events = [];
        for (const name of ['error', 'close', 'end', 'finish', 'ready']) socket.on(name, () => events.push(name));
        await new Promise((resolve) => {
          begin(socket, () => socket.connect(port, HOST, resolve));
        });
        socket.on('readable', () => socket.read()); // the way through the stream's buffer
        await once(socket, 'end');
        socket.end();
        await once(socket, 'finish');
        const closes = () => events.filter((name) => name === 'close').length;
        while (closes() < 2) await turn();
        assert.deepEqual(events.filter((name) => name !== 'close' && name !== 'ready'), ['error', 'end', 'finish']);
        assert.equal(closes(), 2);
      });
    }

    it("'ready' is that of the connection that is there", async () => {
      const { port } = await serve(() => {});
      const socket = track(net.connect(port, HOST));
      const events = [];
      socket.on('ready', () => events.push(socket.connecting));
      socket.once('connect', () => {
        socket.destroy();
        socket.connect(port, HOST);
      });
      await once(socket, 'ready');
      assert.deepEqual(events, [false]);
    });

    it('an address that fails does not destroy the socket that a listener has connected anew', async () => {
      const { port } = await serve((socket) => socket.end('new'));
      const closed = net.createServer().listen(0, HOST);
      await once(closed, 'listening');
      const nobody = closed.address().port;
      await new Promise((resolve) => closed.close(resolve));
      const socket = track(net.connect(nobody, HOST));
      socket.on('error', () => {});
      socket.once('connectionAttemptFailed', () => {
        socket.destroy();
        socket.connect(port, HOST);
      });
      assert.equal(await hear(socket), 'new');
    });
  });

  describe('writing', () => {
    it('calls back each write of the old connection once, with an error, and loses none of the new one', async () => {
      const { port } = await serve((socket, number) => (number === 1 ? socket.pause() : socket.pipe(socket)));
      const socket = await dial(port);
      const told = [];
      fill(socket, (error) => told.push(error));
      socket.destroy();
      socket.connect(port, HOST);
      assert.equal(socket.writableLength, 0);
      let written = 0;
      socket.write('a', () => written++);
      socket.end('b', () => written++);
      assert.equal(await hear(socket), 'ab');
      assert.equal(told.length, 3);
      for (const error of told) assert.ok(error instanceof Error);
      assert.equal(written, 2);
    });

    it('answers a write by the write() of stream.Duplex itself in the life that it was of', async () => {
      const { port } = await serve((socket, number) => (number === 1 ? socket.pause() : socket.pipe(socket)));
      const socket = await dial(port);
      const told = [];
      const chunk = Buffer.alloc(4 * 1024 * 1024);
      for (let i = 0; i < 3; i++) Duplex.prototype.write.call(socket, chunk, (error) => told.push(error));
      socket.destroy();
      socket.connect(port, HOST);
      socket.end('new');
      assert.equal(await hear(socket), 'new');
      assert.equal(told.length, 3);
      for (const error of told) assert.ok(error instanceof Error);
    });

    it('keeps what is written in a callback of an old write', async () => {
      const { port } = await serve((socket, number) => (number === 1 ? socket.pause() : socket.pipe(socket)));
      const socket = await dial(port);
      let left = 3;
      fill(socket, () => {
        if (--left === 0) socket.end('from the callback');
      });
      socket.destroy();
      socket.connect(port, HOST);
      assert.equal(await hear(socket), 'from the callback');
    });

    it("does not fail a waiting write for the 'close' of the old connection", async () => {
      const { port } = await serve((socket, number) => number > 1 && socket.pipe(socket));
      const socket = await dial(port);
      socket.destroy();
      socket.connect(port, HOST);
      const written = new Promise((resolve) => {
        socket.write('waits', resolve);
      });
      socket.end();
      assert.equal(await hear(socket), 'waits');
      assert.equal((await written) ?? null, null);
    });

    it('fails a write that waited for the old connection, once', async () => {
      const { port } = await serve((socket) => socket.pipe(socket));
      const socket = track(net.connect(port, HOST));
      const told = [];
      socket.write('old', (error) => told.push(error?.code));
      socket.destroy();
      socket.connect(port, HOST);
      socket.end('new');
      assert.equal(await hear(socket), 'new');
      assert.deepEqual(told, ['ERR_SOCKET_CLOSED_BEFORE_CONNECTION']);
    });

    it('does not half-close for an end() that waited for the old connection', async () => {
      const { port } = await serve((socket) => socket.pipe(socket), { allowHalfOpen: true });
      const socket = track(net.connect(port, HOST));
      socket.end();
      socket.destroy();
      socket.connect(port, HOST);
      await once(socket, 'connect');
      await turn();
      assert.equal(socket.writable, true);
      socket.end('all of it');
      assert.equal(await hear(socket), 'all of it');
    });

    it("does not send what waited when a listener of 'connect' connects anew before it", async () => {
      const { port } = await serve((socket) => socket.pipe(socket));
      const socket = track(new net.Socket());
      socket.once('connect', () => {
        socket.destroy();
        socket.connect(port, HOST);
        socket.end('new');
      });
      socket.connect(port, HOST);
      const failed = new Promise((resolve) => {
        socket.write('old', resolve);
      });
      assert.equal(await hear(socket), 'new');
      assert.ok((await failed) instanceof Error);
    });

    it('begins uncorked, without what was corked', async () => {
      const { port } = await serve((socket) => socket.pipe(socket));
      const socket = await dial(port);
      socket.cork();
      const failed = new Promise((resolve) => {
        socket.write('old', resolve);
      });
      socket.destroy();
      socket.connect(port, HOST);
      assert.equal(socket.writableCorked, 0);
      socket.end('new');
      assert.equal(await hear(socket), 'new');
      assert.ok((await failed) instanceof Error);
    });

    it('is not destroyed by the error of a write that the old connection refused', async () => {
      const { port, sockets } = await serve((socket, number) => number === 2 && socket.end('new'));
      const socket = await dial(port);
      while (sockets.length < 1) await turn();
      socket._handle.readStop(); // so that a write hears of the reset
      sockets[0].resetAndDestroy();
      await once(sockets[0], 'close');
      const told = new Promise((resolve) => {
        socket.write('refused', resolve);
      });
      assert.ok(socket.errored instanceof Error);
      socket.destroy();
      socket.connect(port, HOST);
      assert.equal(socket.errored, null);
      assert.equal(await hear(socket), 'new');
      assert.equal((await told).syscall, 'write');
    });

    it('does not end by what destroySoon() and resetAndDestroy() of the old life waited for', async () => {
      const { port, sockets } = await serve((socket) => socket.resume(), { allowHalfOpen: true });
      const socket = track(net.connect({ port, host: HOST, allowHalfOpen: true }));
      socket.resetAndDestroy();
      socket.destroy();
      socket.connect(port, HOST);
      await once(socket, 'connect');
      fill(socket);
      socket.destroySoon();
      socket.destroy();
      socket.connect(port, HOST);
      await once(socket, 'connect');
      socket.end();
      await once(socket, 'finish');
      await turn();
      assert.equal(socket.destroyed, false);
      sockets.at(-1).end('reply');
      assert.equal(await hear(socket), 'reply');
    });
  });

  describe('what answers late', () => {
    it('is no lookup: an address of the old life, and an error, are forgotten', async () => {
      const { port } = await serve((socket) => socket.end('new'));
      const answers = [];
      const lookup = (host, options, callback) => answers.push(callback);
      const socket = track(net.connect({ port: 1, host: 'old.test', lookup }));
      const lookups = [];
      socket.on('lookup', (...told) => lookups.push(told));
      socket.destroy();
      socket.connect({ port, host: 'new.test', lookup: (host, { all }, callback) => {
        process.nextTick(callback, null, ...(all ? [[{ address: HOST, family: 4 }]] : [HOST, 4]));
      } });
      answers[0](new Error('late'));
      assert.equal(await hear(socket), 'new');
      assert.deepEqual(lookups, [[null, HOST, 4, 'new.test']]);
    });

    it('is no failed lookup that was about to destroy the socket', async () => {
      const { port } = await serve((socket) => socket.end('new'));
      const socket = track(net.connect({ port: 1, host: 'old.test', lookup: (host, options, callback) => {
        process.nextTick(callback, new Error('old'));
      } }));
      socket.once('lookup', () => {
        socket.destroy();
        socket.connect(port, HOST);
      });
      assert.equal(await hear(socket), 'new');
    });

    it('is no file: the next peer gets nothing of it', async () => {
      const file = tempFile('secret');
      fs.writeFileSync(file, 'for the first only');
      const first = await serve((socket) => socket.resume());
      const second = await serve((socket) => socket.pipe(socket));
      const socket = await dial(first.port);
      const sent = socket.sendFile(file).then(() => 'sent', (error) => error.code);
      socket.destroy();
      socket.connect(second.port, HOST);
      socket.end('hello');
      assert.equal(await hear(socket), 'hello');
      assert.notEqual(await sent, 'sent');
    });

    it('is no signal of a file of the old connection', async () => {
      const file = tempFile('file');
      fs.writeFileSync(file, 'x');
      const { port } = await serve((socket) => socket.pipe(socket));
      const socket = await dial(port);
      const aborts = new AbortController();
      const sent = socket.sendFile(file, { signal: aborts.signal }).catch(() => {});
      socket.destroy();
      socket.connect(port, HOST);
      aborts.abort();
      socket.end('hello');
      assert.equal(await hear(socket), 'hello');
      await sent;
    });

    it('is no count of files: writes and files of the new connection keep their order', async () => {
      const file = tempFile('part');
      fs.writeFileSync(file, 'B');
      const { port } = await serve((socket, number) => (number === 1 ? socket.pause() : socket.pipe(socket)));
      const socket = await dial(port);
      fill(socket, () => {});
      const old = socket.sendFile(file).catch(() => {});
      socket.destroy();
      socket.connect(port, HOST);
      socket.write('A');
      const sent = socket.sendFile(file);
      socket.end('C');
      assert.equal(await hear(socket), 'ABC');
      assert.equal(await sent, 1);
      await old;
    });

    it('is no descriptor: a message that waited is not sent by the new connection', async function descriptors() {
      needsPosix(this);
      const place = tempPath('s');
      const received = [];
      const server = net.createServer({ receiveDescriptors: true }, (socket) => {
        socket.on('error', () => {});
        socket.on('descriptors', (fds) => {
          received.push(...fds);
          fds.forEach((fd) => fs.closeSync(fd));
        });
        if (sockets.push(track(socket)) === 1) socket.pause();
        else socket.pipe(socket);
      });
      const sockets = [];
      await listening(server, place);
      const socket = await connected(place);
      fill(socket, () => {});
      const told = new Promise((resolve) => {
        socket.sendDescriptors('x', [0], resolve);
      });
      socket.destroy();
      socket.connect(place);
      assert.equal(Object.hasOwn(socket, '_writev'), false);
      socket.end('new');
      assert.equal(await hear(socket), 'new');
      assert.ok((await told) instanceof Error);
      assert.deepEqual(received, []);
    });

    it('is no handle that a program has taken away', async () => {
      const { port, sockets } = await serve((socket, number) => number === 2 && socket.end('new'));
      const socket = await dial(port);
      socket.read(0);
      const handle = socket._handle;
      fill(socket, () => {});
      socket._handle = null;
      socket.connect(port, HOST);
      assert.equal(socket.writableLength, 0);
      sockets[0].end('old');
      assert.equal(await hear(socket), 'new');
      handle.close();
    });
  });

  describe('its server', () => {
    it('counts an accepted socket out once, though that connects and closes again', async () => {
      const other = await serve((socket) => socket.end());
      const { server, port, sockets } = await serve(() => {});
      await dial(port);
      await dial(port);
      while (sockets.length < 2) await turn();
      const [socket] = sockets;
      socket.destroy();
      await once(socket, 'close');
      socket.connect(other.port, HOST);
      await once(socket, 'connect');
      socket.destroy();
      await once(socket, 'close');
      const count = await new Promise((resolve) => server.getConnections((error, number) => resolve(number)));
      assert.equal(count, 1);
    });

    it("tells 'listening' once when it was closed and listens again", async function listening() {
      needsPosix(this);
      const server = net.createServer();
      let told = 0;
      server.on('listening', () => told++);
      const place = tempPath('s');
      server.listen(place).close(); // no lookup: it listens at once
      server.listen(place);
      await once(server, 'listening');
      await turn();
      assert.equal(told, 1);
      await new Promise((resolve) => server.close(resolve));
    });
  });
});

describe("'data' after destroy()", () => {
  it('does not come, buffered or not', async () => {
    const server = net.createServer((socket) => socket.end('abc')).listen(0, HOST);
    await once(server, 'listening');
    for (const decode of [false, true]) {
      const socket = net.connect(server.address().port, HOST);
      if (decode) socket.setEncoding('utf8');
      socket.pause();
      socket.read(0);
      while (socket.readableLength < 3) await turn();
      const events = [];
      socket.on('data', () => events.push('data'));
      socket.unshift(decode ? 'x' : Buffer.from('x'));
      socket.once('data', () => socket.destroy());
      socket.resume();
      await once(socket, 'close');
      assert.deepEqual(events, ['data']);
      const other = net.connect(server.address().port, HOST).pause();
      other.read(0);
      while (other.readableLength < 3) await turn();
      other.on('data', () => events.push('after'));
      other.resume();
      other.destroy();
      await once(other, 'close');
      await turn();
      assert.deepEqual(events, ['data']);
    }
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('lookup', () => {
  let server;
  let port;

  before(async () => {
    server = net.createServer((socket) => socket.end()).listen(0, HOST);
    await once(server, 'listening');
    ({ port } = server.address());
  });
  after((done) => {
    server.close(done);
  });

  /** How a connection by a lookup that answers so ends: 'connect' or the error. */
  function outcome(autoSelectFamily, ...answer) {
    const lookup = (host, options, callback) => process.nextTick(callback, null, ...answer);
    const socket = net.connect({ port, host: 'a.test', autoSelectFamily, lookup });
    return new Promise((resolve) => {
      socket.on('connect', () => {
        socket.destroy();
        resolve('connect');
      });
      socket.on('error', ({ code, message }) => resolve(`${code}: ${message}`));
    });
  }

  for (const all of [true, false]) {
    it(`may answer with one address, asked for all or not (autoSelectFamily: ${all})`, async () => {
      assert.equal(await outcome(all, HOST, 4), 'connect');
    });

    it(`is ERR_INVALID_IP_ADDRESS when it answers with what is no string (autoSelectFamily: ${all})`, async () => {
      for (const wrong of [5, null, undefined, { toString: () => HOST }, `${HOST}\0x`]) {
        assert.match(await outcome(all, wrong, 4), /^ERR_INVALID_IP_ADDRESS/);
      }
    });

    it(`is EINVAL when it answers with another family than that of the address (autoSelectFamily: ${all})`, async () => {
      const expected = `EINVAL: connect EINVAL ${HOST}:${port} - Local (undefined:undefined)`;
      assert.equal(await outcome(all, HOST, 6), expected);
    });
  }

  it('has one answer: a second one does nothing', async () => {
    for (const autoSelectFamily of [true, false]) {
      const lookup = (host, { all }, callback) => process.nextTick(() => {
        const answer = all ? [[{ address: HOST, family: 4 }]] : [HOST, 4];
        callback(null, ...answer);
        callback(null, ...answer);
        callback(new Error('again'));
      });
      const socket = net.connect({ port, host: 'a.test', autoSelectFamily, lookup });
      let lookups = 0;
      socket.on('lookup', () => lookups++);
      socket.resume();
      await once(socket, 'close'); // rejected by 'error'
      assert.equal(lookups, 1);
    }
  });

  it('is not looked at for an address', async () => {
    for (const lookup of [null, false, true, '', 'cached']) {
      const socket = net.connect({ port, host: HOST, lookup });
      await once(socket, 'connect');
      socket.destroy();
    }
    assert.throws(() => net.connect({ port, host: 'a.test', lookup: false }), { code: 'ERR_INVALID_ARG_TYPE' });
  });

  it('is not asked for a host with a NUL', () => {
    for (const host of ['a\0', '\0', `${HOST}\0x`]) {
      const lookup = () => assert.fail('looked up');
      assert.throws(() => net.connect({ port, host, lookup }), {
        code: 'ERR_INVALID_ARG_VALUE',
        message: /^The property 'options\.host' must be a string without null bytes\./,
      });
      assert.throws(() => net.createServer().listen(0, host), {
        code: 'ERR_INVALID_ARG_VALUE',
        message: /^The argument 'hostname' must be a string without null bytes\./,
      });
    }
  });
});

describe('listen() on a host', () => {
  const { lookup } = dns;

  afterEach(() => {
    dns.lookup = lookup;
  });

  /** Where a server listens when the host has these addresses. */
  async function listenOn(...addresses) {
    dns.lookup = (host, { all }, callback) => {
      assert.equal(all, true);
      callback(null, addresses.map((address) => ({ address, family: net.isIP(address) })));
    };
    const server = net.createServer();
    try {
      server.listen(0, 'a.test');
      await once(server, 'listening');
      return server.address().address;
    } finally {
      server.close();
    }
  }

  it('takes the first address that is no link-local one of IPv6', async () => {
    assert.equal(await listenOn(HOST, '127.0.0.2'), HOST);
    for (const local of ['fe80::1', 'FEBF::1', 'fe90:0:0:0:0:0:0:1', 'fe80::1%lo']) {
      assert.equal(await listenOn(local, HOST), HOST);
    }
  });

  it('takes the first one when all are link-local', async () => {
    await assert.rejects(listenOn('fe80::1', 'fe80::2'), { syscall: 'listen', address: 'fe80::1' });
  });

  it('fails, and listens nowhere, when there is none', async () => {
    await assert.rejects(listenOn(), { code: 'ERR_INVALID_IP_ADDRESS' });
  });

  it('listens on an address of IPv4, whatever ipv6Only says', async () => {
    const server = net.createServer().listen({ port: 0, host: HOST, ipv6Only: true });
    await once(server, 'listening');
    assert.equal(server.address().address, HOST);
    await new Promise((resolve) => server.close(resolve));
  });
});
