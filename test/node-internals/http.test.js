'use strict';
// What lib/node-internals/http.js relies on in http, https and http2 of the running Node. A test that fails names
// what Node has changed.

const assert = require('node:assert');
const { once } = require('node:events');
const http = require('node:http');
const nodeNet = require('node:net');
const https = process.versions.openssl === undefined ? null : require('node:https');
const { skip } = require('../support/needs');

const {
  countListens, findHttp2Servers, forgetListen, goesThroughProxy, httpListener,
} = require('../../lib/node-internals/http.js');

const LINE = Number.parseInt(process.versions.node, 10);
const SPEAKS = LINE > 18 || process.platform !== 'win32';

describe('node-internals/http.js relies on:', () => {
  it('servers of https and http2 have prototypes of their own, below that of Server of net, from which they have listen() and close()', function test() {
    if (process.versions.openssl === undefined) skip(this, 'this Node has no TLS');
    const servers = [[https.Server.prototype, 'tls'], ...findHttp2Servers()];
    assert.deepStrictEqual(
      servers.map(([, kind]) => kind),
      SPEAKS ? ['tls', 'tls', 'http2'] : ['tls', 'tls'],
    );
    assert.strictEqual(new Set(servers.map(([prototype]) => prototype)).size, servers.length);
    for (const [prototype] of servers) {
      assert.ok(prototype instanceof nodeNet.Server && prototype !== nodeNet.Server.prototype);
      for (const name of ['listen', 'close']) assert.strictEqual(typeof prototype[name], 'function', name);
    }
  });

  it('servers of http2 have the prototype that is found by another one of the same kind', function test() {
    if (process.versions.openssl === undefined) skip(this, 'this Node has no TLS');
    const http2 = require('node:http2');
    const prototypes = findHttp2Servers().map(([prototype]) => prototype);
    assert.ok(prototypes.includes(Object.getPrototypeOf(http2.createSecureServer())));
    if (SPEAKS) assert.ok(prototypes.includes(Object.getPrototypeOf(http2.createServer())));
  });

  it("servers of http have one listener of 'connection', which is the same for all", () => {
    class Other extends http.Server {}
    for (const server of [http.createServer(), new Other()])
      assert.deepStrictEqual(server.listeners('connection'), [httpListener()]);
  });

  it('an agent has `options`, with the `proxyEnv` that it was given', () => {
    assert.strictEqual(goesThroughProxy(new http.Agent()), false);
    assert.strictEqual(goesThroughProxy(http.globalAgent), false);
    assert.strictEqual(goesThroughProxy(new http.Agent({ proxyEnv: { HTTP_PROXY: 'http://127.0.0.1:1' } })), true);
  });

  it(`a server ${LINE > 18 ? 'has `_listeningId`, which grows with listen() and with close()' : 'has no `_listeningId` of its own, and may be given one'}`, async () => {
    const server = http.createServer();
    const { _listeningId: before } = server;
    assert.strictEqual(typeof before, LINE > 18 ? 'number' : 'undefined');
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    if (LINE > 18) assert.ok(server._listeningId > before);
    countListens(server);
    const { _listeningId: counted } = server;
    forgetListen(server);
    assert.strictEqual(server._listeningId, counted + 1);
    server.close();
    await once(server, 'close');
    if (LINE > 18) assert.ok(server._listeningId > counted + 1);
  });
});
