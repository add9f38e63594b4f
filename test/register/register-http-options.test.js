'use strict';
// cnet/register-http: the options that Node's net knows, given to servers, agents and requests of Node's http, https
// and http2. Each program is run without cnet too, and what the sockets say of themselves must be the same.

const assert = require('node:assert');
const dns = require('node:dns');
const http = require('node:http');
const http2 = require('node:http2');
const https = require('node:https');

const native = require('../../lib/native/binding');
const registerHttp = require('../../lib/register-http');
const {
  HOST,
  answered,
  cert,
  cnet,
  describe: shown,
  event,
  key,
  listening,
  nodeNet,
  text,
  withBin,
} = require('../support/compare');
const { same } = require('../support/registered');
const { needsLinux, needsNodeDescriptors, skip } = require('../support/needs');
const { patience } = require('../support/scale');

const NAME = 'a.test';
const hasBlockList = nodeNet.BlockList.isBlockList !== undefined;
const listOf = (...addresses) => {
  const list = new nodeNet.BlockList();
  for (const address of addresses) list.addAddress(address);
  return list;
};

/** Whether Node's sockets of TLS heed noDelay and keepAlive, as the newest do; cnet's always do. */
const TLS_HEEDS = Number.parseInt(process.versions.node, 10) >= 24;

/** The options of the socket itself: by the name that they have in setsockopt(2), for IPv4 and Linux. */
const KERNEL = {
  noDelay: [6, 1],
  keepAlive: [1, 9],
  idle: [6, 4],
  interval: [6, 5],
  count: [6, 6],
  typeOfService: [0, 1],
};

/** The socket of net below one of TLS or of http2. */
function below(socket) {
  const next = socket.stream ?? socket._handle?._parentWrap?.stream;
  return next === undefined ? socket : below(next);
}

/** An int of the kernel, in the order of bytes of this machine. */
const intOf = (bytes) => new Int32Array(Uint8Array.from(bytes).buffer)[0];

/** What a socket says of itself: the kernel's options, water marks, whether it may be half open, and its timeout. */
function say(socket) {
  const { fd } = below(socket)._handle;
  assert.ok(fd >= 0);
  const probe = new cnet.Socket({ fd: native.dup(fd), manualStart: true });
  const said =
    process.platform === 'linux'
      ? Object.fromEntries(
          Object.entries(KERNEL).map(([name, place]) => [name, intOf(probe.getOption(...place, 4))]),
        )
      : {};
  probe.destroy();
  const { readableHighWaterMark, writableHighWaterMark, allowHalfOpen, timeout } = socket;
  return { ...said, readableHighWaterMark, writableHighWaterMark, allowHalfOpen, timeout };
}

/** The program of each module: a server with options, and a request to it. */
const MODULES = {
  http: {
    module: http,
    create: (options, onRequest) => http.createServer(options, onRequest),
    socketOf: (request) => request.socket,
  },
  https: {
    module: https,
    create: (options, onRequest) => https.createServer({ key, cert, ...options }, onRequest),
    socketOf: (request) => request.socket,
  },
};
const TO = { ca: cert, servername: 'localhost' };

/* --- servers ------------------------------------------------------------------------------------------------------ */

const SERVER_OPTIONS = [
  {},
  { keepAlive: true },
  { keepAlive: true, keepAliveInitialDelay: 7000 },
  { keepAlive: false, keepAliveInitialDelay: 7000 },
  { keepAlive: true, keepAliveInitialDelay: 5000, keepAliveInterval: 3000, keepAliveCount: 4 },
  { noDelay: true },
  { noDelay: false },
  { highWaterMark: 1000 },
  { highWaterMark: 0 },
  { allowHalfOpen: true },
  { allowHalfOpen: false },
  { pauseOnConnect: false },
  { captureRejections: true },
  { blockList: listOf('1.2.3.4') },
];
const BAD_SERVER_OPTIONS = [
  { keepAliveInitialDelay: 'x' },
  { highWaterMark: 'x' },
  ...(hasBlockList ? [{ blockList: 'x' }, { blockList: {} }] : []),
];

/** A session of http2 with a request to the server. */
async function askHTTP2(bin, server, scheme) {
  const session = bin.keep(http2.connect(`${scheme}://localhost:${server.address().port}`, { ca: cert }));
  const stream = session.request();
  stream.on('error', () => {}).resume();
  const came = Promise.race([event(stream, 'response'), event(session, 'close')]);
  await came;
}

describe('cnet/register-http: the options of net', function () {
  before(function () {
    needsNodeDescriptors(this);
  });

  this.timeout(patience(20000));

  after(() => registerHttp.unregister());

  for (const [name, { module, create, socketOf }] of Object.entries(MODULES)) {
    for (const options of SERVER_OPTIONS) {
      it(`${name}.createServer(${JSON.stringify(options)})`, async () => {
        await same(async (bin) => {
          let said;
          const server = await listening(bin, create(options, (request, response) => {
            said = say(socketOf(request));
            response.end('x');
          }));
          const agent = bin.keep(new module.Agent());
          const body = await text(
            await answered(module.get({ ...TO, host: HOST, port: server.address().port, agent })),
          );
          return [body, said];
        });
      });
    }

    for (const options of BAD_SERVER_OPTIONS) {
      it(`${name}.createServer(${JSON.stringify(options)}) throws what Node throws`, async () => {
        await same(() => {
          try {
            create(options).listen(0).close();
          } catch (error) {
            return shown(error);
          }
          return 'none';
        });
      });
    }
  }

  for (const [name, scheme, create] of [
    ['createServer', 'http', (options) => http2.createServer(options)],
    ['createSecureServer', 'https', (options) => http2.createSecureServer({ key, cert, ...options })],
  ]) {
    for (const options of SERVER_OPTIONS) {
      it(`http2.${name}(${JSON.stringify(options)})`, async () => {
        await same(async (bin) => {
          let said;
          const server = create(options);
          let accepted;
          server.on(scheme === 'http' ? 'connection' : 'secureConnection', (socket) => {
            accepted ??= socket;
          });
          server.on('stream', (stream) => {
            said = say(accepted);
            stream.respond({}, { endStream: true });
          });
          await listening(bin, server);
          await askHTTP2(bin, server, scheme);
          accepted.destroy(); // one that may be half open would stay
          return said;
        });
      });
    }
  }

  it('pauseOnConnect of a server of https: a request waits until the socket is let go', async () => {
    const outcome = await same(async (bin) => {
      const seen = [];
      const server = https.createServer({ key, cert, pauseOnConnect: true }, (request, response) => {
        seen.push('request');
        response.end('x');
      });
      server.on('connection', (socket) => {
        seen.push('connection', socket.isPaused());
        socket.resume();
      });
      await listening(bin, server);
      const request = https.get({ ...TO, host: HOST, port: server.address().port, agent: bin.keep(new https.Agent()) });
      request.setTimeout(1000, () => request.destroy(new Error('silent')));
      const answer = await answered(request);
      return [seen.slice(0, 2), answer instanceof Error ? answer.message : await text(answer)];
    });
    assert.strictEqual(outcome[0][0], 'connection');
  });

  for (const [name, create] of [
    ['https', (options) => https.createServer({ key, cert, ...options })],
    ['http2', (options) => http2.createServer(options)],
    ['secure http2', (options) => http2.createSecureServer({ key, cert, ...options })],
  ]) {
    for (const makeList of [() => new nodeNet.BlockList(), () => new cnet.BlockList()]) {
      const kind =
        makeList() instanceof nodeNet.BlockList && Object.getPrototypeOf(makeList()) === cnet.BlockList.prototype
          ? 'cnet'
          : 'Node';
      it(`a server of ${name} turns away who is on a blockList of ${kind}, from the time of the rule on`, async function () {
        if (!hasBlockList) skip(this, 'not with this Node');
        const outcome = await same(async (bin) => {
          const blockList = makeList();
          const server = await listening(bin, create({ blockList }));
          let connections = 0;
          server.on('connection', () => connections++);
          const dial = async () => {
            const socket = bin.keep(nodeNet.connect(server.address().port, HOST));
            socket.resume();
            await Promise.race([event(socket, 'close'), event(server, 'connection')]);
            socket.destroy();
          };
          await dial();
          blockList.addAddress(HOST);
          await dial();
          return connections;
        });
        assert.strictEqual(outcome, 1);
      });
    }
  }

  /* --- clients --------------------------------------------------------------------------------------------------- */

  const lookup = (host, options, callback) => {
    const found = { address: HOST, family: 4 };
    process.nextTick(() => (options.all ? callback(null, [found]) : callback(null, HOST, 4)));
  };
  const CLIENT_OPTIONS = [
    {},
    { keepAlive: true },
    { keepAlive: true, keepAliveMsecs: 7000 },
    { keepAlive: true, keepAliveInitialDelay: 7000 },
    { noDelay: true },
    { noDelay: false },
    { typeOfService: 16 },
    { allowHalfOpen: true },
    { allowHalfOpen: false },
    { highWaterMark: 1000 },
    { readableHighWaterMark: 1000 },
    { writableHighWaterMark: 1000 },
    { timeout: 60000 },
    { localAddress: '127.0.0.2' },
    { localAddress: '127.0.0.1', localPort: 0 },
    { family: 4 },
    { family: 0 },
    { host: NAME, lookup },
    { host: NAME, lookup, family: 4 },
    { host: NAME, lookup, hints: dns.ADDRCONFIG },
    { host: NAME, lookup, autoSelectFamily: true },
    { host: NAME, lookup, autoSelectFamily: false },
    { host: NAME, lookup, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 100 },
    { blockList: listOf('1.2.3.4') },
    { blockList: listOf(HOST) },
    { host: NAME, lookup, blockList: listOf(HOST) },
    { captureRejections: true },
  ];
  const BAD_CLIENT_OPTIONS = [
    { localAddress: 'x' },
    { localPort: 'x' },
    { host: NAME, lookup: 'x' },
    { family: 7 },
    { host: NAME, lookup, hints: 1234567 },
    { autoSelectFamily: 'x' },
    { autoSelectFamilyAttemptTimeout: 0 },
    { keepAliveInitialDelay: 'x' },
    { localAddress: '192.0.2.1' },
    ...(hasBlockList ? [{ blockList: 'x' }] : []),
  ];

  /** Options that the newest lines of Node heed, and cnet on all. */
  function isNewest(name, options) {
    if (options.typeOfService !== undefined && nodeNet.Socket.prototype.setTypeOfService === undefined) return true;
    if (options.blockList !== undefined && !hasBlockList) return true;
    return name === 'https' && !TLS_HEEDS && process.platform === 'linux';
  }

  /** What differs there is left out. */
  function withoutNewest(said) {
    return Object.fromEntries(Object.entries(said).filter(([name]) => !(name in KERNEL)));
  }

  for (const [name, { module, create }] of Object.entries(MODULES)) {
    for (const options of [...CLIENT_OPTIONS, ...BAD_CLIENT_OPTIONS]) {
      for (const by of ['Agent', 'request']) {
        it(`${name}.${by}(${JSON.stringify(options)})`, async function () {
          if (options.blockList !== undefined && (!hasBlockList || name === 'https')) skip(this, 'not with this Node'); // see below
          if (options.keepAliveInitialDelay === 'x' && name === 'https' && !TLS_HEEDS) skip(this, 'not with this Node');
          await same(async (bin) => {
            const server = await listening(
              bin,
              create({}, (request, response) => response.end(request.socket.remoteAddress)),
            );
            const to = { ...TO, host: HOST, port: server.address().port };
            let request;
            try {
              const agent = by === 'Agent' ? bin.keep(new module.Agent(options)) : false;
              if (options.host !== undefined) to.host = options.host;
              request = module.get(by === 'Agent' ? { ...to, agent } : { ...to, agent, ...options });
            } catch (error) {
              return shown(error);
            }
            const answer = await answered(request);
            if (answer.socket === undefined) return answer; // an error
            const said = say(answer.socket);
            return [await text(answer), isNewest(name, options) ? withoutNewest(said) : said];
          });
        });
      }
    }

    it(`${name}: noDelay, keepAlive, typeOfService and blockList count on every line of Node`, async function () {
      needsLinux(this);
      registerHttp.register();
      await withBin(async (bin) => {
        const server = await listening(bin, create({}, (request, response) => response.end()));
        const options = {
          noDelay: true,
          keepAlive: true,
          keepAliveMsecs: 7000,
          typeOfService: 16,
          blockList: listOf('1.2.3.4'),
        };
        const to = { ...TO, host: HOST, port: server.address().port };
        const answer = await answered(module.get({ ...to, agent: bin.keep(new module.Agent(options)) }));
        const { noDelay, keepAlive, idle, typeOfService } = say(answer.socket);
        assert.deepStrictEqual([noDelay, keepAlive, idle], [1, 1, 7]);
        if (name === 'http') assert.strictEqual(typeOfService, 16);
        answer.resume();
        options.blockList.addAddress(HOST);
        const refused = await answered(module.get({ ...to, agent: bin.keep(new module.Agent(options)) }));
        assert.strictEqual(refused.code, 'ERR_IP_BLOCKED');
      });
    });

    it(`${name}: localPort is the port of the connection`, async () => {
      await same(async (bin) => {
        const server = await listening(
          bin,
          create({}, (request, response) => response.end(String(request.socket.remotePort))),
        );
        const holder = bin.keep(nodeNet.createServer().listen(0, HOST));
        await event(holder, 'listening');
        const localPort = holder.address().port;
        await new Promise((resolve) => holder.close(resolve));
        const to = { ...TO, host: HOST, port: server.address().port, localPort, localAddress: HOST };
        const answer = await answered(module.get({ ...to, agent: bin.keep(new module.Agent()) }));
        return (await text(answer)) === String(localPort);
      });
    });

    /** The ways to give up a request whose host is being looked up. */
    for (const way of [
      'request.destroy()',
      'signal',
      'agent.destroy()',
      'timeout of the request',
      'timeout of the agent',
    ]) {
      for (const isOpen of [true, false]) {
        it(`${name}: ${way} while the host is looked up leaves nothing that connects${isOpen ? '' : ', nor fails'}`, async () => {
          const outcome = await same(async (bin) => {
            const server = bin.keep(nodeNet.createServer((socket) => socket.destroy()));
            server.listen(0, HOST);
            await event(server, 'listening');
            const { port } = server.address();
            if (!isOpen) await new Promise((resolve) => server.close(resolve));
            let connections = 0;
            server.on('connection', () => connections++);
            let answer;
            const later = (host, options, callback) => {
              answer = () => lookup(host, options, callback);
            };
            const controller = new AbortController();
            const agent = bin.keep(new module.Agent(way === 'timeout of the agent' ? { timeout: 20 } : {}));
            const timeout = way === 'timeout of the request' ? 20 : undefined;
            const { signal } = controller;
            const request = module.get({ ...TO, host: NAME, port, lookup: later, agent, signal, timeout });
            request.on('timeout', () => request.destroy());
            const closed = event(request, 'close');
            const failed = event(request, 'error');
            const [socket] = await event(request, 'socket');
            const gone = event(socket, 'close');
            if (way === 'request.destroy()') request.destroy();
            else if (way === 'signal') controller.abort();
            else if (way === 'agent.destroy()') agent.destroy();
            const [error] = await failed;
            await Promise.all([closed, gone]);
            const raw = socket.constructor.name === 'TLSSocket' ? (socket._parent ?? socket) : socket;
            answer();
            await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
            if (isOpen) {
              // whoever came before this one was accepted before it
              bin.keep(nodeNet.connect(port, HOST));
              await event(server, 'connection');
            }
            return [error.code, connections, raw.destroyed];
          });
          assert.strictEqual(outcome[1], isOpen ? 1 : 0);
        });
      }
    }
  }

  for (const [what, options, code] of [
    ['an option of TLS that is none', { minVersion: 'none' }, 'ERR_TLS_INVALID_PROTOCOL_VERSION'],
    ['a signal that is none', { signal: 'none' }, 'ERR_INVALID_ARG_TYPE'],
    ['a signal that is aborted', { signal: AbortSignal.abort() }, 'ABORT_ERR'],
    ['a local address that is none', { localAddress: 'none' }, 'ERR_INVALID_IP_ADDRESS'],
  ]) {
    it(`https.Agent: createConnection() with ${what} leaves no socket behind, which would connect or fail`, async () => {
      registerHttp.register();
      await withBin(async (bin) => {
        const server = bin.keep(nodeNet.createServer().listen(0, HOST));
        await event(server, 'listening');
        let connections = 0;
        server.on('connection', (socket) => socket.destroy(connections++));
        for (const port of [server.address().port, 1]) {
          let error = null;
          try {
            const socket = new https.Agent().createConnection({ host: HOST, port, ...options });
            [[error]] = await Promise.all([event(socket, 'error'), event(socket, 'close')]);
          } catch (thrown) {
            error = thrown;
          }
          assert.strictEqual(error.code, code);
        }
        bin.keep(nodeNet.connect(server.address().port, HOST));
        await event(server, 'connection');
        assert.strictEqual(connections, 1);
      });
    });
  }
});
