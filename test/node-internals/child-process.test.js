'use strict';
// What lib/node-internals/child-process.js relies on in the child_process of the running Node: what it wants of the
// server of a socket that is sent, and what its list of such sockets can do. A test that fails names what Node has
// changed.

const assert = require('node:assert');
const { ChildProcess, fork } = require('node:child_process');
const { once } = require('node:events');
const nodeNet = require('node:net');
const path = require('node:path');

const { countFor } = require('../../lib/node-internals/child-process.js');

const CHILD = path.join(__dirname, '..', 'fixtures', 'node-sent-socket.js');

describe('node-internals/child-process.js relies on:', () => {
  let child;
  let listening;
  before(async () => {
    child = fork(CHILD);
    listening = nodeNet.createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
    await once(listening, 'listening');
  });
  after(async () => {
    child.kill();
    await once(child, 'exit');
    listening.close();
  });

  /* A server as a socket of cnet's has it. */
  function someServer() {
    const lists = [];
    return {
      _connections: 1,
      _handle: {},
      _connectionKey: '4:127.0.0.1:1',
      lists,
      _setupWorker: (list) => lists.push(list),
    };
  }

  /* Sends a connection of `server` to the child, which has it then. */
  async function send(server, staysOpen) {
    const client = nodeNet.connect(listening.address().port).on('error', () => {}).resume();
    const [twin] = await once(listening, 'connection');
    countFor(twin, { server, _server: server }, staysOpen);
    const [arrived] = [once(child, 'message'), child.send('socket', twin, { keepOpen: staysOpen })];
    await arrived;
    return { client, twin };
  }

  it('send() of a socket gives _setupWorker() of its server the list of the sockets that this child was sent', async () => {
    const server = someServer();
    const { client } = await send(server, false);
    assert.strictEqual(server.lists.length, 1);
    const [list] = server.lists;
    for (const name of ['once', 'getConnections', 'close']) assert.strictEqual(typeof list[name], 'function', name);
    client.destroy();
  });

  it('and takes it away from `_connections` of its server, unless it is kept open', async () => {
    for (const [staysOpen, left] of [[false, 0], [true, 1]]) {
      const server = someServer();
      const { client, twin } = await send(server, staysOpen);
      assert.strictEqual(server._connections, left);
      twin.destroy();
      client.destroy();
    }
  });

  it('getConnections() of a list asks the child how many sockets it has, by `_connectionKey` of their server', async () => {
    const server = { ...someServer(), _connectionKey: '4:127.0.0.1:2' };
    const sent = [await send(server, false), await send(server, false)];
    const [list] = server.lists;
    const count = await new Promise((resolve, reject) => {
      list.getConnections((error, number) => (error ? reject(error) : resolve(number)));
    });
    assert.strictEqual(count, 2);
    for (const { client } of sent) client.destroy();
  });

  it('close() of a list calls back when the child has closed them', async () => {
    const server = { ...someServer(), _connectionKey: '4:127.0.0.1:3' };
    const { client } = await send(server, false);
    const closed = new Promise((resolve) => {
      server.lists[0].close(resolve);
    });
    client.destroy();
    await closed;
  });

  it('each child that has a channel is given a send() of its own by assignment, which an accessor of the prototype sees', async () => {
    const seen = [];
    Object.defineProperty(ChildProcess.prototype, 'send', {
      configurable: true,
      get: () => undefined,
      set(send) {
        seen.push([this.channel !== undefined, typeof send]);
        Object.defineProperty(this, 'send', { value: send });
      },
    });
    try {
      const other = fork(CHILD);
      other.kill();
      await once(other, 'exit');
    } finally {
      delete ChildProcess.prototype.send;
    }
    assert.deepStrictEqual(seen, [[true, 'function']]);
  });
});
