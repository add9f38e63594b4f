'use strict';
// The diagnostics channels of what Node does not have.

const assert = require('node:assert');
const channels = require('node:diagnostics_channel');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');

const { script } = require('../support/child');
const { needsLinux, needsPosix, needsTool } = require('../support/needs');
const { HOST, closed, refusedPort } = require('../support/net');
const { silent } = require('../support/silent');
const { net } = require('../support/subject');
const { connected, listening, pair, tempPath, tidy, track } = require('../support/tidy');

const LIB = path.join(__dirname, '..', '..', 'lib');

describe('diagnostics channels of cnet', () => {
  let subscribed = [];

  /** What is published from now on. */
  function subscribe(name, act = () => {}) {
    const messages = [];
    const subscriber = (message) => {
      messages.push(message);
      act(message);
    };
    channels.subscribe(name, subscriber);
    subscribed.push([name, subscriber]);
    return messages;
  }

  const nextTurn = () => new Promise((resolve) => { setImmediate(resolve); });

  afterEach(() => {
    for (const [name, subscriber] of subscribed) channels.unsubscribe(name, subscriber);
    subscribed = [];
  });
  afterEach(tidy);

  it('each name that the documents have is published by lib/, and the other way round', () => {
    const text = fs.readFileSync(path.join(LIB, '..', 'docs', 'api.md'), 'utf8');
    const documented = new Set(text.match(/(?:tracing:)?cnet\.(?:client|server)\.[\w:]+/g));
    const source = fs.readFileSync(path.join(LIB, 'common', 'channels.js'), 'utf8');
    assert.deepStrictEqual(
      [...documented].sort(),
      source.match(/(?:tracing:)?cnet\.(?:client|server)\.[\w:]+/g).sort(),
    );
  });

  describe('cnet.server.drop', () => {
    async function dropped(server) {
      const dropping = once(server, 'drop');
      const client = track(net.connect(server.address().port, HOST)).on('error', () => {});
      const [data] = await dropping;
      await nextTurn();
      return { client, data };
    }

    it('has server, names, reason and limit, also where the event has no reason', async () => {
      const server = await listening(net.createServer());
      const messages = subscribe('cnet.server.drop');
      server.maxConnections = 0;
      const { data } = await dropped(server);
      assert.deepStrictEqual(messages, [{ server, ...data, reason: 'maxConnections', limit: 0 }]);
      assert.ok(messages[0].remotePort > 0 && !('reason' in data));
    });

    for (const [reason, value] of [
      ['maxConnectionsPerAddress', 0],
      ['maxConnectionsPerPrefix', { max: 0 }],
      ['maxConnectionRate', { perSecond: 1e-6, burst: 1 }],
    ]) {
      it(`tells of ${reason}`, async () => {
        const server = await listening(net.createServer((socket) => track(socket)));
        const messages = subscribe('cnet.server.drop');
        server[reason] = value;
        if (reason === 'maxConnectionRate')
          await Promise.all([once(server, 'connection'), connected(server.address().port, HOST)]);
        await dropped(server);
        assert.deepStrictEqual(
          messages.map(({ server: one, reason: why, limit }) => [one === server, why, limit]),
          [[true, reason, server[reason]]],
        );
      });
    }

    it('tells of user ids', async function test() {
      needsPosix(this);
      const server = await listening(net.createServer({ allowedUids: [] }), tempPath());
      const messages = subscribe('cnet.server.drop');
      const dropping = once(server, 'drop');
      track(net.connect(server.address())).on('error', () => {});
      await dropping;
      await nextTurn();
      assert.deepStrictEqual(
        messages.map(({ reason, uid, limit }) => [reason, uid, limit]),
        [['credentials', process.getuid(), undefined]],
      );
    });

    it('a subscriber may close the server', async () => {
      const server = await listening(net.createServer());
      server.maxConnectionsPerAddress = 0;
      subscribe('cnet.server.drop', (message) => message.server.close());
      await Promise.all([closed(server), dropped(server)]);
    });
  });

  describe('cnet.server.acceptLimit', () => {
    it('has each limit that is set, and a pause', () => {
      const messages = subscribe('cnet.server.acceptLimit');
      const server = net.createServer();
      server.maxConnections = 5;
      server.maxConnectionsPerAddress = 3;
      server.maxConnectionRate = { perSecond: 10 };
      server.maxConnectionsPerAddress = undefined;
      server.pauseAccept().pauseAccept();
      server.resumeAccept().resumeAccept();
      assert.deepStrictEqual(messages.map(({ name, value }) => [name, value]), [
        ['maxConnections', 5], ['maxConnectionsPerAddress', 3], ['maxConnectionRate', { perSecond: 10, burst: 10 }],
        ['maxConnectionsPerAddress', undefined], ['acceptPaused', true], ['acceptPaused', false],
      ]);
      assert.ok(messages.every((message) => message.server === server));
    });
  });

  describe('tracing:cnet.server.shutdown', () => {
    it('asyncStart has the options, asyncEnd the result', async () => {
      const { server, client, accepted } = await pair();
      const [starts, ends, errors] = ['asyncStart', 'asyncEnd', 'error'].map((step) =>
        subscribe(`tracing:cnet.server.shutdown:${step}`),
      );
      const options = { timeout: 60000 };
      const promise = server.shutdown(options);
      assert.deepStrictEqual([starts.length, starts[0].server, starts[0].options], [1, server, options]);
      track(accepted).end();
      client.end();
      const result = await promise;
      assert.deepStrictEqual([ends.length, ends[0].server, ends[0].result, errors.length], [1, server, result, 0]);
    });

    it('error has why it was rejected', async () => {
      const messages = subscribe('tracing:cnet.server.shutdown:error');
      const server = net.createServer();
      const error = await server.shutdown().catch((reason) => reason);
      assert.deepStrictEqual([messages.length, messages[0].server, messages[0].error], [1, server, error]);
    });

    it('a subscriber may shut it down or close it first', async () => {
      const server = await listening(net.createServer());
      let inner = null;
      subscribe('tracing:cnet.server.shutdown:asyncStart', () => {
        if (inner === null) {
          inner = Promise.resolve();
          inner = server.shutdown();
        }
      });
      const [one, other] = await Promise.all([server.shutdown(), Promise.resolve().then(() => inner)]);
      assert.deepStrictEqual(one, other);
    });
  });

  describe('cnet.server.proxyHeader and cnet.server.proxyError', () => {
    const HEADER = 'PROXY TCP4 192.0.2.7 192.0.2.8 4321 443\r\n';

    it('the header that came, with its socket', async () => {
      const server = await listening(net.createServer({ proxyProtocol: {} }, (socket) => track(socket)));
      const messages = subscribe('cnet.server.proxyHeader');
      const accepting = once(server, 'connection');
      (await connected(server.address().port, HOST)).write(HEADER);
      const [socket] = await accepting;
      assert.deepStrictEqual(
        [messages.length, messages[0].server, messages[0].socket, messages[0].header],
        [1, server, socket, socket.proxyHeader],
      );
    });

    it('why a header was refused, with the names, also without a listener of the event', async () => {
      const server = await listening(net.createServer({ proxyProtocol: {} }));
      const messages = subscribe('cnet.server.proxyError');
      const client = await connected(server.address().port, HOST);
      const { localPort } = client;
      client.on('error', () => {}).resume().write('no header\r\n');
      await closed(client);
      assert.deepStrictEqual(
        messages.map(({ server: one, error, remotePort }) => [one === server, error.code, remotePort]),
        [[true, 'ERR_PROXY_PROTOCOL_INVALID', localPort]]);
    });

    it('subscribers may close the server, and destroy the socket', async () => {
      const server = await listening(net.createServer({ proxyProtocol: {} }));
      subscribe('cnet.server.proxyHeader', ({ socket }) => socket.destroy());
      subscribe('cnet.server.proxyError', (message) => message.server.close());
      for (const bytes of [HEADER, 'no header\r\n']) {
        const client = await connected(server.address().port, HOST);
        client.on('error', () => {}).resume().write(bytes);
        await closed(client);
      }
      if (server.listening) await closed(server);
      assert.strictEqual(server._connections, 0);
    });
  });

  describe('cnet.client.connectTimeout', () => {
    it('has the socket, the error and the time', async () => {
      const messages = subscribe('cnet.client.connectTimeout');
      const socket = track(net.connect({ port: 1, host: 'slow.example', lookup: () => {}, connectTimeout: 10 }));
      const [error] = await once(socket, 'error');
      assert.deepStrictEqual(
        [messages.length, messages[0].socket, messages[0].error, messages[0].timeout],
        [1, socket, error, 10],
      );
    });

    it('a subscriber may connect the socket again', async () => {
      const server = await listening(net.createServer());
      const socket = track(net.connect({ port: 1, host: 'slow.example', lookup: () => {}, connectTimeout: 10 })).on(
        'error',
        () => {},
      );
      subscribe('cnet.client.connectTimeout', () => socket.connect(server.address().port, HOST));
      await new Promise((resolve) => { socket.once('connect', resolve); });
      assert.strictEqual(socket.remotePort, server.address().port);
    });
  });

  describe('cnet.client.attempt and cnet.client.connect', () => {
    const lookup = (addresses) => (host, options, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      );
    const short = ({ address, port, family, status, error }) => [address, port, family, status, error?.code];

    it('each step of an attempt, and what was connected', async () => {
      const server = await listening(net.createServer());
      const { port } = server.address();
      const attempts = subscribe('cnet.client.attempt');
      const connects = subscribe('cnet.client.connect');
      const socket = await connected({
        port,
        host: 'two.example',
        lookup: lookup(['127.0.0.9', HOST]),
        connectionAttemptDelay: 1000,
      });
      assert.deepStrictEqual(attempts.map(short), [
        ['127.0.0.9', port, 4, 'started', undefined],
        ['127.0.0.9', port, 4, 'failed', 'ECONNREFUSED'],
        [HOST, port, 4, 'started', undefined],
      ]);
      assert.deepStrictEqual(connects, [{ socket, address: HOST, port, family: 4, isRace: true, attempts: 2 }]);
      assert.ok(attempts.every((message) => message.socket === socket && message.isRace));
    });

    it('one that took too long', async function test() {
      needsLinux(this);
      needsTool(this, 'python3');
      const deaf = await silent(['127.0.0.2']);
      try {
        const attempts = subscribe('cnet.client.attempt');
        const socket = track(net.connect({
          port: deaf.port, host: 'x', lookup: lookup(['127.0.0.2', HOST]), autoSelectFamilyAttemptTimeout: 20,
        }));
        await once(socket, 'error');
        assert.deepStrictEqual(attempts.map(({ status }) => status), ['started', 'timedOut', 'started', 'failed']);
      } finally {
        await deaf.close();
      }
    });

    it('a path', async () => {
      const path = tempPath();
      await listening(net.createServer(), path);
      const connects = subscribe('cnet.client.connect');
      const socket = await connected(path);
      assert.deepStrictEqual(connects, [
        { socket, address: path, port: undefined, family: undefined, isRace: false, attempts: 1 },
      ]);
    });

    for (const status of ['started', 'failed']) {
      it(`a subscriber may destroy the socket when an attempt has ${status}`, async () => {
        const refused = refusedPort();
        subscribe('cnet.client.attempt', (message) => {
          if (message.status === status) message.socket.destroy();
        });
        const socket = track(net.connect({ port: refused.port, host: 'x', lookup: lookup(['127.0.0.9', HOST]) })).on(
          'error',
          () => {},
        );
        await closed(socket);
        refused.close();
      });
    }

    for (const [title, act] of [
      ['destroy the socket', (socket) => socket.destroy()],
      ['reset it', (socket) => socket.resetAndDestroy()],
      ['take its handle', (socket) => { socket._handle.close(); socket._handle = null; socket.destroy(); }],
    ]) {
      it(`a subscriber may ${title} when it is connected: there is no 'connect'`, async () => {
        const server = await listening(net.createServer((one) => track(one).on('error', () => {})));
        const subscriber = ({ socket }) => act(socket);
        subscribe('cnet.client.connect', subscriber);
        const socket = track(new net.Socket()).on('error', () => {});
        const ending = closed(socket);
        let isConnected = false;
        socket
          .on('connect', () => (isConnected = true))
          .connect({ port: server.address().port, host: HOST, proxyHeader: { command: 'LOCAL' } });
        await ending;
        assert.strictEqual(isConnected, title === 'reset it' ? isConnected : false);
      });
    }

    it('a subscriber may connect the socket to somewhere else', async () => {
      const [one, other] = [await listening(net.createServer()), await listening(net.createServer())];
      let moved = false;
      subscribe('cnet.client.connect', ({ socket }) => {
        if (moved) return;
        moved = true;
        socket.destroy();
        socket.connect(other.address().port, HOST);
      });
      const socket = track(net.connect(one.address().port, HOST));
      await once(socket, 'connect');
      assert.strictEqual(socket.remotePort, other.address().port);
    });
  });

  it("a subscriber that throws is an 'uncaughtException' afterwards, and what was told of goes on", async () => {
    const { stdout } = await script(`
      const { channel, subscribe } = require('diagnostics_channel');
      for (const name of ['cnet.client.attempt', 'cnet.client.connect', 'cnet.server.drop']) subscribe(name, () => { throw new Error(name); });
      const seen = [];
      process.on('uncaughtException', ({ message }) => seen.push(message));
      const server = net.createServer().listen(0, '127.0.0.1', () => {
        server.maxConnections = 0;
        const client = net.connect(server.address().port, '127.0.0.1', () => seen.push('connect'));
        client.on('error', () => {}).on('close', () => server.close(() => console.log(seen.sort().join())));
        client.resume();
      });`);
    assert.strictEqual(stdout.trim(), 'cnet.client.attempt,cnet.client.connect,cnet.server.drop,connect');
  });
});
