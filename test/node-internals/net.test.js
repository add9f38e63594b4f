'use strict';
// What lib/node-internals/net.js and touched.js rely on in the net of the running Node. A test that fails names what
// Node has changed.

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');
const nodeNet = require('node:net');
const path = require('node:path');

const net = require('../../lib/node-internals/net.js');

describe('node-internals/net.js relies on:', () => {
  it('Socket and Server have the methods that cnet calls, of their own or inherited', () => {
    for (const name of [
      '_final',
      '_read',
      '_unrefTimer',
      '_writeGeneric',
      'connect',
      'on',
      'pause',
      'read',
      'resume',
      'write',
    ]) {
      assert.strictEqual(net.methodOf(nodeNet.Socket, name), nodeNet.Socket.prototype[name], name);
      assert.strictEqual(typeof net.methodOf(nodeNet.Socket, name), 'function', name);
    }
    for (const name of ['close', 'listen'])
      assert.strictEqual(typeof net.methodOf(nodeNet.Server, name), 'function', name);
  });

  it('they are data properties, which a program can replace, and a socket still does what they did', () => {
    for (const [Class, own] of net.methods) {
      for (const name of own.keys()) {
        const { writable, configurable } = Object.getOwnPropertyDescriptor(Class.prototype, name);
        assert.deepStrictEqual({ writable, configurable }, { writable: true, configurable: true }, name);
      }
    }
    const { pause } = nodeNet.Socket.prototype;
    nodeNet.Socket.prototype.pause = () => assert.fail();
    try {
      const socket = new nodeNet.Socket();
      net.callNode(socket, 'pause', []);
      assert.strictEqual(socket.isPaused(), true);
    } finally {
      nodeNet.Socket.prototype.pause = pause;
    }
  });

  it('BoundSocket is a class where net has one, and _createServerHandle() a function', () => {
    assert.strictEqual(net.BoundSocket, nodeNet.BoundSocket);
    assert.ok(net.BoundSocket === undefined || typeof net.BoundSocket === 'function');
    assert.strictEqual(typeof net._createServerHandle, 'function');
  });
});

describe('node-internals/touched.js relies on:', () => {
  const { isTouched } = require('../../lib/node-internals/touched.js');

  /* Whether something counts as put in place while `holder[name]` is another function. */
  function touchedBy(holder, name, connects) {
    const own = Object.getOwnPropertyDescriptor(holder, name);
    holder[name] = function other() {};
    try {
      return isTouched(connects);
    } finally {
      if (own === undefined) delete holder[name];
      else Object.defineProperty(holder, name, own);
    }
  }

  it('nothing of net changes by itself, whatever of Node is loaded', async () => {
    for (const name of ['http', 'https', 'http2', 'tls', 'cluster', 'child_process'])
      if (name !== 'https' || process.versions.openssl) require(`node:${name}`);
    assert.deepStrictEqual([isTouched(true), isTouched(false)], [false, false]);
  });

  it('the functions and methods of net can be replaced by assignment', () => {
    for (const name of ['connect', 'createConnection', 'createServer', 'Server', 'Socket'])
      assert.strictEqual(touchedBy(nodeNet, name, true), true, name);
    for (const name of ['connect', 'write', 'setNoDelay', 'pipe', 'emit'])
      assert.strictEqual(touchedBy(nodeNet.Socket.prototype, name, true), true, name);
    for (const name of ['listen', 'close', 'address', 'on'])
      assert.strictEqual(touchedBy(nodeNet.Server.prototype, name, true), true, name);
    assert.deepStrictEqual([isTouched(true), isTouched(false)], [false, false]);
  });

  it("http's servers are Servers of net, and its connections Sockets of net", async () => {
    const server = http.createServer((request, response) => response.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const request = http.get({ port: server.address().port, host: '127.0.0.1', agent: false });
    const [socket] = await once(request, 'socket');
    const [response] = await once(request, 'response');
    response.resume();
    await once(response, 'close');
    assert.ok(server instanceof nodeNet.Server && socket instanceof nodeNet.Socket);
    server.close();
    await once(server, 'close');
  });

  it("http makes its connections by what net has as createConnection() or connect() when http is used", () => {
    const text = `
      const net = require('node:net');
      const http = require('node:http');
      const { Socket } = net;
      const used = [];
      const { connect } = Socket.prototype;
      Socket.prototype.connect = function spied(...args) { used.push('connect'); return Reflect.apply(connect, this, args); };
      http.get({ port: 1, host: '127.0.0.1' }).on('error', () => console.log(used.join()));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', text], {
      cwd: path.join(__dirname),
      encoding: 'utf8',
    });
    assert.deepStrictEqual([stdout.trim(), stderr], ['connect', '']);
  });
});
