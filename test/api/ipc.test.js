'use strict';

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');

const { script } = require('../support/child');
const { needsLinux, skip } = require('../support/needs');
const { closed, text } = require('../support/net');
const { SUBJECT, net } = require('../support/subject');
const { connected, listening, pair, tempPath, tidy, track } = require('../support/tidy');

/** A path of exactly `bytes` bytes. */
function pathOf(bytes) {
  const short = tempPath('x');
  return short + 'x'.repeat(bytes - Buffer.byteLength(short));
}

const modeOf = (file) => fs.statSync(file).mode & 0o777;

/** What a client reads of a server on `name` that says hello. */
async function hello(name) {
  const server = await listening(net.createServer((socket) => socket.end('hello')), name);
  return { server, said: await text(await connected(name)) };
}

describe('Unix sockets', function () {
  before(function () {
    if (process.platform === 'win32') skip(this, 'no files on Windows');
  });
  afterEach(tidy);

  it('the file is there while the server listens, and close() unlinks it', async () => {
    const file = tempPath();
    const server = await listening(net.createServer(), file);
    assert.ok(fs.statSync(file).isSocket());
    server.close();
    await closed(server);
    assert.strictEqual(fs.existsSync(file), false);
  });

  it('the file of a process that crashes stays', async () => {
    const file = tempPath();
    const source = `net.createServer().listen(${JSON.stringify(file)}, () => process.kill(process.pid, 'SIGKILL'));`;
    assert.strictEqual((await script(source)).signal, 'SIGKILL');
    assert.ok(fs.existsSync(file));
    await assert.rejects(listening(net.createServer(), file), { code: 'EADDRINUSE' });
  });

  it("a failed bind leaves the other server's file and its mode", async () => {
    const file = tempPath();
    const first = await listening(net.createServer((socket) => socket.end('first')), file);
    fs.chmodSync(file, 0o600);
    const second = track(net.createServer());
    second.listen({ path: file, readableAll: true, writableAll: true });
    const [error] = await once(second, 'error');
    second.close();
    assert.deepStrictEqual([error.code, error.address, modeOf(file)], ['EADDRINUSE', file, 0o600]);
    assert.strictEqual(await text(await connected(file)), 'first');
    assert.strictEqual(first.listening, true);
  });

  it('a second server on the same handle does not unlink when it closes', async () => {
    const file = tempPath();
    const server = await listening(net.createServer(), file);
    const child = spawn(process.execPath, ['-e', `
      const net = require(${JSON.stringify(SUBJECT)});
      const server = net.createServer().listen({ fd: 3 }, () => server.close());
    `], { stdio: ['ignore', 'inherit', 'inherit', server._handle.fd] });
    assert.deepStrictEqual(await once(child, 'close'), [0, null]);
    assert.ok(fs.existsSync(file));
  });

  for (const [options, mode] of [
    [{ readableAll: true }, 0o444],
    [{ writableAll: true }, 0o222],
    [{ readableAll: true, writableAll: true }, 0o666],
  ]) {
    it(`${Object.keys(options).join(' and ')} makes the mode of the file ${mode.toString(8)}`, async () => {
      const saved = process.umask(0o077);
      try {
        const file = tempPath();
        await listening(net.createServer(), { path: file, ...options });
        assert.strictEqual(modeOf(file), mode);
      } finally {
        process.umask(saved);
      }
    });
  }

  it('without options the mode is that of the umask', async () => {
    const saved = process.umask(0o027);
    try {
      const file = tempPath();
      await listening(net.createServer(), file);
      assert.strictEqual(modeOf(file), 0o750);
    } finally {
      process.umask(saved);
    }
  });

  for (const bytes of [107, 108]) {
    it(`a path of ${bytes} bytes is used in full`, async function () {
      needsLinux(this);
      const file = pathOf(bytes);
      assert.strictEqual((await hello(file)).said, 'hello');
      assert.deepStrictEqual(fs.readdirSync(path.dirname(file)), [path.basename(file)]);
    });
  }

  it('a path of two-byte characters is measured in bytes', async function () {
    needsLinux(this);
    const short = tempPath('');
    await assert.rejects(listening(net.createServer(), short + 'é'.repeat(54)), { code: 'EINVAL' });
  });

  for (const bytes of [109, 200]) {
    it(`listening on a path of ${bytes} bytes is EINVAL, and makes no file`, async () => {
      const file = pathOf(bytes);
      await assert.rejects(listening(net.createServer(), file), { code: 'EINVAL', syscall: 'listen', address: file });
      assert.deepStrictEqual(fs.readdirSync(path.dirname(file)), []);
    });

    it(`connecting to a path of ${bytes} bytes is EINVAL`, async () => {
      await assert.rejects(connected(pathOf(bytes)), { code: 'EINVAL', syscall: 'connect' });
    });
  }

  it('a path inside which is a zero byte is refused by both sides', async () => {
    const file = `${tempPath()}\0x`;
    await assert.rejects(listening(net.createServer(), file), { code: 'EINVAL', syscall: 'listen' });
    await assert.rejects(connected(file), { code: 'EINVAL', syscall: 'connect' });
    assert.strictEqual(fs.existsSync(file.slice(0, -2)), false);
  });

  it('connecting to a missing path is ENOENT, to a file ECONNREFUSED', async () => {
    const missing = tempPath();
    await assert.rejects(connected(missing), {
      code: 'ENOENT',
      address: missing,
      message: `connect ENOENT ${missing}`,
    });
    fs.writeFileSync(missing, '');
    await assert.rejects(connected(missing), { code: 'ECONNREFUSED' });
  });

  it('the ends of a Unix socket have no address', async () => {
    const { client, accepted } = await pair({ path: tempPath() });
    for (const socket of [client, accepted]) {
      assert.deepStrictEqual([socket.address(), socket.remoteAddress, socket.localPort], [{}, undefined, undefined]);
    }
  });
});

describe('abstract Unix sockets', () => {
  before(function () { needsLinux(this); });
  afterEach(tidy);

  const nameOf = (bytes) => `\0cnet-${process.pid}-`.padEnd(bytes, 'x');

  for (const bytes of [30, 107, 108]) {
    it(`a name of ${bytes} bytes works, on every line of Node`, async () => {
      const { server, said } = await hello(nameOf(bytes));
      assert.deepStrictEqual([said, server.address()], ['hello', nameOf(bytes)]);
    });
  }

  it('a name of 109 bytes is EINVAL', async () => {
    await assert.rejects(listening(net.createServer(), nameOf(109)), { code: 'EINVAL' });
  });

  it('the kernel has the name as it was given, and no file is made', async () => {
    const name = nameOf(40);
    await hello(name);
    const names = fs.readFileSync('/proc/net/unix', 'utf8').split('\n').map((line) => line.split(' ').pop());
    assert.ok(names.includes(`@${name.slice(1)}`));
    assert.strictEqual(fs.existsSync(name.slice(1)), false);
  });

  it('the name is free when the server has closed', async () => {
    const { server } = await hello(nameOf(30));
    server.close();
    await closed(server);
    await assert.rejects(connected(nameOf(30)), { code: 'ECONNREFUSED' });
    assert.strictEqual((await hello(nameOf(30))).said, 'hello');
  });

  it('a name that is in use is EADDRINUSE', async () => {
    await hello(nameOf(30));
    await assert.rejects(listening(net.createServer(), nameOf(30)), { code: 'EADDRINUSE' });
  });
});
