'use strict';

const assert = require('node:assert');
const { AsyncLocalStorage, createHook, executionAsyncId } = require('node:async_hooks');

const { HOST, closed } = require('../../support/net');
const { net } = require('../../support/subject');
const { listening, tempPath, tidy, track } = require('../../support/tidy');

const storage = new AsyncLocalStorage();
const addresses = (...list) => list.map((address) => ({ address, family: 4 }));

/** How a connection is made: options of connect(), from where the server listens. */
const WAYS = {
  address: (server) => ({ port: server.address().port, host: HOST }),
  path: (server) => ({ path: server.address() }),
  name: (server) => ({
    port: server.address().port,
    host: 'x',
    autoSelectFamily: true,
    lookup: (host, options, callback) => setImmediate(callback, null, addresses(HOST)),
  }),
  'second address': (server) => ({
    port: server.address().port,
    host: 'x',
    autoSelectFamily: true,
    lookup: (host, options, callback) => setImmediate(callback, null, addresses('127.0.0.2', HOST)),
  }),
  race: (server) => ({
    port: server.address().port,
    host: 'x',
    connectionAttemptDelay: 10000,
    lookup: (host, options, callback) => setImmediate(callback, null, addresses('127.0.0.2', HOST)),
  }),
};

const LATER = ['data', 'end', 'close'];

/** The stores in which the later events of a connection run when the first `name` enters one. */
async function storesAfter(name, way) {
  const server = await listening(
    net.createServer((socket) => socket.end('x')), ...(way === 'path' ? [tempPath()] : [0, HOST]));
  const stores = [];
  const client = storage.run('of the program', () => track(net.connect(WAYS[way](server))));
  client.once(name, () => storage.enterWith(`of '${name}'`));
  for (const later of LATER) client.on(later, () => stores.push(`${later}: ${storage.getStore()}`));
  await closed(client);
  return stores;
}

const expected = LATER.map((name) => `${name}: of the program`);

describe("moments: a store that a listener enters is not that of the socket's later events", () => {
  afterEach(tidy);

  for (const way of Object.keys(WAYS)) {
    for (const name of ['connectionAttempt', 'connect', 'ready']) {
      it(`entered in '${name}' (${way})`, async () => {
        assert.deepStrictEqual(await storesAfter(name, way), expected);
      });
    }
  }

  for (const way of ['name', 'second address', 'race']) {
    it(`entered in 'lookup' (${way})`, async () => {
      assert.deepStrictEqual(await storesAfter('lookup', way), expected);
    });
  }

  for (const way of ['second address', 'race']) {
    it(`entered in 'connectionAttemptFailed' (${way})`, async () => {
      assert.deepStrictEqual(await storesAfter('connectionAttemptFailed', way), expected);
    });
  }

  it("what is entered in 'connectionAttempt' is the store of what that attempt leads to, as in Node", async () => {
    const server = await listening(net.createServer());
    const client = storage.run('of the program', () => track(net.connect(server.address().port, HOST)));
    client.once('connectionAttempt', () => storage.enterWith('entered'));
    const store = await new Promise((resolve) => client.once('connect', () => resolve(storage.getStore())));
    assert.strictEqual(store, 'entered');
  });
});

describe('moments: the async resource of a connection attempt', () => {
  afterEach(tidy);

  for (const [way, type] of [['address', 'TCPCONNECTWRAP'], ['race', 'TCPCONNECTWRAP'], ['path', 'PIPECONNECTWRAP']]) {
    it(`'connect' runs in a ${type} (${way})`, async () => {
      const types = new Map();
      const hook = createHook({ init: (id, name) => types.set(id, name) }).enable();
      const server = await listening(net.createServer(), ...(way === 'path' ? [tempPath()] : [0, HOST]));
      const client = track(net.connect(WAYS[way](server)));
      const id = await new Promise((resolve) => client.once('connect', () => resolve(executionAsyncId())));
      hook.disable();
      assert.strictEqual(types.get(id), type);
    });

    it(`it is destroyed when it is over (${way})`, async () => {
      const made = new Set();
      const hook = createHook({
        init: (id, name) => name === type && made.add(id),
        destroy: (id) => made.delete(id),
      }).enable();
      const server = await listening(net.createServer(), ...(way === 'path' ? [tempPath()] : [0, HOST]));
      const client = track(net.connect(WAYS[way](server)));
      await new Promise((resolve) => client.once('connect', resolve));
      const count = made.size;
      client.destroy();
      await closed(client);
      await new Promise(setImmediate);
      hook.disable();
      assert.deepStrictEqual([count > 0, made.size], [true, 0]);
    });
  }
});
