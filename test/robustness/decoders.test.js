'use strict';
// A socket that flows gives the text of a chunk past push() of stream.Readable: with the events of node:net, whatever
// the decoder does.

const assert = require('node:assert');
const { once } = require('node:events');
const nodeNet = require('node:net');
const { StringDecoder } = require('node:string_decoder');

const net = require('../..');
const { HOST } = require('../support/net');
const { patience } = require('../support/scale');

const APIS = { 'node:net': nodeNet, cnet: net };

/** Both ends of a connection. */
async function open(api) {
  const server = api.createServer().listen(0, HOST);
  await once(server, 'listening');
  const client = api.connect(server.address());
  const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  server.close();
  return { client, accepted };
}

/**
 * What a program sees that gets pieces one by one, each when the one before has been read.
 * @param {object} api net of Node or of cnet
 * @param {(socket: net.Socket, log: unknown[]) => void} use has the socket decode, and listens
 * @param {Buffer[]} pieces
 */
async function see(api, use, pieces) {
  const { client, accepted } = await open(api);
  const log = [];
  const ended = once(accepted, 'close');
  use(accepted, log);
  let sent = 0;
  for (const piece of pieces) {
    client.write(piece);
    sent += piece.length;
    while (accepted.bytesRead < sent) await new Promise(setImmediate);
  }
  client.end();
  await ended;
  return log;
}

async function assertSame(use, pieces) {
  const [expected, actual] = [await see(nodeNet, use, pieces), await see(net, use, pieces)];
  assert.deepStrictEqual(actual, expected);
  return actual;
}

/** Each byte in a read of its own. */
const byteByByte = (bytes) => Array.from(bytes, (byte) => Buffer.of(byte));

function collect(socket, log) {
  socket.on('data', (text) => log.push(text));
  socket.on('end', () => log.push('end'));
}

describe('a socket that decodes', function () {
  this.timeout(patience(30000));

  for (const encoding of ['utf8', 'utf16le', 'base64', 'base64url', 'hex', 'latin1', 'ascii']) {
    it(`gives text of ${encoding} in the pieces of node:net, where characters come in parts`, async () => {
      const use = (socket, log) => collect(socket.setEncoding(encoding), log);
      const bytes = Buffer.from('a \u20ac \u{1f600} \u00e9', encoding === 'utf16le' ? 'utf16le' : 'utf8');
      const log = await assertSame(use, [Buffer.from('first'), ...byteByByte(bytes), Buffer.alloc(300, 'z')]);
      assert.ok(log.length > 3);
    });
  }

  it('gives what the decoder still has at the end, as node:net', async () => {
    const use = (socket, log) => collect(socket.setEncoding('utf8'), log);
    const log = await assertSame(use, [Buffer.from('one'), Buffer.from('two'), Buffer.of(0xe2, 0x82)]);
    assert.deepStrictEqual(log, ['one', 'two', '\ufffd', 'end']);
  });

  it('keeps the text that a listener has paused it for, as node:net', async () => {
    const use = (socket, log) => {
      socket.setEncoding('utf8').on('data', (text) => {
        log.push(text, socket.readableLength);
        socket.pause();
        setImmediate(() => socket.resume());
      });
    };
    const log = await assertSame(use, [Buffer.from('one'), Buffer.from('two'), Buffer.from('three')]);
    assert.deepStrictEqual(log, ['one', 0, 'two', 0, 'three', 0]);
  });

  it('asks write() of the decoder, which a program may have put in its place, once for each chunk', async () => {
    const { write } = StringDecoder.prototype;
    const use = (socket, log) => collect(socket.setEncoding('utf8'), log);
    StringDecoder.prototype.write = function (chunk) {
      return Reflect.apply(write, this, [chunk]).toUpperCase();
    };
    try {
      const log = await assertSame(use, [Buffer.from('one'), Buffer.from('two'), Buffer.from('three')]);
      assert.deepStrictEqual(log, ['ONE', 'TWO', 'THREE', 'end']);
    } finally {
      StringDecoder.prototype.write = write;
    }
  });

  it('gives the text of a decoder that has paused the socket once, after resume(), as node:net', async () => {
    const use = (socket, log) => {
      collect(socket.setEncoding('utf8'), log);
      let count = 0;
      const state = socket._readableState;
      const { decoder } = state;
      const own = {
        encoding: 'utf8',
        write(chunk) {
          log.push(`decodes ${chunk}`);
          if (++count === 2) {
            socket.pause();
            setImmediate(() => {
              log.push('resumes');
              socket.resume();
            });
          }
          return `<${decoder.write(chunk)}>`;
        },
        end: () => decoder.end(),
      };
      state.decoder = own;
    };
    const log = await assertSame(use, [Buffer.from('one'), Buffer.from('two'), Buffer.from('three')]);
    assert.deepStrictEqual(log, ['decodes one', '<one>', 'decodes two', 'resumes', '<two>', 'decodes three', '<three>', 'end']);
  });

  for (const [name, api] of Object.entries(APIS)) {
    it(`emits nothing more when the decoder has destroyed the socket but what node:net emits, in ${name}`, async () => {
      const { client, accepted } = await open(api);
      const log = [];
      collect(accepted.setEncoding('utf8'), log);
      client.write('one');
      await once(accepted, 'data');
      const { decoder } = accepted._readableState;
      accepted._readableState.decoder = {
        encoding: 'utf8',
        write(chunk) {
          accepted.destroy();
          return decoder.write(chunk);
        },
        end: () => '',
      };
      client.on('error', () => {});
      client.write('two');
      await once(accepted, 'close');
      client.destroy();
      assert.deepStrictEqual(log, ['one', 'two']);
    });
  }
});
