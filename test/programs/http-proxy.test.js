'use strict';
// http-proxy, whose clients, whose targets and whose own connections are all net's; curl and ab are its clients too.

const crypto = require('node:crypto');
const { once } = require('node:events');
const http = require('node:http');
const net = require('net');

const { program } = require('./kit/program');
const { bytes, digest, digestOf, execute, failure, freePort, inParallel } = require('./kit/tools');

const agentOptions = { keepAlive: true, maxSockets: 20 };

/** An agent that connects by `net`, whatever that is; http alone would take Node's own. */
function makeAgent(options = agentOptions) {
  const agent = new http.Agent(options);
  agent.createConnection = (where) => net.connect(where);
  return agent;
}

async function answer(request, response) {
  const hash = crypto.createHash('sha1');
  const size = Number(request.headers['x-size'] ?? 0);
  if (request.url === '/break') return request.socket.destroy();
  if (request.url === '/hang') return;
  for await (const chunk of request) hash.update(chunk);
  response.setHeader('x-via', request.headers['x-forwarded-for'] ?? '');
  response.end(size > 0 ? bytes(size) : `${request.method} ${request.url} ${hash.digest('hex')}`);
}

function startTarget() {
  const web = http.createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  web.keepAliveTimeout = 60000; // longer than any pause of the proxy's
  web.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {});
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    socket.write(head);
    socket.pipe(socket);
  });
  return web;
}

function startProxy(target, agent) {
  const wsAgent = makeAgent({});
  const proxy = require('http-proxy').createProxyServer({ xfwd: true, agent });
  const failed = (error, request, response) => {
    if (response.writeHead && !response.headersSent) response.writeHead(502);
    response.end(error.code);
  };
  const web = http.createServer({ keepAliveTimeout: 60000 }, (request, response) => {
    const options = { target: request.url === '/nobody' ? `http://127.0.0.1:${target.closed}` : target.url };
    if (request.url === '/hang') options.proxyTimeout = 300;
    proxy.web(request, response, options, failed);
  });
  web.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {});
    proxy.ws(request, socket, head, { target: target.url, agent: wsAgent }, failed);
  });
  return web;
}

async function send({ port, agent }, url, { body, ...options } = {}) {
  const request = http.request({ port, host: '127.0.0.1', path: url, agent, ...options });
  const answered = once(request, 'response');
  request.end(body);
  const [response] = await answered;
  return response;
}

async function text(response) {
  const chunks = [];
  for await (const chunk of response) chunks.push(chunk);
  return `${response.statusCode} ${Buffer.concat(chunks)}`;
}

async function many(context) {
  const texts = await inParallel(2000, 20, async (i) =>
    text(await send(context, `/${i}`, { method: i % 2 ? 'POST' : 'GET', body: i % 2 ? `body ${i}` : undefined })),
  );
  return digest(texts.join('\n'));
}

async function large(context) {
  const response = await send(context, '/', { headers: { 'x-size': 16 << 20 } });
  const down = await digestOf(response);
  const up = await text(await send(context, '/up', { method: 'PUT', body: bytes(16 << 20) }));
  return { down, up, via: response.headers['x-via'] };
}

async function failures(context) {
  const answers = [];
  for (const url of ['/nobody', '/break', '/hang']) answers.push(await text(await send(context, url)));
  const gone = http.request({ port: context.port, host: '127.0.0.1', path: '/hang', agent: context.agent });
  gone.end();
  const [socket] = await once(gone, 'socket');
  if (socket.connecting) await once(socket, 'connect');
  gone.destroy();
  return { answers, gone: await failure(once(gone, 'response')) };
}

async function upgraded(context) {
  const head = 'GET /echo HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
  const socket = net.connect(context.port, '127.0.0.1');
  socket.write(head);
  let seen = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    seen += chunk;
    if (seen.includes('\r\n\r\n')) break;
  }
const data = bytes(1 << 20);
  const hash = crypto.createHash('sha1');
  let left = data.length;
  const done = new Promise((resolve) => {
    socket.on('data', (chunk) => {
      hash.update(chunk);
      left -= chunk.length;
      if (left === 0) resolve();
    });
  });
  socket.write(data);
  await done;
  const closed = once(socket, 'close');
  socket.end();
  await closed;
  return { status: seen.split('\r\n')[0], same: hash.digest('hex') === digest(data) };
}

async function byCurl({ port }) {
  const url = `http://127.0.0.1:${port}`;
  const options = { encoding: 'latin1' };
  const got = await execute(
    'curl',
    ['-sS', '-H', `x-size: ${8 << 20}`, ...Array.from({ length: 3 }, (_, i) => `${url}/${i}`)],
    options,
  );
  const sent = await execute(
    'curl',
    ['-sS', '-T', '-', '-H', 'Transfer-Encoding: chunked', '-H', 'Expect: 100-continue', `${url}/up`],
    { input: bytes(8 << 20) },
  );
  return { status: [got.status, sent.status], sha1: digest(Buffer.from(got.stdout, 'latin1')), sent: sent.stdout };
}

async function byAb({ port }) {
  const { status, stdout } = await execute('ab', ['-q', '-k', '-n', '3000', '-c', '50', `http://127.0.0.1:${port}/ab`]);
  const read = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(stdout)?.[1]);
  const [done, failed, kept] = ['Complete requests', 'Failed requests', 'Keep-Alive requests'].map(read);
  return { status, done, failed, kept: kept > 2900 };
}

async function listen(web) {
  const server = net.createServer((socket) => web.emit('connection', socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

program(__filename, {
  name: 'http-proxy, curl and ab',
  needs: [{ command: 'curl', debian: 'curl' }, { command: 'ab', debian: 'apache2-utils' }],
  least: 192 << 20,
  async open() {
    const agents = [makeAgent(), makeAgent()];
    const target = await listen(startTarget());
    const url = `http://127.0.0.1:${target.address().port}`;
    const web = startProxy({ url, closed: await freePort() }, agents[0]);
    const proxy = await listen(web);
    return { agent: agents[1], agents, servers: [target, proxy], port: proxy.address().port };
  },
  parts: {
    '2000 requests over 20 connections': many,
    '16 MB down and 16 MB up': large,
    'a target that is not there, breaks off, is too late; a client that goes': failures,
    'an upgrade, and 1 MB through it': upgraded,
    'curl: three answers of 8 MB on one connection, and 8 MB in chunks': byCurl,
    'ab: 3000 requests over 50 connections': byAb,
  },
  close({ agents, servers }) {
    for (const agent of agents) agent.destroy();
    for (const server of servers) server.close();
  },
});
