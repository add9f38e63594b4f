'use strict';
// Who may connect: limits for each address and network, a rate, and pauses.

const assert = require('node:assert');
const { once } = require('node:events');
const nodeNet = require('node:net');

const net = require('../..');
const native = require('../../lib/native/binding');
const { kAcceptLimit } = require('../../lib/server/state');
const { needsLinux, skip } = require('../support/needs');
const { HOST, listen, targetOf } = require('../support/net');
const { patience } = require('../support/scale');
const { tempDir } = require('../support/temp');

/* Listens, and tells of each who comes, in turn: 'in', or the reason for which it was dropped. */
async function start(limits, ...where) {
  const server = await listen(Object.assign(net.createServer(), limits), ...where);
  const target = targetOf(server);
  const clients = [];
  const data = [];
  const connect = (localAddress, more = {}) => new Promise((resolve) => {
    server.once('connection', come).once('drop', dropped);
    function done(said) {
      server.off('connection', come).off('drop', dropped);
      resolve(said);
    }
    function come(socket) {
      socket.resume().on('error', () => {});
      done('in');
    }
    function dropped(what) {
      data.push(what);
      done(what?.reason);
    }
    clients.push(nodeNet.connect({ ...target, localAddress, ...more }).on('error', () => {}).resume());
  });
  /* Ends a connection, and waits until the server knows. */
  const leave = async (i) => {
    const { _connections: before } = server;
    clients[i].end();
    while (server._connections === before) await new Promise(setImmediate);
  };
  const stop = () => server.shutdown({ timeout: 0 });
  return {
    server,
    connect,
    leave,
    stop,
    data,
    clients,
    target,
    size: () => native.acceptLimitSize(server[kAcceptLimit].native),
  };
}

describe('server.maxConnectionsPerAddress', function () {
  this.timeout(patience(20000));
  before(function () {
    needsLinux(this); // all of 127.0.0.0/8 is the loopback
  });

  it("drops what is beyond it, with both names and the reason in 'drop', and lets other addresses in", async () => {
    const { connect, stop, data, target } = await start({ maxConnectionsPerAddress: 2 });
    const said = [];
    for (const address of [HOST, HOST, HOST, '127.0.0.2', '127.0.0.2', '127.0.0.2']) said.push(await connect(address));
    const reason = 'maxConnectionsPerAddress';
    assert.deepStrictEqual(said, ['in', 'in', reason, 'in', 'in', reason]);
    const { remotePort, ...rest } = data[0];
    assert.ok(remotePort > 0);
    assert.deepStrictEqual(rest, {
      localAddress: HOST,
      localPort: target.port,
      localFamily: 'IPv4',
      remoteAddress: HOST,
      remoteFamily: 'IPv4',
      reason,
    });
    await stop();
  });

  it('closes the connection for the peer', async () => {
    const { connect, stop, clients } = await start({ maxConnectionsPerAddress: 0 });
    assert.strictEqual(await connect(HOST), 'maxConnectionsPerAddress');
    if (!clients[0].destroyed) await once(clients[0], 'close');
    await stop();
  });

  it('there is room again when a connection has ended, and nothing is kept of who has gone', async () => {
    const { connect, leave, stop, size } = await start({ maxConnectionsPerAddress: 1 });
    assert.strictEqual(await connect(HOST), 'in');
    assert.strictEqual(await connect(HOST), 'maxConnectionsPerAddress');
    assert.strictEqual(size(), 1);
    await leave(0);
    assert.strictEqual(size(), 0);
    assert.strictEqual(await connect(HOST), 'in');
    await stop();
    assert.strictEqual(size(), 0);
  });

  it('counts connections that were there before it was set', async () => {
    const { server, connect, stop, size } = await start({});
    for (const address of [HOST, HOST, '127.0.0.2']) assert.strictEqual(await connect(address), 'in');
    server.maxConnectionsPerAddress = 2;
    assert.strictEqual(size(), 2);
    assert.strictEqual(await connect(HOST), 'maxConnectionsPerAddress');
    assert.strictEqual(await connect('127.0.0.2'), 'in');
    server.maxConnectionsPerAddress = undefined;
    assert.strictEqual(size(), 0);
    assert.strictEqual(await connect(HOST), 'in');
    await stop();
  });

  it('holds for a server that has closed and listens again, with old connections open', async () => {
    const { server, connect, stop, target } = await start({ maxConnectionsPerAddress: 1 });
    assert.strictEqual(await connect(HOST), 'in');
    server.close();
    server.listen(target);
    await once(server, 'listening');
    assert.strictEqual(await connect(HOST), 'maxConnectionsPerAddress');
    assert.strictEqual(await connect('127.0.0.9'), 'in');
    await stop();
  });

  it('is for each server by itself', async () => {
    const one = await start({ maxConnectionsPerAddress: 1 });
    const other = await start({ maxConnectionsPerAddress: 1 });
    assert.deepStrictEqual([await one.connect(HOST), await other.connect(HOST)], ['in', 'in']);
    await one.stop();
    assert.strictEqual(await other.connect(HOST), 'maxConnectionsPerAddress');
    await other.stop();
  });

  it('counts a thousand addresses, each by itself', async () => {
    const { connect, stop, size } = await start({ maxConnectionsPerAddress: 1 });
    for (let i = 0; i < 1000; i++) assert.strictEqual(await connect(`127.1.${i >> 8}.${i & 255}`), 'in');
    assert.strictEqual(size(), 1000);
    for (const i of [0, 17, 500, 999]) {
      assert.strictEqual(await connect(`127.1.${i >> 8}.${i & 255}`), 'maxConnectionsPerAddress');
    }
    await stop();
    assert.strictEqual(size(), 0);
  });

  it("says in 'drop' when it was maxConnections", async () => {
    const { connect, stop } = await start({ maxConnectionsPerAddress: 5, maxConnections: 1 });
    assert.deepStrictEqual([await connect(HOST), await connect(HOST)], ['in', 'maxConnections']);
    await stop();
  });

  it('connections over a path are not counted', async () => {
    const dir = tempDir();
    const { connect, stop } = await start({ maxConnectionsPerAddress: 0 }, { path: dir.socket('s') });
    assert.strictEqual(await connect(), 'in');
    await stop();
    dir.remove();
  });

  it('a server keeps its limits when it is transferred', async () => {
    const limits = {
      maxConnectionsPerAddress: 3,
      maxConnectionsPerPrefix: { ipv4: 8, ipv6: 48, max: 4 },
      maxConnectionRate: { perSecond: 5, burst: 6 },
    };
    const { server } = await start(limits);
    const moved = net.receive(net.transfer(server));
    for (const [name, limit] of Object.entries(limits)) assert.deepStrictEqual(moved[name], limit);
    await moved.shutdown();
  });
});

describe('server.maxConnectionsPerPrefix', function () {
  this.timeout(patience(20000));
  before(function () {
    needsLinux(this);
  });

  const reason = 'maxConnectionsPerPrefix';

  it('drops what is beyond it from one network', async () => {
    const { server, connect, stop, size } = await start({ maxConnectionsPerPrefix: { max: 2 } });
    assert.deepStrictEqual(server.maxConnectionsPerPrefix, { ipv4: 24, ipv6: 64, max: 2 });
    const said = [];
    for (const address of [HOST, '127.0.0.200', '127.0.0.3', '127.0.1.3']) said.push(await connect(address));
    assert.deepStrictEqual(said, ['in', 'in', reason, 'in']);
    assert.strictEqual(size(), 2);
    server.maxConnectionsPerPrefix = { max: 3, ipv4: 16 };
    assert.strictEqual(size(), 1);
    assert.strictEqual(await connect('127.0.77.1'), reason);
    assert.strictEqual(await connect('127.1.0.1'), 'in');
    await stop();
    assert.strictEqual(size(), 0);
  });

  it('counts beside the limit for each address, which comes first', async () => {
    const { connect, stop } = await start({
      maxConnectionsPerAddress: 1,
      maxConnectionsPerPrefix: { max: 2, ipv4: 32 },
    });
    assert.deepStrictEqual([await connect(HOST), await connect(HOST)], ['in', 'maxConnectionsPerAddress']);
    await stop();
  });

  it('an IPv4 address on a server of IPv6 is one of IPv4', async function () {
    let started;
    try {
      started = await start({ maxConnectionsPerPrefix: { max: 1, ipv4: 24, ipv6: 0 } }, { port: 0, host: '::' });
    } catch {
      skip(this, '::1 is no address here');
    }
    const { server, connect, data, stop } = started;
    assert.deepStrictEqual(
      [await connect('127.0.0.1'), await connect('127.0.1.1'), await connect('127.0.0.2')],
      ['in', 'in', reason],
    );
    assert.strictEqual(data[0].remoteAddress, '::ffff:127.0.0.2');
    assert.strictEqual(server._connections, 2);
    assert.deepStrictEqual(
      [await connect('::1', { host: '::1' }), await connect('::1', { host: '::1' })],
      ['in', reason],
    );
    await stop();
  });
});

describe('server.maxConnectionRate', function () {
  this.timeout(patience(20000));

  const reason = 'maxConnectionRate';
  const SLOW = 1e-6; // a connection in eleven days

  it('lets a burst in, and drops who comes then', async () => {
    const { server, connect, stop } = await start({ maxConnectionRate: { perSecond: SLOW, burst: 2 } });
    assert.deepStrictEqual([await connect(), await connect(), await connect()], ['in', 'in', reason]);
    server.maxConnectionRate = { perSecond: SLOW };
    assert.deepStrictEqual(server.maxConnectionRate, { perSecond: SLOW, burst: 1 });
    assert.deepStrictEqual([await connect(), await connect()], ['in', reason]);
    server.maxConnectionRate = undefined;
    assert.strictEqual(await connect(), 'in');
    await stop();
  });

  it('lets in again with the time', async () => {
    const { connect, stop } = await start({ maxConnectionRate: { perSecond: 100, burst: 1 } });
    assert.strictEqual(await connect(), 'in');
    while ((await connect()) !== 'in');
    await stop();
  });

  it("on a path 'drop' tells the reason alone", async () => {
    const dir = tempDir();
    const { connect, data, stop } = await start({ maxConnectionRate: { perSecond: SLOW } }, { path: dir.socket('s') });
    assert.deepStrictEqual([await connect(), await connect()], ['in', reason]);
    assert.deepStrictEqual(data, [{ reason }]);
    await stop();
    dir.remove();
  });

  it('who is turned away by another limit takes nothing of it', async () => {
    const { connect, stop } = await start({
      maxConnectionRate: { perSecond: SLOW, burst: 2 },
      maxConnectionsPerAddress: 1,
    });
    if (process.platform !== 'linux') return;
    const said = [];
    for (const address of [HOST, HOST, '127.0.0.2', '127.0.0.3']) said.push(await connect(address));
    assert.deepStrictEqual(said, ['in', 'maxConnectionsPerAddress', 'in', reason]);
    await stop();
  });
});

describe('limits', () => {
  it('of other types are refused, and change nothing', () => {
    const server = net.createServer();
    const type = 'ERR_INVALID_ARG_TYPE';
    const range = 'ERR_OUT_OF_RANGE';
    for (const [name, value, code] of [
      ['maxConnectionsPerAddress', '5', type],
      ['maxConnectionsPerAddress', -1, range],
      ['maxConnectionsPerAddress', 1.5, range],
      ['maxConnectionsPerPrefix', 5, type],
      ['maxConnectionsPerPrefix', {}, type],
      ['maxConnectionsPerPrefix', { max: 1, ipv4: 33 }, range],
      ['maxConnectionsPerPrefix', { max: 1, ipv6: 129 }, range],
      ['maxConnectionRate', 5, type],
      ['maxConnectionRate', {}, type],
      ['maxConnectionRate', { perSecond: 0 }, range],
      ['maxConnectionRate', { perSecond: NaN }, range],
      ['maxConnectionRate', { perSecond: 2e9 }, range],
      ['maxConnectionRate', { perSecond: 1, burst: 0 }, range],
    ]) {
      assert.throws(() => { server[name] = value; }, { code }, `${name} ${JSON.stringify(value)}`);
      assert.strictEqual(server[name], undefined);
    }
    assert.strictEqual(server[kAcceptLimit], null);
  });

  it('undefined, null and Infinity are none', () => {
    const server = net.createServer();
    for (const name of ['maxConnectionsPerAddress', 'maxConnectionsPerPrefix', 'maxConnectionRate']) {
      for (const none of [undefined, null, Infinity]) {
        server[name] = none;
        assert.strictEqual(server[name], undefined);
      }
    }
  });
});

describe('server.pauseAccept()', function () {
  this.timeout(patience(20000));

  /* Connected, as far as the kernel is concerned. */
  async function arrive({ target }) {
    const client = nodeNet.connect(target).on('error', () => {});
    await once(client, 'connect');
    return client;
  }

  it('who comes waits, and is accepted at resumeAccept()', async () => {
    const started = await start({});
    const { server, stop } = started;
    assert.strictEqual(server.acceptPaused, false);
    assert.strictEqual(server.pauseAccept(), server);
    assert.strictEqual(server.pauseAccept().acceptPaused, true);
    let accepted = 0;
    server.on('connection', () => accepted++);
    await Promise.all([arrive(started), arrive(started), arrive(started)]);
    await new Promise(setImmediate);
    assert.strictEqual(accepted, 0);
    assert.strictEqual(server.resumeAccept(), server);
    assert.strictEqual(server.resumeAccept().acceptPaused, false);
    while (accepted < 3) await new Promise(setImmediate);
    await stop();
  });

  it('holds for a listen() to come', async () => {
    const server = net.createServer().pauseAccept();
    let accepted = 0;
    server.on('connection', () => accepted++).listen(0, HOST);
    await once(server, 'listening');
    await arrive({ target: server.address() });
    await new Promise(setImmediate);
    assert.strictEqual(accepted, 0);
    const coming = once(server, 'connection');
    server.resumeAccept();
    await coming;
    await server.shutdown({ timeout: 0 });
  });

  it('shares the pause with a for await: both have to let go', async () => {
    const started = await start({});
    const { server, stop } = started;
    const loop = server[Symbol.asyncIterator]({ highWaterMark: 1 });
    await arrive(started);
    while (server._connections < 1) await new Promise(setImmediate); // the loop is behind
    server.pauseAccept();
    await arrive(started);
    await loop.next();
    await new Promise(setImmediate);
    assert.strictEqual(server._connections, 1);
    server.resumeAccept();
    while (server._connections < 2) await new Promise(setImmediate);
    await stop();
  });

  it('close() while it is paused ends who waits', async () => {
    const started = await start({});
    const { server } = started;
    server.pauseAccept();
    const client = await arrive(started);
    const gone = new Promise((resolve) => { client.on('error', resolve).on('end', resolve).resume(); });
    assert.deepStrictEqual(await server.shutdown(), { finished: 0, halfClosed: 0, reset: 0, moved: 0 });
    await gone;
  });
});

describe('a listener that is paused', () => {
  it('does not listen anew while a connection waits for it, and lives on', async () => {
    const server = net.createServer().listen(0, HOST);
    await once(server, 'listening');
    server.pauseAccept();
    const open = () => net.connect(server.address().port, HOST);
    const first = open();
    await once(first, 'connect');
    while (server._handle.listen(5) === 0) await new Promise((resolve) => { setImmediate(resolve); });
    const accepted = once(server, 'connection');
    const second = open();
    await once(second, 'connect');
    server.resumeAccept();
    const [socket] = await accepted;
    for (const one of [first, second, socket]) one.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
});
