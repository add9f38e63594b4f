'use strict';
// TLS over sockets of cnet that a program goes on listening to: what it is told is what node:net tells it.

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const { PassThrough } = require('node:stream');
const tls = require('node:tls');

const net = require('../..');
const { cert, key } = require('../support/certificate');
const { runFixture } = require('../support/child');
const { join, listen, text } = require('../support/net');

const REGISTER = path.join(__dirname, '..', '..', 'lib', 'register.js');

async function connection() {
  const server = await listen(net.createServer());
  const ends = await join(server, net);
  server.close();
  return ends;
}

/** A secured connection, with all events of the sockets under it that the program could take for its own. */
async function secured() {
  const { client, accepted } = await connection();
  const told = [];
  for (const [name, socket] of Object.entries({ client, accepted })) {
    for (const event of ['data', 'end', 'error', 'close']) {
      socket.on(event, (value) => told.push(event === 'close' ? `${name} close ${value}` : `${name} ${event}`));
    }
  }
  const server = new tls.Server({ key, cert });
  server.emit('connection', accepted);
  const near = tls.connect({ socket: client, ca: cert, servername: 'localhost' });
  const [far] = await once(server, 'secureConnection');
  for (const socket of [near, far]) socket.on('error', () => {}); // each test says itself which there must be
  return { client, accepted, near, far, told };
}

describe('TLS over a socket that is listened to', () => {
  it('both ends give their bytes to TLS once it begins, and are still called decoded', async () => {
    const { client, accepted } = await connection();
    const secure = new tls.Server({ key, cert }, (socket) => socket.end(Buffer.from([0xc3, 0xa4, 0x21])));
    client.setEncoding('utf8').write('STARTTLS');
    const [command] = await once(accepted.setEncoding('utf8'), 'data');
    secure.emit('connection', accepted.write('go') && accepted);
    const [answer] = await once(client, 'data');
    const secured = tls.connect({ socket: client, ca: cert, servername: 'localhost' });
    const got = await text(secured);
    assert.deepStrictEqual([command, answer, got, client.readableEncoding], ['STARTTLS', 'go', 'ä!', 'utf8']);
  });

  it('a pipe, whose listener has the same name, still has the text', async () => {
    const { client, accepted } = await connection();
    const into = new PassThrough({ decodeStrings: false, objectMode: true });
    client.setEncoding('hex').pipe(into);
    accepted.end(Buffer.from([1, 2, 3]));
    const [chunk] = await once(into, 'data');
    assert.strictEqual(chunk, '010203');
  });

  it("a program that has Node's reader of streams to itself still has the end of the socket", () => {
    const code = `
      const net = require(${JSON.stringify(path.join(__dirname, '..', '..'))});
      const StreamWrap = require('internal/js_stream_socket');
      const server = net.createServer((socket) => socket.destroy()).listen(0, '127.0.0.1', () => {
        const socket = net.connect(server.address().port, '127.0.0.1');
        new StreamWrap(socket);
        socket.on('end', () => console.log('end')).on('close', () => server.close());
      });`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--expose-internals', '-e', code], { encoding: 'utf8' });
    assert.deepStrictEqual([stdout, stderr], ['end\n', '']);
  });

  it("what comes, and its end, is not the program's", async () => {
    const { near, far, told } = await secured();
    far.end('bye');
    far.resume();
    const got = await text(near);
    if (!near.closed) await once(near, 'close');
    if (!far.closed) await once(far, 'close');
    await new Promise(setImmediate);
    assert.strictEqual(got, 'bye');
    assert.deepStrictEqual(told.sort(), ['accepted close false', 'client close false']);
  });

  it('removeAllListeners() takes nothing from TLS', async () => {
    const { client, far, near } = await secured();
    client.removeAllListeners();
    await new Promise(setImmediate);
    far.end('still here');
    assert.strictEqual(await text(near), 'still here');
  });

  it("a peer that goes without TLS's last words is the end, and no error", async () => {
    const { accepted, near, told } = await secured();
    const errors = [];
    near.on('error', (error) => errors.push(error.code));
    near.resume();
    const closed = once(near, 'close');
    accepted.destroy();
    await closed;
    assert.deepStrictEqual(errors, []);
    assert.ok(near.readableEnded);
    assert.ok(!told.includes('client error') && !told.includes('client end'), told.join());
  });

  it("a reset is an error of the TLS socket's alone", async () => {
    const { accepted, client, near, told } = await secured();
    near.resume();
    const failed = new Promise((resolve) => {
      near.once('error', resolve);
    });
    const closed = once(client, 'close');
    accepted.resetAndDestroy();
    const { code } = await failed;
    const [hadError] = await closed;
    assert.deepStrictEqual([code, hadError], ['ECONNRESET', false]);
    assert.ok(!told.includes('client error'), told.join());
  });

  it('what the program gives to destroy() is an error of the socket', async () => {
    const { client } = await secured();
    const failed = once(client, 'error').catch((error) => [error]);
    client.destroy(new Error('enough'));
    const [error] = await failed;
    assert.strictEqual(error.message, 'enough');
  });

  it('with cnet/register a TLS socket knows the ends of the connection, and can be unref()ed; unregister() takes it back for others', async () => {
    const { status, stdout, stderr } = await runFixture(path.join('register', 'tls.cjs'), [], {
      nodeArgs: ['-r', REGISTER],
    });
    assert.deepStrictEqual({ status, stdout, stderr }, { status: 0, stdout: 'known\nunknown\n', stderr: '' });
  });
});
