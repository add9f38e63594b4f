'use strict';
// A socket that flows gives the text of a chunk past push() of stream.Readable: with the events of node:net, whatever
// the decoder does.

const assert = require('node:assert');
const { once } = require('node:events');
const nodeNet = require('node:net');
const { Readable, Writable } = require('node:stream');
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

/** Turns of the loop after each piece, in which what the program has put off is done. */
const TURNS = 8;

/**
 * What a program sees that gets pieces one by one, each when the one before has been read.
 * @param {object} api net of Node or of cnet
 * @param {(socket: net.Socket, log: unknown[]) => void} use has the socket decode, and listens
 * @param {Buffer[]} pieces
 * @param {number} [read] of how many it is sure that they will be read
 */
async function see(api, use, pieces, read = pieces.length) {
  const { client, accepted } = await open(api);
  const log = [];
  const ended = once(accepted, 'close');
  client.on('error', () => {}); // where the other end closes first
  use(accepted, log);
  let sent = 0;
  for (const [i, piece] of pieces.entries()) {
    client.write(piece);
    sent += piece.length;
    while (i < read && accepted.bytesRead < sent) await new Promise(setImmediate);
    for (let turns = 0; turns < TURNS; turns++) await new Promise(setImmediate);
  }
  client.end();
  await once(client, 'finish');
  if (accepted.allowHalfOpen) setImmediate(() => accepted.end());
  await ended;
  return log;
}

async function assertSame(use, ...pieces) {
  const [expected, actual] = [await see(nodeNet, use, ...pieces), await see(net, use, ...pieces)];
  assert.deepStrictEqual(actual, expected);
  return actual;
}

/** Each byte in a read of its own. */
const byteByByte = (bytes) => Array.from(bytes, (byte) => Buffer.of(byte));

function collect(socket, log) {
  socket.on('data', (text) => log.push(text));
  socket.on('end', () => log.push('end'));
}

/** What listeners do within 'data' of the second piece, of text or of bytes. */
const WITHIN = {
  'ends it by push(null)': (socket) => {
    socket.allowHalfOpen = true;
    socket.push(null);
  },
  'pauses it, and gives back more than its mark': async (socket, listener, log) => {
    socket.pause();
    socket.unshift('u'.repeat(200_000));
    for (let turns = 0; turns < TURNS * 1.5; turns++) await new Promise(setImmediate);
    log.push(`of ${socket.bytesRead} bytes`); // the third piece has come, and waits in the kernel
    socket.resume();
  },
  'pauses it, and gives back less than its mark': (socket) => {
    socket.pause();
    socket.unshift('u');
    setImmediate(() => setImmediate(() => socket.resume()));
  },
  'asks for more': (socket) => socket.read(0),
  'stops listening until the next tick': (socket, listener) => {
    socket.off('data', listener);
    process.nextTick(() => socket.on('data', listener));
  },
};

describe('a socket that flows', function () {
  this.timeout(patience(30000));

  for (const [how, within] of Object.entries(WITHIN)) {
    for (const encoding of ['utf8', null]) {
      it(`goes on as with node:net where a listener of ${encoding ?? 'bytes'} ${how}`, async () => {
        const use = (socket, log) => {
          let count = 0;
          if (encoding !== null) socket.setEncoding(encoding);
          const listener = (data) => {
            if (count > 2) log.push(`${log.pop()}${data}`); // two that come in one read are one
            else log.push(String(data));
            if (++count === 2) within(socket, listener, log);
          };
          socket.on('data', listener);
          for (const event of ['end', 'error']) socket.on(event, (err) => log.push(event, err));
        };
        await assertSame(use, ['one', 'two', 'three', 'four'].map((text) => Buffer.from(text)), 2);
      });
    }
  }

  for (const encoding of ['utf8', null]) {
    it(`calls a push() that a program has put in its place, for ${encoding ?? 'bytes'}`, async () => {
      const { push } = Readable.prototype;
      const use = (socket, log) => {
        if (encoding !== null) socket.setEncoding(encoding);
        collect(socket, log);
        Readable.prototype.push = function (chunk, ...rest) {
          if (this === socket) log.push(`push ${chunk}`);
          return Reflect.apply(push, this, [chunk, ...rest]);
        };
      };
      try {
        await assertSame(use, ['one', 'two', 'three'].map((text) => Buffer.from(text)));
      } finally {
        Readable.prototype.push = push;
      }
    });

    it(`forgets with each piece which pipes wait, and so goes on after resume(), for ${encoding ?? 'bytes'}`, async () => {
      const use = (socket, log) => {
        if (encoding !== null) socket.setEncoding(encoding);
        const stuck = new Writable();
        let writes = 0;
        stuck.write = () => ++writes !== 2; // and never emits 'drain'
        const slow = new Writable({
          highWaterMark: 1,
          decodeStrings: false,
          write(chunk, _encoding, callback) {
            log.push(String(chunk));
            setImmediate(callback);
          },
        });
        socket.pipe(stuck);
        socket.pipe(slow);
        let count = 0;
        socket.on('data', () => {
          if (++count === 2) setImmediate(() => setImmediate(() => socket.resume()));
        });
      };
      await assertSame(use, ['one', 'two', 'three', 'four', 'five'].map((text) => Buffer.from(text)));
    });
  }
});

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

  it('keeps a text for which its decoder has left no listener, as node:net', async () => {
    const use = (socket, log) => {
      const listener = (text) => log.push(text);
      socket.setEncoding('utf8').on('data', listener);
      let count = 0;
      const { decoder } = socket._readableState;
      socket._readableState.decoder = {
        encoding: 'utf8',
        write(chunk) {
          if (++count === 2) {
            socket.off('data', listener);
            process.nextTick(() => socket.on('data', listener));
          }
          return decoder.write(chunk);
        },
        end: () => decoder.end(),
      };
    };
    const log = await assertSame(use, ['one', 'two', 'three'].map((text) => Buffer.from(text)));
    assert.deepStrictEqual(log, ['one', 'two', 'three']);
  });

  it('never gives a text twice or out of order where the decoder, behind a Proxy, has paused it', async () => {
    const use = (socket, log) => {
      collect(socket.setEncoding('utf8'), log);
      let count = 0;
      socket._readableState.decoder = new Proxy(socket._readableState.decoder, {
        get(target, key) {
          const value = Reflect.get(target, key);
          if (key !== 'write' || ++count !== 2) return value;
          socket.pause();
          setImmediate(() => {
            log.push('resumes');
            socket.resume();
          });
          return value;
        },
      });
    };
    await assertSame(use, [Buffer.from('one'), Buffer.from('two'), Buffer.from('three')]);
  });

  it('asks a decoder of the program in its next life too, of whatever encoding', async () => {
    const server = net.createServer((socket) => socket.end('text')).listen(0, HOST);
    await once(server, 'listening');
    const socket = net.connect(server.address()).setEncoding('utf8');
    const texts = [];
    socket._readableState.decoder = { write: (chunk) => `<${chunk}>`, end: () => '' };
    socket._readableState.encoding = 'win1251';
    socket.on('data', (text) => texts.push(text));
    await once(socket, 'close');
    socket.connect(server.address());
    await once(socket, 'close');
    server.close();
    assert.deepStrictEqual(texts, ['<text>', '<text>']);
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
