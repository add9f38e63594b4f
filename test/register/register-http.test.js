'use strict';
// cnet/register-http: Node's http, https and http2 on cnet. Each scenario is run without it too, and must come out the
// same.

const assert = require('node:assert');
const { AsyncLocalStorage } = require('node:async_hooks');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const http2 = require('node:http2');
const https = require('node:https');
const path = require('node:path');
const { Duplex } = require('node:stream');
const tls = require('node:tls');

const registerHttp = require('../../lib/register-http');
const { runFixture } = require('../support/child');
const compare = require('../support/compare');
const { needsNodeDescriptors, skip } = require('../support/needs');
const { same } = require('../support/registered');
const { patience } = require('../support/scale');
const { tempDir } = require('../support/temp');

const {
  HOST, answered, bytes, cert, cnet, describe: shown, digest, digestOf, event, key, listening, nodeNet, text, withBin,
} = compare;
const MEGABYTES = bytes(2 * 1024 * 1024 + 5);
const WHOLE = digestOf(MEGABYTES);
const REGISTER = path.join(__dirname, '..', '..', 'lib', 'register-http.js');
const MAJOR = Number(process.versions.node.split('.')[0]);

/** A request by an agent, its body sent. */
function ask(bin, server, agent, { module = http, body, ...options } = {}) {
  const to = { host: HOST, port: server.address().port, agent, ca: cert, servername: 'localhost', ...options };
  const request = bin.keep(module.request(to));
  request.end(body);
  return request;
}

/** Two streams, of which each gives what is written to the other. */
function streamPair() {
  const make = () => new Duplex({
    read() {},
    write(chunk, encoding, callback) {
      this.other.push(chunk);
      callback();
    },
    final(callback) {
      this.other.push(null);
      callback();
    },
  });
  const pair = [make(), make()];
  [pair[0].other, pair[1].other] = [pair[1], pair[0]];
  return pair;
}

const connectionsOf = (server) => new Promise((resolve) => server.getConnections((error, count) => resolve(count)));

describe('cnet/register-http', function () {
  this.timeout(patience(20000));

  after(() => registerHttp.unregister());

  describe('servers', () => {
    it('http.createServer() accepts sockets of cnet', async () => {
      const outcome = await same(async (bin, Socket) => {
        const server = await listening(bin, http.createServer((request, response) => {
          const { socket } = request;
          response.end(`${socket.constructor === Socket} ${socket.remoteAddress} ${socket.server === server}`);
        }));
        return text(await answered(ask(bin, server)));
      });
      assert.strictEqual(outcome, `true ${HOST} true`);
    });

    it('the listeners of a server are those that it has on node:net, before and after listen()', async () => {
      const makers = [
        (mine) => http.createServer(mine),
        (mine) => https.createServer({ key, cert }, mine),
        (mine) => http2.createServer(mine),
        (mine) => http2.createSecureServer({ key, cert, allowHTTP1: true }, mine),
      ];
      const mine = () => {};
      const shown = (server) => server.eventNames().map((name) => [
        name,
        server.listenerCount(name),
        server.rawListeners(name).map((one) => (one === mine ? 'mine' : `${one.name} ${one.length}`)),
        server.listeners(name).map((one) => one.name),
      ]);
      await same(async (bin) => {
        const all = [];
        for (const make of makers) {
          const server = make(mine);
          const [before] = server.rawListeners('connection');
          await listening(bin, server);
          all.push(shown(server), server.rawListeners('connection')[0] === before);
        }
        return all;
      });
    });

    it('listen() in all its forms gives the same address() and the same errors', async () => {
      const outcome = await same(async (bin) => {
        const temp = tempDir();
        const taken = await listening(bin, http.createServer());
        const other = bin.keep(nodeNet.createServer());
        other.listen(0, HOST);
        await event(other, 'listening');
        const { port } = taken.address();
        const forms = [
          [],
          [0],
          [0, HOST],
          [0, HOST, 5],
          ['0'],
          [{ port: 0, host: '::1', ipv6Only: true }],
          [{ port: 0, exclusive: true }],
          [temp.socket('s')],
          [{ path: temp.socket('t'), readableAll: true }],
          [other],
          [{ fd: other._handle.fd }],
          [port, HOST],
          [{ port, host: HOST }],
          [temp.socket('no/such')],
          [{ fd: 99999 }],
          [{ port: 0, host: '1.2.3.4' }],
          [70000],
          [{}],
          [{ port: 'x' }],
          [{ port: 0, signal: 'none' }],
          [null],
          [undefined, HOST],
        ];
        const seen = [];
        for (const form of forms) {
          const server = bin.keep(http.createServer());
          let line = '';
          try {
            server.listen(...form);
            const came = await Promise.race([event(server, 'listening'), event(server, 'error')]);
            const address = server.address();
            if (address?.port) address.port = true;
            line = JSON.stringify([shown(came[0]), server.listening, address]).replaceAll(path.basename(temp.dir), '');
          } catch (error) {
            line = `throws ${error.code} ${error.message}`.replaceAll(path.basename(temp.dir), '');
          }
          seen.push(line.replaceAll(String(port), 'PORT'));
          if (server.listening && form[0] !== other && !form[0]?.fd)
            await new Promise((resolve) => server.close(resolve));
        }
        temp.remove();
        return seen;
      });
      assert.deepStrictEqual(JSON.parse(outcome[2]), [
        'undefined',
        true,
        { address: HOST, family: 'IPv4', port: true },
      ]);
      assert.match(outcome[11], /EADDRINUSE/);
    });

    it('listen() twice, close() when it does not listen, and listen() after close()', async () => {
      const outcome = await same(async (bin) => {
        const server = await listening(bin, http.createServer((request, response) => response.end('again')));
        let twice = null;
        try {
          server.listen(0);
        } catch (error) {
          twice = error.code;
        }
        await new Promise((resolve) => server.close(resolve));
        const closed = await new Promise((resolve) => server.close(resolve));
        await listening(bin, server);
        return [twice, closed?.code, await text(await answered(ask(bin, server))), server.listening];
      });
      assert.deepStrictEqual(outcome, ['ERR_SERVER_ALREADY_LISTEN', 'ERR_SERVER_NOT_RUNNING', 'again', true]);
    });

    it('listen({ signal }) closes the server, with the connections that it has', async () => {
      await same(async (bin) => {
        const controller = new AbortController();
        const server = await listening(bin, http.createServer(), { port: 0, host: HOST, signal: controller.signal });
        const closed = event(server, 'close');
        controller.abort();
        await closed;
        return server.listening;
      });
    });

    it('over a Unix socket', async () => {
      const outcome = await same(async (bin, Socket) => {
        const temp = tempDir();
        const socketPath = temp.socket('s');
        const server = await listening(
          bin,
          http.createServer((request, response) => request.pipe(response)),
          socketPath,
        );
        const request = http.request({ socketPath, method: 'POST', agent: bin.keep(new http.Agent()) });
        request.end(MEGABYTES);
        const got = await digest(await answered(request));
        const own = request.socket.constructor === Socket;
        await new Promise((resolve) => server.close(resolve));
        const there = fs.existsSync(socketPath);
        temp.remove();
        return [got, own, there];
      });
      assert.deepStrictEqual(outcome, [WHOLE, true, false]);
    });

    it('maxConnections drops what is beyond it, and counts what has gone', async () => {
      const outcome = await same(async (bin, Socket) => {
        const server = http.createServer((request, response) => response.end('in'));
        server.maxConnections = 1;
        await listening(bin, server);
        const { port } = server.address();
        const first = bin.keep(new Socket().connect(port, HOST));
        await event(server, 'connection');
        const dropped = event(server, 'drop');
        const second = bin.keep(new Socket().connect(port, HOST));
        const [data] = await dropped;
        second.resume();
        await event(second, 'close');
        const count = await connectionsOf(server);
        first.destroy();
        await event(first, 'close');
        while ((await connectionsOf(server)) > 0) await new Promise((resolve) => setImmediate(resolve));
        const answer = await text(await answered(ask(bin, server)));
        return [data.localPort === port, data.remoteAddress, count, answer, server.maxConnections];
      });
      assert.deepStrictEqual(outcome, [true, HOST, 1, 'in', 1]);
    });

    it('close() with connections that are kept alive: idle ones are closed, busy ones answer first', async () => {
      const outcome = await same(async (bin) => {
        const agent = bin.keep(new http.Agent({ keepAlive: true }));
        const waiting = [];
        const server = await listening(bin, http.createServer((request, response) => {
          if (request.url === '/slow') waiting.push(response);
          else response.end('x');
        }));
        await text(await answered(ask(bin, server, agent)));
        const slow = ask(bin, server, bin.keep(new http.Agent()), { path: '/slow' });
        await event(server, 'request');
        const before = await connectionsOf(server);
        const closed = event(server, 'close');
        server.close();
        server.closeIdleConnections();
        waiting[0].end('late');
        const answer = await text(await answered(slow));
        await closed;
        return [before, answer, await connectionsOf(server)];
      });
      assert.deepStrictEqual(outcome, [2, 'late', 0]);
    });

    it('closeAllConnections() breaks requests off', async () => {
      const outcome = await same(async (bin) => {
        const server = await listening(bin, http.createServer(() => {}));
        const answer = answered(ask(bin, server));
        await event(server, 'request');
        server.close();
        server.closeAllConnections();
        const closed = event(server, 'close');
        const error = await answer;
        await closed;
        return [error.code, error.message];
      });
      assert.deepStrictEqual(outcome, ['ECONNRESET', 'socket hang up']);
    });

    it('Symbol.asyncDispose closes it', async function () {
      if (http.Server.prototype[Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')] === undefined) skip(this, 'not with this Node');
      const dispose = Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose');
      await same(async (bin) => {
        const server = await listening(bin, http.createServer());
        await server[dispose]();
        return server.listening;
      });
    });

    for (const [limit, sent] of [
      ['headersTimeout', 'GET / HTTP/1.1\r\n'],
      ['requestTimeout', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx'],
    ]) {
      it(`${limit}: a request that does not come to its end is answered by 408`, async () => {
        const outcome = await same(async (bin, Socket) => {
          const limits = { headersTimeout: 20, requestTimeout: 30, connectionsCheckingInterval: 10 };
          const server = await listening(
            bin,
            http.createServer(limits, (request) => request.resume().on('error', () => {})),
          );
          const socket = bin.keep(new Socket().connect(server.address().port, HOST));
          socket.write(sent);
          return text(socket);
        });
        assert.match(outcome, /^HTTP\/1.1 408 /);
      });
    }

    it("setTimeout(): 'timeout' with the socket, which is left alone where there is a listener", async () => {
      const outcome = await same(async (bin, Socket) => {
        const server = http.createServer((request, response) => server.on('timeout', () => response.end('timed out')));
        const timedOut = event(server, 'timeout');
        server.setTimeout(20);
        await listening(bin, server);
        const answer = answered(ask(bin, server));
        const [socket] = await timedOut;
        return [socket.constructor === Socket, await text(await answer)];
      });
      assert.deepStrictEqual(outcome, [true, 'timed out']);
    });

    it('upgrade and CONNECT give the socket, which echoes megabytes', async () => {
      const outcome = await same(async (bin, Socket) => {
        const server = http.createServer();
        server.on('upgrade', (request, socket) => {
          socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
          socket.pipe(socket);
        });
        server.on('connect', (request, socket) => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          socket.pipe(socket);
        });
        await listening(bin, server);
        const seen = [];
        const headers = { connection: 'upgrade', upgrade: 'echo' };
        for (const [name, options] of [['upgrade', { headers }], ['connect', { method: 'CONNECT', path: 'x:1' }]]) {
          const request = ask(bin, server, bin.keep(new http.Agent()), options);
          const [response, socket] = await event(request, name);
          socket.end(MEGABYTES);
          seen.push([response.statusCode, socket.constructor === Socket, await digest(socket)]);
        }
        return seen;
      });
      assert.deepStrictEqual(outcome, [[101, true, WHOLE], [200, true, WHOLE]]);
    });

    it('a handler runs in the AsyncLocalStorage store of listen() or in none, as on Node', async () => {
      await same(async (bin) => {
        const storage = new AsyncLocalStorage();
        const stores = [];
        let finished;
        const server = http.createServer((request, response) => {
          stores.push(storage.getStore());
          request.on('end', () => stores.push(storage.getStore())).resume();
          response.on('finish', () => stores.push(storage.getStore())).end();
          finished = new Promise((resolve) => response.once('finish', resolve));
        });
        await storage.run('listen', () => listening(bin, server));
        await storage.run('ask', async () => {
          const response = await answered(ask(bin, server));
          stores.push(storage.getStore());
          response.on('end', () => stores.push(storage.getStore()));
          await text(response);
        });
        await finished;
        return stores.sort();
      });
    });
  });

  describe('agents', () => {
    it('http.Agent keeps connections of cnet, and uses them again', async () => {
      const outcome = await same(async (bin, Socket) => {
        const agent = bin.keep(new http.Agent({ keepAlive: true, maxSockets: 2 }));
        const peers = new Set();
        const server = await listening(bin, http.createServer((request, response) => {
          peers.add(request.socket.remotePort);
          request.pipe(response);
        }));
        const requests = Array.from({ length: 8 }, () => ask(bin, server, agent, { method: 'POST', body: MEGABYTES }));
        const digests = await Promise.all(requests.map(async (request) => digest(await answered(request))));
        const own = requests.every(({ socket }) => socket === null || socket.constructor === Socket);
        const again = ask(bin, server, agent, { method: 'POST' });
        await text(await answered(again));
        return [[...new Set(digests)], peers.size, own, again.reusedSocket];
      });
      assert.deepStrictEqual(outcome, [[WHOLE], 2, true, true]);
    });

    it('a request to where nobody listens fails in the same way, over http and https', async () => {
      const outcome = await same(async (bin) => {
        const server = await listening(bin, http.createServer());
        const { port } = server.address();
        await new Promise((resolve) => server.close(resolve));
        const errors = [];
        for (const module of [http, https]) {
          errors.push(await answered(module.get({ host: HOST, port, agent: bin.keep(new module.Agent()) })));
        }
        return errors;
      });
      assert.deepStrictEqual(outcome.map(({ code }) => code), ['ECONNREFUSED', 'ECONNREFUSED']);
    });

    it('timeout of an agent, of a request, and an AbortSignal', async () => {
      await same(async (bin) => {
        const server = await listening(bin, http.createServer(() => {}));
        const controller = new AbortController();
        const seen = [];
        const { signal } = controller;
        for (const [agentOptions, options] of [[{ timeout: 20 }, {}], [{}, { timeout: 20 }], [{}, { signal }]]) {
          const request = ask(bin, server, bin.keep(new http.Agent(agentOptions)), options);
          const answer = answered(request);
          if (options.signal) event(server, 'request').then(() => controller.abort());
          request.on('timeout', () => request.destroy(new Error('timed out')));
          seen.push(await answer);
        }
        return seen;
      });
    });

    it('an agent whose createConnection is its own keeps it', async () => {
      const outcome = await same(async (bin) => {
        const server = await listening(bin, http.createServer((request, response) => response.end('x')));
        let own = 0;
        class Agent extends http.Agent {
          createConnection(...args) {
            own++;
            return super.createConnection(...args);
          }
        }
        return [await text(await answered(ask(bin, server, bin.keep(new Agent())))), own];
      });
      assert.deepStrictEqual(outcome, ['x', 1]);
    });
  });

  describe('https', () => {
    it('megabytes go both ways over kept connections; addresses are there on both sides', async () => {
      const outcome = await same(async (bin) => {
        const server = await listening(bin, https.createServer({ key, cert }, (request, response) => {
          const { socket } = request;
          response.setHeader('x-peer', `${socket.remoteAddress} ${socket.localPort === server.address().port}`);
          request.pipe(response);
        }));
        const agent = bin.keep(new https.Agent({ keepAlive: true, maxSockets: 1 }));
        const seen = [];
        for (let i = 0; i < 3; i++) {
          const request = ask(bin, server, agent, { module: https, method: 'POST', body: MEGABYTES });
          const response = await answered(request);
          const { authorized, remoteFamily, remotePort } = request.socket;
          seen.push([await digest(response), response.headers['x-peer'], request.reusedSocket]);
          seen.push([authorized, remoteFamily, remotePort === server.address().port, await connectionsOf(server)]);
        }
        return seen;
      });
      assert.deepStrictEqual(outcome.slice(4), [[WHOLE, `${HOST} true`, true], [true, 'IPv4', true, 1]]);
    });

    it('its sockets ride on cnet', async function test() {
      needsNodeDescriptors(this);
      registerHttp.register();
      await withBin(async (bin) => {
        const below = [];
        const server = https.createServer({ key, cert }, (request, response) => response.end());
        server.on('connection', (socket) => below.push(socket.constructor));
        await listening(bin, server);
        const request = ask(bin, server, bin.keep(new https.Agent()), { module: https });
        await answered(request);
        below.push(request.socket._handle._parentWrap.constructor);
        assert.deepStrictEqual(below, [cnet.Socket, cnet.Socket]);
      }, cnet.Socket);
    });

    it('a session is resumed, a certificate that is not trusted and what is no TLS are refused, as on Node', async () => {
      const outcome = await same(async (bin, Socket) => {
        const server = await listening(
          bin,
          https.createServer({ key, cert, maxVersion: 'TLSv1.2' }, (request, response) => {
            response.end(String(request.socket.isSessionReused()));
          }),
        );
        const agent = bin.keep(new https.Agent());
        const seen = [];
        for (let i = 0; i < 2; i++) seen.push(await text(await answered(ask(bin, server, agent, { module: https }))));
        const { code, message } = await answered(ask(bin, server, agent, { module: https, ca: [] }));
        seen.push([code, message]);
        const refused = event(server, 'tlsClientError');
        const socket = bin.keep(new Socket().connect(server.address().port, HOST));
        socket.resume().end('no TLS at all\r\n\r\n');
        const [error, secure] = await refused;
        seen.push(error.code, secure.remoteAddress);
        return seen;
      });
      assert.deepStrictEqual(outcome.slice(0, 2), ['false', 'true']);
    });

    /** What a client's socket tells from the answer to its end. */
    async function watched(bin, answer, below) {
      const server = https.createServer({ key, cert }, (request, response) => {
        request.on('error', () => {}).resume();
        answer(response);
      });
      const accepted = [];
      server.on('connection', (socket) => accepted.push(socket));
      await listening(bin, server);
      const request = ask(bin, server, bin.keep(new https.Agent()), { module: https });
      const [socket] = await event(request, 'socket');
      const errors = [];
      socket.on('error', ({ code, syscall }) => errors.push([code, syscall]));
      const closed = event(socket, 'close');
      const response = await answered(request);
      const ended = event(response.on('error', ({ code }) => errors.push(code)).resume(), 'close');
      if (below) response.once('data', () => below(accepted[0]));
      await Promise.all([ended, closed]);
      return [response.complete, errors, socket.destroyed];
    }

    it('an answer with which the server ends the connection: no error comes of it', async () => {
      const end = (response) => response.setHeader('connection', 'close').end('x');
      assert.deepStrictEqual(await same((bin) => watched(bin, end)), [true, [], true]);
    });

    it("the 'close' of a socket of TLS that cannot connect comes after its 'error', and says so", async () => {
      const outcome = await same(async (bin) => {
        const server = await listening(bin, http.createServer());
        const { port } = server.address();
        await new Promise((resolve) => server.close(resolve));
        const request = https.get({ host: HOST, port, agent: bin.keep(new https.Agent()) });
        const seen = [];
        request.on('error', ({ code }) => seen.push(`request ${code}`));
        const [socket] = await event(request, 'socket');
        socket.on('error', ({ code }) => seen.push(`socket ${code}`));
        const [hadError] = await event(socket, 'close');
        return [...seen, hadError, socket.errored?.code];
      });
      assert.deepStrictEqual(outcome, ['request ECONNREFUSED', 'socket ECONNREFUSED', true, 'ECONNREFUSED']);
    });

    it('createConnection() by itself: a socket of TLS, which answers the end of its peer without an error', async () => {
      const outcome = await same(async (bin) => {
        const server = await listening(
          bin,
          tls.createServer({ key, cert }, (socket) => socket.resume().end('bye')),
        );
        const to = { port: server.address().port, host: HOST, servername: 'localhost', ca: cert };
        const socket = bin.keep(new https.Agent().createConnection(to));
        const seen = [socket.connecting];
        for (const name of ['connect', 'ready', 'secureConnect', 'end', 'finish'])
          socket.on(name, () => seen.push(name));
        socket.on('error', ({ code }) => seen.push(code)).on('secureConnect', () => socket.write('x'));
        await event(socket.resume(), 'close');
        return seen;
      });
      assert.deepStrictEqual(outcome, [true, 'connect', 'ready', 'secureConnect', 'end', 'finish']);
    });

    it('upgrade: the end of one side ends the other, without an error', async () => {
      const outcome = await same(async (bin) => {
        const server = https.createServer({ key, cert });
        const seen = [];
        const watch = (name, socket) => {
          socket
            .on('error', ({ code }) => seen.push(`${name} ${code}`))
            .on('end', () => seen.push(`${name} end`))
            .resume();
          return event(socket, 'close');
        };
        let closed;
        server.on('upgrade', (request, socket) => {
          closed = watch('server', socket);
          socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
          socket.end('bye');
        });
        await listening(bin, server);
        const headers = { connection: 'upgrade', upgrade: 'x' };
        const request = ask(bin, server, bin.keep(new https.Agent()), { module: https, headers });
        const [, socket] = await event(request, 'upgrade');
        await Promise.all([watch('client', socket), closed]);
        return seen.sort();
      });
      assert.deepStrictEqual(outcome, ['client end', 'server end']);
    });

    for (const way of ['end', 'destroy']) {
      it(`a client that leaves by ${way}() while its connection is kept: no error on the server`, async () => {
        const outcome = await same(async (bin) => {
          const server = await listening(
            bin,
            https.createServer({ key, cert }, (request, response) => response.end('x')),
          );
          const errors = [];
          server.on('clientError', ({ code }, socket) => socket.destroy(errors.push(code)));
          const came = event(server, 'secureConnection');
          const agent = bin.keep(new https.Agent({ keepAlive: true }));
          await text(await answered(ask(bin, server, agent, { module: https })));
          const [socket] = await came;
          socket.on('error', ({ code }) => errors.push(code));
          const closed = event(socket, 'close');
          Object.values(agent.freeSockets)[0][0][way]();
          return [await closed, errors];
        });
        assert.deepStrictEqual(outcome, [[false], []]);
      });
    }

    it('a connection that is reset within the answer: the error, and the socket is closed', async () => {
      registerHttp.register();
      await withBin(async (bin) => {
        const outcome = await watched(bin, (response) => response.write('x'), (socket) => socket.resetAndDestroy());
        assert.deepStrictEqual([outcome[0], outcome[2]], [false, true]);
      });
    });

    it('close() with connections that are kept alive', async () => {
      await same(async (bin) => {
        const server = await listening(
          bin,
          https.createServer({ key, cert }, (request, response) => response.end('x')),
        );
        const agent = bin.keep(new https.Agent({ keepAlive: true }));
        const answer = await text(await answered(ask(bin, server, agent, { module: https })));
        const closed = event(server, 'close');
        server.close();
        server.closeIdleConnections();
        await closed;
        return [answer, await connectionsOf(server)];
      });
    });
  });

  describe('http2', () => {
    for (const name of ['createServer', 'createSecureServer']) {
      it(`${name}(): streams with megabytes, addresses, and close()`, async () => {
        const outcome = await same(async (bin) => {
          const server = http2[name]({ key, cert });
          server.on('stream', (stream) => {
            const { remoteAddress, localPort } = stream.session.socket;
            stream.respond({ 'x-peer': `${remoteAddress} ${localPort === server.address().port}` });
            stream.pipe(stream);
          });
          await listening(bin, server);
          const scheme = name === 'createServer' ? 'http' : 'https';
          const session = bin.keep(http2.connect(`${scheme}://localhost:${server.address().port}`, { ca: cert }));
          const answers = await Promise.all([1, 2, 3].map(async () => {
            const stream = session.request({ ':method': 'POST' });
            const headers = event(stream, 'response');
            stream.end(MEGABYTES);
            return [await digest(stream), (await headers)[0]['x-peer']];
          }));
          const sessionClosed = event(session, 'close');
          const closed = event(server, 'close');
          session.close();
          server.close();
          await Promise.all([sessionClosed, closed]);
          return [answers, await connectionsOf(server)];
        });
        assert.deepStrictEqual(outcome, [Array(3).fill([WHOLE, `${HOST} true`]), 0]);
      });
    }

    it("a server that listens takes any stream as a 'connection', as that of a tunnel is", async () => {
      const outcome = await same(async (bin) => {
        const server = http2.createServer((request, response) => response.end('through the tunnel'));
        await listening(bin, server);
        const [near, far] = streamPair();
        server.emit('connection', far);
        const session = bin.keep(http2.connect(`http://${HOST}`, { createConnection: () => near }));
        const answer = await text(session.request({ ':path': '/' }));
        session.destroy();
        return answer;
      });
      assert.strictEqual(outcome, 'through the tunnel');
    });
  });

  describe('in and out', () => {
    it('unregister() puts back what was there, and servers and connections go on', async () => {
      registerHttp.unregister();
      const find = () => [
        http.Server.prototype.listen, http.Server.prototype.close,
        http.Agent.prototype.createConnection, https.Agent.prototype.createConnection,
      ];
      const plain = find();
      const names = Reflect.ownKeys(http.Server.prototype);
      registerHttp.register();
      registerHttp.register();
      assert.notStrictEqual(http.Server.prototype.listen, plain[0]);
      await withBin(async (bin) => {
        const server = http.createServer((request, response) => {
          response.end(String(request.socket.constructor === cnet.Socket));
        });
        server.maxConnections = 5;
        await listening(bin, server);
        registerHttp.unregister();
        assert.deepStrictEqual(plain, find());
        assert.deepStrictEqual(Reflect.ownKeys(http.Server.prototype), names);
        assert.strictEqual(await text(await answered(ask(bin, server, bin.keep(new http.Agent())))), 'true');
        await new Promise((resolve) => server.close(resolve));
        await listening(bin, server);
        assert.strictEqual(await text(await answered(ask(bin, server, bin.keep(new http.Agent())))), 'false');
      }, cnet.Socket);
    });

    it('a method that another has put before ours stays, and is Node\'s after unregister()', async () => {
      const original = http.Server.prototype.listen;
      registerHttp.register();
      const ours = http.Server.prototype.listen;
      http.Server.prototype.listen = function traced(...args) {
        return Reflect.apply(ours, this, args);
      };
      registerHttp.unregister();
      try {
        await withBin(async (bin) => {
          const server = await listening(bin, http.createServer((request, response) => {
            response.end(String(request.socket.constructor === nodeNet.Socket));
          }));
          assert.strictEqual(await text(await answered(ask(bin, server, bin.keep(new http.Agent())))), 'true');
        }, nodeNet.Socket);
      } finally {
        delete http.Server.prototype.listen;
      }
      assert.strictEqual(http.Server.prototype.listen, original);
    });

    const scripts = [
      ['unref.cjs', 'unref() of a server, and connections that agents keep, let the process end'],
      ['cluster.cjs', 'workers of a cluster share a port'],
      ['send.cjs', 'a server is sent to a child process'],
      ['app.cjs', 'an application with routes, bodies and a graceful end'],
    ];
    for (const [name, title] of scripts) {
      it(`node -r: ${title}`, async () => {
        const script = path.join('register-http', name);
        const plain = await runFixture(script);
        const registered = await runFixture(script, ['cnet'], { nodeArgs: ['-r', REGISTER] });
        assert.deepStrictEqual(registered, plain);
        assert.strictEqual(plain.status, 0, plain.stderr);
      });
    }

    it('node -r: it loads with a --tls-cipher-list that OpenSSL does not know, as the builtin modules do', () => {
      const args = ['--tls-cipher-list=ABC', '-r', REGISTER, '-p', "require('tls').DEFAULT_CIPHERS"];
      const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      assert.deepStrictEqual({ stdout, stderr }, { stdout: 'ABC\n', stderr: '' });
    });

    it('the package offers it by name, beside cnet/register', async function () {
      if (MAJOR < 20 && require('node:module').register === undefined) skip(this, 'not with this Node');
      const { status, stderr } = await runFixture('register-http/by-name.cjs');
      assert.deepStrictEqual({ status, stderr }, { status: 0, stderr: '' });
    });
  });
});
