'use strict';

const { since } = require('../since');

const { AsyncLocalStorage } = require('async_hooks');
const diagnostics = require('diagnostics_channel');

const EVENTS = ['lookup', 'connect', 'ready', 'data', 'end', 'finish', 'drain',
  'timeout', 'error', 'close'];

/** Logs in whose store each event of an emitter is heard. */
function hear(t, store, emitter, name, events = EVENTS) {
  t.track(emitter, name);
  for (const event of events) emitter.on(event, () => t.lane(name).log(event, store.getStore()));
  return emitter;
}

async function withServer(t, store, onConnection, body) {
  const server = store.run('server', () => t.net.createServer(onConnection));
  hear(t, store, server, 'server', ['listening', 'connection', 'drop', 'error', 'close']);
  const listening = t.event(server, 'listening');
  store.run('listen', () => server.listen(0, '127.0.0.1', () => t.lane('server').log('listen callback',
    store.getStore())));
  await listening;
  await body(server.address().port, server);
  await t.closed(...[...t.opened].filter((emitter) => typeof emitter.destroy === 'function'));
  store.run('close', () => server.close(() => t.lane('server').log('close callback', store.getStore())));
  await t.end();
}

/** Subscribes to channels, and logs what they bring. */
function subscribe(t, names, describe) {
  for (const name of names) {
    const listener = (message) => t.log(name, describe(message));
    diagnostics.subscribe(name, listener);
    t.tidying.push(() => diagnostics.unsubscribe(name, listener));
  }
}

const NEWEST = {
  'channels of sockets': [22, 'older lines told of connect() alone'],
  'channels of listen': [20, '18 has no such channels'],
};

module.exports = [
  { title: 'the store of a client is that of connect(), of a server that of listen()', async run(t) {
    const store = new AsyncLocalStorage();
    await withServer(t, store, (socket) => {
      t.lane('accepted').log('connection', store.getStore());
      hear(t, store, socket, 'accepted');
      socket.end('reply');
    }, async (port) => {
      const client = store.run('socket', () => new t.net.Socket());
      store.run('listeners', () => hear(t, store, client, 'client'));
      store.run('connect', () => client.connect(port, '127.0.0.1', () => t.lane('client').log('callback',
        store.getStore())));
      await t.closed(client);
    });
  } },
  { title: 'by name, with lookup', async run(t) {
    const store = new AsyncLocalStorage();
    await withServer(t, store, (socket) => t.track(socket).resume().end(), async (port) => {
      const client = store.run('connect', () => t.net.connect(port, 'localhost'));
      hear(t, store, client, 'client');
      client.resume();
      await t.closed(client);
    });
  } },
  { title: 'a write callback runs in the store of the write', async run(t) {
    const store = new AsyncLocalStorage();
    await withServer(t, store, (socket) => t.track(socket).resume(), async (port) => {
      const client = store.run('connect', () => t.net.connect(port, '127.0.0.1'));
      hear(t, store, client, 'client');
      await t.event(client, 'connect');
      const said = (label) => () => t.lane('client').log(`written ${label}`, store.getStore());
      await new Promise((resolve) => {
        store.run('small', () => client.write('x', () => {
          said('small')();
          resolve();
        }));
      });
      store.run('big', () => client.write(Buffer.alloc(8 << 20), said('big')));
      store.run('queued', () => client.write('x', said('queued')));
      await t.event(client, 'drain');
      store.run('end', () => client.end(said('ended')));
      await t.closed(client);
    });
  } },
  { title: 'writes before connect keep their store', async run(t) {
    const store = new AsyncLocalStorage();
    await withServer(t, store, (socket) => t.track(socket).resume(), async (port) => {
      const client = store.run('connect', () => t.net.connect(port, '127.0.0.1'));
      hear(t, store, client, 'client');
      store.run('early', () => client.write('x', () => t.lane('client').log('written', store.getStore())));
      store.run('end', () => client.end(() => t.lane('client').log('ended', store.getStore())));
      client.resume();
      await t.closed(client);
    });
  } },
  { title: 'timeouts', async run(t) {
    const store = new AsyncLocalStorage();
    await withServer(t, store, (socket) => {
      hear(t, store, socket, 'accepted');
      store.run('accepted timeout', () => socket.setTimeout(30, () => t.lane('accepted').log('callback',
        store.getStore())));
    }, async (port, server) => {
      const accepting = t.event(server, 'connection');
      const client = store.run('connect', () => t.net.connect(port, '127.0.0.1'));
      hear(t, store, client, 'client');
      const [socket] = await accepting;
      store.run('timeout', () => client.setTimeout(30, () => t.lane('client').log('callback', store.getStore())));
      await Promise.all([t.event(client, 'timeout'), t.event(socket, 'timeout')]);
      client.end();
      await t.closed(client);
    });
  } },
  { title: 'errors', async run(t) {
    const store = new AsyncLocalStorage();
    const refused = store.run('connect', () => t.net.connect(t.refused(), '127.0.0.1'));
    hear(t, store, refused, 'refused');
    await t.closed(refused);
    const bad = store.run('bad', () => t.net.connect({ port: 9, host: '255.255.255.255' }));
    hear(t, store, bad, 'bad');
    await t.closed(bad);
    const server = t.net.createServer();
    hear(t, store, server, 'server', ['error', 'listening']);
    const over = t.event(server, 'error');
    store.run('listen', () => server.listen(t.path('none/s')));
    await over;
  } },
  { title: 'destroy', async run(t) {
    const store = new AsyncLocalStorage();
    await withServer(t, store, (socket) => {
      hear(t, store, socket, 'accepted');
      socket.resume();
    }, async (port) => {
      const client = store.run('connect', () => t.net.connect(port, '127.0.0.1'));
      hear(t, store, client, 'client');
      await t.event(client, 'connect');
      store.run('destroy', () => client.destroy());
      await t.closed(client);
    });
  } },
  { title: 'getConnections', async run(t) {
    const store = new AsyncLocalStorage();
    await withServer(t, store, () => {}, async (port, server) => {
      await new Promise((resolve) => store.run('ask', () => server.getConnections((...values) => {
        t.log('count', ...values, store.getStore());
        resolve();
      })));
    });
  } },
  { title: 'data goes to the store in which the socket was made, not in which it is read', async run(t) {
    const store = new AsyncLocalStorage();
    const { client, accepted } = await store.run('pair', () => t.pair());
    hear(t, store, client, 'client', ['end', 'close']);
    hear(t, store, accepted, 'accepted', ['end', 'close']);
    store.run('reader', () => client.once('data', (chunk) => t.lane('client').log(`data ${chunk}`, store.getStore())));
    store.run('writer', () => accepted.write('one'));
    await t.event(client, 'data');
    client.end();
    accepted.resume();
    await t.closed(client, accepted);
  } },
  { title: 'channels of sockets', async run(t) {
    subscribe(t, ['net.client.socket', 'net.server.socket'], (message) => [Object.keys(message).join(),
      message.socket instanceof t.net.Socket, message.socket.connecting, t.state(message.socket)]);
    const server = t.server('server', (socket) => {
      t.log('connection listener');
      socket.end();
    });
    const { port } = await t.listen(server);
    const client = t.net.connect(port, '127.0.0.1');
    t.log('connect returned');
    t.watch(client, 'client');
    await t.closed(client);
    const made = new t.net.Socket();
    t.log('made');
    made.connect(port, '127.0.0.1');
    t.watch(made, 'made');
    await t.closed(made);
    await t.end(server);
  } },
  { title: 'channels of listen', async run(t) {
    const names = ['asyncStart', 'asyncEnd', 'error', 'start',
      'end'].map((name) => `tracing:net.server.listen:${name}`);
    subscribe(t, names, (message) => [Object.keys(message).join(), message.server instanceof t.net.Server,
      message.options, message.error]);
    const server = t.server('server');
    server.listen({ port: 0, host: '127.0.0.1' });
    t.log('listen returned');
    await t.event(server, 'listening');
    const { port } = server.address();
    const second = t.server('second');
    const failed = t.event(second, 'error');
    second.listen({ port, host: '127.0.0.1' });
    await failed;
    const third = t.server('third');
    third.listen(t.path('s'));
    await t.event(third, 'listening');
    const fourth = t.server('fourth');
    fourth.listen(0);
    await t.event(fourth, 'listening');
    for (const each of [server, third, fourth]) each.close();
    await t.closed(server, third, fourth);
  } },
].map((scenario) => (NEWEST[scenario.title] ? since(...NEWEST[scenario.title], scenario) : scenario));
