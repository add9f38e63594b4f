'use strict';

const { pairs } = require('../pairs');
const { since } = require('../since');

const wrong = () => Object.assign(new Error('on purpose'), { code: 'MINE', extra: 1 });

/** After destroy() in 'connectionAttempt' Node goes on with the handle that is gone, and throws. */
const MISTAKE = /uncaughtException TypeError\("Cannot read properties of null/;

/** Destroys the client in one of its events, on a connection that passes through all of them. */
function inEvent(event, error) {
  const mistake = event === 'connectionAttempt' ? MISTAKE : undefined;
  return { title: `in '${event}'${error ? ' with an error' : ''}`, mistake, async run(t) {
    const server = t.server('server', (socket) => {
      t.watch(socket, 'accepted', { except: ['end', 'error', 'finish', 'close'] });
      socket.write(Buffer.alloc(100, 'x'));
      socket.end();
    });
    const { port } = await t.listen(server);
    const client = t.connect('client', { port, host: 'localhost' });
    if (event === 'timeout') {
      server.removeAllListeners('connection');
      client.on('connect', () => client.setTimeout(30));
    }
    if (event === 'drain') client.write(Buffer.alloc(3 << 20));
    client.once(event, () => {
      t.log(`destroy in ${event}`, client.destroy(error && wrong()), t.state(client));
      t.ticks('after destroy', 'client');
    });
    await t.closed(client);
    t.log('at the end', t.state(client), client.errored, client.writableLength);
  } };
}

/** Destroys a fresh pair's client by `act` and waits for both. */
/** How much the paused end has read of so much is a moment. */
const UNREAD = { watching: { bytes: false } };

const pair = pairs((t, client) => [t.state(client), client.errored, t.bytes(client)]);

const NEWEST = {
  "in 'connectionAttempt'": [20, '18 has no such event'],
  "in 'connectionAttempt' with an error": [20, '18 has no such event'],
  'with writes that wait': [22, 'older lines called back without an error'],
  'with writes that wait, without an error': [22, 'older lines called back without an error'],
  'inside lookup': [20, '18 still told the answer of the lookup'],
};

module.exports = [
  ...['lookup', 'connectionAttempt', 'connect', 'ready', 'data', 'end', 'close', 'timeout', 'drain']
    .flatMap((event) => [inEvent(event, false), inEvent(event, true)]),
  pair('twice with different errors', (t, client) => {
    client.destroy(wrong());
    client.destroy(new Error('second'));
    t.log('errored', client.errored, client.destroyed);
  }),
  pair('first without an error, then with one', (t, client) => {
    client.destroy();
    client.destroy(wrong());
  }),
  pair('with things that are no errors', (t, client) => {
    t.try('null', () => client.destroy(null));
    t.try('string', () => client.destroy('text'));
  }),
  pair('with a string at first', (t, client) => { t.try('string', () => client.destroy('text')); }),
  pair('in a write callback', async (t, client) => {
    client.write('word', (...values) => {
      t.lane('client').log('written', ...values);
      client.destroy();
    });
    client.write('second', t.written('second', 'client'));
  }),
  pair('in an end callback', async (t, client) => {
    client.end('word', (...values) => {
      t.lane('client').log('ended', ...values);
      client.destroy();
    });
  }),
  pair('with writes that wait', async (t, client, accepted) => {
    accepted.pause();
    t.log('write', client.write(Buffer.alloc(8 << 20), t.written('big', 'client')));
    client.write('small', t.written('small', 'client'));
    client.end(t.fn('ended', 'client'));
    await t.turns(2);
    client.destroy(wrong());
    t.log('state', t.state(client));
    accepted.destroy();
  }, UNREAD),
  pair('with writes that wait, without an error', async (t, client, accepted) => {
    accepted.pause();
    client.write(Buffer.alloc(8 << 20), t.written('big', 'client'));
    client.write('small', t.written('small', 'client'));
    await t.turns(2);
    client.destroy();
    accepted.destroy();
  }, UNREAD),
  pair('right after a write: the bytes still go', (t, client) => {
    client.write('last word', t.fn('written', 'client'));
    client.destroy();
  }),
  pair('destroySoon with nothing to write', (t, client) => {
    t.log('destroySoon', client.destroySoon(), t.state(client));
  }),
  pair('destroySoon with writes that wait', (t, client) => {
    client.write(Buffer.alloc(2 << 20), t.fn('written', 'client'));
    client.destroySoon();
    t.log('state', t.state(client));
  }),
  pair('destroySoon after end', async (t, client, accepted) => {
    const ended = Promise.all([t.event(client, 'finish'), t.event(accepted, 'end')]);
    client.end();
    await ended;
    client.destroySoon();
    accepted.end();
  }, { server: { allowHalfOpen: true } }),
  { title: 'before connect, then connect', async run(t) {
    const client = t.socket('client');
    client.destroy();
    await t.closed(client);
    t.log('state', t.state(client));
    const port = t.refused();
    t.try('connect', () => client.connect(port, '127.0.0.1'));
    await t.event(client, 'error', 'close');
    t.log('state', t.state(client));
  } },
  { title: 'a socket that was never used', async run(t) {
    const client = t.socket('client');
    t.log('destroy', client.destroy(), t.state(client));
    t.ticks('after destroy', 'client');
    await t.closed(client);
  } },
  { title: 'a socket that was never used, with an error', async run(t) {
    const client = t.socket('client');
    client.destroy(wrong());
    await t.closed(client);
  } },
  { title: 'right after connect', async run(t) {
    const server = t.server('server');
    const { port } = await t.listen(server);
    const client = t.connect('client', port, '127.0.0.1');
    client.write('never', t.fn('written', 'client'));
    client.destroy();
    t.log('state', t.state(client));
    await t.closed(client);
  } },
  { title: 'inside lookup', async run(t) {
    const lookup = (host, options, done) => {
      client.destroy();
      done(null, '127.0.0.1', 4);
    };
    const client = t.socket('client');
    client.connect({ port: t.refused(), host: 'some.name', lookup });
    await t.closed(client);
    await t.turns(2);
  } },
  { title: 'in the connection listener', async run(t) {
    const server = t.server('server', (socket) => {
      t.watch(socket, 'accepted');
      t.log('destroy', socket.destroy());
    });
    const { port } = await t.listen(server);
    t.connect('client', port, '127.0.0.1');
    await t.event(server, 'connection');
    await t.end(server);
  } },
  { title: 'close the server in listening and in connection', async run(t) {
    const first = t.server('first');
    first.on('listening', () => t.try('close', () => first.close(t.fn('closed', 'first')), 'first'));
    first.listen(0, '127.0.0.1');
    await t.closed(first);
    const second = t.server('second');
    second.on('connection', (socket) => {
      second.close(t.fn('closed', 'second'));
      socket.end();
    });
    const { port } = await t.listen(second);
    t.connect('client', port, '127.0.0.1');
    await t.closed(second);
    await t.end();
  } },
].map((scenario) => (NEWEST[scenario.title] ? since(...NEWEST[scenario.title], scenario) : scenario));
