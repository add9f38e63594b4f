'use strict';

const { since } = require('../since');

/** Connects in one way, logs everything, says one word. */
async function reach(t, listenArgs, connect) {
  const server = t.server('server', (socket) => t.watch(socket, 'accepted'));
  const address = await t.listen(server, ...listenArgs(t));
  const client = t.watch(connect(t, address, t.fn('callback', 'client')), 'client');
  t.log('state', t.state(client));
  t.ticks('after connect', 'client');
  client.end('word');
  await t.end(server);
}

const tcp = (connect) => (t) => reach(t, () => [0, '127.0.0.1'], connect);
const pipe = (connect) => (t) => reach(t, () => [t.path('s')], connect);

const form = (title, run) => ({ title, run });

const NEWEST = {
  'connect to an IPv6 literal in brackets is a name': [20, '18 asked for one address'],
};

module.exports = [
  form('connect(port)', (t) => reach(t, () => [0], (u, { port }) => u.net.connect(port))),
  form('connect(port, callback)', tcp((t, { port }, done) => t.net.connect(port, done))),
  form('connect(port, host)', tcp((t, { port }) => t.net.connect(port, '127.0.0.1'))),
  form('connect(port, host, callback)', tcp((t, { port }, done) => t.net.connect(port, '127.0.0.1', done))),
  form('connect(port, name)', tcp((t, { port }, done) => t.net.connect(port, 'localhost', done))),
  form('connect(port as string, host)', tcp((t, { port }, done) => t.net.connect(String(port), '127.0.0.1', done))),
  form('connect(path)', pipe((t, path) => t.net.connect(path))),
  form('connect(path, callback)', pipe((t, path, done) => t.net.connect(path, done))),
  form('connect({ port })', tcp((t, { port }, done) => t.net.connect({ port }, done))),
  form('connect({ port as string, host })',
    tcp((t, { port }, done) => t.net.connect({ port: String(port), host: '127.0.0.1' }, done))),
  form('connect({ path })', pipe((t, path, done) => t.net.connect({ path }, done))),
  form('connect({ path, port })', pipe((t, path, done) => t.net.connect({ path, port: 1, host: 'x' }, done))),
  form('createConnection(port, host)', tcp((t, { port }, done) => t.net.createConnection(port, '127.0.0.1', done))),
  form('createConnection({ port, family: 4 })',
    tcp((t, { port }, done) => t.net.createConnection({ port, host: 'localhost', family: 4 }, done))),
  form('createConnection(path)', pipe((t, path, done) => t.net.createConnection(path, done))),
  form('connect with an array of normalised arguments',
    tcp((t, { port }, done) => t.net.connect(t.net._normalizeArgs([{ port, host: '127.0.0.1' }, done])[0], done))),
  form('new Socket().connect(port, host, callback)',
    tcp((t, { port }, done) => new t.net.Socket().connect(port, '127.0.0.1', done))),
  form('new Socket().connect(options)',
    tcp((t, { port }, done) => new t.net.Socket().connect({ port, host: '127.0.0.1' }, done))),
  form('new Socket().connect(path)', pipe((t, path, done) => new t.net.Socket().connect(path, done))),
  form('new Socket().connect(normalised arguments)',
    tcp((t, { port }, done) => new t.net.Socket().connect(t.net._normalizeArgs([port, '127.0.0.1', done])))),
  form('connect({ port, localAddress, localPort })', async (t) => {
    const localPort = t.refused();
    t.tidying.pop()?.();
    await reach(t, () => [0, '127.0.0.1'], (u, { port }, done) => u.net.connect({
      port, host: '127.0.0.1', localAddress: '127.0.0.1', localPort,
    }, done));
    const local = (line) => line.includes('local');
    t.log('nothing about it in the trace', t.lane('client').lines.some(local));
  }),
  form('connect({ localAddress }) is what the server sees', async (t) => {
    const server = t.track(t.net.createServer(), 'server');
    const { port } = await t.listen(server);
    const client = t.connect('client', { port, host: '127.0.0.1', localAddress: '127.0.0.2' });
    const [socket] = await t.event(server, 'connection');
    t.watch(socket, 'accepted');
    t.log('server sees', socket.remoteAddress, socket.remotePort, socket.remoteFamily);
    await t.event(client, 'connect');
    t.log('client has', client.localAddress, client.localPort, client.localFamily);
    client.end();
    await t.end(server);
  }),
  form('connect({ host: ::1 })', (t) => reach(t, () => [0, '::1'],
    (u, { port }, done) => u.net.connect({ port, host: '::1' }, done))),
  form('connect({ host: ::ffff:127.0.0.1 })', tcp((t, { port }, done) =>
    t.net.connect({ port, host: '::ffff:127.0.0.1' }, done))),
  form('connect to an IPv6 literal in brackets is a name', async (t) => {
    const lookup = (host, options, callback) => {
      t.log('lookup asked', host, options);
      callback(new Error('no such name'));
    };
    t.connect('client', { port: 1, host: '[::1]', lookup });
    await t.end();
  }),
  form('options of the socket come through', async (t) => {
    const server = t.server('server', { allowHalfOpen: true, highWaterMark: 1234 }, (socket) => {
      t.log('accepted', socket.allowHalfOpen, socket.readableHighWaterMark, socket.writableHighWaterMark);
      socket.end();
      socket.resume();
    });
    const { port } = await t.listen(server);
    const client = t.connect('client', {
      port, host: '127.0.0.1', allowHalfOpen: true, highWaterMark: 4321,
    });
    t.log('client', client.allowHalfOpen, client.readableHighWaterMark, client.writableHighWaterMark);
    t.log('flags', client.readable, client.writable, client.readableObjectMode, client.timeout);
    client.end();
    await t.end(server);
  }),
].map((scenario) => (NEWEST[scenario.title] ? since(...NEWEST[scenario.title], scenario) : scenario));
