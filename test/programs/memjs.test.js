'use strict';
// memjs with memcached.

const assert = require('node:assert');
const { once } = require('node:events');

const { program } = require('./kit/program');
const { start } = require('./kit/servers');
const { bytes, digest, failure, freePort, inParallel } = require('./kit/tools');

function startServer(port) {
  const user = process.getuid() === 0 ? ['-u', 'nobody'] : [];
  const args = ['-l', '127.0.0.1', '-p', String(port), '-I', '16m', '-m', '256', ...user];
  return start('memcached', args, { ready: { host: '127.0.0.1', port } });
}

function connect(port, options = {}) {
  return require('memjs').Client.create(`127.0.0.1:${port}`, {
    timeout: 5,
    retries: 0,
    logger: { log() {} },
    ...options,
  });
}

async function manyKeys({ client }) {
  await inParallel(5000, 200, (i) => client.set(`key:${i}`, `value ${i}`, { expires: 600 }));
  const got = await inParallel(5000, 200, (i) => client.get(`key:${i}`));
  assert.ok(got.every(({ value }, i) => String(value) === `value ${i}`));
  return digest(got.map(({ value }) => value).join());
}

async function largeValues({ client }) {
  const values = [1, 2, 3, 4, 5].map((seed) => bytes(4 << 20, seed));
  const stored = await Promise.all(values.map((value, i) => client.set(`large:${i}`, value, {})));
  const got = await Promise.all(values.map((_, i) => client.get(`large:${i}`)));
  assert.deepStrictEqual(got.map(({ value }) => digest(value)), values.map(digest));
  return { stored, got: got.map(({ value }) => digest(value)) };
}

async function counters({ client }) {
  const { value } = await client.increment('counter', 1, { initial: 0 });
  await Promise.all(Array.from({ length: 2000 }, () => client.increment('counter', 1, { initial: 0 })));
  const last = await client.decrement('counter', 500, {});
  return { value, last: last.value };
}

async function conditions({ client }) {
  const added = [await client.add('once', 'a', {}), await client.add('once', 'b', {})];
  const replaced = [await client.replace('once', 'c', {}), await client.replace('never', 'd', {})];
  const appended = [await client.append('once', '+'), await client.prepend('once', '-')];
  const { value } = await client.get('once');
  const removed = [await client.delete('once'), await client.delete('once')];
  return { added, replaced, appended, value: String(value), removed, missing: (await client.get('once')).value };
}

const tooLarge = ({ client }) => failure(client.set('too large', bytes(17 << 20), {}));

async function refused() {
  const other = connect(await freePort(), { failover: false });
  const error = await failure(other.get('key'));
  other.close();
  return error;
}

/*
 * memjs never answers a request that it writes while the end of its connection is known to the kernel or to the socket,
 * and 'close' has not come, whatever net it has: it listens for 'error' and 'close' alone, the first of which does not
 * come then, and by the second it answers no request. How long that is depends on the moments of two processes.
 */
async function serverKilled(context) {
  const other = connect(context.port, { failoverTime: 0, retries: 5, retry_delay: 0.05 });
  await other.set('key', 'before', {});
  const closed = once(other.servers[0]._socket, 'close');
  await Promise.all([context.server.stop('SIGKILL'), closed]);
  const meanwhile = await failure(other.get('key'));
  context.server = await startServer(context.port);
  const stored = await other.set('key', 'after', {});
  const { value } = await other.get('key');
  other.close();
  return { meanwhile, stored, value: String(value) };
}

program(__filename, {
  name: 'memjs and memcached',
  needs: [{ command: 'memcached', debian: 'memcached' }],
  least: 40 << 20,
  async open() {
    const port = await freePort();
    return { port, server: await startServer(port), client: connect(port) };
  },
  parts: {
    '10000 commands, 200 at a time': manyKeys,
    'values of 4 MB, five at a time': largeValues,
    'counters, 2000 at once': counters,
    'add, replace, append and delete': conditions,
    'a value that the server refuses': tooLarge,
    'a connection that is refused': refused,
    'the server is killed and comes back': serverKilled,
  },
  close: ({ client }) => client.close(),
});
