'use strict';
// What lib/node-internals/tls.js relies on in how TLS and http2 of the running Node stand on a stream that is not
// Node's own. A test that fails names what Node has changed.

const assert = require('node:assert');
const { once } = require('node:events');
const { Duplex } = require('node:stream');

const { secureListener } = require('../../lib/node-internals/tls.js');
const { skip } = require('../support/needs');

const NAMES = ['getpeername', 'getsockname', 'setNoDelay', 'setKeepAlive', 'ref', 'unref', 'hasRef'];

describe('node-internals/tls.js relies on:', () => {
  before(function check() {
    if (process.versions.openssl === undefined) skip(this, 'this Node has no TLS');
  });

  /** A TLS socket over a Duplex of which nothing comes. */
  function secured() {
    const { TLSSocket } = require('node:tls');
    const below = new Duplex({ read() {}, write: (chunk, encoding, done) => done() });
    return { below, secure: new TLSSocket(below).on('error', () => {}) };
  }

  it('the handle of a TLS socket over a Duplex has `_parentWrap`, whose `stream` is that Duplex', () => {
    const { below, secure } = secured();
    assert.strictEqual(secure._handle._parentWrap.stream, below);
    secure.destroy();
  });

  it('and `_parent`, the handle over the Duplex, to which methods can be given', () => {
    const { secure } = secured();
    const { _parent: parent } = secure._handle;
    for (const name of NAMES) {
      const method = () => name;
      parent[name] = method;
      assert.strictEqual(parent[name], method);
    }
    secure.destroy();
  });

  it('address(), ref() and unref() of a TLS socket call the methods of that handle', () => {
    const { secure } = secured();
    const called = [];
    for (const name of NAMES) {
      secure._handle._parent[name] = (...args) => {
        called.push(name);
        if (name === 'getsockname') Object.assign(args[0], { address: '127.0.0.1', family: 'IPv4', port: 7 });
        return 0;
      };
    }
    assert.deepStrictEqual(secure.address(), { address: '127.0.0.1', family: 'IPv4', port: 7 });
    secure.ref();
    secure.unref();
    assert.deepStrictEqual(called, ['getsockname', 'ref', 'unref']);
    secure.destroy();
  });

  it('address() of a TLS socket is empty where that handle has none', () => {
    const { secure } = secured();
    assert.deepStrictEqual(secure.address(), {});
    secure.destroy();
  });

  it('what TLS reads of a Duplex it asks for by `on`, `data` first of what begins it, and `pause()` and `resume()`', () => {
    const { TLSSocket } = require('node:tls');
    const below = new Duplex({ read() {}, write: (chunk, encoding, done) => done() });
    const asked = [];
    for (const name of ['on', 'once', 'pause', 'resume', 'read']) {
      const { [name]: method } = below;
      below[name] = (...args) => {
        asked.push(typeof args[0] === 'string' ? `${name} ${args[0]}` : name);
        return Reflect.apply(method, below, args);
      };
    }
    const secure = new TLSSocket(below).on('error', () => {});
    assert.ok(asked.indexOf('on error') < asked.indexOf('on data'), asked.join());
    assert.ok(asked.indexOf('on data') < asked.indexOf('resume'), asked.join());
    assert.ok(!asked.includes('read'), asked.join());
    secure.destroy();
  });

  it("servers of TLS have one listener of 'connection', which is the same for all, of https and http2 too", () => {
    const { Server } = require('node:tls');
    const servers = [new Server(), require('node:https').createServer(), require('node:http2').createSecureServer()];
    for (const server of servers) assert.deepStrictEqual(server.listeners('connection'), [secureListener()]);
  });

  it('http2 has as its socket, over a Duplex, one whose `stream` is that Duplex', async () => {
    const http2 = require('node:http2');
    const below = new Duplex({ read() {}, write: (chunk, encoding, done) => done() });
    const session = http2.connect('http://x', { createConnection: () => below }).on('error', () => {});
    await once(session, 'connect');
    const { socket } = session;
    assert.strictEqual(socket.stream, below);
    assert.ok(socket._handle);
    session.destroy();
  });
});
