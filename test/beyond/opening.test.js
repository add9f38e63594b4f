'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');

const { runFixture } = require('../support/child');
const { sockopts } = require('../support/kernel');
const { needsHost, needsLinux, needsOption, needsTCPInfo, needsTool, skip } = require('../support/needs');
const { HOST, text } = require('../support/net');
const { net } = require('../support/subject');
const { connected, listening, pair, tidy, track } = require('../support/tidy');

/** Of linux/in.h, as SO_PROTOCOL tells it. */
const IPPROTO_MPTCP = 262;

/** Of linux/mptcp.h: what the kernel tells of such a connection. */
const [SOL_MPTCP, MPTCP_INFO] = [284, 1];

const UNSHARE = ['-rn', 'sh', '-c', 'ip link set lo up && echo 3 > /proc/sys/net/ipv4/tcp_fastopen'];

/** Skips the test where no network namespace with TCP Fast Open can be made. */
function needsNamespace(test) {
  if (spawnSync('unshare', UNSHARE, { stdio: 'ignore' }).status !== 0)
    skip(test, 'unshare -rn, ip and tcp_fastopen are needed');
}

/** What a scenario of test/fixtures/opening.js prints. `settings`: sysctl values by path under /proc/sys/net. */
async function inNamespace(scenario, settings = {}) {
  const writes = Object.entries({ 'ipv4/tcp_fastopen': 3, ...settings }).map(
    ([name, value]) => `echo ${value} > /proc/sys/net/${name}`,
  );
  const setUp = ['ip link set lo up', ...writes].join(' && ');
  const command = ['-rn', 'sh', '-c', `${setUp} && exec "$@"`, 'sh'];
  const { status, stdout, stderr } = await runFixture('opening.js', [scenario], { within: ['unshare', ...command] });
  assert.deepStrictEqual([status, stderr], [0, '']);
  return JSON.parse(stdout);
}

/** Whether the kernel has multipath TCP, and on. */
function needsMultipath(test) {
  let enabled = '0';
  try {
    enabled = fs.readFileSync('/proc/sys/net/mptcp/enabled', 'utf8').trim();
  } catch {}
  if (enabled !== '1') skip(test, 'net.mptcp.enabled is not 1');
}

/** Skips the test where the system does not hand on that data went with a handshake. */
async function needsToldFastOpen(test) {
  needsTCPInfo(test, (await pair()).client);
}

/** Skips the test where the system does not hand on what the kernel tells of a connection over multipath TCP. */
function needsToldMultipath(test, socket) {
  if (socket.getOption('SO_PROTOCOL') !== IPPROTO_MPTCP) return;
  try {
    socket.getOption(SOL_MPTCP, MPTCP_INFO);
  } catch (error) {
    needsOption(test, error);
  }
}

describe('fastOpen', () => {
  afterEach(tidy);

  beforeEach(function linuxOnly() {
    needsLinux(this);
  });

  describe('in a namespace where it is on', () => {
    before(function namespace() {
      needsLinux(this);
      needsNamespace(this);
    });

    it('the data of the second connection go with its handshake, and both ends know', async function test() {
      await needsToldFastOpen(this);
      const [talks, accepted] = await inNamespace('cookie');
      const same = { text: 'hello', bytes: 5 };
      assert.deepStrictEqual(talks, [
        { fastOpen: false, ...same },
        { fastOpen: true, ...same },
        { fastOpen: false, ...same },
      ]);
      assert.deepStrictEqual(accepted, [false, true, false]);
    });

    it('every form of writing arrives whole, and once', async function test() {
      await needsToldFastOpen(this);
      const [talks, called] = await inNamespace('forms');
      assert.deepStrictEqual(talks, [
        [true, 300000], [true, 300000], [true, 'AB'], [true, '\ufffdbd!'], [true, 'abc'], [false, ''], [false, 'later'],
      ]);
      assert.strictEqual(called, 4);
    });

    it("there is no 'connect' before the server has answered", async () => {
      assert.deepStrictEqual(
        await inNamespace('refused'),
        ['ERR_SOCKET_CLOSED_BEFORE_CONNECTION', `connect ECONNREFUSED ${HOST}:PORT`].reverse(),
      );
    });

    it('a server that speaks first is heard', async () => {
      assert.deepStrictEqual(await inNamespace('speaksFirst'), { fastOpen: false, text: 'welcome', bytes: 0 });
    });

    it('the winner of a race has the data once', async function test() {
      await needsToldFastOpen(this);
      needsTool(this, 'python3');
      const [result, accepted] = await inNamespace('race');
      assert.deepStrictEqual([result, accepted], [{ fastOpen: true, text: 'hello', bytes: 5 }, [false, true]]);
    });

    it('when an address fails the next one has all of the data', async function test() {
      await needsToldFastOpen(this);
      assert.deepStrictEqual(await inNamespace('next'), { fastOpen: true, text: 'hello', bytes: 5 });
    });

    it('a failed connection leaves nothing for the next one of the socket', async () => {
      assert.deepStrictEqual(await inNamespace('again'), ['hello', 5]);
    });

    it('a listener without it is connected to as ever', async () => {
      assert.deepStrictEqual(await inNamespace('listenerOff'), [[false, 'hello'], [false, 'hello']]);
    });

    it('where the system has it off nothing else changes', async () => {
      const [talks, accepted] = await inNamespace('cookie', { 'ipv4/tcp_fastopen': 0 });
      assert.deepStrictEqual(talks.map(({ fastOpen, text: got }) => [fastOpen, got]), Array(3).fill([false, 'hello']));
      assert.deepStrictEqual(accepted, [false, false, false]);
    });

    it('multipath TCP goes with it', async function test() {
      needsMultipath(this);
      await needsToldFastOpen(this);
      assert.deepStrictEqual(await inNamespace('multipath'), [[false, 'hello'], [true, 'hello']]);
    });

    it('where multipath TCP is off it is TCP', async function test() {
      needsMultipath(this);
      assert.deepStrictEqual(await inNamespace('plain', { 'mptcp/enabled': 0 }), [false, false]);
    });
  });

  it('a socket without a connection, or on a path, has not used it', async () => {
    assert.strictEqual(new net.Socket().fastOpen, false);
    const { client } = await pair();
    assert.strictEqual(client.fastOpen, false);
    client.destroy();
    assert.strictEqual(client.fastOpen, false);
  });

  for (const [value, code] of [
    [-1, 'ERR_OUT_OF_RANGE'],
    [1.5, 'ERR_OUT_OF_RANGE'],
    ['1', 'ERR_INVALID_ARG_TYPE'],
    [null, 'ERR_INVALID_ARG_TYPE'],
  ]) {
    it(`${typeof value} ${value} is ${code} for listen()`, () => {
      assert.throws(() => net.createServer().listen({ port: 0, fastOpen: value }), { code });
    });
  }

  it('what is no boolean is ERR_INVALID_ARG_TYPE for connect()', () => {
    for (const fastOpen of [1, 'yes', null]) {
      assert.throws(() => net.connect({ port: 1, fastOpen }), { code: 'ERR_INVALID_ARG_TYPE' });
    }
  });
});

describe('multipath', () => {
  afterEach(tidy);

  beforeEach(function kernel() {
    needsLinux(this);
    needsMultipath(this);
  });

  async function both({ client = true, server = true, host = HOST, listen = {}, connect = {} } = {}) {
    const one = await listening(net.createServer(), { port: 0, host, multipath: server, ...listen });
    const accepting = once(one, 'connection');
    const socket = await connected({ port: one.address().port, host, multipath: client, ...connect });
    const [accepted] = await accepting;
    return { one, socket, accepted: track(accepted) };
  }

  it('both ends speak it, and the kernel says so', async function test() {
    needsTool(this, 'python3');
    const { socket, accepted } = await both();
    needsToldMultipath(this, socket);
    assert.deepStrictEqual([socket.multipath, accepted.multipath], [true, true]);
    for (const { fd } of [socket, accepted])
      assert.deepStrictEqual(await sockopts(fd, 'SOL_SOCKET.SO_PROTOCOL'), [IPPROTO_MPTCP]);
  });

  it('data go both ways, and the ends are told', async () => {
    const { socket, accepted } = await both();
    accepted.pipe(accepted);
    socket.end('x'.repeat(1000000));
    assert.strictEqual((await text(socket)).length, 1000000);
  });

  it('over IPv6', async function test() {
    needsHost(this, '::1');
    const { socket, accepted } = await both({ host: '::1' });
    needsToldMultipath(this, socket);
    assert.deepStrictEqual([socket.multipath, accepted.multipath], [true, true]);
  });

  it('with reusePort, a local address, and options of the connection', async function test() {
    const connect = { localAddress: '127.0.0.9', noDelay: true, keepAlive: true, keepAliveInitialDelay: 1000 };
    const { socket, accepted } = await both({ listen: { reusePort: true }, connect });
    needsToldMultipath(this, socket);
    assert.deepStrictEqual([socket.multipath, accepted.multipath, accepted.remoteAddress], [true, true, '127.0.0.9']);
  });

  it('with socketOptions of both', async function test() {
    const socketOptions = { SO_RCVBUF: 65536 };
    const { socket, accepted } = await both({ listen: { socketOptions }, connect: { socketOptions } });
    needsToldMultipath(this, socket);
    assert.deepStrictEqual([socket.multipath, accepted.multipath, socket.getOption('SO_RCVBUF')], [true, true, 131072]);
  });

  it('in a race', async function test() {
    const lookup = (host, options, callback) =>
      setImmediate(callback, null, ['127.0.0.2', HOST].map((address) => ({ address, family: 4 })));
    const { socket } = await both({ connect: { host: 'x', lookup, connectionAttemptDelay: 10 } });
    needsToldMultipath(this, socket);
    assert.deepStrictEqual([socket.multipath, socket.remoteAddress], [true, HOST]);
  });

  it('a plain server, and a plain client, are connected to over TCP', async () => {
    for (const sides of [{ client: false }, { server: false }]) {
      const { socket, accepted } = await both(sides);
      assert.deepStrictEqual([socket.multipath, accepted.multipath], [false, false]);
      accepted.end('hello');
      assert.strictEqual(await text(socket), 'hello');
    }
  });

  it('a connection is reset as any other', async () => {
    const { socket, accepted } = await both();
    accepted.resetAndDestroy();
    await assert.rejects(once(socket.resume(), 'end'), { code: 'ECONNRESET' });
  });

  it('a user timeout, which Linux does not have for it, is refused', async () => {
    const code = 'ERR_INVALID_ARG_VALUE';
    assert.throws(() => net.connect({ port: 1, multipath: true, userTimeout: 5 }), { code });
    assert.throws(() => net.createServer({ userTimeout: 5 }).listen({ port: 0, multipath: true }), { code });
    const { socket } = await both();
    assert.throws(() => socket.setUserTimeout(5), { syscall: 'setUserTimeout' });
    assert.strictEqual(socket.getUserTimeout(), 0);
  });

  it('what is no boolean is ERR_INVALID_ARG_TYPE', () => {
    for (const multipath of [1, 'yes', null]) {
      assert.throws(() => net.connect({ port: 1, multipath }), { code: 'ERR_INVALID_ARG_TYPE' });
      assert.throws(() => net.createServer().listen({ port: 0, multipath }), { code: 'ERR_INVALID_ARG_TYPE' });
    }
  });
});
