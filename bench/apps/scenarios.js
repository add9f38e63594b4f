'use strict';
// scenarios.js: what `npm run bench -- --apps` measures.

const KB = 1024;
const MB = 1024 * KB;

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} title
 * @property {string} server of servers/
 * @property {string} client of clients/
 * @property {object} [options] of both
 * @property {number} [file] bytes of the file `big` that lies in the folders of both
 * @property {number} operations of one run: a second's, about, as V8 still compiles in the first tenths of one
 * @property {number} [warmups] how long the warm-up is, in multiples of these: 1 unless it says otherwise
 * @property {string[]} drivers beside `node`: entries of cnet. Where Node's http or http2 makes the sockets,
 *   `register` gives cnet's to what remains, and register-http to all.
 * @property {('server' | 'client')[]} [sides] those that can be on cnet; without it both
 * @property {string[]} [needs] programs of the machine, without which the scenario is left out
 */

const ftp = { server: 'ftp', client: 'ftp', file: 8 * MB, operations: 60, drivers: ['register'] };
const grpc = { server: 'grpc', client: 'grpc', drivers: ['register', 'register-http'] };
const proxy = { server: 'proxy-chain', client: 'proxy-chain', drivers: ['register', 'register-http'] };

/*
 * A server of http under a load generator. Without that, a client of Node makes the same requests. V8 compiles such a
 * server for some seconds, and much of it anew when its first connections have ended.
 */
const http = (server, options) => ({
  server, client: 'load', operations: 4000, warmups: 3, sides: ['server'], drivers: ['register-http'],
  options: { generator: 'wrk', instead: 'requests', atOnce: 32, size: 5, ...options },
});

/* Questions and answers over a server of net, on both sides. */
const answers = (server, options) => ({
  server, client: 'questions', drivers: ['register'], options: { atOnce: 16, question: 64, answer: 64, ...options },
});

/* A server of net that takes 1 MB on each connection in the way `into`. */
const consume = (name, into, title, operations) => ({
  name, title: `${title}, connections of 1 MB, 4 at a time`, server: 'consume', client: 'send', operations,
  sides: ['server'], drivers: ['register'], options: { into, size: MB, atOnce: 4 },
});

const requests = (options) => ({
  server: 'http',
  client: 'requests',
  operations: 20000,
  sides: ['client'],
  drivers: ['register-http'],
  options: { atOnce: 16, size: 5, ...options },
});

/*
 * So many requests rather than so many seconds: else the handshakes of one that is slower would be shared by fewer. Not
 * by ab, which keeps no connection of TLS.
 */
const secure = { secure: true, generator: 'h2load', http1: true, atOnce: 8 };

/** @type {Scenario[]} */
const httpScenarios = [
  { ...http('http', {}), name: 'http-hello', title: 'http: requests of wrk, kept connections, 5 bytes' },
  { ...http('http', { size: 16 * KB }), name: 'http-16k', title: 'http: requests of wrk, answers of 16 KB' },
  { ...http('http', { post: 16 * KB }), name: 'http-post', title: 'http: POSTs of wrk with 16 KB' },
  {
    ...http('http', { size: MB, atOnce: 8 }),
    name: 'http-1m',
    operations: 1000,
    title: 'http: requests of wrk, answers of 1 MB',
  },
  {
    ...http('http', { post: MB, atOnce: 8 }),
    name: 'http-post-1m',
    operations: 1000,
    title: 'http: POSTs of wrk with 1 MB',
  },
  {
    ...http('http', { generator: 'ab', close: true }),
    name: 'http-connections',
    operations: 16000,
    title: 'http: requests of ab, a connection for each',
  },
  { ...requests({}), name: 'http-agent', title: 'http.Agent: requests on kept connections' },
  { ...http('express', {}), name: 'express', title: 'express: requests of wrk, JSON' },
  { ...http('fastify', {}), name: 'fastify', title: 'fastify: requests of wrk, JSON' },
  {
    ...requests({ origin: 5 }),
    server: 'http-proxy',
    sides: ['server'],
    name: 'http-proxy',
    operations: 8000,
    title: 'http-proxy: requests to an http server, 16 at a time',
  },
  ...[
    ['h2c', false],
    ['h2', true],
  ].map(([name, isSecure]) => ({
    ...http('http2', { generator: 'h2load', instead: 'http2', secure: isSecure, atOnce: 16 }),
    name: `${name}-hello`,
    operations: 40000,
    title: `http2${isSecure ? ' over TLS' : ''}: requests of h2load on one connection, 16 at a time`,
  })),
];

/** @type {Scenario[]} */
const tlsScenarios = [
  {
    ...http('http', secure),
    name: 'https-hello',
    operations: 20000,
    title: 'https: requests of h2load on kept connections, 5 bytes',
  },
  {
    ...http('http', { ...secure, size: MB }),
    name: 'https-1m',
    operations: 800,
    title: 'https: requests of h2load, answers of 1 MB',
  },
  { ...requests({ secure: true }), name: 'https-agent', title: 'https.Agent: requests on kept connections' },
  {
    ...answers('answers', { secure: true }),
    name: 'tls-echo',
    title: 'TLS: 64 bytes and back, 16 connections',
    operations: 40000,
  },
  {
    ...answers('answers', { secure: true, answer: MB, atOnce: 4 }),
    name: 'tls-down',
    title: 'TLS: 1 MB from the server, 4 connections',
    operations: 800,
  },
  {
    ...answers('answers', { secure: true, question: MB, atOnce: 4 }),
    name: 'tls-up',
    title: 'TLS: 1 MB to the server, 4 connections',
    operations: 800,
  },
  {
    name: 'tls-handshakes',
    title: 'TLS: handshakes of openssl s_time, one after the other',
    server: 'answers',
    client: 'load',
    operations: 400,
    warmups: 4,
    sides: ['server'],
    drivers: ['register'],
    options: { secure: true, generator: 'openssl', instead: 'handshakes', question: 64, answer: 64 },
  },
  {
    name: 'pg-tls',
    title: 'pg: queries to PostgreSQL over TLS, 100 rows, 8 at a time',
    server: 'postgres',
    client: 'pg',
    operations: 5000,
    warmups: 4,
    sides: ['client'],
    drivers: ['register'],
    options: { rows: 100, atOnce: 8 },
    needs: ['postgres', 'setpriv'],
  },
  {
    name: 'mysql-tls',
    title: 'mysql2: queries to MariaDB over TLS, 100 rows, 8 at a time',
    server: 'mariadb',
    client: 'mysql',
    operations: 5000,
    warmups: 4,
    sides: ['client'],
    drivers: ['register'],
    options: { rows: 100, atOnce: 8 },
    needs: ['mariadbd', 'mariadb-install-db', 'setpriv'],
  },
];

/** @type {Scenario[]} */
const textScenarios = [
  {
    name: 'ws',
    title: 'ws: messages of 64 bytes and back, 16 at a time',
    server: 'ws',
    client: 'ws',
    operations: 60000,
    drivers: ['register+register-http'],
    options: { size: 64, atOnce: 16 },
  },
  {
    name: 'ws-net',
    title: 'ws over a server of net: messages of 64 bytes and back, 16 at a time',
    server: 'ws-net',
    client: 'ws',
    operations: 60000,
    sides: ['server'],
    drivers: ['register'],
    options: { size: 64, atOnce: 16 },
  },
  {
    name: 'ioredis',
    title: 'ioredis: SET and GET of 64 bytes, 16 at a time',
    server: 'redis',
    client: 'ioredis',
    operations: 30000,
    sides: ['client'],
    drivers: ['register'],
    options: { size: 64, atOnce: 16 },
    needs: ['redis-server', 'setpriv'],
  },
  {
    name: 'mqtt',
    title: 'mqtt with aedes: messages of 64 bytes, acknowledged and received, 16 at a time',
    server: 'mqtt',
    client: 'mqtt',
    operations: 15000,
    drivers: ['register'],
    options: { size: 64, atOnce: 16 },
  },
  {
    name: 'socks',
    title: 'socks: connections over a relay of SOCKS, 64 KB each, 8 at a time',
    server: 'socks',
    client: 'socks',
    operations: 3000,
    warmups: 3,
    drivers: ['register'],
    options: { size: 64 * KB, atOnce: 8 },
  },
  {
    ...answers('answers', { encoding: 'utf8' }),
    name: 'text-echo',
    title: 'setEncoding(): 64 bytes and back as text, 16 connections',
    operations: 60000,
  },
  {
    ...answers('readline'),
    name: 'readline',
    title: 'readline: lines of 64 bytes and back, 16 connections',
    operations: 60000,
  },
];

/** @type {Scenario[]} */
const otherScenarios = [
  consume('for-await', 'loop', 'for await over a socket', 3000),
  consume('pipe-zlib', 'zlib', 'pipe() into zlib, gzip of level 1', 400),
  consume('pipe-crypto', 'crypto', 'pipe() into a hash, SHA-256', 1000),
  consume('pipe-fs', 'fs', 'pipe() into a file', 1000),
  { ...ftp, name: 'ftp-down', title: 'ftp-srv sends files of 8 MB to basic-ftp' },
  { ...ftp, name: 'ftp-up', title: 'ftp-srv stores files of 8 MB of basic-ftp', options: { up: true } },
  {
    ...grpc,
    name: 'grpc-unary',
    title: 'grpc-js: calls with 100 bytes each way, 8 at a time',
    operations: 12000,
    options: { method: 'unary', size: 100, atOnce: 8 },
  },
  {
    ...grpc,
    name: 'grpc-stream',
    title: 'grpc-js: streams of 100 messages of 1 KB, 8 at a time',
    operations: 300,
    options: { method: 'stream', size: 1024, pieces: 100, atOnce: 8 },
  },
  {
    ...proxy,
    name: 'proxy-plain',
    title: 'proxy-chain: HTTP requests of 16 KB, 8 at a time',
    operations: 4000,
    options: { size: 16384, atOnce: 8 },
  },
  {
    ...proxy,
    name: 'proxy-tunnel',
    title: 'proxy-chain: tunnels, each for an HTTP request of 16 KB, 8 at a time',
    operations: 4000,
    options: { size: 16384, tunnel: true, atOnce: 8 },
  },
];

/** As they are shown. */
const groups = [
  { title: 'HTTP', scenarios: httpScenarios },
  { title: 'TLS', scenarios: tlsScenarios },
  { title: 'Messages and lines', scenarios: textScenarios },
  { title: 'Streams and calls', scenarios: otherScenarios },
];

const scenarios = groups.flatMap((group) => group.scenarios);

module.exports = { groups, scenarios };
