'use strict';
// Programs of others, in C, against servers on connections of cnet: redis-benchmark, ab, wrk, openssl, nc, curl.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const http2 = require('node:http2');
const net = require('net');
const path = require('node:path');
const tls = require('node:tls');

const { program } = require('./kit/program');
const { pair, pairIn } = require('./kit/tls');
const { bytes, digest, digestOf, execute } = require('./kit/tools');

/* --- a server of RESP --------------------------------------------------------------------------------------------- */

/**
 * Cuts the commands, arrays of bulk strings, from the front of what has come.
 * @returns {{ commands: Buffer[][], rest: Buffer }}
 */
function cut(data) {
  const commands = [];
  let at = 0;
  for (;;) {
    const command = [];
    let next = at;
    const line = () => {
      const end = data.indexOf('\r\n', next);
      if (end < 0) return null;
      const number = Number(data.latin1Slice(next + 1, end));
      next = end + 2;
      return number;
    };
    const count = line();
    for (let i = 0; count !== null && i < count; i++) {
      const size = line();
      if (size === null || next + size + 2 > data.length) break;
      command.push(data.subarray(next, next + size));
      next += size + 2;
    }
    if (count === null || command.length < count) return { commands, rest: data.subarray(at) };
    commands.push(command);
    at = next;
  }
}

/** What the commands that redis-benchmark sends are answered with. */
function makeStore() {
  const values = new Map();
  const list = [];
  const bulk = (value) => (value === undefined ? '$-1\r\n' : `$${value.length}\r\n${value}\r\n`);
  const answers = {
    PING: () => '+PONG\r\n',
    SET(key, value) {
      values.set(key, value);
      return '+OK\r\n';
    },
    GET: (key) => bulk(values.get(key)),
    INCR(key) {
      const value = Number(values.get(key) ?? 0) + 1;
      values.set(key, String(value));
      return `:${value}\r\n`;
    },
    LPUSH: (key, value) => `:${list.push(value)}\r\n`,
    RPOP: () => bulk(list.pop()),
    MSET: () => '+OK\r\n',
    CONFIG: (get, name) => `*2\r\n${bulk(name)}${bulk('')}`,
  };
  return (command) => {
    const [name, ...args] = command.map((part) => part.latin1Slice());
    return answers[name.toUpperCase()]?.(...args) ?? '-ERR unknown command\r\n';
  };
}

function serveResp() {
  const answer = makeStore();
  return net.createServer((socket) => {
    let waiting = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      const { commands, rest } = cut(waiting.length > 0 ? Buffer.concat([waiting, chunk]) : chunk);
      waiting = rest;
      if (commands.length > 0) socket.write(commands.map(answer).join(''), 'latin1');
    });
    socket.on('error', () => {}); // redis-benchmark resets its connections
  });
}

/* Every test of redis-benchmark ends with a line of CSV, and it with status 0, only if all answers have come. */
async function redisBenchmark(where, ...args) {
  const tests = ['ping_mbulk', 'set', 'get', 'incr', 'lpush', 'rpop', 'mset'];
  const { status, stdout, stderr } = await execute('redis-benchmark', [...where, '-t', tests.join(), '--csv', ...args]);
  const lines = stdout.trim().split('\n').slice(1);
  const rates = lines.map((line) => Number(line.split(',')[1].replaceAll('"', '')));
  return {
    status,
    stderr: stderr.replace(/WARNING.*\n/g, ''),
    tests: lines.map((line) => line.split(',')[0]),
    all: rates.every((rate) => rate > 0),
  };
}

/* --- HTTP --------------------------------------------------------------------------------------------------------- */

async function answerHttp(request, response) {
  const { size } = request.headers;
  if (size) return response.end(bytes(Number(size)));
  const { sha1, size: length } = await digestOf(request);
  response.end(length > 0 ? sha1 : 'hello');
}

async function ab({ ports }, scheme, ...args) {
  const { status, stdout } = await execute('ab', ['-q', ...args, `${scheme}://127.0.0.1:${ports[scheme]}/`]);
  const read = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(stdout)?.[1]);
  return { status, done: read('Complete requests'), failed: read('Failed requests'), bytes: read('HTML transferred') };
}

/* wrk reports errors of sockets and statuses only when there were some. */
async function wrk({ ports }) {
  const { status, stdout } = await execute('wrk', ['-t1', '-c50', '-d1s', `http://127.0.0.1:${ports.http}/`]);
  const [, requests] = /(\d+) requests in/.exec(stdout) ?? [];
  return { status, many: Number(requests) > 500, errors: /Socket errors.*|Non-2xx.*/.exec(stdout)?.[0] ?? null };
}

async function curl({ ports, dir, files }) {
  const results = {};
  const url = (scheme) => `${scheme === 'h2' ? 'https' : scheme}://localhost:${ports[scheme]}/`;
  for (const scheme of ['http', 'https', 'h2']) {
    const common = [
      '-sS',
      '--cacert',
      files.cert,
      '--connect-to',
      `localhost:${ports[scheme]}:127.0.0.1:${ports[scheme]}`,
      scheme === 'h2' ? '--http2' : '--http1.1',
    ];
    const got = await execute(
      'curl',
      [...common, '-H', `size: ${8 << 20}`, '-w', '%{stderr}%{http_version}', url(scheme)],
      { encoding: 'latin1' },
    );
    const sent = await execute('curl', [...common, '-T', '-', url(scheme)], { input: bytes(8 << 20) });
    const parallel = await execute('curl', [...common, '--parallel', '--parallel-max', '30', `${url(scheme)}[1-300]`]);
    results[scheme] = {
      status: [got.status, sent.status, parallel.status],
      version: got.stderr,
      got: digest(Buffer.from(got.stdout, 'latin1')),
      sent: sent.stdout,
      all: parallel.stdout === 'hello'.repeat(300),
    };
  }
  const local = await execute(
    'curl',
    ['-sS', '--unix-socket', path.join(dir, 'http'), '-H', `size: ${1 << 20}`, 'http://localhost/'],
    { encoding: 'latin1' },
  );
  return { ...results, local: [local.status, digest(Buffer.from(local.stdout, 'latin1'))] };
}

/* --- TLS and bytes ------------------------------------------------------------------------------------------------ */

async function openssl({ ports, files }, ...versions) {
  const found = {};
  for (const version of versions) {
    const args = [
      's_client',
      '-quiet',
      '-verify_return_error',
      '-CAfile',
      files.cert,
      '-verify_hostname',
      'localhost',
      version,
      '-connect',
      `127.0.0.1:${ports.digest}`,
    ];
    const { status, stdout } = await execute('openssl', args, {
      input: Buffer.concat([Buffer.from(`${4 << 20}\n`), bytes(4 << 20)]),
    });
    found[version] = { status, stdout };
  }
  return found;
}

/* `s_time` makes connections for a second, each anew. */
async function manyHandshakes({ ports, files }) {
  const args = [
    's_time',
    '-connect',
    `127.0.0.1:${ports.https}`,
    '-CAfile',
    files.cert,
    '-new',
    '-time',
    '1',
    '-www',
    '/',
  ];
  const { status, stdout } = await execute('openssl', args);
  const [, count] = /(\d+) connections in/.exec(stdout) ?? [];
  return { status, many: Number(count) > 10 };
}

/* A line with a size, and as many bytes: their digest is the answer, and the end. */
function digestServer(socket) {
  let data = Buffer.alloc(0);
  const parts = [];
  let left = null;
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    if (left === null) {
      data = Buffer.concat([data, chunk]);
      const at = data.indexOf('\n');
      if (at < 0) return;
      left = Number(data.latin1Slice(0, at));
      chunk = data.subarray(at + 1);
    }
    parts.push(chunk);
    left -= chunk.length;
    if (left === 0) socket.end(digest(Buffer.concat(parts)));
  });
}

/* With -N it ends its half when its input has: the answer still comes. */
async function nc({ dir, ports }) {
  const file = path.join(dir, 'input');
  fs.writeFileSync(file, bytes(16 << 20));
  const results = [];
  for (const where of [['127.0.0.1', String(ports.echo)], ['-U', path.join(dir, 'echo')]]) {
    const input = fs.openSync(file);
    const child = spawn('nc', ['-N', ...where], { stdio: [input, 'pipe', 'inherit'] });
    fs.closeSync(input);
    const [got, [status]] = await Promise.all([digestOf(child.stdout), once(child, 'close')]);
    results.push({ ...got, status });
  }
  return results;
}

async function connectAtLast(socketPath) {
  for (;;) {
    const socket = net.connect(socketPath);
    const error = await once(socket, 'connect').then(() => null, (failure) => failure);
    if (error === null) return socket;
    if (error.code !== 'ECONNREFUSED') throw error;
  }
}

/* The other way round: nc listens, and the client is ours. */
async function ncListens({ dir }) {
  const socketPath = path.join(dir, 'nc');
  const child = spawn('nc', ['-lvU', socketPath], { stdio: ['pipe', 'pipe', 'pipe'] });
  await once(child.stderr, 'data'); // it has bound the path, and is about to listen
  const socket = await connectAtLast(socketPath);
  socket.end(bytes(4 << 20));
  child.stdin.end(bytes(1 << 20, 2));
  const [there, back, [status]] = await Promise.all([digestOf(child.stdout), digestOf(socket), once(child, 'close')]);
  return { there, back, status };
}

/* --- servers ------------------------------------------------------------------------------------------------------ */

async function listen(server, ...where) {
  server.listen(...where);
  await once(server, 'listening');
  return server;
}

function makeServers() {
  const handler = (request, response) => {
    answerHttp(request, response).catch(() => response.destroy());
  };
  const web = http.createServer(handler);
  const secure = new tls.Server(pair(), (socket) => web.emit('connection', socket));
  const second = http2.createSecureServer({ ...pair(), allowHTTP1: true }, handler);
  const digests = new tls.Server(pair(), digestServer);
  for (const server of [secure, second, digests]) server.on('tlsClientError', () => {});
  const give = (server) => net.createServer((socket) => {
    socket.on('error', () => {});
    server.emit('connection', socket);
  });
  const echo = () => net.createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  return {
    local: { http: give(web), echo: echo() },
    remote: {
      resp: serveResp(),
      http: give(web),
      https: give(secure),
      h2: give(second),
      digest: give(digests),
      echo: echo(),
    },
  };
}

const DEBIAN = {
  'redis-benchmark': 'redis-tools',
  ab: 'apache2-utils',
  wrk: 'wrk',
  openssl: 'openssl',
  nc: 'netcat-openbsd',
  curl: 'curl',
};

program(__filename, {
  name: 'redis-benchmark, ab, wrk, openssl, nc and curl',
  needs: Object.entries(DEBIAN).map(([command, debian]) => ({ command, debian })),
  least: 128 << 20,
  async open(dir) {
    const { local, remote } = makeServers();
    const context = {
      dir,
      files: pairIn(dir, () => {}),
      ports: {},
      servers: [...Object.values(local), ...Object.values(remote)],
    };
    const resp = await listen(serveResp(), path.join(dir, 'resp'));
    context.servers.push(resp);
    for (const [name, server] of Object.entries(remote))
      context.ports[name] = (await listen(server, 0, '127.0.0.1')).address().port;
    for (const [name, server] of Object.entries(local)) await listen(server, path.join(dir, name));
    return context;
  },
  parts: {
    'redis-benchmark: seven tests over 50 connections, 16 commands at once': ({ ports }) =>
      redisBenchmark(['-p', String(ports.resp)], '-n', '20000', '-P', '16', '-d', '100'),
    'redis-benchmark on a Unix socket, one command at a time': ({ dir }) =>
      redisBenchmark(['-s', path.join(dir, 'resp')], '-n', '5000'),
    'redis-benchmark with a connection for each command': ({ ports }) =>
      redisBenchmark(['-p', String(ports.resp)], '-n', '500', '-k', '0'),
    'ab: 5000 requests over 100 connections that are kept': (context) =>
      ab(context, 'http', '-k', '-n', '5000', '-c', '100'),
    'ab: 2000 connections': (context) => ab(context, 'http', '-n', '2000', '-c', '50'),
    'ab over TLS': (context) => ab(context, 'https', '-k', '-n', '300', '-c', '20'),
    'wrk: a second over 50 connections': wrk,
    'curl by HTTP, HTTPS, HTTP/2 and a Unix socket: 8 MB each way, 300 at once': curl,
    'openssl s_client: 4 MB by TLS 1.2 and 1.3': (context) => openssl(context, '-tls1_2', '-tls1_3'),
    'openssl s_time: connections for a second': manyHandshakes,
    'nc: 16 MB there and back after its end, by TCP and a Unix socket': nc,
    'nc listens, and cnet is the client': ncListens,
  },
  close({ servers }) {
    for (const server of servers) server.close();
  },
});
