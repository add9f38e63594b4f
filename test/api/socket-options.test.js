'use strict';

const assert = require('node:assert');
const { once } = require('node:events');

const { sockopts } = require('../support/kernel');
const { needsHost, needsTool, skip } = require('../support/needs');
const { HOST } = require('../support/net');
const { SUBJECT, net } = require('../support/subject');
const { listening, pair, tempPath, tidy, track } = require('../support/tidy');

const NO_DELAY = 'IPPROTO_TCP.TCP_NODELAY';
const KEEP_ALIVE = ['SOL_SOCKET.SO_KEEPALIVE', 'IPPROTO_TCP.TCP_KEEPIDLE', 'IPPROTO_TCP.TCP_KEEPINTVL',
  'IPPROTO_TCP.TCP_KEEPCNT'];

/** What the kernel says of the descriptor of `socket`. */
const ask = (socket, ...names) => sockopts(socket._handle.fd, ...names);

describe('options of sockets, as the kernel has them', () => {
  before(function () { needsTool(this, 'python3'); });
  afterEach(tidy);

  it('Nagle is on, unless it is turned off', async () => {
    const { client, accepted } = await pair();
    assert.deepStrictEqual([await ask(client, NO_DELAY), await ask(accepted, NO_DELAY)], [[0], [0]]);
  });

  it('setNoDelay() turns Nagle off, setNoDelay(false) on again', async () => {
    const { client } = await pair();
    const values = [];
    for (const args of [[], [false], [true], [undefined]]) {
      assert.strictEqual(client.setNoDelay(...args), client);
      values.push(...(await ask(client, NO_DELAY)));
    }
    assert.deepStrictEqual(values, [1, 0, 1, 1]);
  });

  it('noDelay of connect() and of createServer()', async () => {
    const { client, accepted } = await pair({ clientOptions: { noDelay: true }, serverOptions: { noDelay: true } });
    assert.deepStrictEqual([await ask(client, NO_DELAY), await ask(accepted, NO_DELAY)], [[1], [1]]);
  });

  it('setNoDelay() before connect() holds', async () => {
    const server = await listening(net.createServer());
    const socket = track(new net.Socket()).setNoDelay(true);
    socket.connect(server.address().port, HOST);
    await once(socket, 'connect');
    assert.deepStrictEqual(await ask(socket, NO_DELAY), [1]);
  });

  it('setKeepAlive(true, delay) sets the delay in seconds, 1 second between probes, and 10 of them', async () => {
    const { client } = await pair();
    assert.strictEqual(client.setKeepAlive(true, 5999), client);
    assert.deepStrictEqual(await ask(client, ...KEEP_ALIVE), [1, 5, 1, 10]);
  });

  it('setKeepAlive(true, 0) leaves the delay as it is', async () => {
    const { client } = await pair();
    client.setKeepAlive(true, 5000);
    client.setKeepAlive(true, 0);
    assert.deepStrictEqual(await ask(client, ...KEEP_ALIVE), [1, 5, 1, 10]);
  });

  it('setKeepAlive(false) turns it off', async () => {
    const { client } = await pair();
    client.setKeepAlive(true, 5000);
    client.setKeepAlive(false);
    assert.deepStrictEqual(await ask(client, KEEP_ALIVE[0]), [0]);
  });

  it('setKeepAlive(enable, delay, interval, count) sets all, on every line of Node', async () => {
    const { client } = await pair();
    client.setKeepAlive(true, 2000, 3000, 4);
    assert.deepStrictEqual(await ask(client, ...KEEP_ALIVE), [1, 2, 3, 4]);
  });

  it('setKeepAlive({ enable, initialDelay, interval, count }) is the same', async () => {
    const { client } = await pair();
    client.setKeepAlive({ enable: true, initialDelay: 2000, interval: 3000, count: 4 });
    assert.deepStrictEqual(await ask(client, ...KEEP_ALIVE), [1, 2, 3, 4]);
  });

  it('a delay of less than a second turns it on, and leaves delay, interval and count as they are', async () => {
    const system = await ask((await pair()).client, ...KEEP_ALIVE.slice(1));
    for (const args of [[true], [true, 0], [true, 999], [true, 0, 3000, 4], [{ enable: true }]]) {
      const { client } = await pair();
      client.setKeepAlive(...args);
      assert.deepStrictEqual(await ask(client, ...KEEP_ALIVE), [1, ...system], JSON.stringify(args));
    }
  });

  for (const [interval, count] of [[0, 4], [999, 4], [3000, 0], [null, 4], [NaN, 4]]) {
    it(`an interval of ${interval} with a count of ${count} turns it on, and leaves all as they are`, async () => {
      const { client } = await pair();
      client.setKeepAlive(true, 2000, 3000, 4);
      client.setKeepAlive(true, 5000, interval, count);
      assert.deepStrictEqual(await ask(client, ...KEEP_ALIVE), [1, 2, 3, 4]);
    });
  }

  for (const count of [null, NaN, 1.5, '4', -3, 2 ** 32 + 5]) {
    it(`a count of ${typeof count === 'string' ? `'${count}'` : count} is 10`, async () => {
      const { client } = await pair();
      client.setKeepAlive(true, 2000, 3000, count);
      assert.deepStrictEqual(await ask(client, ...KEEP_ALIVE), [1, 2, 3, 10]);
    });
  }

  it('keepAliveInterval and keepAliveCount of connect() and of createServer()', async function () {
    if (SUBJECT === 'node:net') skip(this, 'cnet has them alone');
    const options = { keepAlive: true, keepAliveInitialDelay: 7000, keepAliveInterval: 6000, keepAliveCount: 5 };
    const { client, accepted } = await pair({ clientOptions: options, serverOptions: options });
    assert.deepStrictEqual(await ask(client, ...KEEP_ALIVE), [1, 7, 6, 5]);
    assert.deepStrictEqual(await ask(accepted, ...KEEP_ALIVE), [1, 7, 6, 5]);
  });

  it('keepAlive and keepAliveInitialDelay of connect() and of createServer()', async () => {
    const options = { keepAlive: true, keepAliveInitialDelay: 7000 };
    const { client, accepted } = await pair({ clientOptions: options, serverOptions: options });
    assert.deepStrictEqual(await ask(client, ...KEEP_ALIVE), [1, 7, 1, 10]);
    assert.deepStrictEqual(await ask(accepted, ...KEEP_ALIVE), [1, 7, 1, 10]);
  });

  it('setTypeOfService() is IP_TOS over IPv4', async () => {
    const { client } = await pair();
    assert.strictEqual(client.setTypeOfService(0x10), client);
    assert.deepStrictEqual([client.getTypeOfService(), ...(await ask(client, 'IPPROTO_IP.IP_TOS'))], [0x10, 0x10]);
  });

  it('setTypeOfService() is IPV6_TCLASS over IPv6', async function () {
    needsHost(this, '::1');
    const { client } = await pair({ host: '::1' });
    client.setTypeOfService(0x20);
    assert.deepStrictEqual(
      [client.getTypeOfService(), ...(await ask(client, 'IPPROTO_IPV6.IPV6_TCLASS'))],
      [0x20, 0x20],
    );
  });

  it('the option typeOfService is applied when connected', async () => {
    const { client } = await pair({ clientOptions: { typeOfService: 0x28 } });
    assert.deepStrictEqual(await ask(client, 'IPPROTO_IP.IP_TOS'), [0x28]);
  });

  it('descriptors are not given to programs that are started', async () => {
    const { client, accepted, server } = await pair();
    const fs = require('node:fs');
    const flagsOf = ({ fd }) =>
      Number.parseInt(/flags:\s*(\d+)/.exec(fs.readFileSync(`/proc/self/fdinfo/${fd}`))[1], 8);
    const closeOnExec = [client, accepted, server].map(({ _handle }) => flagsOf(_handle) & 0o2000000);
    assert.deepStrictEqual(closeOnExec, [0o2000000, 0o2000000, 0o2000000]);
  });
});

describe('options of sockets', () => {
  afterEach(tidy);

  it('on a Unix socket, noDelay, keepAlive and type of service are no errors', async () => {
    const { client } = await pair({ path: tempPath() });
    assert.strictEqual(client.setNoDelay().setKeepAlive(true, 1000), client);
  });

  for (const value of [-1, 256, 1.5, NaN, '1', null]) {
    it(`setTypeOfService(${value === '1' ? "'1'" : value}) throws`, () => {
      assert.throws(() => new net.Socket().setTypeOfService(value), /ERR_(OUT_OF_RANGE|INVALID_ARG_TYPE)/);
    });
  }

  for (const name of ['objectMode', 'readableObjectMode', 'writableObjectMode']) {
    it(`${name} is refused`, () => {
      assert.throws(() => new net.Socket({ [name]: true }), { code: 'ERR_INVALID_ARG_VALUE' });
    });
  }

  it('signal destroys the socket with an AbortError', async () => {
    const controller = new AbortController();
    const socket = track(new net.Socket({ signal: controller.signal }));
    const failing = once(socket, 'error');
    controller.abort();
    const [error] = await failing;
    assert.deepStrictEqual([error.name, error.code, socket.destroyed], ['AbortError', 'ABORT_ERR', true]);
  });
});
