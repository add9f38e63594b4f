'use strict';

// The parts of cnet/register for TLS over a socket of cnet, and for what is active. Each promise is held against
// node:net.

const assert = require('node:assert');
const { once } = require('node:events');
const nodeNet = require('node:net');
const tls = require('node:tls');

const cnet = require('../..');
const { registerActive } = require('../../lib/register/active');
const { registerTls } = require('../../lib/register/tls');
const { cert, key } = require('../support/certificate');
const { skip } = require('../support/needs');
const { HOST } = require('../support/net');
const { listening, tidy, track } = require('../support/tidy');

const KEYS = { key, cert };
const UNCHECKED = { rejectUnauthorized: false };

describe('cnet/register, TLS and active handles', () => {
  let before_;
  let active = true;
  let undo = [];

  /** The port of a server that listens. */
  const serve = async (server) => (await listening(server)).address().port;

  /** A TLS server, and what it has seen. */
  const secureServer = (onSocket) => serve(tls.createServer(KEYS, onSocket));

  before(() => {
    before_ = { connect: tls.connect, TLSSocket: tls.TLSSocket, emit: tls.Server.prototype.emit };
    undo = [...registerTls(() => active), ...registerActive(() => active)];
  });

  after(() => {
    for (const step of undo) step();
    assert.strictEqual(tls.connect, before_.connect);
    assert.strictEqual(tls.TLSSocket, before_.TLSSocket);
    assert.strictEqual(tls.Server.prototype.emit, before_.emit);
  });

  afterEach(async () => {
    active = true;
    await tidy();
  });

  for (const [name, { Socket, connect, createServer }] of Object.entries({ 'node:net': nodeNet, cnet })) {
    describe(`TLS over a socket of ${name}`, () => {
      it('waits for a connect() that comes later', async () => {
        const port = await secureServer((socket) => socket.write('hello')); // an end() would be an EPIPE with node:net
        const socket = new Socket();
        const secure = track(tls.connect({ socket, ...UNCHECKED }));
        socket.connect(port, HOST);
        assert.strictEqual(String((await once(secure, 'data'))[0]), 'hello');
      });

      it("has the 'connect' of its socket", async () => {
        const port = await secureServer((socket) => socket.on('error', () => {}).resume());
        const socket = new Socket();
        const secure = track(tls.connect({ socket, ...UNCHECKED }));
        const order = [];
        for (const event of ['connect', 'secureConnect']) secure.on(event, () => order.push(event));
        assert.strictEqual(secure.connecting, true);
        socket.connect(port, HOST);
        await once(secure, 'secureConnect');
        assert.deepStrictEqual([order, secure.connecting], [['connect', 'secureConnect'], false]);
      });

      it('has the end of the peer when its socket, which has onread, is ended below it', async () => {
        const port = await secureServer((socket) => socket.on('error', () => {}).resume());
        const onread = { buffer: Buffer.alloc(65536), callback: () => assert.fail('what is encrypted came to onread') };
        const socket = track(connect({ port, host: HOST, onread }));
        const secure = track(tls.connect({ socket, ...UNCHECKED })).resume();
        socket.on('end', () => assert.fail('the end came to the socket'));
        await once(secure, 'secureConnect');
        socket.end();
        await once(secure, 'end');
      });

      it('says ECONNRESET when the peer ends it before it is secure', async () => {
        const port = await serve(nodeNet.createServer((socket) => socket.end().resume()));
        const socket = new Socket();
        const secure = track(tls.connect({ socket, ...UNCHECKED }));
        const failed = once(secure, 'error');
        socket.connect(port, HOST);
        const [{ code }] = await failed;
        assert.strictEqual(code, 'ECONNRESET');
      });

      it('has the end of its peer without an error', async () => {
        const port = await secureServer((socket) => socket.end('hello'));
        const secure = track(tls.connect({ socket: connect(port, HOST), ...UNCHECKED }));
        const events = [];
        for (const event of ['end', 'error', 'close']) secure.on(event, () => events.push(event));
        secure.resume();
        await once(secure, 'close');
        assert.deepStrictEqual(events, ['end', 'close']);
      });

      it('sends its last bytes after the end of its peer', async () => {
        const received = [];
        let far;
        const port = await serve(tls.createServer({ ...KEYS, allowHalfOpen: true }, (socket) => {
          socket.on('data', (chunk) => received.push(String(chunk))).on('end', () => socket.emit('all'));
          socket.end('hello');
          far = track(socket);
        }));
        const secure = track(tls.connect({ socket: connect({ port, host: HOST, allowHalfOpen: true }), ...UNCHECKED }));
        secure.resume();
        await once(secure, 'end');
        secure.end('last');
        await once(far, 'all');
        assert.deepStrictEqual(received, ['last']);
      });

      it("is destroyed before the 'close' of its socket is heard, at a server", async function test() {
        if (name === 'node:net' && process.version.startsWith('v18.')) skip(this, 'not with this Node'); // it came to Node later
        const secureSide = tls.createServer(KEYS, (socket) => socket.on('error', () => {}).write('hello'));
        const sockets = [];
        secureSide.on('secureConnection', (socket) => sockets.push(socket));
        let seen;
        const port = await serve(createServer((socket) => {
          sockets.push(socket);
          secureSide.emit('connection', socket);
          socket.on('close', () => {
            seen = sockets[1].destroyed;
          });
        }));
        const secure = track(tls.connect({ port, host: HOST, ...UNCHECKED }));
        secure.on('error', () => {});
        await once(secure, 'data');
        const closed = once(sockets[0], 'close');
        sockets[0].destroy();
        await closed;
        assert.strictEqual(seen, true);
      });

      it('can be a TLSSocket made by hand, of the class that tls has', async () => {
        let made;
        const port = await serve(createServer((socket) => {
          made = new tls.TLSSocket(socket, { isServer: true, ...KEYS });
          made.on('error', () => {}).end('hello');
        }));
        const secure = track(tls.connect({ port, host: HOST, ...UNCHECKED }));
        assert.strictEqual(String((await once(secure, 'data'))[0]), 'hello');
        assert.ok(made instanceof tls.TLSSocket && secure instanceof tls.TLSSocket);
      });
    });
  }

  it('leaves TLS as it is once it is taken back', () => {
    active = false;
    const socket = track(new cnet.Socket());
    track(tls.connect({ socket, ...UNCHECKED })).on('error', () => {});
    assert.strictEqual(socket.allowHalfOpen, false);
  });

  for (const [name, { connect, createServer }] of Object.entries({ 'node:net': nodeNet, cnet })) {
    it(`what is active names sockets and servers of ${name} while they hold the process`, async () => {
      const count = (type) => process.getActiveResourcesInfo().filter((one) => one === type).length;
      const began = [count('TCPSocketWrap'), count('TCPServerWrap')];
      const accepted = [];
      const server = createServer((socket) => accepted.push(track(socket)));
      const port = await serve(server);
      const client = track(connect(port, HOST));
      await Promise.all([once(client, 'connect'), once(server, 'connection')]);

      const held = [server, client, accepted[0]];
      assert.ok(held.every((one) => process._getActiveHandles().includes(one)));
      assert.deepStrictEqual([count('TCPSocketWrap'), count('TCPServerWrap')], [began[0] + 2, began[1] + 1]);
      for (const one of held) one.unref();
      assert.ok(!held.some((one) => process._getActiveHandles().includes(one)));
    });
  }

  it('what is active does not name those of cnet once it is taken back', async () => {
    active = false;
    const server = cnet.createServer();
    await listening(server);
    assert.ok(!process._getActiveHandles().includes(server));
  });
});
