'use strict';

const assert = require('node:assert');
const { AsyncLocalStorage, createHook } = require('node:async_hooks');
const { once } = require('node:events');

const { HOST } = require('../support/net');
const { net } = require('../support/subject');
const { connected, listening, pair, tidy, track } = require('../support/tidy');

describe('timeouts', () => {
  afterEach(tidy);

  it('there is none by default, and timeout is undefined', async () => {
    const { client } = await pair();
    assert.strictEqual(client.timeout, undefined);
  });

  it("setTimeout() emits 'timeout' after so long without activity, and leaves the socket open", async () => {
    const { client } = await pair();
    const before = process.hrtime.bigint();
    assert.strictEqual(client.setTimeout(40), client);
    await once(client, 'timeout');
    const elapsed = Number(process.hrtime.bigint() - before) / 1e6;
    assert.ok(elapsed >= 39, `${elapsed} ms`);
    assert.deepStrictEqual([client.timeout, client.readyState], [40, 'open']);
  });

  it('the callback is a once listener', async () => {
    const { client } = await pair();
    await new Promise((resolve) => client.setTimeout(5, resolve));
    assert.strictEqual(client.listenerCount('timeout'), 0);
  });

  it('setTimeout(0) disables it, and takes the callback away', async () => {
    const { client } = await pair();
    const callback = () => assert.fail('a timeout');
    client.setTimeout(1, callback);
    client.setTimeout(0, callback);
    assert.deepStrictEqual([client.listenerCount('timeout'), client.timeout], [0, 0]);
    const other = await connected(client.remotePort, HOST);
    await new Promise((resolve) => other.setTimeout(20, resolve));
  });

  it('one that is taken back, and set again, is a new one: with its own time, and its own store', async () => {
    const { client } = await pair();
    const storage = new AsyncLocalStorage();
    const count = { init: 0, destroy: 0 };
    const ids = new Set();
    const hook = createHook({
      init(id, type) {
        if (type !== 'Timeout') return;
        ids.add(id);
        count.init++;
      },
      destroy: (id) => {
        count.destroy += Number(ids.has(id));
      },
    }).enable();
    storage.run('first', () => client.setTimeout(60000));
    client.setTimeout(0);
    storage.run('second', () => client.setTimeout(10));
    const store = await new Promise((resolve) => client.on('timeout', () => resolve(storage.getStore())));
    client.setTimeout(0);
    await new Promise(setImmediate);
    hook.disable();
    assert.deepStrictEqual([store, count.init, count.destroy], ['second', 2, 2]);
  });

  it('one that was taken back is not heard of, whatever happens', async () => {
    const { client, accepted } = await pair();
    client.on('timeout', () => assert.fail('a timeout'));
    client.setTimeout(1);
    client.setTimeout(0);
    client.resume();
    accepted.write('activity');
    await once(client, 'data');
    await new Promise((resolve) => accepted.setTimeout(20, resolve));
    client.setTimeout(60000);
    client.destroy();
    await once(client, 'close');
  });

  it('one that was taken back is not heard of, and one that is set again is, when there are many', async () => {
    const others = Array.from({ length: 4200 }, () => new net.Socket().setTimeout(60000));
    const { client, accepted } = await pair();
    client.on('timeout', () => assert.fail('a timeout'));
    client.setTimeout(1);
    client.setTimeout(0);
    await new Promise((resolve) => accepted.setTimeout(20, resolve));
    client.removeAllListeners('timeout');
    await new Promise((resolve) => client.setTimeout(1, resolve));
    for (const other of others) other.destroy();
  });

  it('data that come and go postpone it', async () => {
    const { client, accepted } = await pair();
    accepted.pipe(accepted);
    let echoes = 0;
    client.setTimeout(150, () => assert.fail(`a timeout after ${echoes} echoes`));
    client.on('data', () => {
      if (++echoes < 6) global.setTimeout(() => client.write('x'), 50);
      else client.end();
    });
    client.write('x');
    await once(client, 'close');
    assert.strictEqual(echoes, 6);
  });

  it('it is heard while connecting', async () => {
    const socket = track(net.connect({ port: 1, host: 'never', lookup: () => {}, timeout: 10 }));
    await once(socket, 'timeout');
    assert.strictEqual(socket.connecting, true);
  });

  it('a callback that is none throws ERR_INVALID_ARG_TYPE', () => {
    assert.throws(() => new net.Socket().setTimeout(1, 'x'), { code: 'ERR_INVALID_ARG_TYPE' });
  });

  it('the accepted side times out by itself', async () => {
    const server = await listening(net.createServer());
    const accepting = once(server, 'connection');
    await connected(server.address().port, HOST);
    const [accepted] = await accepting;
    track(accepted).setTimeout(10);
    await once(accepted, 'timeout');
    assert.strictEqual(accepted.destroyed, false);
  });
});
