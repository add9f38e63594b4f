'use strict';

const { since } = require('../since');

/** Listens in one way and proves it with a connection. */
async function serve(t, listen) {
  const server = t.server('server');
  const outcome = t.event(server, 'listening', 'error');
  t.log('before', server.listening, server.address());
  t.try('listen', () => listen(server, t.fn('callback', 'server')));
  t.log('at once', server.listening);
  t.ticks('after listen', 'server');
  await outcome;
  const address = server.address();
  t.log('then', server.listening, address);
  if (address) {
    const host = address.address === '::1' ? '::1' : undefined;
    const client = t.connect('client', typeof address === 'string' ? address : { port: address.port, host });
    const [socket] = await t.event(server, 'connection');
    t.log('same server', socket.server === server, socket._server === server);
    socket.end('welcome');
    client.end();
    await t.closed(client, socket);
  }
  await t.end(server);
  t.log('after', server.listening, server.address());
}

const form = (title, listen) => ({ title, run: (t) => serve(t, (server, done) => listen(server, done, t)) });

const NEWEST = {
  'the mode of a Unix socket': [22, 'older lines added to the mode that was there'],
};

module.exports = [
  form('listen()', (server) => server.listen()),
  form('listen(callback)', (server, done) => server.listen(done)),
  form('listen(0)', (server) => server.listen(0)),
  form('listen(0, callback)', (server, done) => server.listen(0, done)),
  form('listen(undefined, callback)', (server, done) => server.listen(undefined, done)),
  form('listen(null)', (server, done) => server.listen(null, done)),
  form('listen(0, host)', (server) => server.listen(0, '127.0.0.1')),
  form('listen(0, host, callback)', (server, done) => server.listen(0, '127.0.0.1', done)),
  form('listen(0, host, backlog, callback)', (server, done) => server.listen(0, '127.0.0.1', 5, done)),
  form('listen(0, backlog, callback)', (server, done) => server.listen(0, 5, done)),
  form('listen(0, name)', (server, done) => server.listen(0, 'localhost', done)),
  form('listen("0")', (server, done) => server.listen('0', done)),
  form('listen("0", host)', (server, done) => server.listen('0', '127.0.0.1', done)),
  form('listen({ port })', (server, done) => server.listen({ port: 0 }, done)),
  form('listen({ port as string, host, backlog })', (server, done) =>
    server.listen({ port: '0', host: '127.0.0.1', backlog: '7' }, done)),
  form('listen({ port, exclusive })', (server, done) => server.listen({ port: 0, exclusive: true }, done)),
  form('listen({ port: undefined })', (server, done) => server.listen({ port: undefined }, done)),
  form('listen({ port: null })', (server, done) => server.listen({ port: null }, done)),
  form('listen({ port, ipv6Only })', (server, done) => server.listen({ port: 0, host: '::1', ipv6Only: true }, done)),
  form('listen(path)', (server, done, t) => server.listen(t.path('s'), done)),
  form('listen(path, backlog)', (server, done, t) => server.listen(t.path('s'), 3, done)),
  form('listen({ path })', (server, done, t) => server.listen({ path: t.path('s') }, done)),
  form('listen({ path, readableAll, writableAll })', (server, done, t) =>
    server.listen({ path: t.path('s'), readableAll: true, writableAll: true }, done)),
  form('listen(handle)', (server, done, t) =>
    server.listen(t.net._createServerHandle('127.0.0.1', 0, 4), done)),
  form('listen({ handle })', (server, done, t) =>
    server.listen({ handle: t.net._createServerHandle('127.0.0.1', 0, 4) }, done)),
  form('listen({ _handle }, backlog)', (server, done, t) =>
    server.listen({ _handle: t.net._createServerHandle('127.0.0.1', 0, 4) }, 4, done)),
  form('listen(handle of a path)', (server, done, t) =>
    server.listen(t.net._createServerHandle(t.path('s'), -1, -1), done)),
  {
    title: 'listen(server): two servers on one handle',
    async run(t) {
      const first = t.server('first');
      const { port } = await t.listen(first);
      const second = t.server('second');
      const outcome = t.event(second, 'listening', 'error');
      t.try('listen', () => second.listen(first, t.fn('callback', 'second')));
      await outcome;
      t.log('same port', second.address()?.port === port);
    },
  },
  {
    title: 'listen({ fd }): a bound descriptor',
    isolate: true,
    async run(t) {
      const handle = t.peer._createServerHandle('127.0.0.1', 0, 4);
      t.kept = handle;
      const server = t.server('server', (socket) => {
        t.watch(socket, 'accepted');
        socket.end('from a descriptor');
      });
      const address = await t.listen(server, { fd: handle.fd });
      t.log('address', address, server._handle.fd === handle.fd);
      const client = t.connect('client', address.port);
      client.end();
      await t.closed(client);
      server.close(t.fn('closed'));
      await t.closed(server);
      process.exit();
    },
  },
  {
    title: 'listen({ fd }) of a file, of nothing and of bad values',
    async run(t) {
      const fs = require('fs');
      const file = fs.openSync(t.file('file'), 'w');
      for (const [label, fd] of [['file', file], ['closed', 987654], ['negative', -1]]) {
        const server = t.server(label);
        const outcome = t.event(server, 'listening', 'error');
        if (t.try(`listen ${label}`, () => server.listen({ fd }))) await outcome;
        t.log(label, server.listening, server.address());
      }
      fs.closeSync(file);
    },
  },
  {
    title: 'backlog is taken as a number from each position',
    async run(t) {
      for (const [label, args] of [['port', [0, '127.0.0.1', 1]], ['string', [0, '127.0.0.1', '2']],
        ['null', [0, '127.0.0.1', null]], ['path', [t.path('s'), '3']], ['options', [{ port: 0, backlog: 4 }]]]) {
        const server = t.server(label);
        t.log(label, typeof await t.listen(server, ...args));
        await t.end(server);
      }
    },
  },
  {
    title: 'the mode of a Unix socket',
    async run(t) {
      const fs = require('fs');
      const modes = { none: {}, read: { readableAll: true }, write: { writableAll: true },
        both: { readableAll: true, writableAll: true } };
      for (const [label, options] of Object.entries(modes)) {
        const server = t.server(label);
        await t.listen(server, { path: t.path(label), ...options });
        t.log(label, (fs.statSync(t.path(label)).mode & 0o777).toString(8));
        await t.end(server);
        t.log('exists after close', fs.existsSync(t.path(label)));
      }
    },
  },
].map((scenario) => (NEWEST[scenario.title] ? since(...NEWEST[scenario.title], scenario) : scenario));
