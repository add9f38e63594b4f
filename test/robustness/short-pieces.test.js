'use strict';
// Short pieces that were written while a socket was corked go to the kernel together: cnet puts them behind each other
// in memory that all its sockets use. All of their bytes arrive, in order, and none of another write.

const assert = require('node:assert');
const { once } = require('node:events');

const net = require('../..');
const { EVENT: { OUTGOING } } = require('../../lib/native/constants');
const { HOST } = require('../support/net');
const { patience } = require('../support/scale');

/** A client, and a promise of all that comes at the other end. */
async function open() {
  const server = net.createServer().listen(0, HOST);
  await once(server, 'listening');
  const client = net.connect(server.address());
  const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  server.close();
  const got = [];
  accepted.on('data', (chunk) => got.push(chunk));
  return { client, ended: once(accepted, 'end').then(() => Buffer.concat(got)) };
}

/** Writes pieces, [chunk, encoding], together. */
function writeCorked(client, pieces) {
  client.cork();
  for (const piece of pieces) client.write(...piece);
  client.uncork();
}

const toBytes = ([chunk, encoding]) => Buffer.from(chunk, encoding);

/** What a piece can be, by how many bytes or units it has. */
const KINDS = {
  'a Buffer': (size) => [Buffer.alloc(size, 'B')],
  'a Uint8Array in the middle of its memory': (size) => [new Uint8Array(new ArrayBuffer(size + 9), 5, size).fill(0xf1)],
  'a Uint8Array of shared memory': (size) => [new Uint8Array(new SharedArrayBuffer(size)).fill(0xe2)],
  'a text of ASCII': (size) => ['t'.repeat(size), 'utf8'],
  'a text of ASCII as latin1': (size) => ['l'.repeat(size), 'latin1'],
  'a text of UTF-8': (size) => ['é'.repeat(size), 'utf8'],
  'a text of latin1': (size) => ['é'.repeat(size), 'latin1'],
  'a text that is not ASCII at its end': (size) => [`${'x'.repeat(size)}\u20ac`, 'utf8'],
  'a text of UTF-16': (size) => ['u'.repeat(size), 'utf16le'],
  'a text of base64': (size) => ['AAAA'.repeat(size), 'base64'],
  'a text of hexadecimal digits': (size) => ['2a'.repeat(size), 'hex'],
};

const SIZES = [0, 1, 23, 24, 25, 31, 32, 33, 64, OUTGOING - 1, OUTGOING, OUTGOING + 1];

describe('short pieces written together', function () {
  this.timeout(patience(30000));

  for (const [kind, make] of Object.entries(KINDS)) {
    it(`${kind}: arrives whole between two others, and counts, in each size`, async () => {
      const { client, ended } = await open();
      const expected = [];
      for (const size of SIZES) {
        const pieces = [[Buffer.from('<')], make(size), ['>', 'latin1']];
        writeCorked(client, pieces);
        expected.push(...pieces.map(toBytes));
      }
      client.end();
      const all = Buffer.concat(expected);
      assert.deepStrictEqual(await ended, all);
      assert.strictEqual(client.bytesWritten, all.length);
    });
  }

  it('arrive whole for each total around the size of the memory', async () => {
    const { client, ended } = await open();
    const expected = [];
    for (let total = OUTGOING - 3; total <= OUTGOING + 3; total++) {
      const pieces = [[Buffer.alloc(100, 'a')], ['b'.repeat(20)], [Buffer.alloc(total - 120, 'c')]];
      writeCorked(client, pieces);
      expected.push(...pieces.map(toBytes));
    }
    client.end();
    assert.deepStrictEqual(await ended, Buffer.concat(expected));
  });

  it('are not mixed with what a getter of a piece writes to another socket', async () => {
    const [one, other] = [await open(), await open()];
    const second = {
      encoding: 'buffer',
      get chunk() {
        writeCorked(other.client, [[Buffer.alloc(40, 'o')], [Buffer.alloc(40, 'o')]]);
        return Buffer.alloc(40, '2');
      },
    };
    await new Promise((resolve) => {
      one.client._writev([{ chunk: Buffer.alloc(40, '1'), encoding: 'buffer' }, second], resolve);
    });
    one.client.end();
    other.client.end();
    assert.strictEqual(String(await one.ended), '1'.repeat(40) + '2'.repeat(40));
    assert.match(String(await other.ended), /^o+$/);
  });

  it('are not mixed with what an accessor of Array.prototype writes to another socket', async () => {
    const [one, other] = [await open(), await open()];
    const second = Buffer.alloc(40, '2');
    const define = (object, key, how) => Object.defineProperty(object, key, { configurable: true, ...how });
    const get = () => {
      other.client.write(Buffer.alloc(40, 'o'));
      return second;
    };
    for (const key of ['0', '1']) {
      define(Array.prototype, key, {
        get() {},
        set(value) {
          define(this, key, value === second ? { get } : { value, writable: true });
        },
      });
    }
    try {
      writeCorked(one.client, [[Buffer.alloc(40, '1')], [second]]);
    } finally {
      delete Array.prototype[0];
      delete Array.prototype[1];
    }
    one.client.end();
    other.client.end();
    assert.strictEqual(String(await one.ended), '1'.repeat(40) + '2'.repeat(40));
    await other.ended;
  });

  for (const Numbers of [Uint16Array, Float32Array, BigUint64Array, Uint8ClampedArray]) {
    it(`are the memory of a ${Numbers.name} too, alone and beside a Buffer, in each size`, async () => {
      const { client, ended } = await open();
      const expected = [];
      for (const size of [8, 64, 128, OUTGOING, OUTGOING + 8]) {
        const bytes = Buffer.alloc(size, 'memory');
        const chunk = new Numbers(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + size));
        const beside = Buffer.from('!');
        await new Promise((resolve) => client._write(chunk, 'buffer', resolve));
        await new Promise((resolve) => {
          client._writev([{ chunk, encoding: 'buffer' }, { chunk: beside, encoding: 'buffer' }], resolve);
        });
        expected.push(bytes, bytes, beside);
      }
      client.end();
      assert.deepStrictEqual(await ended, Buffer.concat(expected));
      assert.strictEqual(client.bytesWritten, Buffer.concat(expected).length);
    });
  }

  it('never pass through functions that a program has put in the place of the engine\'s', async () => {
    const { client, ended } = await open();
    const { charCodeAt } = String.prototype;
    const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
    const { set } = typedArray;
    const stolen = [];
    const steal = (original) => function (...args) {
      stolen.push(this);
      return Reflect.apply(original, this, args);
    };
    String.prototype.charCodeAt = steal(charCodeAt);
    typedArray.set = steal(set);
    try {
      writeCorked(client, [['a text'], [Buffer.alloc(60, 'B')], ['the end']]);
    } finally {
      String.prototype.charCodeAt = charCodeAt;
      typedArray.set = set;
    }
    client.end();
    assert.strictEqual(String(await ended), `a text${'B'.repeat(60)}the end`);
    assert.deepStrictEqual(stolen, []);
  });

  it('are refused with one error when the socket has been destroyed, and no byte of them arrives', async () => {
    const { client, ended } = await open();
    const errors = [];
    client.cork();
    client.write('one', (err) => errors.push(err?.code));
    client.write(Buffer.from('two'), (err) => errors.push(err?.code));
    client.destroy();
    client.uncork();
    assert.strictEqual((await ended).length, 0);
    assert.deepStrictEqual(errors, ['ERR_STREAM_DESTROYED', 'ERR_STREAM_DESTROYED']);
  });
});
