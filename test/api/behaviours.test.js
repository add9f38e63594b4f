'use strict';

/** The behaviours that are easy to get wrong. */

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');

const { script } = require('../support/child');
const { turn } = require('../support/loop');
const { needsFiles, needsHost } = require('../support/needs');
const { HOST, closed, text } = require('../support/net');
const { net } = require('../support/subject');
const { connected, listening, pair, tempPath, tidy, track } = require('../support/tidy');

const BIG = Buffer.alloc(8 << 20, 'x');

/** The names of the events of a socket, in their order. */
function events(socket, names = ['connectionAttempt', 'connect', 'data', 'end', 'error', 'close']) {
  const seen = [];
  for (const name of names) socket.on(name, () => seen.push(name));
  return seen;
}

describe('behaviours: failing at once and destroying early', () => {
  afterEach(tidy);

  it('a connect that fails at once is one attempt and one error', async () => {
    const socket = track(net.connect({ port: 9, host: '255.255.255.255' }));
    const seen = events(socket);
    const [error] = await new Promise((resolve) => socket.once('error', (...args) => resolve(args)));
    await closed(socket);
    assert.deepStrictEqual([error.syscall, seen], ['connect', ['connectionAttempt', 'error', 'close']]);
  });

  it('addresses that fail at once are each tried once', async () => {
    const lookup = (host, options, callback) =>
      callback(null, [
        { address: '255.255.255.255', family: 4 },
        { address: 'ff02::1', family: 6 },
        { address: '255.255.255.255', family: 4 },
      ]);
    const socket = track(net.connect({ port: 9, host: 'x', lookup }));
    const [error] = await new Promise((resolve) => socket.once('error', (...args) => resolve(args)));
    assert.strictEqual(socket.autoSelectFamilyAttemptedAddresses.length, 2);
    assert.strictEqual(error.errors.length, 2);
  });

  it('destroy() inside lookup stops everything', async () => {
    const socket = track(new net.Socket());
    const seen = events(socket);
    socket.connect({ port: 9, host: 'x', lookup: (host, options, callback) => {
      socket.destroy();
      callback(null, [{ address: HOST, family: 4 }]);
    } });
    await closed(socket);
    await turn();
    assert.deepStrictEqual(seen, ['close']);
  });

  it("destroy() inside 'connectionAttempt' stops everything", async () => {
    const server = await listening(net.createServer());
    const lookup = (host, options, callback) =>
      setImmediate(callback, null, [{ address: HOST, family: 4 }, { address: '127.0.0.2', family: 4 }]);
    const socket = track(net.connect({ port: server.address().port, host: 'x', lookup }));
    const seen = events(socket);
    socket.on('connectionAttempt', () => socket.destroy());
    await closed(socket);
    await turn();
    assert.deepStrictEqual(seen, ['connectionAttempt', 'close']);
  });
});

describe('behaviours: ends', () => {
  afterEach(tidy);

  it("end() half-closes: the peer's reply is not lost", async () => {
    const { client, accepted } = await pair({ serverOptions: { allowHalfOpen: true } });
    accepted.on('end', () => accepted.end(BIG)).resume();
    client.end('question');
    assert.strictEqual((await text(client)).length, BIG.length);
  });

  it('data and an end that arrive before a reader is attached are delivered', async () => {
    const { client, accepted } = await pair();
    client.end('early');
    await turn();
    await turn();
    assert.strictEqual(await text(accepted), 'early');
  });

  it("the automatic end() follows 'end'", async () => {
    const { client, accepted } = await pair();
    const seen = [];
    accepted.on('end', () => seen.push(`end ${accepted.writableEnded}`));
    accepted.on('finish', () => seen.push('finish'));
    accepted.resume();
    client.end();
    await closed(accepted);
    assert.deepStrictEqual(seen, ['end false', 'finish']);
  });

  it('a paused socket with data to read does not see the end before it reads on', async () => {
    const { client, accepted } = await pair();
    accepted.pause();
    const seen = events(accepted, ['end', 'close']);
    client.end('data');
    await once(client, 'finish');
    await turn();
    await turn();
    assert.deepStrictEqual(seen, []);
    accepted.resume();
    await closed(accepted);
    assert.deepStrictEqual(seen, ['end', 'close']);
  });

  it('pause() in the connection listener holds', async () => {
    const server = await listening(net.createServer((socket) => socket.pause()));
    const accepting = once(server, 'connection');
    const client = await connected(server.address().port, HOST);
    const [accepted] = await accepting;
    const seen = events(track(accepted));
    await new Promise((resolve) => client.write('data', resolve));
    await turn();
    await turn();
    assert.deepStrictEqual(seen, []);
  });

  it('end(callback) on a socket that never connected calls back without an error, and the socket stays', async () => {
    const socket = track(new net.Socket());
    const error = await new Promise((resolve) => socket.end(resolve));
    assert.deepStrictEqual([Boolean(error), socket.destroyed, socket.writableFinished], [false, false, true]);
  });

  it('destroy() emits no end', async () => {
    const { client } = await pair();
    const seen = events(client.resume());
    client.destroy();
    await closed(client);
    assert.deepStrictEqual(seen, ['close']);
  });
});

describe('behaviours: timeouts and references', () => {
  afterEach(tidy);

  it('a timeout fires while connecting', async () => {
    const socket = track(net.connect({ port: 9, host: 'x', lookup: () => {} }));
    await new Promise((resolve) => socket.setTimeout(10, resolve));
    assert.strictEqual(socket.connecting, true);
  });

  it('a timeout fires while the write queue makes no progress', async () => {
    const { client, accepted } = await pair();
    accepted.pause();
    while (client.write(BIG));
    await new Promise((resolve) => client.setTimeout(50, resolve));
    assert.ok(client.writableLength > 0);
  });

  it('a timeout does not fire while the write queue makes progress', async () => {
    const { client, accepted } = await pair({ path: tempPath() }); // TCP would open its window in leaps
    client.setTimeout(100, () => assert.fail('a timeout'));
    const began = Date.now();
    let reading = true;
    const drip = () => {
      if (!reading) return;
      accepted.read();
      global.setTimeout(drip, 10);
    };
    accepted.pause();
    drip();
    while (Date.now() - began < 300) await new Promise((resolve) => client.write(BIG.subarray(0, 1 << 20), resolve));
    reading = false;
  });

  it('unref() before connect(): the pending connect holds the loop until connected', async () => {
    const { port } = (await listening(net.createServer())).address();
    const { stdout, code } = await script(
      `new net.Socket().unref().connect(${port}, '${HOST}', () => console.log('connected'));`,
    );
    assert.deepStrictEqual([stdout.trim(), code], ['connected', 0]);
  });
});

describe('behaviours: paths', () => {
  afterEach(tidy);

  it('a failed bind unlinks and changes nothing', async function () {
    needsFiles(this);
    const file = tempPath();
    fs.writeFileSync(file, 'kept', { mode: 0o640 });
    const mode = fs.statSync(file).mode;
    const server = track(net.createServer());
    server.listen({ path: file, readableAll: true, writableAll: true });
    await once(server, 'error');
    server.close();
    assert.deepStrictEqual([fs.readFileSync(file, 'utf8'), fs.statSync(file).mode], ['kept', mode]);
  });
});

describe('behaviours: addresses, writes and errors', () => {
  afterEach(tidy);

  it('an address with a zone is taken as it is', async function () {
    needsHost(this, '::1');
    const server = await listening(net.createServer(), 0, '::1');
    const zone = Object.entries(require('node:os').networkInterfaces()).find(([, all]) =>
      all.some(({ address }) => address === '::1'))[0];
    const socket = track(net.connect(server.address().port, `::1%${zone}`));
    socket.on('lookup', () => assert.fail('a lookup'));
    const [ip, , family] = await once(socket, 'connectionAttempt');
    await once(socket, 'connect');
    assert.deepStrictEqual([ip, family, socket.remoteFamily], [`::1%${zone}`, 6, 'IPv6']);
  });

  it('write after end is ERR_STREAM_WRITE_AFTER_END', async () => {
    const { client } = await pair();
    client.end();
    const [error] = await Promise.all([
      new Promise((resolve) => client.write('late', resolve)),
      new Promise((resolve) => client.once('error', resolve)),
    ]);
    assert.strictEqual(error.code, 'ERR_STREAM_WRITE_AFTER_END');
  });

  it('write after the peer has ended is EPIPE', async () => {
    const { client, accepted } = await pair();
    accepted.end();
    client.resume();
    await closed(client);
    const error = await new Promise((resolve) => client.write('late', resolve));
    assert.ok(['EPIPE', 'ERR_STREAM_DESTROYED'].includes(error.code), error.code);
  });

  it('the callbacks of writes that wait are called with an error when the socket is destroyed', async () => {
    const { client, accepted } = await pair();
    accepted.pause();
    client.on('error', () => {});
    const calls = [];
    const all = [1, 2].map((number) => new Promise((resolve) => client.write(BIG, (error) => {
      calls.push([number, Boolean(error)]);
      resolve();
    })));
    client.destroy();
    await Promise.all(all);
    assert.deepStrictEqual(calls, [[1, true], [2, true]]);
  });

  it('errors name their call, with errno, code, address and port', async () => {
    const { port } = (await listening(net.createServer())).address();
    const taken = await listening(net.createServer(), port, HOST).catch((error) => error);
    const missing = await connected(tempPath('nobody')).catch((error) => error);
    const { client, accepted } = await pair();
    client.resume();
    accepted.resetAndDestroy();
    const [reset] = await once(client, 'error');
    const { getSystemErrorName } = require('node:util');
    for (const [error, syscall, code] of [
      [taken, 'listen', 'EADDRINUSE'], [missing, 'connect', 'ENOENT'], [reset, 'read', 'ECONNRESET'],
    ]) {
      assert.deepStrictEqual([error.syscall, error.code, getSystemErrorName(error.errno)], [syscall, code, code]);
    }
    assert.deepStrictEqual([taken.address, taken.port], [HOST, port]);
  });

  it('writing to a connection that the peer has reset is an error of write or read', async () => {
    const { client, accepted } = await pair();
    accepted.pause();
    accepted.resetAndDestroy();
    const failing = once(client, 'error');
    client.write('x');
    const [error] = await failing;
    assert.match(`${error.syscall} ${error.code}`, /^(write (EPIPE|ECONNRESET)|read ECONNRESET)$/);
  });
});
