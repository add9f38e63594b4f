'use strict';
// socks with microsocks: connections to a server on cnet, through a proxy.

const assert = require('node:assert');
const crypto = require('node:crypto');
const { once } = require('node:events');
const net = require('net');
const tls = require('node:tls');

const { program } = require('./kit/program');
const { start } = require('./kit/servers');
const { pair } = require('./kit/tls');
const { bytes, digest, digestOf, failure, freePort, inParallel } = require('./kit/tools');

async function connect({ proxyPort, port }, { proxy, ...options } = {}) {
  const { SocksClient } = require('socks');
  const { socket } = await SocksClient.createConnection({
    proxy: { host: '127.0.0.1', port: proxyPort, type: 5, userId: 'user', password: 'secret', ...proxy },
    command: 'connect',
    destination: { host: '127.0.0.1', port },
    ...options,
  });
  return socket;
}

/*
 * microsocks ends both directions with the one, and moves bytes one way at a time: so no echo, but question and
 * answer.
 */
async function ask(socket, size) {
  socket.write(`get ${size}\n`);
  return digestOf(socket);
}

async function tell(socket, data) {
  socket.write(`put ${data.length}\n`);
  socket.write(data);
  const chunks = [];
  for await (const chunk of socket) chunks.push(chunk);
  return String(Buffer.concat(chunks));
}

/* `get N`: N bytes; `put N` and as many bytes: their digest. */
function answer(socket) {
  let head = '';
  let left = null;
  const hash = crypto.createHash('sha1');
  socket.on('data', (chunk) => {
    if (left === null) {
      head += chunk.toString('latin1');
      const at = head.indexOf('\n');
      if (at < 0) return;
      const [command, size] = head.slice(0, at).split(' ');
      if (command === 'get') return socket.end(bytes(Number(size)));
      left = Number(size);
      chunk = Buffer.from(head.slice(at + 1), 'latin1');
    }
    hash.update(chunk);
    left -= chunk.length;
    if (left === 0) socket.end(hash.digest('hex'));
  });
  socket.on('error', () => {}); // the proxy may have gone
}

async function large(context) {
  const data = bytes(16 << 20);
  const got = await ask(await connect(context), data.length);
  const told = await tell(await connect(context), data);
  assert.deepStrictEqual([got.sha1, told], [digest(data), digest(data)]);
  return { got, told };
}

async function many(context) {
  const results = await inParallel(300, 30, async (i) => (await ask(await connect(context), i * 100)).size);
  return results.reduce((a, b) => a + b);
}

/* By its name: the proxy looks it up. */
async function byName(context) {
  const destination = { host: 'localhost', port: context.port };
  return ask(await connect(context, { destination }), 1000);
}

async function overTls(context) {
  const socket = await connect(context, { destination: { host: '127.0.0.1', port: context.tlsPort } });
  const secure = tls.connect({ socket, ca: pair().cert, servername: 'localhost' });
  await once(secure, 'secureConnect');
  return tell(secure, bytes(4 << 20));
}

async function existing(context) {
  const socket = net.connect(context.proxyPort, '127.0.0.1');
  await once(socket, 'connect');
  return ask(await connect(context, { existing_socket: socket }), 1 << 20);
}

async function failures(context) {
  const closed = await freePort();
  return {
    password: await failure(connect(context, { proxy: { password: 'wrong' } })),
    noProxy: await failure(connect(context, { proxy: { port: closed } })),
    destination: await failure(connect(context, { destination: { host: '127.0.0.1', port: closed } })),
    silence: await failure(connect(context, { proxy: { port: context.silentPort }, timeout: 150 })),
  };
}

async function killed(context) {
  const socket = await connect(context);
  socket.write('get 1000\n');
  await once(socket, 'data');
  socket.resume();
  const closed = once(socket, 'close');
  await context.proxy.stop('SIGKILL');
  const [hadError] = await closed;
  const meanwhile = await failure(connect(context));
  context.proxy = await startProxy(context.proxyPort);
  return { hadError, meanwhile, again: await tell(await connect(context), bytes(1000)) };
}

const startProxy = (port) =>
  start('microsocks', ['-i', '127.0.0.1', '-p', String(port), '-u', 'user', '-P', 'secret'], {
    ready: { port, host: '127.0.0.1' },
  });

async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

program(__filename, {
  name: 'socks and microsocks',
  needs: [{ command: 'microsocks', debian: 'microsocks' }],
  least: 70 << 20,
  async open() {
    const silent = new Set();
    const secure = new tls.Server(pair(), answer);
    const servers = [
      net.createServer(answer),
      net.createServer((socket) => secure.emit('connection', socket)),
      net.createServer((socket) => silent.add(socket)),
    ];
    const [port, tlsPort, silentPort] = await Promise.all(servers.map(listen));
    const proxyPort = await freePort();
    return { proxyPort, proxy: await startProxy(proxyPort), servers, silent, port, tlsPort, silentPort };
  },
  parts: {
    '16 MB there, and 16 MB back': large,
    '300 connections, 30 at a time': many,
    'a destination by its name': byName,
    'TLS through the proxy': overTls,
    'a socket that is connected to the proxy already': existing,
    'a wrong password, no proxy, no destination, silence': failures,
    'the proxy is killed and comes back': killed,
  },
  close({ servers, silent }) {
    for (const server of servers) server.close();
    for (const socket of silent) socket.destroy();
  },
});
