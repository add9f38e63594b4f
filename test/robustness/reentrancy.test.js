'use strict';
// What a program does within a call of cnet, in a hook of async_hooks, an accessor or a callback, comes behind that
// call: no byte is lost or overtaken, and no callback is called twice or never.

const assert = require('node:assert');
const { createHook } = require('node:async_hooks');
const { once } = require('node:events');
const fs = require('node:fs');
const nodeNet = require('node:net');
const path = require('node:path');
const { Duplex } = require('node:stream');

const net = require('../..');
const { runFixture } = require('../support/child');
const { needsPosix } = require('../support/needs');
const { HOST } = require('../support/net');
const { patience, scaled } = require('../support/scale');
const { tempDir } = require('../support/temp');

const ROOT = path.join(__dirname, '..', '..');
const BIG = 8_000_000; // more than the kernel takes at once

/** Two ends of a connection; the server's does not read yet. */
async function pair(api, listenOptions = { port: 0, host: HOST }) {
  const server = api.createServer({ pauseOnConnect: true }).listen(listenOptions);
  await once(server, 'listening');
  const client = api.connect(listenOptions.path ? listenOptions : server.address());
  const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  server.close();
  return { client, accepted };
}

/** All that comes, until the end or the reset. */
async function readAll(socket) {
  const got = [];
  socket.on('data', (chunk) => got.push(chunk)).on('error', () => {}).resume();
  await new Promise((resolve) => { socket.once('close', resolve).once('end', resolve); });
  socket.destroy();
  return Buffer.concat(got);
}

/** Bytes as runs of the same one: `3A 1B`. */
function runsOf(bytes) {
  const runs = [];
  for (let begin = 0, end = 0; begin < bytes.length; begin = end) {
    while (end < bytes.length && bytes[end] === bytes[begin]) end++;
    runs.push(`${end - begin}${String.fromCharCode(bytes[begin])}`);
  }
  return runs.join(' ');
}

/** A hook that runs `work` when the first async resource of `type` is made. */
function hookFor(type, work) {
  let isDone = false;
  const hook = createHook({
    init(id, name) {
      if (isDone || !type.test(name)) return;
      isDone = true;
      work();
    },
  }).enable();
  return () => {
    hook.disable();
    assert.ok(isDone, `no resource of ${type} was made`);
  };
}

/** Runs `work` in such a hook while `within` runs. */
function inHook(type, work, within) {
  const end = hookFor(type, work);
  within();
  end();
}

/** The same, or in the tick after it. */
async function inTick(type, work, within) {
  const end = hookFor(type, work);
  within();
  await new Promise((resolve) => { setImmediate(resolve); });
  end();
}

const WRITE = /^WRITEWRAP$/i;
const letter = (char, length = 1000) => Buffer.alloc(length, char);

describe('re-entrancy', function () {
  this.timeout(patience(60000));

  let temp;
  before(() => {
    temp = tempDir();
  });
  after(() => temp.remove());

  describe('at random, in hooks, accessors, events and callbacks', () => {
    const passes = (...args) => async () => {
      assert.deepStrictEqual(await runFixture('reentrancy.js', args), { status: 0, stdout: '[]\n', stderr: '' });
    };

    for (let seed = 1; seed <= scaled(4); seed++) {
      it(`all that is written comes in the order of the calls (seed ${seed})`, passes(ROOT, String(seed), 'end'));
      it(`what comes before a destroy() is in that order (seed ${seed})`, passes(ROOT, String(seed), 'destroy'));
      if (process.platform === 'win32') continue;
      it(`so are files and messages with descriptors (seed ${seed})`, passes(ROOT, String(seed), 'end', 'beyond'));
      it(`also before a destroy() (seed ${seed})`, passes(ROOT, String(seed), 'destroy', 'beyond'));
    }

    it('node:net does the same', passes('node:net', '1', 'end'));
  });

  describe('in the hook of a write that has to wait', () => {
    const CORKED = 'pieces that were corked';
    const TEXTS = 'texts until one waits';
    const FIRST = {
      'a Buffer': (client) => client.write(letter('A', BIG)),
      'a Buffer with a callback': (client) => client.write(letter('A', BIG), () => {}),
      'a long text': (client) => client.write('A'.repeat(BIG)),
      [CORKED]: (client) => {
        client.cork();
        for (let i = 0; i < 8; i++) client.write(letter('A', BIG / 8));
        client.uncork();
      },
      [TEXTS]: (client) => {
        for (let left = BIG; left > 0; left -= 10000) client.write('A'.repeat(10000));
      },
    };

    for (const [what, write] of Object.entries(FIRST)) {
      it(`write() comes behind ${what}, and the next one behind that`, async () => {
        const { client, accepted } = await pair(net);
        const within = what === CORKED ? inTick : inHook;
        await within(WRITE, () => client.write(letter('B')), () => {
          write(client);
          client.write(letter('C'));
        });
        client.end();
        const got = runsOf(await readAll(accepted));
        if (what === CORKED) assert.strictEqual(got, '8000000A 1000C 1000B'); // the hook is called in the next tick
        else if (what === TEXTS) assert.match(got, /^\d+A 1000B \d+A 1000C$/);
        else assert.strictEqual(got, '8000000A 1000B 1000C');
        assert.strictEqual(got.match(/\d+(?=A)/g).reduce((sum, length) => sum + Number(length), 0), BIG);
      });
    }

    it('cork() and what is corked come behind it', async () => {
      const { client, accepted } = await pair(net);
      inHook(WRITE, () => {
        client.cork();
        client.write(letter('B'));
        client.write('x');
      }, () => client.write(letter('A', BIG)));
      client.write(letter('C'));
      client.uncork();
      client.end();
      assert.strictEqual(runsOf(await readAll(accepted)), '8000000A 1000B 1x 1000C');
    });

    it("end() sends it whole, then the end, and write() afterwards is 'write after end'", async () => {
      const { client, accepted } = await pair(net);
      inHook(WRITE, () => client.end('B'), () => client.write(letter('A', BIG)));
      const failed = new Promise((resolve) => { client.write('C', resolve); });
      client.on('error', () => {});
      assert.strictEqual((await failed).code, 'ERR_STREAM_WRITE_AFTER_END');
      accepted.resume();
    });

    for (const how of ['destroy', 'resetAndDestroy']) {
      it(`${how}() ends it: each callback is called once, and 'close' comes once`, async () => {
        const { client, accepted } = await pair(net);
        const calls = { outer: 0, nested: 0 };
        let closes = 0;
        client.on('close', () => closes++).on('error', () => {});
        inHook(WRITE, () => {
          client.write('B', () => calls.nested++);
          client[how]();
        }, () => client.write(letter('A', BIG), () => calls.outer++));
        await once(client, 'close');
        await new Promise((resolve) => { setImmediate(resolve); });
        assert.deepStrictEqual({ ...calls, closes }, { outer: 1, nested: 1, closes: 1 });
        assert.match(runsOf(await readAll(accepted)), /^(\d+A)?$/);
      });
    }

    it('the stream counts it as node:net does', async () => {
      const seen = await Promise.all([net, nodeNet].map(async (api) => {
        const { client, accepted } = await pair(api);
        const log = [];
        inHook(WRITE, () => {
          log.push(client.writableLength, client.write(letter('B', 50000)), client.writableLength, client.bytesWritten);
        }, () => log.push(client.write(letter('A', 10)), client.write(letter('A', BIG), () => log.push('written'))));
        log.push(client.writableLength, client.writableNeedDrain);
        client.once('drain', () => {
          log.push('drain', client.writableLength);
          client.end();
        });
        await readAll(accepted);
        return log;
      }));
      assert.deepStrictEqual(seen[0], seen[1]);
    });

    it('sendFile() comes behind it', async function () {
      needsPosix(this);
      const file = temp.path('file');
      fs.writeFileSync(file, letter('F', 100000));
      const { client, accepted } = await pair(net);
      let sending;
      inHook(WRITE, () => {
        sending = client.sendFile(file);
      }, () => client.write(letter('A', BIG)));
      client.write(letter('C'));
      client.end();
      assert.strictEqual(runsOf(await readAll(accepted)), '8000000A 100000F 1000C');
      assert.strictEqual(await sending, 100000);
    });
  });

  it('write() in the hook of a file that is sent comes behind the file', async function () {
    needsPosix(this);
    const file = temp.path('file');
    fs.writeFileSync(file, letter('F', BIG));
    const fd = fs.openSync(file);
    const { client, accepted } = await pair(net);
    inHook(WRITE, () => client.write(letter('B')), () => { client.sendFile(fd, () => fs.closeSync(fd)); });
    client.write(letter('C'));
    client.end();
    assert.strictEqual(runsOf(await readAll(accepted)), '8000000F 1000B 1000C');
  });

  it('destroy() in the hook of a file that is sent: the callbacks of what was queued are called once', async function () {
    needsPosix(this);
    const file = temp.path('file');
    fs.writeFileSync(file, letter('F', BIG));
    const fd = fs.openSync(file);
    const { client, accepted } = await pair(net);
    const calls = [0, 0];
    client.on('error', () => {});
    inHook(
      WRITE,
      () => client.destroy(),
      () => {
        client.sendFile(fd, () => calls[0]++);
      },
    );
    client.write('B', () => calls[1]++);
    await once(client, 'close');
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    assert.deepStrictEqual(calls, [1, 1]);
    fs.closeSync(fd);
    accepted.destroy();
  });

  it('destroy() in the hook of a message with descriptors that waits: each callback is called once', async function () {
    needsPosix(this);
    const { client, accepted } = await pair(net, { path: temp.socket('socket') });
    const calls = [];
    let isDestroyed = false;
    client.on('error', () => {});
    const end = hookFor(/^(bound-anonymous-fn|again)$/, () => {
      isDestroyed = true;
      client.destroy();
    });
    for (let i = 0; !isDestroyed; i++) {
      calls.push(0);
      client.sendDescriptors(letter('D'), [0], () => calls[i]++);
    }
    end();
    await once(client, 'close');
    await new Promise((resolve) => { setImmediate(resolve); });
    assert.deepStrictEqual(calls, calls.map(() => 1));
    accepted.destroy();
  });

  it('files and writes that were corked go to no other peer, when the socket connects again in the same tick', async function () {
    needsPosix(this);
    const file = temp.path('file');
    fs.writeFileSync(file, letter('F', 1000));
    const { client } = await pair(net);
    const server = net.createServer().listen(0, HOST);
    await once(server, 'listening');
    client.on('error', () => {});
    client.cork();
    const failed = new Promise((resolve) => {
      client.write(letter('A'), resolve);
    });
    client.sendFile(file, () => {});
    client.uncork();
    client.destroy();
    client.connect(server.address());
    client.end('B');
    const [accepted] = await once(server, 'connection');
    assert.strictEqual(runsOf(await readAll(accepted)), '1B');
    assert.strictEqual((await failed).code, 'ERR_SOCKET_CLOSED'); // that of the first peer, and it is not even tried
    server.close();
  });

  it('setTimeout() in the hook of a setTimeout() leaves one timeout', async () => {
    const { client, accepted } = await pair(net);
    let count = 0;
    client.on('timeout', () => count++);
    inHook(/^Timeout$/, () => client.setTimeout(1), () => client.setTimeout(40));
    await once(client, 'timeout');
    await new Promise((resolve) => { setTimeout(resolve, 60); });
    assert.strictEqual(count, 1);
    client.destroy();
    accepted.destroy();
  });

  it('a function in the place of Duplex.prototype.write is given every write, in the order of node:net', async () => {
    const seen = await Promise.all([net, nodeNet].map(async (api) => {
      const { client, accepted } = await pair(api);
      const { write } = Duplex.prototype;
      let count = 0;
      Duplex.prototype.write = function patched(...args) {
        if (this === client && count++ === 1) write.call(client, letter('B'));
        return write.apply(this, args);
      };
      try {
        client.write(letter('A'));
        client.write(letter('A', BIG));
        client.write('C');
      } finally {
        Duplex.prototype.write = write;
      }
      client.end();
      return [count, runsOf(await readAll(accepted))];
    }));
    assert.deepStrictEqual(seen[0], [3, '1000A 1000B 8000000A 1C']);
    assert.deepStrictEqual(seen[1], seen[0]);
  });

  it('write() in an accessor of what is written comes in the place that it has with node:net', async () => {
    const seen = await Promise.all([net, nodeNet].map(async (api) => {
      const { client, accepted } = await pair(api);
      const chunk = letter('A', BIG);
      Object.defineProperty(chunk, 'length', { get() {
        client.write(letter('B'));
        return BIG;
      } });
      client.write(chunk);
      client.write(letter('C'));
      client.end();
      return runsOf(await readAll(accepted));
    }));
    assert.deepStrictEqual(seen, ['1000B 8000000A 1000C', '1000B 8000000A 1000C']);
  });

  it('listen() in the hook of a listen() on a path: the server listens once', async function () {
    needsPosix(this);
    const server = net.createServer();
    inHook(/^PIPESERVERWRAP$/, () => server.listen(temp.socket('a')), () => server.listen(temp.socket('b')));
    const [error] = await once(server, 'error');
    assert.strictEqual(error.code, 'ERR_SERVER_ALREADY_LISTEN');
    assert.strictEqual(server.address(), temp.socket('a'));
    assert.ok(!fs.existsSync(temp.socket('b')));
    server.close();
  });
});
