'use strict';

// What the runs of Node's own tests (docs/conformance.md) have brought to light: each promise that was not kept, or
// that those tests alone would show, as a test of the project's own.

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const EventEmitter = require('node:events');
const http = require('node:http');
const nodeNet = require('node:net');
const { getSystemErrorMap } = require('node:util');
const { MessageChannel, receiveMessageOnPort } = require('node:worker_threads');

const net = require('../..');
const { needsLinux, needsPosix } = require('../support/needs');
const { HOST, hear } = require('../support/net');
const { tempDir } = require('../support/temp');
const { listening, tidy, track } = require('../support/tidy');

const { once } = EventEmitter;

/** What libuv calls an error here. */
const numberOf = (code) => [...getSystemErrorMap()].find(([, [name]]) => name === code)[0];

describe('findings of conformance', () => {
  afterEach(tidy);

  describe('writes', () => {
    it("throws for a string in the encoding 'buffer' what node:net throws", async () => {
      const server = await listening(net.createServer((socket) => socket.resume()));
      const thrown = [];
      for (const { connect } of [nodeNet, net]) {
        const client = track(connect(server.address().port, HOST));
        await once(client, 'connect');
        try {
          client.write('text', 'buffer');
        } catch ({ name, code, message }) {
          thrown.push({ name, code, message });
        }
      }
      assert.strictEqual(thrown.length, 2);
      assert.deepStrictEqual(thrown[1], thrown[0]);
    });
  });

  describe('a handle that a program has made', () => {
    const withHandle = ({ Socket }, connect) => {
      const socket = track(new Socket());
      socket._handle = { connect, connect6: connect, readStart() {}, close(done) { setImmediate(done); } };
      return socket;
    };

    it('is asked to connect, and what it refuses is the error of the socket, as with node:net', async () => {
      const errors = [];
      for (const module of [nodeNet, net]) {
        const socket = withHandle(module, () => numberOf('ENETUNREACH'));
        const failed = once(socket, 'error');
        socket.connect(1, HOST);
        const [{ code, message, address, port }] = await failed;
        errors.push({ code, message, address, port });
      }
      assert.strictEqual(errors[0].code, 'ENETUNREACH');
      assert.deepStrictEqual(errors[1], errors[0]);
    });

    it('is told where to, and its failure later is the error of the socket', async () => {
      const places = [];
      const socket = withHandle(net, (request, address, port) => {
        places.push([address, port]);
        setImmediate(() => request.oncomplete(numberOf('ECONNREFUSED')));
        return 0;
      });
      const failed = once(socket, 'error');
      socket.connect(7, '::1');
      const [{ message }] = await failed;
      assert.deepStrictEqual(places, [['::1', 7]]);
      assert.strictEqual(message, 'connect ECONNREFUSED ::1:7');
    });

    it('connects the socket when it says so', async () => {
      const socket = withHandle(net, (request) => {
        setImmediate(() => request.oncomplete(0));
        return 0;
      });
      socket.connect(7, HOST);
      await once(socket, 'connect');
      assert.strictEqual(socket.connecting, false);
    });
  });

  it('has the deprecated functions that the running Node has', () => {
    assert.strictEqual(net._setSimultaneousAccepts, nodeNet._setSimultaneousAccepts);
    assert.strictEqual('_setSimultaneousAccepts' in net, '_setSimultaneousAccepts' in nodeNet);
  });

  describe('options of a server', () => {
    for (const [given, kept] of [
      [1999.7, 1],
      [5000, 5],
      [-5, 0],
      [undefined, 0],
    ]) {
      it(`keeps a keepAliveInitialDelay of ${given} ms as ${kept} s, as node:net does`, () => {
        for (const { createServer } of [net, nodeNet]) {
          assert.strictEqual(createServer({ keepAliveInitialDelay: given }).keepAliveInitialDelay, kept);
        }
      });
    }

    it('gives its keepAliveInitialDelay in seconds to the handle of a connection', async () => {
      const server = await listening(net.createServer({ keepAlive: true, keepAliveInitialDelay: 7000 }));
      const { onconnection } = server._handle;
      const calls = [];
      server._handle.onconnection = function intercept(status, client) {
        client.setKeepAlive = (...args) => calls.push(args.slice(0, 2));
        return onconnection.call(this, status, client);
      };
      const connection = once(server, 'connection');
      track(net.connect(server.address().port, HOST));
      track((await connection)[0]);
      assert.deepStrictEqual(calls, [[true, 7]]);
    });

    for (const option of ['readableAll', 'writableAll']) {
      it(`refuses ${option} for a path of the abstract namespace, and does not listen`, function test() {
        needsLinux(this);
        const server = track(net.createServer());
        assert.throws(() => server.listen({ path: '\0cnet-findings', [option]: true }), {
          name: 'TypeError',
          code: 'ERR_INVALID_ARG_VALUE',
          message:
            /^The argument 'options' can not set readableAll or writableAllt to true when path is abstract unix socket\. /,
        });
        assert.strictEqual(server.listening, false);
      });
    }
  });

  describe('what node:net has made', () => {
    it('its _normalizeArgs() and that of cnet give equal results, and either connect() takes both', async () => {
      const server = await listening(net.createServer((socket) => socket.end()));
      const { port } = server.address();
      assert.deepStrictEqual(net._normalizeArgs([port, HOST]), nodeNet._normalizeArgs([port, HOST]));
      for (const make of [net, nodeNet]) {
        for (const { Socket } of [net, nodeNet]) {
          const socket = track(new Socket());
          socket.connect(make._normalizeArgs([port, HOST]));
          await once(socket, 'connect');
        }
      }
    });

    it('a SocketAddress of it is an instance of SocketAddress, but not of a class derived from that', () => {
      class Derived extends net.SocketAddress {}
      const address = new nodeNet.SocketAddress();
      assert.ok(address instanceof net.SocketAddress);
      assert.ok(!(address instanceof Derived));
      assert.ok(new Derived() instanceof Derived);
      assert.ok(!({} instanceof net.SocketAddress));
    });

    it('its BlockList takes a SocketAddress of cnet', () => {
      const list = new nodeNet.BlockList();
      list.addAddress(new net.SocketAddress({ address: '10.1.2.3' }));
      assert.ok(list.check('10.1.2.3'));
    });

    for (const name of ['Socket', 'Server']) {
      it(`a ${name} of it is an instance of ${name}, but not of a class derived from that`, () => {
        class Derived extends net[name] {}
        assert.ok(new nodeNet[name]() instanceof net[name]);
        assert.ok(!(new nodeNet[name]() instanceof Derived));
        assert.ok(new net[name]() instanceof net[name]);
        assert.ok(!(new net[name]() instanceof Derived));
        assert.ok(!(new EventEmitter() instanceof net[name]));
        assert.ok(net[name]() instanceof net[name]);
      });
    }

    it('a BlockList of it keeps a client from connecting', async () => {
      const server = await listening(net.createServer());
      const blockList = new nodeNet.BlockList();
      blockList.addSubnet('127.0.0.0', 8);
      const socket = track(net.connect({ port: server.address().port, host: HOST, blockList }));
      const [error] = await once(socket, 'error');
      assert.strictEqual(error.code, 'ERR_IP_BLOCKED');
    });

    it('a BlockList of it keeps clients from a server from the time of each rule on', async () => {
      const blockList = new nodeNet.BlockList();
      const server = await listening(net.createServer({ blockList }, (socket) => socket.end('welcome')));
      const { port } = server.address();
      assert.strictEqual(await hear(track(nodeNet.connect(port, HOST))), 'welcome');
      blockList.addAddress(HOST);
      assert.strictEqual(await hear(track(nodeNet.connect(port, HOST))), '');
    });

    it('listen() takes a server of it, and the connections come to cnet', async () => {
      const other = await listening(nodeNet.createServer((socket) => socket.end('node:net')), 0, HOST);
      const { port } = other.address();
      const server = await listening(net.createServer((socket) => socket.end('cnet')), other);
      assert.strictEqual(server.address().port, port);
      if (process.platform !== 'win32') other.close(); // there the two have one handle, elsewhere copies
      for (let i = 0; i < 3; i++) assert.strictEqual(await hear(track(nodeNet.connect(port, HOST))), 'cnet');
    });

    it('listen() on its handle takes a backlog of 0 and below', async () => {
      for (const backlog of [0, -1]) {
        const other = await listening(nodeNet.createServer(), 0, HOST);
        const server = await listening(net.createServer((socket) => socket.end('cnet')), other, backlog);
        if (process.platform !== 'win32') other.close();
        assert.strictEqual(await hear(track(nodeNet.connect(server.address().port, HOST))), 'cnet');
      }
    });

    it('listen() refuses the handle of a connection', async () => {
      const other = await listening(nodeNet.createServer(), 0, HOST);
      const client = track(nodeNet.connect(other.address().port, HOST));
      await once(client, 'connect');
      await assert.rejects(async () => listening(net.createServer(), client._handle));
    });

    it('listen() takes a server of it: a copy of its descriptor stays when that server is closed', async function test() {
      needsPosix(this);
      const other = await listening(nodeNet.createServer());
      const { port } = other.address();
      const server = await listening(net.createServer((socket) => socket.end('cnet')), other);
      other.close();
      await once(other, 'close');
      assert.strictEqual(server.address().port, port);
      assert.strictEqual(await hear(track(nodeNet.connect(port, HOST))), 'cnet');
    });

    for (const kind of ['TCP', 'pipe']) {
      it(`a Socket takes its ${kind} handle, with what the peer has sent already`, async function test() {
        if (kind === 'pipe') needsPosix(this);
        const temp = tempDir();
        try {
          const other = nodeNet.createServer({ pauseOnConnect: true });
          await listening(other, ...(kind === 'TCP' ? [0, HOST] : [temp.socket('s')]));
          const connection = once(other, 'connection');
          const name = other.address();
          const client = track(kind === 'TCP' ? nodeNet.connect(name.port, HOST) : nodeNet.connect(name));
          client.end('early');
          const [accepted] = await connection;
          const socket = track(new net.Socket({ handle: accepted._handle, allowHalfOpen: true }));
          accepted._handle.close();
          assert.strictEqual(await hear(socket), 'early');
          socket.end('late');
          assert.strictEqual(await hear(client), 'late');
        } finally {
          temp.remove();
        }
      });
    }
  });

  describe('in another thread', () => {
    /** What a MessagePort gives of `value`. */
    function cloned(value) {
      const { port1, port2 } = new MessageChannel();
      port1.postMessage(value);
      const { message } = receiveMessageOnPort(port2);
      port1.close();
      return message;
    }

    it('a SocketAddress is the same one', () => {
      const address = new net.SocketAddress({ address: '::1', family: 'ipv6', port: 9, flowlabel: 3 });
      const copy = cloned(address);
      assert.ok(net.SocketAddress.isSocketAddress(copy));
      for (const name of ['address', 'family', 'port', 'flowlabel']) assert.strictEqual(copy[name], address[name]);
    });

    it('a BlockList has the rules that it had, and a server of cnet takes it', async () => {
      const list = new net.BlockList();
      list.addAddress('10.0.0.1');
      list.addRange('10.1.0.0', '10.1.0.9');
      list.addRange('::1:0', '::1:9', 'ipv6');
      list.addSubnet('2001:db8::', 32, 'ipv6');
      const copy = cloned(list);
      assert.deepStrictEqual([...copy.rules].sort(), [...list.rules].sort());
      for (const [address, family] of [['10.0.0.1'], ['10.1.0.9'], ['::1:9', 'ipv6'], ['2001:db8::1', 'ipv6']]) {
        assert.ok(copy.check(address, family), address);
      }
      assert.ok(!copy.check('10.0.0.2'));
      copy.addSubnet('127.0.0.0', 8);
      const server = await listening(net.createServer({ blockList: copy }, (socket) => socket.end('welcome')));
      assert.strictEqual(await hear(track(nodeNet.connect(server.address().port, HOST))), '');
    });

    it('a BlockList is taken by node:net for its own, of which it sees each rule', () => {
      const list = new net.BlockList();
      assert.deepStrictEqual(Reflect.ownKeys(list), []);
      assert.notStrictEqual(nodeNet.BlockList.isBlockList?.(list), false);
      list.addAddress('1.2.3.4');
      assert.strictEqual(nodeNet.BlockList.prototype.check.call(list, '1.2.3.4'), true);
    });
  });

  it('a Socket can be the stdin and the stdout of a child process', async function test() {
    needsPosix(this);
    const server = await listening(net.createServer());
    const connection = once(server, 'connection');
    const client = track(net.connect(server.address().port, HOST));
    const [socket] = await connection;
    const source = "process.stdout.write('child');";
    const child = spawn(process.execPath, ['-e', source], { stdio: [socket, socket, 'inherit'] });
    socket.destroy();
    assert.strictEqual(await hear(client), 'child');
    if (child.exitCode === null) await once(child, 'exit');
    assert.strictEqual(child.exitCode, 0);
  });

  it('has `fd` as its descriptor while it is open, and lets a derived class have its own', async () => {
    const server = await listening(net.createServer());
    const client = track(net.connect(server.address().port, HOST));
    await once(client, 'connect');
    if (process.platform !== 'win32') assert.ok(client.fd > 2);
    client.destroy();
    assert.strictEqual(client.fd, undefined);
    assert.ok(!Object.keys(net.Socket.prototype).includes('fd'));
    client.fd = 5;
    assert.strictEqual(client.fd, 5);
  });

  it('an http.Agent uses a connection of cnet again for the next request', async () => {
    const server = track(http.createServer((request, response) => response.end('hello')));
    server.listen(0, HOST);
    await once(server, 'listening');
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    agent.createConnection = net.connect;
    const sockets = [];
    try {
      for (let i = 0; i < 2; i++) {
        const request = http.get({ port: server.address().port, host: HOST, agent });
        const [response] = await once(request, 'response');
        sockets.push(response.socket);
        assert.strictEqual(await hear(response), 'hello');
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      agent.destroy();
    }
    assert.ok(sockets[0] instanceof net.Socket);
    assert.strictEqual(sockets[1], sockets[0]);
  });
});
