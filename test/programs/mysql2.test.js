'use strict';
// mysql2 with MariaDB.

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { Readable } = require('node:stream');

const { program } = require('./kit/program');
const { own, start } = require('./kit/servers');
const { pairIn } = require('./kit/tls');
const { bytes, digest, execute, failure, freePort, inParallel } = require('./kit/tools');

const USER = 'mysql';
const PASSWORD = 'open sesame';
const LINES = 100000;

async function initialize(dir) {
  const data = path.join(dir, 'data');
  fs.mkdirSync(data, { mode: 0o700 });
  own(data, USER);
  const user = process.getuid() === 0 ? [`--user=${USER}`] : [];
  const args = [
    '--no-defaults',
    `--datadir=${data}`,
    ...user,
    '--skip-test-db',
    '--auth-root-authentication-method=normal',
  ];
  const { status, stdout, stderr } = await execute('mariadb-install-db', args, {
    env: { ...process.env, TMPDIR: dir },
  });
  assert.strictEqual(status, 0, stdout + stderr);
  fs.writeFileSync(path.join(dir, 'init.sql'), [
    'CREATE DATABASE work;',
    `CREATE USER 'worker'@'%' IDENTIFIED BY '${PASSWORD}';`,
    "GRANT ALL ON *.* TO 'worker'@'%';\n",
  ].join('\n'));
  return data;
}

function startServer({ dir, data, port, tls, socketPath }, first = false) {
  return start(
    'mariadbd',
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${socketPath}`,
      `--ssl-cert=${tls.cert}`,
      `--ssl-key=${tls.key}`,
      '--skip-name-resolve',
      '--max-allowed-packet=64M',
      '--innodb-flush-log-at-trx-commit=0',
      '--local-infile=1',
      `--tmpdir=${dir}`,
      `--pid-file=${path.join(dir, 'pid')}`,
      '--innodb-buffer-pool-size=32M',
      '--innodb-lock-wait-timeout=1',
      ...(first ? [`--init-file=${path.join(dir, 'init.sql')}`] : []),
    ],
    { user: USER, ready: /ready for connections/, cwd: dir },
  );
}

function settings({ port }, more = {}) {
  return { host: '127.0.0.1', port, user: 'worker', password: PASSWORD, database: 'work', ...more };
}

async function connected(context, more, work) {
  const client = await require('mysql2/promise').createConnection(settings(context, more));
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function prepared({ pool }) {
  const sums = await inParallel(5000, 64, async (i) => {
    const [[row]] = await pool.execute('SELECT CAST(? + ? AS SIGNED) AS sum, ? AS text', [i, i, 'x'.repeat(i % 100)]);
    return Number(row.sum) + row.text.length;
  });
  return sums.reduce((a, b) => a + b);
}

async function queued(context) {
  return connected(context, {}, async (client) => {
    const answers = await Promise.all(Array.from({ length: 10000 }, (_, i) => client.query(`SELECT ${i} AS i`)));
    return answers.every(([[row]], i) => row.i === i);
  });
}

async function largeValue({ pool }) {
  const value = bytes(24 << 20); // more than one packet of the protocol can hold
  await pool.query('CREATE TABLE large (id int, value longblob)');
  await pool.execute('INSERT INTO large VALUES (?, ?)', [1, value]);
  const [[row]] = await pool.query('SELECT value, sha1(value) AS sha1 FROM large');
  assert.strictEqual(digest(row.value), digest(value));
  return { sha1: digest(row.value), ofServer: row.sha1 };
}

function* lines() {
  for (let i = 0; i < LINES; i++) yield Buffer.from(`${i}\tline number ${i}\n`);
}

async function loadAndStream({ pool }) {
  await pool.query('CREATE TABLE loaded (id int, text varchar(40))');
  const [{ affectedRows }] = await pool.query({
    sql: "LOAD DATA LOCAL INFILE 'lines' INTO TABLE loaded",
    infileStreamFactory: () => Readable.from(lines()),
  });
  const client = await pool.getConnection();
  const rows = client.connection.query('SELECT id, text FROM loaded ORDER BY id').stream({ highWaterMark: 5 });
  let text = '';
  for await (const row of rows) text += `${row.id}\t${row.text}\n`;
  client.release();
  assert.strictEqual(digest(text), digest(Buffer.concat([...lines()])));
  return { affectedRows, sha1: digest(text) };
}

async function transactions(context) {
  await context.pool.query('CREATE TABLE accounts (id int PRIMARY KEY, money int) ENGINE=InnoDB');
  await context.pool.query('INSERT INTO accounts VALUES (1, 100), (2, 100)');
  return connected(context, {}, (one) => connected(context, {}, async (other) => {
    await one.beginTransaction();
    await other.beginTransaction();
    await one.query('UPDATE accounts SET money = 0 WHERE id = 1');
    const locked = await failure(other.query('UPDATE accounts SET money = 1 WHERE id = 1'));
    await one.rollback();
    const [done] = await other.query('UPDATE accounts SET money = 2 WHERE id = 1');
    await other.commit();
    const [rows] = await one.query('SELECT * FROM accounts ORDER BY id');
    return { locked, changed: done.changedRows, rows };
  }));
}

async function overTls(context) {
  const ssl = { ca: fs.readFileSync(context.tls.cert), rejectUnauthorized: false };
  return connected(context, { ssl }, async (client) => {
    const [[cipher]] = await client.query("SHOW STATUS LIKE 'Ssl_version'");
    const value = bytes(8 << 20);
    const [[row]] = await client.query('SELECT ? AS value', [value]);
    return { version: cipher.Value, same: digest(row.value) === digest(value) };
  });
}

async function compressed(context) {
  return connected(context, { compress: true }, async (client) => {
    const [[row]] = await client.query("SELECT REPEAT('0123456789', 400000) AS text");
    return digest(row.text);
  });
}

const overPath = (context) =>
  connected(context, { host: undefined, port: undefined, socketPath: context.socketPath }, async (client) => {
    const [[row]] = await client.query("SELECT REPEAT('z', 1000000) AS text, CURRENT_USER() AS user");
    return { length: row.text.length, user: row.user };
  });

const wrongPassword = (context) => failure(connected(context, { password: 'wrong' }, () => 'in'));
const refused = async () => failure(connected({ port: await freePort() }, {}, () => 'in'));

async function badQuery(context) {
  return connected(context, {}, async (client) => {
    const error = await failure(client.query('SELECT * FROM nothing'));
    const [[row]] = await client.query('SELECT 1 AS one');
    return { error, row };
  });
}

/* The server is at the query: what it has not read, it answers with a reset when it ends. */
async function isRunning(pool, id) {
  const text =
    "SELECT count(*) AS count FROM information_schema.processlist WHERE id = ? AND info LIKE 'SELECT SLEEP%'";
  const look = async () => (await pool.query(text, [id]))[0][0].count;
  while (await look() === 0);
}

async function killed(context) {
  const client = await require('mysql2/promise').createConnection(settings(context));
  const waiting = failure(client.query('SELECT SLEEP(60)'));
  await isRunning(context.pool, client.threadId);
  await context.pool.query(`KILL ${client.threadId}`);
  const error = await waiting;
  return { error, then: await failure(client.query('SELECT 1')) };
}

async function connectTimeout() {
  const silent = require('node:net').createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const sockets = [];
  silent.on('connection', (socket) => sockets.push(socket));
  const error = await failure(connected({ port: silent.address().port }, { connectTimeout: 100 }, () => 'in'));
  for (const socket of sockets) socket.destroy();
  silent.close();
  return error;
}

async function serverKilled(context) {
  const waiting = failure(context.pool.query('SELECT SLEEP(60)'));
  await context.pool.query('SELECT 1');
  await context.server.stop('SIGKILL');
  const isLost = ['ECONNRESET', 'PROTOCOL_CONNECTION_LOST'].includes((await waiting).code); // the kernel says which
  const meanwhile = await failure(connected(context, {}, () => 'in'));
  context.server = await startServer(context);
  const [[row]] = await context.pool.query('SELECT 2 AS two');
  return { isLost, meanwhile, row };
}

program(__filename, {
  name: 'mysql2 and MariaDB',
  needs: [{ command: 'mariadbd', debian: 'mariadb-server' }],
  least: 64 << 20,
  stop: 'SIGKILL',
  async open(dir) {
    own(dir, USER);
    const tls = pairIn(dir, (file) => own(file, USER));
    const context = { dir, tls, port: await freePort(), socketPath: path.join(dir, 's'), data: await initialize(dir) };
    context.server = await startServer(context, true);
    const infileStreamFactory = () => Readable.from(lines());
    context.pool = require('mysql2/promise').createPool(
      settings(context, { connectionLimit: 10, infileStreamFactory }),
    );
    return context;
  },
  parts: {
    '5000 prepared statements over a pool of ten': prepared,
    '10000 queries in the queue of one connection': queued,
    'a value of 24 MB': largeValue,
    '100000 lines loaded from the client, and read as a stream with a small buffer': loadAndStream,
    'transactions: a lock that times out, a rollback': transactions,
    'TLS from within the connection, with 8 MB each way': overTls,
    'a connection that compresses': compressed,
    'a Unix socket': overPath,
    'a wrong password': wrongPassword,
    'a connection that is refused': refused,
    'a query that fails, and the connection goes on': badQuery,
    'a connection that the server ends amid a query': killed,
    'connectTimeout against a server that says nothing': connectTimeout,
    'the server is killed and comes back': serverKilled,
  },
  close: ({ pool }) => pool.end(),
});
