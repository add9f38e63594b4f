'use strict';
// `for await`, onread without a buffer, _listen2(), equality, --frozen-intrinsics: each as the newest Node has it.

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const nodeNet = require('node:net');
const path = require('node:path');
const { isDeepStrictEqual } = require('node:util');

const { script } = require('../support/child');
const { needsPosix } = require('../support/needs');
const { HOST, closed, text } = require('../support/net');
const { SUBJECT, net } = require('../support/subject');
const { listening, pair, tempPath, tidy, track } = require('../support/tidy');

describe('for await over a socket', () => {
  afterEach(tidy);

  const halfOpen = { serverOptions: { allowHalfOpen: true }, clientOptions: { allowHalfOpen: true } };

  it('that is half-open leaves its writing side, by which it answers', async () => {
    const { client, accepted } = await pair(halfOpen);
    client.end('question');
    assert.strictEqual(await text(accepted), 'question');
    assert.deepStrictEqual([accepted.destroyed, accepted.writable], [false, true]);
    accepted.end('answer');
    assert.strictEqual(await text(client), 'answer');
  });

  it('that is half-open leaves what is still to be sent, also after end()', async () => {
    const size = 20e6;
    for (const method of ['write', 'end']) {
      const { client, accepted } = await pair(halfOpen);
      client.end('question');
      accepted[method](Buffer.alloc(size));
      await text(accepted);
      if (method === 'write') accepted.end();
      let got = 0;
      for await (const chunk of client) got += chunk.length;
      assert.strictEqual(got, size);
    }
  });

  it('is the end of a socket that is not half-open, and of one that has said all', async () => {
    const whole = await pair({ clientOptions: { allowHalfOpen: true } });
    whole.client.end('question');
    await text(whole.accepted);
    const said = await pair(halfOpen);
    said.accepted.end('all');
    await once(said.accepted, 'finish');
    said.client.end();
    await text(said.accepted);
    assert.deepStrictEqual([whole.accepted.destroyed, said.accepted.destroyed], [true, true]);
  });

  /** How many microtasks run before the iterator has given the bytes that `socket` has got. */
  async function turnsOf(socket) {
    const iterator = socket[Symbol.asyncIterator]();
    await once(socket.on('readable', () => {}), 'readable');
    let turns = 0;
    let isOver = false;
    const count = () => {
      if (isOver) return;
      turns++;
      queueMicrotask(count);
    };
    queueMicrotask(count);
    await iterator.next();
    isOver = true;
    return turns;
  }

  it('gives a chunk after as many turns of microtasks as over a socket of node:net', async () => {
    const turns = [];
    for (const client of [new net.Socket(), new nodeNet.Socket()]) {
      const server = await listening(net.createServer((socket) => socket.end('text')));
      track(client).connect(server.address().port, HOST);
      turns.push(await turnsOf(client));
    }
    assert.ok(turns[0] === turns[1] && turns[0] > 0, `${turns}`);
  });

  /** What a program sees of a socket whose loop it leaves in a way. */
  async function leftBy(client, way) {
    const server = await listening(nodeNet.createServer((socket) => socket.on('error', () => {}).write('text')));
    const told = [];
    track(client).connect(server.address().port, HOST);
    for (const event of ['end', 'error', 'close']) client.on(event, (value) => told.push([event, value?.code]));
    try {
      told.push(await way(client));
    } catch (error) {
      told.push(error.message);
    }
    told.push(client.destroyed);
    if (!client.destroyed) client.destroy();
    await closed(client);
    return told;
  }

  const WAYS = {
    break: async (client) => { for await (const chunk of client) return String(chunk); },
    'break, when destroy() throws': async (client) => {
      client.destroy = () => {
        delete client.destroy;
        throw new Error('of destroy()');
      };
      for await (const chunk of client) return String(chunk);
    },
    'an exception': async (client) => { for await (const chunk of client) throw new Error(`at ${chunk}`); },
    'return() before the first chunk': async (client) => (await client[Symbol.asyncIterator]().return(5)).value,
    'throw()': async (client) => {
      const iterator = client[Symbol.asyncIterator]();
      await iterator.next();
      await iterator.throw(new Error('of the program'));
    },
    'return() twice': async (client) => {
      const iterator = client[Symbol.asyncIterator]();
      await iterator.next();
      return [await iterator.return(1), await iterator.return(2), await iterator.next()];
    },
    'a chunk and return() at once': async (client) => {
      const iterator = client[Symbol.asyncIterator]();
      const [first, last] = await Promise.all([iterator.next(), iterator.return(7)]);
      return [String(first.value), last];
    },
    'destroy() with an error': async (client) => { for await (const chunk of client) client.destroy(new Error(`${chunk}`)); },
  };

  for (const [name, way] of Object.entries(WAYS)) {
    it(`that is left by ${name} does what it does over a socket of node:net`, async () => {
      assert.deepStrictEqual(await leftBy(new net.Socket(), way), await leftBy(new nodeNet.Socket(), way));
    });
  }

  it('has an iterator that looks as Node\'s', async () => {
    const looks = [new net.Socket(), new nodeNet.Socket()].map((socket) => {
      const iterator = track(socket)[Symbol.asyncIterator]();
      const isItself = iterator[Symbol.asyncIterator]() === iterator;
      return [Reflect.ownKeys(iterator), String(iterator), isItself, iterator.stream === socket];
    });
    assert.deepStrictEqual(looks[0], looks[1]);
  });

  it('destroys a socket when it is left early, without an uncaught error; not with `destroyOnReturn: false`', async () => {
    const states = [];
    for (const leave of ['break', 'throw', 'stay']) {
      const { client, accepted } = await pair(halfOpen);
      accepted.write('x');
      try {
        for await (const chunk of leave === 'stay' ? client.iterator({ destroyOnReturn: false }) : client) {
          if (leave === 'throw') throw new Error(String(chunk));
          break;
        }
      } catch {
        // thrown above
      }
      states.push(client.destroyed);
      if (client.destroyed) await closed(client);
    }
    assert.deepStrictEqual(states, [true, true, false]);
    assert.throws(() => new net.Socket().iterator(1), { code: 'ERR_INVALID_ARG_TYPE' });
  });
});

describe('onread whose function gives no buffer', () => {
  afterEach(tidy);

  it('hands what Node hands to the callback: the bytes\' number and true', async () => {
    for (const nothing of [undefined, null, 'x', [], new ArrayBuffer(4)]) {
      const server = await listening(net.createServer((socket) => socket.end('four')));
      const got = [];
      const onread = { buffer: () => nothing, callback: (...args) => got.push(args) };
      await once(track(net.connect({ port: server.address().port, host: HOST, onread })), 'end');
      assert.deepStrictEqual(got, [[4, true]]);
    }
  });
});

describe('server._listen2()', () => {
  afterEach(tidy);

  async function callsOf(server, ...args) {
    const calls = [];
    const own = server._listen2;
    server._listen2 = function _listen2(...told) {
      calls.push(told);
      return Reflect.apply(own, this, told);
    };
    await listening(server, ...args);
    server.close();
    await closed(server);
    return calls;
  }

  it('is called by listen(), once, with what Node tells it', async () => {
    assert.deepStrictEqual(await callsOf(net.createServer(), 0, HOST, 5), [[HOST, 0, 4, 5, undefined, 0]]);
    assert.deepStrictEqual(await callsOf(net.createServer(), 0), [[null, 0, 4, 0, undefined, 0]]);
    const [place] = await callsOf(net.createServer(), { port: 0, ipv6Only: true, backlog: 3 });
    assert.deepStrictEqual(place, [null, 0, 4, 3, undefined, 1]);
    const socketPath = tempPath();
    assert.deepStrictEqual(await callsOf(net.createServer(), socketPath, 7), [
      [socketPath, -1, -1, 7, undefined, undefined],
    ]);
    const handle = net._createServerHandle(HOST, 0, 4);
    assert.deepStrictEqual(await callsOf(net.createServer(), handle), [[null, -1, -1, 0, undefined, undefined]]);
  });

  it('of the prototype is called too, and may listen elsewhere', async () => {
    const { _listen2: own } = net.Server.prototype;
    const socketPath = tempPath();
    net.Server.prototype._listen2 = function _listen2() {
      Reflect.apply(own, this, [socketPath, -1, -1, 5]);
    };
    try {
      await listening(net.createServer((socket) => socket.end('elsewhere')));
    } finally {
      net.Server.prototype._listen2 = own;
    }
    assert.strictEqual(await text(track(net.connect(socketPath))), 'elsewhere');
  });

  it('keeps what it is not told: the modes of a path', async function modes() {
    needsPosix(this);
    const server = net.createServer();
    const own = server._listen2;
    server._listen2 = (...told) => Reflect.apply(own, server, told);
    const socketPath = tempPath();
    await listening(server, { path: socketPath, readableAll: true, writableAll: true });
    assert.strictEqual(fs.statSync(socketPath).mode & 0o666, 0o666);
  });
});

describe('equality', () => {
  afterEach(tidy);

  it('two fresh servers are deeply equal, and two that have closed', async () => {
    const servers = [net.createServer({ noDelay: true }), net.createServer({ noDelay: true })];
    assert.ok(isDeepStrictEqual(...servers));
    for (const server of servers) {
      await listening(server, 0);
      server.close();
      await closed(server);
    }
    if (SUBJECT !== 'node:net') assert.ok(isDeepStrictEqual(...servers)); // Node's have numbers of async_hooks
  });
});

describe('the own state of a fresh socket', () => {
  it('is that of every other one, but for what stream.Duplex keeps', () => {
    const plain = (socket) =>
      Reflect.ownKeys(socket)
        .filter((key) => Object(socket[key]) !== socket[key])
        .map((key) => [key, socket[key]]);
    assert.deepStrictEqual(plain(new net.Socket()), plain(new net.Socket()));
  });
});

describe('under --frozen-intrinsics', () => {
  it('servers, clients, pipe(), unpipe(), TLS over a socket and failures work', async function frozen() {
    const program = `
      const fs = require('node:fs'), tls = require('node:tls'), { PassThrough } = require('node:stream'), { once } = require('node:events');
      const folder = ${JSON.stringify(path.join(__dirname, '..', 'fixtures', 'tls'))};
      const [cert, key] = ['cert.pem', 'key.pem'].map((name) => fs.readFileSync(folder + '/' + name));
      const text = async (from) => { let all = ''; for await (const chunk of from) all += chunk; return all; };
      (async () => {
        const secure = tls.createServer({ cert, key }, (socket) => socket.pipe(socket));
        const server = net.createServer((socket) => {
          socket.once('data', (first) => {
            socket.unshift(first);
            if (first[0] === 22) { socket.pause(); secure.emit('connection', socket); return; }
            const filter = new PassThrough();
            socket.pipe(filter);
            socket.unpipe(filter);
            socket.pipe(filter).pipe(socket);
          });
        }).listen(0, '127.0.0.1');
        await once(server, 'listening');
        const to = { port: server.address().port, host: '127.0.0.1' };
        const plain = net.connect(to);
        plain.end('plain');
        const over = tls.connect({ socket: net.connect(to), rejectUnauthorized: false });
        over.end('secret');
        console.log(await text(plain), await text(over));
        server.close();
        await once(server, 'close');
        const [error] = await once(net.connect(to), 'error');
        console.log(error.code);
      })();
    `;
    const { code, stdout, stderr } = await script(program, { flags: ['--frozen-intrinsics', '--no-warnings'] });
    assert.deepStrictEqual([code, stdout, stderr], [0, 'plain secret\nECONNREFUSED\n', '']);
  });
});
