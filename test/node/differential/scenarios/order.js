'use strict';

/** Everything of one actor in one lane, with the drains of each event. */
function tell(t, emitter, name, events) {
  t.track(emitter, name);
  for (const event of events) {
    emitter.on(event, () => {
      t.lane(name).log(event);
      t.ticks(event, name);
    });
  }
}

const CLIENT = ['lookup', 'connect', 'ready', 'data', 'end', 'finish', 'error', 'close'];

module.exports = [
  { title: 'a client that connects by address', async run(t) {
    const server = t.track(t.net.createServer((socket) => t.track(socket).end('x')), 'server');
    const { port } = await t.listen(server);
    const client = t.net.connect(port, '127.0.0.1', t.fn('callback', 'client'));
    tell(t, client, 'client', CLIENT);
    t.ticks('after connect', 'client');
    await t.end(server);
  } },
  { title: 'a client that connects by name', async run(t) {
    const server = t.track(t.net.createServer((socket) => t.track(socket).end('x')), 'server');
    const { port } = await t.listen(server);
    const client = t.net.connect(port, 'localhost', t.fn('callback', 'client'));
    tell(t, client, 'client', CLIENT);
    t.ticks('after connect', 'client');
    await t.end(server);
  } },
  { title: 'a client that is refused', async run(t) {
    tell(t, t.net.connect(t.refused(), '127.0.0.1'), 'client', CLIENT);
    t.ticks('after connect', 'client');
    await t.end();
  } },
  { title: 'a server from listen to close', async run(t) {
    const server = t.net.createServer();
    tell(t, server, 'server', ['listening', 'connection', 'error', 'close']);
    t.ticks('before listen', 'server');
    server.listen(0, '127.0.0.1', t.fn('callback', 'server'));
    t.ticks('after listen', 'server');
    await t.event(server, 'listening');
    await t.turns(1);
    server.close(t.fn('close callback', 'server'));
    t.ticks('after close', 'server');
    await t.end();
  } },
  { title: 'a server that fails to listen', async run(t) {
    const server = t.net.createServer();
    tell(t, server, 'server', ['listening', 'connection', 'error', 'close']);
    server.listen(t.path('none/s'), t.fn('callback', 'server'));
    t.ticks('after listen', 'server');
    await t.event(server, 'error');
    await t.turns(2);
  } },
  { title: 'writes, their callbacks, end and close', async run(t) {
    const { client, accepted } = await t.pair();
    accepted.resume();
    tell(t, client, 'client', CLIENT);
    client.write('one', () => {
      t.lane('client').log('written one');
      t.ticks('one', 'moments');
    });
    t.ticks('after write', 'client');
    client.write('two', t.written('two', 'client'));
    client.end('three', t.fn('ended', 'client'));
    t.ticks('after end', 'client');
    await t.end();
  } },
  { title: 'destroy', async run(t) {
    const { client, accepted } = await t.pair();
    accepted.resume();
    tell(t, client, 'client', CLIENT);
    client.destroy(new Error('on purpose'));
    t.ticks('after destroy', 'client');
    setImmediate(() => t.lane('client').log('immediate'));
    await t.end();
  } },
  { title: 'close of a server against its last connection', async run(t) {
    const { client, accepted, server } = await t.pair();
    server.on('close', () => t.log('server close'));
    accepted.on('close', () => t.log('socket close'));
    accepted.resume();
    client.end();
    await t.end();
  } },
  { title: 'many connections are told in order', async run(t) {
    const server = t.track(t.net.createServer((socket) => t.track(socket)), 'server');
    const { port } = await t.listen(server);
    const clients = Array.from({ length: 8 }, () => t.track(t.net.connect(port, '127.0.0.1')));
    clients.forEach((client, i) => client.on('connect', t.fn(`connect ${i}`, 'clients')));
    await Promise.all(clients.map((client) => t.event(client, 'connect')));
    clients.forEach((client, i) => {
      client.on('close', t.fn(`close ${i}`, 'moments'));
      client.destroy();
    });
    await t.closed(...clients);
  } },
  { title: 'data events of one message each', async run(t) {
    const { client, accepted } = await t.pair();
    for (let i = 0; i < 5; i++) {
      accepted.write(`message ${i}`);
      const [chunk] = await t.event(client, 'data');
      t.log('chunk', chunk);
    }
    client.end();
    accepted.resume();
    await t.end();
  } },
  { title: 'a process.nextTick in write callbacks of a corked write', async run(t) {
    const { client, accepted } = await t.pair();
    accepted.resume();
    client.cork();
    for (let i = 0; i < 3; i++) {
      client.write(String(i), () => {
        t.lane('client').log(`written ${i}`);
        t.ticks(String(i), 'moments');
      });
    }
    client.uncork();
    t.ticks('after uncork', 'client');
    client.end();
    await t.end();
  } },
];
