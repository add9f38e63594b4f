'use strict';

const assert = require('node:assert');
const { AsyncLocalStorage, createHook, executionAsyncId } = require('node:async_hooks');
const { once } = require('node:events');

const { HOST, closed } = require('../support/net');
const { net } = require('../support/subject');
const { listening, pair, tempPath, tidy, track } = require('../support/tidy');

const storage = new AsyncLocalStorage();

/** A listener that notes the store in which it is called. */
const note = (stores, name) => () => stores.push(`${name}: ${storage.getStore()}`);

describe('AsyncLocalStorage', () => {
  afterEach(tidy);

  it("'listening' and 'connection' run in the store of listen()", async () => {
    const stores = [];
    const server = track(net.createServer());
    for (const event of ['listening', 'connection']) server.on(event, note(stores, event));
    storage.run('server', () => server.listen(0, HOST));
    await once(server, 'listening');
    const accepting = once(server, 'connection');
    storage.run('client', () => track(net.connect(server.address().port, HOST)));
    await accepting;
    assert.deepStrictEqual(stores, ['listening: server', 'connection: server']);
  });

  it("'close' of an accepted socket is told in that socket's context, as Node's is", async () => {
    const told = async (of) => {
      const result = {};
      const server = track(of.createServer((socket) => {
        const id = socket._handle.getAsyncId();
        socket.once('data', () => {
          storage.enterWith('entered');
          socket.destroy();
        });
        socket.once('close', () => {
          result.store = storage.getStore();
          result.isOwn = executionAsyncId() === id;
        });
      }));
      storage.run('server', () => server.listen(0, HOST));
      await once(server, 'listening');
      const client = storage.run('client', () => track(of.connect(server.address().port, HOST)));
      client.on('error', () => {}).write('x');
      await Promise.all([closed(client), once(server, 'connection').then(([socket]) => closed(socket))]);
      return result;
    };
    assert.deepStrictEqual(await told(net), await told(require('node:net')));
  });

  it("a client's events run in the store of connect()", async () => {
    const stores = [];
    const server = await listening(net.createServer((socket) => socket.end('x')));
    const client = storage.run('client', () => track(net.connect(server.address().port, HOST)));
    for (const event of ['connectionAttempt', 'connect', 'ready', 'data', 'end', 'close'])
      client.on(event, note(stores, event));
    await closed(client);
    assert.deepStrictEqual(
      stores,
      ['connectionAttempt', 'connect', 'ready', 'data', 'end', 'close'].map((event) => `${event}: client`),
    );
  });

  it("a failing client's events run in the store of connect()", async () => {
    const stores = [];
    const client = storage.run('client', () => track(net.connect(tempPath('nobody'))));
    for (const event of ['error', 'close']) client.on(event, note(stores, event));
    await closed(client);
    assert.deepStrictEqual(stores, ['error: client', 'close: client']);
  });

  it("a write's callback runs in the store of the write(), done at once or later", async () => {
    const stores = [];
    const { client, accepted } = await pair();
    for (const [name, bytes] of [['at once', 1], ['later', 16 << 20]]) {
      const written = new Promise((resolve) => {
        storage.run(name, () => client.write(Buffer.alloc(bytes), () => {
          stores.push(storage.getStore());
          resolve();
        }));
      });
      accepted.resume();
      await written;
    }
    assert.deepStrictEqual(stores, ['at once', 'later']);
  });

  it("an accepted socket's own later events run in no store", async () => {
    const stores = [];
    const server = track(net.createServer((socket) => {
      for (const event of ['data', 'end', 'close']) socket.on(event, note(stores, event));
      socket.on('close', () => server.close());
    }));
    storage.run('server', () => server.listen(0, HOST));
    await once(server, 'listening');
    const client = storage.run('client', () => track(net.connect(server.address().port, HOST)));
    await once(client, 'connect');
    storage.run('end', () => client.resume().end('x'));
    await closed(server);
    assert.deepStrictEqual(stores, ['data: undefined', 'end: undefined', 'close: undefined']);
  });

  it('a timeout runs in the store of setTimeout()', async () => {
    const { client } = await pair();
    const store = await new Promise((resolve) => {
      storage.run('timeout', () => client.setTimeout(5, () => resolve(storage.getStore())));
    });
    assert.strictEqual(store, 'timeout');
  });
});

describe('async_hooks', () => {
  afterEach(tidy);

  /** The types of the resources that are made while `work` runs. */
  async function typesOf(work) {
    const types = new Set();
    const hook = createHook({ init: (id, type) => types.add(type) }).enable();
    try {
      await work();
    } finally {
      hook.disable();
    }
    return types;
  }

  it('sockets and servers are TCPWRAP and TCPSERVERWRAP', async () => {
    const types = await typesOf(() => pair());
    assert.ok(types.has('TCPWRAP') && types.has('TCPSERVERWRAP'), [...types].join());
  });

  it('those of Unix sockets are PIPEWRAP and PIPESERVERWRAP', async () => {
    const types = await typesOf(() => pair({ path: tempPath() }));
    assert.ok(types.has('PIPEWRAP') && types.has('PIPESERVERWRAP'), [...types].join());
  });

  it('an event of a socket runs under the id of its handle', async () => {
    const { client, accepted } = await pair();
    const id = client._handle.getAsyncId();
    const seen = new Promise((resolve) => client.once('data', () => resolve(executionAsyncId())));
    accepted.write('x');
    assert.strictEqual(await seen, id);
  });

  it('a connection and an end are TCPCONNECTWRAP and SHUTDOWNWRAP, and "connect" runs under the id of the one', async () => {
    const ids = new Map();
    const hook = createHook({ init: (id, type) => ids.set(type, id) }).enable();
    try {
      const server = await listening(net.createServer((socket) => socket.end()));
      const client = track(net.connect(server.address().port, HOST)).resume();
      const id = await new Promise((resolve) => client.once('connect', () => resolve(executionAsyncId())));
      assert.strictEqual(id, ids.get('TCPCONNECTWRAP'));
      client.end();
      await closed(client);
      assert.ok(ids.has('SHUTDOWNWRAP'), [...ids.keys()].join());
    } finally {
      hook.disable();
    }
  });

  const ENDS = {
    'socket.destroy()': (client) => client.destroy(),
    'the close() of its handle': (client) => client._handle.close(),
  };
  for (const [name, end] of Object.entries(ENDS)) {
    it(`${name} in a hook that is called before 'connect' has it not told`, async () => {
      const server = await listening(net.createServer());
      const told = [];
      let client = null;
      let awaited = -1;
      const hook = createHook({
        init(id, type) {
          if (type === 'TCPCONNECTWRAP') awaited = id;
        },
        before(id) {
          if (id === awaited) end(client);
        },
      }).enable();
      try {
        client = track(net.connect(server.address().port, HOST));
        client.on('error', () => {}); // of a handle that is closed while it connects
        for (const event of ['connect', 'ready']) client.on(event, () => told.push(event));
        await new Promise((resolve) => {
          server.once('connection', (socket) => socket.on('error', () => {}).resume().on('close', resolve));
        });
      } finally {
        hook.disable();
      }
      assert.deepStrictEqual(told, []);
    });
  }

  it('each handle has an id of its own', async () => {
    const { client, accepted, server } = await pair();
    assert.strictEqual(new Set([client, accepted, server].map(({ _handle }) => _handle.getAsyncId())).size, 3);
  });
});
