'use strict';
// ws, client and server: the server has its connections by http's 'connection', the client makes its own by net.

const { once } = require('node:events');
const http = require('node:http');
const net = require('net');

const { program } = require('./kit/program');
const { bytes, digest, digestOf, failure, freePort } = require('./kit/tools');

const MESSAGES = 20000;

function open({ port }, path = '/echo', options = {}) {
  const { WebSocket } = require('ws');
  return new WebSocket(`ws://127.0.0.1:${port}${path}`, { perMessageDeflate: false, ...options });
}

async function connect(...args) {
  const socket = open(...args);
  await once(socket, 'open');
  return socket;
}

async function close(socket, ...why) {
  const closed = once(socket, 'close');
  socket.close(...why);
  const [code, reason] = await closed;
  return { code, reason: String(reason) };
}

async function echo(context) {
  const socket = await connect(context);
  const got = [];
  const done = new Promise((resolve) => {
    socket.on('message', (data, isBinary) => {
      if (got.push(`${isBinary} ${data}`) === MESSAGES) resolve();
    });
  });
  for (let i = 0; i < MESSAGES; i++) socket.send(i % 2 ? `message ${i}` : Buffer.from(`message ${i}`));
  await done;
  return { sha1: digest(got.join('\n')), ...await close(socket, 4000, 'enough') };
}

async function large(context, options) {
  const socket = await connect(context, '/echo', options);
  const value = bytes(16 << 20);
  const got = once(socket, 'message');
  socket.send(value);
  const [data] = await got;
  return { sent: digest(value), got: digest(data), ...await close(socket) };
}

async function deflated(context) {
  const socket = await connect(context, '/echo', { perMessageDeflate: true });
  const { extensions } = socket;
  const text = 'the same again and again '.repeat(200000);
  const got = once(socket, 'message');
  socket.send(text);
  const [data] = await got;
  return { extensions, same: digest(text) === digest(data), ...await close(socket) };
}

/* A message in parts, with a ping between them. */
async function fragments(context) {
  const socket = await connect(context);
  const got = once(socket, 'message');
  const pong = once(socket, 'pong');
  for (let i = 0; i < 1000; i++) {
    socket.send(`part ${i} `, { fin: i === 999 });
    if (i === 500) socket.ping('amid');
  }
  const [[data], [answer]] = await Promise.all([got, pong]);
  return { sha1: digest(data), pong: String(answer), ...await close(socket) };
}

/* The reader is slow, so that both ends have to wait for each other. */
async function asStream(context) {
  const { createWebSocketStream } = require('ws');
  const socket = await connect(context);
  const stream = createWebSocketStream(socket);
  const chunks = [1, 2, 3, 4].flatMap((seed) => Array.from({ length: 16 }, () => bytes(1 << 18, seed)));
  const [got] = await Promise.all([digestOf(firstBytes(stream, 16 << 20)), writeAll(stream, chunks)]);
  const closed = once(socket, 'close');
  stream.end();
  await closed;
  return { ...got, sent: digest(Buffer.concat(chunks)) };
}

async function* firstBytes(stream, size) {
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    yield chunk;
    size -= chunk.length;
    if (size <= 0) return;
    await new Promise(setImmediate);
  }
}

async function writeAll(stream, chunks) {
  for (const chunk of chunks) {
    if (!stream.write(chunk)) await once(stream, 'drain');
  }
}

async function broadcast(context) {
  const sockets = await Promise.all(Array.from({ length: 200 }, () => connect(context, '/all')));
  const got = Promise.all(sockets.map((socket) => once(socket, 'message')));
  sockets[0].send('to all');
  const texts = new Set((await got).map(([data]) => String(data)));
  const ends = await Promise.all(sockets.map((socket) => close(socket, 1001)));
  return { texts: [...texts], codes: [...new Set(ends.map(({ code }) => code))] };
}

async function brokenOff(context) {
  const socket = await connect(context, '/break');
  const [code, reason] = await once(socket, 'close');
  const other = await connect(context);
  const closed = once(other, 'close');
  other.terminate();
  const [ownCode] = await closed;
  return { code, reason: String(reason), ownCode };
}

async function tooLarge(context) {
  const socket = await connect(context);
  socket.send(bytes((32 << 20) + 1));
  const [code] = await once(socket, 'close');
  return code;
}

async function refused(context) {
  const closedPort = await freePort();
  const answers = [];
  for (const [where, path] of [[context, '/none'], [{ port: closedPort }, '/']]) {
    const socket = open(where, path);
    answers.push(await failure(once(socket, 'open')));
  }
  const silent = open(context, '/silent', { handshakeTimeout: 100 });
  answers.push(await failure(once(silent, 'open')));
  return answers;
}

/* Bytes that came with the request for the upgrade are the first of the WebSocket. */
async function bytesWithUpgrade({ port }) {
  const socket = net.connect(port, '127.0.0.1');
  const frame = Buffer.from([0x81, 0x82, 1, 2, 3, 4, 0x68 ^ 1, 0x69 ^ 2]);
  const head = 'GET /echo HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
    + 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n';
  socket.write(Buffer.concat([Buffer.from(head), frame]));
  let text = '';
  for await (const chunk of socket) {
    text += chunk.toString('latin1');
    if (text.endsWith('hi')) break;
  }
  return text;
}

function startServer() {
  const { WebSocketServer } = require('ws');
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: true, maxPayload: 32 << 20 });
  const web = http.createServer((request, response) => response.writeHead(404).end());
  web.on('upgrade', (request, socket, head) => {
    if (request.url === '/silent') return;
    if (request.url === '/none') return socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => {});
      if (request.url === '/break') socket.destroy();
      client.on('message', (data, binary) => {
        if (request.url === '/echo') client.send(data, { binary });
        else for (const other of sockets.clients) other.send(data, { binary });
      });
    });
  });
  return net.createServer((socket) => web.emit('connection', socket));
}

program(__filename, {
  name: 'ws, client and server',
  least: 128 << 20,
  async open() {
    const server = startServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { server, port: server.address().port };
  },
  parts: {
    '20000 messages there and back': echo,
    'a message of 16 MB': (context) => large(context, {}),
    'a message of 16 MB that compression makes no smaller': (context) => large(context, { perMessageDeflate: true }),
    'a message that is compressed': deflated,
    'a message of 1000 parts, with a ping amid': fragments,
    '16 MB as a stream with a slow reader': asStream,
    'a message to 200 clients': broadcast,
    'connections that break off': brokenOff,
    'a message that is too large': tooLarge,
    'handshakes that fail: refused, 404, silence': refused,
    'a message that came with the handshake': bytesWithUpgrade,
  },
  close: ({ server }) => server.close(),
});
