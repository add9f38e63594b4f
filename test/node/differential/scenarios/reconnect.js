'use strict';

module.exports = [
  { title: 'the same socket again after close', async run(t) {
    const server = t.server('server', (socket) => {
      t.track(socket);
      socket.resume();
      socket.end('hello');
    });
    const { port } = await t.listen(server);
    const client = t.socket('client');
    for (let i = 0; i < 3; i++) {
      t.log('connect', client.connect(port, '127.0.0.1', t.fn('callback', 'client')), t.state(client));
      client.write('word');
      await t.event(client, 'close');
      t.log('closed', t.state(client), t.bytes(client), client.remotePort, client.localPort);
      await t.turns(1);
    }
    await t.end(server);
  } },
  { title: 'in the close listener', async run(t) {
    const server = t.server('server', (socket) => {
      t.track(socket);
      socket.end('hello');
    });
    const { port } = await t.listen(server);
    const client = t.socket('client');
    let times = 0;
    const over = new Promise((resolve) => {
      client.on('close', () => (++times < 3 ? client.connect(port, '127.0.0.1') : resolve()));
    });
    client.connect(port, '127.0.0.1');
    await over;
    await t.end(server);
  } },
  { title: 'after a refused connection', async run(t) {
    const server = t.server('server', (socket) => t.watch(socket, 'accepted'));
    const { port } = await t.listen(server);
    const client = t.socket('client');
    client.connect(t.refused(), '127.0.0.1');
    await t.event(client, 'close');
    client.connect(port, '127.0.0.1');
    client.write('second try');
    await t.event(client, 'connect');
    client.end();
    await t.event(client, 'close');
    await t.end(server);
  } },
  { title: 'after destroy, at once', async run(t) {
    const server = t.server('server', (socket) => t.track(socket).resume());
    const { port } = await t.listen(server);
    const client = t.socket('client');
    client.connect(port, '127.0.0.1');
    await t.event(client, 'connect');
    client.destroy();
    t.try('connect', () => client.connect(port, '127.0.0.1'));
    t.log('state', t.state(client));
    await t.event(client, 'close');
    await t.turns(3);
    t.log('state', t.state(client));
  } },
  { title: 'connect while connecting', async run(t) {
    const server = t.server('server', (socket) => t.watch(socket, 'accepted'));
    const { port } = await t.listen(server);
    const client = t.socket('client');
    client.connect({ port, host: '127.0.0.1' }, t.fn('first', 'client'));
    t.try('connect', () => client.connect({ port, host: '127.0.0.1' }, t.fn('second', 'client')));
    t.log('state', t.state(client));
    await t.event(client, 'connect', 'close');
    client.destroy();
    await t.end(server);
  } },
  { title: 'connect while connected', async run(t) {
    const server = t.server('server', (socket) => t.track(socket).resume());
    const { port } = await t.listen(server);
    const client = t.socket('client');
    client.connect(port, '127.0.0.1');
    await t.event(client, 'connect');
    t.try('connect', () => client.connect(port, '127.0.0.1'));
    t.log('state', t.state(client));
    await t.event(client, 'connect', 'close', 'error');
    t.log('state', t.state(client));
    const over = t.event(client, 'close');
    client.destroy();
    await over;
  } },
  { title: 'from TCP to a Unix socket', async run(t) {
    const tcp = t.server('tcp', (socket) => t.track(socket).end('tcp'));
    const pipe = t.server('pipe', (socket) => t.track(socket).end('pipe'));
    const { port } = await t.listen(tcp);
    const path = await t.listen(pipe, t.path('s'));
    const client = t.socket('client');
    for (const to of [{ port, host: '127.0.0.1' }, { path }, { port, host: '127.0.0.1' }]) {
      client.connect(to);
      await t.event(client, 'close');
      t.log('closed', client.remoteFamily);
    }
    await t.end(tcp, pipe);
  } },
];
