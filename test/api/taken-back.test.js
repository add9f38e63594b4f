'use strict';

/* What a connect() or a listen() that fails takes back is its own, and nothing of another's. */

const assert = require('node:assert');
const { getEventListeners, once } = require('node:events');

const { HOST, closed } = require('../support/net');
const { net } = require('../support/subject');
const { listening, tidy, track } = require('../support/tidy');

describe('what a connect() or a listen() that fails takes back', () => {
  afterEach(tidy);

  it('the callback of a connect() on its way stays when another one throws', async () => {
    const { port } = (await listening(net.createServer())).address();
    const socket = track(new net.Socket());
    const called = [];
    socket.connect(port, HOST, () => called.push('first'));
    const second = () => socket.connect({ port, host: 'localhost', hints: 12345 }, () => called.push('second'));
    assert.throws(second, { code: 'ERR_INVALID_ARG_VALUE' });
    await once(socket, 'ready');
    assert.deepStrictEqual(called, ['first']);
  });

  it('the signal of a listen() closes the server, also when it listens again before the old one has told its end', async () => {
    const server = await listening(net.createServer());
    const { signal } = listenAgain(server);
    await once(server, 'listening');
    assert.strictEqual(getEventListeners(signal, 'abort').length, 1);
  });

  it('such a signal that is aborted closes it, and leaves nothing behind', async () => {
    const server = await listening(net.createServer());
    const controller = listenAgain(server);
    await once(server, 'listening');
    controller.abort();
    await closed(server);
    assert.strictEqual(server.listening, false);
    assert.strictEqual(getEventListeners(controller.signal, 'abort').length, 0);
    assert.strictEqual(server.listenerCount('close'), 0);
  });

  it('a signal does not close a server again that was closed, and listens anew without it', async () => {
    const server = track(net.createServer());
    const controller = new AbortController();
    server.listen({ port: 0, host: HOST, signal: controller.signal });
    await once(server, 'listening');
    server.close();
    server.listen(0, HOST);
    controller.abort();
    await once(server, 'listening');
    assert.strictEqual(server.listening, true);
  });
});

/** close() and at once listen(), with the signal of the controller that is given back. */
function listenAgain(server) {
  const controller = new AbortController();
  server.close();
  server.listen({ port: 0, host: HOST, signal: controller.signal });
  return controller;
}
