'use strict';
// pg with PostgreSQL: queries, COPY, LISTEN, TLS, and connections that are ended.

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { Readable } = require('node:stream');
const { pipeline } = require('node:stream/promises');

const { program } = require('./kit/program');
const { own, start } = require('./kit/servers');
const { pairIn } = require('./kit/tls');
const { bytes, digest, digestOf, failure, freePort, inParallel } = require('./kit/tools');

const USER = 'postgres';
const PASSWORD = 'open sesame';
const LINES = 200000;

/** Debian keeps the servers of all versions in folders of their own; the newest is taken. */
function findBinaries() {
  const root = '/usr/lib/postgresql';
  const versions = fs.existsSync(root) ? fs.readdirSync(root).sort((a, b) => b - a) : [];
  return (
    versions
      .map((version) => path.join(root, version, 'bin'))
      .find((dir) => fs.existsSync(path.join(dir, 'postgres'))) ?? root
  );
}

const BINARIES = findBinaries();

async function initialize(dir) {
  const data = path.join(dir, 'data');
  const words = path.join(dir, 'password');
  fs.writeFileSync(words, PASSWORD, { mode: 0o644 });
  fs.mkdirSync(data, { mode: 0o700 });
  own(data, USER);
  const args = [
    '-D',
    data,
    '-U',
    USER,
    '--auth=scram-sha-256',
    `--pwfile=${words}`,
    '--no-sync',
    '-E',
    'UTF8',
    '--locale=C',
  ];
  const { ended } = await start(path.join(BINARIES, 'initdb'), args, {
    user: USER,
    ready: /Success\. You can now start/,
    cwd: '/',
  });
  await ended;
  return data;
}

function startServer({ dir, data, port, tls }) {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: dir,
    fsync: 'off',
    ssl: 'on',
    ssl_cert_file: tls.cert,
    ssl_key_file: tls.key,
    max_connections: 40,
    deadlock_timeout: '100ms',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return start(path.join(BINARIES, 'postgres'), ['-D', data, ...options], {
    user: USER,
    ready: /ready to accept connections/,
    cwd: '/',
  });
}

function settings({ port }, more = {}) {
  return { host: '127.0.0.1', port, user: USER, password: PASSWORD, database: 'postgres', ...more };
}

/** A connection for one piece of work. */
async function connected(context, more, work) {
  const { Client } = require('pg');
  const client = new Client(settings(context, more));
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function pooled({ pool }) {
  const sums = await inParallel(5000, 64, async (i) => {
    const { rows } = await pool.query('SELECT $1::int + $2::int AS sum, $3::text AS text', [i, i, 'x'.repeat(i % 100)]);
    return rows[0].sum + rows[0].text.length;
  });
  return { total: pool.totalCount, sum: sums.reduce((a, b) => a + b) };
}

async function manyRows({ pool }) {
  const { rows } = await pool.query({
    text: 'SELECT i, repeat(md5(i::text), 4) AS t FROM generate_series(1, 100000) AS i',
    rowMode: 'array',
  });
  return { length: rows.length, sha1: digest(rows.join('\n')) };
}

async function largeValue({ pool }) {
  const value = bytes(16 << 20);
  await pool.query('CREATE TABLE large (id int, value bytea)');
  await pool.query('INSERT INTO large VALUES (1, $1)', [value]);
  const { rows } = await pool.query('SELECT value FROM large');
  assert.strictEqual(digest(rows[0].value), digest(value));
  return digest(rows[0].value);
}

function* lines() {
  for (let i = 0; i < LINES; i++) yield `${i}\tline number ${i}\n`;
}

async function copy(context) {
  const { from, to } = require('pg-copy-streams');
  return connected(context, {}, async (client) => {
    await client.query('CREATE TABLE copied (id int, text text)');
    await pipeline(Readable.from(lines()), client.query(from('COPY copied FROM STDIN')));
    const { rows } = await client.query('SELECT count(*)::int, sum(id)::text FROM copied');
    const got = await digestOf(client.query(to('COPY (SELECT * FROM copied ORDER BY id) TO STDOUT')));
    assert.strictEqual(got.sha1, digest([...lines()].join('')));
    return { ...rows[0], ...got };
  });
}

async function copyFailed(context) {
  const { from } = require('pg-copy-streams');
  return connected(context, {}, async (client) => {
    await client.query('CREATE TEMP TABLE numbers (id int)');
    const error = await failure(
      pipeline(Readable.from(['1\n', 'two\n']), client.query(from('COPY numbers FROM STDIN'))),
    );
    const { rows } = await client.query('SELECT count(*)::int FROM numbers');
    return { error, rows };
  });
}

async function notify(context) {
  return connected(context, {}, async (client) => {
    const got = [];
    await client.query('LISTEN news');
    const all = new Promise((resolve) => {
      client.on('notification', ({ payload }) => {
        if (got.push(payload) === 1000) resolve();
      });
    });
    await context.pool.query(
      "SELECT pg_notify('news', i::text || repeat('x', 1000)) FROM generate_series(1, 1000) AS i",
    );
    await all;
    return digest(got.join());
  });
}

async function transactions(context) {
  await context.pool.query(
    'CREATE TABLE accounts (id int PRIMARY KEY, money int); INSERT INTO accounts VALUES (1, 100), (2, 100)',
  );
  return connected(context, {}, (one) => connected(context, {}, async (other) => {
    const move = (client, id) => client.query('UPDATE accounts SET money = money + 1 WHERE id = $1', [id]);
    await Promise.all([one.query('BEGIN'), other.query('BEGIN')]);
    await Promise.all([move(one, 1), move(other, 2)]);
    const results = await Promise.allSettled([move(one, 2), move(other, 1)]);
    const codes = results.map(({ reason }) => reason?.code ?? 'done').sort();
    await Promise.all([one.query('ROLLBACK'), other.query('ROLLBACK')]);
    const { rows } = await one.query('SELECT * FROM accounts ORDER BY id');
    return { codes, rows };
  }));
}

async function overTls(context) {
  const ssl = { ca: fs.readFileSync(context.tls.cert), servername: 'localhost', checkServerIdentity: () => undefined };
  return connected(context, { ssl }, async (client) => {
    const { rows } = await client.query('SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    const large = await client.query("SELECT repeat('0123456789', 800000) AS text");
    const sent = bytes(4 << 20);
    const back = await client.query('SELECT $1::bytea AS value', [sent]);
    return { ...rows[0], sha1: digest(large.rows[0].text), same: back.rows[0].value.equals(sent) };
  });
}

async function cursors(context) {
  return connected(context, { host: context.dir }, async (client) => {
    await client.query('BEGIN');
    await client.query("DECLARE c CURSOR FOR SELECT i, repeat('y', 100) AS t FROM generate_series(1, 20000) AS i");
    let count = 0;
    for (;;) {
      const { rows } = await client.query('FETCH 500 FROM c');
      if (rows.length === 0) return count;
      count += rows.length;
    }
  });
}

const wrongPassword = (context) => failure(connected(context, { password: 'wrong' }, () => 'in'));
const refused = async () => failure(connected({ port: await freePort() }, {}, () => 'in'));
const noSocket = (context) => failure(connected(context, { host: `${context.dir}/cnet-none` }, () => 'in'));

async function timeouts(context) {
  return connected(context, { query_timeout: 100 }, async (client) => {
    const ofClient = await failure(client.query('SELECT pg_sleep(0.3)'));
    return connected(context, { statement_timeout: 100 }, async (other) => {
      const ofServer = await failure(other.query('SELECT pg_sleep(10)'));
      const { rows } = await other.query('SELECT 1 AS one');
      return { ofClient, ofServer, rows };
    });
  });
}

/* The server has read the query: what it has not, it answers with a reset when it ends. */
async function isRunning(pool, text) {
  const look = () =>
    pool.query("SELECT count(*)::int FROM pg_stat_activity WHERE state = 'active' AND query = $1", [text]);
  while ((await look()).rows[0].count === 0);
}

async function terminated(context) {
  const { Client } = require('pg');
  const client = new Client(settings(context));
  const errors = [];
  client.on('error', (error) => errors.push(error.message));
  await client.connect();
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  const ended = once(client, 'end').catch(() => {});
  const waiting = failure(client.query('SELECT pg_sleep(60)'));
  await isRunning(context.pool, 'SELECT pg_sleep(60)');
  await context.pool.query('SELECT pg_terminate_backend($1)', [rows[0].pid]);
  const error = await waiting;
  await ended;
  return { error, errors, then: await failure(client.query('SELECT 1')) };
}

async function serverKilled(context) {
  const { Pool } = require('pg');
  const pool = new Pool(settings(context, { max: 3 }));
  const errors = new Set();
  pool.on('error', (error) => errors.add(error.message));
  const waiting = failure(pool.query('SELECT pg_sleep(60)'));
  await pool.query('SELECT 1');
  const gone = once(pool, 'remove');
  await context.pool.end();
  await context.server.stop('SIGQUIT');
  const { message } = await waiting;
  const isLost = /ECONNRESET|terminat/.test(message); // what comes first is not settled
  await gone;
  const meanwhile = await failure(pool.query('SELECT 1'));
  context.server = await startServer(context);
  const { rows } = await pool.query('SELECT 2 AS two');
  await pool.end();
  return { isLost, meanwhile, rows };
}

program(__filename, {
  name: 'pg and PostgreSQL',
  needs: [{ command: path.join(BINARIES, 'postgres'), debian: 'postgresql' }],
  least: 64 << 20,
  stop: 'SIGINT',
  async open(dir) {
    const { Pool } = require('pg');
    own(dir, USER);
    const tls = pairIn(dir, (file) => own(file, USER));
    const context = { dir, tls, port: await freePort(), data: await initialize(dir) };
    context.server = await startServer(context);
    context.pool = new Pool(settings(context, { max: 10 }));
    return context;
  },
  parts: {
    '5000 queries with parameters over a pool of ten': pooled,
    '100000 rows in one answer': manyRows,
    'a value of 16 MB': largeValue,
    'COPY of 200000 lines there and back': copy,
    'COPY that fails, and the connection goes on': copyFailed,
    'LISTEN: 1000 notifications of 1 KB': notify,
    'a deadlock of two transactions, and their rollback': transactions,
    'TLS from within the connection, with 8 MB each way': overTls,
    'a cursor, over a Unix socket': cursors,
    'a wrong password': wrongPassword,
    'a connection that is refused': refused,
    'a Unix socket that is not there': noSocket,
    'timeouts of the client and of the server': timeouts,
    'a connection that the server ends amid a query': terminated,
    'the server is ended amid a query and comes back': serverKilled,
  },
});
