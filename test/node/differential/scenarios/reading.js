'use strict';

const { pairs } = require('../pairs');

const pair = pairs((t, client, accepted) => [t.state(client), t.bytes(client), t.bytes(accepted)], { watching: null });

/** A client with onread against a server that sends. */
function onread(title, options, act = () => {}) {
  return { title, async run(t) {
    const server = t.track(t.net.createServer(), 'server');
    const { port } = await t.listen(server);
    const client = t.track(new t.net.Socket({ onread: options(t, () => client) }), 'client');
    t.watch(client, 'client');
    client.connect(port, '127.0.0.1');
    const [accepted] = await t.event(server, 'connection');
    t.track(accepted);
    accepted.resume();
    await act(t, client, accepted);
    accepted.end();
    await t.end(server);
  } };
}

/** Logs what onread brings as one stream, for its cuts are the kernel's. */
function collector(t) {
  return (bytes, buffer) => {
    t.lane('client').data(Buffer.from(buffer.subarray(0, bytes)));
    return true;
  };
}

module.exports = [
  ...['utf8', 'hex', 'base64', 'latin1', 'utf16le'].map((encoding) => pair(`setEncoding(${encoding})`, (t, client,
    accepted) => {
    t.log('returns', t.watch(client, 'client').setEncoding(encoding), client.readableEncoding);
    accepted.end('words: öäü€😀');
  })),
  pair('a character that is cut', async (t, client, accepted) => {
    t.watch(client, 'client').setEncoding('utf8');
    const bytes = Buffer.from('€');
    accepted.write(bytes.subarray(0, 1));
    await t.turns(3);
    accepted.end(bytes.subarray(1));
  }),
  pair('an unknown encoding', (t, client, accepted) => {
    t.watch(client, 'client');
    t.try('setEncoding', () => client.setEncoding('nonsense'));
    accepted.end('x');
  }),
  pair('pause and resume', async (t, client, accepted) => {
    t.watch(client, 'client');
    t.log('pause', client.pause(), client.isPaused());
    accepted.write('one');
    await t.turns(4);
    t.log('nothing came', t.lane('client').chunks.length, t.state(client));
    t.log('resume', client.resume(), client.isPaused());
    await t.event(client, 'data');
    accepted.end('two');
  }),
  pair('pause in the data listener', async (t, client, accepted) => {
    t.watch(client, 'client');
    client.once('data', () => {
      client.pause();
      setImmediate(() => client.resume());
    });
    accepted.end(Buffer.alloc(400000, 'd'));
  }),
  { title: 'pause in the connection listener holds', async run(t) {
    const server = t.server('server', (socket) => {
      t.watch(socket, 'accepted');
      socket.pause();
    });
    const { port } = await t.listen(server);
    const client = t.connect('client', port, '127.0.0.1');
    client.end('words');
    const [socket] = await t.event(server, 'connection');
    await t.event(client, 'finish');
    await t.turns(4);
    t.log('held', socket.isPaused(), t.state(socket));
    t.moment('held', socket.bytesRead);
    socket.resume();
    await t.end(server);
  } },
  { title: 'pauseOnConnect', async run(t) {
    const server = t.server('server', { pauseOnConnect: true }, (socket) => {
      t.watch(socket, 'accepted', { data: false });
      t.log('paused', socket.isPaused(), socket.readableFlowing);
    });
    const { port } = await t.listen(server);
    const client = t.connect('client', port, '127.0.0.1');
    client.end('words');
    const [socket] = await t.event(server, 'connection');
    await t.event(client, 'finish');
    await t.turns(4);
    t.log('held', socket.bytesRead, socket.readableLength, t.state(socket));
    socket.on('data', (chunk) => t.lane('accepted').data(chunk));
    await t.turns(4);
    t.log('a listener alone', socket.bytesRead, socket.isPaused());
    socket.resume();
    await t.end(server);
  } },
  { title: 'pauseOnConnect and a handle that is read later by another socket', async run(t) {
    const server = t.server('server', { pauseOnConnect: true });
    const { port } = await t.listen(server);
    const client = t.connect('client', port, '127.0.0.1');
    const [socket] = await t.event(server, 'connection');
    const second = t.watch(new t.net.Socket({ handle: socket._handle }), 'second');
    t.log('second', t.state(second), second.remotePort === client.localPort);
    client.end('words');
    await t.event(second, 'end');
    second.end();
    server.close();
    await t.closed(client, second);
  } },
  pair('a small highWaterMark stops reading', async (t, client, accepted) => {
    accepted.end(Buffer.alloc(300000, 'h'));
    await t.turns(8);
    t.log('high water mark', client.readableHighWaterMark, client.readableFlowing);
    t.watch(client, 'client');
  }, { client: { highWaterMark: 1000 } }),
  pair('a pipe from socket to socket', (t, client, accepted) => {
    t.watch(client, 'client', { apart: true });
    t.watch(accepted, 'accepted', { data: false, apart: true });
    accepted.pipe(accepted);
    client.end(Buffer.alloc(500000, 'p'));
  }),
  pair('readable events', async (t, client, accepted) => {
    t.watch(client, 'client', { data: false });
    client.on('readable', () => {
      let chunk;
      while ((chunk = client.read()) !== null) t.lane('client').data(chunk);
    });
    accepted.end('in readable');
  }),
  pair('chunks belong to the user', async (t, client, accepted) => {
    const kept = [];
    client.on('data', (chunk) => kept.push(chunk));
    for (let i = 0; i < 50; i++) {
      accepted.write(Buffer.alloc(1000, 65 + (i % 26)));
      await t.turns(1);
    }
    accepted.end();
    await t.event(client, 'end');
    t.log('kept', Buffer.concat(kept), kept.every((chunk) => Buffer.isBuffer(chunk)));
    client.end();
  }),
  onread('onread with one buffer', (t) => ({ buffer: Buffer.alloc(4096), callback: collector(t) }),
    async (t, client, accepted) => {
      accepted.write(Buffer.from('short '));
      await t.turns(3);
      accepted.write(Buffer.alloc(100000, 'r'));
    }),
  onread('onread with a Uint8Array', (t) => ({ buffer: new Uint8Array(100), callback: collector(t) }),
    async (t, client, accepted) => { accepted.write('words'); }),
  onread('onread with a function that gives buffers', (t) => ({
    buffer: () => Buffer.alloc(1000), callback: collector(t),
  }), async (t, client, accepted) => { accepted.write(Buffer.alloc(5000, 'f')); }),
  onread('onread whose callback returns false', (t, client) => {
    let calls = 0;
    return { buffer: Buffer.alloc(10), callback(bytes, buffer) {
      t.lane('client').log('onread', bytes, buffer.subarray(0, bytes), this === client());
      if (++calls === 1) setImmediate(() => client().resume());
      return calls !== 1;
    } };
  }, async (t, client, accepted) => {
    accepted.write('0123456789abcdefghij');
    await t.turns(10);
  }),
  onread('onread and pause', (t) => ({ buffer: Buffer.alloc(1000), callback: collector(t) }),
    async (t, client, accepted) => {
      client.pause();
      accepted.write('held');
      await t.turns(4);
      t.moment('held', client.bytesRead);
      client.resume();
    }),
  { title: 'onread by connect, and that no data event comes', async run(t) {
    const server = t.server('server', (socket) => socket.end('greeting'));
    const { port } = await t.listen(server);
    const client = t.connect('client', { port, host: '127.0.0.1', onread: {
      buffer: Buffer.alloc(64), callback: (bytes, buffer) => {
        t.lane('client').log('onread', bytes, buffer.subarray(0, bytes));
      } } });
    await t.closed(client);
    await t.end(server);
  } },
  { title: 'onread with bad values is no onread', async run(t) {
    const server = t.server('server', (socket) => socket.end('greeting'));
    const { port } = await t.listen(server);
    for (const [label, value] of Object.entries({ nothing: null, noCallback: { buffer: Buffer.alloc(9) },
      noBuffer: { callback() {} }, text: { buffer: 'x', callback() {} } })) {
      t.try(label, () => t.connect(label, { port, host: '127.0.0.1', onread: value }));
    }
    await t.end(server);
  } },
];
