'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');

const { node, script } = require('../support/child');
const { needsHost, needsLinux, needsTool } = require('../support/needs');
const { HOST, closed, refusedPort } = require('../support/net');
const { silent } = require('../support/silent');
const { net } = require('../support/subject');
const { listening, tidy, track } = require('../support/tidy');

/** A delay that does not end while a test runs. */
const NEVER = 2 ** 31 - 1;
/** The least one. */
const SHORT = 10;

const isEvent = ['connectionAttempt', 'connectionAttemptFailed', 'connectionAttemptTimeout'];

const familyOf = (address) => ({ address, family: net.isIP(address) });

/** A lookup() that gives these addresses. */
const giving = (...addresses) => (host, options, callback) => setImmediate(callback, null, addresses.map(familyOf));

/** Notes what is told of each address, such as 'connectionAttempt 127.0.0.2'. */
function watch(socket, events = []) {
  for (const name of isEvent) {
    socket.on(name, (ip, port, family, error) => events.push(`${name} ${ip}${error ? ` ${error.code}` : ''}`));
  }
  return events;
}

const race = (options, ...addresses) =>
  track(net.connect({ host: 'many.example', connectionAttemptDelay: SHORT, lookup: giving(...addresses), ...options }));

/** Resolves when a race has started with an address. */
const started = (socket, address) => new Promise((resolve) => {
  socket.on('connectionAttempt', (ip) => ip === address && resolve());
});

/** The sockets that this process has open, where the system tells. */
const sockets = () => (process.platform !== 'linux' ? [] : fs.readdirSync('/proc/self/fd')).filter((fd) => {
  try {
    return fs.readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
  } catch {
    return false;
  }
}).length;

describe('connectionAttemptDelay', () => {
  const ends = [];
  afterEach(tidy);
  afterEach(async () => {
    for (const end of ends.splice(0)) await end.close();
  });

  beforeEach(function loopback() {
    needsHost(this, '127.0.0.2'); // the whole of 127.0.0.0/8 is local
  });

  async function deaf(hosts, port) {
    const end = await silent(hosts, port);
    ends.push(end);
    return end;
  }

  function refusing() {
    const port = refusedPort('127.0.0.2');
    ends.push(port);
    return port.port;
  }

  it('an attempt goes on beside the one before, and the first that connects wins', async function test() {
    needsTool(this, 'python3');
    const server = await listening(net.createServer((one) => one.end('hello')));
    const { port } = await deaf(['127.0.0.2'], server.address().port);
    const socket = race({ port }, '127.0.0.2', HOST);
    const events = watch(socket);
    await once(socket, 'connect');
    assert.deepStrictEqual(events, ['connectionAttempt 127.0.0.2', `connectionAttempt ${HOST}`]);
    assert.strictEqual(socket.remoteAddress, HOST);
    assert.deepStrictEqual(socket.autoSelectFamilyAttemptedAddresses, [`127.0.0.2:${port}`, `${HOST}:${port}`]);
    const [data] = await once(socket, 'data');
    assert.strictEqual(String(data), 'hello');
  });

  it('an attempt that others were started beside may still win', async function test() {
    needsTool(this, 'python3');
    const end = await deaf(['127.0.0.2', '127.0.0.3']);
    const socket = race({ port: end.port }, '127.0.0.2', '127.0.0.3');
    const events = watch(socket);
    await started(socket, '127.0.0.3');
    end.answer('127.0.0.2'); // the kernel asks again after a second
    await once(socket, 'connect');
    assert.strictEqual(socket.remoteAddress, '127.0.0.2');
    assert.deepStrictEqual(events, ['connectionAttempt 127.0.0.2', 'connectionAttempt 127.0.0.3']);
  });

  it('the losers are closed: nothing of them is left', async function test() {
    needsLinux(this); // which tells what is open
    needsTool(this, 'python3');
    const server = await listening(net.createServer());
    const { port } = await deaf(['127.0.0.2', '127.0.0.3'], server.address().port);
    const before = sockets();
    const socket = race({ port }, '127.0.0.2', '127.0.0.3', HOST);
    const accepting = once(server, 'connection');
    await once(socket, 'connect');
    const [accepted] = await accepting;
    await new Promise((resolve) => setImmediate(resolve));
    assert.strictEqual(sockets(), before + 2);
    accepted.destroy();
    await closed(socket.resume());
    await new Promise((resolve) => setImmediate(resolve));
    assert.strictEqual(sockets(), before);
  });

  it('a program that closes the handle ends each attempt, and so the race', async function test() {
    needsTool(this, 'python3');
    const { port } = await deaf(['127.0.0.2', '127.0.0.3']);
    const socket = race({ port }, '127.0.0.2', '127.0.0.3', HOST);
    const events = watch(socket);
    const failing = once(socket, 'error');
    socket.on('connectionAttempt', (ip) => ip === '127.0.0.3' && socket._handle.close());
    const [error] = await failing;
    assert.deepStrictEqual(error.errors.map(({ code, address }) => [code, address]), [
      ['ECANCELED', '127.0.0.2'], ['ECANCELED', '127.0.0.3'],
    ]);
    assert.deepStrictEqual(events, [
      'connectionAttempt 127.0.0.2', 'connectionAttempt 127.0.0.3',
      'connectionAttemptFailed 127.0.0.2 ECANCELED', 'connectionAttemptFailed 127.0.0.3 ECANCELED',
    ]);
    assert.deepStrictEqual([socket.connecting, socket.destroyed], [false, true]);
  });

  it('attempts start that far apart', async function test() {
    needsTool(this, 'python3');
    const { port } = await deaf(['127.0.0.2']);
    const socket = race({ port, connectionAttemptDelay: 80 }, '127.0.0.2', '127.0.0.3');
    const times = [];
    socket.on('connectionAttempt', (ip) => {
      times.push(process.hrtime.bigint());
      // which is not taken off the delay
      if (ip === '127.0.0.2') while (process.hrtime.bigint() - times[0] < 40000000n);
    });
    await started(socket, '127.0.0.3');
    assert.ok(times[1] - times[0] >= 118000000n);
  });

  it('a failed attempt starts the next one at once', async () => {
    const port = refusing();
    const server = await listening(net.createServer(), port, HOST);
    const socket = race({ port, connectionAttemptDelay: NEVER }, '127.0.0.2', HOST);
    const events = watch(socket);
    await once(socket, 'connect');
    assert.deepStrictEqual(events, [
      'connectionAttempt 127.0.0.2', 'connectionAttemptFailed 127.0.0.2 ECONNREFUSED', `connectionAttempt ${HOST}`,
    ]);
    assert.strictEqual(server.address().port, socket.remotePort);
  });

  it('without a failure the next one waits for the delay to end', async function test() {
    needsTool(this, 'python3');
    const { port } = await deaf(['127.0.0.2']);
    const socket = race({ port, connectionAttemptDelay: NEVER, connectTimeout: 100 }, '127.0.0.2', HOST);
    const events = watch(socket);
    await assert.rejects(once(socket, 'connect'), { code: 'ERR_SOCKET_CONNECTION_TIMEOUT' });
    assert.deepStrictEqual(events, ['connectionAttempt 127.0.0.2', 'connectionAttemptTimeout 127.0.0.2']);
  });

  it('when all fail the error names each address and the reason, in the order of the addresses', async () => {
    const port = refusing();
    const socket = race({ port }, '127.0.0.2', '127.0.0.3', '127.0.0.4');
    const [error] = await once(socket, 'error');
    assert.ok(error instanceof AggregateError);
    const texts = ['127.0.0.2', '127.0.0.3', '127.0.0.4'].map((host) => `connect ECONNREFUSED ${host}:${port}`);
    assert.strictEqual(error.message, `All 3 connection attempts failed: ${texts.join('; ')}`);
    assert.strictEqual(error.code, 'ECONNREFUSED');
    assert.deepStrictEqual(error.errors.map(({ message, address }) => [message, address]),
      texts.map((text, i) => [text, `127.0.0.${i + 2}`]));
    assert.strictEqual(socket.destroyed, true);
  });

  it('the failure of an address that comes late is the last one, and has its place in the errors', async function test() {
    needsTool(this, 'python3');
    const end = await deaf(['127.0.0.2']);
    const socket = race({ port: end.port }, '127.0.0.2', '127.0.0.3');
    const events = watch(socket);
    const failure = once(socket, 'error');
    await new Promise((resolve) => {
      socket.on('connectionAttemptFailed', resolve);
    });
    await end.close(); // now the first one is refused, when the kernel asks again
    const [error] = await failure;
    assert.deepStrictEqual(
      error.errors.map(({ address, code }) => [address, code]),
      [
        ['127.0.0.2', 'ECONNREFUSED'],
        ['127.0.0.3', 'ECONNREFUSED'],
      ],
    );
    assert.deepStrictEqual(events, [
      'connectionAttempt 127.0.0.2',
      'connectionAttempt 127.0.0.3',
      'connectionAttemptFailed 127.0.0.3 ECONNREFUSED',
      'connectionAttemptFailed 127.0.0.2 ECONNREFUSED',
    ]);
  });

  it('families are tried in turn, that of the first address first', async function test() {
    needsHost(this, '::1');
    const port = refusing();
    const socket = race({ port }, '::1', '127.0.0.2', '127.0.0.3');
    await once(socket, 'error');
    assert.deepStrictEqual(socket.autoSelectFamilyAttemptedAddresses,
      [`::1:${port}`, `127.0.0.2:${port}`, `127.0.0.3:${port}`]);
  });

  it('one address alone fails with its own error', async () => {
    const port = refusing();
    const socket = race({ port }, '127.0.0.2');
    const [error] = await once(socket, 'error');
    assert.deepStrictEqual([error.message, error.errors], [`connect ECONNREFUSED 127.0.0.2:${port}`, undefined]);
  });

  it('several addresses of a family that was asked for race too', async () => {
    const port = refusing();
    await listening(net.createServer(), port, HOST);
    let asked;
    const lookup = (host, options, callback) => {
      asked = options;
      giving('127.0.0.2', HOST)(host, options, callback);
    };
    const socket = race({ port, family: 4, lookup });
    await once(socket, 'connect');
    assert.deepStrictEqual([asked.family, asked.all, socket.remoteAddress], [4, true, HOST]);
  });

  it('autoSelectFamily: false lets the first address alone be tried', async () => {
    const lookup = (host, options, callback) => setImmediate(callback, null, '127.0.0.2', 4);
    const socket = race({ port: refusing(), autoSelectFamily: false, lookup });
    const events = watch(socket);
    await once(socket, 'error');
    assert.deepStrictEqual(events, ['connectionAttempt 127.0.0.2', 'connectionAttemptFailed 127.0.0.2 ECONNREFUSED']);
  });

  it('all attempts come from localAddress and localPort', async function test() {
    needsTool(this, 'python3');
    const server = await listening(net.createServer());
    const { port } = await deaf(['127.0.0.2'], server.address().port);
    const { port: localPort, close } = refusedPort('127.0.0.9');
    close();
    const accepting = once(server, 'connection');
    const socket = race({ port, localAddress: '127.0.0.9', localPort }, '127.0.0.2', HOST);
    await once(socket, 'connect');
    const [accepted] = await accepting;
    assert.deepStrictEqual([socket.localAddress, socket.localPort], ['127.0.0.9', localPort]);
    assert.deepStrictEqual([accepted.remoteAddress, accepted.remotePort], ['127.0.0.9', localPort]);
  });

  it('an address of another family than localAddress fails, and the others go on', async function test() {
    needsHost(this, '::1');
    const server = await listening(net.createServer());
    const socket = race({ port: server.address().port, localAddress: '127.0.0.9' }, '::1', HOST);
    const events = watch(socket);
    await once(socket, 'connect');
    assert.deepStrictEqual(events, ['connectionAttemptFailed ::1 EINVAL', `connectionAttempt ${HOST}`]);
  });

  it('an address on the block list is passed over at once', async () => {
    const blockList = new net.BlockList();
    blockList.addAddress('127.0.0.2');
    const server = await listening(net.createServer());
    const socket = race({ port: server.address().port, blockList, connectionAttemptDelay: NEVER }, '127.0.0.2', HOST);
    const events = watch(socket);
    await once(socket, 'connect');
    assert.deepStrictEqual(events, ['connectionAttemptFailed 127.0.0.2 ERR_IP_BLOCKED', `connectionAttempt ${HOST}`]);
  });

  it('all on the block list: the error says so of each', async () => {
    const blockList = new net.BlockList();
    blockList.addSubnet('127.0.0.0', 8);
    const socket = race({ port: 1, blockList }, '127.0.0.2', HOST);
    await assert.rejects(once(socket, 'connect'), {
      code: 'ERR_IP_BLOCKED',
      message:
        'All 2 connection attempts failed: IP(127.0.0.2) is blocked by net.BlockList; IP(127.0.0.1) is blocked by net.BlockList',
    });
  });

  for (const [name, end] of [
    ['destroy()', (socket) => socket.destroy()],
    ['a signal', (socket, controller) => controller.abort()],
  ]) {
    it(`${name} in the middle ends all attempts`, async function test() {
      needsLinux(this);
      needsTool(this, 'python3');
      const { port } = await deaf(['127.0.0.2', '127.0.0.3']);
      const before = sockets();
      const controller = new AbortController();
      const socket = race({ port, signal: controller.signal }, '127.0.0.2', '127.0.0.3', '127.0.0.4');
      socket.on('error', () => {});
      await started(socket, '127.0.0.3');
      assert.ok(sockets() > before);
      end(socket, controller);
      await closed(socket);
      await new Promise((resolve) => setImmediate(resolve));
      assert.strictEqual(sockets(), before);
    });
  }

  for (const which of ['127.0.0.2', '127.0.0.3']) {
    for (const event of ['connectionAttempt', 'connectionAttemptFailed']) {
      it(`destroy() in '${event}' of ${which === '127.0.0.2' ? 'the first' : 'a later'} address ends the race`, async () => {
        const port = refusing();
        const before = sockets();
        const socket = race({ port }, '127.0.0.2', '127.0.0.3', '127.0.0.4');
        const events = watch(socket);
        socket.on(event, (ip) => ip === which && socket.destroy());
        await closed(socket);
        await new Promise((resolve) => setImmediate(resolve));
        assert.strictEqual(events[events.length - 1].startsWith(`${event} ${which}`), true);
        assert.strictEqual(sockets(), before);
      });
    }
  }

  it("'timeout' of setTimeout() comes while the attempts go on", async function test() {
    needsTool(this, 'python3');
    const { port } = await deaf(['127.0.0.2', '127.0.0.3']);
    const socket = race({ port, timeout: 50 }, '127.0.0.2', '127.0.0.3');
    await once(socket, 'timeout');
    assert.strictEqual(socket.connecting, true);
  });

  it('unref() in the middle holds for whichever handle wins', async function test() {
    needsTool(this, 'python3');
    const end = await deaf(['127.0.0.2', '127.0.0.3']);
    const control = await listening(net.createServer((one) => {
      end.answer('127.0.0.2');
      one.destroy();
    }));
    const { stdout, stderr } = await script(`
      const lookup = (host, options, callback) => setImmediate(callback, null, [
        { address: '127.0.0.2', family: 4 }, { address: '127.0.0.3', family: 4 }]);
      const socket = net.connect({ host: 'x', port: ${end.port}, connectionAttemptDelay: 20, lookup });
      socket.on('connectionAttempt', (ip) => {
        if (ip !== '127.0.0.3') return;
        socket.unref();
        net.connect(${control.address().port}, '127.0.0.1').resume();
      });
      socket.on('connect', () => setTimeout(() => socket.destroy(), 100).unref());
      process.on('exit', () => console.log(socket.remoteAddress, socket.connecting, socket.destroyed));`);
    assert.deepStrictEqual([stdout, stderr], ['127.0.0.2 false false\n', '']);
  });

  it('ref() in the middle takes unref() back for whichever handle wins', async () => {
    const port = refusing();
    await listening(net.createServer((one) => one.resume()), port, HOST);
    const { stdout, stderr } = await script(`
      const list = ['127.0.0.2', '127.0.0.1'].map((address) => ({ address, family: 4 }));
      const lookup = (host, options, callback) => setImmediate(callback, null, list);
      const socket = net.connect({ host: 'x', port: ${port}, connectionAttemptDelay: 20, lookup });
      socket.unref().on('connectionAttempt', (ip) => ip === '127.0.0.1' && socket.ref());
      socket.on('connect', () => setTimeout(() => socket.destroy(), 50).unref());
      process.on('exit', () => console.log(socket.destroyed));`);
    assert.deepStrictEqual([stdout, stderr], ['true\n', '']);
  });

  it('options of the socket are set on the handle that wins', async function test() {
    needsTool(this, 'python3');
    const server = await listening(net.createServer());
    const { port } = await deaf(['127.0.0.2'], server.address().port);
    const socket = race({ port, typeOfService: 0x28 }, '127.0.0.2', HOST);
    await once(socket, 'connect');
    assert.strictEqual(socket.getTypeOfService(), 0x28);
  });

  it('socketOptions are set on each socket that is tried, and one that fails is the error of its address', async function test() {
    needsTool(this, 'python3');
    const server = await listening(net.createServer());
    const { port } = await deaf(['127.0.0.2'], server.address().port);
    const socket = race({ port, socketOptions: { IP_TTL: 9 } }, '127.0.0.2', HOST);
    await once(socket, 'connect');
    assert.deepStrictEqual([socket.remoteAddress, socket.getOption('IP_TTL')], [HOST, 9]);
    const failing = race({ port, socketOptions: { SO_BINDTODEVICE: 'none' } }, '127.0.0.2', HOST);
    const [error] = await once(failing, 'error');
    assert.deepStrictEqual(
      error.errors.map(({ option }) => option),
      ['SO_BINDTODEVICE', 'SO_BINDTODEVICE'],
    );
  });

  it('what was written before goes to the winner alone', async function test() {
    needsTool(this, 'python3');
    const server = await listening(net.createServer((one) => one.pipe(one)));
    const { port } = await deaf(['127.0.0.2'], server.address().port);
    const socket = race({ port }, '127.0.0.2', HOST);
    socket.end('x'.repeat(100000));
    let length = 0;
    for await (const chunk of socket) length += chunk.length;
    assert.strictEqual(length, 100000);
  });

  it('a socket can race again', async () => {
    const port = refusing();
    const socket = race({ port }, '127.0.0.2', '127.0.0.3');
    await once(socket, 'error');
    await closed(socket);
    await listening(net.createServer(), port, HOST);
    socket.connect({ host: 'x', port, connectionAttemptDelay: SHORT, lookup: giving('127.0.0.2', HOST) });
    await once(socket, 'connect');
    assert.strictEqual(socket.remoteAddress, HOST);
  });

  it('a process that exits in the middle of a race does so as if there was none', async function test() {
    needsTool(this, 'python3');
    const { port } = await deaf(['127.0.0.2', '127.0.0.3']);
    const program = `const { Worker } = require('worker_threads');
      const worker = new Worker(${JSON.stringify(`
        const net = require(${JSON.stringify(process.env.CNET_API_SUBJECT ?? require('node:path').join(__dirname, '../..'))});
        const list = [{ address: '127.0.0.2', family: 4 }, { address: '127.0.0.3', family: 4 }];
        net.connect({ host: 'x', port: ${port}, connectionAttemptDelay: 10, lookup: (h, o, done) => done(null, list) })
          .on('connectionAttempt', (ip) => ip === '127.0.0.3' && process.exit(3));`)}, { eval: true });
      worker.on('exit', (code) => console.log(code));`;
    const { code, stdout, stderr } = await node(['-e', program]);
    assert.deepStrictEqual([code, stdout, stderr], [0, '3\n', '']);
  });
});

describe('connectionAttemptDelay, checked', () => {
  for (const [value, code] of [
    [9, 'ERR_OUT_OF_RANGE'], [2 ** 31, 'ERR_OUT_OF_RANGE'], [10.5, 'ERR_OUT_OF_RANGE'], [NaN, 'ERR_OUT_OF_RANGE'],
    ['10', 'ERR_INVALID_ARG_TYPE'], [null, 'ERR_INVALID_ARG_TYPE'],
  ]) {
    it(`${typeof value} ${value} is ${code}`, () => {
      assert.throws(() => net.connect({ port: 1, connectionAttemptDelay: value }), { code });
    });
  }
});
