'use strict';

const { pairs } = require('../pairs');
const { since } = require('../since');

const pair = pairs((t, client, accepted) => [t.state(client), t.state(accepted), t.bytes(client), t.bytes(accepted)]);

/** Half-close from one side, with allowHalfOpen as given on either. */
function halfOpen(clientAllows, serverAllows) {
  const options = { client: { allowHalfOpen: clientAllows }, server: { allowHalfOpen: serverAllows } };
  return [
    pair(`client ends first, allowHalfOpen ${clientAllows}/${serverAllows}`, async (t, client, accepted) => {
      const ended = t.event(accepted, 'end');
      client.end('request', t.fn('ended', 'client'));
      t.log('client', t.state(client), client.writableEnded, client.writableFinished);
      await ended;
      t.log('accepted', t.state(accepted), accepted.writable);
      accepted.write('reply', t.written('reply', 'accepted'));
      accepted.end(t.fn('ended', 'accepted'));
    }, options),
    pair(`server ends first, allowHalfOpen ${clientAllows}/${serverAllows}`, async (t, client, accepted) => {
      const ended = t.event(client, 'end');
      accepted.end('greeting');
      await ended;
      await t.turns(1);
      t.log('client', t.state(client), client.writable);
      client.write('reply', t.written('reply', 'client'));
      client.end(t.fn('ended', 'client'));
    }, options),
  ];
}

const NEWEST = {
  'end with a callback on a socket that never connected': [22, 'older lines never finished'],
};

module.exports = [
  ...halfOpen(true, true),
  ...halfOpen(false, true),
  ...halfOpen(true, false),
  ...halfOpen(false, false),
  pair('half-close over a Unix socket', async (t, client, accepted) => {
    client.end('request');
    await t.event(accepted, 'end');
    accepted.end('reply');
  }, { path: 's', server: { allowHalfOpen: true } }),
  pair('end with data, encoding and callback', (t, client) => {
    t.log('end', client.end('aGVsbG8=', 'base64', t.fn('ended', 'client')));
  }),
  pair('end twice, with callbacks', (t, client) => {
    client.end('one', t.written('first', 'client'));
    client.end(t.written('second', 'client'));
    t.try('end with data', () => client.end('more', t.fn('third', 'client, behind its end')));
  }),
  pair('write after end', (t, client, accepted) => {
    client.end('one');
    t.log('write', client.write('two', t.fn('written', 'client')));
    t.ticks('after write', 'client');
    accepted.on('error', () => {});
  }),
  pair('write after end, without a callback', (t, client) => {
    client.end();
    t.log('write', client.write('two'));
  }),
  pair('write after the peer has ended', async (t, client, accepted) => {
    const ended = t.event(client, 'end');
    accepted.end();
    await ended;
    t.log('write', client.write('late', t.fn('written', 'client')));
  }),
  pair('write after destroy', async (t, client) => {
    client.destroy();
    t.log('write', client.write('late', t.fn('written', 'client')));
    t.ticks('after write', 'client');
    await t.closed(client);
    t.log('write', client.write('later', t.fn('written later', 'client')));
    await t.turns(2);
  }),
  pair('end after destroy', async (t, client) => {
    client.destroy();
    client.end(t.fn('ended', 'client'));
    await t.closed(client);
    client.end(t.fn('ended later', 'client'));
    await t.turns(2);
  }),
  { title: 'end with a callback on a socket that never connected', async run(t) {
    const client = t.socket('client');
    t.log('end', client.end(t.fn('ended', 'client')), t.state(client));
    t.ticks('after end', 'client');
    await t.turns(3);
    t.log('later', t.state(client), client.writableFinished, client.destroyed);
  } },
  { title: 'write on a socket that never connected', async run(t) {
    const client = t.socket('client');
    t.log('write', client.write('word', t.fn('written', 'client')), t.state(client));
    t.ticks('after write', 'client');
    await t.turns(3);
    t.log('later', t.state(client), client.writableLength);
  } },
  { title: 'end before connect', async run(t) {
    const server = t.server('server', (socket) => t.watch(socket, 'accepted'));
    const { port } = await t.listen(server);
    const client = t.socket('client');
    client.connect(port, '127.0.0.1');
    client.end('word', t.fn('ended', 'client'));
    t.log('state', t.state(client));
    await t.end(server);
  } },
  { title: 'EOF and data before a reader is attached', async run(t) {
    const { client, accepted } = await t.pair();
    t.watch(accepted, 'accepted');
    t.watch(client, 'client', { data: false });
    accepted.end('early');
    while (client.readableLength < 5) await t.turns();
    t.log('before the reader', t.state(client), client.readableLength);
    client.on('data', (chunk) => t.lane('client').data(chunk));
    await t.end();
  } },
  { title: 'EOF without data and without a reader', async run(t) {
    const { client, accepted } = await t.pair();
    t.watch(client, 'client', { data: false });
    t.watch(accepted, 'accepted');
    accepted.end();
    await t.closed(client);
    t.log('without a reader', t.state(client), client.readableEnded);
    client.resume();
    await t.end();
  } },
  { title: 'EOF on a paused socket', async run(t) {
    const { client, accepted } = await t.pair();
    t.watch(client, 'client');
    t.watch(accepted, 'accepted');
    client.pause();
    accepted.end('words');
    await t.turns(5);
    t.log('paused', t.state(client), client.isPaused());
    client.resume();
    await t.end();
  } },
  { title: 'a server socket that nobody reads ends only when read', async run(t) {
    const { client, accepted } = await t.pair();
    t.watch(client, 'client');
    t.watch(accepted, 'accepted', { data: false });
    client.end('word');
    await t.event(client, 'finish');
    await t.turns(5);
    t.log('not read', t.state(accepted), accepted.readableLength, accepted.bytesRead);
    accepted.resume();
    await t.end();
  } },
  pair('end in the data listener', (t, client, accepted) => {
    accepted.once('data', () => accepted.end('bye'));
    client.write('hello');
  }),
  pair('read() by hand', async (t, client, accepted) => {
    accepted.end('one two three');
    await t.event(client, 'readable');
    t.log('read', client.read(3), client.read(), client.read());
    await t.turns(2);
    client.read();
  }, { watching: { data: false } }),
].map((scenario) => (NEWEST[scenario.title] ? since(...NEWEST[scenario.title], scenario) : scenario));
