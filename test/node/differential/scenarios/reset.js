'use strict';

const { pairs } = require('../pairs');
const { since } = require('../since');

const pair = pairs((t, client, accepted) => [t.state(client), client.errored, t.state(accepted), accepted.errored]);

/** How much the paused end has read of so much is a moment. */
const UNREAD = { watching: { bytes: false } };

const NEWEST = {
  'while the peer waits to write': [22, 'older lines called back without an error'],
  'with own writes that wait': [22, 'older lines called back without an error'],
};

module.exports = [
  pair('while the peer reads', (t, client, accepted) => {
    t.log('returns', client.resetAndDestroy(), t.state(client));
    t.ticks('after reset', 'client');
    accepted.on('close', t.fn('peer closed', 'accepted'));
  }),
  pair('while the peer waits to write', async (t, client, accepted) => {
    client.pause();
    accepted.write(Buffer.alloc(8 << 20), t.written('big', 'accepted'));
    accepted.write('tail', t.written('tail', 'accepted'));
    await t.turns(3);
    client.resetAndDestroy();
  }, UNREAD),
  pair('with own writes that wait', async (t, client, accepted) => {
    accepted.pause();
    client.write(Buffer.alloc(8 << 20), t.fn('written', 'client'));
    await t.turns(3);
    client.resetAndDestroy();
    await t.turns(3);
    accepted.destroy();
  }, UNREAD),
  pair('after end', async (t, client, accepted) => {
    client.end();
    await Promise.all([t.event(client, 'finish'), t.event(accepted, 'end')]);
    client.resetAndDestroy();
    await t.closed(client);
    accepted.destroy();
  }, { server: { allowHalfOpen: true } }),
  pair('twice', (t, client) => {
    client.resetAndDestroy();
    client.resetAndDestroy();
  }),
  pair('after destroy', async (t, client) => {
    client.destroy();
    t.try('at once', () => client.resetAndDestroy());
    await t.closed(client);
    t.try('later', () => client.resetAndDestroy());
  }),
  pair('on a Unix socket', (t, client) => {
    t.try('reset', () => client.resetAndDestroy());
    t.log('state', t.state(client));
    client.destroy();
  }, { path: 's' }),
  pair('the peer writes after the reset', async (t, client, accepted) => {
    client.resetAndDestroy();
    await t.closed(client);
    accepted.write('late', t.fn('written', 'accepted'));
  }),
  pair('the peer writes to a closed connection', async (t, client, accepted) => {
    accepted.pause();
    client.destroy();
    await t.closed(client);
    accepted.write('one', t.written('one', 'accepted'));
    await t.turns(3);
    accepted.write('two', t.written('two', 'accepted'));
    await t.turns(3);
    accepted.resume();
  }, { server: { allowHalfOpen: true } }),
  pair('the peer of a Unix socket writes to a closed connection', async (t, client, accepted) => {
    accepted.pause();
    client.destroy();
    await t.closed(client);
    accepted.write('one', t.written('one', 'accepted'));
    await t.turns(3);
    accepted.resume();
  }, { path: 's', server: { allowHalfOpen: true } }),
  { title: 'before connect', async run(t) {
    const client = t.socket('client');
    t.log('returns', client.resetAndDestroy(), t.state(client));
    t.ticks('after reset', 'client');
    await t.closed(client);
  } },
  { title: 'while connecting', async run(t) {
    const server = t.track(t.peer.createServer(), 'server');
    const { port } = await t.listen(server);
    const client = t.connect('client', port, '127.0.0.1');
    t.log('returns', client.resetAndDestroy(), t.state(client));
    await t.closed(client);
  } },
  { title: 'in the connection listener', async run(t) {
    const server = t.server('server', (socket) => {
      t.watch(socket, 'accepted');
      socket.resetAndDestroy();
    });
    const { port } = await t.listen(server);
    const client = t.connect('client', port, '127.0.0.1');
    await t.closed(client);
    await t.end(server);
  } },
].map((scenario) => (NEWEST[scenario.title] ? since(...NEWEST[scenario.title], scenario) : scenario));
