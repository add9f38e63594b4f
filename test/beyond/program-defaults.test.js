'use strict';
// setDefaults(), getDefaults() and the variables of the environment: what options are when they are not given.

const assert = require('node:assert');
const { once } = require('node:events');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { Worker } = require('node:worker_threads');

const cnet = require('../..');
const { LIMITS, program } = require('../../lib/options/program-defaults');
const { node } = require('../support/child');
const { needsLinux, needsPosix, skip } = require('../support/needs');
const { HOST, closed, refusedPort } = require('../support/net');
const { MAJOR, net } = require('../support/subject');
const { connected, listening, pair, tempFile, tempPath, tidy, track } = require('../support/tidy');

const ROOT = path.join(__dirname, '..', '..');

/** Takes every default away. */
function reset() {
  const none = (options) => Object.fromEntries(Object.keys(options).map((name) => [name, undefined]));
  const { client = {}, server = {}, ...both } = cnet.getDefaults();
  cnet.setDefaults({ ...none(both), client: none(client), server: none(server) });
}

/** What a child of Node prints of `expression`, with variables of the environment. */
const child = (env, source, args = []) => node([...args, '-e', source], { env: { ...process.env, ...env } });

describe('setDefaults()', () => {
  afterEach(reset);
  afterEach(tidy);

  it('nothing is set to begin with, and nothing is when all is taken away', () => {
    assert.deepStrictEqual(cnet.getDefaults(), { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 500 });
    cnet.setDefaults({ noDelay: true, client: { connectTimeout: 5 }, server: { backlog: 3 } });
    const { client, server } = program;
    reset();
    assert.deepStrictEqual([client, server], [{ noDelay: true, connectTimeout: 5 }, { noDelay: true, backlog: 3 }]);
    assert.deepStrictEqual(
      [program.client, program.server].map((one) => [Object.keys(one).length, Object.isFrozen(one)]),
      [
        [0, true],
        [0, true],
      ],
    );
  });

  it('getDefaults() gives what setDefaults() takes; names that are not mentioned stay', () => {
    cnet.setDefaults({ connectTimeout: 5000, noDelay: true, server: { noDelay: false } });
    cnet.setDefaults({ noDelay: undefined, keepAlive: true });
    const expected = {
      connectTimeout: 5000,
      keepAlive: true,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: 500,
      server: { noDelay: false },
    };
    assert.deepStrictEqual(cnet.getDefaults(), expected);
    reset();
    cnet.setDefaults(expected);
    assert.deepStrictEqual(cnet.getDefaults(), expected);
  });

  const BAD = [
    [{ connectTimeout: '5' }, 'ERR_INVALID_ARG_TYPE', /"options\.connectTimeout" property must be of type number/],
    [{ connectTimeout: -1 }, 'ERR_OUT_OF_RANGE', /"options\.connectTimeout"/],
    [{ connectionAttemptDelay: 9 }, 'ERR_OUT_OF_RANGE', /"options\.connectionAttemptDelay"/],
    [{ client: { typeOfService: 256 } }, 'ERR_OUT_OF_RANGE', /"options\.client\.typeOfService"/],
    [{ noDelay: 1 }, 'ERR_INVALID_ARG_TYPE', /boolean/],
    [{ blockList: ['10.0.0.0/8'] }, 'ERR_INVALID_ARG_TYPE', /BlockList/],
    [{ maxConnectionsPerPrefix: null }, 'ERR_INVALID_ARG_TYPE', /maxConnectionsPerPrefix/],
    [{ maxConnectionRate: { perSecond: 0 } }, 'ERR_OUT_OF_RANGE', /perSecond/],
    [{ proxyProtocol: { mode: 'optional' } }, 'ERR_MISSING_ARGS', /trusted/],
    [{ socketOptions: { SO_NOTHING: 1 } }, 'ERR_INVALID_ARG_VALUE', /SO_NOTHING/],
    [{ server: { socketOptions: { SO_REUSEADDR: 1 } } }, 'ERR_INVALID_ARG_VALUE', /SO_REUSEADDR/],
    [
      { conectTimeout: 1 },
      'ERR_INVALID_ARG_VALUE',
      /'options\.conectTimeout' is not an option that can have a default \(did you mean connectTimeout\?\)/,
    ],
    [
      { allowHalfOpen: true },
      'ERR_INVALID_ARG_VALUE',
      /'options\.allowHalfOpen' is not an option that can have a default; these can: .*connectTimeout/,
    ],
    [
      { server: { connectTimeout: 1 } },
      'ERR_INVALID_ARG_VALUE',
      /'options\.server\.connectTimeout' is a default of client, and not of server/,
    ],
    [{ ioThreads: 2 }, 'ERR_INVALID_ARG_VALUE', /'options\.ioThreads' is set for the whole program by setIOThreads\(\)/],
    [{ toString: 1 }, 'ERR_INVALID_ARG_VALUE', /'options\.toString' is not an option that can have a default/],
    [{ client: 5 }, 'ERR_INVALID_ARG_TYPE', /"options\.client"/],
    [undefined, 'ERR_INVALID_ARG_TYPE', /"options"/],
  ];
  for (const [options, code, message] of BAD) {
    it(`${JSON.stringify(options)}: ${code}, and nothing is set`, () => {
      const before = cnet.getDefaults();
      const all = options && { keepAlive: true, ...options };
      assert.throws(() => cnet.setDefaults(all), { code, message });
      assert.deepStrictEqual(cnet.getDefaults(), before);
    });
  }

  it('a user timeout and multipath TCP for the same side are refused together, as the options are', function test() {
    needsLinux(this);
    assert.throws(() => cnet.setDefaults({ userTimeout: 500, multipath: true }), { code: 'ERR_INVALID_ARG_VALUE' });
    cnet.setDefaults({ client: { userTimeout: 500 }, server: { multipath: true } });
  });

  it('what is changed in an object afterwards has no effect', () => {
    const socketOptions = { SO_RCVBUF: 40000 };
    cnet.setDefaults({ socketOptions, maxConnectionsPerPrefix: { max: 3 } });
    socketOptions.SO_RCVBUF = -1;
    assert.throws(() => { cnet.getDefaults().maxConnectionsPerPrefix.max = 4; }, TypeError);
    assert.deepStrictEqual(program.client.socketOptions, { SO_RCVBUF: 40000 });
  });

  it('family selection says the same by its own functions', () => {
    cnet.setDefaults({ autoSelectFamily: false, autoSelectFamilyAttemptTimeout: 700 });
    assert.deepStrictEqual(
      [cnet.getDefaultAutoSelectFamily(), cnet.getDefaultAutoSelectFamilyAttemptTimeout()],
      [false, 700],
    );
    cnet.setDefaultAutoSelectFamilyAttemptTimeout(900);
    assert.strictEqual(cnet.getDefaults().autoSelectFamilyAttemptTimeout, 900);
    cnet.setDefaults({ autoSelectFamily: undefined, autoSelectFamilyAttemptTimeout: undefined });
    assert.deepStrictEqual(
      [cnet.getDefaultAutoSelectFamily(), cnet.getDefaultAutoSelectFamilyAttemptTimeout()],
      [true, 500],
    );
  });
});

describe('defaults of connections', () => {
  afterEach(reset);
  afterEach(tidy);

  /** Of the sockets that a client and a server have, once they are connected. */
  const observe = ({ client, accepted }, name) => [client.getOption(name), accepted.getOption(name)];

  it('hold where the option is not given, or undefined; what is given comes first', async function test() {
    needsLinux(this);
    cnet.setDefaults({
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 7000,
      keepAliveInterval: 3000,
      keepAliveCount: 4,
    });
    const one = await pair({ clientOptions: { noDelay: undefined } });
    const names = ['TCP_NODELAY', 'SO_KEEPALIVE', 'TCP_KEEPIDLE', 'TCP_KEEPINTVL', 'TCP_KEEPCNT'];
    assert.deepStrictEqual(
      names.map((name) => observe(one, name)),
      [
        [true, true],
        [true, true],
        [7, 7],
        [3, 3],
        [4, 4],
      ],
    );
    const other = await pair({
      serverOptions: { noDelay: false, keepAliveCount: 6 },
      clientOptions: { keepAlive: false, keepAliveInterval: 9000, noDelay: false },
    });
    assert.deepStrictEqual(names.slice(0, 2).map((name) => observe(other, name)), [[false, false], [false, true]]);
    assert.strictEqual(other.accepted.getOption('TCP_KEEPCNT'), 6);
  });

  it('a new Socket() that connects has them too; one side alone comes before both', async function test() {
    needsLinux(this);
    cnet.setDefaults({ userTimeout: 9000, client: { userTimeout: 4000 }, typeOfService: 0x28 });
    const server = await listening(net.createServer());
    const accepting = once(server, 'connection');
    const client = track(new net.Socket()).connect(server.address().port, HOST);
    await once(client, 'connect');
    const [accepted] = await accepting;
    assert.deepStrictEqual(
      [client.getUserTimeout(), track(accepted).getUserTimeout(), client.getTypeOfService()], [4000, 9000, 0x28]);
    const before = track(new net.Socket()).setUserTimeout(1234).connect(server.address().port, HOST);
    await once(before, 'connect');
    assert.strictEqual(before.getUserTimeout(), 1234);
  });

  it('socketOptions: of TCP for TCP; for a path those that it has', async function test() {
    needsLinux(this);
    cnet.setDefaults({ socketOptions: { SO_PRIORITY: 3, TCP_LINGER2: 5 } });
    const overTCP = await pair();
    const overPath = await pair({ path: tempPath() });
    assert.deepStrictEqual([observe(overTCP, 'SO_PRIORITY')[0], overTCP.client.getOption('TCP_LINGER2')], [3, 5]);
    assert.deepStrictEqual([overTCP.server.getOption('TCP_LINGER2'), overPath.client.getOption('SO_PRIORITY')], [5, 3]);
    const given = await pair({ clientOptions: { socketOptions: { SO_PRIORITY: 2 } } });
    assert.deepStrictEqual(
      [given.client.getOption('SO_PRIORITY'), given.client.getOption('TCP_LINGER2') === 5],
      [2, false],
    );
  });

  it('highWaterMark: of both sides, unless one of them is given', async () => {
    cnet.setDefaults({ highWaterMark: 5000 });
    const { client, accepted } = await pair({ clientOptions: { readableHighWaterMark: 77 } });
    const marks = [client, accepted].map((socket) => [socket.readableHighWaterMark, socket.writableHighWaterMark]);
    assert.deepStrictEqual(marks, [[77, 5000], [5000, 5000]]);
    assert.strictEqual(track(new net.Socket({ highWaterMark: 9 })).writableHighWaterMark, 9);
  });

  it('connectTimeout: a lookup that does not answer is given up', async () => {
    cnet.setDefaults({ connectTimeout: 20 });
    const socket = track(net.connect({ port: 1, host: 'slow.example', lookup: () => {} }));
    const [error] = await once(socket, 'error');
    assert.deepStrictEqual(
      [error.code, error.timeout, error.host],
      ['ERR_SOCKET_CONNECTION_TIMEOUT', 20, 'slow.example'],
    );
  });

  it('connectTimeout: 0 of an option means no limit', async () => {
    cnet.setDefaults({ connectTimeout: 1 });
    let answer;
    const socket = track(
      net.connect({ port: 1, host: 'x', connectTimeout: 0, lookup: (host, options, callback) => (answer = callback) }),
    );
    const limited = track(net.connect({ port: 1, host: 'x', lookup: () => {} }));
    await once(limited, 'error');
    assert.strictEqual(socket.destroyed, false);
    answer(new Error('no'));
    await once(socket, 'error');
  });

  it('connectionAttemptDelay: a race, unless family selection is off', async () => {
    cnet.setDefaults({ connectionAttemptDelay: 10 });
    const refused = refusedPort();
    const { port } = refused;
    const lookup = (host, options, callback) =>
      options.all
        ? callback(null, [
            { address: '127.0.0.1', family: 4 },
            { address: '127.0.0.2', family: 4 },
          ])
        : callback(null, HOST, 4);
    const options = { port, host: 'two.example', lookup };
    const [error] = await once(track(net.connect(options)), 'error');
    assert.match(error.message, /^All 2 connection attempts failed/);
    const [single] = await once(track(net.connect({ ...options, autoSelectFamily: false })), 'error');
    assert.match(single.message, /^connect ECONNREFUSED/);
    refused.close();
  });

  it('blockList: of clients alone; a list that is given comes first, and null is none', async () => {
    const blockList = new net.BlockList();
    blockList.addAddress(HOST);
    cnet.setDefaults({ client: { blockList } });
    const server = await listening(net.createServer());
    const { port } = server.address();
    const [error] = await once(track(net.connect(port, HOST)), 'error');
    assert.strictEqual(error.code, 'ERR_IP_BLOCKED');
    await connected({ port, host: HOST, blockList: new net.BlockList() });
    await connected({ port, host: HOST, blockList: null });
  });

  it('multipath and userTimeout: what is given makes the default of the other stand back', async function test() {
    needsLinux(this);
    cnet.setDefaults({ userTimeout: 9000 });
    const one = await pair({ clientOptions: { multipath: true } });
    assert.strictEqual(one.client.getUserTimeout(), 0);
    await listening(net.createServer(), { port: 0, host: HOST, multipath: true });
    cnet.setDefaults({ userTimeout: undefined, multipath: true });
    const other = await pair({ clientOptions: { userTimeout: 3000 }, serverOptions: { userTimeout: 2000 } });
    assert.deepStrictEqual([other.client.getUserTimeout(), other.accepted.getUserTimeout()], [3000, 2000]);
  });

  it('options with accessors over private state, and frozen ones, are asked as they are', async () => {
    cnet.setDefaults({ noDelay: true, connectTimeout: 60000 });
    const server = await listening(net.createServer());
    const place = server.address().port;
    class Options {
      #port = place;
      get port() { return this.#port; }
      get host() { return HOST; }
    }
    assert.strictEqual((await connected(new Options())).getOption('TCP_NODELAY'), true);
    const frozen = Object.freeze({ port: place, host: HOST, noDelay: undefined, connectTimeout: undefined });
    assert.strictEqual((await connected(frozen)).getOption('TCP_NODELAY'), true);
  });

  it('a handle that was given is not touched', async function test() {
    needsLinux(this);
    const { client } = await pair();
    cnet.setDefaults({ noDelay: true });
    const moved = track(net.receive(net.transfer(client)));
    assert.strictEqual(moved.getOption('TCP_NODELAY'), false);
    moved.setNoDelay(true);
    assert.strictEqual(moved.getOption('TCP_NODELAY'), true);
  });
});

describe('defaults of servers', () => {
  afterEach(reset);
  afterEach(tidy);

  it('limits are properties of each server that is made afterwards, and may be set anew', async () => {
    const before = net.createServer();
    const limits = {
      maxConnections: 5,
      maxConnectionsPerAddress: 1,
      maxConnectionsPerPrefix: { max: 9 },
      maxConnectionRate: { perSecond: 100 },
    };
    cnet.setDefaults(limits);
    const server = await listening(net.createServer());
    assert.deepStrictEqual(LIMITS.map((name) => before[name]), [undefined, undefined, undefined, undefined]);
    assert.deepStrictEqual(
      LIMITS.map((name) => server[name]), [5, 1, { ipv4: 24, ipv6: 64, max: 9 }, { perSecond: 100, burst: 100 }]);
    const dropping = once(server, 'drop');
    await connected(server.address().port, HOST);
    track(net.connect(server.address().port, HOST)).on('error', () => {});
    assert.strictEqual((await dropping)[0].reason, 'maxConnectionsPerAddress');
    server.maxConnectionsPerAddress = undefined;
    await Promise.all([once(server, 'connection'), connected(server.address().port, HOST)]);
  });

  it('backlog: of listen() without one', async function test() {
    needsLinux(this);
    cnet.setDefaults({ backlog: 7 });
    const server = await listening(net.createServer());
    const given = await listening(net.createServer(), 0, HOST, 3);
    const option = await listening(net.createServer(), { port: 0, host: HOST, backlog: 2 });
    const own = track(net.createServer());
    own._listen2 = function listen2(...args) {
      assert.strictEqual(args[3], 7);
      return net.Server.prototype._listen2.apply(this, args);
    };
    await listening(own);
    // of a listener it is the length of the queue: tcpi_sacked of TCP_INFO (tcp(7)), the uint32 at byte 28
    const infos = [server, given, option].map((one) => one.getOption(6, 11, 40));
    if (infos.every(({ length }) => length < 32)) skip(this, 'the system hands on no more of TCP_INFO than an int');
    const backlogs = infos.map((info) => new Uint32Array(Uint8Array.from(info).buffer)[7]);
    assert.deepStrictEqual(backlogs, [7, 3, 2]);
  });

  it('proxyProtocol: connections begin with a header', async () => {
    cnet.setDefaults({ proxyProtocol: {} });
    const server = await listening(
      net.createServer((socket) => track(socket).end(`${socket.remoteAddress}:${socket.remotePort}`)),
    );
    const client = await connected(server.address().port, HOST);
    client.write('PROXY TCP4 192.0.2.7 192.0.2.8 4321 443\r\n');
    let text = '';
    for await (const chunk of client) text += chunk;
    assert.strictEqual(text, '192.0.2.7:4321');
  });

  it('allowedUids: of paths, and without effect on ports', async function test() {
    needsPosix(this);
    cnet.setDefaults({ allowedUids: [process.getuid() + 1] });
    await pair();
    const server = await listening(net.createServer(), tempPath());
    const dropping = once(server, 'drop');
    track(net.connect(server.address())).on('error', () => {});
    assert.strictEqual((await dropping)[0].reason, 'credentials');
  });

  it('mode and unlinkStale: of files alone, and not against readableAll', async function test() {
    needsLinux(this);
    const fs = require('node:fs');
    const modeOf = (path) => fs.statSync(path).mode & 0o777;
    cnet.setDefaults({ mode: 0o640, unlinkStale: true });
    const [path, open] = [tempPath(), tempPath()];
    await listening(net.createServer(), path);
    await listening(net.createServer(), { path: open, readableAll: true, writableAll: true });
    await listening(net.createServer(), `\0cnet-defaults-${process.pid}`);
    await listening(net.createServer(), 0, HOST);
    assert.deepStrictEqual([modeOf(path), (modeOf(open) & 0o666) === 0o666], [0o640, true]);
  });

  it('register-http: its servers have the limits, the list and the header, and its agents the time limit', async () => {
    const blockList = 'CNET_SERVER_BLOCK_LIST';
    const source = `
      const http = require('http');
      const server = http.createServer((request, response) => response.end(request.socket.remoteAddress));
      server.listen(0, '127.0.0.1', () => {
        console.log(server.maxConnections, server.blockList?.rules);
        const lookup = () => {};
        http.get({ host: 'slow.example', port: 1, lookup }).on('error', ({ code }) => { console.log(code); server.close(); });
      });`;
    const { stdout, stderr } = await child(
      { CNET_CONNECT_TIMEOUT: '20', CNET_MAX_CONNECTIONS: '9', [blockList]: '192.0.2.0/24' }, source,
      ['-r', `${ROOT}/lib/register-http.js`]);
    assert.deepStrictEqual(
      [stderr, stdout],
      ['', "9 [ 'Subnet: IPv4 192.0.2.0/24' ]\nERR_SOCKET_CONNECTION_TIMEOUT\n"],
    );
  });

  it('promises.listen() and promises.connect() have them', async () => {
    cnet.setDefaults({ noDelay: true, maxConnections: 3 });
    const server = track(await net.promises.listen({ port: 0, host: HOST }, (socket) => track(socket)));
    const client = track(await net.promises.connect(server.address().port, HOST));
    assert.deepStrictEqual([server.maxConnections, client.getOption('TCP_NODELAY')], [3, true]);
    await closed(client.destroy());
  });
});

describe('CNET_… variables', () => {
  const show = `const net = require('net'); console.log(JSON.stringify(net.getDefaults()))`;
  const registered = ['-r', `${ROOT}/lib/register.js`];

  it('each has the name of its option, of both sides or of one, under cnet/register', async function test() {
    needsLinux(this);
    const { stdout, stderr } = await child(
      {
        CNET_CONNECT_TIMEOUT: ' 5000 ',
        CNET_NO_DELAY: '1',
        CNET_SERVER_NO_DELAY: 'false',
        CNET_CONNECTION_ATTEMPT_DELAY: '250',
        CNET_AUTO_SELECT_FAMILY: 'TRUE',
        CNET_MODE: '660',
        CNET_SERVER_FAST_OPEN: '64',
        CNET_ALLOWED_UIDS: '0, 1000',
        CNET_CLIENT_BLOCK_LIST: '10.0.0.0/8,192.0.2.1-192.0.2.9,::1',
        CNET_MAX_CONNECTION_RATE: '{"perSecond":5}',
        CNET_PROXY_PROTOCOL: '{"mode":"optional","trusted":["127.0.0.1"]}',
        CNET_SOCKET_OPTIONS: '{"SO_PRIORITY":2}',
        CNET_BACKLOG: '',
      },
      show,
      registered,
    );
    assert.strictEqual(stderr, '');
    assert.deepStrictEqual(JSON.parse(stdout), {
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: 500,
      connectTimeout: 5000,
      noDelay: true,
      connectionAttemptDelay: 250,
      mode: 0o660,
      allowedUids: [0, 1000],
      maxConnectionRate: { perSecond: 5 },
      proxyProtocol: { mode: 'optional', trusted: ['Address: IPv4 127.0.0.1'] },
      socketOptions: { SO_PRIORITY: 2 },
      client: { blockList: ['Address: IPv6 ::1', 'Subnet: IPv4 10.0.0.0/8', 'Range: IPv4 192.0.2.1-192.0.2.9'] },
      server: { noDelay: false, fastOpen: 64 },
    });
  });

  for (const [name, value, wanted] of [
    ['CNET_CONNECT_TIMEOUT', '5s', 'an integer from 0 to 2147483647 (milliseconds)'],
    ['CNET_CONNECTION_ATTEMPT_DELAY', '1', 'an integer from 10 to 2147483647 (milliseconds)'],
    ['CNET_NO_DELAY', 'yes', 'true, false, 1 or 0'],
    ['CNET_BLOCK_LIST', '10.0.0.0/99', 'a list of addresses'],
    ['CNET_MODE', '999', 'an octal number from 0 to 777'],
    ['CNET_PROXY_PROTOCOL', '{', 'JSON such as'],
    ['CNET_ALLOWED_UIDS', 'root', 'a list of user ids'],
  ]) {
    it(`${name}=${value} is an error where net is asked for, which names it and what it must be`, async function test() {
      const { code, stderr } = await child({ [name]: value }, "require('net').connect(1)", registered);
      if (stderr.includes('ERR_FEATURE_UNAVAILABLE_ON_PLATFORM')) skip(this, `this system has no use for ${name}`);
      const line = `TypeError [ERR_CNET_ENVIRONMENT]: The environment variable ${name} must be ${wanted}`;
      assert.ok(stderr.includes(line) && stderr.includes(`Received '${value}'`), stderr);
      assert.strictEqual(code, 1);
    });
  }

  it('it is an error each time, should a program catch it', async () => {
    const source = `for (const _ of [1, 2]) try { require('net'); console.log('loaded') } catch ({ code }) { console.log(code) }`;
    const { stdout } = await child({ CNET_CONNECT_TIMEOUT: 'x' }, source, registered);
    assert.strictEqual(stdout, 'ERR_CNET_ENVIRONMENT\nERR_CNET_ENVIRONMENT\n');
  });

  it('a process that never asks for net is not concerned, whatever it has preloaded', async () => {
    const preloaded = [...registered, '-r', `${ROOT}/lib/register-http.js`];
    const { code, stdout, stderr } = await child({ CNET_CONNECT_TIMEOUT: 'x' }, "console.log('well')", preloaded);
    assert.deepStrictEqual([code, stdout, stderr], [0, 'well\n', '']);
  });

  it('a name that is nearly one is told of; any other is left alone', async () => {
    const { stdout, stderr } = await child({ CNET_CONECT_TIMEOUT: '5', CNET_NEWS_FEED: 'x' }, show, registered);
    assert.match(
      stderr,
      /\[CNET_ENVIRONMENT\] Warning: The environment variable CNET_CONECT_TIMEOUT .* CNET_CONNECT_TIMEOUT\?/,
    );
    assert.ok(!stderr.includes('NEWS'));
    assert.ok(!('connectTimeout' in JSON.parse(stdout)));
    assert.match((await child({ CNET_IO_THREAD: '2' }, show, registered)).stderr, /CNET_IO_THREAD .* CNET_IO_THREADS\?/);
  });

  it('import has the error too', async function test() {
    if (MAJOR < 20) skip(this, 'not with this Node');
    const { code, stderr } = await node(['--input-type=module', '-e', `import '${pathToFileURL(`${ROOT}/lib/promises.mjs`)}'`], {
      env: { ...process.env, CNET_CONNECT_TIMEOUT: 'x' },
    });
    assert.deepStrictEqual([code, stderr.includes('ERR_CNET_ENVIRONMENT')], [1, true]);
  });

  it('a worker has those of its environment, and none of what its parent has set', async () => {
    cnet.setDefaults({ noDelay: true });
    try {
      const source = `require('worker_threads').parentPort.postMessage(require(${JSON.stringify(ROOT)}).getDefaults())`;
      const worker = new Worker(source, { eval: true, env: { CNET_CONNECT_TIMEOUT: '77' } });
      const [defaults] = await once(worker, 'message');
      assert.deepStrictEqual([defaults.connectTimeout, defaults.noDelay], [77, undefined]);
      await worker.terminate();
    } finally {
      reset();
    }
  });

  it('a worker of a cluster has them, and shares its port', async () => {
    const source = `
      const cluster = require('cluster');
      const net = require(${JSON.stringify(ROOT)});
      if (cluster.isPrimary) {
        cluster.fork();
        cluster.on('message', (worker, port) => net.connect(port, '127.0.0.1').on('data', (data) => {
          console.log(String(data));
          worker.kill();
        }));
      } else {
        const server = net.createServer((socket) => socket.end(String(socket.server.maxConnections) + socket.server.noDelay));
        server.listen(0, '127.0.0.1', () => process.send(server.address().port));
      }`;
    const env = {
      CNET_MAX_CONNECTIONS: '4',
      CNET_NO_DELAY: '1',
      ...(process.platform === 'linux' && { CNET_SOCKET_OPTIONS: '{"SO_PRIORITY":2}' }),
      CNET_BACKLOG: '9',
    };
    const temp = tempFile('cluster.cjs');
    require('node:fs').writeFileSync(temp, source);
    const { stdout, stderr } = await node([temp], {
      env: { ...process.env, ...env },
    });
    assert.deepStrictEqual([stdout, stderr], ['4true\n', '']);
    await tidy();
  });
});

