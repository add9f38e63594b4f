'use strict';

const { since } = require('../since');

/** Connects to what fails, and shows the order of what follows. */
async function fails(t, ...args) {
  const client = t.try('connect', () => t.connect('client', ...args));
  if (!client) return;
  t.log('state', t.state(client));
  t.ticks('after connect', 'client');
  await t.end();
  t.log('at the end', t.state(client), client.errored);
}

/** Bad arguments: what is thrown at once, or comes later. */
async function bad(t, list, connect) {
  for (const value of list) {
    const name = `with ${String(value)} (${typeof value})`;
    const client = t.try(name, () => t.watch(connect(value), name));
    if (client) await Promise.race([t.closed(client), t.event(client, 'connect', 'error')]);
    client?.destroy();
  }
}

const unreachable = ['255.255.255.255', 'ff02::1'];

const NEWEST = {
  'a path that is too long': [24, 'older lines cut it off'],
  'an unknown name': [20, '18 asked for one address'],
  'bad ports in options': [20, '18 described a function otherwise'],
  'no arguments at all': [20, '18 described a function otherwise'],
  'bad paths': [22, 'older lines took a path up to its zero byte'],
  'bad hosts': [22, 'older lines left the check to lookup'],
};

module.exports = [
  { title: 'refused over TCP', run: (t) => fails(t, { port: t.refused(), host: '127.0.0.1' }) },
  { title: 'refused over IPv6', run: (t) => fails(t, { port: t.refused('::1'), host: '::1' }) },
  { title: 'refused by a name', run: (t) => fails(t, { port: t.refused(), host: 'localhost' }) },
  { title: 'refused with localAddress', run: (t) => fails(t, {
    port: t.refused(), host: '127.0.0.1', localAddress: '127.0.0.1' }) },
  ...unreachable.map((host) => ({ title: `unreachable at once: ${host}`, run: (t) => fails(t, { port: 9, host }) })),
  { title: 'no such path', run: (t) => fails(t, t.path('nobody')) },
  { title: 'a path through a file', run(t) {
    require('fs').writeFileSync(t.file('file'), '');
    return fails(t, t.file('file/s'));
  } },
  { title: 'a path that is a file', run(t) {
    require('fs').writeFileSync(t.file('file'), '');
    return fails(t, { path: t.file('file') });
  } },
  { title: 'a path that is too long', run: (t) => fails(t, t.path('x'.repeat(150))) },
  { title: 'a path whose server has gone', files: true, async run(t) {
    const server = t.peer.createServer();
    server.listen(t.path('s'));
    await t.event(server, 'listening');
    require('fs').renameSync(t.path('s'), t.path('kept'));
    server.close();
    await fails(t, t.path('kept'));
  } },
  { title: 'an unknown name', run: (t) => fails(t, { port: 1, host: 'unknown.invalid', lookup: (host, options,
    done) => {
    t.log('lookup', host, options);
    done(Object.assign(new Error('getaddrinfo ENOTFOUND unknown.invalid'), { code: 'ENOTFOUND', errno: -3008 }));
  } }) },
  { title: 'localAddress that is not ours', run: (t) => fails(t, {
    port: t.refused(), host: '127.0.0.1', localAddress: '203.0.113.7' }) },
  { title: 'localAddress of the other family', run: (t) => fails(t, {
    port: t.refused(), host: '127.0.0.1', localAddress: '::1' }) },
  { title: 'localPort in use', async run(t) {
    const server = t.server('server');
    const { port } = await t.listen(server);
    await new Promise((resolve) => {
      const client = t.connect('client', { port, host: '127.0.0.1', localAddress: '127.0.0.1', localPort: port });
      client.on('close', resolve);
    });
    await t.end(server);
  } },
  { title: 'bad localAddress', run: (t) => bad(t, ['here', '', 1, null, {}, '999.0.0.1'],
    (localAddress) => t.net.connect({ port: t.refused(), host: '127.0.0.1', localAddress })) },
  { title: 'bad localPort', run: (t) => bad(t, ['abc', -1, 65536, null, {}, 1.5, NaN],
    (localPort) => t.net.connect({ port: t.refused(), host: '127.0.0.1', localPort })) },
  { title: 'bad ports in options', run: (t) => bad(t, [-1, 65536, NaN, '', 'abc', 1.5, null, undefined, {}, [], true,
    '-1', '0x10000', ' ', Infinity, () => {}], (port) => t.net.connect({ port, host: '127.0.0.1' })) },
  { title: 'bad ports as first argument', run: (t) => bad(t, [-1, 65536, NaN, 1.5, '65536', -0.1],
    (port) => t.net.connect(port, '127.0.0.1')) },
  { title: 'first arguments that are no address', run: (t) => bad(t, [null, undefined, '', true, {}, [], Symbol('s')],
    (value) => t.net.connect(value)) },
  { title: 'no arguments at all', async run(t) {
    t.try('connect()', () => t.net.connect());
    t.try('createConnection()', () => t.net.createConnection());
    t.try('socket.connect()', () => new t.net.Socket().connect());
    t.try('socket.connect(callback)', () => new t.net.Socket().connect(() => {}));
  } },
  { title: 'bad paths', run: (t) => bad(t, [1, true, {}, [], null, 'a\0b'],
    (path) => t.net.connect({ path })) },
  { title: 'bad lookup', run: (t) => bad(t, ['x', 1, {}, null, true],
    (lookup) => t.net.connect({ port: t.refused(), host: 'localhost', lookup })) },
  { title: 'bad family', run: (t) => bad(t, [5, -1, 'x', {}, 46],
    (family) => t.net.connect({ port: t.refused(), host: 'localhost', family, autoSelectFamily: false })) },
  { title: 'bad hints', run: (t) => bad(t, [0xffff, -1, 'x'],
    (hints) => t.net.connect({ port: t.refused(), host: 'localhost', hints, autoSelectFamily: false })) },
  { title: 'bad autoSelectFamily options', run: async (t) => {
    await bad(t, ['x', 1, null], (autoSelectFamily) =>
      t.net.connect({ port: t.refused(), host: 'localhost', autoSelectFamily }));
    await bad(t, ['x', 0, -1, 1.5, {}], (autoSelectFamilyAttemptTimeout) =>
      t.net.connect({ port: t.refused(), host: 'localhost', autoSelectFamily: true, autoSelectFamilyAttemptTimeout }));
  } },
  { title: 'bad hosts', run: (t) => bad(t, [1, {}, true, []], (host) => t.net.connect({ port: t.refused(), host })) },
  { title: 'bad options of the constructor', async run(t) {
    for (const options of [{ objectMode: true }, { readableObjectMode: true }, { writableObjectMode: true },
      { fd: -1 }, { fd: 'x' }, { fd: 1.5 }, { signal: {} }, { signal: 'x' }, { onread: 1 }, { onread: {} },
      { highWaterMark: -1 }, { highWaterMark: 'x' }, { handle: null }, { keepAliveInitialDelay: 'x' }, { timeout: 'x' },
      null, 'x', 1.5]) {
      t.try(`Socket(${typeof options === 'object' ? JSON.stringify(options) : options})`, () => {
        new t.net.Socket(options).destroy();
        return 'made';
      });
    }
    t.try('connect({ timeout: "x" })', () => t.track(t.net.connect({ port: t.refused(), timeout: 'x' }), 'timeout'));
  } },
  { title: 'the descriptor of a file', async run(t) {
    const fs = require('fs');
    fs.writeFileSync(t.file('file'), 'content');
    const fd = fs.openSync(t.file('file'), 'r');
    t.try('Socket({ fd })', () => new t.net.Socket({ fd }));
    fs.closeSync(fd);
  } },
].map((scenario) => (NEWEST[scenario.title] ? since(...NEWEST[scenario.title], scenario) : scenario));
