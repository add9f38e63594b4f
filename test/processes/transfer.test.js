'use strict';

const assert = require('node:assert');
const { once, once: onceOf } = require('node:events');
const nodeNet = require('node:net');
const { MessageChannel, receiveMessageOnPort } = require('node:worker_threads');

const net = require('../..');
const { runFixture } = require('../support/child');
const { sockopts } = require('../support/kernel');
const { needsDuplicates, needsFiles, needsLinux, needsTool, skip } = require('../support/needs');
const { HOST, closed, text } = require('../support/net');
const { patience, scaled } = require('../support/scale');
const { MAJOR } = require('../support/subject');
const { connected, listening, pair, tempPath, tidy, track } = require('../support/tidy');

/** Node's words for what it does not move. */
const refusal = (name, why = undefined) => ({
  name: 'Error',
  code: 'ERR_WORKER_HANDLE_NOT_TRANSFERABLE',
  message:
    why === undefined
      ? `net.${name} cannot be transferred in its current state; it must be a freshly created or accepted handle that has ` +
        'not started reading and has no pending writes'
      : `net.${name} cannot be transferred: ${why}`,
});

/** What a token is on the other side. */
const clone = (token) => structuredClone(token);

const move = (source, ...options) => track(net.receive(clone(net.transfer(source)), ...options));

/** The events of a socket from now on, by name; nothing is read by it. */
function eventsOf(socket) {
  const seen = [];
  for (const name of ['end', 'finish', 'error', 'close']) socket.on(name, () => seen.push(name));
  return seen;
}

/** A pair whose accepted socket has read `data`, which nobody has consumed. */
async function unread(data, options) {
  const both = await pair(options);
  both.client.write(data);
  both.accepted.pause();
  both.accepted.read(0);
  while (both.accepted.readableLength < data.length) await new Promise((resolve) => { setImmediate(resolve); });
  return both;
}

describe('transfer() and receive()', function () {
  afterEach(tidy);

  describe('a socket', () => {
    it('goes on where it was: the peer notices nothing', async () => {
      const { client, accepted } = await pair();
      const moved = move(accepted);
      assert.deepStrictEqual(
        [moved.readyState, moved.connecting, moved.readableFlowing, moved.remotePort],
        ['open', false, null, client.localPort],
      );
      client.end('question');
      assert.strictEqual(await text(moved), 'question');
      const other = await pair();
      const back = move(other.accepted);
      back.end('answer');
      assert.strictEqual(await text(other.client), 'answer');
    });

    it('is destroyed where it was, with no event but close', async () => {
      const { client, accepted, server } = await pair();
      const seen = eventsOf(accepted);
      client.write('before');
      const closing = closed(accepted);
      const moved = move(accepted);
      assert.deepStrictEqual([accepted.destroyed, accepted._handle, server._connections], [true, null, 0]);
      assert.deepStrictEqual(await closing, [false]);
      client.end(' and after');
      assert.strictEqual(await text(moved), 'before and after');
      assert.deepStrictEqual(seen, ['close']);
    });

    it('has with it what was read and not consumed, before what comes', async () => {
      const { client, accepted } = await unread('read, ');
      const seen = [];
      accepted.on('data', (chunk) => seen.push(chunk));
      const token = net.transfer(accepted);
      client.end('then sent');
      assert.strictEqual(await text(track(net.receive(clone(token)))), 'read, then sent');
      assert.deepStrictEqual(seen, []);
    });

    it('has the end too, when it was read', async () => {
      const { client, accepted } = await unread('all', { serverOptions: { allowHalfOpen: true } });
      client.end();
      const seen = eventsOf(accepted);
      while (!accepted._readableState.ended) await new Promise((resolve) => { setImmediate(resolve); });
      const moved = move(accepted);
      assert.strictEqual(await text(moved), 'all');
      assert.deepStrictEqual(seen, ['close']);
    });

    it('keeps its side ended, and its half open', async () => {
      const { client, accepted } = await pair({
        serverOptions: { allowHalfOpen: true },
        clientOptions: { allowHalfOpen: true },
      });
      accepted.end('no more');
      await once(accepted, 'finish');
      const moved = move(accepted);
      assert.deepStrictEqual([moved.writableEnded, moved.allowHalfOpen], [true, true]);
      client.end('still mine');
      assert.deepStrictEqual(await Promise.all([text(client), text(moved)]), ['no more', 'still mine']);
    });

    it('takes the callbacks of writes that were done as done', async () => {
      const { client, accepted } = await pair();
      const written = new Promise((resolve) => { accepted.write('once', resolve); });
      const moved = move(accepted);
      assert.ok(!(await written));
      moved.end();
      assert.strictEqual(await text(client), 'once');
    });

    it('knows what the descriptor is set to, and takes other options of new Socket()', async function () {
      needsTool(this, 'python3');
      const { accepted } = await pair();
      accepted.setNoDelay(true).setKeepAlive(true, 5000).setTypeOfService(16);
      const moved = move(accepted, { allowHalfOpen: true, readableHighWaterMark: 7 });
      assert.deepStrictEqual(
        [moved.allowHalfOpen, moved.readableHighWaterMark, moved.getTypeOfService()],
        [true, 7, 16],
      );
      moved.setNoDelay(false).setKeepAlive(false);
      const names = ['IPPROTO_TCP.TCP_NODELAY', 'SOL_SOCKET.SO_KEEPALIVE', 'IPPROTO_IP.IP_TOS'];
      assert.deepStrictEqual(await sockopts(moved.fd, ...names), [0, 0, 16]);
    });

    it('is closed when its signal is aborted already', async () => {
      const { client, accepted } = await pair();
      const moved = track(net.receive(net.transfer(accepted), { signal: AbortSignal.abort() }));
      moved.on('error', () => {});
      assert.strictEqual(await text(client), '');
      assert.strictEqual(moved.destroyed, true);
    });

    it('over a path moves as well', async function () {
      needsDuplicates(this);
      const { client, accepted } = await pair({ path: tempPath() });
      const moved = move(accepted);
      client.end('over a path');
      assert.strictEqual(await text(moved), 'over a path');
    });

    it('does not move while something of it would be lost, and is as it was', async () => {
      const { client, accepted } = await pair({ serverOptions: { allowHalfOpen: true } });
      const refuse = (socket, why) => assert.throws(() => net.transfer(socket), refusal('Socket', why));
      refuse(new net.Socket(), 'it is not connected');
      refuse(new net.Socket().destroy(), 'it is closed');
      const connecting = track(net.connect(1, HOST));
      connecting.on('error', () => {});
      refuse(connecting, 'it is not connected yet');
      accepted.cork();
      accepted.write('corked');
      refuse(accepted);
      accepted.uncork();
      accepted.write(Buffer.alloc(scaled(20e6, 8e6)));
      refuse(accepted);
      client.resume();
      await once(accepted, 'drain');
      accepted.end();
      refuse(accepted);
      let refused = false;
      accepted.once('prefinish', () => {
        refuse(accepted);
        refused = true;
      });
      await once(accepted, 'finish');
      assert.ok(refused);
      accepted.setEncoding('utf8');
      client.write('é');
      await once(accepted, 'readable');
      refuse(accepted);
      accepted.destroy();
      refuse(accepted, 'it is closed');
      await closed(accepted);
      refuse(accepted, 'it is closed');
    });

    it('is refused in the words of the newest Node', async function () {
      if (MAJOR < 26 || nodeNet.BoundSocket === undefined) skip(this, 'this Node does not move sockets');
      const { port1 } = new MessageChannel();
      for (const source of [new nodeNet.Socket(), nodeNet.createServer()]) {
        assert.throws(() => port1.postMessage(source, [source]), refusal(source.constructor.name));
      }
      port1.close();
    });
  });

  describe('a server', () => {
    it('listens on the same port, and tells so; where it was, it is closed', async function () {
      needsDuplicates(this);
      const server = await listening(net.createServer());
      const { port } = server.address();
      const closing = closed(server);
      const moved = move(server, (socket) => socket.end('moved'));
      assert.deepStrictEqual([server.listening, moved.listening, moved.address().port], [false, true, port]);
      await Promise.all([closing, once(moved, 'listening')]);
      assert.strictEqual(await text(await connected(port, HOST)), 'moved');
    });

    it('keeps its options, unless others are given', async function () {
      needsDuplicates(this);
      const blockList = new net.BlockList();
      blockList.addSubnet('127.0.0.2', 32);
      const options = {
        allowHalfOpen: true,
        pauseOnConnect: true,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: 5000,
        highWaterMark: 9,
        blockList,
      };
      const server = await listening(net.createServer(options));
      server.maxConnections = 3;
      const moved = move(server, { highWaterMark: 10 });
      const names = [
        'allowHalfOpen',
        'pauseOnConnect',
        'noDelay',
        'keepAlive',
        'keepAliveInitialDelay',
        'maxConnections',
      ];
      assert.deepStrictEqual(names.map((name) => moved[name]), names.map((name) => server[name]));
      assert.deepStrictEqual([moved.highWaterMark, moved.blockList.rules], [10, blockList.rules]);
      const { port } = moved.address();
      assert.strictEqual(await text(await connected({ port, host: HOST, localAddress: '127.0.0.2' })), '');
      const accepting = once(moved, 'connection');
      await connected(port, HOST);
      track((await accepting)[0]);
    });

    it('that does not listen, or listens on a path, does not move', async () => {
      assert.throws(() => net.transfer(net.createServer()), refusal('Server', 'it does not listen'));
      const server = await listening(net.createServer(), tempPath());
      assert.throws(
        () => net.transfer(server),
        refusal('Server', 'it listens on a path, whose file stays with its thread'),
      );
      assert.strictEqual(server.listening, true);
    });
  });

  describe('a bound socket', () => {
    it('is bound to the same port', function () {
      needsDuplicates(this);
      const bound = new net.BoundSocket({ host: HOST });
      const name = bound.address();
      const moved = net.receive(clone(net.transfer(bound)));
      assert.throws(() => bound.address(), { code: 'ERR_SOCKET_HANDLE_ADOPTED' });
      assert.deepStrictEqual([moved.address(), moved.isPipe], [name, false]);
      moved.close();
    });

    it('that is a Socket already connects from its port', async function () {
      needsDuplicates(this);
      const server = await listening(net.createServer());
      const socket = new net.Socket({ handle: new net.BoundSocket({ host: HOST }) });
      const { localPort } = socket;
      const moved = move(socket);
      const accepting = once(server, 'connection');
      moved.connect(server.address().port, HOST);
      assert.strictEqual(track((await accepting)[0]).remotePort, localPort);
    });

    it('of a path, or closed, does not move', function () {
      needsFiles(this);
      const bound = new net.BoundSocket({ path: tempPath() });
      assert.throws(
        () => net.transfer(bound),
        refusal('BoundSocket', 'it is bound to a path, whose file stays with its thread'),
      );
      const socket = track(new net.Socket({ handle: bound }));
      assert.throws(() => net.transfer(socket), refusal('Socket'));
      const other = new net.BoundSocket();
      other.close();
      assert.throws(() => net.transfer(other), refusal('BoundSocket'));
    });
  });

  describe('a token', () => {
    it('is received once', async function () {
      needsDuplicates(this);
      const { accepted, server } = await pair();
      for (const [source, code] of [
        [accepted, 'ERR_SOCKET_CLOSED'],
        [server, 'ERR_SERVER_NOT_RUNNING'],
        [new net.BoundSocket(), 'ERR_SOCKET_HANDLE_ADOPTED'],
      ]) {
        const token = net.transfer(source);
        const copy = clone(token);
        const first = net.receive(token);
        if (first instanceof net.BoundSocket) first.close();
        else track(first);
        assert.throws(() => net.receive(copy), { code });
        assert.throws(() => net.receive(token), { code });
      }
    });

    it('goes through a port as it is', async () => {
      const { client, accepted } = await unread('read');
      const { port1, port2 } = new MessageChannel();
      port1.postMessage({ some: 'message', tokens: [net.transfer(accepted)] });
      const { tokens } = receiveMessageOnPort(port2).message;
      port1.close();
      client.end();
      assert.strictEqual(await text(track(net.receive(tokens[0]))), 'read');
    });

    it('is not spent by a call that fails', async function () {
      needsDuplicates(this);
      const { client, accepted, server } = await pair();
      const token = net.transfer(accepted);
      assert.throws(() => net.receive(token, { objectMode: true }), { code: 'ERR_INVALID_ARG_VALUE' });
      track(net.receive(token)).end('here');
      assert.strictEqual(await text(client), 'here');
      const other = net.transfer(server);
      assert.throws(() => net.receive(other, { highWaterMark: 'x' }), { code: 'ERR_INVALID_ARG_TYPE' });
      track(net.receive(other));
    });

    it('what is none, and what cannot be moved, is refused', () => {
      for (const value of [undefined, null, 1, {}, { type: 'Socket' }, { type: 'toString', word: new Int32Array(1) },
        { type: 'Socket', word: new Int32Array(1) }]) {
        assert.throws(() => net.receive(value), { code: 'ERR_INVALID_ARG_VALUE' });
      }
      for (const value of [undefined, null, {}, 'x']) {
        assert.throws(() => net.transfer(value), { code: 'ERR_INVALID_ARG_TYPE' });
      }
      assert.throws(() => net.transfer(new net.Socket(), { to: 1 }), {
        message: 'The "options.to" property must be an instance of Worker or MessagePort. Received type number (1)',
      });
    });

    it('that was sent to a port is closed with it', async () => {
      const { client, accepted } = await pair();
      const { port1, port2 } = new MessageChannel();
      const token = net.transfer(accepted, { to: port1 });
      port2.close();
      await onceOf(port1, 'close');
      assert.strictEqual(await text(client), '');
      assert.throws(() => net.receive(token), { code: 'ERR_SOCKET_CLOSED' });
    });
  });

  describe('threads', function () {
    this.timeout(patience(60000));

    const run = (name, size = 0, options = {}, needs = () => {}) => async function () {
      needs(this);
      const result = await runFixture('transfer.js', [name, String(size)], options);
      assert.deepStrictEqual(result, { status: 0, stdout: 'done\n', stderr: '' });
    };

    it(
      'megabytes come and go whole through a connection that moves all the while',
      run('megabytes', scaled(16e6, 4e6)),
    );

    it(
      'a server gives every connection to one of four workers, and keeps no descriptor',
      run('spread', scaled(60, 12), {}, needsLinux),
    );

    it('a listening server moves with the connections that wait, and back', run('server', 0, {}, needsDuplicates));

    it('a worker lives until what it has sent is received', run('workerToMain'));

    it('what a worker has sent is closed when it is ended, and received no more', run('senderEnds'));

    it('what a worker was sent and has not received is closed when it ends', run('receiverEnds', 0, {}, needsDuplicates));

    it('of many threads that have a token, one receives it', run('once', scaled(60, 12)));

    it('from worker to worker, without the main thread', run('workerToWorker'));

    it('bound sockets, by workerData, connect and listen there', run('bound', 0, {}, needsDuplicates));

    it('without a descriptor left, what was to move stays', run('exhausted', 0, { limits: 'ulimit -n 64' }, needsDuplicates));

    it('the main thread ends, though nobody has received', run('mainEnds', 0, {}, needsDuplicates));
  });
});
