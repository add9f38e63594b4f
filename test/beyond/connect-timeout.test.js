'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');

const { node, script } = require('../support/child');
const { sockopts } = require('../support/kernel');
const { needsLinux, needsTool } = require('../support/needs');
const { HOST, closed, refusedPort } = require('../support/net');
const { silent } = require('../support/silent');
const { SUBJECT, net } = require('../support/subject');
const { connected, listening, pair, tempFile, tempPath, tidy, track } = require('../support/tidy');

const CODE = 'ERR_SOCKET_CONNECTION_TIMEOUT';

describe('connectTimeout', () => {
  const ends = [];
  afterEach(tidy);
  afterEach(async () => {
    for (const end of ends.splice(0)) await end.close();
  });

  async function deaf(hosts) {
    const end = await silent(hosts);
    ends.push(end);
    return end.port;
  }

  it('an address that does not answer: an error of its own, and the socket is destroyed', async function test() {
    needsLinux(this);
    needsTool(this, 'python3');
    const port = await deaf([HOST]);
    const socket = track(net.connect({ port, host: HOST, connectTimeout: 50 }));
    const [error] = await once(socket, 'error');
    assert.deepStrictEqual(
      [error.code, error.message, error.host, error.port, error.timeout, socket.destroyed, socket.connecting],
      [CODE, `Socket connection timeout: ${HOST}:${port} within 50 ms`, HOST, port, 50, true, false]);
    assert.deepStrictEqual(await closed(socket), [true]);
  });

  it('a lookup that does not answer counts too, and its late answer does nothing', async () => {
    let answer;
    const lookup = (host, options, callback) => (answer = callback);
    const socket = track(net.connect({ port: 1, host: 'slow.example', lookup, connectTimeout: 20 }));
    const events = [];
    const [error] = await once(socket, 'error');
    assert.deepStrictEqual([error.code, error.host], [CODE, 'slow.example']);
    await closed(socket);
    socket.on('connectionAttempt', () => events.push('attempt')).on('error', () => events.push('error'));
    answer(null, [{ address: HOST, family: 4 }]);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepStrictEqual([events, socket.connecting], [[], false]);
  });

  for (const autoSelectFamily of [true, false]) {
    it(`a late answer does nothing to the next connect() (autoSelectFamily: ${autoSelectFamily})`, async () => {
      const server = await listening(net.createServer());
      const { port } = server.address();
      let answer;
      const late = (host, options, callback) => (answer = callback);
      const socket = track(net.connect({ port: 1, host: 'x', lookup: late, autoSelectFamily, connectTimeout: 20 }));
      await once(socket, 'error');
      await closed(socket);
      let next;
      socket.connect({ port, host: 'y', autoSelectFamily, lookup: (host, options, callback) => (next = callback) });
      const attempts = [];
      socket.on('connectionAttempt', (...args) => attempts.push(args));
      if (autoSelectFamily) answer(null, [{ address: '127.0.0.2', family: 4 }]);
      else answer(null, '127.0.0.2', 4);
      if (autoSelectFamily) next(null, [{ address: HOST, family: 4 }]);
      else next(null, HOST, 4);
      await once(socket, 'connect');
      assert.deepStrictEqual(attempts, [[HOST, port, 4]]);
    });
  }

  it('it is a limit for all addresses together, and names what failed before', async function test() {
    needsLinux(this);
    needsTool(this, 'python3');
    const port = await deaf(['127.0.0.3']);
    const list = ['127.0.0.2', '127.0.0.3'].map((address) => ({ address, family: 4 }));
    const socket = track(
      net.connect({
        port,
        host: 'x',
        connectTimeout: 60,
        autoSelectFamilyAttemptTimeout: 2 ** 31 - 1,
        lookup: (host, options, done) => done(null, list),
      }),
    );
    const events = [];
    socket.on('connectionAttemptTimeout', (ip) => events.push(ip));
    const [error] = await once(socket, 'error');
    assert.deepStrictEqual(
      [error.code, error.cause.code, error.cause.address, events],
      [CODE, 'ECONNREFUSED', '127.0.0.2', ['127.0.0.3']],
    );
  });

  it('in a lookup, what an earlier connection failed with is no cause', async () => {
    const { port, close } = refusedPort();
    const socket = track(net.connect({ port, host: HOST }));
    await once(socket, 'error');
    await closed(socket);
    close();
    socket.connect({ port, host: 'x', lookup() {}, connectTimeout: 20 });
    const [error] = await once(socket, 'error');
    assert.deepStrictEqual([error.code, error.cause], [CODE, undefined]);
  });

  it('connect() with it while the socket connects fails as without it', async () => {
    const { port, close } = refusedPort();
    const socket = track(net.connect({ port, host: HOST }));
    socket.once('connectionAttempt', () => {
      socket.connect({ port, host: 'x', lookup() {}, connectTimeout: 5000 });
    });
    const [error] = await once(socket, 'error');
    close();
    assert.strictEqual(error.code, 'ECONNREFUSED');
  });

  it('a connection ends it', async () => {
    const server = await listening(net.createServer());
    const socket = await connected({ port: server.address().port, host: HOST, connectTimeout: 30 });
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.strictEqual(socket.destroyed, false);
  });

  it('an error before it is the error, and destroy() ends it', async () => {
    const { port, close } = refusedPort();
    const failing = track(net.connect({ port, host: HOST, connectTimeout: 5000 }));
    const [error] = await once(failing, 'error');
    close();
    assert.strictEqual(error.code, 'ECONNREFUSED');
    const { code, stdout } = await script(`
      net.connect({ port: 1, host: 'x', lookup() {}, connectTimeout: 2 ** 31 - 1 }).on('close', (hadError) => console.log(hadError)).destroy();`);
    assert.deepStrictEqual([code, stdout], [0, 'false\n']);
  });

  it('while it runs the process goes on, unless unref() was called', async () => {
    const program = (call) => `
      const socket = net.connect({ port: 1, host: 'x', lookup() {}, connectTimeout: 30 });
      socket.on('error', (error) => console.log(error.code))${call};`;
    assert.strictEqual((await script(program(''))).stdout, `${CODE}\n`);
    assert.strictEqual((await script(program('.unref()'))).stdout, '');
    assert.strictEqual((await script(program('.unref().ref()'))).stdout, `${CODE}\n`);
  });

  it('a path that connects is no error', async () => {
    const path = tempPath();
    await listening(net.createServer(), path);
    const socket = await connected({ path, connectTimeout: 5000 });
    assert.strictEqual(socket.connecting, false);
  });

  for (const [value, code] of [
    [-1, 'ERR_OUT_OF_RANGE'],
    [1.5, 'ERR_OUT_OF_RANGE'],
    [2 ** 31, 'ERR_OUT_OF_RANGE'],
    ['1', 'ERR_INVALID_ARG_TYPE'],
  ]) {
    it(`${typeof value} ${value} is ${code}`, () => {
      assert.throws(() => net.connect({ port: 1, connectTimeout: value }), { code });
    });
  }
});

describe('setUserTimeout', () => {
  afterEach(tidy);

  beforeEach(function linuxOnly() {
    needsLinux(this);
  });

  it('the system has it, and getUserTimeout() tells', async function test() {
    needsTool(this, 'python3');
    const { client } = await pair();
    assert.strictEqual(client.getUserTimeout(), 0);
    assert.strictEqual(client.setUserTimeout(1234), client);
    assert.strictEqual(client.getUserTimeout(), 1234);
    assert.deepStrictEqual(await sockopts(client.fd, 'IPPROTO_TCP.TCP_USER_TIMEOUT'), [1234]);
    assert.strictEqual(client.setUserTimeout(0).getUserTimeout(), 0);
  });

  it('before the connection it is kept for it', async () => {
    const server = await listening(net.createServer());
    const socket = track(new net.Socket()).setUserTimeout(77);
    assert.strictEqual(socket.getUserTimeout(), 77);
    socket.connect(server.address().port, HOST).setUserTimeout(88);
    assert.strictEqual(socket.getUserTimeout(), 88);
    await once(socket, 'connect');
    assert.strictEqual(socket._handle.getUserTimeout(), 88);
  });

  it('is an option of connect() and of createServer()', async () => {
    const { client, accepted } = await pair({
      clientOptions: { userTimeout: 500 },
      serverOptions: { userTimeout: 600 },
    });
    assert.deepStrictEqual([client.getUserTimeout(), accepted.getUserTimeout()], [500, 600]);
  });

  it('a peer that does not read makes the connection end with ETIMEDOUT', async () => {
    const { client } = await pair({ serverOptions: { pauseOnConnect: true }, clientOptions: { userTimeout: 300 } });
    client.write(Buffer.alloc(2 ** 25));
    const [error] = await once(client, 'error');
    assert.strictEqual(error.code, 'ETIMEDOUT');
  });

  it('on a path that of a server does nothing, and that of a client is refused', async () => {
    const { client } = await pair({ path: tempPath(), serverOptions: { userTimeout: 600 } });
    assert.throws(() => client.setUserTimeout(6), {
      code: 'ERR_INVALID_HANDLE_TYPE',
      message: /^setUserTimeout\(\) is for TCP sockets only/,
    });
    assert.strictEqual(client.setUserTimeout(0).getUserTimeout(), 0);
    assert.throws(() => net.connect({ path: '/nowhere', userTimeout: 5 }), {
      code: 'ERR_INVALID_ARG_VALUE',
      message: /userTimeout' is an option for TCP/,
    });
  });

  it('a worker of a cluster sets it on what the primary has accepted', async () => {
    const file = tempFile('worker.js');
    fs.writeFileSync(file, `
      const net = require(${JSON.stringify(SUBJECT)});
      const cluster = require('cluster');
      if (cluster.isPrimary) {
        const worker = cluster.fork();
        worker.on('listening', ({ port }) => net.connect(port, '127.0.0.1').resume().on('error', () => {}));
        worker.on('message', (text) => { console.log(text); worker.kill(); });
      } else {
        net.createServer({ userTimeout: 700 }, (one) => process.send(one.getUserTimeout())).listen(0, '127.0.0.1');
      }`);
    const { stdout, stderr } = await node([file]);
    assert.deepStrictEqual([stdout, stderr], ['700\n', '']);
  });

  for (const [value, code] of [
    [-1, 'ERR_OUT_OF_RANGE'], [0.5, 'ERR_OUT_OF_RANGE'], [2 ** 31, 'ERR_OUT_OF_RANGE'], ['1', 'ERR_INVALID_ARG_TYPE'],
    [undefined, 'ERR_INVALID_ARG_TYPE'],
  ]) {
    it(`${typeof value} ${value} is ${code}`, () => {
      assert.throws(() => new net.Socket().setUserTimeout(value), { code });
      if (value === undefined) return;
      assert.throws(() => net.connect({ port: 1, userTimeout: value }), { code });
      assert.throws(() => net.createServer({ userTimeout: value }), { code });
    });
  }
});
