'use strict';
// A Buffer that says something else about its length than the engine: all of its bytes are sent, and counted, and
// what lies beside it is whole.

const assert = require('node:assert');
const { once } = require('node:events');
const nodeNet = require('node:net');

const net = require('../..');
const native = require('../../lib/native/binding');
const { EVENT: { CALL, RESULT } } = require('../../lib/native/constants');
const { event } = require('../../lib/native/events');
const { needsLinux, needsPosix } = require('../support/needs');
const { HOST } = require('../support/net');
const { patience } = require('../support/scale');
const { tempDir } = require('../support/temp');

const TEXT = 'the text beside it';

/** Bytes of a Buffer that gives `value` as the property `name`: its own, or that of its class. */
const LIARS = {
  'a property of its own': (length, name, value) => Object.defineProperty(Buffer.alloc(length, 'L'), name, { value }),
  'an accessor of its own': (length, name, value) =>
    Object.defineProperty(Buffer.alloc(length, 'L'), name, { get: () => value }),
  'an accessor of its class': (length, name, value) => {
    const prototype = Object.create(Buffer.prototype, { [name]: { get: () => value } });
    return Object.setPrototypeOf(Buffer.alloc(length, 'L'), prototype);
  },
};

/** Two ends of a connection, and all that comes at the other. */
async function open(api, options = { port: 0, host: HOST }) {
  const server = api.createServer().listen(options);
  await once(server, 'listening');
  const client = api.connect(options.path === undefined ? server.address() : options);
  const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  server.close();
  const got = [];
  accepted.on('data', (chunk) => got.push(chunk));
  return { client, ended: once(accepted, 'end').then(() => Buffer.concat(got).toString('latin1')) };
}

describe('a Buffer that lies about its length', function () {
  this.timeout(patience(30000));

  for (const [how, lie] of Object.entries(LIARS)) {
    for (const name of ['length', 'byteLength']) {
      for (const value of [1, 100_000]) {
        const title = `by ${how}, ${name} ${value}`;

        it(`${title}: is sent whole, alone`, async () => {
          const { client, ended } = await open(net);
          const chunk = lie(60_000, name, value);
          client.write(chunk);
          client.end();
          assert.strictEqual(await ended, 'L'.repeat(60_000));
          assert.strictEqual(client.bytesWritten, 60_000);
        });

        it(`${title}: is sent whole beside a text, corked, and the callbacks tell of no error`, async () => {
          const { client, ended } = await open(net);
          const errors = [];
          client.cork();
          client.write(lie(49_140, name, value), (error) => errors.push(error ?? null));
          client.write(TEXT, (error) => errors.push(error ?? null));
          client.write(lie(10, name, value));
          client.uncork();
          client.end();
          assert.strictEqual(await ended, `${'L'.repeat(49_140)}${TEXT}${'L'.repeat(10)}`);
          assert.deepStrictEqual(errors, [null, null]);
          assert.strictEqual(client.bytesWritten, 49_150 + TEXT.length);
        });
      }
    }
  }

  it('has the return value, the queue and the drain that it has with node:net', async () => {
    const seen = await Promise.all([net, nodeNet].map(async (api) => {
      const { client, ended } = await open(api);
      const log = [];
      for (const value of [0, 1, 16384, 1e6]) {
        const result = client.write(LIARS['a property of its own'](100, 'length', value));
        log.push(result, client.writableNeedDrain);
        if (!result) {
          await once(client, 'drain');
          log.push('drain', client.writableLength);
        }
      }
      client.end();
      log.push((await ended).length, client.bytesWritten);
      return log;
    }));
    assert.deepStrictEqual(seen[0], seen[1]);
  });

  it('is sent whole with descriptors', async function () {
    needsPosix(this);
    const temp = tempDir();
    const { client, ended } = await open(net, { path: temp.socket('socket') });
    client.sendDescriptors(LIARS['a property of its own'](100, 'byteLength', 3), [0]);
    client.end();
    assert.strictEqual(await ended, 'L'.repeat(100));
    temp.remove();
  });

  it('is sent whole with the handshake', async function () {
    needsLinux(this);
    const server = net.createServer().listen({ port: 0, host: HOST, fastOpen: true });
    await once(server, 'listening');
    const client = new net.Socket();
    client.connect({ ...server.address(), fastOpen: true });
    client.end(LIARS['a property of its own'](100, 'byteLength', 3));
    const [accepted] = await once(server, 'connection');
    let got = '';
    for await (const chunk of accepted.setEncoding('latin1')) got += chunk;
    assert.strictEqual(got, 'L'.repeat(100));
    server.close();
  });
});

/** As lib/socket/write.js calls it. */
function writeString(id, text, number) {
  event[CALL] = id;
  event[CALL + 1] = number;
  event[CALL + 2] = text.length;
  native.writeString(text);
  return event[RESULT];
}

describe('text that is longer than C has room for', () => {
  let id;
  beforeEach(() => {
    id = native.open(0, 'TCPWRAP');
  });
  afterEach(() => native.close(id));

  for (const [number, name] of ['latin1', 'utf8', 'utf16le'].entries()) {
    it(`is refused, not cut, in ${name}`, () => {
      const { ENOBUFS } = require('../../lib/native/uv');
      for (const char of ['x', 'é', '€', '\ud83d\ude00']) {
        for (let length = 10_000; length < 60_000; length += 1000) {
          const text = char.repeat(length);
          const bytes = Buffer.byteLength(text, name);
          const result = writeString(id, text, number);
          assert.notStrictEqual(result, bytes > 49_154 ? 0 : ENOBUFS, `${char} ${length}`);
          if (bytes >= 49_154) assert.strictEqual(result, ENOBUFS);
        }
      }
    });
  }

  it('is refused, not cut, behind a Buffer', () => {
    const { ENOBUFS } = require('../../lib/native/uv');
    assert.strictEqual(native.writeSmall(id, [Buffer.alloc(49_150), 'a text']), ENOBUFS);
    assert.strictEqual(native.writeSmall(id, [Buffer.alloc(49_150), Buffer.from('bytes')]), ENOBUFS);
  });
});
