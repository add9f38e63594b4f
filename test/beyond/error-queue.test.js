'use strict';

// Socket options that make the kernel put messages into the error queue of a socket (SO_TIMESTAMPING and its kin):
// the event loop must not wake for them again and again. It is counted how often it does.

const assert = require('node:assert');
const { once } = require('node:events');
const { performance } = require('node:perf_hooks');

const { needsLinux, needsOption } = require('../support/needs');
const { HOST } = require('../support/net');
const { net } = require('../support/subject');
const { connected, listening, pair, tidy, track } = require('../support/tidy');

const SOL_SOCKET = 1;
const SO_TIMESTAMPING = 37;

/** SOF_TIMESTAMPING_TX_SOFTWARE, _TX_SCHED, _TX_ACK and _SOFTWARE: three messages for each write. */
const ALL_SENT = Buffer.from(Uint32Array.of((1 << 1) | (1 << 8) | (1 << 9) | (1 << 4)).buffer);

/** Rounds of a loop that sleeps, while the timers of this function run. */
const MANY = 200;

const later = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** How often the loop goes round in a while in which nothing happens but a few timers. */
async function rounds() {
  const { eventLoopUtilization } = performance;
  const before = eventLoopUtilization();
  const { active } = await later(300).then(() => eventLoopUtilization(before));
  return Math.round(active);
}

/** Writes one by one, so that each has its timestamps. */
async function write(socket, times = 10) {
  for (let i = 0; i < times; i++) {
    await new Promise((resolve) => { socket.write('x', resolve); });
    await later(1);
  }
}

describe('the error queue of a socket', () => {
  before(async function needed() {
    needsLinux(this);
    const { client } = await pair();
    try {
      client.setOption(SOL_SOCKET, SO_TIMESTAMPING, ALL_SENT);
    } catch (error) {
      needsOption(this, error);
    } finally {
      await tidy();
    }
  });
  afterEach(tidy);

  /* A loop that spins is active all the time: nearly 300 of 300 ms. */
  const rests = async () => {
    const active = await rounds();
    assert.ok(active < MANY, `active for ${active} of 300 ms`);
  };

  it('wakes nobody for long while the socket is read', async () => {
    const { client, accepted } = await pair();
    accepted.resume();
    client.resume().setOption(SOL_SOCKET, SO_TIMESTAMPING, ALL_SENT);
    await write(client);
    await rests();
  });

  it('wakes nobody for long while a write waits for room and nothing is read', async () => {
    const { client, accepted } = await pair();
    accepted.pause();
    client.pause().setOption(SOL_SOCKET, SO_TIMESTAMPING, ALL_SENT);
    for (let i = 0; i < 300; i++) client.write(Buffer.alloc(65536));
    assert.ok(client.writableLength > 0);
    await rests();
  });

  it('wakes nobody for long when the peer has ended its side and is still written to', async () => {
    const { client, accepted } = await pair({
      serverOptions: { allowHalfOpen: true },
      clientOptions: { allowHalfOpen: true },
    });
    client.resume().setOption(SOL_SOCKET, SO_TIMESTAMPING, ALL_SENT);
    await write(client);
    const ended = once(client, 'end');
    accepted.end();
    accepted.pause();
    await ended;
    await write(client);
    for (let i = 0; i < 300; i++) client.write(Buffer.alloc(65536));
    await rests();
  });

  it('is emptied of a socket that was given the option before it connected, and of those of a listener that has it', async () => {
    const server = await listening(net.createServer());
    server.setOption(SOL_SOCKET, SO_TIMESTAMPING, ALL_SENT);
    const accepting = once(server, 'connection');
    const client = await connected({
      port: server.address().port,
      host: HOST,
      socketOptions: [[SOL_SOCKET, SO_TIMESTAMPING, ALL_SENT]],
    });
    const accepted = track((await accepting)[0]).resume();
    client.resume();
    await write(client);
    await write(accepted);
    await rests();
  });

  it('is emptied of a socket that has moved', async () => {
    const { client, accepted } = await pair();
    accepted.resume();
    client.setOption(SOL_SOCKET, SO_TIMESTAMPING, ALL_SENT);
    const moved = track(net.receive(net.transfer(client)));
    moved.resume();
    await write(moved);
    await rests();
  });

  it('lets the socket hear of a reset, and end', async () => {
    const { client, accepted } = await pair();
    client.resume().setOption(SOL_SOCKET, SO_TIMESTAMPING, ALL_SENT);
    await write(client);
    const failing = once(client, 'error').catch((error) => [error]);
    accepted.resetAndDestroy();
    const [error] = await failing;
    assert.strictEqual(error.code, 'ECONNRESET');
    await rests();
  });
});
