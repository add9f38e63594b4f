'use strict';
// undici, whose connections are net's, with an HTTP server on cnet's connections.

const crypto = require('node:crypto');
const { once } = require('node:events');
const http = require('node:http');
const net = require('net');
const path = require('node:path');
const { Readable } = require('node:stream');
const tls = require('node:tls');

const { program } = require('./kit/program');
const { pair } = require('./kit/tls');
const { bytes, digest, digestOf, failure, freePort, inParallel } = require('./kit/tools');

const origin = ({ port }) => `http://127.0.0.1:${port}`;

async function handle(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const size = Number(searchParams.get('size') ?? 0);
  if (pathname === '/hang') return;
  if (pathname === '/break') return request.socket.destroy();
  if (pathname === '/short')
    return response.writeHead(200, { 'content-length': 100 }).write('short', () => request.socket.destroy());
  if (pathname === '/bytes') return response.end(bytes(size));
  if (pathname === '/trickle') {
    for (let i = 0; i < size; i++) {
      if (!response.write(bytes(1000, i % 250))) await once(response, 'drain');
    }
    return response.end();
  }
  const hash = crypto.createHash('sha1');
  for await (const chunk of request) hash.update(chunk);
  response.setHeader('x-method', request.method);
  response.end(`${pathname} ${hash.digest('hex')}`);
}

async function pipelined(context) {
  const { Pool } = require('undici');
  const pool = new Pool(origin(context), { connections: 4, pipelining: 10 });
  const texts = await inParallel(4000, 80, async (i) => {
    const { statusCode, body } = await pool.request({ path: `/${i}`, method: 'GET' });
    return `${statusCode} ${await body.text()}`;
  });
  await pool.close();
  return digest(texts.join('\n'));
}

async function downloads(context) {
  const { request } = require('undici');
  const results = await inParallel(4, 4, async (i) => {
    const { body } = await request(`${origin(context)}/bytes?size=${(8 << 20) + i}`);
    return digestOf(body);
  });
  const { body } = await request(`${origin(context)}/trickle?size=5000`);
  return { results, chunked: await digestOf(body) };
}

async function uploads(context) {
  const { request } = require('undici');
  const data = bytes(8 << 20);
  const chunks = function* chunks() {
    for (let at = 0; at < data.length; at += 50000) yield data.subarray(at, at + 50000);
  };
  const whole = await request(`${origin(context)}/up`, { method: 'PUT', body: data });
  const parts = await request(`${origin(context)}/up`, { method: 'POST', body: Readable.from(chunks()) });
  return {
    sent: digest(data),
    whole: await whole.body.text(),
    parts: await parts.body.text(),
    method: parts.headers['x-method'],
  };
}

async function byFetch(context) {
  const { fetch, FormData } = require('undici');
  const form = new FormData();
  form.set('text', 'value');
  form.set('file', new Blob([bytes(1 << 20)]), 'file.bin');
  const answer = await fetch(`${origin(context)}/form`, { method: 'POST', body: form });
  const text = await answer.text();
  const aborted = new AbortController();
  const hanging = failure(fetch(`${origin(context)}/hang`, { signal: aborted.signal }));
  setImmediate(() => aborted.abort());
  return { status: answer.status, begins: text.startsWith('/form '), aborted: (await hanging).name };
}

async function failures(context) {
  const { Client, request } = require('undici');
  const client = new Client(origin(context), { headersTimeout: 200, bodyTimeout: 200 });
  const found = {
    refused: await failure(request(`http://127.0.0.1:${await freePort()}/`)),
    broken: await failure(request(`${origin(context)}/break`)),
    short: await failure(request(`${origin(context)}/short`).then(({ body }) => body.text())),
    timeout: await failure(client.request({ path: '/hang', method: 'GET' })),
    again: (await client.request({ path: '/again', method: 'GET' })).statusCode,
    noSocket: await failure(
      new Client('http://localhost', { socketPath: `${context.dir}/cnet-none` }).request({ path: '/', method: 'GET' }),
    ),
  };
  await client.destroy();
  return found;
}

async function overPath(context) {
  const { Client } = require('undici');
  const client = new Client('http://localhost', { socketPath: context.path });
  const { body } = await client.request({ path: `/bytes?size=${1 << 20}`, method: 'GET' });
  const result = await digestOf(body);
  await client.close();
  return result;
}

/* undici's own way to a TLS connection over a socket that exists. */
async function overTls(context) {
  const { Agent, buildConnector, request } = require('undici');
  const connector = buildConnector({ ca: pair().cert, servername: 'localhost' });
  const dispatcher = new Agent({
    connect(options, done) {
      const socket = net.connect(context.tlsPort, '127.0.0.1', () =>
        connector({ ...options, httpSocket: socket }, done),
      );
      socket.on('error', done);
    },
  });
  const { body } = await request(`https://localhost:${context.tlsPort}/bytes?size=${4 << 20}`, { dispatcher });
  const result = await digestOf(body);
  await dispatcher.close();
  return result;
}

async function upgraded(context) {
  const { Client } = require('undici');
  const client = new Client(origin(context));
  const { socket } = await client.upgrade({ path: '/up', protocol: 'echo' });
  socket.write('hello');
  const [data] = await once(socket, 'data');
  const closed = once(socket, 'close');
  socket.end();
  await closed;
  return String(data);
}

/* The client closes a connection that has waited for its time, and makes another. */
async function keptAlive(context) {
  const { Client } = require('undici');
  const client = new Client(origin(context), { keepAliveMaxTimeout: 50 });
  const gone = new Promise((resolve) => {
    client.once('disconnect', (url, targets, error) => resolve(error.code));
  });
  await (await client.request({ path: '/a', method: 'GET' })).body.dump();
  const code = await gone;
  const again = await client.request({ path: '/b', method: 'GET' });
  const text = await again.body.text();
  await client.close();
  return { code, text };
}

async function listen(server, ...where) {
  server.listen(...where);
  await once(server, 'listening');
  return server.address().port;
}

program(__filename, {
  name: 'undici and an HTTP server',
  least: 100 << 20,
  async open(dir) {
    const web = http.createServer((request, response) => {
      handle(request, response).catch((error) => response.destroy(error));
    });
    web.on('upgrade', (request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n');
      socket.pipe(socket);
    });
    const secure = new tls.Server(pair(), (socket) => web.emit('connection', socket));
    const servers = [
      net.createServer((socket) => web.emit('connection', socket)),
      net.createServer((socket) => secure.emit('connection', socket)),
      net.createServer((socket) => web.emit('connection', socket)),
    ];
    const context = { dir, servers, web, path: path.join(dir, 's') };
    context.port = await listen(servers[0], 0, '127.0.0.1');
    context.tlsPort = await listen(servers[1], 0, '127.0.0.1');
    await listen(servers[2], context.path);
    return context;
  },
  parts: {
    '4000 requests, ten under way on each of four connections': pipelined,
    'answers of 8 MB, four at a time, and one of 5000 chunks': downloads,
    'bodies of 8 MB, whole and in chunks': uploads,
    'fetch() with a form, and aborted': byFetch,
    'nobody there, broken off, cut short, too late': failures,
    'a Unix socket': overPath,
    'TLS on both ends': overTls,
    'an upgrade': upgraded,
    'a connection that has waited too long is made again': keptAlive,
  },
  async close({ servers, web }) {
    await require('undici').getGlobalDispatcher().close();
    for (const server of servers) server.close();
    web.closeAllConnections?.();
  },
});
