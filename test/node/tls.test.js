'use strict';
// Node's tls over sockets of cnet: each scenario is run on node:net too, and must come out the same.

const assert = require('node:assert');
const tls = require('node:tls');

const compare = require('../support/compare');

const { HOST, Log, bytes, cert, describe: shown, digest, digestOf, event, front, key, same, text } = compare;

const MEGABYTES = bytes(3 * 1024 * 1024 + 7);
const WHOLE = digestOf(MEGABYTES);

/** A client of TLS over a socket of `net`, which is left to end by TLS. */
async function secured(net, bin, server, options = {}) {
  const socket = bin.keep(net.connect({ port: server.address().port, host: HOST, allowHalfOpen: true }));
  if (options.early !== true) await event(socket, 'connect');
  return bin.keep(tls.connect({ socket, ca: cert, servername: 'localhost', ...options }));
}

/** A server of TLS behind one of `net`. */
const securedFront = (net, bin, options, listener) =>
  front(net, bin, tls.createServer({ key, cert, ...options }, (socket) => listener?.(bin.keep(socket))));

const echo = (socket) => socket.pipe(socket);

describe('tls over cnet, as over node:net', () => {
  describe('data', () => {
    for (const version of ['TLSv1.2', 'TLSv1.3']) {
      it(`${version}: megabytes go both ways unchanged`, async () => {
        const outcome = await same(async (net, bin) => {
          const server = await securedFront(net, bin, { minVersion: version, maxVersion: version }, echo);
          const client = await secured(net, bin, server);
          await event(client, 'secureConnect');
          const facts = [client.getProtocol(), client.authorized];
          client.end(MEGABYTES);
          return [await digest(client), ...facts];
        });
        assert.deepStrictEqual(outcome, [WHOLE, version, true]);
      });
    }

    it('TLSSocket with isServer, on a socket that was accepted', async () => {
      const outcome = await same(async (net, bin) => {
        const server = bin.keep(net.createServer({ allowHalfOpen: true }, (socket) => {
          echo(bin.keep(new tls.TLSSocket(bin.keep(socket), { isServer: true, key, cert })));
        }));
        server.listen(0, HOST);
        await event(server, 'listening');
        const client = await secured(net, bin, server);
        client.end(MEGABYTES);
        return digest(client);
      });
      assert.strictEqual(outcome, WHOLE);
    });

    it('over a socket that is still connecting', async () => {
      const outcome = await same(async (net, bin) => {
        const server = await securedFront(net, bin, {}, echo);
        const client = await secured(net, bin, server, { early: true });
        client.end(MEGABYTES);
        return digest(client);
      });
      assert.strictEqual(outcome, WHOLE);
    });

    it('many writes of all sizes, both ways at once, with back-pressure', async () => {
      const outcome = await same(async (net, bin) => {
        const send = async (socket) => {
          for (let at = 0, size = 1; at < MEGABYTES.length; at += size, size = (size * 3) % 70001) {
            if (!socket.write(MEGABYTES.subarray(at, at + size))) await event(socket, 'drain');
          }
          socket.end();
        };
        const accepted = [];
        const server = await securedFront(net, bin, {}, (socket) => {
          accepted.push(digest(socket));
          send(socket);
        });
        const client = await secured(net, bin, server);
        send(client);
        return [await digest(client), await accepted[0]];
      });
      assert.deepStrictEqual(outcome, [digestOf(MEGABYTES), digestOf(MEGABYTES)]);
    });

    it('TLS within TLS', async () => {
      const outcome = await same(async (net, bin) => {
        const inner = tls.createServer({ key, cert }, (socket) => echo(bin.keep(socket)));
        const server = await securedFront(net, bin, {}, (socket) => inner.emit('connection', socket));
        const outer = await secured(net, bin, server);
        const client = bin.keep(tls.connect({ socket: outer, ca: cert, servername: 'localhost' }));
        client.write(MEGABYTES);
        let length = 0;
        const chunks = [];
        for await (const chunk of client) {
          chunks.push(chunk);
          length += chunk.length;
          if (length === MEGABYTES.length) break;
        }
        return digestOf(Buffer.concat(chunks));
      });
      assert.strictEqual(outcome, WHOLE);
    });
  });

  describe('handshake', () => {
    for (const [name, server, client, protocol] of [
      ['ALPN: the first that the server has', { ALPNProtocols: ['b', 'a'] }, { ALPNProtocols: ['a', 'b'] }, 'b'],
      ['ALPN: none that both have', { ALPNProtocols: ['b'] }, { ALPNProtocols: ['a'] }],
      ['no ALPN', {}, {}, false],
    ]) {
      it(name, async () => {
        const outcome = await same(async (net, bin) => {
          const secure = await securedFront(net, bin, server, (socket) => socket.end(String(socket.alpnProtocol)));
          const peer = await secured(net, bin, secure, client);
          const came = await Promise.race([event(peer, 'secureConnect').then(() => 'secure'), event(peer, 'error')]);
          return came === 'secure' ? [peer.alpnProtocol, await text(peer)] : came[0].code;
        });
        if (protocol !== undefined) assert.deepStrictEqual(outcome, [protocol, String(protocol)]);
      });
    }

    it('SNI, and a certificate of the client', async () => {
      const outcome = await same(async (net, bin) => {
        const names = [];
        const SNICallback = (name, done) => {
          names.push(name);
          done(null, tls.createSecureContext({ key, cert }));
        };
        const server = await securedFront(
          net,
          bin,
          { SNICallback, requestCert: true, rejectUnauthorized: false },
          (socket) => {
            socket.end(`${socket.authorizationError} ${socket.getPeerCertificate().subject.CN} ${socket.servername}`);
          },
        );
        const client = await secured(net, bin, server, { key, cert });
        await event(client, 'secureConnect');
        const { subject } = client.getPeerCertificate();
        return [await text(client), names, subject.CN];
      });
      assert.match(outcome[0], /^[A-Z_]+ localhost localhost$/);
      assert.deepStrictEqual(outcome.slice(1), [['localhost'], 'localhost']);
    });

    it('a session is resumed', async () => {
      const outcome = await same(async (net, bin) => {
        const server = await securedFront(net, bin, { maxVersion: 'TLSv1.2' }, (socket) => socket.end('x'));
        const reused = [];
        let session;
        for (let i = 0; i < 2; i++) {
          const client = await secured(net, bin, server, { session });
          client.once('session', (given) => (session = given));
          await event(client, 'secureConnect');
          reused.push(client.isSessionReused());
          await text(client);
        }
        return reused;
      });
      assert.deepStrictEqual(outcome, [false, true]);
    });

    for (const [name, options] of [
      ['a certificate that is not trusted', { ca: [] }],
      ['a name that is not its own', { servername: 'other.example' }],
    ]) {
      it(`${name} is refused`, async () => {
        await same(async (net, bin) => {
          const server = await securedFront(net, bin, {}, echo);
          const client = await secured(net, bin, server, options);
          const [error] = await event(client, 'error');
          return [shown(error), client.authorized, client.destroyed];
        });
      });
    }

    it('versions that do not meet: errors on both sides', async () => {
      await same(async (net, bin) => {
        const secure = tls.createServer({ key, cert, minVersion: 'TLSv1.3' });
        const refused = event(secure, 'tlsClientError');
        const client = await secured(net, bin, await front(net, bin, secure), { maxVersion: 'TLSv1.2' });
        const [error] = await event(client, 'error');
        return [error.code, (await refused)[0].code];
      });
    });

    it('what is no TLS: tlsClientError on the server, an error on the client', async () => {
      await same(async (net, bin) => {
        const secure = tls.createServer({ key, cert });
        const refused = event(secure, 'tlsClientError');
        const server = await front(net, bin, secure);
        const socket = bin.keep(net.connect(server.address().port, HOST));
        socket.end('GET / HTTP/1.0\r\n\r\n');
        const [error] = await refused;
        const plain = bin.keep(net.createServer((one) => bin.keep(one).end('220 ready\r\n')));
        plain.listen(0, HOST);
        await event(plain, 'listening');
        const [answer] = await event(await secured(net, bin, plain), 'error');
        return [error.code, answer.code];
      });
    });

    it('handshakeTimeout', async () => {
      const outcome = await same(async (net, bin) => {
        const secure = tls.createServer({ key, cert, handshakeTimeout: 20 });
        const refused = event(secure, 'tlsClientError');
        const server = await front(net, bin, secure);
        bin.keep(net.connect(server.address().port, HOST));
        return (await refused)[0].code;
      });
      assert.strictEqual(outcome, 'ERR_TLS_HANDSHAKE_TIMEOUT');
    });
  });

  describe('errors in the middle', () => {
    it('a reset of the connection, within the data', async () => {
      const outcome = await same(async (net, bin) => {
        const server = await securedFront(net, bin, {}, (socket) => {
          socket.on('error', () => {}).write('begun');
          socket.once('data', () => server.accepted[0].resetAndDestroy()); // the client waits for data
        });
        const client = await secured(net, bin, server);
        const failed = event(client, 'error');
        client.once('data', () => client.write('more'));
        const { code, syscall } = (await failed)[0];
        return [code, syscall];
      });
      assert.deepStrictEqual(outcome, ['ECONNRESET', 'read']);
    });

    it('the connection ends without a word of TLS, within the data', async () => {
      await same(async (net, bin) => {
        const server = await securedFront(net, bin, {}, (socket) => socket.write('begun'));
        const client = await secured(net, bin, server);
        const log = new Log();
        log.watch('client', client, 'error', 'end');
        const closed = event(client, 'close');
        client.on('end', () => client.end());
        client.resume().once('data', () => server.accepted[0].destroy());
        await closed;
        return [log.lines, client.destroyed];
      });
    });

    it('during the handshake the peer goes: ECONNRESET', async () => {
      const outcome = await same(async (net, bin) => {
        const server = bin.keep(net.createServer((socket) => bin.keep(socket).once('data', () => socket.destroy())));
        server.listen(0, HOST);
        await event(server, 'listening');
        const [error] = await event(await secured(net, bin, server), 'error');
        return [error.code, error.message];
      });
      assert.strictEqual(outcome[0], 'ECONNRESET');
    });

    it('destroy() of the socket of TLS closes that below, on both sides', async () => {
      const outcome = await same(async (net, bin) => {
        const below = [];
        const secure = tls.createServer({ key, cert }, (socket) => {
          bin.keep(socket).resume().on('end', () => socket.end());
          socket.write('x');
        });
        secure.on('connection', (socket) => below.push(event(socket, 'close')));
        const server = await front(net, bin, secure);
        const socket = bin.keep(net.connect({ port: server.address().port, host: HOST, allowHalfOpen: true }));
        const client = bin.keep(tls.connect({ socket, ca: cert, servername: 'localhost' }));
        const gone = event(socket, 'close');
        client.once('data', () => client.destroy());
        await gone;
        await Promise.all(below);
        return [
          socket.destroyed,
          below.length,
          await new Promise((resolve) => server.getConnections((e, n) => resolve(n))),
        ];
      });
      assert.deepStrictEqual(outcome, [true, 1, 0]);
    });

    it('half-close: what the other side still sends after the end arrives', async () => {
      const outcome = await same(async (net, bin) => {
        const server = await securedFront(net, bin, { allowHalfOpen: true }, async (socket) => {
          const got = await digest(socket);
          socket.write(got);
          socket.end(MEGABYTES);
        });
        const client = await secured(net, bin, server);
        client.end(MEGABYTES);
        return digest(client);
      });
      assert.strictEqual(outcome, digestOf(Buffer.concat([Buffer.from(WHOLE), MEGABYTES])));
    });

    it('timeout of a socket of TLS', async () => {
      const outcome = await same(async (net, bin) => {
        const client = await secured(net, bin, await securedFront(net, bin, {}, echo));
        await event(client, 'secureConnect');
        client.setTimeout(20);
        await event(client, 'timeout');
        return client.destroyed;
      });
      assert.strictEqual(outcome, false);
    });

    it('write() after end() and after destroy()', async () => {
      await same(async (net, bin) => {
        const server = await securedFront(net, bin, {}, echo);
        const errors = [];
        for (const way of ['end', 'destroy']) {
          const client = await secured(net, bin, server);
          await event(client, 'secureConnect');
          client[way]();
          errors.push(await new Promise((resolve) => client.write('late', (error) => resolve(shown(error)))));
        }
        return errors;
      });
    });
  });
});
