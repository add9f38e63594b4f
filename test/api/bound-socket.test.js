'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const nodeNet = require('node:net');

const { script } = require('../support/child');
const { sockopts } = require('../support/kernel');
const { needsHost, needsLinux, needsTool, skip } = require('../support/needs');
const { HOST, closed, text } = require('../support/net');
const { patience, scaled } = require('../support/scale');
const { SUBJECT, net } = require('../support/subject');
const { listening, tempPath, tidy, track } = require('../support/tidy');

const ADOPTED = {
  name: 'Error',
  code: 'ERR_SOCKET_HANDLE_ADOPTED',
  message: 'The bound socket has already been adopted by a server or socket',
};
const LOCALS = {
  name: 'TypeError',
  code: 'ERR_INVALID_ARG_VALUE',
  message:
    /^The argument 'options' localAddress and localPort cannot be used with an adopted bound socket\. Received \{/,
};

const opened = new Set();

/** A BoundSocket that is closed after the test. */
function bind(options) {
  const bound = new net.BoundSocket(options);
  opened.add(bound);
  return bound;
}

/** A Socket over a BoundSocket. */
const over = (bound, options = {}) => track(new net.Socket({ handle: bound, ...options }));

/** Connects, and gives what the server sees of it. */
async function reach(socket, server, to) {
  const accepting = once(server, 'connection');
  socket.connect(to);
  const [[accepted]] = await Promise.all([accepting, once(socket, 'connect')]);
  return track(accepted);
}

describe('net.BoundSocket', function () {
  before(function () {
    if (net.BoundSocket === undefined) skip(this, 'this node:net has none');
  });
  afterEach(async () => {
    for (const bound of opened) bound[Symbol.dispose ?? Symbol.for('nodejs.dispose')]();
    opened.clear();
    await tidy();
  });

  describe('addresses', () => {
    it('without options it is bound to 0.0.0.0 and a port of the system at once', () => {
      const { address, family, port } = bind().address();
      assert.deepStrictEqual([address, family, port > 0], ['0.0.0.0', 'IPv4', true]);
    });

    it('host and port are those that were asked for; the port may be text', () => {
      const { port } = bind({ host: HOST }).address();
      assert.deepStrictEqual(bind({ host: HOST, port: String(port) }).address(), {
        address: HOST,
        family: 'IPv4',
        port,
      });
    });

    it('null is as good as nothing, but for a path', () => {
      const options = { host: null, port: null, ipv6Only: null, reusePort: null };
      assert.strictEqual(bind(options).address().address, '0.0.0.0');
      assert.throws(() => bind({ path: null }), { code: 'ERR_INVALID_ARG_TYPE' });
    });

    it('ipv6Only is :: without a host, keeps IPv4 out, and says nothing to an IPv4 address', async function () {
      needsHost(this, '::1');
      needsTool(this, 'python3');
      const bound = bind({ ipv6Only: true });
      assert.strictEqual(bound.address().address, '::');
      assert.deepStrictEqual(await sockopts(bound.fd(), 'IPPROTO_IPV6.IPV6_V6ONLY'), [1]);
      assert.deepStrictEqual(await sockopts(bind({ host: '::' }).fd(), 'IPPROTO_IPV6.IPV6_V6ONLY'), [0]);
      assert.strictEqual(bind({ host: HOST, ipv6Only: true }).address().address, HOST);
    });

    it('reusePort is SO_REUSEPORT: two may listen on one port', async function () {
      needsLinux(this);
      const first = bind({ host: HOST, reusePort: true });
      const { port } = first.address();
      const second = bind({ host: HOST, port, reusePort: true });
      for (const one of [first, second]) {
        const server = await listening(net.createServer(), one);
        assert.strictEqual(server.address().port, port);
      }
    });

    it('a port on which somebody listens throws EADDRINUSE of bind', async () => {
      const { port } = (await listening(net.createServer())).address();
      assert.throws(() => bind({ host: HOST, port }), {
        name: 'Error',
        message: `bind EADDRINUSE ${HOST}:${port}`,
        code: 'EADDRINUSE',
        syscall: 'bind',
        address: HOST,
        port,
      });
    });

    it('an address that is not of this machine throws EADDRNOTAVAIL', () => {
      assert.throws(() => bind({ host: '192.0.2.1' }), {
        message: 'bind EADDRNOTAVAIL 192.0.2.1', code: 'EADDRNOTAVAIL', syscall: 'bind', address: '192.0.2.1',
      });
    });

    it('options that are none are refused, the port first', () => {
      const type = (name, rest) =>
        `The "${name}" ${name === 'options' ? 'argument' : 'property'} must be of type ${rest}`;
      const path =
        "The argument 'options' path is mutually exclusive with host, port, ipv6Only, and reusePort. Received ";
      const name =
        "The property 'options.host' must be a numeric IP address; net.BoundSocket does not perform DNS resolution. ";
      for (const [options, message] of [
        [null, type('options', 'object. Received null')],
        [[], type('options', 'object. Received an instance of Array')],
        [{ port: 65536, host: 'x' }, 'options.port should be >= 0 and < 65536. Received type number (65536).'],
        [{ ipv6Only: 1, reusePort: 1 }, type('options.ipv6Only', 'boolean. Received type number (1)')],
        [{ reusePort: 1, host: 1 }, type('options.reusePort', 'boolean. Received type number (1)')],
        [{ host: 1 }, type('options.host', 'string. Received type number (1)')],
        [{ host: 'localhost' }, `${name}Received 'localhost'`],
        [{ path: 1 }, type('options.path', 'string. Received type number (1)')],
        [{ path: 1, port: null }, `${path}{ path: 1, port: null }`],
        [{ path: '/x', ipv6Only: false }, `${path}{ path: '/x', ipv6Only: false }`],
      ]) assert.throws(() => bind(options), { message });
    });
  });

  describe('life', () => {
    it('fd() is the descriptor, which stays open until close()', function () {
      needsLinux(this);
      const bound = bind();
      const fd = bound.fd();
      assert.match(fs.readlinkSync(`/proc/self/fd/${fd}`), /^socket:/);
      const link = fs.readlinkSync(`/proc/self/fd/${fd}`);
      bound.close();
      const open = fs.readdirSync('/proc/self/fd').map((one) => {
        try {
          return fs.readlinkSync(`/proc/self/fd/${one}`);
        } catch {
          return '';
        }
      });
      assert.ok(!open.includes(link));
    });

    it('when it is closed, all but isPipe and [Symbol.dispose]() throw ERR_SOCKET_HANDLE_ADOPTED', () => {
      const bound = bind();
      bound.close();
      for (const use of [
        () => bound.address(),
        () => bound.fd(),
        () => bound.close(),
        () => over(bound),
        () => net.createServer().listen(bound),
        () => net.createServer().listen({ handle: bound }),
      ])
        assert.throws(use, ADOPTED);
      assert.strictEqual(bound.isPipe, false);
      assert.strictEqual(bound[Symbol.dispose ?? Symbol.for('nodejs.dispose')](), undefined);
    });

    it('when it is given away, it is the same, and what has it goes on', async () => {
      const bound = bind({ host: HOST });
      const { port } = bound.address();
      const server = track(net.createServer().listen(bound));
      assert.throws(() => bound.address(), ADOPTED);
      assert.throws(() => bound.close(), ADOPTED);
      bound[Symbol.dispose ?? Symbol.for('nodejs.dispose')]();
      await once(server, 'listening');
      assert.strictEqual(server.address().port, port);
    });

    it('a server that listens already does not take it', async () => {
      const server = await listening(net.createServer());
      const bound = bind();
      assert.throws(() => server.listen(bound), { code: 'ERR_SERVER_ALREADY_LISTEN' });
      assert.ok(bound.address().port > 0);
    });

    it('a class of its own, whose methods are for its instances', () => {
      assert.throws(() => net.BoundSocket(), {
        message: "Class constructor BoundSocket cannot be invoked without 'new'",
      });
      assert.throws(() => net.BoundSocket.prototype.address.call({}), TypeError);
      assert.deepStrictEqual(Object.keys(bind()), []);
    });

    it('it does not keep a process from ending', async () => {
      const { code, stderr } = await script(
        'new net.BoundSocket(); new net.Socket({ handle: new net.BoundSocket() });',
      );
      assert.deepStrictEqual([code, stderr], [0, '']);
    });
  });

  describe('as a server', () => {
    for (const [form, give] of [
      ['listen(bound)', (bound) => bound],
      ['listen({ handle: bound })', (handle) => ({ handle })],
    ]) {
      it(`${form} listens on its port`, async () => {
        const bound = bind({ host: HOST });
        const { port } = bound.address();
        const server = await listening(
          net.createServer((socket) => socket.end('hello')),
          give(bound),
        );
        assert.deepStrictEqual(server.address(), { address: HOST, family: 'IPv4', port });
        assert.strictEqual(await text(track(net.connect(port, HOST))), 'hello');
      });
    }

    it('of two that are bound to a port, the second to listen fails with EADDRINUSE of listen', async () => {
      const first = bind({ host: HOST });
      const second = bind({ host: HOST, port: first.address().port });
      await listening(net.createServer(), first);
      await assert.rejects(listening(net.createServer(), second), {
        message: 'listen EADDRINUSE: address already in use', code: 'EADDRINUSE', syscall: 'listen',
      });
    });
  });

  describe('as a client', () => {
    it('connects from its port; with an IP address connect() tells the local end when it returns', async () => {
      const server = await listening(net.createServer());
      const bound = bind({ host: '127.0.0.2' });
      const { port } = bound.address();
      const client = over(bound);
      assert.deepStrictEqual(client.address(), { address: '127.0.0.2', family: 'IPv4', port });
      const reached = reach(client, server, { port: server.address().port, host: HOST });
      assert.deepStrictEqual([client.localAddress, client.localPort, client.connecting], ['127.0.0.2', port, true]);
      const accepted = await reached;
      assert.deepStrictEqual([accepted.remoteAddress, accepted.remotePort], ['127.0.0.2', port]);
      client.end('over');
      assert.strictEqual(await text(accepted), 'over');
    });

    it('connect({ handle }) does the same', async () => {
      const server = await listening(net.createServer((socket) => socket.end(String(socket.remotePort))));
      const bound = bind({ host: HOST });
      const { port } = bound.address();
      const client = track(net.connect({ port: server.address().port, host: HOST, handle: bound }));
      assert.strictEqual(await text(client), String(port));
    });

    it('a name is looked up for one address, without family selection', async () => {
      const server = await listening(net.createServer());
      const asked = [];
      const lookup = (host, options, done) => {
        asked.push([host, options.all]);
        done(null, HOST, 4);
      };
      await reach(over(bind({ host: HOST })), server, { port: server.address().port, host: 'some.name', lookup });
      assert.deepStrictEqual(asked, [['some.name', undefined]]);
    });

    it('localAddress and localPort are refused', () => {
      for (const local of [{ localPort: 0 }, { localAddress: HOST }, { localPort: null, port: -1 }]) {
        assert.throws(() => over(bind()).connect({ port: 1, host: HOST, ...local }), LOCALS);
      }
    });

    it('an address of another family fails with what connect(2) says', async () => {
      const client = over(bind({ host: HOST }));
      const { localPort } = client;
      const failing = once(client, 'error');
      client.connect(1, '::1');
      assert.strictEqual(client.destroyed, true);
      const [error] = await failing;
      assert.strictEqual(error.message, `connect EAFNOSUPPORT ::1:1 - Local (${HOST}:${localPort})`);
    });

    it('a refused connection is an error, and the socket can connect again, from another port', async () => {
      const server = await listening(net.createServer());
      const client = over(bind({ host: HOST }));
      const failing = once(client, 'error');
      const closing = closed(client);
      client.connect(1, HOST);
      const [error] = await failing;
      assert.strictEqual(error.message, `connect ECONNREFUSED ${HOST}:1`);
      await closing;
      await reach(client, server, { port: server.address().port, host: HOST });
    });

    it('before it connects it does not read, and a write fails with EPIPE', async () => {
      const client = over(bind({ host: HOST }));
      assert.deepStrictEqual([client.pending, client.connecting, client.readableFlowing], [false, false, null]);
      const failing = once(client, 'error');
      client.write('too early');
      const [error] = await failing;
      assert.strictEqual(error.message, 'write EPIPE');
    });

    it('a block list in the options of new Socket() holds', async () => {
      const blockList = new net.BlockList();
      blockList.addAddress(HOST);
      const client = over(bind({ host: HOST }), { blockList });
      const failing = once(client, 'error');
      client.connect(1, HOST);
      assert.strictEqual((await failing)[0].code, 'ERR_IP_BLOCKED');
    });
  });

  describe('paths', () => {
    before(function () {
      if (process.platform === 'win32') skip(this, 'Unix domain sockets');
    });

    it('address() is the path, whose file goes with close()', () => {
      const file = tempPath();
      const bound = bind({ path: file });
      assert.deepStrictEqual([bound.isPipe, bound.address(), fs.existsSync(file)], [true, file, true]);
      bound.close();
      assert.deepStrictEqual([bound.isPipe, fs.existsSync(file)], [true, false]);
    });

    it('a path that is in use throws EADDRINUSE, one without a directory EACCES, one too long EINVAL; the file stays', () => {
      const file = tempPath();
      fs.writeFileSync(file, 'mine');
      const error = (code) => ({ message: `bind ${code}`, code, syscall: 'bind' });
      assert.throws(() => bind({ path: file }), error('EADDRINUSE'));
      assert.throws(() => bind({ path: `${file}/none/s` }), error('ENOTDIR'));
      assert.throws(() => bind({ path: tempPath('none/s') }), error('EACCES'));
      assert.throws(() => bind({ path: 'x'.repeat(109) }), error('EINVAL'));
      assert.strictEqual(fs.readFileSync(file, 'utf8'), 'mine');
    });

    it('listen() listens on it, and close() takes the file away', async () => {
      const file = tempPath();
      const server = await listening(net.createServer((socket) => socket.end('hello')), bind({ path: file }));
      assert.strictEqual(server.address(), file);
      assert.strictEqual(await text(track(net.connect(file))), 'hello');
      server.close();
      await closed(server);
      assert.strictEqual(fs.existsSync(file), false);
    });

    it('a client has it as its name; without a path connect() throws', async () => {
      const to = tempPath();
      const file = tempPath();
      const server = await listening(net.createServer(), to);
      const client = over(bind({ path: file }));
      assert.throws(() => client.connect(1, HOST), {
        message: 'The "options.path" property must be of type string. Received undefined',
      });
      const accepting = once(server, 'connection');
      client.connect(to);
      track((await accepting)[0]);
      assert.deepStrictEqual([client.address(), client.localAddress], [{ address: file }, file]);
      client.destroy();
      await closed(client);
      assert.strictEqual(fs.existsSync(file), false);
    });

    it('connects to an abstract name, on every line of Node', async function () {
      needsLinux(this);
      const server = await listening(net.createServer(), `\0${tempPath()}`);
      const client = over(bind({ path: tempPath() })).connect(server.address());
      const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
      track(accepted);
    });

    it('an abstract name and the empty one, for which the kernel makes one up', async function () {
      needsLinux(this);
      const name = `\0${tempPath()}`;
      assert.strictEqual(bind({ path: name }).address(), name);
      assert.throws(() => bind({ path: name }), { code: 'EADDRINUSE' });
      const empty = bind({ path: '' });
      assert.strictEqual(empty.address(), '');
      const inode = fs.readlinkSync(`/proc/self/fd/${empty.fd()}`).replace(/\D/g, '');
      const known = fs.readFileSync('/proc/net/unix', 'utf8').split('\n').find((line) => line.includes(` ${inode} `));
      assert.match(known, / @[0-9a-f]{5}$/);
    });
  });

  describe('beyond node:net', () => {
    before(function () {
      if (net === nodeNet) skip(this, 'of cnet alone');
    });

    it('what is dropped without close() leaves no descriptor and no file', async function () {
      needsLinux(this);
      this.timeout(patience(20000));
      const file = tempPath();
      const count = scaled(200, 10);
      const source = `
        const fs = require('node:fs');
        const fds = () => fs.readdirSync('/proc/self/fd').length;
        new net.BoundSocket().close();
        const before = fds();
        (() => { for (let i = 0; i < ${count}; i++) new net.BoundSocket(); })();
        (() => new net.BoundSocket({ path: ${JSON.stringify(file)} }))();
        const kept = new net.BoundSocket();
        const socket = new net.Socket({ handle: new net.BoundSocket() });
        if (fds() !== before + ${count} + 3) throw new Error('not opened');
        (function collect() {
          gc();
          if (fds() > before + 2 || fs.existsSync(${JSON.stringify(file)})) return setImmediate(collect);
          console.log(fds() - before, kept.address().port > 0, socket.localPort > 0);
        })();`;
      const { code, stdout, stderr } = await script(source, { flags: ['--expose-gc'] });
      assert.deepStrictEqual([code, stdout, stderr], [0, '2 true true\n', '']);
    });

    it('a worker that ends with bound sockets leaves no descriptor', async function () {
      needsLinux(this);
      const source = `
        const fs = require('node:fs');
        const { Worker } = require('node:worker_threads');
        const fds = () => fs.readdirSync('/proc/self/fd').length;
        const work = 'const net = require(' + ${JSON.stringify(JSON.stringify(SUBJECT))} + ');' +
          'globalThis.kept = Array.from({ length: 20 }, () => new net.BoundSocket());';
        const run = () => new Promise((resolve) => new Worker(work, { eval: true }).once('exit', resolve));
        run().then(() => {
          const before = fds();
          return run().then((code) => console.log(code, fds() - before));
        });`;
      const { stdout, stderr } = await script(source);
      assert.deepStrictEqual([stdout, stderr], ['0 0\n', '']);
    });
  });
});
