'use strict';
// I/O threads: writes behind one that is to be called back, which waits for its thread (lib/socket/write-ahead.js).

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const nodeNet = require('node:net');

const cnet = require('../..');
const { bytes, closed, join, listen, targetOf } = require('../support/net');
const { tidy } = require('../support/tidy');

const ROOT = require.resolve('../..');
const on = process.platform === 'win32' ? describe.skip : describe;

/** A client on an I/O thread, when it is cnet's, and a peer of node:net that takes nothing yet. */
async function pair(net, options = {}) {
  const server = await listen(nodeNet.createServer({ pauseOnConnect: true, allowHalfOpen: true }));
  const { client, accepted } = await join(server, net, { ioThread: true, ...options });
  server.close();
  client.on('error', () => {});
  return { client, peer: accepted };
}

/** All that a peer gets, whatever the end. */
async function gotBy(peer) {
  const chunks = [];
  peer.on('data', (chunk) => chunks.push(chunk)).on('error', () => {});
  await closed(peer.on('end', () => peer.end()).resume());
  return Buffer.concat(chunks);
}

/** What becomes of writes: what the peer gets, and in which order the callbacks come, each with its error. */
const scenarios = {
  async 'destroy() behind five of them'(net) {
    const { client, peer } = await pair(net);
    for (const line of ['one ', 'two ', 'three ', 'four ', 'five ']) client.write(line, () => {});
    client.destroy();
    await closed(client);
    return [String(await gotBy(peer)), client.bytesWritten];
  },
  async 'destroy() behind one without a callback, and an end with data'(net) {
    const { client, peer } = await pair(net);
    client.write('a', () => {});
    client.write(Buffer.from('b'));
    client.end('c');
    client.destroy();
    await closed(client);
    return [String(await gotBy(peer)), client.bytesWritten];
  },
  async 'texts of all encodings, Buffers, other views and empty ones'(net) {
    const { client, peer } = await pair(net);
    const called = [];
    const got = gotBy(peer);
    client.write('first', () => called.push('first'));
    client.write('ä€', () => called.push('utf8'));
    client.write('');
    client.write('ä', 'latin1');
    client.write('6869', 'hex', () => called.push('hex'));
    client.write('aGk=', 'base64');
    client.write(Buffer.alloc(0), () => called.push('empty'));
    client.write('ab', 'utf16le');
    client.write(new Uint8Array([1, 2, 3]).subarray(1));
    const before = client.bytesWritten;
    await new Promise((resolve) => { client.end('last', resolve); });
    return [String(await got), called, before, client.bytesWritten];
  },
  async 'what is changed behind write()'(net) {
    const { client, peer } = await pair(net);
    const chunk = Buffer.from('as it was');
    client.write('it is ', () => {});
    client.write(chunk, () => {});
    chunk.fill('x');
    const got = gotBy(peer);
    client.end();
    return String(await got);
  },
  async 'what is corked is not sent before uncork()'(net) {
    const { client, peer } = await pair(net);
    client.write('sent', () => {});
    client.cork();
    client.write(' corked', () => {});
    client.destroy();
    return String(await gotBy(peer));
  },
};

/** A process that ends right behind its writes. */
async function exiting(net) {
  const server = await listen(nodeNet.createServer());
  const code = `
    const net = require(${JSON.stringify(net === cnet ? ROOT : 'net')});
    const socket = net.connect({ ...${JSON.stringify(targetOf(server))}, ioThread: true }, () => setImmediate(() => {
      for (let i = 0; i < 5; i++) socket.write('line ' + i + ' ', () => {});
      process.exit();
    }));`;
  const [[peer]] = await Promise.all([once(server, 'connection'), once(spawn(process.execPath, ['-e', code]), 'exit')]);
  server.close();
  return String(await bytes(peer));
}

on('I/O threads: writes behind one with a callback', () => {
  afterEach(tidy);

  for (const [title, scenario] of Object.entries(scenarios)) {
    it(`${title}: as with node:net`, async () => {
      assert.deepStrictEqual(await scenario(cnet), await scenario(nodeNet));
    });
  }

  it('process.exit() behind them: the peer gets all, as with node:net', async () => {
    const got = await exiting(cnet);
    assert.strictEqual(got, await exiting(nodeNet));
    assert.strictEqual(got, 'line 0 line 1 line 2 line 3 line 4 ');
  });

  it('that the thread takes in part arrive whole, in order, and each is called back once', async () => {
    const { client, peer } = await pair(cnet);
    const parts = [];
    const called = [];
    client.write('x', () => called.push(-1));
    for (let i = 0; i < 60; i++) { // more than the thread takes, and than the kernel
      const part = i % 7 === 3 ? 'ä'.repeat(9000 + i) : Buffer.alloc(i % 5 === 0 ? 300000 + i : 1000 * i, i);
      parts.push(Buffer.from(part));
      client.write(part, i % 3 === 0 ? undefined : (error) => called.push(error ?? i));
    }
    client.end();
    const got = await gotBy(peer);
    const wanted = Buffer.concat([Buffer.from('x'), ...parts]);
    assert.ok(got.equals(wanted));
    assert.deepStrictEqual(called, [-1, ...parts.keys()].filter((i) => i < 0 || i % 3 !== 0));
    assert.strictEqual(client.bytesWritten, wanted.length);
  });

  it('to a peer that resets are each called back once, the last one with an error', async () => {
    const { client, peer } = await pair(cnet);
    const calls = new Map();
    const note = (i) => (error) => calls.set(i, [...(calls.get(i) ?? []), error?.code]);
    for (let i = 0; i < 100; i++) client.write(Buffer.alloc(200000), note(i));
    const gone = closed(client);
    peer.resetAndDestroy();
    await gone;
    await new Promise(setImmediate);
    assert.strictEqual(calls.size, 100);
    assert.ok([...calls.values()].every((codes) => codes.length === 1));
    assert.ok(calls.get(99)[0] !== undefined);
  });

  it('of one life of a socket are none of the next one', async () => {
    const server = await listen(nodeNet.createServer());
    const { client, accepted } = await join(server, cnet, { ioThread: true });
    client.on('error', () => {});
    const first = gotBy(accepted);
    for (const part of ['old ', 'as ', 'well']) client.write(part, () => {});
    client.destroy();
    const connected = once(server, 'connection');
    client.connect(targetOf(server));
    client.write('new ', () => {});
    client.end('life');
    const [peer] = await connected;
    assert.deepStrictEqual([String(await first), String(await gotBy(peer))], ['old as well', 'new life']);
    assert.strictEqual(client.bytesWritten, 8);
    server.close();
  });
});
