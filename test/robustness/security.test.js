'use strict';
// What docs/security.md promises: descriptors stay in the process, paths are nobody else's, block lists cannot be got
// round by a spelling, nothing from JavaScript reaches C unchecked, and Node's permission model is heeded.

const assert = require('node:assert');
const { execFileSync, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const nodeNet = require('node:net');
const path = require('node:path');
const { MessageChannel } = require('node:worker_threads');

const net = require('../..');
const { toNode } = require('../../lib/child-process');
const { Pipe } = require('../../lib/native/handle');
const { runFixture } = require('../support/child');
const { needsPosix, skip } = require('../support/needs');
const { HOST, close, join, listen } = require('../support/net');
const { patience, scaled } = require('../support/scale');
const { tempDir } = require('../support/temp');

const LINUX = process.platform === 'linux';
const LINE = Number.parseInt(process.versions.node, 10);

describe('security', function () {
  this.timeout(patience(60000));

  describe('descriptors are closed in programs that are started', () => {
    if (!LINUX) return;
    let dir;
    before(() => { dir = tempDir(); });
    after(() => dir.remove());

    /* What a program that is started now has open, as 'socket:[12345]'. */
    const inherited = () =>
      execFileSync('sh', ['-c', 'for fd in /proc/self/fd/*; do readlink "$fd" || :; done'], { encoding: 'utf8' }).split(
        '\n',
      );

    /* The socket is ours, is one, and is not with the child. */
    function assertPrivate(holder) {
      const { fd } = holder._handle;
      const name = fs.readlinkSync(`/proc/self/fd/${fd}`);
      assert.match(name, /^socket:\[\d+\]$/);
      const flags = Number.parseInt(/^flags:\s*(\d+)/m.exec(fs.readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))[1], 8);
      assert.notStrictEqual(flags & 0o2000000, 0, 'O_CLOEXEC');
      assert.ok(!inherited().includes(name), `${name} was inherited`);
    }

    async function check(options, connectOptions) {
      const server = await listen(net.createServer({ pauseOnConnect: true }), options);
      const { client, accepted: socket } = await join(
        server,
        net,
        connectOptions ?? { port: server.address().port, host: HOST },
      );
      for (const holder of [server, client, socket]) assertPrivate(holder);
      client.destroy();
      socket.destroy();
      await close(server);
    }

    it('of TCP: listening, connected and accepted', () => check({ port: 0, host: HOST }));

    it('of TCP with reusePort', () => check({ port: 0, host: HOST, reusePort: true }));

    it('of TCP connected from a local port, by the second of two addresses', async () => {
      const server = await listen(net.createServer());
      const lookup = (host, options, callback) =>
        callback(null, [
          { address: '::1', family: 6 },
          { address: HOST, family: 4 },
        ]);
      const { client, accepted: socket } = await join(server, net, {
        port: server.address().port,
        host: 'two.test',
        lookup,
        autoSelectFamily: true,
      });
      for (const holder of [client, socket]) assertPrivate(holder);
      client.destroy();
      socket.destroy();
      await close(server);
    });

    it('of paths', () => check({ path: dir.socket('s') }, { path: dir.socket('s') }));

    it('of the longest path', () => {
      const name = path.join(dir.dir, 'x'.repeat(108 - dir.dir.length - 1));
      return check({ path: name }, { path: name });
    });

    it('of abstract names', () => {
      const name = `\0cnet-security-${process.pid}`;
      return check({ path: name }, { path: name });
    });

    it('of duplicates for another process', async () => {
      const server = await listen(net.createServer());
      const copy = toNode(server);
      assert.notStrictEqual(copy._handle.fd, server._handle.fd);
      assertPrivate(copy);
      copy.close();
      await close(server);
    });
  });

  describe('the file of a Unix socket', () => {
    if (process.platform === 'win32') return;
    let dir;
    beforeEach(() => { dir = tempDir(); });
    afterEach(() => dir.remove());

    const modeOf = (file) => (fs.statSync(file).mode & 0o777).toString(8);

    for (const [options, expected] of [
      [{}, '700'],
      [{ readableAll: true }, '444'],
      [{ writableAll: true }, '222'],
      [{ readableAll: true, writableAll: true }, '666'],
    ]) {
      it(`has mode ${expected} under umask 077 with ${JSON.stringify(options)}, before anybody can connect`, async () => {
        const file = dir.path('s');
        const { listen: own } = Pipe.prototype;
        const seen = [];
        const mask = process.umask(0o077);
        Pipe.prototype.listen = function listenSeen(backlog) {
          seen.push(modeOf(file));
          return own.call(this, backlog);
        };
        const server = net.createServer();
        try {
          server.listen({ path: file, ...options });
        } finally {
          delete Pipe.prototype.listen;
          process.umask(mask);
        }
        assert.deepStrictEqual(seen, [expected]);
        await once(server, 'listening');
        assert.strictEqual(modeOf(file), expected);
        await close(server);
      });
    }

    it('is removed when its server closes, not when a connection ends', async () => {
      const file = dir.path('s');
      const server = await listen(net.createServer(), { path: file });
      const { client, accepted: socket } = await join(server, net);
      socket.resume();
      client.destroy();
      await once(socket, 'close');
      assert.ok(fs.existsSync(file));
      await close(server);
      assert.ok(!fs.existsSync(file));
    });

    it('is not removed by a server that found it taken', async () => {
      const file = dir.path('s');
      const server = await listen(net.createServer(), { path: file });
      const other = net.createServer().listen(file);
      const [error] = await once(other, 'error');
      assert.strictEqual(error.code, 'EADDRINUSE');
      other.close();
      assert.ok(fs.existsSync(file));
      await close(server);
    });

    it('that is no socket is not removed, nor written to', async () => {
      const file = dir.path('s');
      fs.writeFileSync(file, 'precious');
      const server = net.createServer().listen(file);
      const [error] = await once(server, 'error');
      assert.strictEqual(error.code, 'EADDRINUSE');
      server.close();
      assert.strictEqual(fs.readFileSync(file, 'utf8'), 'precious');
    });

    it('is not removed by a server that was given the descriptor or the handle', async () => {
      const file = dir.path('s');
      const server = await listen(net.createServer(), { path: file });
      const borrower = await listen(net.createServer(), toNode(server));
      await close(borrower);
      assert.ok(fs.existsSync(file));
      await close(server);
    });

    it('is not removed by a program that is started', async () => {
      const file = dir.path('s');
      const server = await listen(net.createServer(), { path: file });
      spawnSync(process.execPath, [
        '-e',
        `require(${JSON.stringify(path.join(__dirname, '..', '..'))}).connect(${JSON.stringify(file)}).destroy()`,
      ]);
      assert.ok(fs.existsSync(file));
      await close(server);
    });
  });

  describe('a block list', () => {
    /** Spellings of one address each: the first is how the rule may be written, all of them are the address. */
    const SPELLINGS = [
      [
        ['127.0.0.1', 'ipv4'],
        ['::ffff:127.0.0.1', 'ipv6'],
        ['::FFFF:127.0.0.1', 'ipv6'],
        ['::ffff:7f00:1', 'ipv6'],
        ['::FfFf:7F00:0001', 'ipv6'],
        ['0:0:0:0:0:ffff:127.0.0.1', 'ipv6'],
        ['0000:0000:0000:0000:0000:ffff:7f00:0001', 'ipv6'],
        ['::ffff:127.0.0.1%lo', 'ipv6'],
        ['0::ffff:7f00:1%1', 'IPv6'],
      ],
      [
        ['2001:db8::ff', 'ipv6'],
        ['2001:DB8::FF', 'ipv6'],
        ['2001:0db8:0000:0000:0000:0000:0000:00ff', 'ipv6'],
        ['2001:db8:0:0:0:0:0:ff', 'ipv6'],
        ['2001:db8::0.0.0.255', 'ipv6'],
        ['2001:db8::ff%eth0', 'ipv6'],
        ['2001:db8:0::00ff', 'IPV6'],
      ],
      [
        ['::1', 'ipv6'],
        ['0::1', 'ipv6'],
        ['0:0:0:0:0:0:0:1', 'ipv6'],
        ['::0.0.0.1', 'ipv6'],
        ['::1%lo', 'ipv6'],
        ['::0001', 'ipv6'],
      ],
    ];

    const RULES = {
      addAddress: (list, address, family) => list.addAddress(address, family),
      addSubnet: (list, address, family) => list.addSubnet(address, family.toLowerCase() === 'ipv6' ? 128 : 32, family),
      addRange: (list, address, family) => list.addRange(address, address, family),
    };

    for (const [kind, add] of Object.entries(RULES)) {
      it(`of ${kind}() holds an address in every spelling, however the rule is spelled`, () => {
        for (const spellings of SPELLINGS) {
          for (const rule of spellings) {
            const list = new net.BlockList();
            add(list, ...rule);
            for (const one of spellings) assert.strictEqual(list.check(...one), true, `${rule[0]} blocks ${one[0]}`);
          }
        }
      });
    }

    it('of IPv4 holds what comes to a server on ::, where it is an IPv4-mapped address', async function () {
      const blockList = new net.BlockList();
      blockList.addSubnet('127.0.0.0', 8);
      const server = net.createServer({ blockList });
      server.on('connection', () => assert.fail('was let in'));
      server.listen(0, '::');
      const [error] = await Promise.race([once(server, 'error'), once(server, 'listening').then(() => [])]);
      if (error) skip(this, '::1 is no address here');
      const client = net.connect(server.address().port, HOST).resume();
      client.on('error', () => {});
      await once(client, 'close');
      await close(server);
    });

    it('of IPv4-mapped addresses holds what comes to a server on 0.0.0.0', async () => {
      const blockList = new net.BlockList();
      blockList.addSubnet('::ffff:127.0.0.0', 104, 'ipv6');
      const server = await listen(
        net.createServer({ blockList }, () => assert.fail('was let in')),
        { port: 0, host: '0.0.0.0' },
      );
      const client = net.connect(server.address().port, HOST).resume();
      client.on('error', () => {});
      await once(client, 'close');
      await close(server);
    });

    it('holds a client back by every spelling of the host, and by a name', async () => {
      const blockList = new net.BlockList();
      blockList.addAddress(HOST);
      blockList.addAddress('::1', 'ipv6');
      const server = await listen(net.createServer(() => assert.fail('was let in')));
      const { port } = server.address();
      const hosts = [...SPELLINGS[0], ...SPELLINGS[2]].map(([host]) => host);
      const lookup = (name, options, callback) =>
        options.all ? callback(null, [{ address: '::FFFF:7f00:1', family: 6 }]) : callback(null, '::FFFF:7f00:1', 6);
      for (const options of [
        ...hosts.map((host) => ({ host })),
        { host: 'localhost' },
        { host: 'name.test', lookup },
      ]) {
        const client = net.connect({ port, blockList, ...options });
        const [error] = await once(client, 'error');
        assert.strictEqual((error.errors?.[0] ?? error).code, 'ERR_IP_BLOCKED', options.host);
      }
      await close(server);
    });

    it('that is added to later holds from then on, for a server that listens already', async () => {
      const blockList = new net.BlockList();
      const server = await listen(net.createServer({ blockList }));
      const options = { port: server.address().port, host: HOST };
      const { client, accepted: socket } = await join(server, net, options);
      blockList.addAddress('::ffff:7f00:1', 'ipv6');
      const late = net.connect(options).resume();
      late.on('error', () => {});
      server.on('connection', () => assert.fail('was let in'));
      await once(late, 'close');
      client.destroy();
      socket.destroy();
      await close(server);
    });
  });

  describe('every function of the native part takes any arguments', () => {
    const passes = (...args) => async () => {
      assert.deepStrictEqual(await runFixture('native-sweep.js', args), { status: 0, stdout: 'done\n', stderr: '' });
    };

    for (let seed = 1; seed <= scaled(4); seed++)
      it(`in every state of a stream (seed ${seed})`, passes(String(seed), '60'));

    it('before it has been set up', passes('1', '4', 'without-setup'));

    for (let seed = 1; seed <= scaled(4); seed++) {
      it(
        `while every hook, accessor and callback calls more of them (seed ${seed})`,
        passes(String(seed), '25', 'reentrant'),
      );
    }
  });

  describe('arguments', () => {
    it('of isIP() are not cut: a long zone is looked at to its end', () => {
      for (let length = 100; length < 140; length++) {
        for (const end of ['€', '€€€€', '\ud83d\ude00', 'ü/', '\0', '/']) {
          assert.strictEqual(net.isIP(`fe80::1%${'a'.repeat(length)}${end}`), 0, `${length} ${end}`);
        }
        assert.strictEqual(net.isIP(`fe80::1%${'a'.repeat(length)}`), 6);
      }
    });

    it('of listen(): the backlog becomes an integer as in Node', () => {
      const thrower = { valueOf() { throw new Error('from valueOf'); } };
      for (const backlog of [1n, Symbol('s'), thrower]) {
        const [mine, nodes] = [net, nodeNet].map((api) => {
          try {
            api.createServer().listen({ port: 0, backlog });
          } catch (error) {
            return error.message;
          }
        });
        assert.notStrictEqual(mine, undefined);
        assert.strictEqual(mine, nodes);
      }
    });

    it('of listen({ fd }): no fraction or number beyond 32 bits is cut to a descriptor', async function test() {
      needsPosix(this); // where sockets have none
      const owner = await listen(net.createServer());
      const { fd } = owner._handle;
      for (const value of [fd + 0.5, fd + 2 ** 32, fd - 2 ** 32 + 2 ** 33]) {
        const server = net.createServer().listen({ fd: value });
        const [error] = await once(server, 'error');
        assert.strictEqual(error.code, 'EINVAL', String(value));
      }
      await close(owner);
    });

    it('of connect(): a path that is empty is none, as in Node', async () => {
      for (const value of ['', 0, NaN]) {
        const client = net.connect({ path: value });
        const [error] = await once(client, 'error');
        assert.strictEqual(error.syscall, 'connect');
        assert.strictEqual(error.address, HOST === error.address ? HOST : '::1');
      }
    });

    it('of a server: maxConnections may be a BigInt', async () => {
      const server = net.createServer();
      server.maxConnections = 1n;
      await listen(server, { port: 0, host: HOST });
      const options = { port: server.address().port, host: HOST };
      const { client, accepted: socket } = await join(server, net, options);
      const late = net.connect(options).resume();
      late.on('error', () => {});
      const [, [data]] = await Promise.all([once(late, 'close'), once(server, 'drop')]);
      assert.strictEqual(data.localPort, options.port);
      client.destroy();
      socket.destroy();
      await close(server);
    });

    it('that are no block list but false are none, as in Node', () => {
      for (const blockList of ['', 0, NaN, false]) assert.doesNotThrow(() => new net.Socket({ blockList }));
    });

    it('beyond 10^21 are shown as Node shows them', () => {
      for (const fd of [1e21, -1.5e25, 1e300, 2 ** 70]) {
        const [mine, nodes] = [net, nodeNet].map((api) => {
          try {
            return new api.Socket({ fd });
          } catch (error) {
            return error.message;
          }
        });
        assert.strictEqual(mine, nodes);
      }
    });
  });

  it('connect() to several addresses on a socket that is at work is refused: what waits stays with its handle', async () => {
    const server = await listen(net.createServer({ pauseOnConnect: true }));
    const { port } = server.address();
    const { client, accepted: socket } = await join(server, net, { port, host: HOST });
    const lookup = (host, options, callback) =>
      callback(null, [
        { address: HOST, family: 4 },
        { address: '127.0.0.2', family: 4 },
      ]);
    client.end(Buffer.alloc(8 * 1024 * 1024));
    client.connect({ port, host: 'two.test', lookup, autoSelectFamily: true });
    const [error] = await once(client, 'error');
    assert.strictEqual(error.code, 'EISCONN');
    socket.on('error', () => {}).destroy();
    await close(server);
  });

  it('an empty write asks the kernel, which tells of a connection that is gone, as in Node', async () => {
    for (const empty of ['', Buffer.alloc(0)]) {
      const server = await listen(nodeNet.createServer(), { port: 0, host: HOST });
      const { client, accepted: socket } = await join(server, net, {
        port: server.address().port,
        host: HOST,
        allowHalfOpen: true,
      });
      client.resume();
      socket.destroy();
      await once(client, 'end');
      client.write('to nobody'); // is answered with a reset
      let error = null;
      client.on('error', (one) => { error = one; });
      while (error === null) {
        await new Promise((resolve) => { client.write(empty, resolve); });
        await new Promise(setImmediate);
      }
      assert.ok(['EPIPE', 'ECONNRESET'].includes(error.code), error.code);
      await close(server);
    }
  });

  describe('a Buffer that changes while it waits to be written', () => {
    const SIZE = 8 * 1024 * 1024;

    /* Writes more than the kernel takes, does `change`, lets the peer read: the bytes that came, and the error. */
    async function write(make, change) {
      const server = await listen(net.createServer({ pauseOnConnect: true, allowHalfOpen: true }));
      const { client, accepted: socket } = await join(server, net);
      const chunks = make();
      let failure = null;
      client.on('error', (error) => { failure = error; });
      client.cork();
      for (const chunk of chunks) client.write(chunk);
      client.uncork();
      change(chunks);
      client.end();
      let bytes = 0;
      socket
        .on('data', (data) => {
          bytes += data.length;
        })
        .on('error', () => {})
        .on('end', () => socket.end())
        .resume();
      await Promise.all([client, socket].map((one) => new Promise((resolve) => { one.once('close', resolve); })));
      await close(server);
      return { bytes, failure };
    }

    function detach(chunk) {
      const { port1 } = new MessageChannel();
      port1.postMessage(null, [chunk.buffer]);
      port1.close();
    }

    for (const count of [1, 3]) {
      it(`by a transfer ends the write with ECANCELED (${count} at once)`, async () => {
        const { bytes, failure } = await write(
          () => Array.from({ length: count }, () => Buffer.from(new ArrayBuffer(SIZE))),
          (chunks) => chunks.forEach(detach),
        );
        assert.strictEqual(failure?.code, 'ECANCELED');
        assert.ok(bytes < SIZE * count);
      });
    }

    if (typeof ArrayBuffer.prototype.resize === 'function') {
      it('by shrinking ends the write with ECANCELED', async () => {
        const memory = new ArrayBuffer(SIZE, { maxByteLength: SIZE });
        const { bytes, failure } = await write(() => [new Uint8Array(memory)], () => memory.resize(1));
        assert.strictEqual(failure?.code, 'ECANCELED');
        assert.ok(bytes < SIZE);
      });

      it('by growing sends what it was, and no more', async () => {
        const memory = new ArrayBuffer(SIZE, { maxByteLength: 2 * SIZE });
        const { bytes, failure } = await write(() => [new Uint8Array(memory)], () => memory.resize(2 * SIZE));
        assert.deepStrictEqual({ bytes, failure }, { bytes: SIZE, failure: null });
      });
    }

    it('shared with another thread is sent', async () => {
      const { bytes, failure } = await write(() => [new Uint8Array(new SharedArrayBuffer(SIZE))], () => {});
      assert.deepStrictEqual({ bytes, failure }, { bytes: SIZE, failure: null });
    });

    for (const lie of [1, 10, SIZE * 2, -1, NaN, 2 ** 53]) {
      it(`that gives its byteLength as ${lie} is sent as it is`, async () => {
        const lying = () => Object.defineProperty(Buffer.alloc(SIZE), 'byteLength', { value: lie });
        const { bytes, failure } = await write(() => [lying(), lying()], () => {});
        assert.deepStrictEqual({ bytes, failure }, { bytes: 2 * SIZE, failure: null });
      });
    }
  });

  describe('Node\'s permission model', () => {
    before(function () {
      if (LINE < 25) skip(this, 'not with this Node'); // it did not cover the network
    });

    const cases = [
      'listenPort',
      'listenPath',
      'listenHost',
      'connectPort',
      'connectHost',
      'connectPath',
      'connectMany',
      'createServerHandle',
      'lookup',
    ];
    for (const name of cases) {
      it(`denies ${name} without --allow-net, with the error of Node`, async () => {
        const nodeArgs = ['--permission', '--allow-addons', '--allow-fs-read=*', '--allow-fs-write=*', '--no-warnings'];
        const [mine, nodes] = await Promise.all(
          ['cnet', 'node'].map((which) => runFixture('permission.js', [which, name], { nodeArgs })),
        );
        assert.strictEqual(mine.status, 0, mine.stderr);
        assert.match(mine.stdout, /ERR_ACCESS_DENIED/);
        assert.strictEqual(mine.stdout, nodes.stdout);
      });
    }

    it('lets everything pass with --allow-net', async () => {
      const nodeArgs = ['--permission', '--allow-addons', '--allow-fs-read=*', '--allow-net', '--no-warnings'];
      const { status, stdout } = await runFixture('permission.js', ['cnet', 'listenPort'], { nodeArgs });
      assert.deepStrictEqual({ status, stdout }, { status: 0, stdout: 'listening\n' });
    });
  });
});
