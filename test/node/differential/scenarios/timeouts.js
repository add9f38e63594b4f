'use strict';

/** Logs a timeout with whether it took about as long as was asked for: the clock of the loop may lag behind. */
function timed(t, socket, ms, lane = 'client') {
  const start = process.hrtime.bigint();
  socket.once('timeout', () => {
    t.lane(lane).log('in time', Number(process.hrtime.bigint() - start) / 1e6 >= ms * 0.7);
  });
}

const idle = (title, act, options) => ({ title, async run(t) {
  const { client, accepted } = await t.pair({ watching: {}, ...options });
  await act(t, client, accepted);
  client.destroy();
  await t.end();
  t.log('at the end', client.timeout, accepted.timeout);
} });

module.exports = [
  idle('fires when idle', async (t, client) => {
    t.log('returns', client.setTimeout(40), client.timeout);
    timed(t, client, 40);
    await t.event(client, 'timeout');
    t.log('still open', t.state(client));
  }),
  idle('with a callback', async (t, client) => {
    client.setTimeout(30, t.fn('callback', 'client'));
    t.log('listeners', client.listenerCount('timeout'));
    await t.event(client, 'timeout');
  }),
  idle('fires on the accepted side', async (t, client, accepted) => {
    accepted.setTimeout(30);
    await t.event(accepted, 'timeout');
  }),
  idle('0 disables', async (t, client) => {
    const callback = t.fn('callback', 'client');
    client.setTimeout(20, callback);
    t.log('off', client.setTimeout(0, callback), client.timeout, client.listenerCount('timeout'));
    await new Promise((resolve) => setTimeout(resolve, 60));
  }),
  idle('activity postpones it', async (t, client, accepted) => {
    client.setTimeout(120);
    timed(t, client, 240);
    for (let i = 0; i < 4; i++) {
      await new Promise((resolve) => setTimeout(resolve, 60));
      await Promise.all([t.event(client, 'data'), accepted.write('x')]);
    }
    await t.event(client, 'timeout');
  }),
  idle('fires once per idle time, and again after activity', async (t, client, accepted) => {
    client.setTimeout(30);
    await t.event(client, 'timeout');
    await new Promise((resolve) => setTimeout(resolve, 80));
    await Promise.all([t.event(accepted, 'data'), client.write('x')]);
    await t.event(client, 'timeout');
  }),
  idle('set again in the listener', async (t, client) => {
    client.setTimeout(20);
    client.once('timeout', () => client.setTimeout(25));
    await t.event(client, 'timeout');
    await t.event(client, 'timeout');
  }),
  idle('bad values', (t, client) => {
    for (const value of [-1, NaN, Infinity, 'x', '10', null, undefined, {}, 2 ** 31, 1.5]) {
      t.try(`setTimeout(${String(value)})`, () => client.setTimeout(value));
      t.log('timeout', client.timeout);
    }
    t.try('callback that is none', () => client.setTimeout(10, 'x'));
    t.log('timeout', client.timeout);
    client.setTimeout(0);
  }),
  idle('destroy in the listener', async (t, client) => {
    client.setTimeout(20, () => client.destroy());
    await t.closed(client);
  }),
  idle('end in the listener', async (t, client) => {
    client.setTimeout(20, () => client.end());
    await t.closed(client);
  }),
  idle('a peer that does not read: the write makes no progress', async (t, client, accepted) => {
    accepted.pause();
    client.write(Buffer.alloc(16 << 20));
    await t.turns(3);
    client.setTimeout(50);
    await t.event(client, 'timeout');
    t.log('still waiting', client.writableLength > 0, t.state(client));
    accepted.destroy();
  }),
  idle('a timeout that the socket survives', async (t, client, accepted) => {
    client.setTimeout(20);
    await t.event(client, 'timeout');
    accepted.write('later');
    await t.event(client, 'data');
    client.setTimeout(0);
  }),
  { title: 'before connect', async run(t) {
    const server = t.server('server', (socket) => t.track(socket).resume());
    const { port } = await t.listen(server);
    const client = t.socket('client');
    client.setTimeout(40, t.fn('callback', 'client'));
    t.log('timeout', client.timeout, client.connecting);
    client.connect(port, '127.0.0.1');
    await t.event(client, 'timeout');
    client.end();
    await t.end(server);
  } },
  { title: 'a socket that never connects', async run(t) {
    const client = t.socket('client');
    client.setTimeout(20);
    await t.event(client, 'timeout');
    t.log('state', t.state(client));
    client.destroy();
  } },
  { title: 'while the name is looked up', async run(t) {
    const client = t.connect('client', { port: t.refused(), host: 'some.name', lookup() {}, timeout: 30 });
    t.log('timeout', client.timeout);
    await t.event(client, 'timeout');
    t.log('state', t.state(client));
    client.destroy();
    await t.closed(client);
  } },
  { title: 'the option timeout', async run(t) {
    const server = t.server('server', (socket) => t.track(socket).resume());
    const { port } = await t.listen(server);
    const client = t.connect('client', { port, host: '127.0.0.1', timeout: 30 });
    t.log('timeout', client.timeout);
    await t.event(client, 'timeout');
    client.end();
    await t.end(server);
  } },
  { title: 'a socket that is destroyed does not time out', async run(t) {
    const { client, accepted } = await t.pair({ watching: {} });
    client.setTimeout(20);
    client.destroy();
    client.setTimeout(20);
    await t.end();
    await new Promise((resolve) => setTimeout(resolve, 60));
    t.log('accepted', t.state(accepted));
  } },
];
