'use strict';

const assert = require('node:assert');
const { once } = require('node:events');

const { block } = require('../../support/loop');
const { needsLinux, needsTool } = require('../../support/needs');
const { HOST, closed } = require('../../support/net');
const { silent } = require('../../support/silent');
const { patience } = require('../../support/scale');
const { net } = require('../../support/subject');
const { listening, pair, tidy, track } = require('../../support/tidy');

const now = () => Number(process.hrtime.bigint()) / 1e6;

/** Of the clocks: libuv counts whole milliseconds. */
const SLACK = 2;

function notBefore(begun, ms, what) {
  const elapsed = now() - begun;
  assert.ok(elapsed >= ms - SLACK, `${what} after ${elapsed} ms instead of ${ms}`);
}

describe('moments: every limit is counted from the call, however long the loop was busy before', () => {
  const ends = [];
  afterEach(tidy);
  afterEach(async () => {
    for (const end of ends.splice(0)) await end.close();
  });

  it('setTimeout()', async () => {
    const { client } = await pair();
    await new Promise(setImmediate);
    block(150);
    const begun = now();
    client.setTimeout(100);
    await once(client, 'timeout');
    notBefore(begun, 100, "'timeout'");
  });

  it('setTimeout() of a socket that has no handle', async () => {
    const socket = track(new net.Socket());
    await new Promise(setImmediate);
    block(150);
    const begun = now();
    socket.setTimeout(100);
    await once(socket, 'timeout');
    notBefore(begun, 100, "'timeout'");
  });

  it('a write starts it anew', async () => {
    const { client, accepted } = await pair();
    accepted.resume();
    client.setTimeout(100);
    await new Promise((resolve) => setTimeout(resolve, 20));
    block(150);
    const begun = now();
    client.write('x');
    await once(client, 'timeout');
    notBefore(begun, 100, "'timeout'");
  });

  it("a read starts it anew, after another socket's slow listener in the same turn", async () => {
    const pairs = [await pair(), await pair()];
    let seen = 0;
    const elapsed = pairs.map(({ client }) => new Promise((resolve) => {
      let read = 0;
      client.once('data', () => {
        read = now(); // the second one's is what matters: it was read after the work of the first
        if (++seen === 1) block(150);
      });
      client.once('timeout', () => resolve(now() - read));
      client.setTimeout(100);
    }));
    for (const { accepted } of pairs) accepted.write('x');
    for (const ms of await Promise.all(elapsed)) assert.ok(ms >= 100 - SLACK, `'timeout' after ${ms} ms`);
  });

  it('connect() starts it anew', async () => {
    const socket = track(new net.Socket());
    socket.setTimeout(100);
    await new Promise((resolve) => setTimeout(resolve, 20));
    block(150);
    const begun = now();
    socket.connect({ port: 1, host: 'x', lookup() {} });
    await once(socket, 'timeout');
    notBefore(begun, 100, "'timeout'");
  });

  for (const [name, option] of [
    ['autoSelectFamilyAttemptTimeout', 'autoSelectFamilyAttemptTimeout'],
    ['connectionAttemptDelay', 'connectionAttemptDelay'],
  ]) {
    it(name, async function test() {
      needsLinux(this);
      needsTool(this, 'python3');
      const end = await silent(['127.0.0.2', '127.0.0.3']);
      ends.push(end);
      const addresses = ['127.0.0.2', '127.0.0.3'].map((address) => ({ address, family: 4 }));
      const lookup = (host, options, callback) => callback(null, addresses);
      await new Promise(setImmediate);
      block(150);
      const begun = now();
      const socket = track(
        net.connect({ port: end.port, host: 'two.test', lookup, autoSelectFamily: true, [option]: 100 }),
      );
      await once(socket, 'connectionAttempt'); // that of the second: the first was in connect()
      notBefore(begun, 100, 'the second attempt');
    });
  }

  it('connectTimeout', async () => {
    await new Promise(setImmediate);
    block(150);
    const begun = now();
    const socket = track(net.connect({ port: 1, host: 'x', lookup() {}, connectTimeout: 100 }));
    await once(socket, 'error');
    notBefore(begun, 100, "'error'");
  });

  it("proxyProtocol.timeout, after another server's slow listener in the same turn", async () => {
    let begun = 0;
    const slow = await listening(net.createServer((socket) => {
      track(socket);
      block(150);
      begun = now();
    }));
    const server = await listening(net.createServer({ proxyProtocol: { timeout: 100 } }));
    const clients = [slow, server].map((to) => track(net.connect(to.address().port, HOST)).resume());
    await new Promise(process.nextTick); // the kernel has made both connections, the slow one first
    await closed(clients[1].on('error', () => {}));
    notBefore(begun, 100, 'the end');
  });

  it('closeIdleConnections(): a connection that was used just now is not idle', async () => {
    const { client, accepted, server } = await pair();
    accepted.setTimeout(60000);
    await new Promise(setImmediate);
    block(patience(100));
    client.write('x');
    await once(accepted, 'data');
    assert.strictEqual(server.closeIdleConnections(patience(80)), 0);
  });

  it('the deadline of shutdown()', async () => {
    const { client, server } = await pair();
    client.on('error', () => {}); // it is reset
    await new Promise(setImmediate);
    block(150);
    const begun = now();
    await server.shutdown({ timeout: 100 });
    notBefore(begun, 100, 'the end');
  });
});
