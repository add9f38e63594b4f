'use strict';
// Sockets and servers that go to child processes: cnet/child-process, and sockets as stdio. The scenarios of
// fixtures/child-process.js run in processes of their own, with cnet and with node:net, and must come out the same.

const assert = require('node:assert');
const { once } = require('node:events');
const nodeNet = require('node:net');

const net = require('../..');
const { fromNode, toNode } = require('../../lib/child-process.js');
const FACTS = require('../fixtures/child-process-facts');
const { reportOf } = require('../support/child');
const { close, join, listen, targetOf } = require('../support/net');
const { needsDuplicates, needsNodeDescriptors, needsSentPipes, skip } = require('../support/needs');
const { patience } = require('../support/scale');

const run = async (name, scenario) => ({ name, ...(await reportOf('child-process.js', [name, scenario])) });

const notOnWindows = (reason) => (test) => {
  if (process.platform === 'win32') skip(test, reason);
};

/** By scenario: what it shows. `alone`: Node's own net does otherwise. */
const scenarios = {
  tcp: { title: 'a TCP socket: no byte is lost that came before, while or after it was sent, and no event comes here' },
  path: { title: 'a Unix socket: the same', needs: needsSentPipes },
  pendingWrite: {
    title: 'what was being written when a socket was sent is written (by Node it fails with ECANCELED)',
    alone: true,
  },
  counts: { title: 'getConnections() counts what was sent, and close() waits for it' },
  death: { title: 'close() waits no longer for a child that has died' },
  allDead: {
    title: 'getConnections() and close() still call back when no such child is left (in Node they never do)',
    alone: true,
  },
  keepOpen: { title: 'keepOpen: the socket works on both sides, and both are counted' },
  server: { title: 'a TCP server: parent and child accept, until each has closed', needs: needsDuplicates },
  pathServer: { title: "a server on a Unix socket: the child's goes on when the parent's is closed", needs: needsSentPipes },
  closed: {
    title: 'a socket and a server that are closed arrive as undefined',
    needs: notOnWindows('Node sends no server that is closed on Windows'),
  },
  back: {
    title: 'a socket is sent to the child and back',
    needs: notOnWindows('what came from another process is not sent on on Windows'),
  },
  stdio: {
    title: 'spawn() takes a socket for stdin and stdout',
    needs: notOnWindows('Node takes no socket for stdio on Windows'),
  },
};

describe('sockets and servers for child processes', function () {
  this.timeout(patience(30000));

  for (const [scenario, { title, alone = false, needs }] of Object.entries(scenarios)) {
    it(title, async function () {
      needs?.(this);
      const names = alone ? ['../..'] : ['../..', 'node:net'];
      const results = await Promise.all(names.map((name) => run(name, scenario)));
      assert.deepStrictEqual(results, names.map((name) => ({ name, status: 0, facts: FACTS[scenario], stderr: '' })));
    });
  }
});

describe('toNode() and fromNode()', () => {
  /** A connection of which `server` has the one end. */
  const connect = async (server) => {
    const { client, accepted: socket } = await join(await listen(server), net);
    return { client, socket };
  };

  it('what Node has read already comes first, then the end', async () => {
    const server = nodeNet.createServer();
    const { client, socket } = await connect(server);
    client.end('hello');
    while (!socket._readableState.ended) await new Promise(setImmediate);
    const own = fromNode(socket, { allowHalfOpen: true });
    const chunks = [];
    own.on('data', (chunk) => chunks.push(chunk));
    await once(own, 'end');
    assert.strictEqual(socket.destroyed, false);
    own.end('answer');
    const [answer] = await once(client, 'data');
    assert.strictEqual(`${Buffer.concat(chunks)} ${answer}`, 'hello answer');
    await close(server);
  });

  it('a socket that is not sent after all is counted until it is destroyed', async () => {
    const server = net.createServer();
    const { client, socket } = await connect(server);
    const twin = toNode(socket);
    client.resume();
    server.close();
    assert.ok(twin instanceof nodeNet.Socket);
    assert.strictEqual(server._connections, 1);
    twin.destroy();
    await once(server, 'close');
    assert.strictEqual(server._connections, 0);
  });

  it('fromNode() brings back what toNode() has made', async () => {
    const server = net.createServer();
    const { client, socket } = await connect(server);
    const again = fromNode(toNode(socket));
    client.end('there');
    assert.strictEqual(String((await once(again, 'data'))[0]), 'there');
    await once(again, 'close');
    await close(server);
  });

  it("one object for a server, which is closed with the server's handle", async function () {
    needsNodeDescriptors(this);
    const server = net.createServer();
    await listen(server);
    const twin = toNode(server);
    assert.ok(twin instanceof nodeNet.Server);
    assert.strictEqual(toNode(server), twin);
    twin.close();
    const second = toNode(server);
    assert.notStrictEqual(second, twin);
    assert.ok(second._handle.fd >= 0);
    await close(server);
    assert.strictEqual(second._handle, null);
  });

  it('a server from Node listens with the options and the listener that are given', async function () {
    needsNodeDescriptors(this);
    const nodeServer = nodeNet.createServer();
    await listen(nodeServer);
    const { port } = nodeServer.address();
    const paused = [];
    const server = fromNode(nodeServer, { pauseOnConnect: true }, (socket) => {
      paused.push(socket.isPaused());
      socket.resume().end('cnet');
    });
    await once(server, 'listening');
    assert.strictEqual(nodeServer.listening, false);
    assert.strictEqual(server.address().port, port);
    const [word] = await once(net.connect(port, '127.0.0.1'), 'data');
    assert.deepStrictEqual([String(word), paused], ['cnet', [true]]);
    await close(server);
  });

  it('a server is refused with ENOTSUP where nothing but connections over TCP is duplicated', async function () {
    if (process.platform !== 'win32') skip(this, 'all is duplicated here');
    const server = net.createServer();
    await listen(server);
    assert.throws(() => toNode(server), { code: 'ENOTSUP', syscall: 'dup' });
    await close(server);
  });

  it('what is there already, or is not there, is given back', () => {
    const socket = new net.Socket();
    const nodeSocket = new nodeNet.Socket();
    assert.strictEqual(fromNode(socket), socket);
    assert.strictEqual(fromNode(undefined), undefined);
    assert.strictEqual(fromNode(null), null);
    assert.strictEqual(toNode(nodeSocket), nodeSocket);
  });

  it('on Windows a socket that has a handle of Node’s is not sent, and the error says why; it works on', async function () {
    if (process.platform !== 'win32') skip(this, 'all is duplicated here');
    const server = nodeNet.createServer({ pauseOnConnect: true });
    const { client, socket } = await connect(server);
    const own = fromNode(socket);
    assert.throws(() => toNode(own), { code: 'ERR_INVALID_HANDLE_TYPE', message: /Node's own, which cnet cannot duplicate/ });
    client.end('hello');
    own.end();
    assert.strictEqual(String((await once(own, 'data'))[0]), 'hello');
    await Promise.all([once(client.resume(), 'close'), once(own, 'close')]);
    await close(server);
  });

  it('what cannot be sent or received throws', async () => {
    const type = { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' };
    for (const value of [{}, 'text', 1]) {
      assert.throws(() => toNode(value), type);
      assert.throws(() => fromNode(value), type);
    }
    assert.throws(() => fromNode(new nodeNet.Socket()), { code: 'ERR_SOCKET_CLOSED' });
    assert.throws(() => fromNode(new nodeNet.Server()), { code: 'ERR_SERVER_NOT_RUNNING' });
    const inCluster = new net.Server();
    inCluster._handle = { listen() {}, close() {} }; // what a worker has in round robin
    assert.throws(() => toNode(inCluster), { code: 'ERR_INVALID_HANDLE_TYPE' });
    const server = net.createServer((accepted) => accepted.resume());
    const socket = net.connect(targetOf(await listen(server)));
    assert.throws(() => toNode(socket), { code: 'ERR_INVALID_HANDLE_TYPE' });
    socket.end().resume();
    await once(socket, 'close');
    await close(server);
  });
});
