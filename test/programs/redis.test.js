'use strict';
// redis (node-redis) with redis-server, over a Unix socket.

const assert = require('node:assert');
const path = require('node:path');

const { program } = require('./kit/program');
const { PASSWORD, startRedis } = require('./kit/redis');
const { bytes, digest, failure } = require('./kit/tools');

const COMMANDS = 20000;

async function connect(socketPath, options = {}) {
  const { createClient } = require('redis');
  const client = createClient({
    socket: { path: socketPath, ...options.socket },
    password: PASSWORD,
    ...options.client,
  });
  return client.on('error', () => {}).connect();
}

async function together({ client }) {
  const answers = await Promise.all(Array.from({ length: COMMANDS }, (_, i) => client.hSet('hash', `field ${i}`, i)));
  const all = await client.hGetAll('hash');
  return { sum: answers.reduce((a, b) => a + b), fields: digest(JSON.stringify(Object.entries(all).sort())) };
}

async function largeValues({ client }) {
  const { RESP_TYPES } = require('redis');
  const binary = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  const value = bytes(16 << 20);
  await client.set('large', value);
  const parts = [];
  for (let at = 0; at < value.length; at += 4 << 20) parts.push(binary.getRange('large', at, at + (4 << 20) - 1));
  const got = Buffer.concat(await Promise.all(parts));
  assert.strictEqual(digest(got), digest(value));
  return digest(got);
}

async function scan({ client }) {
  await Promise.all(Array.from({ length: 3000 }, (_, i) => client.set(`scan:${i}`, i)));
  const keys = [];
  for await (const some of client.scanIterator({ MATCH: 'scan:*', COUNT: 100 })) keys.push(...some);
  return digest(keys.sort().join());
}

async function streams({ client, socketPath }) {
  const reader = await connect(socketPath);
  const waiting = reader.xRead({ key: 'stream', id: '$' }, { BLOCK: 10000 });
  const got = new Promise((resolve) => {
    waiting.then(([{ messages }]) => resolve(messages[0].message));
  });
  const blocked = async () => (await client.info('clients')).includes('blocked_clients:1');
  while (!(await blocked()));
  await client.xAdd('stream', '*', { key: 'value' });
  const message = await got;
  await reader.close();
  return message;
}

async function noSocket({ socketPath }) {
  return failure(connect(`${socketPath}-none`, { socket: { reconnectStrategy: false } }));
}

async function wrongPassword({ socketPath }) {
  return failure(connect(socketPath, { socket: { reconnectStrategy: false }, client: { password: 'wrong' } }));
}

async function killed({ client, socketPath }) {
  const other = await connect(socketPath, { socket: { reconnectStrategy: () => 10 } });
  const back = new Promise((resolve) => other.once('ready', resolve));
  const failed = new Promise((resolve) => other.once('error', resolve));
  await client.sendCommand(['CLIENT', 'KILL', 'ID', String(await other.clientId())]);
  const { name, message } = await failed;
  await back;
  const answer = await other.ping();
  await other.close();
  return { name, message, answer };
}

async function clientSideTracking({ client, socketPath }) {
  const other = await connect(socketPath, { client: { RESP: 3 } });
  await client.set('tracked', 1);
  const [first, typed] = [await other.get('tracked'), await other.hGetAll('hash')];
  await other.close();
  return { first, fields: Object.keys(typed).length };
}

program(__filename, {
  name: 'redis and redis-server on a Unix socket',
  needs: [{ command: 'redis-server', debian: 'redis-server' }],
  least: 32 << 20,
  async open(dir) {
    const socketPath = path.join(dir, 's');
    await startRedis(dir, { unixsocket: socketPath });
    return { socketPath, client: await connect(socketPath) };
  },
  parts: {
    '20000 commands at once': together,
    'a value of 16 MB, read in parts': largeValues,
    'SCAN over 3000 keys': scan,
    'a stream with a reader that blocks': streams,
    'the third version of the protocol': clientSideTracking,
    'a socket that is not there': noSocket,
    'a wrong password': wrongPassword,
    'a connection that the server ends is made again': killed,
  },
  close: ({ client }) => client.close(),
});
