'use strict';
// The options `mode` and `unlinkStale` of listen() (docs/beyond/socket-files.md), with processes that are killed.

const assert = require('node:assert');
const cluster = require('node:cluster');
const { fork, spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { createInterface } = require('node:readline');

const { Pipe } = require('../../lib/native/handle');
const { needsLinux, needsPosix, skip } = require('../support/needs');
const { close, text } = require('../support/net');
const { patience } = require('../support/scale');
const { net } = require('../support/subject');
const { connected, listening, tempFile, tempPath, tidy, track } = require('../support/tidy');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'socket-file.js');
const has = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const children = new Set();

/* A server in another process: its first line is in `said`. */
function start(file, options = {}) {
  const child = fork(FIXTURE, [file, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  children.add(child);
  child.said = once(child.stdout.setEncoding('utf8'), 'data').then(([line]) => line.trim());
  return child;
}

/* A program under strace goes on when that is killed: both are in a group of their own. */
const strace = (...args) => spawn('strace', ['-f', ...args], { detached: true });

async function kill(child) {
  const exited = once(child, 'exit');
  try {
    if (child.spawnfile === 'strace') process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // it has ended meanwhile, and is about to be told of
  }
  await exited;
}

/* The file of a server that was killed. */
async function stale(options) {
  const file = tempPath();
  const child = start(file, options);
  assert.strictEqual(await child.said, 'listening');
  await kill(child);
  assert.ok(fs.statSync(file).isSocket());
  return file;
}

const modeOf = (file) => (fs.lstatSync(file).mode & 0o777).toString(8);

async function refusal(options) {
  const server = track(net.createServer());
  server.listen(options);
  const [error] = await once(server, 'error');
  assert.strictEqual(error.syscall, 'listen');
  assert.strictEqual(error.address, options.path);
  return error.code;
}

describe('files of Unix sockets', function () {
  this.timeout(patience(30000));
  before(function () { needsPosix(this); });

  afterEach(async () => {
    for (const child of children) if (child.exitCode === null && child.signalCode === null) await kill(child);
    children.clear();
    await tidy();
  });

  describe('mode', () => {
    for (const [mask, mode] of [
      [0o022, 0o600],
      [0o077, 0o666],
      [0o000, 0o660],
      [0o777, 0o700],
      [0o022, 0o777],
      [0o022, 0],
    ]) {
      it(`is ${mode.toString(8)} under umask ${mask.toString(8)} when it begins to listen, and afterwards`, async () => {
        const file = tempPath();
        const { listen: own } = Pipe.prototype;
        const seen = [];
        const before = process.umask(mask);
        Pipe.prototype.listen = function listenSeen(backlog) {
          seen.push(modeOf(file));
          return own.call(this, backlog);
        };
        const server = track(net.createServer());
        try {
          server.listen({ path: file, mode });
        } finally {
          Pipe.prototype.listen = own;
          process.umask(before);
        }
        await once(server, 'listening');
        assert.deepStrictEqual([...seen, modeOf(file)], [mode.toString(8), mode.toString(8)]);
        assert.strictEqual(process.umask(), before);
        await close(server);
        assert.ok(!fs.existsSync(file));
      });
    }

    it('is never more than what was asked for, from the making of the file on', async function () {
      if (!has('strace')) skip(this, 'strace is not there');
      const file = tempPath();
      const trace = tempFile('trace');
      const calls = 'trace=bind,listen,chmod,fchmod,fchmodat,umask';
      const child = strace('-o', trace, '-e', calls, process.execPath, FIXTURE, file, '{"mode":384}');
      children.add(child);
      await once(child.stdout, 'data');
      await kill(child);
      const lines = fs.readFileSync(trace, 'utf8').split('\n').map((line) => line.replace(/^\d+\s+/, ''));
      const at = lines.findIndex((line) => line.startsWith('bind(') && line.includes(file));
      assert.match(lines[at - 1], /^fchmod\(\d+, 0600\) += 0/);
      assert.match(lines[at + 1], /^listen\(/);
    });

    it('is that of the umask without the option, with unlinkStale', async () => {
      const file = tempPath();
      const before = process.umask(0o027);
      const server = track(net.createServer());
      try {
        server.listen({ path: file, unlinkStale: true });
      } finally {
        process.umask(before);
      }
      await once(server, 'listening');
      assert.strictEqual(modeOf(file), '750');
    });

    it('goes with readableAll and writableAll in their stead only', () => {
      for (const name of ['readableAll', 'writableAll']) {
        const options = { path: tempPath(), mode: 0o600, [name]: true };
        assert.throws(() => net.createServer().listen(options), { code: 'ERR_INVALID_ARG_VALUE' });
      }
    });

    it('of another type or beyond 0o777 is refused', () => {
      for (const [mode, code] of [
        ['600', 'ERR_INVALID_ARG_TYPE'],
        [null, 'ERR_INVALID_ARG_TYPE'],
        [-1, 'ERR_OUT_OF_RANGE'],
        [0o1000, 'ERR_OUT_OF_RANGE'],
        [1.5, 'ERR_OUT_OF_RANGE'],
      ]) {
        assert.throws(() => net.createServer().listen({ path: tempPath(), mode }), { code }, String(mode));
      }
      assert.throws(() => net.createServer().listen({ path: tempPath(), unlinkStale: 1 }), {
        code: 'ERR_INVALID_ARG_TYPE',
      });
    });
  });

  describe('unlinkStale', () => {
    it('takes the place of a server that was killed, whose file it would be stuck with otherwise', async () => {
      const file = await stale();
      assert.strictEqual(await refusal({ path: file }), 'EADDRINUSE');
      assert.strictEqual(await refusal({ path: file, mode: 0o600 }), 'EADDRINUSE');
      const server = await listening(
        net.createServer((socket) => socket.end('here')),
        { path: file, unlinkStale: true, mode: 0o600 },
      );
      assert.strictEqual(await text(await connected(file)), 'here');
      assert.strictEqual(modeOf(file), '600');
      await close(server);
      assert.ok(!fs.existsSync(file));
    });

    it('leaves a server alone that lives, which does not see a connection', async () => {
      const file = tempPath();
      const server = await listening(net.createServer(), file);
      server.on('connection', () => assert.fail('a connection was made'));
      assert.strictEqual(await refusal({ path: file, unlinkStale: true }), 'EADDRINUSE');
      await new Promise((resolve) => setImmediate(resolve));
      server.removeAllListeners('connection');
      await connected(file);
    });

    it('leaves a server alone that is bound and does not listen yet', async () => {
      const bound = new net.BoundSocket({ path: tempPath() });
      assert.strictEqual(await refusal({ path: bound.address(), unlinkStale: true }), 'EADDRINUSE');
      bound.close();
    });

    for (const [program, args] of [
      ['socat', (file) => [`UNIX-LISTEN:${file},fork`, 'EXEC:echo socat']],
      ['nc', (file) => ['-lkU', file]],
    ]) {
      it(`leaves ${program} alone, and takes its place when it is killed`, async function () {
        if (!has(program)) skip(this, `${program} is not there`);
        const file = tempPath();
        const child = spawn(program, args(file), { stdio: ['pipe', 'ignore', 'inherit'] });
        children.add(child);
        while (!fs.existsSync(file)) await new Promise((resolve) => setImmediate(resolve));
        assert.strictEqual(await refusal({ path: file, unlinkStale: true }), 'EADDRINUSE');
        await kill(child);
        await listening(
          net.createServer((socket) => socket.end('cnet')),
          { path: file, unlinkStale: true },
        );
        assert.strictEqual(await text(await connected(file)), 'cnet');
      });
    }

    it('removes nothing but a socket: a file, a directory, a link, even one to a stale socket', async () => {
      const file = tempFile('file');
      fs.writeFileSync(file, 'precious');
      const directory = tempFile('directory');
      fs.mkdirSync(directory);
      const link = tempFile('link');
      const target = await stale();
      fs.symlinkSync(target, link);
      for (const name of [file, directory, link]) {
        assert.strictEqual(await refusal({ path: name, unlinkStale: true }), 'EADDRINUSE', name);
      }
      assert.strictEqual(fs.readFileSync(file, 'utf8'), 'precious');
      assert.ok(fs.statSync(directory).isDirectory());
      assert.strictEqual(fs.readlinkSync(link), target);
      assert.ok(fs.existsSync(target));
    });

    it('leaves a socket of another type alone while it lives', async function () {
      if (!has('python3')) skip(this, 'python3 is not there');
      const file = tempPath();
      const code =
        'import socket, sys; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); print("bound", flush=True); s.recv(1)';
      const child = spawn('python3', ['-c', code, file], { stdio: ['ignore', 'pipe', 'inherit'] });
      children.add(child);
      await once(child.stdout, 'data');
      assert.strictEqual(await refusal({ path: file, unlinkStale: true }), 'EADDRINUSE');
      await kill(child);
      await listening(net.createServer(), { path: file, unlinkStale: true });
    });

    it('lets exactly one of many processes have the place, however long each stands before unlink(2)', async function () {
      if (!has('strace')) skip(this, 'strace is not there');
      const file = await stale();
      const wait = tempFile('wait');
      fs.writeFileSync(wait, '');
      const options = JSON.stringify({ unlinkStale: true, mode: 0o600, wait });
      const slowly = ['-o', '/dev/null', '-e', 'trace=unlink', '-e', 'inject=unlink:delay_enter=100000'];
      const racers = Array.from({ length: 4 }, () => strace(...slowly, process.execPath, FIXTURE, file, options));
      const said = racers.map((racer) => {
        children.add(racer);
        racer.lines = createInterface({ input: racer.stdout })[Symbol.asyncIterator]();
        return racer.lines.next();
      });
      for (const { value } of await Promise.all(said)) assert.strictEqual(value, 'ready');
      fs.unlinkSync(wait);
      const results = await Promise.all(racers.map((racer) => racer.lines.next()));
      assert.deepStrictEqual(results.map(({ value }) => value).sort(), [
        'EADDRINUSE',
        'EADDRINUSE',
        'EADDRINUSE',
        'listening',
      ]);
      assert.match(await text(await connected(file)), /^\d+$/);
    });

    it('waits for the lock of another one, and gives up with EBUSY when it is not let go', async function () {
      if (!has('flock')) skip(this, 'flock is not there');
      const file = await stale();
      const holder = spawn('flock', [path.dirname(file), 'sh', '-c', 'echo held; read line'], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      children.add(holder);
      await once(holder.stdout, 'data');
      assert.strictEqual(await refusal({ path: file, unlinkStale: true }), 'EBUSY');
      assert.ok(fs.existsSync(file));
      const exited = once(holder, 'exit');
      holder.stdin.end('\n');
      await exited;
      await listening(net.createServer(), { path: file, unlinkStale: true });
    });

    it('needs no lock, and leaves none, where nothing is in the way', async () => {
      const file = tempPath();
      await listening(net.createServer(), { path: file, unlinkStale: true });
      assert.deepStrictEqual(fs.readdirSync(path.dirname(file)), ['s']);
    });
  });

  describe('the end', () => {
    it('does not remove the file of a successor, nor what is no socket', async () => {
      for (const replace of [
        (file) => listening(net.createServer(), { path: file, mode: 0o600 }),
        (file) => fs.writeFileSync(file, ''),
      ]) {
        const file = tempPath();
        const server = await listening(net.createServer(), { path: file, mode: 0o600 });
        fs.unlinkSync(file);
        await replace(file);
        const { ino } = fs.lstatSync(file);
        await close(server);
        assert.strictEqual(fs.lstatSync(file).ino, ino);
      }
    });

    it('removes the file that the server made, in another process too', async () => {
      const file = tempPath();
      const child = start(file, { mode: 0o600 });
      assert.strictEqual(await child.said, 'listening');
      const exited = once(child, 'exit');
      child.send('close');
      assert.deepStrictEqual(await exited, [0, null]);
      assert.ok(!fs.existsSync(file));
    });

    it('a server listens again, on the same path or a longest one', async () => {
      const file = tempPath();
      const server = track(net.createServer());
      const longest = path.join(path.dirname(file), 'x'.repeat(107 - path.dirname(file).length - 1));
      for (const name of [file, longest, file]) {
        server.listen({ path: name, mode: 0o600, unlinkStale: true });
        await once(server, 'listening');
        assert.strictEqual(server.address(), name);
        const accepting = once(server, 'connection');
        (await connected(name)).destroy();
        (await accepting)[0].resume();
        await close(server);
      }
    });
  });

  describe('where it does not apply', () => {
    it('an abstract name has no mode, and nothing that could be stale', async function () {
      needsLinux(this);
      const name = `\0cnet-files-${process.pid}`;
      assert.throws(() => net.createServer().listen({ path: name, mode: 0o600 }), { code: 'ERR_INVALID_ARG_VALUE' });
      await listening(net.createServer(), { path: name, unlinkStale: true });
      assert.strictEqual(await refusal({ path: name, unlinkStale: true }), 'EADDRINUSE');
    });

    it('in a directory that is none it fails as without', async () => {
      const file = path.join(tempPath(), 'none');
      assert.strictEqual(await refusal({ path: file }), 'EACCES');
      assert.strictEqual(await refusal({ path: file, mode: 0o600, unlinkStale: true }), 'EACCES');
    });

    it('a path that is too long is refused, not cut', async () => {
      const file = `${tempPath()}${'x'.repeat(200)}`;
      assert.strictEqual(await refusal({ path: file, mode: 0o600 }), 'EINVAL');
    });

    it('a worker of a cluster is told that its primary binds, unless it listens by itself', async () => {
      const file = tempPath();
      const code = `
        const net = require(${JSON.stringify(path.join(__dirname, '../..'))});
        const path = ${JSON.stringify(file)};
        let code;
        try { net.createServer().listen({ path, mode: 0o600 }); } catch (error) { ({ code } = error); }
        net.createServer().listen({ path, mode: 0o600, exclusive: true }, () => process.send(code));
      `;
      const script = tempFile('worker.js');
      fs.writeFileSync(script, code);
      cluster.setupPrimary({ exec: script });
      const worker = cluster.fork();
      const [message] = await once(worker, 'message');
      assert.strictEqual(message, 'ERR_INVALID_ARG_VALUE');
      assert.strictEqual(modeOf(file), '600');
      worker.process.kill('SIGKILL');
      await once(worker, 'exit');
    });
  });
});
