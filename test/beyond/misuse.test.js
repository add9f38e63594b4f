'use strict';
// Misuse says what is wrong: options in the wrong place, features of another kind of socket, names that are nearly
// right.

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');

const { needsFiles, needsLinux, needsPosix } = require('../support/needs');
const { HOST } = require('../support/net');
const { net } = require('../support/subject');
const { listening, pair, tempPath, tidy, track } = require('../support/tidy');

const INVALID = 'ERR_INVALID_ARG_VALUE';
const isRefused = (call, name, words) =>
  assert.throws(call, { name: 'TypeError', code: INVALID, message: new RegExp(`'options\\.${name}' ${words}`) });

/** Options that only cnet has, each with a value that is right where it belongs. */
const VALUES = {
  allowedUids: [1],
  connectTimeout: 1000,
  connectionAttemptDelay: 100,
  fastOpen: true,
  ioThread: true,
  ioThreads: 1,
  maxConnectionRate: { perSecond: 1 },
  maxConnectionsPerAddress: 1,
  maxConnectionsPerPrefix: { max: 1 },
  multipath: true,
  proxyHeader: { version: 2 },
  proxyProtocol: {},
  receiveDescriptors: true,
  socketOptions: { SO_RCVBUF: 5000 },
  unlinkStale: true,
  userTimeout: 1000,
};
const OF_CONNECT = [
  'connectTimeout',
  'connectionAttemptDelay',
  'fastOpen',
  'ioThread',
  'multipath',
  'proxyHeader',
  'receiveDescriptors',
  'socketOptions',
  'userTimeout',
];
const OF_SERVER = [
  'allowedUids',
  'ioThreads',
  'maxConnectionRate',
  'maxConnectionsPerAddress',
  'maxConnectionsPerPrefix',
  'proxyProtocol',
  'receiveDescriptors',
  'userTimeout',
];
const OF_LISTEN = ['fastOpen', 'multipath', 'socketOptions', 'unlinkStale'];

const PLACES = {
  'connect()': [OF_CONNECT, (options) => net.connect({ port: 1, host: HOST, ...options })],
  'new Socket()': [OF_CONNECT, (options) => new net.Socket(options)],
  'socket.connect()': [OF_CONNECT, (options) => new net.Socket().connect({ port: 1, host: HOST, ...options })],
  'createServer()': [OF_SERVER, (options) => net.createServer(options)],
  'listen()': [OF_LISTEN, (options) => net.createServer().listen({ port: 0, ...options })],
};

describe('misplaced options', () => {
  afterEach(tidy);

  for (const [place, [names, call]] of Object.entries(PLACES)) {
    const strange = Object.keys(VALUES).filter((name) => !names.includes(name));

    it(`of cnet alone are refused by ${place}, which says where they belong`, () => {
      for (const name of strange) {
        isRefused(
          () => call({ [name]: VALUES[name] }),
          name,
          `is an option of (connect|createServer|listen)\\(\\).*, and not of`,
        );
      }
    });

    it(`that are undefined, null, false or 0 are no matter to ${place}`, () => {
      for (const value of [undefined, null, false, 0]) {
        const made = track(call(Object.fromEntries(strange.map((name) => [name, value]))));
        made.on('error', () => {});
        (made.destroy ?? made.close).call(made);
      }
    });

    it(`that nobody knows, and Node's own ones, are left alone by ${place}`, () => {
      const made = track(
        call({ mode: place === 'listen()' ? undefined : 'dark', maxConnections: 3, host: HOST, ca: 'x', whatever: 1 }),
      );
      made.on('error', () => {});
      (made.destroy ?? made.close).call(made);
    });
  }

  it('each of connect() that new Socket() is given is looked at by its connect()', function () {
    needsLinux(this);
    for (const name of OF_CONNECT.filter((one) => one !== 'receiveDescriptors')) {
      const socket = track(new net.Socket({ [name]: 'wrong' }));
      assert.throws(() => socket.connect({ port: 1, host: HOST }), { code: 'ERR_INVALID_ARG_TYPE' }, name);
    }
  });

  it('permissions are refused by createServer(), for which they belong to listen(); another mode is not', () => {
    isRefused(
      () => net.createServer({ mode: 0o600 }),
      'mode',
      'is an option of listen\\(\\), and not of createServer\\(\\)',
    );
    for (const mode of ['dark', undefined, null, 0]) net.createServer({ mode });
  });

  it('promises.listen() takes permissions of a path', async function () {
    needsLinux(this);
    const path = tempPath();
    track(await net.promises.listen({ path, mode: 0o600 }));
    assert.strictEqual(fs.statSync(path).mode & 0o777, 0o600);
  });

  it('listen() does not refuse what the server was given as well', async () => {
    const options = {
      port: 0,
      host: HOST,
      receiveDescriptors: process.platform !== 'win32',
      maxConnectionsPerAddress: 2,
      ...(process.platform === 'linux' && { userTimeout: 5 }),
    };
    const server = track(net.createServer(options).listen(options));
    await once(server, 'listening');
  });

  it('promises.listen() takes the options of both', async () => {
    const server = track(await net.promises.listen({
      port: 0, host: HOST, maxConnectionsPerAddress: 1, socketOptions: { SO_RCVBUF: 5000 },
    }));
    assert.strictEqual(server.maxConnectionsPerAddress, 1);
  });
});

describe('options that count where they are given', () => {
  afterEach(tidy);

  it('createServer() takes the limits of accept control', async () => {
    const server = track(net.createServer({
      maxConnectionsPerAddress: 1, maxConnectionsPerPrefix: { max: 5 }, maxConnectionRate: { perSecond: 50, burst: 60 },
    }));
    assert.deepStrictEqual(server.maxConnectionsPerPrefix, { ipv4: 24, ipv6: 64, max: 5 });
    assert.deepStrictEqual(server.maxConnectionRate, { perSecond: 50, burst: 60 });
    await listening(server);
    const dropped = once(server, 'drop');
    for (let i = 0; i < 2; i++) track(net.connect(server.address().port, HOST)).on('error', () => {});
    assert.strictEqual((await dropped)[0].reason, 'maxConnectionsPerAddress');
  });

  it('new Socket() keeps those of connect(), which may replace them', async () => {
    const lookup = () => {};
    const socket = track(new net.Socket({ connectTimeout: 10 }));
    const [error] = await once(socket.connect({ port: 1, host: 'host.test', lookup }), 'error');
    assert.strictEqual(error.message, 'Socket connection timeout: host.test:1 within 10 ms');
    const [other] = await once(socket.connect({ port: 2, host: 'host.test', lookup, connectTimeout: 11 }), 'error');
    assert.strictEqual(other.message, 'Socket connection timeout: host.test:2 within 11 ms');
  });

  it('those of net.connect() are for that connection alone', async () => {
    const server = await listening(net.createServer());
    const socket = track(net.connect({ port: server.address().port, host: HOST, socketOptions: { SO_RCVBUF: 5000 } }));
    await once(socket, 'connect');
    const small = socket.getOption('SO_RCVBUF');
    await once(socket.destroy(), 'close');
    await once(socket.connect(server.address().port, HOST), 'connect');
    assert.ok(socket.getOption('SO_RCVBUF') > small);
  });
});

describe('features of another kind of socket', () => {
  afterEach(tidy);

  it('connect() to a path refuses what is of TCP', function () {
    needsLinux(this);
    for (const name of ['connectionAttemptDelay', 'fastOpen', 'multipath', 'userTimeout']) {
      isRefused(() => net.connect({ path: '/nowhere', [name]: VALUES[name] }), name, 'is an option for TCP');
    }
  });

  it('listen() on a path refuses what is of TCP', function () {
    needsLinux(this);
    for (const name of ['fastOpen', 'multipath'])
      isRefused(() => net.createServer().listen({ path: tempPath(), [name]: true }), name, 'is an option for TCP');
  });

  it('listen() on a port refuses what is of a file', function () {
    needsFiles(this);
    isRefused(() => net.createServer().listen({ port: 0, mode: 0o600 }), 'mode', 'is an option for Unix sockets');
    isRefused(() => net.createServer().listen({ port: 0, mode: 0 }), 'mode', 'is an option for Unix sockets');
    isRefused(() => net.createServer().listen({ port: 0, unlinkStale: true }), 'unlinkStale', 'is an option for Unix sockets');
  });

  it('a socket option of TCP says so on a Unix socket: of getOption(), setOption(), connect() and listen()', async () => {
    const server = track(net.createServer().listen(tempPath()));
    await once(server, 'listening');
    const text = 'TCP_NODELAY is for TCP sockets only, and this is a Unix socket';
    const socketOptions = { TCP_NODELAY: true };
    const socket = track(net.connect(server.address()));
    await once(socket, 'connect');
    assert.throws(() => socket.getOption('TCP_NODELAY'), { code: 'ENOTSUP', message: `getsockopt ENOTSUP ${text}` });
    for (const owner of [socket, server]) {
      assert.throws(() => owner.setOption('TCP_NODELAY', true), {
        code: 'ENOTSUP',
        message: `setsockopt ENOTSUP ${text}`,
      });
    }
    const connects = () => net.connect({ path: server.address(), socketOptions });
    const listens = () => net.createServer().listen({ path: tempPath(), socketOptions });
    for (const fails of [connects, listens]) {
      const [error] = await once(fails(), 'error');
      assert.deepStrictEqual(
        [error.code, error.message, error.option],
        ['ENOTSUP', `setsockopt ENOTSUP ${text}`, 'TCP_NODELAY'],
      );
    }
  });

  it('sendDescriptors() on TCP says so', async function () {
    needsLinux(this);
    const { client } = await pair();
    assert.throws(() => client.sendDescriptors('x', [0]),
      { code: 'ERR_INVALID_HANDLE_TYPE', message: 'sendDescriptors() is for Unix sockets only, and this is a TCP socket' });
  });
});

describe('a socket without a connection', () => {
  afterEach(tidy);

  it('sendFile() says ENOTCONN', async () => {
    const socket = new net.Socket().on('error', () => {});
    await assert.rejects(socket.sendFile(__filename), { code: 'ENOTCONN', syscall: 'sendfile' });
  });
});

describe('the name of a socket option', () => {
  afterEach(tidy);

  const meant = (name, expected) =>
    assert.throws(() => new net.Socket().getOption(name), { code: INVALID, message: expected });

  it('that is nearly right: the error says which was meant', () => {
    meant('SO_REUSEADR', /did you mean SO_REUSEADDR\?/);
    meant('so_rcvbuf', /did you mean SO_RCVBUF\?/);
    meant('TCP_NODEALY', /did you mean TCP_NODELAY\?/);
    assert.throws(() => net.connect({ port: 1, socketOptions: { SO_KEEPALIV: true } }), {
      message: /did you mean SO_KEEPALIVE\?/,
    });
  });

  it('that is near to none', () => {
    meant('xyzzy', /^((?!did you mean).)*$/);
    meant('S'.repeat(10000), /^((?!did you mean).)*$/);
  });
});

describe('a handle below a socket', () => {
  afterEach(tidy);

  // not beside node:net: after that, a process with Node's own handle does not end by itself
  it("that is reset in 'connectionAttempt', before it is open, says EBADF and connects", async function () {
    needsPosix(this);
    const server = await listening(net.createServer((socket) => track(socket).on('error', () => {}).resume()));
    const { port } = server.address();
    const lookup = (_name, _options, callback) => callback(null, [{ address: HOST, family: 4 }]);
    for (const host of [HOST, 'some.name']) {
      const socket = track(new net.Socket());
      const codes = [];
      socket.once('connectionAttempt', () => codes.push(socket._handle.reset()));
      socket.connect({ port, host, lookup, autoSelectFamily: true });
      await once(socket, 'connect');
      assert.deepStrictEqual(codes, [-os.constants.errno.EBADF]);
    }
  });
});
