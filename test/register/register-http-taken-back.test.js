'use strict';
// cnet/register-http: a listen() of Node's servers of http that comes to nothing takes back its callback and its
// signal.

const assert = require('node:assert');
const dns = require('node:dns');
const { getEventListeners, once } = require('node:events');
const http = require('node:http');
const nodeNet = require('node:net');

const registerHttp = require('../../lib/register-http');
const { linesOf } = require('../support/child');
const { HOST } = require('../support/net');

describe('cnet/register-http: a listen() that is closed before it listens', () => {
  let server;

  beforeEach(() => {
    registerHttp.register();
    server = http.createServer();
  });

  afterEach(() => {
    if (server.listening) server.close();
    registerHttp.unregister();
  });

  it('its callback is not called for the next one', async () => {
    const before = server.listenerCount('listening');
    const called = [];
    server.listen({ port: 0, host: HOST, signal: AbortSignal.abort() }, () => called.push('aborted'));
    await once(server, 'close');
    assert.strictEqual(server.listenerCount('listening'), before);
    server.listen(0, HOST, () => called.push('next'));
    await once(server, 'listening');
    assert.deepStrictEqual(called, ['next']);
  });

  it('its signal is let go', async () => {
    const { signal } = new AbortController();
    server.listen({ port: 0, host: HOST, signal });
    server.close();
    assert.strictEqual(getEventListeners(signal, 'abort').length, 0);
    await once(server, 'close');
  });
});

describe('cnet/register-http: the last step of listen()', () => {
  it('is a method of the program where it has put one in its place, also after the server has listened', async () => {
    registerHttp.register();
    const server = http.createServer();
    const { _listen2: original } = nodeNet.Server.prototype;
    let told = null;
    try {
      server.listen(0, HOST);
      await once(server, 'listening');
      server.close();
      await once(server, 'close');
      nodeNet.Server.prototype._listen2 = (...args) => { told = args; };
      server.listen({ port: 0, host: HOST, backlog: 7 });
      await new Promise((resolve) => { dns.lookup(HOST, resolve); });
      assert.deepStrictEqual(told?.slice(0, 4), [HOST, 0, 4, 7]);
    } finally {
      nodeNet.Server.prototype._listen2 = original;
      registerHttp.unregister();
      server.close();
    }
  });
});

describe('cnet/register-http: unregister() after register() for the second time', () => {
  it('leaves nothing on the class of the servers of http2, also when the createServer() called is of the first time',
    async () => {
      const expected = { status: 0, lines: ['true', 'false', 'done'], stderr: '' };
      assert.deepStrictEqual(await linesOf('register/http2-captured.cjs'), expected);
    });
});
