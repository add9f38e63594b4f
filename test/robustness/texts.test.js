'use strict';
// Texts that are written: in each encoding, and of each length at which cnet goes another way, the peer has the bytes
// that Buffer.from() makes of them.

const assert = require('node:assert');
const { once } = require('node:events');

const net = require('../..');
const { LONGEST_HEAD, LONGEST_TEXT } = require('../../lib/native/constants').WRITE;
const { HOST } = require('../support/net');

const CHARACTERS = ['x', 'é', '\u0141', '€', '\ud83d\ude00', '\ud83d', 'x\ud83d', 'é€x'];
const ENCODINGS = ['utf8', 'latin1', 'ascii', 'utf16le', 'hex', 'base64'];
const LENGTHS = [1, LONGEST_HEAD - 1, LONGEST_HEAD, LONGEST_HEAD + 1, LONGEST_TEXT, LONGEST_TEXT + 1];

/** Flat ones, and one that V8 has as two halves. */
function* texts() {
  for (const character of CHARACTERS) {
    for (const length of LENGTHS) {
      const text = character.repeat(length).slice(0, length);
      yield text;
      if (length > 1 && length <= LONGEST_HEAD) yield `${text.slice(0, 30)}${text.slice(30)}`;
    }
  }
}

async function exchange(write) {
  const server = net.createServer().listen(0, HOST);
  await once(server, 'listening');
  const client = net.connect(server.address().port, HOST);
  const [accepted] = await once(server, 'connection');
  const got = [];
  accepted.on('data', (chunk) => got.push(chunk));
  const expected = Buffer.concat(write(client));
  client.end();
  await once(accepted, 'end');
  server.close();
  return { got: Buffer.concat(got), expected, client };
}

describe('texts', () => {
  for (const encoding of ENCODINGS) {
    it(`of any length and any characters are what Buffer.from() makes of them, in ${encoding}`, async () => {
      const { got, expected, client } = await exchange((socket) => [...texts()].map((text) => {
        socket.write(text, encoding);
        return Buffer.from(text, encoding);
      }));
      assert.ok(got.equals(expected));
      assert.strictEqual(client.bytesWritten, expected.length);
    });

    it(`are so before a Buffer too, and among others, in ${encoding}`, async () => {
      const body = Buffer.from('the body');
      const { got, expected } = await exchange((socket) => [...texts()].flatMap((text, i) => {
        socket.cork();
        socket.write(text, encoding);
        socket.write(body);
        if (i % 2 === 0) socket.write(text, encoding);
        socket.uncork();
        const bytes = Buffer.from(text, encoding);
        return i % 2 === 0 ? [bytes, body, bytes] : [bytes, body];
      }));
      assert.ok(got.equals(expected));
    });
  }
});
