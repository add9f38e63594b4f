'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');

const { runFixture, script } = require('../support/child');
const { sockopts } = require('../support/kernel');
const { needsHost, needsLinux, needsOption, needsTool, skip } = require('../support/needs');
const { HOST, closed, refusedPort } = require('../support/net');
const { net } = require('../support/subject');
const { connected, listening, pair, tempPath, tidy, track } = require('../support/tidy');

const isRoot = process.getuid?.() === 0;

/** Nothing of 192.0.2.0/24 is ever a local address (RFC 5737). */
const ELSEWHERE = '192.0.2.7';

/** A largest segment that no system chooses by itself. */
const SEGMENT = 700;

/** What the other end of a connection was told in the first packet. */
const told = (accepted) => accepted.getOption('TCP_MAXSEG');

/** A `lookup` that gives these addresses. */
const lookupOf = (...addresses) => (_host, _options, callback) =>
  process.nextTick(callback, null, addresses.map((address) => ({ address, family: net.isIP(address) })));

/** SOL_SOCKET and SO_TYPE, by the numbers of the system's headers. */
const BY_NUMBER = process.platform === 'linux' ? [1, 3] : [0xffff, 0x1008];

/** Skips the test where the kernel has an option and what is between hands on nothing of it, as qemu. */
function mayLack(test, socket, name) {
  try {
    socket.getOption(name);
  } catch (error) {
    needsOption(test, error);
  }
}

describe('socket options of each system', () => {
  afterEach(tidy);

  for (const [name, value, got = value] of [
    ['IP_TTL', 33],
    ['SO_EXCLUSIVEADDRUSE', true],
    ['SO_KEEPALIVE', true],
    ['SO_LINGER', { onoff: true, linger: 3 }],
    ['SO_OOBINLINE', 1, true],
    ['TCP_FAIL_CONNECT_ON_ICMP_ERROR', true],
    ['TCP_KEEPCNT', 13],
    ['TCP_KEEPIDLE', 11],
    ['TCP_KEEPINTVL', 12],
    ['TCP_MAXRT', 30],
    ['TCP_MAXRTMS', 30000],
    ['TCP_NODELAY', true],
  ]) {
    it(`${name} is got again as it was set by socketOptions of connect()`, async function () {
      const server = await listening(net.createServer());
      try {
        const client = await connected({ port: server.address().port, host: HOST, socketOptions: { [name]: value } });
        assert.deepStrictEqual(client.getOption(name), got);
      } catch (error) {
        needsOption(this, error);
      }
    });
  }

  it('those of listen() are set before bind(2), on any address and on one', async () => {
    for (const host of [HOST, undefined]) {
      const server = await listening(net.createServer(), { port: 0, host, socketOptions: { SO_KEEPALIVE: true } });
      assert.strictEqual(server.getOption('SO_KEEPALIVE'), true);
      const { port } = server.address();
      const accepting = once(server, 'connection');
      await connected(port, HOST);
      track((await accepting)[0]);
    }
  });

  it('SO_RCVBUF that is given is another than that of the system', async () => {
    const server = await listening(net.createServer());
    const target = { port: server.address().port, host: HOST };
    const small = await connected({ ...target, socketOptions: { SO_RCVBUF: 5000 } });
    const other = await connected(target);
    assert.ok(small.getOption('SO_RCVBUF') < other.getOption('SO_RCVBUF'));
  });

  it('setOption() sets it at once, on a socket and a server', async () => {
    const { client, server } = await pair();
    for (const owner of [client, server]) {
      assert.strictEqual(owner.setOption('SO_KEEPALIVE', true), owner);
      assert.strictEqual(owner.getOption('SO_KEEPALIVE'), true);
      assert.strictEqual(owner.setOption('SO_KEEPALIVE', 0).getOption('SO_KEEPALIVE'), false);
    }
  });

  it('an option by its numbers is a Buffer', async () => {
    const { client } = await pair();
    const bytes = client.getOption(...BY_NUMBER, 4);
    assert.deepStrictEqual([bytes.length, bytes.readUInt8(0) + bytes.readUInt8(3)], [4, 1]); // SOCK_STREAM
    assert.throws(() => client.getOption(6, 9999), { syscall: 'getsockopt', option: '6:9999' });
  });

  it('SO_LINGER is an object, or a number of seconds', async () => {
    const { client } = await pair();
    assert.deepStrictEqual(client.getOption('SO_LINGER'), { onoff: false, linger: 0 });
    client.setOption('SO_LINGER', 5);
    assert.deepStrictEqual(client.getOption('SO_LINGER'), { onoff: true, linger: 5 });
    client.setOption('SO_LINGER', { onoff: true, linger: 7 });
    assert.deepStrictEqual(client.getOption('SO_LINGER'), { onoff: true, linger: 7 });
    client.setOption('SO_LINGER', { onoff: false });
    assert.strictEqual(client.getOption('SO_LINGER').onoff, false);
  });

  it('SO_LINGER of 0 makes destroy() a reset', async () => {
    const { client, accepted } = await pair();
    const failed = once(accepted.resume(), 'error');
    client.setOption('SO_LINGER', 0).destroy();
    assert.strictEqual((await failed)[0].code, 'ECONNRESET');
  });

  it('without a descriptor it says why: ENOTCONN before there is one, EBADF afterwards', async () => {
    const server = await listening(net.createServer());
    const socket = track(new net.Socket());
    const refusal = (code, why) => ({ code, syscall: 'setsockopt', message: `setsockopt ${code} SO_RCVBUF: ${why}` });
    const set = () => socket.setOption('SO_RCVBUF', 5000);
    assert.throws(set, refusal('ENOTCONN', 'the socket is not connected'));
    socket.connect(server.address().port, HOST);
    assert.throws(set, refusal('ENOTCONN', 'the socket is not connected yet'));
    await once(socket, 'connect');
    set();
    socket.destroy();
    assert.throws(set, refusal('EBADF', 'the socket is closed'));
    assert.throws(() => net.createServer().getOption('SO_RCVBUF'),
      { code: 'EBADF', message: 'getsockopt EBADF SO_RCVBUF: the server does not listen' });
  });

  it('each name of the documents is known, and its value of the kind that they tell', async function () {
    needsHost(this, '::1');
    const text = fs.readFileSync(path.join(__dirname, '../../docs/beyond/socket-options.md'), 'utf8');
    const rows = [...text.matchAll(/^\| (?:\w+\(7\)|Winsock) \| (\S[^|]*) \| (.*) \|$/gm)];
    const sockets = [
      (await pair()).client,
      (await pair({ host: '::1' })).client,
      (await pair({ path: tempPath() })).client,
    ];
    const types = { text: 'string', '`{ onoff, linger }`': 'object' };
    const values = new Map();
    for (const [, kind, names] of rows) {
      for (const [, name] of names.matchAll(/`(\w+)`/g)) {
        const found = sockets.map((socket) => {
          try {
            return typeof socket.getOption(name);
          } catch (error) { // known, and not of this socket, this kernel or this system
            const isKnown = error.syscall === 'getsockopt' || error.code === 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
            assert.ok(isKnown, `${name}: ${error}`);
            return undefined;
          }
        });
        const expected = types[kind] ?? kind;
        assert.ok(found.every((type) => type === undefined || type === expected), `${name}: ${found}`);
        if (found.includes(expected)) values.set(name, expected);
      }
    }
    assert.ok(values.size > (process.platform === 'linux' ? 50 : 15), `${values.size} values`);
    const inC = fs.readFileSync(path.join(__dirname, '../../src/core/socket_options.c'), 'utf8');
    for (const [, name] of inC.matchAll(/X\(\w+, (\w+), (?:CNET_OPTION_\w+|LINGER_KIND)\)/g))
      assert.ok(text.includes(`\`${name}\``), name);
  });
});

describe('getOption() and setOption() of Linux', () => {
  before(function () { needsLinux(this); });
  afterEach(tidy);

  it('what is set is what the kernel has, and what is got again', async function () {
    needsTool(this, 'python3');
    const { client } = await pair();
    const settings = [
      ['IP_TOS', 16, 'IPPROTO_IP'],
      ['SO_RCVBUF', 20000, 'SOL_SOCKET', 40000, 40000], // doubled: socket(7)
      ['SO_SNDBUF', 30000, 'SOL_SOCKET', 60000, 60000],
      ['SO_PRIORITY', 5, 'SOL_SOCKET'],
      ['SO_KEEPALIVE', true, 'SOL_SOCKET', 1],
      ['SO_OOBINLINE', 1, 'SOL_SOCKET', 1, true],
      ['SO_REUSEADDR', 0, 'SOL_SOCKET', 0, false],
      ['TCP_NODELAY', true, 'IPPROTO_TCP', 1],
      ['TCP_CORK', true, 'IPPROTO_TCP', 1],
      ['TCP_KEEPIDLE', 11, 'IPPROTO_TCP'],
      ['TCP_KEEPINTVL', 12, 'IPPROTO_TCP'],
      ['TCP_KEEPCNT', 13, 'IPPROTO_TCP'],
      ['TCP_USER_TIMEOUT', 4567, 'IPPROTO_TCP'],
      ['TCP_NOTSENT_LOWAT', 16384, 'IPPROTO_TCP'],
      ['TCP_SYNCNT', 3, 'IPPROTO_TCP'],
      ['TCP_LINGER2', 7, 'IPPROTO_TCP'],
      ['TCP_WINDOW_CLAMP', 65000, 'IPPROTO_TCP'],
      ['IP_TTL', 33, 'IPPROTO_IP'],
    ];
    for (const [name, value] of settings) assert.strictEqual(client.setOption(name, value), client, name);
    const inKernel = await sockopts(client.fd, ...settings.map(([name, , level]) => `${level}.${name}`));
    settings.forEach(([name, value, , kernel = value, got = value], i) => {
      assert.deepStrictEqual([name, inKernel[i], client.getOption(name)], [name, kernel, got]);
    });
  });

  it('each option that can be read gives a value of its kind', async function () {
    const { client, accepted, server } = await pair();
    mayLack(this, client, 'IP_MTU');
    assert.deepStrictEqual(
      ['SO_DOMAIN', 'SO_PROTOCOL', 'SO_TYPE', 'SO_ERROR', 'SO_ACCEPTCONN', 'SO_REUSEADDR', 'TCP_QUICKACK'].map(
        (name) => typeof client.getOption(name),
      ),
      ['number', 'number', 'number', 'number', 'boolean', 'boolean', 'boolean'],
    );
    assert.deepStrictEqual(
      ['SO_DOMAIN', 'SO_PROTOCOL', 'SO_TYPE', 'SO_ERROR'].map((name) => client.getOption(name)),
      [2, 6, 1, 0],
    );
    assert.deepStrictEqual([server.getOption('SO_ACCEPTCONN'), accepted.getOption('SO_ACCEPTCONN')], [true, false]);
    assert.ok(accepted.getOption('SO_REUSEADDR'));
    assert.ok(client.getOption('SO_INCOMING_CPU') >= 0 && client.getOption('SO_BUSY_POLL') >= 0);
    assert.ok(client.getOption('IP_MTU') > 1000);
    assert.notStrictEqual(client.getOption('SO_COOKIE'), accepted.getOption('SO_COOKIE'));
    assert.strictEqual(typeof client.getOption('SO_COOKIE'), 'bigint');
    assert.strictEqual(client.getOption('SO_MAX_PACING_RATE'), 2 ** 32 - 1);
  });

  it('TCP_CONGESTION is text', async () => {
    const { client } = await pair();
    assert.match(client.getOption('TCP_CONGESTION'), /^\w+$/);
    assert.strictEqual(client.setOption('TCP_CONGESTION', 'reno').getOption('TCP_CONGESTION'), 'reno');
    assert.throws(() => client.setOption('TCP_CONGESTION', 'nonesuch'),
      { code: 'ENOENT', syscall: 'setsockopt', option: 'TCP_CONGESTION', message: 'setsockopt ENOENT TCP_CONGESTION' });
  });

  it('an option by its numbers is a Buffer, as long as the kernel makes it', async () => {
    const { client } = await pair();
    client.setOption(1, 7, Buffer.from(Int32Array.of(10000).buffer)); // SOL_SOCKET, SO_SNDBUF
    assert.strictEqual(client.getOption('SO_SNDBUF'), 20000);
    assert.deepStrictEqual(client.getOption(1, 7), Buffer.from(Int32Array.of(20000).buffer));
    client.setOption(6, 13, new DataView(new TextEncoder().encode('xreno').buffer, 1)); // TCP_CONGESTION
    assert.strictEqual(client.getOption(6, 13, 4).toString(), 'reno');
    assert.throws(() => client.getOption(6, 9999), { code: 'ENOPROTOOPT', syscall: 'getsockopt', option: '6:9999' });
    assert.throws(() => client.setOption(6, 9999, Buffer.alloc(4)), {
      code: 'ENOPROTOOPT',
      syscall: 'setsockopt',
      option: '6:9999',
    });
  });

  it('a server has them while it listens', async () => {
    const server = await listening(net.createServer());
    assert.strictEqual(server.setOption('SO_RCVBUF', 5000).getOption('SO_RCVBUF'), 10000);
    assert.strictEqual(server.getOption('TCP_DEFER_ACCEPT'), 0);
    server.close();
    assert.throws(() => server.getOption('SO_RCVBUF'), { code: 'EBADF', syscall: 'getsockopt' });
  });

  it('a Unix socket has those of every socket, and none of TCP', async () => {
    const { client, accepted } = await pair({ path: tempPath() });
    assert.strictEqual(client.setOption('SO_SNDBUF', 9000).getOption('SO_SNDBUF'), 18000);
    assert.strictEqual(accepted.getOption('SO_DOMAIN'), 1);
    assert.throws(() => client.getOption('TCP_NODELAY'), {
      code: /^(EOPNOTSUPP|ENOTSUP|ENOPROTOOPT)$/,
      syscall: 'getsockopt',
    });
  });

  it('what needs a permission is EPERM without it', async function () {
    try {
      (await pair()).client.setOption('SO_MARK', 1);
    } catch (error) {
      if (error.code !== 'EPERM') needsOption(this, error);
    }
    const { stdout, stderr } = await script(`
      const server = net.createServer().listen(0, '127.0.0.1', () => {
        if (process.getuid() === 0) { process.setgroups([]); process.setgid(65534); process.setuid(65534); }
        try { server.setOption('SO_MARK', 1); } catch (error) { console.log(error.message, error.code, error.syscall, error.errno); }
        net.connect({ port: server.address().port, host: '127.0.0.1', socketOptions: { SO_SNDBUF: 5000, SO_RCVBUFFORCE: 5000 } })
          .on('error', ({ message, code, port, address }) => console.log(message, code, address, port === server.address().port))
          .on('close', () => server.close());
      });`);
    assert.deepStrictEqual([stdout, stderr],
      ['setsockopt EPERM SO_MARK EPERM setsockopt -1\nsetsockopt EPERM SO_RCVBUFFORCE EPERM 127.0.0.1 true\n', '']);
  });

  it('SO_MARK is set, with the permission', async function () {
    if (!isRoot) skip(this, 'needs root');
    const { client } = await pair();
    try {
      client.setOption('SO_MARK', 2 ** 32 - 1);
    } catch (error) {
      if (error.code === 'EPERM') skip(this, 'needs CAP_NET_ADMIN');
      needsOption(this, error);
    }
    assert.strictEqual(client.getOption('SO_MARK'), 2 ** 32 - 1);
  });
});

describe('arguments of getOption() and setOption()', () => {
  afterEach(tidy);

  const THROWN = [
    [
      ['NONESUCH', 1],
      {
        code: 'ERR_INVALID_ARG_VALUE',
        message: "The argument 'name' must be the name of a socket option. Received 'NONESUCH'",
      },
    ],
    [['so_rcvbuf', 1], { code: 'ERR_INVALID_ARG_VALUE' }],
    [['', 1], { code: 'ERR_INVALID_ARG_VALUE' }],
    [['SO_RCVBUF\0', 1], { code: 'ERR_INVALID_ARG_VALUE' }],
    [[undefined, 1], { code: 'ERR_INVALID_ARG_TYPE' }],
    [
      ['SO_RCVBUF'],
      { code: 'ERR_INVALID_ARG_TYPE', message: 'The "value" argument must be of type number. Received undefined' },
    ],
    [['SO_RCVBUF', '1'], { code: 'ERR_INVALID_ARG_TYPE' }],
    [['SO_RCVBUF', true], { code: 'ERR_INVALID_ARG_TYPE' }],
    [['SO_RCVBUF', 1.5], { code: 'ERR_OUT_OF_RANGE' }],
    [['SO_RCVBUF', NaN], { code: 'ERR_OUT_OF_RANGE' }],
    [['SO_RCVBUF', 2 ** 31], { code: 'ERR_OUT_OF_RANGE' }],
    [['SO_MARK', -1], { code: 'ERR_OUT_OF_RANGE' }],
    [['SO_MARK', 2 ** 32], { code: 'ERR_OUT_OF_RANGE' }],
    [['TCP_NODELAY', 'yes'], { code: 'ERR_INVALID_ARG_TYPE' }],
    [['TCP_NODELAY', 0.5], { code: 'ERR_OUT_OF_RANGE' }],
    [['TCP_CONGESTION', 1], { code: 'ERR_INVALID_ARG_TYPE' }],
    [['SO_BINDTODEVICE', 'sixteen-letters-'], { code: 'ERR_INVALID_ARG_VALUE' }], // Linux would take another device
    [['SO_BINDTODEVICE', 'lo\0x'], { code: 'ERR_INVALID_ARG_VALUE' }],
    [['SO_LINGER', null], { code: 'ERR_INVALID_ARG_TYPE' }],
    [['SO_LINGER', -1], { code: 'ERR_OUT_OF_RANGE' }],
    [['SO_LINGER', { onoff: true, linger: '1' }], { code: 'ERR_INVALID_ARG_TYPE' }],
    [['SO_COOKIE', 1], { code: 'ERR_INVALID_ARG_VALUE' }],
    [[1, 7, 5], { code: 'ERR_INVALID_ARG_TYPE' }],
    [[1, 7, new ArrayBuffer(4)], { code: 'ERR_INVALID_ARG_TYPE' }],
    [[1.5, 7, Buffer.alloc(4)], { code: 'ERR_OUT_OF_RANGE' }],
    [[1, '7', Buffer.alloc(4)], { code: 'ERR_INVALID_ARG_TYPE' }],
    [[-1, 7, Buffer.alloc(4)], { code: 'ERR_OUT_OF_RANGE' }],
  ];

  it('what is no option or no value of it throws, and nothing is set', async function () {
    needsLinux(this);
    const { client } = await pair();
    const before = ['SO_RCVBUF', 'TCP_NODELAY', 'TCP_CONGESTION', 'SO_LINGER'].map((name) => client.getOption(name));
    for (const [args, error] of THROWN) assert.throws(() => client.setOption(...args), error, JSON.stringify(args));
    assert.deepStrictEqual(
      ['SO_RCVBUF', 'TCP_NODELAY', 'TCP_CONGESTION', 'SO_LINGER'].map((name) => client.getOption(name)),
      before,
    );
  });

  it('getOption() takes a length of 1 to 65536 bytes', async function () {
    needsLinux(this);
    const { client } = await pair();
    for (const length of [0, -1, 65537, 1.5])
      assert.throws(() => client.getOption(1, 7, length), { code: 'ERR_OUT_OF_RANGE' });
    assert.strictEqual(client.getOption(1, 7, 1).length, 1);
    assert.strictEqual(client.getOption(1, 7, 65536).length, 4);
  });

  it('connect() and listen() throw at once for `socketOptions` that are none', () => {
    for (const [socketOptions, code] of [
      [1, 'ERR_INVALID_ARG_TYPE'],
      ['SO_RCVBUF', 'ERR_INVALID_ARG_TYPE'],
      [{ NONESUCH: 1 }, 'ERR_INVALID_ARG_VALUE'],
      [{ SO_RCVBUF: '1' }, 'ERR_INVALID_ARG_TYPE'],
      [['SO_RCVBUF'], 'ERR_INVALID_ARG_TYPE'],
      [[[1, 7, 5]], 'ERR_INVALID_ARG_TYPE'],
    ]) {
      assert.throws(() => net.connect({ port: 1, host: HOST, socketOptions }), { code });
      const server = net.createServer();
      assert.throws(() => server.listen({ port: 0, socketOptions }), { code });
      assert.strictEqual(server.listening, false);
    }
    assert.throws(() => net.connect({ port: 1, socketOptions: { SO_RCVBUF: '1' } }), {
      message: 'The "options.socketOptions.SO_RCVBUF" property must be of type number. Received type string (\'1\')',
    });
  });

  it('listen() refuses the two that it sets by itself', () => {
    for (const socketOptions of [{ IPV6_V6ONLY: true }, { SO_REUSEADDR: false }]) {
      assert.throws(() => net.createServer().listen({ port: 0, socketOptions }), { code: 'ERR_INVALID_ARG_VALUE' });
    }
  });
});

describe('`socketOptions` of connect()', () => {
  before(function () { needsLinux(this); });
  afterEach(tidy);

  it('are set before the first packet', async () => {
    const { client, accepted } = await pair({
      clientOptions: { socketOptions: { TCP_MAXSEG: SEGMENT, TCP_NODELAY: true } },
    });
    assert.ok(told(accepted) <= SEGMENT, String(told(accepted)));
    assert.strictEqual(client.getOption('TCP_NODELAY'), true);
  });

  it('are those of every address that is tried', async () => {
    const refused = refusedPort();
    const server = await listening(net.createServer(), refused.port, '127.0.0.2');
    const accepting = once(server, 'connection');
    const failures = [];
    const client = track(net.connect({
      port: server.address().port,
      host: 'several.test',
      lookup: lookupOf('127.0.0.1', '127.0.0.2'),
      socketOptions: { TCP_MAXSEG: SEGMENT, SO_LINGER: { onoff: true, linger: 3 } },
    }));
    client.on('connectionAttemptFailed', (address) => failures.push(address));
    const [accepted] = await accepting;
    track(accepted);
    refused.close();
    assert.deepStrictEqual(failures, ['127.0.0.1']);
    assert.ok(told(accepted) <= SEGMENT);
    assert.deepStrictEqual(client.getOption('SO_LINGER'), { onoff: true, linger: 3 });
  });

  it('those of IPv6 are left out for an IPv4 address', async function () {
    needsHost(this, '::1');
    const socketOptions = { IP_TOS: 16, IPV6_TCLASS: 32 };
    const four = (await pair({ clientOptions: { socketOptions } })).client;
    const six = (await pair({ host: '::1', clientOptions: { socketOptions } })).client;
    assert.deepStrictEqual([four.getOption('IP_TOS'), six.getOption('IPV6_TCLASS')], [16, 32]);
  });

  it('IP_FREEBIND binds to a local address that is none here', async () => {
    const server = await listening(net.createServer());
    const place = { port: server.address().port, host: HOST, localAddress: ELSEWHERE };
    const [plain] = await once(track(net.connect(place)), 'error');
    assert.deepStrictEqual([plain.code, plain.syscall], ['EADDRNOTAVAIL', 'bind']);
    const free = track(net.connect({ ...place, socketOptions: { IP_FREEBIND: true } }));
    const local = new Promise((resolve) => free.on('connectionAttempt', () => resolve(free.localAddress)));
    free.on('error', () => {}); // how far it gets is up to the machine's routes
    assert.strictEqual(await local, ELSEWHERE);
  });

  it('SO_BINDTODEVICE keeps the connection on a device; one that is not there is an error', async function () {
    const { client } = await pair({ clientOptions: { socketOptions: { SO_BINDTODEVICE: 'lo' } } });
    mayLack(this, client, 'SO_BINDTODEVICE');
    assert.strictEqual(client.getOption('SO_BINDTODEVICE'), 'lo');
    const other = track(
      net.connect({ port: 1, host: HOST, socketOptions: { SO_PRIORITY: 1, SO_BINDTODEVICE: 'nonesuch0' } }),
    );
    const events = [];
    for (const name of ['connectionAttempt', 'connectionAttemptFailed']) other.on(name, () => events.push(name));
    const [error] = await once(other, 'error');
    assert.deepStrictEqual([error.message, error.option, error.address, error.port, events],
      ['setsockopt ENODEV SO_BINDTODEVICE', 'SO_BINDTODEVICE', HOST, 1, []]);
    await closed(other);
  });

  it('one that fails fails for each address', async () => {
    const socketOptions = { SO_BINDTODEVICE: 'nonesuch0' };
    const client = track(
      net.connect({ port: 1, host: 'several.test', lookup: lookupOf('127.0.0.1', '127.0.0.2'), socketOptions }),
    );
    const failed = [];
    client.on('connectionAttemptFailed', (address, _port, _family, error) => failed.push([address, error.message]));
    const [error] = await once(client, 'error');
    const { message } = error.errors[0];
    assert.deepStrictEqual(
      [error.constructor, error.code, message],
      [AggregateError, 'ENODEV', 'setsockopt ENODEV SO_BINDTODEVICE'],
    );
    assert.deepStrictEqual(failed, [['127.0.0.1', message], ['127.0.0.2', message]]);
  });

  it('a list of arguments of setOption() will do, with options by their numbers', async () => {
    const socketOptions = [
      ['TCP_MAXSEG', SEGMENT],
      [6, 13, Buffer.from('reno')],
      [1, 12, Buffer.from(Int32Array.of(3).buffer)],
    ];
    const { client, accepted } = await pair({ clientOptions: { socketOptions } });
    assert.ok(told(accepted) <= SEGMENT);
    assert.deepStrictEqual([client.getOption('TCP_CONGESTION'), client.getOption('SO_PRIORITY')], ['reno', 3]);
  });

  it('a path has them too, and an error of theirs', async () => {
    const { client, server } = await pair({ path: tempPath(), clientOptions: { socketOptions: { SO_SNDBUF: 7000 } } });
    assert.strictEqual(client.getOption('SO_SNDBUF'), 14000);
    const other = track(net.connect({ path: server.address(), socketOptions: { TCP_NODELAY: true } }));
    const [error] = await once(other, 'error');
    assert.deepStrictEqual([error.syscall, error.option], ['setsockopt', 'TCP_NODELAY']);
  });

  it('an abstract name has them too', async () => {
    const { client } = await pair({
      path: `\0cnet-options-${process.pid}`,
      clientOptions: { socketOptions: { SO_SNDBUF: 7000 } },
    });
    assert.strictEqual(client.getOption('SO_SNDBUF'), 14000);
    client.end('x');
  });

  it('a second connect() of the same socket has its own', async () => {
    const { client, server } = await pair({ clientOptions: { socketOptions: { SO_PRIORITY: 2 } } });
    client.destroy();
    await closed(client);
    client.connect(server.address().port, HOST);
    await once(client, 'connect');
    assert.strictEqual(client.getOption('SO_PRIORITY'), 0);
  });

  it('a BoundSocket keeps its address with them', async () => {
    const server = await listening(net.createServer());
    const bound = new net.BoundSocket({ host: HOST });
    const { port } = bound.address();
    const to = { port: server.address().port, host: HOST, handle: bound, socketOptions: { SO_PRIORITY: 2 } };
    const client = await connected(to);
    assert.deepStrictEqual([client.localPort, client.getOption('SO_PRIORITY')], [port, 2]);
  });
});

describe('`socketOptions` of listen()', () => {
  before(function () { needsLinux(this); });
  afterEach(tidy);

  it('are set before bind(2): IP_FREEBIND listens on an address that is none here', async () => {
    const refused = track(net.createServer()).listen({ port: 0, host: ELSEWHERE });
    assert.strictEqual((await once(refused, 'error'))[0].code, 'EADDRNOTAVAIL');
    const server = await listening(net.createServer(), {
      port: 0,
      host: ELSEWHERE,
      socketOptions: { IP_FREEBIND: true },
    });
    assert.strictEqual(server.address().address, ELSEWHERE);
  });

  it('are those of accepted connections, where the kernel has it so', async () => {
    const server = await listening(net.createServer(), {
      port: 0,
      host: HOST,
      socketOptions: { SO_RCVBUF: 8000, TCP_MAXSEG: SEGMENT },
    });
    const accepting = once(server, 'connection');
    const client = await connected(server.address().port, HOST);
    const [accepted] = await accepting;
    track(accepted);
    assert.strictEqual(accepted.getOption('SO_RCVBUF'), 16000);
    assert.ok(told(client) <= SEGMENT);
  });

  it('TCP_DEFER_ACCEPT: who says nothing is not accepted before who has said something', async () => {
    const server = await listening(net.createServer(), {
      port: 0,
      host: HOST,
      socketOptions: { TCP_DEFER_ACCEPT: 30 },
    });
    const ports = [];
    server.on('connection', (socket) => {
      ports.push(track(socket).remotePort);
      server.emit('counted');
    });
    const silent = await connected(server.address().port, HOST);
    const speaker = await connected(server.address().port, HOST);
    let counted = once(server, 'counted');
    speaker.write('x');
    await counted;
    assert.deepStrictEqual(ports, [speaker.localPort]);
    counted = once(server, 'counted');
    silent.write('x');
    await counted;
    assert.deepStrictEqual(ports, [speaker.localPort, silent.localPort]);
  });

  it('on any address, a path and a BoundSocket', async () => {
    const socketOptions = { SO_RCVBUF: 8000 };
    for (const place of [{ port: 0 }, { path: tempPath() }]) {
      assert.strictEqual(
        (await listening(net.createServer(), { ...place, socketOptions })).getOption('SO_RCVBUF'),
        16000,
      );
    }
    const handle = new net.BoundSocket({ host: HOST });
    assert.strictEqual((await listening(net.createServer(), { handle, socketOptions })).getOption('SO_RCVBUF'), 16000);
  });

  it("one that fails is an 'error', and the server may listen again", async () => {
    for (const host of [HOST, undefined]) {
      const server = track(net.createServer()).listen({
        port: 0,
        host,
        socketOptions: { SO_BINDTODEVICE: 'nonesuch0' },
      });
      const [error] = await once(server, 'error');
      assert.deepStrictEqual(
        [error.message, error.option, server.listening],
        ['setsockopt ENODEV SO_BINDTODEVICE', 'SO_BINDTODEVICE', false],
      );
      await listening(server, 0, HOST);
      assert.strictEqual(server.getOption('SO_BINDTODEVICE'), '');
    }
  });

  it('cannot be set by a worker of a cluster for whom the primary listens', async () => {
    const { stdout } = await runFixture('cluster-beyond.js', ['socketOptions']);
    assert.strictEqual(stdout, 'setsockopt EBADF SO_RCVBUF\n');
  });
});

describe('socket options where there are none', () => {
  it('throw ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', function () {
    if (process.platform === 'linux') skip(this, 'Linux has them all');
    assert.throws(() => new net.Socket().getOption('SO_BUSY_POLL'), {
      code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
      message: 'The feature SO_BUSY_POLL is unavailable on the current platform, which is being used to run Node.js',
    });
  });
});
