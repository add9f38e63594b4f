'use strict';
// TLS and http2 over sockets of cnet speak to streams of Node's own (lib/socket/node-stream.js). What the socket
// promises goes on, each promise as node:net keeps it where it has it.

const assert = require('node:assert');
const { node } = require('../support/child');
const { AsyncLocalStorage } = require('node:async_hooks');
const { once } = require('node:events');
const fs = require('node:fs');
const http2 = require('node:http2');
const nodeNet = require('node:net');
const tls = require('node:tls');

const cnet = require('../..');
const { Handle } = require('../../lib/native/handle');
const { passToHttp2, registerHttp2 } = require('../../lib/register/http2');
const { registerTls } = require('../../lib/register/tls');
const { cert, key } = require('../support/certificate');
const { needsLinux, needsPosix, needsTCPInfo } = require('../support/needs');
const { HOST, listen, refusedPort } = require('../support/net');
const { tempPath, tidy, track: keep } = require('../support/tidy');

const LINE = Number.parseInt(process.versions.node, 10);
const LINUX = process.platform === 'linux';
const KEYS = { key, cert };
const UNCHECKED = { rejectUnauthorized: false };

const isNative = (socket) => socket._handle !== null && !(socket._handle instanceof Handle);
/** Native sockets that are open, Node's and cnet's. */
const openNow = () =>
  process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length + cnet.stats().sockets.tcp;
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("TLS and http2 on Node's own streams", function () {
  before(function () {
    needsPosix(this);
  });

  afterEach(tidy);

  const listening = async (server, ...where) => (await listen(keep(server), ...where)).address();

  /** A server of `net` whose connections a TLS server gets. */
  async function secureServer(net, { where = [], options = {}, onSecure = (socket) => socket.pipe(socket) } = {}) {
    const secure = new tls.Server(KEYS, (socket) => {
      keep(socket).on('error', () => {});
      onSecure(socket);
    });
    const front = net.createServer(options, (socket) => {
      keep(socket).on('error', () => {});
      secure.emit('connection', socket);
    });
    secure.on('tlsClientError', () => {});
    return { front, secure, address: await listening(front, ...where) };
  }

  /** A TLS connection over sockets of `net`, and all four of its ends. */
  async function secured(net, given = {}) {
    const { front, secure, address } = await secureServer(net, given);
    const accepted = once(front, 'connection');
    const far = once(secure, 'secureConnection');
    const client = keep(
      net.connect(
        typeof address === 'string' ? { path: address } : { port: address.port, host: HOST, ...given.connect },
      ),
    );
    client.on('error', () => {});
    const near = keep(tls.connect({ socket: client, ...UNCHECKED }));
    near.on('error', () => {});
    await once(near, 'secureConnect');
    return { front, client, near, accepted: (await accepted)[0], far: (await far)[0] };
  }

  async function echo(secure, text) {
    secure.write(text);
    let got = '';
    while (got.length < text.length) got += (await once(secure, 'data'))[0];
    return got;
  }

  /**
   * A promise that node:net and cnet keep alike. On Node 18, whose TLS does not end with the socket below it,
   * `newest` is what the newest line gives.
   */
  function alike(title, run, newest) {
    it(title, async function () {
      this.timeout(20000);
      const expected = newest !== undefined && LINE === 18 ? newest : await run(nodeNet);
      assert.deepStrictEqual(await run(cnet), expected);
    });
  }

  describe('with cnet/register', () => {
    let undo = [];
    let hadInstance;

    before(() => {
      hadInstance = Object.getOwnPropertyDescriptor(nodeNet.Socket, Symbol.hasInstance)?.value;
      undo = [...registerTls(() => true), ...registerHttp2(() => true)];
    });

    after(() => {
      for (const step of undo) step();
      assert.strictEqual(Object.getOwnPropertyDescriptor(nodeNet.Socket, Symbol.hasInstance)?.value, hadInstance);
    });

    alike('both ends have native streams, know the names and count the bytes', async (net) => {
      const { client, near, accepted, far, front } = await secured(net);
      const got = await echo(near, 'x'.repeat(100000));
      const { port } = front.address();
      return {
        got: got.length,
        native: [isNative(client), isNative(accepted)],
        names: [
          near.remotePort === port,
          client.remotePort === port,
          accepted.remoteAddress,
          far.remotePort === client.localPort,
        ],
        above: [near._parent === client, far._parent === accepted],
        counted: [
          client.bytesRead > 100000,
          client.bytesRead === accepted.bytesWritten,
          client.bytesWritten === accepted.bytesRead,
        ],
        seen: [client, accepted].map((socket) => [
          socket.readyState,
          socket.destroyed,
          socket.readableFlowing,
          socket.pending,
        ]),
      };
    });

    alike('over a path', async (net) => {
      const where = [tempPath()];
      const { client, near, accepted } = await secured(net, { where });
      return [await echo(near, 'by a path'), isNative(client), isNative(accepted), client.remoteAddress];
    });

    alike('a socket that connects by a host name', async (net) => {
      const { address } = await secureServer(net);
      const client = keep(net.connect({ port: address.port, host: 'localhost' }));
      const near = keep(tls.connect({ socket: client, ...UNCHECKED }));
      const order = [];
      for (const event of ['lookup', 'connect', 'ready']) client.on(event, () => order.push(event));
      for (const event of ['connect', 'secureConnect']) near.on(event, () => order.push(`tls ${event}`));
      const before_ = [near.connecting, client.connecting, client.pending];
      await once(near, 'secureConnect');
      return [before_, order, await echo(near, 'hello'), isNative(client)];
    });

    alike('bytes that were read before TLS begins go to TLS', async (net) => {
      const secure = new tls.Server(KEYS, (socket) => keep(socket).pipe(socket));
      const front = net.createServer((socket) => {
        keep(socket).on('error', () => {});
        socket.pause().once('readable', () => secure.emit('connection', socket)); // all of a ClientHello is buffered
      });
      const { port } = await listening(front);
      const near = keep(tls.connect({ port, host: HOST, ...UNCHECKED }));
      return echo(near, 'buffered');
    });

    alike('an upgrade in the middle, on both ends, of sockets that decode', async (net) => {
      const secure = new tls.Server(KEYS, (socket) => keep(socket).end(Buffer.from([0xc3, 0xa4])));
      const front = net.createServer((socket) => {
        keep(socket).setEncoding('utf8').once('data', (text) => {
          socket.write(`go ${text}`, () => secure.emit('connection', socket));
        });
      });
      const { port } = await listening(front);
      const client = keep(net.connect(port, HOST).setEncoding('utf8'));
      const raw = [];
      client.write('STARTTLS');
      client.on('data', (text) => raw.push(text));
      await once(client, 'data');
      const near = keep(tls.connect({ socket: client, ...UNCHECKED })).setEncoding('utf8');
      let text = '';
      for await (const chunk of near) text += chunk;
      return [raw, text, client.readableEncoding];
    });

    alike("what the program emits on the socket reaches the program's listeners", async (net) => {
      const { accepted, far, near } = await secured(net, { onSecure: () => {} });
      const got = [];
      accepted.on('data', (chunk) => got.push(String(chunk)));
      far.on('data', (chunk) => accepted.emit('data', chunk));
      near.end('QUIT');
      await once(far, 'end');
      return got;
    });

    for (const end of ['near', 'far', 'client', 'accepted']) {
      alike(`destroy() of ${end}, and the events of all four`, async (net) => {
        const all = await secured(net);
        const ends = ['client', 'near', 'accepted', 'far'];
        const told = { client: [], near: [], accepted: [], far: [] };
        for (const name of ends) {
          for (const event of ['end', 'error', 'close'])
            all[name].on(event, (what) => told[name].push(`${event} ${what?.code ?? what}`));
          if (name === 'near' || name === 'far') all[name].resume();
        }
        const closed = Promise.all(ends.map((name) => once(all[name], 'close')));
        all[end].destroy();
        await closed;
        return [told, ends.map((name) => [all[name]._handle, all[name].destroyed])];
      }, [
        // the secure socket of the other side alone hears of an end
        Object.fromEntries(['client', 'near', 'accepted', 'far'].map((name) => {
          const other = { near: 'far', client: 'far', far: 'near', accepted: 'near' }[end];
          return [name, [...(name === other ? ['end undefined'] : []), 'close false']];
        })),
        Array(4).fill([null, true]),
      ]);
    }

    alike('the end, by end() of TLS', async (net) => {
      const { client, near, accepted } = await secured(net);
      const closed = Promise.all([client, accepted].map((socket) => once(socket, 'close')));
      near.resume().end('bye');
      await closed;
      return [
        client.bytesRead === accepted.bytesWritten,
        client.bytesWritten === accepted.bytesRead,
        client.readableEnded,
        accepted._handle,
      ];
    });

    alike('resetAndDestroy() of the socket is a reset for the peer', async (net) => {
      const { client, far } = await secured(net);
      const failed = once(far, 'close');
      const codes = [];
      far.on('error', ({ code }) => codes.push(code));
      client.resetAndDestroy();
      await failed;
      return codes;
    });

    alike('the idle timeout of the socket starts anew with what TLS reads and writes', async (net) => {
      const { client, near } = await secured(net);
      let fired = false;
      const timeout = new Promise((resolve) => {
        client.setTimeout(300, () => resolve(fired = true));
      });
      const until = Date.now() + 700;
      while (Date.now() < until) await echo(near, 'tick');
      const during = fired;
      await timeout;
      return [during, client.timeout];
    });

    alike('ref() and unref(), of the socket and of TLS', async (net) => {
      const { client, near } = await secured(net);
      const seen = [client._handle.hasRef()];
      for (const act of [() => client.unref(), () => client.ref(), () => near.unref(), () => near.ref()]) {
        act();
        seen.push(client._handle.hasRef());
      }
      return seen;
    });

    alike('a socket that is unref()ed while it connects stays so', async (net) => {
      const { address } = await secureServer(net);
      const client = keep(net.connect(address.port, HOST));
      client.unref();
      keep(tls.connect({ socket: client, ...UNCHECKED })).on('error', () => {});
      await once(client, 'connect');
      return client._handle.hasRef();
    });

    alike('a connect() that fails is an error of both, and leaves no handle', async (net) => {
      const before_ = openNow();
      const refused = refusedPort();
      const client = net.connect(refused.port, HOST);
      const near = tls.connect({ socket: client, ...UNCHECKED });
      const told = [];
      for (const [name, socket] of Object.entries({ client, near })) {
        for (const event of ['error', 'close'])
          socket.on(event, (what) => told.push(`${name} ${event} ${what.code ?? what}`));
      }
      await Promise.all([client, near].map((socket) => new Promise((resolve) => {
        socket.on('close', resolve);
      })));
      refused.close();
      await settled();
      await settled();
      return [told.sort(), client._handle, openNow() - before_];
    }, [['client close true', 'client error ECONNREFUSED', 'near close false', 'near error ECONNREFUSED'], null, 0]);

    alike('destroy() while it connects', async (net) => {
      const { address } = await secureServer(net);
      const client = net.connect(address.port, HOST);
      const near = tls.connect({ socket: client, ...UNCHECKED });
      const told = [];
      for (const event of ['error', 'close']) near.on(event, () => told.push(event));
      near.destroy();
      await once(client, 'close');
      return [told, client._handle, client.destroyed];
    });

    alike('the store of an AsyncLocalStorage in the events of both', async (net) => {
      const storage = new AsyncLocalStorage();
      const { address } = await secureServer(net);
      return storage.run('made', async () => {
        const client = keep(net.connect(address.port, HOST));
        const near = keep(tls.connect({ socket: client, ...UNCHECKED }));
        const seen = [];
        client.on('connect', () => seen.push(storage.getStore()));
        near.on('secureConnect', () => seen.push(storage.getStore()));
        near.on('data', () => seen.push(storage.getStore()));
        await once(near, 'secureConnect');
        await storage.run('later', () => echo(near, 'x'));
        const closed = once(client, 'close');
        client.on('close', () => seen.push(storage.getStore()));
        near.destroy();
        await closed;
        return seen;
      });
    });

    alike('a write that waits when TLS begins goes out first', async (net) => {
      const front = net.createServer((socket) => keep(socket).on('error', () => {}).pause());
      const { port } = await listening(front);
      const client = keep(net.connect(port, HOST)).on('error', () => {});
      const [accepted] = await once(front, 'connection');
      const size = 16 << 20;
      client.write(Buffer.alloc(size, 1));
      const near = keep(tls.connect({ socket: client, ...UNCHECKED })).on('error', () => {});
      near.write('x');
      let got = 0;
      let wrong = 0;
      accepted.on('data', (chunk) => {
        for (let i = 0; i < chunk.length && got + i < size; i += 4096) wrong += chunk[i] === 1 ? 0 : 1;
        got += chunk.length;
      });
      accepted.resume();
      while (got <= size) await once(accepted, 'data');
      return wrong;
    });

    alike('the socket can be connected again when TLS has ended', async (net) => {
      const { client, near } = await secured(net);
      const closed = once(client, 'close');
      near.destroy();
      await closed;
      const plain = net.createServer((socket) => keep(socket).end('plain'));
      const { port } = await listening(plain);
      client.removeAllListeners('data').connect(port, HOST);
      const [bytes] = await once(client, 'data');
      return [String(bytes), client.bytesRead];
    });

    describe('what node:net does not have', () => {
      it('options of the system, user timeout and type of service', async function () {
        needsLinux(this);
        const { client, near } = await secured(cnet);
        client
          .setOption('TCP_NODELAY', true)
          .setKeepAlive(true, 5000, 2000, 3)
          .setUserTimeout(5000)
          .setTypeOfService(16);
        assert.deepStrictEqual(
          [
            client.getOption('TCP_NODELAY'),
            client.getOption('TCP_KEEPINTVL'),
            client.getUserTimeout(),
            client.getTypeOfService(),
          ],
          [true, 2, 5000, 16],
        );
        assert.strictEqual(await echo(near, 'still there'), 'still there');
      });

      it('getTCPInfo()', async function () {
        needsLinux(this);
        const { client } = await secured(cnet);
        needsTCPInfo(this, client);
        assert.strictEqual(client.getTCPInfo().state, 'ESTABLISHED');
      });

      it('what is asked of a socket before it is connected holds for its connection', async function () {
        needsLinux(this);
        const { address } = await secureServer(cnet);
        const client = keep(
          cnet.connect({
            port: address.port,
            host: HOST,
            noDelay: true,
            keepAlive: true,
            keepAliveInitialDelay: 5000,
            keepAliveInterval: 2000,
          }),
        );
        const near = keep(tls.connect({ socket: client, ...UNCHECKED }));
        client.setUserTimeout(7000);
        await once(near, 'secureConnect');
        assert.ok(isNative(client));
        assert.deepStrictEqual(
          [client.getOption('TCP_NODELAY'), client.getOption('TCP_KEEPINTVL'), client.getUserTimeout()],
          [true, 2, 7000],
        );
      });

      it('several addresses at once, and a time limit for the connection', async () => {
        const { address } = await secureServer(cnet);
        const lookup = (host, options, callback) =>
          callback(
            null,
            ['::1', HOST].map((one, i) => ({ address: one, family: i === 0 ? 6 : 4 })),
          );
        const client = keep(
          cnet.connect({
            port: address.port,
            host: 'any.test',
            lookup,
            connectionAttemptDelay: 10,
            connectTimeout: 5000,
          }),
        );
        const near = keep(tls.connect({ socket: client, ...UNCHECKED }));
        await once(near, 'secureConnect');
        assert.deepStrictEqual([isNative(client), await echo(near, 'raced')], [true, 'raced']);
      });

      it('an address that a list forbids: ERR_IP_BLOCKED, for TLS too', async () => {
        const blockList = new cnet.BlockList();
        blockList.addAddress(HOST);
        const { address } = await secureServer(cnet);
        const client = keep(cnet.connect({ port: address.port, host: HOST, blockList })).on('error', () => {});
        const near = keep(tls.connect({ socket: client, ...UNCHECKED }));
        const [{ code }] = await once(near, 'close').then(() => [client.errored], (error) => [error]);
        assert.strictEqual(code, 'ERR_IP_BLOCKED');
      });

      it('the place in the limits of the server is held until the end', async () => {
        const { front, client, near, accepted } = await secured(cnet);
        front.maxConnectionsPerAddress = 1;
        const second = keep(cnet.connect(front.address().port, HOST)).on('error', () => {});
        const [, dropped] = await Promise.all([once(second, 'close'), once(front, 'drop')]);
        assert.ok(dropped);
        assert.strictEqual(await new Promise((resolve) => {
          front.getConnections((error, count) => resolve(count));
        }), 1);
        const closed = once(accepted, 'close');
        near.destroy();
        client.destroy();
        await closed;
        const third = keep(cnet.connect(front.address().port, HOST)).on('error', () => {});
        await once(front, 'connection');
        assert.ok(third);
      });

      it('shutdown() of the server waits for its TLS connections, and resets them in the end', async () => {
        const { front, near, accepted } = await secured(cnet);
        const closed = new Promise((resolve) => {
          near.on('close', resolve);
        });
        const result = await front.shutdown({ timeout: 50 });
        await closed;
        assert.strictEqual(result.reset, 1);
        assert.ok(accepted.destroyed);
      });

      it('a header of the PROXY protocol before TLS', async () => {
        const trusted = new cnet.BlockList();
        trusted.addAddress(HOST);
        const { front } = await secureServer(cnet, { options: { proxyProtocol: { trusted } } });
        const told = once(front, 'connection');
        const client = keep(
          cnet.connect({
            port: front.address().port,
            host: HOST,
            proxyHeader: { source: { address: '192.0.2.7', port: 7 }, destination: { address: '192.0.2.8', port: 8 } },
          }),
        );
        const near = keep(tls.connect({ socket: client, ...UNCHECKED }));
        await once(near, 'secureConnect');
        const [accepted] = await told;
        assert.deepStrictEqual([isNative(client), isNative(accepted)], [true, true]);
        assert.strictEqual(accepted.remoteAddress, '192.0.2.7');
        assert.strictEqual(await echo(near, 'behind a header'), 'behind a header');
      });

      it('transfer() is refused, and says why', async () => {
        const { client } = await secured(cnet);
        assert.throws(() => cnet.transfer(client), {
          code: 'ERR_WORKER_HANDLE_NOT_TRANSFERABLE',
          message: /TLS or http2 has its connection/,
        });
        assert.throws(() => cnet.splice(client, new cnet.Socket()), {
          code: 'ERR_INVALID_ARG_VALUE',
          message: /is read by TLS/,
        });
      });

      it('no handle and no descriptor is open when all has ended', async function () {
        const descriptors = () => (LINUX ? fs.readdirSync('/proc/self/fd').length : 0);
        const { front, client, near, accepted } = await secured(cnet); // Node's classes are known from here on
        const during = [cnet.stats().sockets.tcp, descriptors()];
        const closed = Promise.all([client, accepted].map((socket) => once(socket, 'close')));
        near.destroy();
        await closed;
        for (let i = 0; i < 3; i++) await settled();
        assert.ok(front.listening);
        assert.deepStrictEqual([cnet.stats().sockets.tcp, descriptors()], [during[0] - 2, during[1] - 2]);
      });
    });

    describe('plain http2', () => {
      const sessionOver = async (net) => {
        const server = http2.createServer();
        const front = net.createServer((socket) => {
          keep(socket);
          passToHttp2(server, socket); // which cnet/register calls
          server.emit('connection', socket);
        });
        const { port } = await listening(front);
        const session = keep(
          http2.connect(`http://${HOST}:${port}`, { createConnection: () => keep(net.connect(port, HOST)) }),
        );
        return { server, session };
      };

      alike('has native streams, and sends without delay', async (net) => {
        const { server, session } = await sessionOver(net);
        const given = once(server, 'session');
        server.on('stream', (stream) => stream.respond({ ':status': 204 }, { endStream: true }));
        const request = session.request({ ':path': '/' });
        const [headers] = await once(request, 'response');
        const [far] = await given;
        const { socket } = far;
        const delays =
          LINUX && net === cnet
            ? [far, session].map(({ socket: { getOption } }) => getOption('TCP_NODELAY'))
            : [LINUX, LINUX];
        return [headers[':status'], socket.remoteAddress, delays];
      });

      alike('its last frames arrive: HEADERS and RST before a destroy(), GOAWAY', async (net) => {
        const { server, session } = await sessionOver(net);
        const told = [];
        server.on('stream', (stream, { ':path': which }) => {
          stream.on('error', () => {});
          stream.respond({ ':status': 200 });
          if (which === '/reset') stream.close(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM);
          else stream.session.goaway(http2.constants.NGHTTP2_INTERNAL_ERROR);
        });
        session.on('error', ({ code }) => told.push(code)).on('goaway', (code) => told.push(`goaway ${code}`));
        const one = session.request({ ':path': '/reset' });
        one.on('response', () => told.push('headers')).on('error', ({ code }) => told.push(code));
        await new Promise((resolve) => {
          one.on('close', () => resolve(told.push(`rst ${one.rstCode}`)));
        });
        const two = session.request({ ':path': '/goaway' });
        two.on('error', () => {});
        await new Promise((resolve) => {
          session.on('close', resolve);
        });
        return told;
      });
    });
  });

  describe('without cnet/register, by forTLS()', () => {
    it('TLS has native streams on both ends', async () => {
      const secure = new tls.Server(KEYS, (socket) => keep(socket).pipe(socket));
      const front = cnet.createServer((socket) => secure.emit('connection', cnet.forTLS(keep(socket))));
      const accepted = once(front, 'connection');
      const { port } = await listening(front);
      const client = keep(cnet.connect(port, HOST));
      const near = keep(tls.connect({ socket: cnet.forTLS(client), ...UNCHECKED }));
      await once(near, 'secureConnect');
      assert.strictEqual(await echo(near, 'explicit'), 'explicit');
      assert.deepStrictEqual([isNative(client), isNative((await accepted)[0]), near.remotePort], [true, true, port]);
      assert.ok(!(client instanceof nodeNet.Socket));
      const closed = once(client, 'close');
      near.end();
      near.resume();
      await closed;
    });

    it('http2.connect() is what util.promisify() knows, with cnet/register too', async () => {
      const text = 'console.log(typeof require("http2").connect[require("util").promisify.custom])';
      const { stdout } = await node(['-r', require.resolve('../../lib/register'), '-e', text], {});
      assert.strictEqual(stdout, 'function\n');
    });

    for (const [title, args, given] of [
      ['with cnet/register', ['-r', require.resolve('../../lib/register')], '(socket) => socket'],
      ['by forTLS()', [], 'net.forTLS'],
    ]) it(`a connection that is destroyed within a read of its TLS, with it or before a write: no crash, ${title}`, async () => {
      const text = `
        const net = require(${args.length > 0 ? "'net'" : JSON.stringify(require.resolve('../..'))});
        const of = ${given};
        const tls = require('tls');
        const { cert, key } = require(${JSON.stringify(require.resolve('../support/certificate'))});
        const ends = [
          (raw, secure) => (raw.destroy(), secure.destroy()),
          (raw, secure) => (raw.destroy(), secure.write('too late')),
          (raw, secure) => (raw.resetAndDestroy(), secure.destroy()),
        ];
        const quiet = (socket) => socket.on('error', () => {});
        let left = ends.length * 2;
        for (const end of ends) {
          for (const isServer of [true, false]) {
            const server = net.createServer((raw) => {
              const secure = quiet(new tls.TLSSocket(of(quiet(raw)), { isServer: true, key, cert }));
              if (isServer) secure.on('secure', () => end(raw, secure));
            }).listen(0, '127.0.0.1', () => {
              const raw = quiet(net.connect(server.address().port, '127.0.0.1'));
              const secure = quiet(tls.connect({ socket: of(raw), rejectUnauthorized: false }));
              if (!isServer) secure.on('secureConnect', () => end(raw, secure));
              secure.on('close', () => server.close(() => --left === 0 && console.log('all closed'))).resume();
            });
          }
        }`;
      const { stdout } = await node([...args, '-e', text], {});
      assert.strictEqual(stdout, 'all closed\n');
    });

    it('util.promisify(http2.connect) speaks by a native stream too, with cnet/register', async () => {
      const text = `
        const http2 = require('http2');
        const server = http2.createServer().listen(0, '127.0.0.1', async () => {
          const { port } = server.address();
          const createConnection = () => require('net').connect(port, '127.0.0.1');
          const session = await require('util').promisify(http2.connect)('http://127.0.0.1', { createConnection });
          console.log(session.socket.remotePort === port);
          session.close();
          server.close();
        });`;
      const { stdout } = await node(['-r', require.resolve('../../lib/register'), '-e', text], {});
      assert.strictEqual(stdout, 'true\n');
    });

    it('a socket that is told to connect later', async () => {
      const { address } = await (async () => ({
        address: await listening(tls.createServer(KEYS, (socket) => keep(socket).pipe(socket))),
      }))();
      const client = keep(new cnet.Socket());
      const near = keep(tls.connect({ socket: cnet.forTLS(client), ...UNCHECKED }));
      client.connect(address.port, HOST);
      await once(near, 'secureConnect');
      assert.strictEqual(await echo(near, 'later'), 'later');
    });

    it('takes nothing but sockets of cnet: ERR_INVALID_ARG_TYPE', () => {
      for (const what of [undefined, null, 1, {}, new nodeNet.Socket()])
        assert.throws(() => cnet.forTLS(what), { code: 'ERR_INVALID_ARG_TYPE' });
    });
  });
});
