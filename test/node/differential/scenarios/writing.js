'use strict';

const { pairs } = require('../pairs');

const BIG = 8 << 20;

const pair = pairs((t, client, accepted) => [
  t.bytes(client), t.bytes(accepted), client.writableLength, client.bufferSize,
]);

function sizes(t, label, socket) {
  t.log(label, socket.bytesWritten);
  t.moment(label, socket.bufferSize, socket.writableLength, socket.writableNeedDrain);
}

module.exports = [
  ...['utf8', 'latin1', 'ascii', 'base64', 'base64url', 'hex', 'ucs2', 'utf16le', 'binary', 'UTF-8',
    undefined].map((encoding) =>
    pair(`a string as ${encoding}`, (t, client) => {
      const text = { base64: 'w7bDpMO8', base64url: 'w7bDpMO8', hex: 'c3b6c3a4' }[encoding] ?? 'öäü€😀 plain';
      t.log('write', client.write(text, encoding, t.fn('written', 'client')));
      sizes(t, 'sizes', client);
      client.end();
    })),
  pair('kinds of chunks', (t, client) => {
    client.write(Buffer.from('buffer '));
    client.write(new Uint8Array([97, 98, 99]));
    client.write(Buffer.from('xslicex').subarray(1, 6));
    client.write('');
    client.write(Buffer.alloc(0), t.written('empty', 'client'));
    client.end();
  }),
  pair('other views', (t, client) => {
    for (const [label, value] of [['Uint16Array', new Uint16Array([0x6161])], ['DataView',
      new DataView(new ArrayBuffer(2))],
      ['ArrayBuffer', new ArrayBuffer(2)]]) t.try(label, () => client.write(value));
    client.end();
  }),
  pair('chunks that are none', (t, client) => {
    for (const value of [1, true, {}, [], () => {}, undefined, null, Symbol('s')]) t.try(`write ${String(value)}`,
      () => client.write(value));
    client.end();
  }),
  pair('an unknown encoding', (t, client) => {
    t.try('write', () => client.write('text', 'nonsense'));
    t.try('default', () => client.setDefaultEncoding('nonsense'));
    client.end();
  }),
  pair('an unknown encoding of a buffer', (t, client) => {
    t.try('write', () => client.write(Buffer.from('text'), 'nonsense'));
    client.end();
  }),
  pair('a default encoding of short writes', async (t, client) => {
    for (const encoding of ['latin1', 'utf16le', 'base64', 'utf8']) {
      client.setDefaultEncoding(encoding);
      t.log(encoding, client.write('\u00e9abc'));
      await t.turns(3);
    }
    client.end();
  }),
  pair('a default encoding', (t, client) => {
    t.log('returns', client.setDefaultEncoding('hex'));
    client.end('616263');
  }),
  pair('callbacks in order', (t, client) => {
    for (const word of ['one', 'two', 'three']) client.write(word, t.fn(`written ${word}`, 'client'));
    t.ticks('after write', 'client');
    client.end('four', t.fn('ended', 'client'));
  }),
  pair('a write callback comes after the write returns', (t, client) => {
    let returned = false;
    client.write('word', () => {
      t.lane('client').log('written, returned', returned);
      client.end();
    });
    returned = true;
    t.ticks('after write', 'client');
  }),
  pair('a write inside a write callback', (t, client) => {
    client.write('one', () => {
      t.lane('client').log('written one');
      client.write('two', () => {
        t.lane('client').log('written two');
        client.end('three');
      });
    });
  }),
  pair('cork and uncork with several encodings', async (t, client) => {
    client.cork();
    client.cork();
    client.write('plain ', t.written('plain', 'client'));
    client.write('c3b6', 'hex', t.written('hex', 'client'));
    client.write(Buffer.from(' buffer '), t.written('buffer', 'client'));
    client.write('ü', 'latin1', t.written('latin1', 'client'));
    client.write('ab', 'ucs2', t.written('ucs2', 'client'));
    sizes(t, 'corked', client);
    t.log('corks', client.writableCorked);
    client.uncork();
    sizes(t, 'still corked', client);
    client.uncork();
    sizes(t, 'uncorked', client);
    client.end();
  }),
  pair('corked buffers only', (t, client) => {
    client.cork();
    for (let i = 0; i < 5; i++) client.write(Buffer.from(`part ${i} `), t.fn(`written ${i}`, 'client'));
    process.nextTick(() => client.uncork());
    client.end();
  }),
  pair('many small corked writes', (t, client) => {
    client.cork();
    for (let i = 0; i < 3000; i++) client.write(i % 2 ? `${i},` : Buffer.from(`${i};`));
    client.uncork();
    client.end();
  }),
  pair('a big write: back pressure and drain', async (t, client, accepted) => {
    accepted.pause();
    t.log('write', client.write(Buffer.alloc(BIG, 'x'), t.fn('written', 'client')));
    sizes(t, 'at once', client);
    t.log('second', client.write('tail', t.written('tail', 'client')));
    sizes(t, 'with the tail', client);
    await t.turns(3);
    sizes(t, 'waiting', client);
    accepted.resume();
    await t.event(client, 'drain');
    sizes(t, 'drained', client);
    client.end();
  }),
  pair('a big string', async (t, client) => {
    t.moment('write', client.write('ü'.repeat(1 << 20), t.fn('written', 'client')));
    sizes(t, 'at once', client);
    client.end();
  }),
  pair('a big latin1 string', (t, client) => {
    t.moment('write', client.write('ü'.repeat(1 << 20), 'latin1', t.fn('written', 'client')));
    sizes(t, 'at once', client);
    client.end();
  }),
  pair('big corked writes', (t, client) => {
    client.cork();
    for (let i = 0; i < 8; i++) client.write(Buffer.alloc(1 << 20, i), t.fn(`written ${i}`, 'client'));
    client.uncork();
    sizes(t, 'uncorked', client);
    client.end();
  }),
  pair('big writes over a Unix socket', (t, client) => {
    for (let i = 0; i < 8; i++) t.log('write', client.write(Buffer.alloc(1 << 20, i), t.fn(`written ${i}`, 'client')));
    sizes(t, 'at once', client);
    client.end();
  }, { path: 's' }),
  pair('the bytes of a queued buffer may not be lost', async (t, client, accepted) => {
    accepted.pause();
    (() => { client.write(Buffer.alloc(BIG, 'y')); })();
    for (let i = 0; i < 20; i++) Buffer.alloc(1 << 20, 'z');
    accepted.resume();
    client.end();
  }),
  { title: 'writes before connect', async run(t) {
    const server = t.server('server', (socket) => t.watch(socket, 'accepted'));
    const { port } = await t.listen(server);
    const client = t.connect('client', { port, host: '127.0.0.1' });
    t.log('write', client.write('one ', t.written('one', 'client')));
    sizes(t, 'one', client);
    t.log('write', client.write('74776f20', 'hex', t.written('two', 'client')));
    client.write(Buffer.from('three'), t.written('three', 'client'));
    sizes(t, 'three', client);
    t.log('state', t.state(client));
    client.end();
    await t.end(server);
  } },
  { title: 'writes before a connect that fails', async run(t) {
    const client = t.connect('client', { port: t.refused(), host: '127.0.0.1' });
    client.write('one', t.written('one', 'client'));
    client.write('two', t.written('two', 'client'));
    client.end(t.fn('ended', 'client'));
    await t.end();
    sizes(t, 'at the end', client);
  } },
  { title: 'bytesWritten while connecting, in all kinds', async run(t) {
    const client = t.connect('client', { port: t.refused(), host: '127.0.0.1' });
    for (const [chunk, encoding] of [['ü', 'utf8'], ['ü', 'latin1'], ['abcd', 'hex'], ['YWJj', 'base64']]) {
      client.write(chunk, encoding, () => {});
      sizes(t, encoding, client);
    }
    client.destroy();
    sizes(t, 'destroyed', client);
    await t.end();
    sizes(t, 'closed', client);
  } },
  pair('highWaterMark of one byte', (t, client) => {
    t.log('write', client.write('a'), client.writableHighWaterMark);
    client.end();
  }, { client: { highWaterMark: 1 } }),
];
