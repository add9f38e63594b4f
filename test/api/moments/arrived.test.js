'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');

const { block } = require('../../support/loop');
const { needsLinux, needsTool } = require('../../support/needs');
const { HOST, closed } = require('../../support/net');
const { silent } = require('../../support/silent');
const { net } = require('../../support/subject');
const { connected, listening, pair, tempPath, tidy, track } = require('../../support/tidy');

const TIME = 40;
const LONG = 120; // longer than TIME

/** The events of a socket, by name, in their order. */
function record(socket, ...names) {
  const events = [];
  for (const name of names) socket.on(name, () => events.push(name));
  return events;
}

describe('moments: what has arrived while the loop was busy wins over the time that is up', () => {
  const ends = [];
  afterEach(tidy);
  afterEach(async () => {
    for (const end of ends.splice(0)) await end.close();
  });

  for (const where of ['TCP', 'a path']) {
    it(`bytes over 'timeout' (${where})`, async () => {
      const { client, accepted } = await pair(where === 'TCP' ? {} : { path: tempPath() });
      const events = record(client, 'data', 'timeout');
      client.setTimeout(TIME);
      accepted.write('x');
      block(LONG);
      await once(client, 'timeout');
      assert.deepStrictEqual(events, ['data', 'timeout']);
    });
  }

  it('bytes for the option onread too', async () => {
    const events = [];
    const onread = { buffer: Buffer.alloc(10), callback: () => events.push('read') };
    const { client, accepted } = await pair({ clientOptions: { onread } });
    client.on('timeout', () => events.push('timeout'));
    client.setTimeout(TIME);
    accepted.write('x');
    block(LONG);
    await once(client, 'timeout');
    assert.deepStrictEqual(events, ['read', 'timeout']);
  });

  const ENDS = [
    ["the end over 'timeout'", { end: 'destroy', until: 'close', expected: ['end', 'close'] }],
    ["the end of a half-open socket puts 'timeout' off, but not for ever",
      { end: 'destroy', clientOptions: { allowHalfOpen: true }, until: 'timeout', expected: ['end', 'timeout'] }],
    ["a reset over 'timeout'", { end: 'resetAndDestroy', until: 'close', expected: ['error', 'close'] }],
  ];

  for (const [title, { end, clientOptions, until, expected }] of ENDS) {
    it(title, async () => {
      const { client, accepted } = await pair({ clientOptions });
      const events = record(client, 'error', 'end', 'timeout', 'close');
      client.resume().setTimeout(TIME);
      accepted[end]();
      block(LONG);
      await new Promise((resolve) => { client.once(until, resolve); });
      assert.deepStrictEqual(events, expected);
    });
  }

  it('bytes that a paused socket does not read are no activity', async () => {
    const { client, accepted } = await pair({ serverOptions: { pauseOnConnect: true } });
    client.write('x');
    accepted.setTimeout(TIME);
    await once(accepted, 'timeout');
    assert.strictEqual(accepted.bytesRead, 0);
  });

  for (const where of ['TCP', 'a path']) {
    it(`a connection over 'timeout' (${where})`, async () => {
      const server = await listening(net.createServer(), ...(where === 'TCP' ? [] : [tempPath()]));
      const to = where === 'TCP' ? { port: server.address().port, host: HOST } : { path: server.address() };
      const socket = track(net.connect({ ...to, timeout: TIME }));
      const events = record(socket, 'connect', 'timeout');
      await new Promise(process.nextTick); // the attempt begins
      block(LONG);
      await once(socket, 'connect');
      assert.deepStrictEqual(events, ['connect']);
    });
  }

  it("a connection whose lookup has answered, over 'timeout'", async () => {
    const server = await listening(net.createServer());
    const lookup = (host, options, callback) =>
      fs.stat('.', () => callback(null, options.all ? [{ address: HOST, family: 4 }] : HOST, 4));
    const socket = track(net.connect({ port: server.address().port, host: 'x', lookup, timeout: TIME }));
    const events = record(socket, 'connect', 'timeout');
    block(LONG);
    await once(socket, 'connect');
    assert.deepStrictEqual(events, ['connect']);
  });

  it('a connection over the time limit of its attempt', async () => {
    const server = await listening(net.createServer());
    const lookup = (host, options, callback) =>
      callback(
        null,
        [HOST, '127.0.0.2'].map((address) => ({ address, family: 4 })),
      );
    const socket = track(net.connect({
      port: server.address().port, host: 'x', lookup, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: TIME,
    }));
    const events = record(socket, 'connectionAttemptTimeout', 'connectionAttemptFailed');
    block(LONG);
    await once(socket, 'connect');
    assert.deepStrictEqual([socket.remoteAddress, events], [HOST, []]);
  });

  it('a refusal over it too: the attempt has failed, not timed out', async () => {
    const server = await listening(net.createServer());
    const lookup = (host, options, callback) =>
      callback(
        null,
        ['127.0.0.2', HOST].map((address) => ({ address, family: 4 })),
      );
    const socket = track(net.connect({
      port: server.address().port, host: 'x', lookup, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: TIME,
    }));
    const events = record(socket, 'connectionAttemptTimeout', 'connectionAttemptFailed');
    block(LONG);
    await once(socket, 'connect');
    assert.deepStrictEqual([socket.remoteAddress, events], [HOST, ['connectionAttemptFailed']]);
  });

  it('an attempt that has no answer is given up', async function test() {
    needsLinux(this);
    needsTool(this, 'python3');
    const end = await silent(['127.0.0.3']);
    ends.push(end);
    const server = await listening(net.createServer(), end.port, HOST);
    const lookup = (host, options, callback) =>
      callback(
        null,
        ['127.0.0.3', HOST].map((address) => ({ address, family: 4 })),
      );
    const socket = track(net.connect({
      port: server.address().port, host: 'x', lookup, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: TIME,
    }));
    const events = record(socket, 'connectionAttemptTimeout');
    await once(socket, 'connect');
    assert.deepStrictEqual([socket.remoteAddress, events], [HOST, ['connectionAttemptTimeout']]);
  });

  it('a connection over the delay of a race: no other attempt is made', async () => {
    const server = await listening(net.createServer());
    const lookup = (host, options, callback) => callback(null, [HOST, '127.0.0.2'].map((address) => ({ address, family: 4 })));
    const attempts = [];
    const socket = track(new net.Socket());
    socket.on('connectionAttempt', (address) => attempts.push(address));
    socket.connect({ port: server.address().port, host: 'x', lookup, connectionAttemptDelay: TIME });
    block(LONG);
    await once(socket, 'connect');
    assert.deepStrictEqual(attempts, [HOST]);
  });

  it('a connection over connectTimeout', async () => {
    const server = await listening(net.createServer());
    const socket = track(net.connect({ port: server.address().port, host: HOST, connectTimeout: TIME }));
    await new Promise(process.nextTick); // the attempt begins
    block(LONG);
    await once(socket, 'connect');
    assert.strictEqual(socket.destroyed, false);
  });

  it('a connection whose lookup has answered, over connectTimeout', async () => {
    const server = await listening(net.createServer());
    const lookup = (host, options, callback) => fs.stat('.', () => callback(null, options.all ? [{ address: HOST, family: 4 }] : HOST, 4));
    const socket = track(net.connect({ port: server.address().port, host: 'x', lookup, connectTimeout: TIME }));
    block(LONG);
    await once(socket, 'connect');
    assert.strictEqual(socket.destroyed, false);
  });

  it('a header of the PROXY protocol over its time limit', async () => {
    const server = await listening(net.createServer({ proxyProtocol: { timeout: 300 } }));
    const events = record(server, 'drop', 'connection');
    const client = await connected(server.address().port, HOST);
    await new Promise((resolve) => setTimeout(resolve, 10)); // it is accepted, and waits
    await new Promise(setImmediate); // of what comes now timers are first
    client.write('PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n');
    block(500);
    const [accepted] = await once(server, 'connection');
    assert.deepStrictEqual([track(accepted).proxyHeader.sourceAddress, events], ['192.0.2.1', ['connection']]);
  });

  it('half a header does not: its connection is closed', async () => {
    const server = await listening(net.createServer({ proxyProtocol: { timeout: 300 } }));
    const events = record(server, 'connection');
    const client = await connected(server.address().port, HOST);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise(setImmediate);
    client.on('error', () => {}).write('PROXY TCP4 192');
    block(500);
    await closed(client.resume());
    assert.deepStrictEqual(events, []);
  });

  it('a connection that has ended over the deadline of shutdown()', async () => {
    const { client, accepted, server } = await pair();
    accepted.resume();
    const done = server.shutdown({ timeout: TIME });
    client.destroy();
    block(LONG);
    const { finished, reset } = await done;
    assert.deepStrictEqual([finished, reset], [1, 0]);
  });
});
