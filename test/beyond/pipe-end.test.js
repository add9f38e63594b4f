'use strict';
// The end of a connection over a path, behind messages with descriptors.

const assert = require('node:assert');
const { once } = require('node:events');

const net = require('../..');
const { needsPosix } = require('../support/needs');
const { tempDir } = require('../support/temp');

describe('the end over a path', () => {
  let dir, server, socket, client;

  beforeEach(async function posix() {
    needsPosix(this);
    dir = tempDir();
    server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true }).listen(dir.socket('s'));
    await once(server, 'listening');
    client = net.connect({ path: dir.socket('s'), allowHalfOpen: true });
    [[socket]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  });

  afterEach(() => {
    for (const one of [client, socket, server]) one?.[one === server ? 'close' : 'destroy']();
    dir?.remove();
  });

  async function all() {
    let text = '';
    socket.on('data', (chunk) => { text += chunk; }).resume();
    await once(socket, 'end');
    return text;
  }

  it('comes after all bytes, also where descriptors that nobody receives went before them, and both sides have ended', async () => {
    socket.end();
    for (const text of ['a', 'b', 'c']) {
      client.sendDescriptors(text, [0]);
      client.write(`${text}-behind `);
    }
    client.end();
    await once(client, 'finish');
    assert.strictEqual(await all(), 'aa-behind bb-behind cc-behind ');
    assert.strictEqual(socket.bytesRead, 30);
  });

  it('comes after all bytes when the peer has closed', async () => {
    client.sendDescriptors('a', [0]);
    client.write('behind');
    client.destroySoon();
    await once(client, 'close');
    assert.strictEqual(await all(), 'abehind');
  });
});
