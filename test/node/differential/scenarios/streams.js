'use strict';

const events = require('events');
const stream = require('stream');
const { once } = events;

const { pairs } = require('../pairs');

const read = async (source) => {
  const chunks = [];
  for await (const chunk of source) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
};

const pair = pairs((t, client, accepted) => [t.state(client), t.state(accepted)], {
  watching: null,
  begin(t, client, accepted) {
    t.watch(client, 'client', { data: false });
    t.watch(accepted, 'accepted', { data: false });
  },
});

module.exports = [
  pair('async iteration', async (t, client, accepted) => {
    accepted.end(Buffer.alloc(200000, 'i'));
    accepted.resume();
    t.log('read', await read(client));
  }),
  pair('async iteration that breaks off', async (t, client, accepted) => {
    accepted.write('first');
    for await (const chunk of client) {
      t.log('read', chunk);
      break;
    }
    t.log('state', t.state(client));
    accepted.resume();
  }),
  pair('async iteration of a reset connection', async (t, client, accepted) => {
    setImmediate(() => accepted.resetAndDestroy());
    await read(client).then(t.fn('read'), t.fn('failed'));
  }),
  pair('pipeline into a socket', async (t, client, accepted) => {
    const reading = read(accepted);
    await stream.promises.pipeline(stream.Readable.from(['one ', 'two ', 'three']), client).then(t.fn('done'),
      t.fn('failed'));
    t.log('read', await reading);
  }),
  pair('pipeline from a socket', async (t, client, accepted) => {
    const sink = new stream.PassThrough();
    accepted.end('through a pipeline');
    accepted.resume();
    const piping = stream.promises.pipeline(client, sink).then(t.fn('done'), t.fn('failed'));
    t.log('read', await read(sink));
    await piping;
  }),
  pair('pipeline whose source is destroyed', async (t, client, accepted) => {
    accepted.resume();
    const source = new stream.PassThrough();
    const piping = stream.promises.pipeline(source, client).then(t.fn('done'), t.fn('failed'));
    source.destroy(new Error('source broke'));
    await piping;
  }),
  pair('pipeline through both ways', async (t, client, accepted) => {
    const serving = stream.promises.pipeline(accepted, new stream.PassThrough(), accepted).then(t.fn('served',
      'accepted'), t.fn('failed', 'accepted'));
    client.end('echo');
    t.log('read', await read(client));
    await serving;
  }),
  pair('finished', async (t, client, accepted) => {
    const over = new Promise((resolve) => {
      stream.finished(client, (...values) => resolve(t.fn('finished', 'client')(...values)));
    });
    client.resume();
    accepted.resume();
    client.end('x');
    await over;
  }),
  pair('finished with a reset', async (t, client, accepted) => {
    const over = new Promise((resolve) => {
      stream.finished(client, (...values) => resolve(t.fn('finished', 'client')(...values)));
    });
    client.resume();
    accepted.resetAndDestroy();
    await over;
  }),
  pair('finished with a premature close', async (t, client, accepted) => {
    const over = new Promise((resolve) => {
      stream.finished(client, (...values) => resolve(t.fn('finished', 'client')(...values)));
    });
    accepted.resume();
    client.destroy();
    await over;
  }),
  pair('events.once', async (t, client, accepted) => {
    accepted.end('word');
    accepted.resume();
    t.log('data', ...await once(client, 'data'));
    await once(client, 'close').then(t.fn('close'));
  }),
  { title: 'captured rejections of the server', async run(t) {
    events.captureRejections = true;
    try {
      const server = t.server('server', async (socket) => {
        t.watch(socket, 'accepted');
        throw new Error('rejected');
      });
      const { port } = await t.listen(server);
      const client = t.connect('client', port, '127.0.0.1');
      await t.closed(client);
      await t.end(server);
    } finally {
      events.captureRejections = false;
    }
  } },
  { title: 'captured rejections of other events of the server', async run(t) {
    events.captureRejections = true;
    try {
      const server = t.server('server');
      server.on('listening', async () => { throw new Error('rejected'); });
      await t.listen(server);
      await t.turns(2);
      server.on('something', async () => { throw new Error('rejected too'); });
      server.emit('something');
      await t.turns(2);
    } finally {
      events.captureRejections = false;
    }
  } },
  { title: 'a socket is a Duplex', async run(t) {
    const socket = new t.net.Socket();
    t.log('is', socket instanceof stream.Duplex, socket instanceof stream.Stream, socket instanceof events);
    t.log('server', new t.net.Server() instanceof events, t.net.Stream === t.net.Socket);
    t.log('disposable', typeof socket[Symbol.asyncDispose] === typeof new stream.Duplex()[Symbol.asyncDispose]);
    t.log('modes', socket.allowHalfOpen, socket.readableObjectMode, socket.writableObjectMode,
      socket.readableHighWaterMark);
    socket.destroy();
  } },
  pair('compose with a readline', async (t, client, accepted) => {
    const readline = require('readline');
    accepted.end('line one\nline two\nline three');
    accepted.resume();
    for await (const line of readline.createInterface({ input: client })) t.log('line', line);
    client.end();
  }),
];
