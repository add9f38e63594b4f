'use strict';

const { since } = require('../since');

/** A server with `count` open connections. */
async function crowd(t, count, options = {}) {
  const server = t.server('server', options);
  const { port } = await t.listen(server);
  const clients = [];
  const sockets = [];
  for (let i = 0; i < count; i++) {
    const client = t.connect(`client ${i}`, { port, host: '127.0.0.1' });
    const [[socket]] = await Promise.all([t.event(server, 'connection'), t.event(client, 'connect')]);
    clients.push(client);
    sockets.push(t.watch(socket, `accepted ${i}`));
  }
  return { server, port, clients, sockets };
}

const connections = (server) => new Promise((resolve) => {
  server.getConnections((...values) => resolve(values));
});

const NEWEST = {
  'close before listening is told': [20, '18 told of listening all the same'],
};

module.exports = [
  { title: 'close with open connections', async run(t) {
    const { server, clients, sockets } = await crowd(t, 2);
    t.log('close', server.close(t.fn('close callback', 'server')), server.listening);
    await t.turns(3);
    t.log('still open', ...await connections(server), t.lane('server').lines.includes('close'));
    clients[0].end();
    await t.closed(clients[0]);
    t.log('one left', ...await connections(server));
    clients[1].end();
    await t.closed(server, clients[1], ...sockets);
  } },
  { title: 'close without connections', async run(t) {
    const server = t.server('server');
    await t.listen(server);
    server.close(t.fn('close callback', 'server'));
    t.ticks('after close', 'server');
    await t.closed(server);
  } },
  { title: 'close twice', async run(t) {
    const { server } = await crowd(t, 0);
    server.close(t.fn('first', 'server'));
    server.close(t.fn('second', 'server'));
    await t.closed(server);
    t.log('third', server.close(t.fn('third', 'server')));
    t.try('without a callback', () => server.close());
    await t.turns(2);
  } },
  { title: 'close of a server that never listened', async run(t) {
    const server = t.server('server');
    t.log('close', server.close(t.fn('callback', 'server')));
    t.ticks('after close', 'server');
    await t.turns(2);
  } },
  { title: 'close before listening is told', async run(t) {
    const server = t.server('server');
    server.listen(0, '127.0.0.1', t.fn('listen callback', 'server'));
    server.close(t.fn('close callback', 'server'));
    await t.turns(4);
    t.log('listening', server.listening);
  } },
  { title: 'listen again after close', async run(t) {
    const server = t.server('server', (socket) => socket.end('hello'));
    for (let i = 0; i < 3; i++) {
      const { port } = await t.listen(server);
      const client = t.watch(t.net.connect(port, '127.0.0.1'), `client ${i}`, { except: ['connectionAttempt'] });
      await t.closed(client);
      await new Promise((resolve) => server.close(resolve));
    }
  } },
  { title: 'asyncDispose', async run(t) {
    const { server, clients, sockets } = await crowd(t, 1);
    t.log('is', typeof server[Symbol.asyncDispose]);
    const disposed = server[Symbol.asyncDispose]().then(t.fn('disposed', 'server'), t.fn('failed', 'server'));
    clients[0].end();
    await disposed;
    await server[Symbol.asyncDispose]().then(t.fn('disposed again', 'server'), t.fn('failed', 'server'));
    await t.closed(clients[0], sockets[0]);
  } },
  { title: 'getConnections', async run(t) {
    const { server, sockets } = await crowd(t, 3);
    t.log('returns', server.getConnections(t.fn('count')));
    t.ticks('after getConnections');
    await t.turns(2);
    sockets[1].destroy();
    t.log('destroyed', ...await connections(server));
    await t.closed(sockets[1]);
    t.log('closed', ...await connections(server), server._connections);
    t.try('without a callback', () => server.getConnections());
    const other = t.net.createServer();
    t.log('never listened', ...await connections(other));
  } },
  { title: 'maxConnections and drop', async run(t) {
    const { server, port, clients } = await crowd(t, 1);
    server.maxConnections = 1;
    const dropped = t.event(server, 'drop');
    const second = t.connect('second', { port, host: '127.0.0.1' });
    const [data] = await dropped;
    t.log('drop', Object.keys(data).join(), data.localPort === port, data.remotePort > 0);
    await t.closed(second);
    clients[0].end();
    await t.closed(clients[0]);
    const third = t.connect('third', { port, host: '127.0.0.1' });
    await t.event(server, 'connection');
    third.end();
    await t.closed(third);
    server.close();
    await t.closed(server);
  } },
  { title: 'drop on a Unix socket', async run(t) {
    const server = t.server('server');
    server.maxConnections = 1;
    const path = await t.listen(server, t.path('s'));
    const first = t.connect('first', path);
    await t.event(server, 'connection');
    const dropped = t.event(server, 'drop');
    const second = t.connect('second', path);
    const [data] = await dropped;
    t.log('data', data);
    await t.closed(second);
    first.destroy();
  } },
  { title: 'drop on IPv6', async run(t) {
    const server = t.server('server');
    server.maxConnections = 1;
    const { port } = await t.listen(server, 0, '::1');
    t.connect('first', port, '::1');
    await t.event(server, 'connection');
    const dropped = t.event(server, 'drop');
    const second = t.connect('second', port, '::1');
    await Promise.all([dropped, t.closed(second)]);
  } },
  { title: 'maxConnections 0 drops all', newest: 'before 21 it was no limit', since: 22, async run(t) {
    const server = t.server('server');
    server.maxConnections = 0;
    const { port } = await t.listen(server);
    const dropped = t.event(server, 'drop');
    const client = t.connect('client', port, '127.0.0.1');
    await Promise.all([dropped, t.closed(client)]);
  } },
  { title: 'maxConnections of other types', async run(t) {
    for (const value of [undefined, null, NaN, 'x', -1, Infinity]) {
      const server = t.server(`server ${String(value)}`);
      server.maxConnections = value;
      const { port } = await t.listen(server);
      const outcome = t.event(server, 'connection', 'drop');
      const client = t.track(t.net.connect(port, '127.0.0.1'));
      await outcome;
      client.destroy();
      await t.closed(client);
    }
  }, newest: 'before 21 values that are no limit were none', since: 22 },
  { title: 'dropMaxConnection', async run(t) {
    const server = t.server('server');
    t.log('default', server.dropMaxConnection);
    server.maxConnections = 1;
    server.dropMaxConnection = true;
    const { port } = await t.listen(server);
    t.connect('first', port, '127.0.0.1');
    await t.event(server, 'connection');
    const second = t.connect('second', port, '127.0.0.1');
    await Promise.all([t.event(server, 'drop'), t.closed(second)]);
  } },
  { title: 'a block list for the server', async run(t) {
    const blockList = new t.net.BlockList();
    blockList.addAddress('127.0.0.2');
    const server = t.server('server', { blockList });
    const { port } = await t.listen(server);
    const blocked = t.connect('blocked', { port, host: '127.0.0.1', localAddress: '127.0.0.2' });
    await t.closed(blocked);
    const free = t.connect('free', { port, host: '127.0.0.1' });
    const [socket] = await t.event(server, 'connection');
    socket.end();
    free.end();
    await t.closed(free);
    t.log('property', server.blockList === blockList);
  }, newest: 'came in 22.13', since: 22 },
  { title: 'a block list for the client', async run(t) {
    const blockList = new t.net.BlockList();
    blockList.addSubnet('127.0.0.0', 8);
    t.ticks('before');
    const port = t.refused();
    t.connect('literal', { port, host: '127.0.0.1', blockList });
    t.connect('named', { port, host: 'localhost', blockList });
    t.connect('mapped', { port, host: '::ffff:127.0.0.1', blockList });
    await t.end();
    const lookup = (host, options, done) => done(null, [{ address: '127.0.0.1', family: 4 }, { address: '::1',
      family: 6 }]);
    t.connect('one of two', { port, host: 'some.name', autoSelectFamily: true, lookup, blockList });
    await t.end();
  }, newest: 'came in 22.13', since: 22 },
  { title: 'a block list that is none', async run(t) {
    for (const blockList of [1, {}, 'x', [], null]) {
      t.try(`connect ${JSON.stringify(blockList)}`, () =>
        typeof t.connect(`client ${JSON.stringify(blockList)}`, { port: t.refused(), host: '127.0.0.1', blockList }));
    }
    await t.end();
  }, newest: 'came in 22.13', since: 22 },
  { title: 'a connection while closing', async run(t) {
    const server = t.server('server');
    const { port } = await t.listen(server);
    server.close();
    const client = t.connect('client', port, '127.0.0.1');
    await t.closed(client, server);
  } },
  { title: 'server of a socket', async run(t) {
    const { client, accepted, server } = await t.pair();
    t.log('accepted', accepted.server === server, accepted._server === server);
    t.log('client', client.server, client._server);
    t.log('fresh', new t.net.Socket().server);
    client.destroy();
    await t.closed(client, accepted);
    t.log('closed', accepted.server === server, accepted._server);
  } },
  { title: 'reusePort', async run(t) {
    const first = t.server('first');
    const second = t.server('second');
    const { port } = await t.listen(first, { port: 0, host: '127.0.0.1', reusePort: true });
    await t.listen(second, { port, host: '127.0.0.1', reusePort: true });
    t.log('both', first.listening, second.listening);
    await t.listen(t.server('third'), { port, host: '127.0.0.1' });
  }, newest: 'came in 22.12', since: 22 },
].map((scenario) => (NEWEST[scenario.title] ? since(...NEWEST[scenario.title], scenario) : scenario));
