'use strict';

const assert = require('node:assert');
const channels = require('node:diagnostics_channel');
const { once } = require('node:events');

const { script } = require('../support/child');
const { skip } = require('../support/needs');
const { HOST } = require('../support/net');
const { MAJOR, net } = require('../support/subject');
const { connected, listening, tempPath, tidy, track } = require('../support/tidy');

/** What is published on the channel `name` while `work` runs. */
async function published(name, work) {
  const messages = [];
  const subscriber = (message) => messages.push(message);
  channels.subscribe(name, subscriber);
  try {
    await work();
  } finally {
    channels.unsubscribe(name, subscriber);
  }
  return messages;
}

describe('diagnostics_channel', () => {
  afterEach(tidy);

  it('net.client.socket has each socket that connects', async () => {
    const server = await listening(net.createServer());
    let client;
    const messages = await published('net.client.socket', async () => {
      client = await connected(server.address().port, HOST);
    });
    assert.deepStrictEqual(messages.map(({ socket }) => socket === client), [true]);
  });

  it('net.server.socket has each socket that was accepted', async () => {
    const server = await listening(net.createServer());
    let accepted;
    const messages = await published('net.server.socket', async () => {
      const accepting = once(server, 'connection');
      await connected(server.address().port, HOST);
      [accepted] = await accepting;
    });
    assert.deepStrictEqual(messages.map(({ socket }) => socket === track(accepted)), [true]);
  });

  for (const [step, expected] of [['asyncStart', 1], ['asyncEnd', 1], ['error', 0]]) {
    it(`tracing:net.server.listen:${step} tells of listen()${expected ? '' : ' only when it fails'}`, async () => {
      const server = net.createServer();
      const messages = await published(`tracing:net.server.listen:${step}`, () => listening(server));
      assert.deepStrictEqual(messages.map((message) => message.server === server), Array(expected).fill(true));
    });
  }

  it('tracing:net.server.listen:error has the error', async () => {
    const path = tempPath();
    await listening(net.createServer(), path);
    let error;
    const messages = await published('tracing:net.server.listen:error', async () => {
      error = await listening(net.createServer(), path).catch((reason) => reason);
    });
    assert.deepStrictEqual(messages.map((message) => message.error === error), [true]);
  });
});

describe('NODE_DEBUG=net', () => {
  const work = `
    const server = net.createServer((socket) => socket.end('x')).listen(0, '${HOST}', () => {
      net.connect(server.address().port, '${HOST}').resume().on('close', () => server.close());
    });`;

  it('tells of the steps of a connection', async () => {
    const { code, stderr } = await script(work, { env: { ...process.env, NODE_DEBUG: 'net' } });
    assert.strictEqual(code, 0, stderr);
    for (const step of ['setupListenHandle', 'connect: ', 'onconnection', 'afterConnect', 'destroy', 'emit close']) {
      assert.match(stderr, new RegExp(`^NET \\d+: .*${step}`, 'm'));
    }
  });

  it('without it nothing is written', async () => {
    assert.strictEqual((await script(work, { env: { ...process.env, NODE_DEBUG: '' } })).stderr, '');
  });
});

describe('permissions', () => {
  const flags = ['--permission', '--allow-addons', '--allow-fs-read=*', '--no-warnings'];

  for (const [name, call] of [
    ['connect()', `net.connect(1, '${HOST}').on('error', (e) => console.log(e.code))`],
    [
      'listen()',
      `net.createServer().listen(0, '${HOST}', () => console.log('listening')).on('error', (e) => console.log(e.code)).unref()`,
    ],
  ]) {
    it(`${name} without --allow-net is ERR_ACCESS_DENIED, where Node restricts net`, async function () {
      if (MAJOR < 25) skip(this, 'Node restricts net from 25 on');
      const { stdout, stderr } = await script(`try { ${call} } catch (e) { console.log(e.code) }`, { flags });
      assert.match(stdout + stderr, /ERR_ACCESS_DENIED/);
    });
  }
});
