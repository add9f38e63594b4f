'use strict';

const assert = require('node:assert');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');

const { fromNode } = require('../../lib/child-process');
const { runFixture } = require('../support/child');
const { needsLinux, needsTool, skip } = require('../support/needs');
const { HOST, closed } = require('../support/net');
const { net } = require('../support/subject');
const { connected, listening, pair, tempPath, tidy, track } = require('../support/tidy');

const NOBODY = 65534;

/** Skips the test where no process can be that of another user: in a user namespace there may be one user alone. */
function needsAnotherUser(test) {
  if (process.getuid?.() !== 0) skip(test, 'needs root');
  if (spawnSync('true', { uid: NOBODY }).error !== undefined) skip(test, 'needs root that can be another user');
}

/* Windows tells no users. */
const own = () => ({ pid: process.pid, uid: process.getuid?.(), gid: process.getgid?.() });

/** A name without a file, so that no file's permissions keep another user out. */
let names = 0;
const newName = () => `\0cnet-credentials-${process.pid}-${names++}`;

/** A Python program with a Unix socket `s` and its path `name`; as another user where there is a `uid`. */
function python(program, name, uid) {
  const source = `import socket, sys, os\ns = socket.socket(socket.AF_UNIX)\nname = os.fsencode(sys.argv[1]).replace(b'@', b'\\0', 1)\n${program}`;
  const options = { stdio: ['pipe', 'pipe', 'inherit'], cwd: '/' };
  if (uid !== undefined) Object.assign(options, { uid, gid: uid });
  return spawn('python3', ['-c', source, name.replace('\0', '@')], options);
}

/** Connects, and waits for the end. */
const CLIENT = 's.connect(name)\nprint(s.recv(1), flush=True)';

/** A child process of Node that does something with a path; it is ended after the test. */
function childWith(source, path) {
  const child = spawn(process.execPath, ['-e', source, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  return { child, end: () => { child.kill(); return once(child, 'exit'); } };
}

describe('getPeerCredentials()', () => {
  afterEach(tidy);

  it('names the process at the other end, on both ends', async () => {
    const { client, accepted } = await pair({ path: tempPath() });
    assert.deepStrictEqual(client.getPeerCredentials(), own());
    assert.deepStrictEqual(accepted.getPeerCredentials(), own());
  });

  it('names the process that connects: a child', async () => {
    const server = await listening(net.createServer(), tempPath());
    const { child, end } = childWith("require('node:net').connect(process.argv[1]).resume()", server.address());
    const [socket] = await once(server, 'connection');
    track(socket).on('error', () => {});
    assert.strictEqual(socket.getPeerCredentials().pid, child.pid);
    await end();
  });

  it('names the process that listens: a child', async () => {
    const path = tempPath();
    const source = "require('node:net').createServer().listen(process.argv[1], () => console.log('listening'))";
    const { child, end } = childWith(source, path);
    await once(child.stdout, 'data');
    const client = await connected(path);
    client.on('error', () => {});
    assert.strictEqual(client.getPeerCredentials().pid, child.pid);
    await end();
  });

  it('names another process that connects, with its user', async function () {
    needsLinux(this);
    needsTool(this, 'python3');
    const server = await listening(net.createServer(), newName());
    const child = python(CLIENT, server.address());
    const [socket] = await once(server, 'connection');
    assert.deepStrictEqual(track(socket).getPeerCredentials(), { ...own(), pid: child.pid });
    socket.destroy();
    await once(child, 'close');
  });

  it('names another process that listens, with its user', async function () {
    needsLinux(this);
    needsTool(this, 'python3');
    const name = newName();
    const child = python("s.bind(name)\ns.listen()\nprint('listening', flush=True)\nsys.stdin.read()", name);
    await once(child.stdout, 'data');
    const client = await connected(name);
    client.on('error', () => {}); // a reset: nobody has accepted it
    assert.deepStrictEqual(client.getPeerCredentials(), { ...own(), pid: child.pid });
    child.stdin.end();
    await once(child, 'close');
  });

  it('names another user', async function () {
    needsLinux(this);
    needsTool(this, 'python3');
    needsAnotherUser(this);
    const server = await listening(net.createServer(), newName());
    const child = python(CLIENT, server.address(), NOBODY);
    const [socket] = await once(server, 'connection');
    assert.deepStrictEqual(track(socket).getPeerCredentials(), { pid: child.pid, uid: NOBODY, gid: NOBODY });
    socket.destroy();
    await once(child, 'close');
  });

  it('a peer that has gone is still named', async () => {
    const { client, accepted } = await pair({ path: tempPath() });
    client.destroy();
    await once(accepted.resume(), 'end');
    if (accepted.destroyed) return;
    assert.deepStrictEqual(accepted.getPeerCredentials(), own());
  });

  it('throws for TCP, and where there is no connection', async () => {
    const { client } = await pair();
    const message = 'getPeerCredentials() is for Unix sockets only, and this is a TCP socket';
    assert.throws(() => client.getPeerCredentials(), { code: 'ERR_INVALID_HANDLE_TYPE', message });
    assert.throws(() => new net.Socket().getPeerCredentials(), {
      code: 'ENOTCONN',
      syscall: 'getsockopt',
      message: 'getsockopt ENOTCONN SO_PEERCRED: the socket is not connected',
    });
    const path = (await pair({ path: tempPath() })).client;
    path.destroy();
    assert.throws(() => path.getPeerCredentials(), {
      code: 'EBADF',
      message: 'getsockopt EBADF SO_PEERCRED: the socket is closed',
    });
  });

  it('a BoundSocket that is not connected yet has no peer', () => {
    const socket = track(new net.Socket({ handle: new net.BoundSocket({ path: tempPath() }) }));
    assert.throws(() => socket.getPeerCredentials(), { code: 'ENOTCONN', syscall: 'getsockopt' });
  });
});

describe('`allowedUids` of servers', () => {
  before(function () { if (process.platform === 'win32') skip(this, 'not on Windows'); });
  afterEach(tidy);

  /** What comes of one connection to the server: its 'connection' or its 'drop'. */
  const outcome = (server) => new Promise((resolve) => {
    server.on('connection', (socket) => resolve(['let in', track(socket).getPeerCredentials().uid]));
    server.on('drop', (data) => resolve(['turned away', data]));
  });

  it('lets in who is on it', async () => {
    const server = await listening(
      net.createServer({ allowedUids: [process.getuid() + 1, process.getuid()] }),
      tempPath(),
    );
    const came = outcome(server);
    await connected(server.address());
    assert.deepStrictEqual(await came, ['let in', process.getuid()]);
  });

  it("turns away who is not, without a 'connection', and tells 'drop' who it was", async () => {
    for (const allowedUids of [[], [process.getuid() + 1]]) {
      const server = await listening(net.createServer({ allowedUids }), tempPath());
      const came = outcome(server);
      const client = await connected(server.address());
      client.on('error', () => {}).resume();
      assert.deepStrictEqual(await came, ['turned away', { reason: 'credentials', ...own() }]);
      await closed(client);
      const count = await new Promise((resolve) => server.getConnections((_error, number) => resolve(number)));
      assert.strictEqual(count, 0);
    }
  });

  it('turns away another user', async function () {
    needsLinux(this);
    needsTool(this, 'python3');
    needsAnotherUser(this);
    const server = await listening(net.createServer({ allowedUids: [0] }), newName());
    const came = outcome(server);
    const child = python(CLIENT, server.address(), NOBODY);
    const [answer] = await once(child.stdout, 'data');
    assert.strictEqual(String(answer).trim(), "b''");
    assert.deepStrictEqual(await came, [
      'turned away',
      { reason: 'credentials', pid: child.pid, uid: NOBODY, gid: NOBODY },
    ]);
  });

  it('comes before the limit: a full server names strangers as strangers', async () => {
    const server = net.createServer({ allowedUids: [] });
    server.maxConnections = 0;
    await listening(server, tempPath());
    const came = outcome(server);
    await connected(server.address());
    assert.deepStrictEqual((await came)[1].reason, 'credentials');
  });

  it('a full server drops those on it as ever', async () => {
    const server = net.createServer({ allowedUids: [process.getuid()] });
    server.maxConnections = 0;
    await listening(server, tempPath());
    const came = outcome(server);
    await connected(server.address());
    assert.deepStrictEqual(await came, ['turned away', undefined]);
  });

  it('a server that closes itself as it drops, and drops more than once', async () => {
    const server = await listening(net.createServer({ allowedUids: [] }), tempPath());
    server.on('drop', () => server.close());
    const clients = [1, 2, 3].map(() => track(net.connect(server.address())));
    for (const client of clients) client.on('error', () => {}).resume();
    await Promise.all([once(server, 'close'), ...clients.map(closed)]);
  });

  it('never listens where nobody can be told from anybody: on a port, on a handle of TCP', async () => {
    const server = net.createServer({ allowedUids: [process.getuid()] });
    assert.throws(() => server.listen(0, HOST), { code: 'ERR_INVALID_ARG_VALUE' });
    assert.throws(() => server.listen(), { code: 'ERR_INVALID_ARG_VALUE' });
    const bound = new net.BoundSocket({ host: HOST });
    const [error] = await once(server.listen(bound), 'error');
    assert.deepStrictEqual([error.code, server.listening], ['ERR_INVALID_HANDLE_TYPE', false]);
  });

  it("holds for a server that has come to a child process as cnet's, and closes one that it cannot hold for", async () => {
    const server = fromNode(await listening(net.createServer(), tempPath()), { allowedUids: [] });
    const came = outcome(server);
    await connected(server.address());
    assert.deepStrictEqual((await came)[1].reason, 'credentials');
    const tcp = await listening(net.createServer());
    assert.throws(() => fromNode(tcp, { allowedUids: [] }), { code: 'ERR_INVALID_HANDLE_TYPE' });
    assert.strictEqual(tcp.listening, false);
  });

  it('holds for a worker of a cluster, for whom the primary accepts', async function () {
    needsLinux(this);
    const { stdout, stderr } = await runFixture('cluster-beyond.js', ['allowedUids']);
    assert.deepStrictEqual([stdout, stderr], ['let in true\nturned away credentials true true\n', '']);
  });

  it('is an array of numbers from 0 to 4294967295', () => {
    for (const [allowedUids, code] of [
      [0, 'ERR_INVALID_ARG_TYPE'],
      ['root', 'ERR_INVALID_ARG_TYPE'],
      [['root'], 'ERR_INVALID_ARG_TYPE'],
      [[-1], 'ERR_OUT_OF_RANGE'],
      [[2 ** 32], 'ERR_OUT_OF_RANGE'],
      [[0.5], 'ERR_OUT_OF_RANGE'],
      [[NaN], 'ERR_OUT_OF_RANGE'],
    ]) assert.throws(() => net.createServer({ allowedUids }), { code });
    net.createServer({ allowedUids: null });
    net.createServer({ allowedUids: undefined });
  });
});
