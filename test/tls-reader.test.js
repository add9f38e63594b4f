'use strict';
// TLS that begins amid a connection whose text was decoded, as node:net lets it.

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { PassThrough } = require('node:stream');
const tls = require('node:tls');

const net = require('..');

const read = (name) => fs.readFileSync(path.join(__dirname, 'fixtures', 'tls', name));
const pair = { key: read('key.pem'), cert: read('cert.pem') };

async function connection() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = net.connect(server.address().port, '127.0.0.1');
  const [accepted] = await once(server, 'connection');
  server.close();
  return { client, accepted };
}

async function text(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return String(Buffer.concat(chunks));
}

describe('TLS after setEncoding()', () => {
  it('both ends give their bytes to TLS once it begins, and are still called decoded', async () => {
    const { client, accepted } = await connection();
    const secure = new tls.Server(pair, (socket) => socket.end(Buffer.from([0xc3, 0xa4, 0x21])));
    client.setEncoding('utf8').write('STARTTLS');
    const [command] = await once(accepted.setEncoding('utf8'), 'data');
    secure.emit('connection', accepted.write('go') && accepted);
    const [answer] = await once(client, 'data');
    const secured = tls.connect({ socket: client, ca: pair.cert, servername: 'localhost' });
    const got = await text(secured);
    assert.deepStrictEqual([command, answer, got, client.readableEncoding], ['STARTTLS', 'go', 'ä!', 'utf8']);
  });

  it('a pipe, whose listener has the same name, still has the text', async () => {
    const { client, accepted } = await connection();
    const into = new PassThrough({ decodeStrings: false, objectMode: true });
    client.setEncoding('hex').pipe(into);
    accepted.end(Buffer.from([1, 2, 3]));
    const [chunk] = await once(into, 'data');
    assert.strictEqual(chunk, '010203');
  });
});
