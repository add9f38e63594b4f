'use strict';

// What a client of MQTT does, whatever the broker.

const { once } = require('node:events');

const { bytes, digest, inParallel } = require('./tools');

/** A client that is connected. */
async function connect({ port }, options = {}) {
  const { connectAsync } = require('mqtt');
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { username: 'user', password: 'secret', ...options });
  return client.on('error', () => {});
}

/** The next `count` messages of a client. */
function messages(client, count) {
  const got = [];
  return new Promise((resolve) => {
    const take = (topic, payload) => {
      got.push({ topic, payload });
      if (got.length < count) return;
      client.removeListener('message', take);
      resolve(got);
    };
    client.on('message', take);
  });
}

/** Messages of one quality of service, to one subscriber, all of them and in order. */
async function exchange(context, qos, count) {
  const subscriber = await connect(context);
  await subscriber.subscribeAsync(`many/${qos}/#`, { qos });
  const all = messages(subscriber, count);
  await inParallel(count, 500, (i) => context.client.publishAsync(`many/${qos}/${i % 7}`, `message ${i}`, { qos }));
  const got = (await all).map(({ topic, payload }) => `${topic} ${payload}`);
  await subscriber.endAsync();
  return digest(got.join('\n'));
}

async function largeMessages(context) {
  const subscriber = await connect(context);
  const payloads = [1, 2, 3].map((seed) => bytes(4 << 20, seed));
  await subscriber.subscribeAsync('large', { qos: 1 });
  const all = messages(subscriber, payloads.length);
  await Promise.all(payloads.map((payload) => context.client.publishAsync('large', payload, { qos: 1 })));
  const got = (await all).map(({ payload }) => digest(payload));
  await subscriber.endAsync();
  return { sent: payloads.map(digest), got };
}

async function retained(context) {
  await inParallel(500, 50, (i) => context.client.publishAsync(`kept/${i}`, `value ${i}`, { retain: true, qos: 1 }));
  const late = await connect(context);
  const all = messages(late, 500);
  await late.subscribeAsync('kept/#', { qos: 1 });
  const got = (await all).map(({ topic, payload }) => `${topic} ${payload}`).sort();
  await late.endAsync();
  return digest(got.join('\n'));
}

/* The broker publishes the will when the connection breaks without a word. */
async function lastWill(context) {
  const watcher = await connect(context);
  await watcher.subscribeAsync('wills');
  const will = messages(watcher, 1);
  const dying = await connect(context, { will: { topic: 'wills', payload: 'gone' }, reconnectPeriod: 0 });
  const closed = once(dying, 'close');
  dying.stream.destroy();
  await closed;
  const [{ payload }] = await will;
  await Promise.all([watcher.endAsync(), dying.endAsync()]);
  return String(payload);
}

module.exports = { connect, exchange, largeMessages, lastWill, messages, retained };
