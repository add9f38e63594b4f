'use strict';
// ioredis with redis-server, over TCP.

const assert = require('node:assert');
const { once } = require('node:events');

const { program } = require('./kit/program');
const { PASSWORD, startRedis } = require('./kit/redis');
const { bytes, digest, failure, freePort } = require('./kit/tools');

const COMMANDS = 20000;

function connect({ port }, options = {}) {
  const Redis = require('ioredis');
  return new Redis({ port, host: '127.0.0.1', password: PASSWORD, ...options }).on('error', () => {});
}

async function pipeline({ redis }) {
  const pipeline = redis.pipeline();
  for (let i = 0; i < COMMANDS; i++) pipeline.set(`key:${i}`, `value ${i}`).get(`key:${i}`);
  const answers = await pipeline.exec();
  return digest(answers.map(([error, value]) => `${error} ${value}`).join('\n'));
}

async function singly({ redis }) {
  const answers = await Promise.all(Array.from({ length: COMMANDS }, () => redis.incr('counter')));
  return answers.every((value, i) => value === i + 1);
}

async function largeValues({ redis }) {
  const values = [1, 2, 3, 4].map((seed) => bytes(8 << 20, seed));
  await Promise.all(values.map((value, i) => redis.set(`large:${i}`, value)));
  const got = await Promise.all(values.map((value, i) => redis.getBuffer(`large:${i}`)));
  assert.deepStrictEqual(got.map(digest), values.map(digest));
  return got.map(digest);
}

async function pubSub(context) {
  const subscriber = connect(context);
  const got = [];
  await subscriber.subscribe('news');
  const done = new Promise((resolve) => {
    subscriber.on('message', (channel, message) => {
      if (got.push(message) === COMMANDS) resolve();
    });
  });
  const pipeline = context.redis.pipeline();
  for (let i = 0; i < COMMANDS; i++) pipeline.publish('news', `message ${i}`);
  await pipeline.exec();
  await done;
  await subscriber.quit();
  return digest(got.join('\n'));
}

async function transactions(context) {
  const other = connect(context);
  await context.redis.watch('watched');
  await other.set('watched', 1);
  const refused = await context.redis.multi().set('watched', 2).exec();
  const done = await context.redis.multi().incr('watched').incr('watched').hset('watched', 'a', 1).exec();
  await other.quit();
  return { refused, done: done.map(([error, value]) => [error?.message, value]) };
}

async function blocking(context) {
  const other = connect(context);
  const empty = await other.blpop('queue', 0.1);
  const waiting = other.blpop('queue', 10);
  await context.redis.rpush('queue', 'item');
  const item = await waiting;
  await other.quit();
  return { empty, item };
}

async function commandTimeout(context) {
  const slow = connect(context, { commandTimeout: 100 });
  const error = await failure(slow.blpop('nothing', 5));
  slow.disconnect();
  return error;
}

async function wrongPassword(context) {
  const other = connect(context, { password: 'wrong', retryStrategy: null, lazyConnect: true });
  const error = await failure(other.connect());
  other.disconnect();
  return error;
}

async function refused() {
  const other = connect({ port: await freePort() }, { retryStrategy: null, lazyConnect: true });
  const [[error]] = await Promise.all([once(other, 'error'), failure(other.connect())]);
  const { code, errno, syscall, address } = error;
  return { code, errno, syscall, address };
}

/* The queue of ioredis waits for the new server; what was sent to the old one is lost, and told so. */
async function serverKilled(context) {
  const { redis } = context;
  const seen = [];
  for (const name of ['close', 'reconnecting', 'ready', 'end']) redis.on(name, () => seen.push(name));
  const blocked = connect(context, { retryStrategy: null });
  const lost = failure(blocked.blpop('nothing', 0));
  await redis.ping();
  const closed = once(redis, 'close');
  await context.server.stop('SIGKILL');
  await closed;
  const waiting = redis.set('after', 'the kill');
  context.server = await startRedis(context.dir, context);
  return { set: await waiting, get: await redis.get('after'), lost: await lost, first: seen[0], last: seen.at(-1) };
}

program(__filename, {
  name: 'ioredis and redis-server',
  needs: [{ command: 'redis-server', debian: 'redis-server' }],
  least: 64 << 20,
  async open(dir) {
    const port = await freePort();
    const server = await startRedis(dir, { port });
    const context = { dir, port, server };
    context.redis = connect(context, { retryStrategy: () => 20, maxRetriesPerRequest: null });
    await once(context.redis, 'ready');
    return context;
  },
  parts: {
    '40000 commands in one pipeline': pipeline,
    '20000 commands singly, all at once': singly,
    'values of 8 MB, four at a time': largeValues,
    '20000 messages published and received in order': pubSub,
    'transactions: WATCH refuses, an error inside': transactions,
    'a blocking command: its timeout, and its answer': blocking,
    'commandTimeout of the client': commandTimeout,
    'a wrong password': wrongPassword,
    'a connection that is refused': refused,
    'the server is killed and comes back': serverKilled,
  },
  close: ({ redis }) => redis.quit(),
});
