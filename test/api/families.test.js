'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const { Worker } = require('node:worker_threads');

const { script } = require('../support/child');
const { needsHost, needsLinux, skip } = require('../support/needs');
const { HOST, closed } = require('../support/net');
const { SUBJECT, net } = require('../support/subject');
const { connected, listening, tidy, track } = require('../support/tidy');

const PRINT = 'console.log(net.getDefaultAutoSelectFamily(), net.getDefaultAutoSelectFamilyAttemptTimeout())';
const TIMEOUT_FLAG = '--network-family-autoselection-attempt-timeout';

/** The defaults of a process with these flags and this NODE_OPTIONS. */
async function defaultsOf(flags, nodeOptions = '') {
  const { code, stdout, stderr } = await script(PRINT, { flags, env: { ...process.env, NODE_OPTIONS: nodeOptions } });
  assert.strictEqual(code, 0, stderr);
  return stdout.trim();
}

/** The defaults in a worker with these options. */
async function defaultsOfWorker(options) {
  const source = `const net = require(${JSON.stringify(SUBJECT)});
    require('node:worker_threads').parentPort.postMessage(
      net.getDefaultAutoSelectFamily() + ' ' + net.getDefaultAutoSelectFamilyAttemptTimeout())`;
  const worker = new Worker(source, { eval: true, ...options });
  const [message] = await once(worker, 'message');
  await worker.terminate();
  return message;
}

/** Skips where the running Node has not got the flag's name of today (Node 18 has the old one). */
function needsFlag(test) {
  const flag = '--network-family-autoselection';
  if (!process.allowedNodeEnvironmentFlags.has(flag)) skip(test, `no ${flag}`);
}

/** Skips where the running Node does not know the flag (it came in 20.13 and 22.1). */
function needsTimeoutFlag(test) {
  if (!process.allowedNodeEnvironmentFlags.has(TIMEOUT_FLAG)) skip(test, `no ${TIMEOUT_FLAG}`);
}

describe('family selection: defaults', () => {
  const saved = [net.getDefaultAutoSelectFamily(), net.getDefaultAutoSelectFamilyAttemptTimeout()];
  afterEach(() => {
    net.setDefaultAutoSelectFamily(saved[0]);
    net.setDefaultAutoSelectFamilyAttemptTimeout(saved[1]);
  });

  it('on, and 500 ms, on every line of Node', async () => {
    assert.strictEqual(await defaultsOf([]), 'true 500');
  });

  it('--no-network-family-autoselection turns it off', async function () {
    needsFlag(this);
    assert.strictEqual(await defaultsOf(['--no-network-family-autoselection']), 'false 500');
  });

  it('--no-enable-network-family-autoselection, its old name, does the same', async () => {
    assert.strictEqual(await defaultsOf(['--no-enable-network-family-autoselection']), 'false 500');
  });

  it('NODE_OPTIONS=--no-network-family-autoselection turns it off', async function () {
    needsFlag(this);
    assert.strictEqual(await defaultsOf([], '--no-network-family-autoselection'), 'false 500');
  });

  it('the command line stands against NODE_OPTIONS', async function () {
    needsFlag(this);
    assert.strictEqual(
      await defaultsOf(['--network-family-autoselection'], '--no-network-family-autoselection'),
      'true 500',
    );
  });

  it(`${TIMEOUT_FLAG} sets the time`, async function () {
    needsTimeoutFlag(this);
    assert.strictEqual(await defaultsOf([`${TIMEOUT_FLAG}=77`]), 'true 77');
    assert.strictEqual(await defaultsOf([TIMEOUT_FLAG, '78']), 'true 78');
  });

  it(`NODE_OPTIONS=${TIMEOUT_FLAG} sets the time, in each of its forms`, async function () {
    needsTimeoutFlag(this);
    for (const form of [`${TIMEOUT_FLAG}=66`, `${TIMEOUT_FLAG} 66`, TIMEOUT_FLAG.slice(2).replace(/^|-/g, (c, i) =>
      (i === 0 ? '--' : '_')) + '=66', `"${TIMEOUT_FLAG}=66"`]) {
      assert.strictEqual(await defaultsOf([], form), 'true 66', form);
    }
  });

  it("a worker's execArgv is that worker's command line", async function () {
    needsFlag(this);
    assert.strictEqual(await defaultsOfWorker({ execArgv: ['--no-network-family-autoselection'] }), 'false 500');
    assert.strictEqual(await defaultsOfWorker({}), 'true 500');
    needsTimeoutFlag(this);
    assert.strictEqual(await defaultsOfWorker({ execArgv: [`${TIMEOUT_FLAG}=55`] }), 'true 55');
  });

  it('setDefaultAutoSelectFamily() and what it refuses', () => {
    net.setDefaultAutoSelectFamily(false);
    assert.strictEqual(net.getDefaultAutoSelectFamily(), false);
    assert.throws(() => net.setDefaultAutoSelectFamily(1), { code: 'ERR_INVALID_ARG_TYPE' });
  });

  it('setDefaultAutoSelectFamilyAttemptTimeout() takes 10 for less, and refuses what is not positive', () => {
    net.setDefaultAutoSelectFamilyAttemptTimeout(3);
    assert.strictEqual(net.getDefaultAutoSelectFamilyAttemptTimeout(), 10);
    for (const value of [0, -1, 1.5]) {
      assert.throws(() => net.setDefaultAutoSelectFamilyAttemptTimeout(value), { code: 'ERR_OUT_OF_RANGE' });
    }
  });

  it('the default decides what the lookup is asked', async () => {
    const asked = [];
    const lookup = (host, options, callback) => {
      asked.push(Boolean(options.all));
      callback(new Error('enough'));
    };
    for (const value of [true, false]) {
      net.setDefaultAutoSelectFamily(value);
      await closed(net.connect({ port: 1, host: 'x', lookup }).on('error', () => {}));
    }
    assert.deepStrictEqual(asked, [true, false]);
    await tidy();
  });
});

/** A listener whose queue is full, on a thread that sleeps: connections to it are neither made nor refused. */
async function fullListener() {
  const gate = new SharedArrayBuffer(4);
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
    const server = require('node:net').createServer();
    server.listen({ port: 0, host: '${HOST}', backlog: 1 }, () => {
      parentPort.postMessage(server.address().port);
      Atomics.wait(new Int32Array(workerData), 0, 0);
      server.close();
      process.exit();
    });`,
    { eval: true, workerData: gate },
  );
  const [port] = await once(worker, 'message');
  const fillers = await Promise.all([connected(port, HOST), connected(port, HOST)]);
  const release = async () => {
    const exit = once(worker, 'exit');
    Atomics.notify(new Int32Array(gate), 0);
    await exit;
    for (const filler of fillers) filler.on('error', () => {}).destroy();
  };
  return { port, release };
}

describe('family selection: a listener that throws', () => {
  /** Connects where 127.0.0.2 refuses; prints what the server has got, and the socket's state, when all is done. */
  const program = (event, options) => `
    process.on('uncaughtException', ({ message }) => console.log(message));
    const addresses = ['127.0.0.2', '127.0.0.1'].map((address) => ({ address, family: 4 }));
    const server = net.createServer((socket) => socket.end() && console.log('reached')).listen(0, '127.0.0.1', () => {
      const lookup = (host, { all }, done) => setImmediate(done, null, addresses);
      const socket = net.connect({ host: 'many.example', port: server.address().port, lookup, ...${options} });
      socket.on(${JSON.stringify(event)}, () => { throw new Error('thrown'); });
      socket.on('connect', () => console.log('connect'));
      socket.on('error', ({ code }) => console.log(code));
      server.unref();
      process.on('exit', () => console.log(socket.connecting, socket.destroyed));
    });`;

  async function run(event, options) {
    const { code, stdout, stderr } = await script(program(event, options));
    assert.deepStrictEqual([code, stdout, stderr], [0, 'thrown\ntrue false\n', '']);
  }

  it("in 'connectionAttempt' of the first of several addresses: none is tried", async function () {
    needsHost(this, '127.0.0.2');
    await run('connectionAttempt', '{ autoSelectFamily: true }');
  });

  it("in 'connectionAttempt', with localAddress: it is not tried", async function () {
    needsHost(this, '127.0.0.2');
    await run('connectionAttempt', "{ host: '127.0.0.1', localAddress: '127.0.0.1' }");
  });

  it("in 'connectionAttemptFailed': the next address is not tried", async function () {
    needsHost(this, '127.0.0.2');
    await run('connectionAttemptFailed', '{ autoSelectFamily: true }');
  });
});

describe('family selection: attempts', () => {
  let full;

  before(async function () {
    needsLinux(this);
    needsHost(this, '::1');
    full = await fullListener();
  });
  after(() => full?.release());
  afterEach(tidy);

  /** Connects to the listener that does not answer, then to ::1; the events it sees. */
  async function events(more = {}) {
    const lookup = (host, options, callback) =>
      callback(null, [{ address: HOST, family: 4 }, { address: '::1', family: 6 }]);
    const socket = track(
      net.connect({ port: full.port, host: 'two', lookup, autoSelectFamilyAttemptTimeout: 40, ...more }),
    );
    const seen = [];
    for (const name of ['connectionAttempt', 'connectionAttemptTimeout', 'connectionAttemptFailed', 'connect']) {
      socket.on(name, (ip, port, family, error) =>
        seen.push([name, ip, family, error?.code].filter(Boolean).join(' ')),
      );
    }
    const error = await Promise.race([once(socket, 'connect').then(() => null, (reason) => reason), closed(socket)]);
    return { socket, seen, error };
  }

  it("an attempt that takes too long is given up with 'connectionAttemptTimeout', and the next address tried", async () => {
    await listening(net.createServer(), full.port, '::1');
    const { socket, seen } = await events();
    assert.deepStrictEqual(seen.slice(-3), [
      `connectionAttemptTimeout ${HOST} 4`,
      'connectionAttempt ::1 6',
      'connect',
    ]);
    assert.strictEqual(socket.remoteAddress, '::1');
  });

  it('autoSelectFamilyAttemptedAddresses are all that were tried; the last is the connected one', async () => {
    await listening(net.createServer(), full.port, '::1');
    const { socket } = await events();
    assert.deepStrictEqual(socket.autoSelectFamilyAttemptedAddresses, [`${HOST}:${full.port}`, `::1:${full.port}`]);
  });

  it('when all fail, one AggregateError has the error of each, ETIMEDOUT for the one that was given up', async () => {
    const { seen, error } = await events();
    assert.ok(error instanceof AggregateError);
    assert.deepStrictEqual(error.errors.map(({ message }) => message), [
      `connect ETIMEDOUT ${HOST}:${full.port}`,
      `connect ECONNREFUSED ::1:${full.port}`,
    ]);
    assert.deepStrictEqual([error.code, seen.at(-1)], ['ETIMEDOUT', 'connectionAttemptFailed ::1 6 ECONNREFUSED']);
  });

  it('the last attempt is given no time limit', async () => {
    const socket = track(net.connect({ port: full.port, host: HOST, autoSelectFamilyAttemptTimeout: 10 }));
    socket.on('connectionAttemptTimeout', () => assert.fail('a limit'));
    await new Promise((resolve) => socket.setTimeout(60, resolve));
    assert.strictEqual(socket.connecting, true);
  });
});
