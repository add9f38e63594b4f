'use strict';
// nats with nats-server, with JetStream.

const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');

const { program } = require('./kit/program');
const { start } = require('./kit/servers');
const { pairIn } = require('./kit/tls');
const { bytes, digest, failure, freePort, inParallel } = require('./kit/tools');

const MESSAGES = 20000;

function startServer({ dir, port, args = [] }) {
  const common = ['-a', '127.0.0.1', '--user', 'user', '--pass', 'secret'];
  return start('nats-server', [...common, '-p', String(port), ...args], { ready: /Server is ready/, cwd: dir });
}

function connect({ port }, options = {}) {
  const { connect: begin } = require('nats');
  return begin({ servers: `127.0.0.1:${port}`, user: 'user', pass: 'secret', reconnectTimeWait: 20, ...options });
}

async function pubSub({ client }) {
  const subscription = client.subscribe('many.*', { max: MESSAGES });
  const got = [];
  for (let i = 0; i < MESSAGES; i++) client.publish(`many.${i % 5}`, `message ${i}`);
  for await (const { subject, data } of subscription) got.push(`${subject} ${Buffer.from(data)}`);
  return digest(got.join('\n'));
}

async function requests({ client }) {
  client.subscribe('double', {
    callback: (error, message) => message.respond(String(Number(message.string()) * 2)),
    max: 5000,
  });
  const answers = await inParallel(5000, 200, async (i) =>
    Number((await client.request('double', String(i), { timeout: 5000 })).string()),
  );
  const nobody = await failure(client.request('nobody', '', { timeout: 1000 }));
  return { sum: answers.reduce((a, b) => a + b), nobody };
}

async function queueGroups(context) {
  const workers = await Promise.all(Array.from({ length: 4 }, () => connect(context)));
  const counts = workers.map(() => 0);
  let done;
  const all = new Promise((resolve) => {
    done = resolve;
  });
  workers.forEach((worker, i) => worker.subscribe('work', { queue: 'workers', callback() {
    counts[i]++;
    if (counts.reduce((a, b) => a + b) === 4000) done();
  } }));
  await Promise.all(workers.map((worker) => worker.flush()));
  for (let i = 0; i < 4000; i++) context.client.publish('work', `${i}`);
  await all;
  await Promise.all(workers.map((worker) => worker.drain()));
  return counts.every((count) => count > 0);
}

async function largeMessages({ client }) {
  const subscription = client.subscribe('large', { max: 20 });
  const sent = Array.from({ length: 20 }, (_, i) => bytes(1 << 20, i));
  for (const data of sent) client.publish('large', data);
  const got = [];
  for await (const { data } of subscription) got.push(digest(data));
  return { got, same: got.join() === sent.map(digest).join() };
}

async function jetStream({ client }) {
  const manager = await client.jetstreamManager();
  await manager.streams.add({ name: 'orders', subjects: ['orders.*'] });
  const stream = client.jetstream();
  await inParallel(2000, 100, (i) => stream.publish(`orders.${i % 3}`, `order ${i}`, { msgID: `${i}` }));
  const again = await stream.publish('orders.0', 'order 0', { msgID: '0' });
  await manager.consumers.add('orders', { durable_name: 'reader', ack_policy: 'explicit' });
  const consumer = await stream.consumers.get('orders', 'reader');
  const got = [];
  for await (const message of await consumer.fetch({ max_messages: 2000, expires: 5000 })) {
    got.push(message.string());
    message.ack();
  }
  const { state } = await manager.streams.info('orders');
  return { got: digest(got.sort().join()), duplicate: again.duplicate, messages: state.messages };
}

async function store({ client }) {
  const { StringCodec } = require('nats');
  const codec = StringCodec();
  const bucket = await client.jetstream().views.kv('bucket', { history: 5 });
  const watch = await bucket.watch();
  await inParallel(300, 50, (i) => bucket.put(`key${i % 100}`, codec.encode(`value ${i}`)));
  let seen = 0;
  for await (const entry of watch) {
    if (entry.operation === 'PUT' && ++seen === 300) break;
  }
  const keys = [];
  for await (const key of await bucket.keys()) keys.push(key);
  return { seen, keys: keys.length };
}

async function overTls(context) {
  const client = await connect({ port: context.tlsPort }, { tls: { ca: fs.readFileSync(context.tls.cert, 'utf8') } });
  const subscription = client.subscribe('t', { max: 10 });
  for (let i = 0; i < 10; i++) client.publish('t', bytes(1 << 19, i));
  let text = '';
  for await (const { data } of subscription) text += digest(data);
  await client.close();
  return text;
}

async function failures(context) {
  return {
    password: await failure(connect(context, { pass: 'wrong' })),
    refused: await failure(connect({ port: await freePort() })),
    noTls: await failure(connect(context, { tls: {} })),
    silence: await failure(connect({ port: context.silent.address().port }, { timeout: 150 })),
  };
}

async function serverKilled(context) {
  const client = await connect(context, { maxReconnectAttempts: -1 });
  const seen = [];
  const back = (async () => {
    for await (const { type } of client.status()) {
      if (['disconnect', 'reconnect'].includes(type)) seen.push(type);
      if (type === 'reconnect') return;
    }
  })();
  const subscription = client.subscribe('after', { max: 1 });
  await client.flush();
  const closed = context.client.closed();
  await context.client.close();
  await closed;
  await context.server.stop('SIGKILL');
  context.server = await startServer(context);
  await back;
  client.publish('after', 'the kill');
  let text;
  for await (const message of subscription) text = message.string();
  await client.close();
  return { seen, text };
}

program(__filename, {
  name: 'nats and nats-server',
  needs: [{ command: 'nats-server', debian: 'nats-server' }],
  least: 40 << 20,
  async open(dir) {
    const tls = pairIn(dir, () => {});
    const context = { dir, tls, port: await freePort(), tlsPort: await freePort(), sockets: new Set() };
    context.args = ['-js', '-sd', path.join(dir, 'data')];
    context.server = await startServer(context);
    await startServer({ dir, port: context.tlsPort, args: ['--tls', '--tlscert', tls.cert, '--tlskey', tls.key] });
    context.silent = require('net').createServer((socket) => context.sockets.add(socket)).listen(0, '127.0.0.1');
    await once(context.silent, 'listening');
    context.client = await connect(context);
    return context;
  },
  parts: {
    '20000 messages published and received in order': pubSub,
    '5000 requests with answers, and one without': requests,
    'a queue of four workers': queueGroups,
    '20 messages of 1 MB': largeMessages,
    'a stored stream of 2000 messages, and one twice': jetStream,
    'a store of keys with a watcher': store,
    'TLS from within the connection': overTls,
    'a wrong password, nobody there, no TLS, silence': failures,
    'the server is killed and comes back': serverKilled,
  },
  close({ silent, sockets }) {
    for (const socket of sockets) socket.destroy();
    silent.close();
  },
});
