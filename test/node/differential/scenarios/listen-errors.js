'use strict';

const { since } = require('../since');

const fs = require('fs');

/** Listens where that fails. */
async function fails(t, ...args) {
  const server = t.server('server');
  const outcome = t.event(server, 'listening', 'error');
  const made = t.try('listen', () => server.listen(...args));
  t.ticks('after listen', 'server');
  if (made) await outcome;
  await t.turns(2);
  t.log('then', server.listening, server.address(), server._handle === null);
  server.close(t.fn('close callback', 'server'));
  await t.turns(2);
}

function bad(t, list, listen) {
  for (const value of list) {
    const server = t.track(t.net.createServer(), 'server');
    server.on('error', t.fn(`error with ${String(value)}`));
    t.try(`with ${String(value)} (${typeof value})`, () => listen(server, value));
    server.close();
  }
  return t.turns(2);
}

const NEWEST = {
  'listening twice': [20, '18 told of listening after close'],
  'bad options': [22, 'older lines took a path up to its zero byte'],
  'bad options of createServer': [22, 'older lines knew no block list'],
};

module.exports = [
  { title: 'the port is in use', async run(t) {
    const first = t.server('first');
    const { port } = await t.listen(first);
    await fails(t, port, '127.0.0.1');
    await t.end(first);
  } },
  { title: 'the port is in use on all addresses', async run(t) {
    const first = t.server('first');
    const { port } = await t.listen(first, 0);
    await fails(t, port);
    first.close();
  } },
  { title: 'the path is in use', async run(t) {
    const first = t.server('first');
    await t.listen(first, t.path('s'));
    await fails(t, t.path('s'));
    t.log('the first one serves on', fs.existsSync(t.path('s')));
    const client = t.connect('client', t.path('s'));
    await t.event(client, 'connect');
    client.destroy();
    first.close();
  } },
  { title: 'the path is in use: its mode stays', files: true, async run(t) {
    const first = t.server('first');
    await t.listen(first, t.path('s'));
    const mode = fs.statSync(t.path('s')).mode;
    await fails(t, { path: t.path('s'), readableAll: true, writableAll: true });
    t.log('mode stays', fs.statSync(t.path('s')).mode === mode);
    first.close();
  } },
  { title: 'the path is a file', async run(t) {
    fs.writeFileSync(t.file('file'), 'kept');
    await fails(t, t.file('file'));
    t.log('file', fs.readFileSync(t.file('file'), 'utf8'));
  } },
  { title: 'the path goes through a file', async run(t) {
    fs.writeFileSync(t.file('file'), '');
    await fails(t, t.file('file/s'));
  } },
  { title: 'the directory of the path is missing', run: (t) => fails(t, t.path('none/s')) },
  { title: 'the path is too long', newest: 'older lines cut it off', since: 24,
    run: (t) => fails(t, t.path('x'.repeat(150))) },
  { title: 'an address that is not ours', run: (t) => fails(t, 0, '203.0.113.7') },
  { title: 'an address with a bad zone', run: (t) => fails(t, 0, 'fe80::1%nope') },
  { title: 'listening twice', async run(t) {
    const server = t.server('server');
    server.listen(0, '127.0.0.1');
    t.try('at once', () => server.listen(0, '127.0.0.1'));
    await t.event(server, 'listening');
    t.try('later', () => server.listen(0, '127.0.0.1'));
    t.log('serves on', server.listening);
    await t.end(server);
    t.try('after close', () => server.listen(0, '127.0.0.1'));
    await t.event(server, 'listening');
    t.log('serves again', server.listening);
    server.close();
    await t.event(server, 'close');
  } },
  { title: 'listening again in the error listener', async run(t) {
    const first = t.server('first');
    const { port } = await t.listen(first);
    const server = t.server('server');
    server.once('error', () => server.listen(0, '127.0.0.1', t.fn('callback', 'server')));
    server.listen(port, '127.0.0.1');
    await t.event(server, 'listening');
    server.close();
    first.close();
    await t.closed(server, first);
  } },
  { title: 'bad ports in options', run: (t) => bad(t, [-1, 65536, NaN, '', 'abc', 1.5, {}, [], true, false, '-1', ' ',
    Infinity], (server, port) => server.listen({ port, host: '127.0.0.1' })) },
  { title: 'bad ports as first argument', run: (t) => bad(t, [-1, 65536, NaN, 1.5, '65536', Infinity],
    (server, port) => server.listen(port, '127.0.0.1')) },
  { title: 'first arguments that are no address', run: (t) => bad(t, [true, {}, [], false, Symbol('s'), 1n],
    (server, value) => server.listen(value)) },
  { title: 'bad options', run: (t) => bad(t, [{ fd: 'x' }, { path: 1 }, { path: '' }, { path: 'a\0b' }, { host: 'x' },
    { handle: {} }, { port: 0, signal: 1 }, { port: 0, signal: {} }, { exclusive: true }, { port: 0, backlog: 'x' },
    { port: 0, reusePort: 'x' }, { port: 0, host: 1 }], (server, options) => server.listen(options)) },
  { title: 'bad options of createServer', run(t) {
    for (const value of [1, 'x', true, null, { highWaterMark: -1 }, { highWaterMark: 'x' },
      { keepAliveInitialDelay: 'x' }, { blockList: 1 }, { pauseOnConnect: 'x' }, { allowHalfOpen: 1 }]) {
      t.try(`createServer(${JSON.stringify(value)})`, () => typeof t.net.createServer(value));
    }
    t.try('listener that is none', () => typeof t.net.createServer({}, 'x'));
    t.try('listener null', () => typeof t.net.createServer({}, null));
  } },
  { title: 'listen with a lookup that fails', async run(t) {
    const server = t.server('server');
    const outcome = t.event(server, 'error');
    server.listen({ port: 0, host: 'unknown name' });
    await outcome;
    t.log('listening', server.listening);
  } },
].map((scenario) => (NEWEST[scenario.title] ? since(...NEWEST[scenario.title], scenario) : scenario));
