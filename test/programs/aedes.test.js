'use strict';
// aedes, a broker of MQTT, as a server on a port and on a Unix socket; mqtt and mosquitto's own clients are its peers.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const net = require('net');
const path = require('node:path');
const tls = require('node:tls');

const { connect, exchange, largeMessages, lastWill, retained } = require('./kit/mqtt');
const { program } = require('./kit/program');
const { pair } = require('./kit/tls');
const { bytes, digest, execute, failure } = require('./kit/tools');

const MAJOR = Number(process.versions.node.split('.')[0]);
const LOGIN = ['-u', 'user', '-P', 'secret'];

function startBroker() {
  const broker = require('aedes')({ concurrency: 1000, queueLimit: 20000 });
  broker.authenticate = (client, username, password, done) => {
    const isRight = username === 'user' && String(password) === 'secret';
    done(isRight ? null : Object.assign(new Error('bad user'), { returnCode: 4 }), isRight);
  };
  return broker;
}

async function listen(server, ...where) {
  server.listen(...where);
  await once(server, 'listening');
  return server;
}

/* Their clients end with status 0 only when the broker has taken part as it should. */
async function theirPublisher(context) {
  const file = path.join(context.dir, 'payload');
  require('node:fs').writeFileSync(file, bytes(2 << 20));
  const subscriber = await connect(context);
  await subscriber.subscribeAsync('theirs', { qos: 2 });
  const got = once(subscriber, 'message');
  const args = ['-h', '127.0.0.1', '-p', String(context.port), ...LOGIN, '-q', '2', '-t', 'theirs', '-f', file];
  const { status, stderr } = await execute('mosquitto_pub', args);
  const [, payload] = await got;
  await subscriber.endAsync();
  return { status, stderr, sha1: digest(payload) };
}

async function theirSubscriber(context) {
  const COUNT = 2000;
  const args = ['--unix', context.socketPath, ...LOGIN, '-q', '1', '-t', 'to/them', '-C', String(COUNT)];
  const subscribed = once(context.broker, 'subscribe');
  const child = spawn('mosquitto_sub', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  await subscribed;
  for (let i = 0; i < COUNT; i++) context.client.publish('to/them', `message ${i}`, { qos: 1 });
  const [status] = await ended;
  return { status, sha1: digest(text) };
}

async function manyClients(context) {
  const clients = await Promise.all(Array.from({ length: 100 }, () => connect(context)));
  await Promise.all(clients.map((client) => client.subscribeAsync('all', { qos: 1 })));
  const got = Promise.all(clients.map((client) => once(client, 'message')));
  await context.client.publishAsync('all', 'hello all', { qos: 1 });
  const texts = new Set((await got).map(([, payload]) => String(payload)));
  const connected = context.broker.connectedClients;
  await Promise.all(clients.map((client) => client.endAsync()));
  return { texts: [...texts], connected };
}

const wrongPassword = (context) => failure(connect(context, { password: 'wrong', reconnectPeriod: 0 }));

/*
 * TLS on the broker's end of a connection of cnet. Not on Node 26: aedes reads once for each 'readable', and read()
 * gives but the first of the records there; over any stream that is not Node's own, it then waits for ever.
 */
async function overTls(context) {
  const { MqttClient } = require('mqtt');
  const client = new MqttClient(() => tls.connect({
    socket: net.connect(context.tlsPort, '127.0.0.1'), ca: pair().cert, servername: 'localhost',
  }), { username: 'user', password: 'secret', protocolVersion: 4 });
  await once(client, 'connect');
  await client.subscribeAsync('tls', { qos: 1 });
  const got = once(client, 'message');
  await client.publishAsync('tls', bytes(3 << 20), { qos: 1 });
  const [, payload] = await got;
  await client.endAsync();
  return digest(payload);
}

/* No byte for one and a half times the interval that the client has promised: the broker ends the connection. */
async function silentClient(context) {
  const packet = require('mqtt-packet').generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: 'silent',
    keepalive: 1,
    username: 'user',
    password: Buffer.from('secret'),
  });
  const gone = once(context.broker, 'clientDisconnect');
  const socket = net.connect(context.port, '127.0.0.1');
  socket.write(packet);
  const [answer] = await once(socket, 'data');
  await once(socket, 'close');
  const [client] = await gone;
  return { answer: answer.toString('hex'), id: client.id };
}

program(__filename, {
  name: 'aedes, and mqtt and the clients of mosquitto',
  needs: ['mosquitto_pub', 'mosquitto_sub'].map((command) => ({ command, debian: 'mosquitto-clients' })),
  least: 24 << 20,
  async open(dir) {
    const broker = startBroker();
    const socketPath = path.join(dir, 's');
    const secure = new tls.Server(pair(), broker.handle);
    const servers = await Promise.all([
      listen(net.createServer(broker.handle), 0, '127.0.0.1'),
      listen(net.createServer(broker.handle), socketPath),
      listen(net.createServer((socket) => secure.emit('connection', socket)), 0, '127.0.0.1'),
    ]);
    const context = {
      dir,
      broker,
      servers,
      socketPath,
      port: servers[0].address().port,
      tlsPort: servers[2].address().port,
    };
    context.client = await connect(context);
    return context;
  },
  parts: {
    '10000 messages sent at most once': (context) => exchange(context, 0, 10000),
    '5000 messages sent at least once': (context) => exchange(context, 1, 5000),
    '2000 messages sent exactly once': (context) => exchange(context, 2, 2000),
    'messages of 4 MB, three at a time': largeMessages,
    '500 retained messages for one who comes later': retained,
    'the last will of a client whose connection breaks': lastWill,
    'a message to 100 clients': manyClients,
    '2 MB from mosquitto_pub': theirPublisher,
    '2000 messages to mosquitto_sub on the Unix socket': theirSubscriber,
    ...(MAJOR < 26 && { 'TLS on both ends': overTls }),
    'a wrong password': wrongPassword,
    'a client that falls silent is put out': silentClient,
  },
  async close({ broker, client, servers }) {
    await client.endAsync();
    for (const server of servers) server.close();
    await new Promise((resolve) => {
      broker.close(resolve);
    });
  },
});
