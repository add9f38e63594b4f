'use strict';
// mqtt with mosquitto.

const { once } = require('node:events');

const { startMosquitto } = require('./kit/mosquitto');
const { connect, exchange, largeMessages, lastWill, messages, retained } = require('./kit/mqtt');
const { program } = require('./kit/program');
const { digest, bytes, failure, freePort } = require('./kit/tools');

const wrongPassword = (context) => failure(connect(context, { password: 'wrong', reconnectPeriod: 0 }));

async function refused() {
  const { connect: begin } = require('mqtt');
  const client = begin(`mqtt://127.0.0.1:${await freePort()}`, { reconnectPeriod: 0 });
  const [error] = await once(client, 'error');
  const { code, errno, syscall, address } = error;
  await client.endAsync(true);
  return { code, errno, syscall, address };
}

/* The session outlives the broker's clients: what is sent meanwhile waits for them. */
async function session(context) {
  const options = { clean: false, clientId: 'sleeper' };
  const sleeper = await connect(context, options);
  await sleeper.subscribeAsync('sleep', { qos: 1 });
  await sleeper.endAsync();
  for (let i = 0; i < 300; i++) context.client.publish('sleep', `${i}`, { qos: 1 });
  await context.client.publishAsync('sleep', 'last', { qos: 1 });
  const { connect: begin } = require('mqtt');
  const awake = begin(`mqtt://127.0.0.1:${context.port}`, { username: 'user', password: 'secret', ...options });
  const got = await messages(awake, 301);
  await awake.endAsync();
  return digest(got.map(({ payload }) => payload).join());
}

async function keepAlive(context) {
  const client = await connect(context, { keepalive: 1 });
  const [packet] = await once(client, 'packetreceive');
  await client.endAsync();
  return packet.cmd;
}

async function brokerKilled(context) {
  const client = await connect(context, { reconnectPeriod: 20 });
  await client.subscribeAsync('back', { qos: 1 });
  const closed = once(client, 'close');
  await context.client.endAsync();
  await context.server.stop('SIGKILL');
  await closed;
  const waiting = client.publishAsync('back', bytes(1 << 20), { qos: 1 });
  context.server = await startMosquitto(context.dir, context);
  await waiting; // it may come before the subscription is made again
  await client.subscribeAsync('back again', { qos: 1 });
  const got = messages(client, 1);
  await client.publishAsync('back again', bytes(1 << 20, 2), { qos: 1 });
  const [{ payload }] = await got;
  await client.endAsync();
  return digest(payload);
}

program(__filename, {
  name: 'mqtt and mosquitto',
  needs: [{ command: 'mosquitto', debian: 'mosquitto' }],
  least: 24 << 20,
  async open(dir) {
    const context = { dir, port: await freePort() };
    context.server = await startMosquitto(dir, context);
    context.client = await connect(context);
    return context;
  },
  parts: {
    '10000 messages sent at most once': (context) => exchange(context, 0, 10000),
    '5000 messages sent at least once': (context) => exchange(context, 1, 5000),
    '3000 messages sent exactly once': (context) => exchange(context, 2, 3000),
    'messages of 4 MB, three at a time': largeMessages,
    '500 retained messages for one who comes later': retained,
    'the last will of a client whose connection breaks': lastWill,
    'messages for a client that is away': session,
    'a client that says nothing keeps its connection': keepAlive,
    'a wrong password': wrongPassword,
    'a connection that is refused': refused,
    'the broker is killed and comes back': brokerKilled,
  },
});
