'use strict';

// What a token of transfer() can do, and what one that was made up or damaged cannot: it names nothing, so it closes
// nothing and adopts nothing, and the process goes on.

const assert = require('node:assert');
const { once, once: onceOf } = require('node:events');
const fs = require('node:fs');
const { inspect } = require('node:util');
const v8 = require('node:v8');
const { MessageChannel, Worker } = require('node:worker_threads');

const net = require('../..');
const { needsDuplicates, needsLinux } = require('../support/needs');
const { HOST, closed, text } = require('../support/net');
const { random } = require('../support/random');
const { patience } = require('../support/scale');
const { listening, pair, tidy, track } = require('../support/tidy');

const isNodeError = (error) => error instanceof Error && /^ERR_[A-Z_]+$/.test(error.code);

/** Every descriptor of this process, and what it is. */
function descriptors() {
  return fs.readdirSync('/proc/self/fd').map((fd) => {
    try {
      return `${fd} ${fs.readlinkSync(`/proc/self/fd/${fd}`)}`;
    } catch {
      return null; // that of the directory itself
    }
  }).filter((line) => line !== null && !line.endsWith('/fd')).sort();
}

/** A worker that does nothing until it is told, and has ended. */
async function endedWorker() {
  const worker = new Worker('', { eval: true });
  await onceOf(worker, 'exit');
  return worker;
}

describe('tokens of transfer()', function () {
  this.timeout(patience(20000));

  afterEach(tidy);

  it('are two words, and every one another', async () => {
    const { client, accepted } = await pair();
    const tokens = [net.transfer(client), net.transfer(accepted)];
    for (const token of tokens) {
      assert.deepStrictEqual(Object.keys(token).sort(), ['key', 'type']);
      assert.match(token.key, /^[0-9a-f]{40}$/);
    }
    assert.notStrictEqual(tokens[0].key.slice(8), tokens[1].key.slice(8));
    for (const token of tokens) track(net.receive(token));
  });

  it('that are damaged anywhere are refused: nothing is closed, nothing adopted, and the whole one still works', async function () {
    needsLinux(this);
    const r = random(1);
    const { client, accepted, server } = await pair();
    const bound = new net.BoundSocket();
    for (const source of [accepted, server, bound]) {
      const token = net.transfer(source);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      const before = descriptors();
      const damaged = [
        ...[
          'Socket',
          'Server',
          'BoundSocket',
          'toString',
          '',
          'socket',
          null,
          undefined,
          0,
          ['Socket'],
          { toString: () => 'Socket' },
        ]
          .filter((type) => type !== token.type)
          .map((type) => ({ ...token, type })),
        ...[
          undefined,
          null,
          0,
          1n,
          '',
          token.key.slice(1),
          `${token.key}0`,
          token.key.toUpperCase().replace(/[A-F]/, 'G'),
          [token.key],
          `0x${token.key.slice(2)}`,
          ` ${token.key.slice(1)}`,
          `${token.key.slice(0, -1)}\0`,
          `${token.key}\0`,
          '€'.repeat(40),
          'x'.repeat(1e5),
        ].map((key) => ({ ...token, key })),
        ...Array.from(token.key, (digit, i) => {
          const other = ((parseInt(digit, 16) + 1 + r.below(15)) % 16).toString(16);
          return { ...token, key: token.key.slice(0, i) + other + token.key.slice(i + 1) };
        }),
        { type: token.type },
        { key: token.key },
        [],
        () => {},
        token.key,
        Object.create(null),
      ];
      for (const one of damaged) assert.throws(() => net.receive(one), isNodeError, inspect(one));
      const bytes = v8.serialize(token);
      for (let i = 0; i < 500; i++) {
        const copy = Buffer.from(bytes);
        copy[r.below(copy.length)] ^= 1 << r.below(8);
        let value;
        try {
          value = v8.deserialize(copy);
        } catch {
          continue; // no object any more
        }
        // it is whole: what was damaged is not read
        if (value?.type === token.type && value.key === token.key) continue;
        assert.throws(() => net.receive(value), isNodeError);
      }
      assert.deepStrictEqual(descriptors(), before);
      const whole = net.receive(structuredClone(token));
      if (whole instanceof net.BoundSocket) whole.close();
      else track(whole);
      if (whole instanceof net.Socket) {
        whole.end('whole');
        assert.strictEqual(await text(client), 'whole');
      }
    }
  });

  it('of the old form, with the number of a descriptor, are refused', async function () {
    needsLinux(this);
    const { client, accepted } = await pair();
    const before = descriptors();
    for (const fd of [client.fd, accepted.fd, 0, 1, 2]) {
      const word = new Int32Array(new SharedArrayBuffer(4)).fill(fd);
      for (const key of [undefined, fd, String(fd), String(fd).padStart(40, '0')]) {
        assert.throws(
          () => net.receive({ type: 'Socket', isPipe: false, word, options: {}, data: null, key }),
          isNodeError,
        );
      }
    }
    assert.deepStrictEqual(descriptors(), before);
    client.end('open');
    assert.strictEqual(await text(accepted), 'open');
  });

  it('whose accessors lie are taken as they were first', async () => {
    const { client, accepted } = await pair();
    const token = net.transfer(accepted);
    const reads = { type: 0, key: 0 };
    const lying = {
      get type() { return reads.type++ === 0 ? token.type : 'Server'; },
      get key() { return reads.key++ === 0 ? token.key : '0'.repeat(40); },
    };
    track(net.receive(lying)).end('once');
    assert.strictEqual(await text(client), 'once');
    assert.deepStrictEqual(reads, { type: 1, key: 1 });
    assert.throws(() => net.receive({ get type() { throw new RangeError('mine'); } }), { message: 'mine' });
  });

  it('carry what the receiver must know where no program can change it', async () => {
    const { client, accepted } = await pair({ serverOptions: { allowHalfOpen: true } });
    const token = net.transfer(accepted);
    const moved = track(net.receive({ ...token, options: null, data: 'x', isPipe: true, word: 1, rules: {} }));
    assert.deepStrictEqual([moved.allowHalfOpen, moved.readableLength], [true, 0]);
    moved.end('same');
    assert.strictEqual(await text(client), 'same');
  });

  it('of which many wait are each their own', async function () {
    needsDuplicates(this);
    const server = await listening(net.createServer());
    const bounds = Array.from({ length: 100 }, () => new net.BoundSocket({ host: HOST }));
    const ports = bounds.map((bound) => bound.address().port);
    const tokens = bounds.map((bound) => net.transfer(bound));
    for (let i = 0; i < 100; i += 2) net.receive(tokens[i]).close();
    const more = Array.from({ length: 30 }, () => net.transfer(new net.BoundSocket({ host: HOST })));
    for (let i = 1; i < 100; i += 2) {
      const bound = net.receive(tokens[i]);
      assert.strictEqual(bound.address().port, ports[i]);
      bound.close();
    }
    for (const token of tokens) assert.throws(() => net.receive(token), { code: 'ERR_SOCKET_HANDLE_ADOPTED' });
    for (const token of more) net.receive(token).close();
    server.close();
  });

  describe('for a thread or a port that has ended', () => {
    it('are closed at once: a worker', async () => {
      const worker = await endedWorker();
      const { client, accepted } = await pair();
      const token = net.transfer(accepted, { to: worker });
      assert.strictEqual(await text(client), '');
      assert.throws(() => net.receive(token), { code: 'ERR_SOCKET_CLOSED' });
    });

    for (const which of ['port1', 'port2']) {
      for (const when of ['before', 'in the same turn']) {
        it(`are closed: a port whose ${which === 'port1' ? 'own side' : 'other side'} was closed ${when}`, async () => {
          const channel = new MessageChannel();
          const { client, accepted } = await pair();
          const closing = onceOf(channel.port1, 'close');
          channel[which].close();
          if (when === 'before') await closing;
          const token = net.transfer(accepted, { to: channel.port1 });
          assert.strictEqual(await text(client), '');
          assert.throws(() => net.receive(token), { code: 'ERR_SOCKET_CLOSED' });
        });
      }
    }

    it('are not closed while it lives, and a port is held or not held as it was', async () => {
      const { port1, port2 } = new MessageChannel();
      for (const hold of ['ref', 'unref']) {
        const { client, accepted } = await pair();
        port1[hold]();
        const token = net.transfer(accepted, { to: port1 });
        assert.strictEqual(port1.hasRef(), hold === 'ref');
        const arriving = onceOf(port2, 'message');
        port1.postMessage(token);
        track(net.receive((await arriving)[0])).end('alive');
        assert.strictEqual(await text(client), 'alive');
      }
      port1.close();
    });

    it('can be for nothing else', async () => {
      const { accepted } = await pair();
      for (const to of [null, {}, { once() {} }, new (require('node:events'))(), 'port']) {
        assert.throws(() => net.transfer(accepted, { to }), { code: 'ERR_INVALID_ARG_TYPE' });
      }
      assert.strictEqual(accepted.destroyed, false);
    });
  });

  it('of a worker hold it until each is received, and no longer', async () => {
    const server = await listening(net.createServer());
    const worker = new Worker(`
      const net = require(${JSON.stringify(require.resolve('../..'))});
      const { parentPort, workerData } = require('node:worker_threads');
      let left = 3;
      for (let i = 0; i < 3; i++) {
        const socket = net.connect(workerData.port, '127.0.0.1', () => {
          parentPort.postMessage(net.transfer(socket));
          if (--left === 0) parentPort.postMessage('all');
        });
      }`, { eval: true, workerData: { port: server.address().port } });
    const tokens = [];
    let hasEnded = false;
    const ending = onceOf(worker, 'exit').then(() => { hasEnded = true; });
    server.on('connection', (socket) => track(socket).resume());
    for await (const [message] of require('node:events').on(worker, 'message')) {
      if (message === 'all') break;
      tokens.push(message);
    }
    assert.strictEqual(tokens.length, 3);
    for (const token of tokens) {
      assert.strictEqual(hasEnded, false);
      track(net.receive(token)).end();
    }
    await ending;
    server.close();
    await Promise.race([closed(server), once(server, 'close')]);
  });
});
