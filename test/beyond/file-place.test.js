'use strict';

// listen({ mode }) and listen({ unlinkStale }): what the permission model of Node says to them; and the wait for a
// place, which is the thread pool's.

const assert = require('node:assert');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { Worker } = require('node:worker_threads');

const { node } = require('../support/child');
const { turns } = require('../support/loop');
const { needsFiles, needsTool, skip } = require('../support/needs');
const { patience } = require('../support/scale');
const { net } = require('../support/subject');
const { listening, tempPath, tidy, track } = require('../support/tidy');

const ROOT = path.join(__dirname, '..', '..');
const FLAG = ['--permission', '--experimental-permission'].find((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
);

/** The file of a server that was killed. */
function stale() {
  const file = tempPath();
  const program = 'require("net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))';
  spawnSync(process.execPath, ['-e', program, file]);
  assert.ok(fs.lstatSync(file).isSocket());
  return file;
}

/** Holds the lock on the directory of `file` until it is let go. */
async function holdLock(file) {
  const holder = spawn('flock', [path.dirname(file), 'sh', '-c', 'echo held; read line'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  return () => {
    holder.stdin.end('\n');
    return once(holder, 'exit');
  };
}

describe('the file of a server under --permission', function () {
  this.timeout(patience(30000));

  before(function () {
    if (FLAG === undefined) skip(this, 'no permission model in this Node');
  });
  afterEach(tidy);

  const PROGRAM = `
    const net = require(${JSON.stringify(ROOT)});
    net.createServer().on('error', ({ name, code, permission, resource, message }) => {
      console.log(JSON.stringify({ name, code, permission, resource, message }));
    }).on('listening', () => { console.log('"listening"'); process.exit(); }).listen(JSON.parse(process.argv[1]));`;

  async function listenUnder(options, ...flags) {
    const more = process.allowedNodeEnvironmentFlags.has('--allow-net') ? ['--allow-net'] : [];
    const args = [
      FLAG,
      '--no-warnings',
      '--allow-addons',
      '--allow-fs-read=*',
      ...more,
      ...flags,
      '-e',
      PROGRAM,
      JSON.stringify(options),
    ];
    const { stdout, stderr } = await node(args);
    assert.ok(stdout !== '', stderr);
    return JSON.parse(stdout);
  }

  /* What Node says to its own fs. */
  async function denied(file) {
    const program = `try { require('fs').chmodSync(${JSON.stringify(file)}, 0) } catch (e) {
      console.log(JSON.stringify({ name: e.name, code: e.code, permission: e.permission, resource: e.resource, message: e.message })) }`;
    return JSON.parse((await node([FLAG, '--no-warnings', '--allow-fs-read=*', '-e', program])).stdout);
  }

  for (const options of [
    { mode: 0o600 },
    { unlinkStale: true },
    { unlinkStale: true, mode: 0o600 },
    { unlinkStale: false, mode: 0o777 },
  ]) {
    it(`is neither made nor removed without --allow-fs-write, with the error of fs: ${JSON.stringify(options)}`, async function () {
      needsFiles(this);
      for (const file of [tempPath(), stale()]) {
        const before = fs.existsSync(file) && fs.lstatSync(file).ino;
        assert.deepStrictEqual(await listenUnder({ path: file, ...options }), await denied(file));
        assert.strictEqual(fs.existsSync(file) && fs.lstatSync(file).ino, before);
      }
    });
  }

  it('is made with it, for that path and no other', async function () {
    needsFiles(this);
    const file = stale();
    assert.strictEqual(await listenUnder({ path: file, unlinkStale: true }, `--allow-fs-write=${file}`), 'listening');
    const { code } = await listenUnder({ path: `${file}2`, mode: 0o600 }, `--allow-fs-write=${file}`);
    assert.strictEqual(code, 'ERR_ACCESS_DENIED');
  });

  it('needs no permission to write where Node needs none', async () => {
    assert.strictEqual(await listenUnder({ path: tempPath() }), 'listening');
  });
});

describe('the wait for the place of a dead server', function () {
  this.timeout(patience(30000));

  before(function () {
    needsFiles(this);
    needsTool(this, 'flock');
  });
  afterEach(tidy);

  it('lets the loop go on, and ends with listening', async () => {
    const file = stale();
    const letGo = await holdLock(file);
    const server = track(net.createServer());
    server.listen({ path: file, unlinkStale: true });
    assert.strictEqual(server.listening, false);
    await turns(50); // which could not be if the loop waited
    assert.strictEqual(server.listening, false);
    const listens = once(server, 'listening');
    await letGo();
    await listens;
    assert.strictEqual(server.address(), file);
    const client = track(net.connect(file));
    await once(client, 'connect');
  });

  it('ends with close(): nothing listens later, and the file is as it was', async () => {
    const file = stale();
    const letGo = await holdLock(file);
    const server = track(net.createServer());
    const seen = [];
    for (const name of ['listening', 'error']) server.on(name, () => seen.push(name));
    server.listen({ path: file, unlinkStale: true });
    const closing = once(server, 'close');
    server.close();
    await closing;
    await letGo();
    await listening(server, { path: file, unlinkStale: true }); // the same place, at once
    assert.deepStrictEqual(seen, ['listening']);
  });

  it('ends with a signal, and with another listen()', async () => {
    const file = stale();
    const letGo = await holdLock(file);
    const controller = new AbortController();
    const aborted = track(net.createServer());
    aborted.listen({ path: file, unlinkStale: true, signal: controller.signal });
    const closing = once(aborted, 'close');
    controller.abort();
    await closing;
    const server = track(net.createServer());
    server.listen({ path: file, unlinkStale: true });
    const other = tempPath();
    await listening(server, other);
    assert.strictEqual(server.address(), other);
    await letGo();
    await listening(net.createServer(), { path: file, unlinkStale: true });
  });

  it('does not outlive its thread', async () => {
    const file = stale();
    const letGo = await holdLock(file);
    const worker = new Worker(`
      const net = require(${JSON.stringify(ROOT)});
      net.createServer().listen({ path: ${JSON.stringify(file)}, unlinkStale: true });
      require('node:worker_threads').parentPort.postMessage('waits');`, { eval: true });
    await once(worker, 'message');
    const ending = worker.terminate();
    await letGo();
    await ending;
    await listening(net.createServer(), { path: file, unlinkStale: true });
  });
});
