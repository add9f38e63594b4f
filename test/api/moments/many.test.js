'use strict';

const assert = require('node:assert');
const { once } = require('node:events');

const { block } = require('../../support/loop');
const { HOST } = require('../../support/net');
const { net } = require('../../support/subject');
const { connected, listening, pair, tidy, track } = require('../../support/tidy');

const TIME = 40;
const LONG = 120;
const COUNT = 61; // of which the last has nothing there

describe('moments: many limits that are up at once, of which some have an answer there', () => {
  afterEach(tidy);

  it("bytes win over 'timeout' of their sockets; the others' come in the order in which they were set", async () => {
    const pairs = [];
    for (let i = 0; i < COUNT; i++) pairs.push(await pair());
    const isReady = (i) => i % 7 === 3;
    const events = [];
    pairs.forEach(({ client }, i) =>
      client.on('timeout', () => events.push(`timeout ${i}`)).on('data', () => events.push(`data ${i}`)),
    );
    for (const { client } of pairs) client.setTimeout(TIME);
    pairs.forEach(({ accepted }, i) => isReady(i) && accepted.write('x'));
    block(LONG);
    await once(pairs[COUNT - 1].client, 'timeout');
    const numbers = Array.from({ length: COUNT }, (_, i) => i);
    const of = (name) => events.filter((event) => event.startsWith(name));
    assert.deepStrictEqual(of('data').sort(), numbers.filter(isReady).map((i) => `data ${i}`).sort());
    assert.deepStrictEqual(of('timeout'), numbers.filter((i) => !isReady(i)).map((i) => `timeout ${i}`));
  });

  it('headers of the PROXY protocol win over the limit of their connections; the others are closed', async () => {
    const server = await listening(net.createServer({ proxyProtocol: { timeout: 300 } }));
    const clients = [];
    for (let i = 0; i < 20; i++)
      clients.push((await connected(server.address().port, HOST)).on('error', () => {}).resume());
    const ports = new Set();
    let late = 0;
    const settled = new Promise((resolve) => {
      const check = () => { if (ports.size + late === 20) resolve(); };
      server.on('connection', (socket) => { ports.add(track(socket).remotePort); check(); });
      server.on('proxyError', ({ code }) => { if (code === 'ERR_PROXY_PROTOCOL_TIMEOUT') late++; check(); });
    });
    await new Promise((resolve) => { setTimeout(resolve, 10); }); // they are accepted, and wait
    await new Promise(setImmediate); // of what comes now timers are first
    clients.forEach((client, i) => i % 4 === 1 && client.write(`PROXY TCP4 192.0.2.1 192.0.2.2 ${i} 2\r\n`));
    block(500);
    await settled;
    assert.deepStrictEqual([[...ports].sort((a, b) => a - b), late], [[1, 5, 9, 13, 17], 15]);
  });
});
