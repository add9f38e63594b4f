'use strict';
// server.shutdown(), and the connections of a server. The peers are Node's own sockets, and other programs.

const assert = require('node:assert');
const { execFileSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const nodeNet = require('node:net');
const path = require('node:path');

const net = require('../..');
const { toNode } = require('../../lib/child-process');
const { kServerId } = require('../../lib/server/state');
const native = require('../../lib/native/binding');
const uv = require('../../lib/native/uv');
const { runFixture } = require('../support/child');
const { needsDuplicates, skip } = require('../support/needs');
const { HOST, listen, targetOf } = require('../support/net');
const { patience } = require('../support/scale');
const { pathUntilExit } = require('../support/temp');

const COUNTS = { finished: 0, halfClosed: 0, reset: 0, moved: 0 };
const LARGE = Buffer.alloc(32 * 1024 * 1024);

/* A server that listens, and how to connect to it: to one connection after the other, with both its ends. */
async function start(options = {}, ...where) {
  const server = await listen(net.createServer(options), ...where);
  const target = targetOf(server);
  const connect = async (more = {}) => {
    const [[socket], client] = await Promise.all([
      once(server, 'connection'),
      new Promise((resolve) => {
        const made = nodeNet.connect({ ...target, ...more }, () => resolve(made)).on('error', () => {});
      }),
    ]);
    socket.errors = [];
    socket.on('error', (error) => socket.errors.push(error.code));
    if (!options.pauseOnConnect) socket.resume();
    return { socket, client };
  };
  return { server, target, connect };
}

/* How a connection ends for the peer: 'end', or the code of its error. */
function ending(client) {
  return new Promise((resolve) => {
    client.on('error', (error) => resolve(error.code)).on('end', () => resolve('end')).resume();
  });
}

/* The kernel's buffers are full, and the rest waits. */
async function stuck({ socket }) {
  socket.write(LARGE);
  while (socket.writableLength > 0 && native.quiet(socket._handle.id) >= 0) await new Promise(setImmediate);
}

/* A client of another make: connects, and runs the lines with its socket `s`. `said`: what it printed, errors too. */
function python({ port }, ...lines) {
  const child = spawn('python3', [
    '-c',
    ['import socket, sys', `s = socket.create_connection(('${HOST}', ${port}))`, ...lines].join('\n'),
  ]);
  const missing = new Promise((resolve) => { child.on('error', () => resolve(null)); });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
  const said = new Promise((resolve) => { child.on('close', () => resolve(text)); });
  return { child, missing, said };
}

/* The connection of such a client; the test is skipped where there is no python3. */
async function arrival(server, { missing }, test) {
  const arrived = await Promise.race([once(server, 'connection'), missing]);
  if (arrived !== null) return arrived;
  server.close();
  return test.skip();
}

describe('server.shutdown()', function () {
  this.timeout(patience(20000));

  it('stops listening, and resolves when the connections have ended by themselves', async () => {
    const { server, target, connect } = await start();
    const one = await connect();
    const two = await connect();
    let over = false;
    const shutdown = server.shutdown().finally(() => { over = true; });
    assert.strictEqual(server.listening, false);
    const [{ code }] = await once(nodeNet.connect(target), 'error');
    assert.strictEqual(code, 'ECONNREFUSED');
    one.client.end();
    await once(one.socket, 'close');
    assert.strictEqual(over, false);
    two.socket.end('last words');
    assert.strictEqual((await once(two.client, 'data'))[0].toString(), 'last words');
    assert.deepStrictEqual(await shutdown, { ...COUNTS, finished: 2 });
  });

  it("resolves after 'close', which comes once", async () => {
    const { server, connect } = await start();
    const { client } = await connect();
    const events = [];
    server.on('close', () => events.push('close'));
    const shutdown = server.shutdown().then(() => events.push('resolved'));
    client.end();
    await shutdown;
    assert.deepStrictEqual(events, ['close', 'resolved']);
  });

  it('without connections resolves with zeros', async () => {
    const { server } = await start();
    assert.deepStrictEqual(await server.shutdown({ timeout: 1000, halfCloseIdle: true }), COUNTS);
  });

  it('resets what is left at the deadline', async () => {
    const { server, connect } = await start();
    const { client, socket } = await connect();
    const end = ending(client);
    assert.deepStrictEqual(await server.shutdown({ timeout: 0 }), { ...COUNTS, reset: 1 });
    assert.strictEqual(await end, 'ECONNRESET');
    assert.deepStrictEqual(socket.errors, []);
  });

  it('resets a connection whose end() waits for a peer that does not read, without an error', async function () {
    const { server, target } = await start();
    const peer = python(target, 'sys.stdin.readline()', 'data = s.recv(9)', 'while data: data = s.recv(65536)');
    const [socket] = await arrival(server, peer, this);
    const errors = [];
    socket.on('error', (error) => errors.push(error)).end(LARGE);
    const closed = once(socket, 'close');
    assert.deepStrictEqual(await server.shutdown({ timeout: 1 }), { ...COUNTS, reset: 1 });
    await closed;
    assert.deepStrictEqual(errors, []);
    peer.child.stdin.end('read\n');
    assert.match(await peer.said, /ConnectionResetError/);
  });

  it('closes connections over a path at the deadline', async () => {
    const { server, connect } = await start({}, { path: pathUntilExit() });
    const { client } = await connect();
    const end = ending(client);
    assert.deepStrictEqual(await server.shutdown({ timeout: 0 }), { ...COUNTS, reset: 1 });
    assert.strictEqual(await end, 'end');
  });

  it('an abort of the signal resets what is left, and rejects with its reason as the cause', async () => {
    const { server, connect } = await start();
    const { client } = await connect();
    const end = ending(client);
    const controller = new AbortController();
    const patient = server.shutdown();
    const hasty = server.shutdown({ signal: controller.signal });
    const reason = new Error('enough');
    controller.abort(reason);
    await assert.rejects(hasty, { name: 'AbortError', code: 'ABORT_ERR', cause: reason });
    assert.deepStrictEqual(await patient, { ...COUNTS, reset: 1 });
    assert.strictEqual(await end, 'ECONNRESET');
  });

  it('a signal that is aborted before does the same', async () => {
    const { server, connect } = await start();
    const { client } = await connect();
    const end = ending(client);
    await assert.rejects(server.shutdown({ signal: AbortSignal.abort() }), { name: 'AbortError' });
    assert.strictEqual(server.listening, false);
    assert.strictEqual(await end, 'ECONNRESET');
  });

  it('a signal keeps no listener when all has ended', async () => {
    const { server, connect } = await start();
    const { client } = await connect();
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args) => { listeners++; return addEventListener.apply(signal, args); };
    signal.removeEventListener = (...args) => { listeners--; return removeEventListener.apply(signal, args); };
    const shutdown = server.shutdown({ signal });
    assert.strictEqual(listeners, 1);
    client.end();
    await shutdown;
    assert.strictEqual(listeners, 0);
  });

  it('a second call joins the first one, and may only shorten the time', async () => {
    const { server, connect } = await start();
    await connect();
    const first = server.shutdown({ timeout: 1e9 });
    const second = server.shutdown({ timeout: 0 });
    const third = server.shutdown({ timeout: 1e9 });
    for (const one of [first, second, third]) assert.deepStrictEqual(await one, { ...COUNTS, reset: 1 });
  });

  it('after close() it is about the connections that are left', async () => {
    const { server, connect } = await start();
    await connect();
    server.close();
    assert.deepStrictEqual(await server.shutdown({ timeout: 0 }), { ...COUNTS, reset: 1 });
  });

  it('is rejected with ERR_SERVER_NOT_RUNNING when there is nothing to shut down', async () => {
    const { server } = await start();
    await server.shutdown();
    await assert.rejects(server.shutdown(), { code: 'ERR_SERVER_NOT_RUNNING' });
    await assert.rejects(net.createServer().shutdown(), { code: 'ERR_SERVER_NOT_RUNNING' });
  });

  it('ends a listen() that waits for a lookup', async () => {
    const server = net.createServer();
    server.on('listening', assert.fail);
    server.listen(0, 'localhost');
    await assert.rejects(server.shutdown(), { code: 'ERR_SERVER_NOT_RUNNING' });
    await new Promise((resolve) => { require('node:dns').lookup('localhost', resolve); });
    await new Promise(setImmediate);
    assert.strictEqual(server.listening, false);
  });

  it('a server that listens again keeps its new connections', async () => {
    const { server, target, connect } = await start();
    const old = await connect();
    const shutdown = server.shutdown();
    server.listen(target);
    await once(server, 'listening');
    const fresh = await connect();
    old.client.end();
    assert.deepStrictEqual(await shutdown, { ...COUNTS, finished: 1 });
    assert.strictEqual(server.listening, true);
    fresh.socket.write('still here');
    assert.strictEqual((await once(fresh.client, 'data'))[0].toString(), 'still here');
    fresh.client.end();
    await server.shutdown();
  });

  it('a second call takes in the connections of a server that listens again', async () => {
    const { server, target, connect } = await start();
    const old = await connect();
    const shutdown = server.shutdown();
    server.listen(target);
    await once(server, 'listening');
    const fresh = await connect();
    const ends = [ending(old.client), ending(fresh.client)];
    assert.deepStrictEqual(await server.shutdown({ timeout: 0 }), { ...COUNTS, reset: 2 });
    assert.deepStrictEqual(await shutdown, { ...COUNTS, reset: 2 });
    assert.deepStrictEqual(await Promise.all(ends), ['ECONNRESET', 'ECONNRESET']);
    assert.strictEqual(server.listening, false);
  });

  it('a connection that was sent away is not reset, and not waited for after the deadline', async function () {
    needsDuplicates(this);
    const { server, connect } = await start();
    const { client, socket } = await connect();
    await connect();
    const patient = server.shutdown();
    const twin = toNode(socket);
    assert.deepStrictEqual(await server.shutdown({ timeout: 0 }), { ...COUNTS, reset: 1, moved: 1 });
    await patient;
    const closed = once(server, 'close');
    twin.end('from Node');
    assert.strictEqual((await once(client, 'data'))[0].toString(), 'from Node');
    client.end();
    twin.resume();
    await closed;
  });

  it('a connection that was transferred has ended here, and goes on', async () => {
    const { server, connect } = await start({ pauseOnConnect: true });
    const { client, socket } = await connect();
    const token = net.transfer(socket);
    assert.deepStrictEqual(await server.shutdown({ timeout: 0 }), { ...COUNTS, finished: 0 });
    const moved = net.receive(token);
    moved.end('moved');
    assert.strictEqual((await once(client, 'data'))[0].toString(), 'moved');
    client.end();
    moved.resume();
    await once(moved, 'close');
  });

  it('does not keep a process whose sockets are all unref()ed', () => {
    const script = `
      const net = require(${JSON.stringify(path.join(__dirname, '..', '..'))});
      const server = net.createServer((socket) => {
        socket.unref();
        server.unref();
        server.shutdown({ timeout: 1e9, halfCloseIdle: 1e9 });
        client.unref();
      }).listen(0, '${HOST}', () => { client = net.connect(server.address().port, '${HOST}'); });
      let client;
      process.on('exit', () => console.log('exit'));`;
    assert.strictEqual(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }), 'exit\n');
  });

  it('refuses options of other types', async () => {
    const { server } = await start();
    for (const [options, code] of [
      [null, 'ERR_INVALID_ARG_TYPE'],
      [5, 'ERR_INVALID_ARG_TYPE'],
      [{ timeout: '5' }, 'ERR_INVALID_ARG_TYPE'],
      [{ timeout: -1 }, 'ERR_OUT_OF_RANGE'],
      [{ timeout: Infinity }, 'ERR_OUT_OF_RANGE'],
      [{ signal: {} }, 'ERR_INVALID_ARG_TYPE'],
      [{ halfCloseIdle: 'yes' }, 'ERR_INVALID_ARG_TYPE'],
      [{ halfCloseIdle: -1 }, 'ERR_OUT_OF_RANGE'],
    ]) {
      await assert.rejects(server.shutdown(options), { code });
    }
    assert.strictEqual(server.listening, true);
    await server.shutdown();
  });
});

describe('server.shutdown({ halfCloseIdle })', function () {
  this.timeout(patience(20000));

  it('ends a connection on which nothing waits; what the peer still sends arrives', async () => {
    const { server, connect } = await start({ allowHalfOpen: true });
    const { client, socket } = await connect({ allowHalfOpen: true });
    client.resume();
    const ended = once(client, 'end');
    const shutdown = server.shutdown({ halfCloseIdle: true });
    await ended;
    client.end('thanks');
    assert.strictEqual((await once(socket, 'data'))[0].toString(), 'thanks');
    assert.deepStrictEqual(await shutdown, { ...COUNTS, finished: 1, halfClosed: 1 });
  });

  for (const [name, place] of [
    ['TCP', () => ({ port: 0, host: HOST })],
    ['a path', () => ({ path: pathUntilExit() })],
  ]) {
    it(`${name}: a connection that has been quiet for some time is ended`, async () => {
      const { server, connect } = await start({}, place());
      const { client } = await connect();
      const end = ending(client);
      assert.deepStrictEqual(await server.shutdown({ halfCloseIdle: 30 }), { ...COUNTS, finished: 1, halfClosed: 1 });
      assert.strictEqual(await end, 'end');
    });

    it(`${name}: one whose bytes the peer does not read, or that has not read its own, is not idle until then`, async function () {
      const { server, connect } = await start({ pauseOnConnect: true }, place());
      const writer = await connect();
      const reader = await connect();
      writer.socket.resume();
      writer.client.pause();
      await stuck(writer);
      reader.client.write('unread');
      if (native.quiet(reader.socket._handle.id) === uv.ENOTSUP) skip(this, 'the system does not say what waits in a pipe');
      while (native.quiet(reader.socket._handle.id) >= 0) await new Promise(setImmediate);
      const shutdown = server.shutdown({ halfCloseIdle: true });
      assert.deepStrictEqual(
        [writer, reader].map(({ socket }) => socket.writableEnded),
        [false, false],
      );
      const ends = [ending(writer.client), ending(reader.client)];
      reader.socket.resume();
      assert.deepStrictEqual(await Promise.all(ends), ['end', 'end']);
      assert.deepStrictEqual(await shutdown, { ...COUNTS, finished: 2, halfClosed: 2 });
    });
  }

  it('a call that joins takes in the new connections of a server that listens again', async () => {
    const { server, target, connect } = await start();
    const old = await connect({ allowHalfOpen: true }); // it stays until it ends too
    const ends = [ending(old.client)];
    const shutdown = server.shutdown({ halfCloseIdle: true });
    server.listen(target);
    await once(server, 'listening');
    const fresh = await connect();
    ends.push(ending(fresh.client));
    server.shutdown();
    assert.deepStrictEqual(await Promise.all(ends), ['end', 'end']);
    old.client.end();
    assert.deepStrictEqual(await shutdown, { ...COUNTS, finished: 2, halfClosed: 2 });
  });

  it('a connection that never was quiet for so long is reset at the deadline', async () => {
    const { server, connect } = await start();
    const { client } = await connect();
    const end = ending(client);
    assert.deepStrictEqual(await server.shutdown({ halfCloseIdle: 1e9, timeout: 50 }), { ...COUNTS, reset: 1 });
    assert.strictEqual(await end, 'ECONNRESET');
  });

  it('another program sees the end of its input', async function () {
    const { server, target } = await start();
    const peer = python(target, 'sys.stdout.write(repr(s.recv(10)) + repr(s.recv(10)))');
    const [socket] = await arrival(server, peer, this);
    socket.resume().write('bye');
    assert.deepStrictEqual(await server.shutdown({ halfCloseIdle: true }), { ...COUNTS, finished: 1, halfClosed: 1 });
    assert.strictEqual(await peer.said, "b'bye'b''");
  });
});

describe('the connections of a server', function () {
  this.timeout(patience(20000));

  it('sockets() gives those of this server that are open, also after close()', async () => {
    const first = await start();
    const second = await start();
    assert.deepStrictEqual(first.server.sockets(), []);
    const one = await first.connect();
    const two = await first.connect();
    const other = await second.connect();
    const same = (list, expected) =>
      assert.ok(list.length === expected.length && expected.every((it) => list.includes(it)));
    same(first.server.sockets(), [one.socket, two.socket]);
    same(second.server.sockets(), [other.socket]);
    two.socket.destroy();
    same(first.server.sockets(), [one.socket]);
    first.server.close();
    same(first.server.sockets(), [one.socket]);
    assert.strictEqual(first.server.closeAllConnections(), 1);
    second.server.closeAllConnections();
    second.server.close();
  });

  it('closeAllConnections() destroys them, and the server goes on', async () => {
    const { server, connect } = await start();
    const { client } = await connect();
    const { client: other } = await connect();
    const ends = [ending(client), ending(other)];
    assert.strictEqual(server.closeAllConnections(), 2);
    assert.deepStrictEqual(await Promise.all(ends), ['end', 'end']);
    const { socket } = await connect();
    assert.deepStrictEqual(server.sockets(), [socket]);
    await server.shutdown({ timeout: 0 });
  });

  it('closeIdleConnections() destroys those on which nothing waits', async () => {
    const { server, connect } = await start();
    const idle = await connect();
    const busy = await connect();
    busy.client.pause();
    await stuck(busy);
    const end = ending(idle.client);
    assert.strictEqual(server.closeIdleConnections(), 1);
    assert.strictEqual(await end, 'end');
    assert.deepStrictEqual(server.sockets(), [busy.socket]);
    await server.shutdown({ timeout: 0 });
  });

  it('closeIdleConnections(time) spares those that were active since', async () => {
    const { server, connect } = await start();
    const { socket } = await connect();
    assert.strictEqual(server.closeIdleConnections(2 ** 31 - 1), 0);
    assert.strictEqual(socket.destroyed, false);
    for (const time of [-1, 0.5, NaN])
      assert.throws(() => server.closeIdleConnections(time), { code: 'ERR_OUT_OF_RANGE' });
    assert.throws(() => server.closeIdleConnections('1'), { code: 'ERR_INVALID_ARG_TYPE' });
    await server.shutdown({ timeout: 0 });
  });

  it('the time of an idle timeout is known where the kernel tells none', async () => {
    const { server, connect } = await start({}, { path: pathUntilExit() });
    const { socket } = await connect();
    assert.strictEqual(server.closeIdleConnections(1), 0);
    socket.setTimeout(1);
    await once(socket, 'timeout');
    assert.strictEqual(server.closeIdleConnections(1), 1);
    await server.shutdown();
  });

  it('a stream that no server has accepted belongs to none', async () => {
    const { server, connect } = await start();
    const { client, socket } = await connect();
    assert.deepStrictEqual([...native.connections(server[kServerId])], [socket._handle.id]);
    assert.ok(native.connections(0) < 0);
    client.destroy();
    await server.shutdown();
  });

  for (const policy of ['rr', 'none']) {
    it(`in a worker of a cluster (${policy}) they are known, and are shut down`, async function () {
      const { status, stdout, stderr } = await runFixture('cluster-shutdown.js', [policy]);
      if (stderr.includes('Error: bind ENOTSUP')) skip(this, 'a worker of a cluster has no limits by address here');
      assert.deepStrictEqual(
        { status, stdout, stderr },
        {
          status: 0,
          stdout:
            '["sockets",1]\n["dropped","maxConnectionsPerAddress"]\n["counts",{"finished":0,"halfClosed":0,"reset":1,"moved":0}]\n["client","ECONNRESET"]\n',
          stderr: '',
        },
      );
    });
  }
});
