'use strict';

const BIG = 1 << 20;

async function echo(t, to, message, { hostless, apart } = {}) {
  const server = t.server('server', (socket) => {
    t.watch(socket, 'accepted', { data: false, apart });
    socket.pipe(socket);
  });
  const address = await t.listen(server, ...to);
  const target = typeof address === 'string' ? { path: address } : { port: address.port, host: address.address };
  if (hostless) delete target.host;
  const client = t.watch(t.net.connect(target), 'client', { apart });
  t.log('before connect', t.state(client), client.end(message));
  await t.end(server);
}

module.exports = [
  { title: 'IPv4', run: (t) => echo(t, [0, '127.0.0.1'], 'hello') },
  { title: 'IPv6', run: (t) => echo(t, [0, '::1'], 'hello') },
  { title: 'a Unix socket', run: (t) => echo(t, [t.path('s')], 'hello') },
  { title: 'a server on all addresses', run: (t) => echo(t, [0, '0.0.0.0'], 'hello', { hostless: true }) },
  { title: 'one megabyte over TCP', run: (t) => echo(t, [0, '127.0.0.1'], Buffer.alloc(BIG, 'abc'), { apart: true }) },
  { title: 'one megabyte over a Unix socket',
    run: (t) => echo(t, [t.path('s')], Buffer.alloc(BIG, 'abc'), { apart: true }) },
  { title: 'nothing but an end', run: (t) => echo(t, [0, '127.0.0.1'], undefined) },
  {
    title: 'messages one after another',
    async run(t) {
      const server = t.server('server', (socket) => {
        t.watch(socket, 'accepted', { data: false });
        socket.on('data', (chunk) => {
          t.lane('accepted').log('got', chunk);
          socket.write(`<${chunk}>`, t.fn('reply written', 'accepted'));
        });
      });
      const { port } = await t.listen(server);
      const client = t.connect('client', port, '127.0.0.1');
      for (const word of ['one', 'two', 'three']) {
        client.write(word, t.fn('written', 'client'));
        await t.event(client, 'data');
      }
      client.end();
      await t.end(server);
    },
  },
  {
    title: 'twenty clients at once',
    async run(t) {
      let seen = 0;
      const server = t.track(t.net.createServer((socket) => {
        t.track(socket);
        seen++;
        socket.pipe(socket);
      }), 'server');
      const { port } = await t.listen(server);
      await Promise.all(Array.from({ length: 20 }, async (_, i) => {
        const client = t.connect(`client ${i}`, { port, host: '127.0.0.1' });
        client.end(`I am ${i}`);
        await t.closed(client);
      }));
      t.log('accepted', seen);
      await t.end(server);
    },
  },
  {
    title: 'both sides talk at once',
    async run(t) {
      const { client, accepted } = await t.pair({ watching: { apart: true } });
      client.end(Buffer.alloc(300000, 'c'));
      accepted.end(Buffer.alloc(300000, 's'));
      await t.end();
    },
  },
];
