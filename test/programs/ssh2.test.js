'use strict';
// ssh2: its client with OpenSSH's server, and its server with OpenSSH's client and its own.

const crypto = require('node:crypto');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('net');
const path = require('node:path');

const { program } = require('./kit/program');
const { start } = require('./kit/servers');
const { bytes, digest, digestOf, execute, failure, freePort } = require('./kit/tools');

const SIZE = 8 << 20;

/* sshd reads its key files only when nobody else can. */
async function makeKeys(dir) {
  const keys = {};
  for (const name of ['host', 'user']) {
    const file = path.join(dir, name);
    await execute('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
    keys[name] = { file, key: fs.readFileSync(file), text: fs.readFileSync(`${file}.pub`, 'utf8') };
  }
  fs.copyFileSync(`${keys.user.file}.pub`, path.join(dir, 'authorized'));
  return keys;
}

function startSshd(dir, port, keys) {
  const config = path.join(dir, 'sshd_config');
  fs.writeFileSync(config, [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${keys.host.file}`,
    `AuthorizedKeysFile ${path.join(dir, 'authorized')}`,
    'StrictModes no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin yes',
    'UsePAM no',
    'MaxSessions 100',
    'PidFile none',
    'Subsystem sftp internal-sftp',
    '',
  ].join('\n'));
  if (process.getuid() === 0) fs.mkdirSync('/run/sshd', { recursive: true, mode: 0o755 }); // where sshd locks itself in
  return start('/usr/sbin/sshd', ['-D', '-e', '-f', config], { ready: /Server listening on 127/ });
}

const username = require('node:os').userInfo().username;

async function connect({ port, keys }, options = {}) {
  const { Client } = require('ssh2');
  const client = new Client();
  const ready = once(client, 'ready');
  client.connect({ host: '127.0.0.1', port, username, privateKey: keys.user.key, ...options });
  client.on('error', () => {}); // more than one may come
  await ready;
  return client;
}

const call = (object, name, ...args) => new Promise((resolve, reject) => {
  object[name](...args, (error, value) => (error ? reject(error) : resolve(value)));
});

async function end(client) {
  const closed = once(client, 'close');
  client.end();
  await closed;
}

async function run(client, command, input) {
  const stream = await call(client, 'exec', command);
  const texts = Promise.all([digestOf(stream), digestOf(stream.stderr)]);
  const exit = once(stream, 'exit');
  stream.end(input);
  const [out, err] = await texts;
  const [code, signal] = await exit;
  return { out, err: err.size, code, signal };
}

async function commands({ client }) {
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, i) => run(client, `cat; exit ${i}`, bytes(100000, i))),
  );
  return results.map(({ out, code }) => `${out.sha1} ${code}`);
}

async function throughCat({ client }) {
  const data = bytes(SIZE);
  const { out, code, err } = await run(client, 'cat', data);
  return { sent: digest(data), out, code, err };
}

async function oddCommands({ client }) {
  const results = [await run(client, 'kill -9 $$'), await run(client, 'no-such-command')];
  return results.map(({ code, signal, err }) => ({ code, signal, said: err > 0 }));
}

async function files({ client, dir }) {
  const [there, back] = ['there', 'back'].map((name) => path.join(dir, name));
  fs.writeFileSync(there, bytes(SIZE));
  const sftp = await call(client, 'sftp');
  await call(sftp, 'fastPut', there, `${there}.copy`);
  await call(sftp, 'fastGet', `${there}.copy`, back);
  const stat = await call(sftp, 'stat', `${there}.copy`);
  const none = await failure(call(sftp, 'readFile', `${dir}/cnet-none`));
  const stream = sftp.createReadStream(`${there}.copy`, { end: (1 << 20) - 1 });
  const closed = once(stream, 'close');
  const streamed = await digestOf(stream);
  await closed;
  sftp.end();
  return { size: stat.size, sha1: digest(fs.readFileSync(back)), streamed, none };
}

/* A connection to a server of ours, through sshd and back. */
async function forwarded({ client, echoPort }) {
  const streams = await Promise.all(
    Array.from({ length: 8 }, () => call(client, 'forwardOut', '127.0.0.1', 1, '127.0.0.1', echoPort)),
  );
  const results = await Promise.all(streams.map(async (stream, i) => {
    const got = digestOf(stream);
    stream.end(bytes(1 << 20, i));
    return (await got).sha1;
  }));
  const nobody = await failure(call(client, 'forwardOut', '127.0.0.1', 1, '127.0.0.1', await freePort()));
  return { results, nobody: nobody.message };
}

async function forwardedIn({ client }) {
  const port = await call(client, 'forwardIn', '127.0.0.1', 0);
  client.once('tcp connection', (info, accept) => {
    const stream = accept();
    stream.pipe(stream);
  });
  const socket = net.connect(port, '127.0.0.1');
  const got = digestOf(socket);
  socket.end(bytes(1 << 20));
  const result = await got;
  await call(client, 'unforwardIn', '127.0.0.1', port);
  return result;
}

async function failures(context) {
  const form = { type: 'pkcs1', format: 'pem' };
  const { privateKey } = crypto.generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: form,
    publicKeyEncoding: form,
  });
  const wrongKey = await failure(connect(context, { privateKey }));
  const wrongHost = await failure(connect(context, { hostVerifier: () => false }));
  const refused = await failure(connect({ ...context, port: await freePort() }));
  const silent = await failure(connect({ ...context, port: context.silentPort }, { readyTimeout: 150 }));
  return { wrongKey, wrongHost, refused, silent };
}

async function brokenOff(context) {
  const client = await connect(context);
  const stream = await call(client, 'exec', 'cat');
  const closed = Promise.all([once(client, 'close'), once(stream, 'close')]);
  stream.write('begun');
  await once(stream, 'data');
  client._sock.destroy();
  await closed;
  return failure(call(client, 'exec', 'true'));
}

/* A server that runs nothing: what it is sent to `exec` it gives back, with the command's length as the status. */
function startOwn({ keys }) {
  const { Server } = require('ssh2');
  const server = new Server({ hostKeys: [keys.host.key] }, (client) => {
    client.on('error', () => {});
    client.on('authentication', (attempt) => {
      if (attempt.method === 'none') attempt.reject(['publickey', 'password']);
      else if (attempt.method === 'publickey' || attempt.password === 'secret') attempt.accept();
      else attempt.reject();
    });
    client.on('session', (accept) => accept().on('exec', (take, reject, { command }) => {
      const stream = take();
      stream.on('end', () => {
        stream.exit(command.length);
        stream.end();
      });
      stream.pipe(stream, { end: false });
    }));
  });
  return server;
}

async function theirClient({ own, keys, dir }) {
  const args = [
    '-p',
    String(own.address().port),
    '-i',
    keys.user.file,
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    `UserKnownHostsFile=${dir}/known`,
    '-o',
    'BatchMode=yes',
    '-o',
    'LogLevel=ERROR',
    '-F',
    'none',
    'me@127.0.0.1',
    'command',
  ];
  const { status, stdout, stderr } = await execute('ssh', args, { input: bytes(SIZE), encoding: 'latin1' });
  return { status, stderr, sha1: digest(Buffer.from(stdout, 'latin1')) };
}

async function ownClient({ own }) {
  const options = { privateKey: undefined, password: 'secret' };
  const where = { port: own.address().port, keys: { user: {} } };
  const clients = await Promise.all(Array.from({ length: 4 }, () => connect(where, options)));
  const results = await Promise.all(clients.map((client, i) => run(client, 'x'.repeat(i), bytes(2 << 20, i))));
  await Promise.all(clients.map(end));
  const wrong = await failure(connect(where, { ...options, password: 'wrong' }));
  return { results, wrong };
}

async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

program(__filename, {
  name: 'ssh2 and OpenSSH, client and server',
  needs: [
    { command: '/usr/sbin/sshd', debian: 'openssh-server' },
    { command: 'ssh', debian: 'openssh-client' },
    { command: 'ssh-keygen', debian: 'openssh-client' },
  ],
  least: 64 << 20,
  async open(dir) {
    const keys = await makeKeys(dir);
    const port = await freePort();
    const context = { dir, keys, port, sshd: await startSshd(dir, port, keys), silent: new Set() };
    const silent = net.createServer((socket) => context.silent.add(socket));
    const echo = net.createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
    context.own = startOwn(context);
    context.servers = [silent, echo, context.own];
    [context.silentPort, context.echoPort] = await Promise.all(context.servers.map(listen));
    context.client = await connect(context);
    return context;
  },
  parts: {
    '20 commands at once, each with its input and its status': commands,
    '8 MB through cat': throughCat,
    'commands that are killed, or are none': oddCommands,
    'sftp: 8 MB there and back, and a file that is not there': files,
    'eight connections forwarded through the server': forwarded,
    'a connection forwarded to the client': forwardedIn,
    'a wrong key, a wrong host, nobody there, silence': failures,
    'a connection that breaks off': brokenOff,
    "its own server: OpenSSH's client sends 8 MB and gets it back": theirClient,
    'its own server: four clients of its own, and a wrong password': ownClient,
  },
  async close({ client, servers, silent }) {
    await end(client);
    for (const server of servers) server.close();
    for (const socket of silent) socket.destroy();
  },
});
