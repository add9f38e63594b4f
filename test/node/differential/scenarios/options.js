'use strict';

const VALUES = [undefined, null, true, false, 0, 1, -1, 1500, NaN, 'x', {}, []];

const names = (socket) => ({ localAddress: socket.localAddress, localPort: socket.localPort,
  localFamily: socket.localFamily, remoteAddress: socket.remoteAddress, remotePort: socket.remotePort,
  remoteFamily: socket.remoteFamily });

/** Addresses through a connection's life, read `early` or only after it has closed. */
function addresses(title, early, options) {
  return { title, async run(t) {
    const server = t.track(t.net.createServer((socket) => {
      t.watch(socket, 'accepted');
      if (early) t.lane('accepted').log('connection', names(socket), socket.address());
      socket.on('end', () => t.lane('accepted').log('at end', names(socket)));
      socket.on('close', () => t.lane('accepted').log('at close', names(socket), socket.address()));
    }), 'server');
    const address = await t.listen(server, ...options(t));
    const client = t.socket('client');
    t.log('before', names(client), client.address());
    client.connect(typeof address === 'string' ? address : { port: address.port, host: address.address });
    t.log('connecting', names(client), client.address());
    client.on('connect', () => {
      if (early) t.log('connected', names(client), client.address());
      client.end();
    });
    client.on('close', () => t.log('closed', names(client), client.address()));
    await t.end(server);
  } };
}

async function inAllStates(t, act) {
  const { client } = await t.pair();
  act('connected', client);
  client.destroy();
  act('destroyed', client);
  await t.closed(client);
  act('closed', client);
  act('fresh', t.track(new t.net.Socket()));
  const connecting = t.track(t.net.connect({ port: t.refused(), host: '127.0.0.1' }), 'connecting');
  connecting.on('error', () => {});
  act('connecting', connecting);
  connecting.destroy();
}

module.exports = [
  addresses('addresses over TCP', true, () => [0, '127.0.0.1']),
  addresses('addresses over TCP, read too late', false, () => [0, '127.0.0.1']),
  addresses('addresses over IPv6', true, () => [0, '::1']),
  addresses('addresses of a Unix socket', true, (t) => [t.path('s')]),
  { title: 'addresses on a server of all families', async run(t) {
    const server = t.server('server', (socket) => {
      t.log('accepted', names(socket));
      socket.end();
      socket.resume();
    });
    const { port } = await t.listen(server, 0, '::');
    for (const host of ['127.0.0.1', '::1']) {
      const client = t.connect(`client ${host}`, { port, host });
      await t.event(client, 'connect');
      t.log('client', names(client));
      client.end();
      await t.closed(client);
    }
    await t.end(server);
  } },
  { title: 'setNoDelay', async run(t) {
    await inAllStates(t, (label, socket) => {
      t.log(label, t.try('setNoDelay()', () => socket.setNoDelay()) === socket);
      for (const value of VALUES) t.try(`setNoDelay(${String(value)})`, () => socket.setNoDelay(value) === socket);
    });
  } },
  { title: 'setKeepAlive', async run(t) {
    await inAllStates(t, (label, socket) => {
      t.log(label, socket.setKeepAlive() === socket);
      for (const value of VALUES) {
        t.try(`setKeepAlive(${String(value)})`, () => socket.setKeepAlive(value) === socket);
        t.try(`setKeepAlive(true, ${String(value)})`, () => socket.setKeepAlive(true, value) === socket);
      }
    });
  }, newest: 'interval, count and the form with an object came in 24.19', since: 24 },
  { title: 'setKeepAlive with an object', async run(t) {
    await inAllStates(t, (label, socket) => {
      for (const value of [{}, { enable: true }, { enable: false }, { enable: true, initialDelay: 2000 },
        { enable: true, initialDelay: 2000, interval: 3000, count: 4 }, { enable: 'x' }, { interval: 'x' },
          { count: -1 },
        { enable: true, interval: -1 }, { enable: true, count: 1.5 }]) {
        t.try(`${label} setKeepAlive(${JSON.stringify(value)})`, () => socket.setKeepAlive(value) === socket);
      }
    });
  }, newest: 'interval, count and the form with an object came in 24.19', since: 24 },
  { title: 'type of service', async run(t) {
    await inAllStates(t, (label, socket) => {
      t.try(`${label} get`, () => socket.getTypeOfService());
      for (const value of [0, 16, 255, 256, -1, 1.5, NaN, 'x', null, undefined]) {
        t.try(`${label} set ${String(value)}`, () => socket.setTypeOfService(value) === socket);
        t.try(`${label} get`, () => socket.getTypeOfService());
      }
    });
  }, newest: 'came in 24.15', since: 24 },
  { title: 'the option typeOfService', async run(t) {
    for (const value of [0, 16, 255, 256, -1, 'x', null]) {
      const socket = t.try(`Socket({ typeOfService: ${String(value)} })`, () =>
        typeof t.track(new t.net.Socket({ typeOfService: value })));
      t.log('made', socket);
    }
    const { client } = await t.pair({ client: { typeOfService: 16 } });
    t.log('after connect', client.getTypeOfService());
    client.destroy();
  }, newest: 'came in 24.15', since: 24 },
  { title: 'noDelay and keepAlive as options', async run(t) {
    const { client, accepted } = await t.pair({
      server: { noDelay: true, keepAlive: true, keepAliveInitialDelay: 3000 },
      client: { noDelay: true, keepAlive: true, keepAliveInitialDelay: 2000 }, watching: {} });
    t.log('again', client.setNoDelay(true) === client, accepted.setKeepAlive(true, 3000) === accepted);
    client.end();
    await t.end();
  } },
  { title: 'noDelay and keepAlive on a Unix socket', async run(t) {
    const { client, accepted } = await t.pair({ path: 's', server: { noDelay: true, keepAlive: true },
      client: { noDelay: true, keepAlive: true }, watching: {} });
    t.log('again', client.setNoDelay(true) === client, accepted.setKeepAlive(true, 3000) === accepted);
    client.end();
    await t.end();
  } },
  { title: 'ref and unref return the socket in all states', async run(t) {
    await inAllStates(t, (label, socket) => {
      t.log(label, socket.unref() === socket, socket.ref() === socket);
    });
    const server = t.track(t.net.createServer(), 'server');
    t.log('server', server.unref(), server.ref());
    await t.listen(server);
    t.log('listening', server.unref(), server.ref());
  } },
  { title: 'readyState in all states', async run(t) {
    const states = (label, socket) => t.log(label, socket.readyState, socket.pending, socket.connecting,
      socket.destroyed,
      socket._connecting, socket.readable, socket.writable, socket.closed, socket.bytesRead, socket.bytesWritten,
      socket.timeout, socket._bytesDispatched);
    const all = (label, socket) => {
      states(label, socket);
      t.moment(label, socket.bufferSize);
    };
    await inAllStates(t, all);
    const { client, accepted } = await t.pair({ server: { allowHalfOpen: true }, client: { allowHalfOpen: true } });
    accepted.resume();
    client.resume();
    client.end('x');
    all('end called', client);
    await t.event(accepted, 'end');
    all('finished', client);
    all('peer finished', accepted);
    accepted.end();
    await t.closed(client, accepted);
    all('all over', client);
  } },
  { title: 'address() of a server', async run(t) {
    for (const args of [[0, '127.0.0.1'], [0, '::1'], [0], [t.path('s')]]) {
      const server = t.track(t.net.createServer(), 'server');
      t.log('before', server.address(), server.listening, server._handle, server._connectionKey);
      server.listen(...args);
      t.log('at once', server.listening);
      await t.event(server, 'listening');
      const address = server.address();
      const { port = 1 } = address;
      t.log('listening', typeof address === 'string' ? address : { ...address, port: port > 0 }, server.listening,
        server._connectionKey);
      server.close();
      t.log('closing', server.address(), server.listening, server._handle);
      await t.closed(server);
      t.log('closed', server.address());
    }
  } },
];
