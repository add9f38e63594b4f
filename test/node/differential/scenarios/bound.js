'use strict';

const fs = require('fs');

const { since } = require('../since');

/** Needs what came with Node 24.19, and paths with 24.20. */
const bound = (title, run, more = {}) => since(24, 'there is no BoundSocket', { title, run, ...more });

/** Logs what is made of the local ports of a bound socket: the same one throughout. */
function make(t, options) {
  const one = t.try('bind', () => new t.net.BoundSocket(options));
  if (one !== undefined) t.log('address', one.address(), one.isPipe);
  return one;
}

function over(t, name, one, options = {}) {
  const socket = t.socket(name, { handle: one, ...options });
  t.log('made', t.state(socket), socket.address(), socket.readableFlowing);
  return socket;
}

const BAD = [null, 1, 'x', [], () => {}, Symbol('s'), { host: 1 }, { host: 'x' }, { host: '' }, { host: ' 127.0.0.1' },
  { port: -1 }, { port: 65536 }, { port: '80x' }, { port: '' }, { port: 1.5 }, { port: {} }, { port: NaN },
  { port: -1, host: 1 }, { ipv6Only: 1 }, { ipv6Only: 'x', host: 1 }, { reusePort: 0 }, { reusePort: 1, ipv6Only: 1 },
  { path: 1 }, { path: null }, { path: '/x', port: 1 }, { path: '/x', host: null }, { path: '/x', ipv6Only: false },
  { path: 1, reusePort: false }, { path: 'a\0b' }, { path: 'x'.repeat(109) }, { path: `\0${'x'.repeat(109)}` },
  { host: '192.0.2.1' }, { host: '192.0.2.1', port: 1 }];

const GOOD = [undefined, {}, { host: null, port: null, ipv6Only: null, reusePort: null }, { host: '127.0.0.1' },
  { host: '::1' }, { host: '::' }, { host: '::ffff:127.0.0.1' }, { port: '0' }, { ipv6Only: true }, { path: undefined },
  { host: '127.0.0.1', ipv6Only: true }, { reusePort: true }];

/** A client over a bound socket connects; `to` says where. */
const connecting = (title, options, to, socketOptions) => bound(`connect: ${title}`, async (t) => {
  const server = t.track(t.peer.createServer((socket) => socket.end('hello')), 'server');
  const { port } = await t.listen(server);
  const client = over(t, 'client', make(t, options), socketOptions);
  t.try('connect', () => client.connect(to(port, t)));
  if (client.connecting) t.log('at once', t.state(client), client.localAddress, client.localPort);
  else t.log('at once', t.state(client));
  t.ticks('after connect', 'client');
  await t.closed(client);
  server.close();
});

module.exports = [
  bound('what is bound', (t) => {
    for (const options of GOOD) make(t, options)?.close();
  }),
  bound('what cannot be bound', (t) => {
    for (const options of BAD) t.try('bind', () => new t.net.BoundSocket(options));
  }),
  bound('members', (t) => {
    const { prototype } = t.net.BoundSocket;
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const { value, get, set, enumerable } = Object.getOwnPropertyDescriptor(prototype, name);
      t.log(name, typeof value, value?.length, typeof get, typeof set, enumerable);
    }
    t.log('class', t.net.BoundSocket.length, t.net.BoundSocket.name);
    t.try('call', () => t.net.BoundSocket());
    t.log('own', Object.keys(new t.net.BoundSocket()));
  }),
  bound('closed', (t) => {
    const one = make(t);
    t.log('fd', one.fd() > 2);
    t.try('close', () => one.close());
    for (const name of ['address', 'fd', 'close']) t.try(name, () => one[name]());
    t.try('dispose', () => one[Symbol.dispose ?? Symbol.for('nodejs.dispose')]());
    t.try('socket', () => new t.net.Socket({ handle: one }));
    t.try('server', () => t.net.createServer().listen(one));
    t.log('isPipe', one.isPipe);
  }),
  bound('listen', async (t) => {
    const one = make(t, { host: '127.0.0.1' });
    const { port } = one.address();
    const server = t.server('server');
    t.try('listen', () => server.listen(one, 5, t.fn('callback')));
    t.ticks('after listen', 'server');
    t.log('at once', server.listening, server.address(), server._connectionKey);
    t.try('address', () => one.address());
    t.try('again', () => server.listen(one));
    t.try('another', () => t.net.createServer().listen({ handle: one }));
    await t.event(server, 'listening');
    t.try('in use', () => new t.net.BoundSocket({ host: '127.0.0.1', port }));
    const client = t.connect('client', port, '127.0.0.1');
    const [accepted] = await t.event(server, 'connection');
    accepted.end('hello');
    await t.closed(client);
    server.close();
    await t.closed(server);
  }),
  bound('listen on _handle', (t) => {
    const one = make(t);
    try {
      t.net.createServer().listen({ _handle: one });
    } catch ({ name, code }) {
      // the message shows what it was given, which util.inspect() shows in another way
      t.log('listen throws', name, code);
    }
    one.close();
  }),
  bound('two that are bound listen', async (t) => {
    const one = make(t, { host: '127.0.0.1' });
    const other = make(t, { host: '127.0.0.1', port: one.address().port });
    const servers = [t.server('first'), t.server('second')];
    servers[0].listen(one);
    servers[1].listen(other);
    await t.event(servers[1], 'error');
    t.log('listening', servers.map((server) => server.listening));
    for (const server of servers) server.close();
    await t.closed(...servers);
  }),
  connecting('an address', { host: '127.0.0.1' }, (port) => ({ port, host: '127.0.0.1' })),
  connecting('from another address', { host: '127.0.0.2' }, (port) => ({ port, host: '127.0.0.1' })),
  connecting('from any address', {}, (port) => ({ port, host: '127.0.0.1' })),
  connecting('a name', { host: '127.0.0.1' }, (port, t) => ({ port, host: 'some.name', lookup(host, options, done) {
    t.log('lookup', host, options.all);
    process.nextTick(done, null, '127.0.0.1', 4);
  } })),
  connecting('options of the socket', { host: '127.0.0.1' }, (port) => ({ port, host: '127.0.0.1' }),
    { noDelay: true, keepAlive: true, typeOfService: 16, allowHalfOpen: false }),
  connecting('another family', { host: '127.0.0.1' }, (port) => ({ port, host: '::1' })),
  connecting('from IPv6 to IPv4', { host: '::' }, (port) => ({ port, host: '127.0.0.1' })),
  connecting('refused', { host: '127.0.0.1' }, (port, t) => ({ port: t.refused(), host: '127.0.0.1' })),
  bound('connect: options that are refused', (t) => {
    for (const local of [{ localPort: 0 }, { localAddress: '' }, { localPort: null }, { localPort: 1, port: -1 },
      { localAddress: 'x', host: 1 }, { host: 1 }]) {
      const socket = new t.net.Socket({ handle: new t.net.BoundSocket() });
      t.try('connect', () => socket.connect({ port: 1, host: '127.0.0.1', ...local }));
      socket.destroy();
    }
  }),
  bound('connect: twice', async (t) => {
    const server = t.track(t.peer.createServer(() => {}), 'server');
    const { port } = await t.listen(server);
    const client = over(t, 'client', make(t, { host: '127.0.0.1' }));
    client.connect(port, '127.0.0.1');
    t.try('again', () => client.connect(port, '127.0.0.1'));
    await t.closed(client);
    server.close();
  }),
  bound('before connect: a write', async (t) => {
    const client = over(t, 'client', make(t, { host: '127.0.0.1' }), {});
    client.write('early', t.fn('written', 'client'));
    await t.closed(client);
  }),
  bound('before connect: a reader', async (t) => {
    const client = t.socket('client', { handle: make(t, { host: '127.0.0.1' }) }, { data: false });
    client.resume();
    await t.closed(client);
  }),
  bound('before connect: an end', async (t) => {
    const client = t.socket('client', { handle: make(t, { host: '127.0.0.1' }) }, { data: false });
    client.end();
    await t.event(client, 'finish');
    client.destroy();
    await t.closed(client);
  }),
  bound('before connect: destroyed', async (t) => {
    const client = over(t, 'client', make(t, { host: '127.0.0.1' }));
    client.destroy();
    await t.closed(client);
  }),
  bound('paths', async (t) => {
    const one = make(t, { path: t.path('b') });
    t.log('there', fs.existsSync(t.path('b')));
    t.try('in use', () => new t.net.BoundSocket({ path: t.path('b') }));
    const server = t.server('server');
    t.try('listen', () => server.listen({ handle: one, readableAll: true }));
    t.log('at once', server.address(), server.listening, server._connectionKey);
    await t.event(server, 'listening');
    const client = over(t, 'client', make(t, { path: t.path('c') }));
    t.try('connect to a port', () => client.connect(1, '127.0.0.1'));
    client.connect({ path: t.path('b'), localPort: 3 });
    t.log('connecting', t.state(client), client.localAddress);
    const [accepted] = await t.event(server, 'connection');
    t.log('peer', accepted.remoteAddress, client.address());
    accepted.end('hello');
    await t.closed(client);
    server.close();
    await t.closed(server);
    t.log('left', fs.existsSync(t.path('b')), fs.existsSync(t.path('c')));
  }),
  bound('paths that cannot be bound', (t) => {
    fs.writeFileSync(t.file('file'), '');
    for (const name of ['file', 'none/s', 'file/s']) t.try('bind', () => new t.net.BoundSocket({ path: t.file(name) }));
    make(t, { path: '' }).close();
  }),
];
