'use strict';
// How programs, workers and sockets end while I/O threads are at work: fork, exit, signals, descriptors that are used
// up. What each moment is, test/fixtures/io-threads-ends.js says.

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const nodeNet = require('node:net');
const { Worker } = require('node:worker_threads');

const cnet = require('../..');
const { moments } = require('../fixtures/io-threads-ends');
const { linesOf, reportOf, runFixture } = require('../support/child');
const { skip } = require('../support/needs');
const { HOST, bytes, join, listen } = require('../support/net');
const { patience } = require('../support/scale');
const { tidy, track } = require('../support/tidy');

const FIXTURE = 'io-threads-ends.js';
const CROWDED = require.resolve('../fixtures/io-threads-descriptors.js');
const LINE = Number.parseInt(process.versions.node, 10);

const on = process.platform === 'win32' ? describe.skip : describe;
const onLinux = process.platform === 'linux' ? describe : describe.skip;

/** How many of three requests of http a connection has answers to, when it has all or is closed. */
const answersOf = (socket) => new Promise((resolve) => {
  let answers = 0;
  const ask = () => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  socket.once('connect', ask).once('close', () => resolve(answers));
  socket.on('data', () => (++answers === 3 ? resolve(answers) : ask()));
});

on('the end, with I/O threads', function () {
  this.timeout(patience(60000));
  afterEach(tidy);

  const prints = (name, expected, nodeArgs = []) => async () => {
    const { status, facts, stderr } = await reportOf(FIXTURE, ['case', name], { nodeArgs });
    assert.deepStrictEqual({ status, facts, stderr }, { status: 0, facts: [expected], stderr: '' });
  };

  describe('of a process', () => {
    const ENDS = [
      ['exit', 7, 'process.exit()'],
      ['throw', 1, 'an uncaught error'],
      ['signal', 'SIGTERM', 'SIGTERM without a handler'],
      ['handler', 8, 'a handler of a signal that calls process.exit()'],
    ];
    for (const [end, status, title] of ENDS) {
      it(`${title}: it ends at every moment, as it says`, async () => {
        const wrong = [];
        for (const moment of moments) {
          const result = await runFixture(FIXTURE, ['process', end, moment]);
          const isRight = result.status === status && (end === 'throw' ? /mine/ : /^$/).test(result.stderr);
          if (!isRight) wrong.push({ moment, ...result });
        }
        assert.deepStrictEqual(wrong, []);
      });
    }

    const statuses = { exit: 7, throw: 1, signal: 'SIGTERM', kill: 'SIGKILL', terminate: 0 };
    for (const [end, status] of Object.entries(statuses)) {
      it(`by '${end}' loses no byte of a write that was called back`, async () => {
        const server = track(await listen(nodeNet.createServer()));
        const accepting = once(server, 'connection').then(([socket]) => bytes(socket));
        const [{ status: got, lines, stderr }, all] = await Promise.all([
          linesOf(FIXTURE, ['confirm', end, String(server.address().port)]), accepting,
        ]);
        assert.strictEqual(got, status, stderr);
        const confirmed = Number(lines[lines.length - 1]);
        assert.ok(confirmed > 0 && all.length >= confirmed, `${all.length} bytes of ${confirmed}`);
        assert.ok(all.equals(Buffer.alloc(all.length, '0123456789abcdef')));
      });
    }

    it('a handler of SIGTERM runs on the thread of JavaScript, and the program goes on', prints('sigterm', [100000]));

    it('a write to a connection that is gone is an error, and no SIGPIPE', prints('sigpipe', ['write']));

    it('a child by fork() has threads of its own', prints('fork', [100000, 100000, 0]));

    it("Node's permission model asks for nothing beyond addons, and the network", async function () {
      if (LINE < 20) skip(this, 'not with this Node'); // it has none
      const model = LINE < 23 ? '--experimental-permission' : '--permission';
      const network = LINE < 25 ? [] : ['--allow-net'];
      await prints('echo', [100000], [model, '--no-warnings', '--allow-addons', '--allow-fs-read=*', ...network])();
    });

    it('what it starts meanwhile inherits no descriptor of a connection: the peer sees its end', async () => {
      const server = track(await listen(cnet.createServer({ ioThreads: 2 })));
      const { client, accepted } = await join(server, cnet, { ioThread: true });
      const child = spawn(process.execPath, ['-e', 'process.stdin.resume(); console.log("up")']);
      await once(child.stdout, 'data');
      const ended = bytes(track(accepted));
      client.destroy();
      assert.strictEqual((await ended).length, 0);
      const gone = once(child, 'close');
      child.stdin.end();
      assert.strictEqual((await gone)[0], 0);
    });
  });

  onLinux('of a worker', () => {
    const CODES = { terminate: [1, null], exit: [7, null], throw: [1, 'mine'] };
    for (const [way, expected] of Object.entries(CODES)) {
      it(`by '${way}' at every moment leaves no descriptor and no thread`, async () => {
        const { status, facts, stderr } = await reportOf(FIXTURE, ['workers', way]);
        assert.deepStrictEqual([status, stderr, facts.length], [0, '', moments.length]);
        for (const [{ moment, code, message, before, after }] of facts) {
          assert.deepStrictEqual([moment, code, message], [moment, ...expected]);
          for (const kind of ['descriptors', 'threads'])
            assert.ok(after[kind] <= before[kind], `${moment}: ${after[kind]} ${kind}, ${before[kind]} before`);
        }
      });
    }
  });

  it('of a copy of the package that nobody uses any more: it is collected, with its threads', async () => {
    const options = { nodeArgs: ['--expose-gc'], within: ['env', 'CNET_IO_THREADS=1'] };
    const { status, lines, stderr } = await linesOf('copies.js', ['many'], options);
    assert.deepStrictEqual([status, stderr], [0, '']);
    const { before, after } = JSON.parse(lines[0]);
    assert.strictEqual(after.gone - before.gone, 50);
    assert.ok(after.timers <= before.timers, `${after.timers} timers, ${before.timers} before`); // of the first copies, too
  });

  onLinux('of the descriptors', () => {
    it('a thread that cannot be started for want of some leaves none open, and the connection goes on', async () => {
      const result = await runFixture('faults.js', ['threadStart'], {
        limits: 'ulimit -n 64', nodeArgs: ['--no-warnings'],
      });
      assert.deepStrictEqual(result, { status: 0, stdout: 'done\n', stderr: '' });
    });
  });

  onLinux('of the descriptors within http', () => {
    it('a server answers the connections that it has, closes the others, and leaves none open', async () => {
      const command = ['-c', 'ulimit -n 60; exec "$@"', 'sh', process.execPath, '--no-warnings', CROWDED];
      const env = { ...process.env, CNET_IO_THREADS: '2' };
      const child = spawn('sh', command, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env });
      const [port] = await once(child, 'message');
      const rounds = [];
      for (const length of [4, 60, 60]) {
        const sockets = Array.from({ length }, () => nodeNet.connect(port, HOST).on('error', () => {}));
        const answers = await Promise.all(sockets.map(answersOf));
        for (const socket of sockets) socket.destroy();
        child.send('open?');
        const [threads] = await once(child, 'message');
        rounds.push([answers.includes(3), answers.includes(0), threads]);
      }
      child.kill();
      await once(child, 'exit');
      assert.deepStrictEqual(rounds, [[true, false, 2], [true, true, 2], [true, true, 2]]);
    });
  });

  it('of a socket is seen by the peer while JavaScript does not come back to its loop', async () => {
    const seen = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(`
      const { parentPort, workerData: seen } = require('node:worker_threads');
      const server = require('node:net').createServer((socket) => socket.resume().on('end', () => {
        Atomics.store(seen, 0, 1);
        Atomics.notify(seen, 0);
        server.close();
      })).listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
    `, { eval: true, workerData: seen });
    const [port] = await once(worker, 'message');
    const socket = track(cnet.connect({ port, host: HOST, ioThread: true }));
    await once(socket, 'connect');
    socket.destroy();
    assert.notStrictEqual(Atomics.wait(seen, 0, 0, patience(20000)), 'timed-out');
    await once(worker, 'exit');
  });

  it('of a socket, and a write before it, are seen while a listener of another event of the thread blocks', async () => {
    const seen = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(`
      const { parentPort, workerData: seen } = require('node:worker_threads');
      let count = 0;
      const server = require('node:net').createServer((socket) => {
        socket.write('a');
        socket.on('error', () => {}).on('end', () => count++ > 0 && server.close()).on('data', (chunk) => {
          Atomics.store(seen, 0, chunk[0]);
          Atomics.notify(seen, 0);
          socket.write('b');
        });
      }).listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
    `, { eval: true, workerData: seen });
    const [port] = await once(worker, 'message');
    const sockets = [1, 2].map(() => track(cnet.connect({ port, host: HOST, ioThread: true })));
    await Promise.all(sockets.map((socket) => once(socket, 'data')));
    const [socket, other] = sockets;
    socket.write('x');
    await new Promise((resolve) => socket.once('data', () => {
      for (const byte of [1, 2]) { // who has slept meanwhile is woken by the second one
        other.write(Buffer.from([byte]));
        while (Atomics.load(seen, 0) !== byte) {
          assert.notStrictEqual(Atomics.wait(seen, 0, Atomics.load(seen, 0), patience(20000)), 'timed-out');
        }
      }
      resolve();
    }));
    for (const one of sockets) one.end();
    await once(worker, 'exit');
  });

  onLinux('of all sockets', () => {
    for (const way of ['destroy', 'resetAndDestroy', 'end']) {
      it(`by ${way}() at every moment leaves no descriptor`, async () => {
        const { status, facts, stderr } = await reportOf(FIXTURE, ['sockets', way]);
        assert.deepStrictEqual([status, stderr, facts.length], [0, '', moments.length]);
        for (const [{ moment, before, after }] of facts)
          assert.ok(after.descriptors <= before.descriptors, `${moment}: ${after.descriptors}, ${before.descriptors} before`);
      });
    }
  });
});
