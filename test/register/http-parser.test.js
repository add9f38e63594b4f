'use strict';
// Servers of http under cnet/register-http, whose parser reads below the stream: each scenario is run on Node's own
// sockets too, and must come out the same.

const assert = require('node:assert');
const { createHook } = require('node:async_hooks');
const http = require('node:http');
const { PassThrough } = require('node:stream');

const registerHttp = require('../../lib/register-http');
const { patience } = require('../support/scale');
const { HOST, bytes, cnet, digestOf, event, listening, nodeNet, text, withBin } = require('../support/compare');

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
const BAD = 'this is no HTTP\r\n\r\n';
const UPGRADE = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: any\r\n\r\n';
const CONNECT = 'CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n';

const post = (body) => {
  const head = `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
};

/** Runs a scenario on plain Node and with http on cnet. @returns what comes out of both */
async function same(scenario) {
  registerHttp.unregister();
  const expected = await withBin(scenario);
  registerHttp.register();
  const actual = await withBin(scenario);
  assert.deepStrictEqual(actual, expected);
  return actual;
}

/** A connection that says what comes when `ends` is in it. */
async function dial(bin, server) {
  const socket = bin.keep(nodeNet.connect(server.address().port, HOST));
  socket.setEncoding('latin1');
  socket.on('error', () => {});
  await event(socket, 'connect');
  let seen = '';
  const waiting = new Set();
  const look = () => waiting.forEach((one) => one());
  socket.on('data', (data) => {
    seen += data;
    look();
  });
  socket.on('close', look);
  const until = (ends) => new Promise((resolve) => {
    const one = () => {
      const at = seen.indexOf(ends);
      if (at < 0 && !socket.closed) return;
      waiting.delete(one);
      const got = at < 0 ? seen : seen.slice(0, at + ends.length);
      seen = seen.slice(got.length);
      resolve(got.replace(/Date: [^\r]*/g, 'Date: now'));
    };
    waiting.add(one);
    one();
  });
  return { socket, until, ask: (data, ends) => (socket.write(data), until(ends)) };
}

/** Other bytes, of another connection, in the memory in which those of a read have been. */
async function overwrite(bin, server) {
  const { ask, socket } = await dial(bin, server);
  await ask(post(Buffer.alloc(60000, 'other ')), 'done');
  socket.destroy();
}

/** Answers a request when it has its body. */
const answerWhole = (request, response) => request.on('end', () => response.end('done')).resume();

describe('the parser of a server of http, below the stream', function () {
  this.timeout(patience(20000));

  after(() => registerHttp.unregister());

  it('no data event is emitted, nor anything pushed', async () => {
    registerHttp.register();
    await withBin(async (bin) => {
      const seen = [];
      const server = http.createServer(answerWhole);
      server.prependListener('connection', (socket) => {
        assert.ok(socket instanceof cnet.Socket);
        const { emit, push } = socket;
        socket.emit = (event, ...args) => (seen.push(event), Reflect.apply(emit, socket, [event, ...args]));
        socket.push = (chunk) => (seen.push('push'), Reflect.apply(push, socket, [chunk]));
      });
      const { ask } = await dial(bin, await listening(bin, server));
      for (let i = 0; i < 3; i++) await ask(post(bytes(20000)), 'done');
      assert.deepStrictEqual(seen.filter((event) => event === 'data' || event === 'push'), []);
    });
  });

  for (const [title, onConnection] of [
    ['a connection that http is given once more is still read once', (server, socket) => {
      server.emit('connection', socket);
    }],
    ["removeAllListeners() within 'connection' takes nothing from the parser", (server, socket) => {
      socket.removeAllListeners();
    }],
  ]) it(title, async () => {
    const outcome = await same(async (bin) => {
      const lengths = [];
      const server = http.createServer((request, response) => {
        answerWhole(request, response);
        lengths.push(Number(request.headers['content-length']));
      });
      server.once('connection', (socket) => onConnection(server, socket));
      const { ask } = await dial(bin, await listening(bin, server));
      for (const length of [100, 20000]) await ask(post(bytes(length)), 'done');
      return lengths;
    });
    assert.deepStrictEqual(outcome, [100, 20000]);
  });

  it('bodies that are kept stay what they were, whatever comes on this connection and others', async () => {
    const digests = await same(async (bin) => {
      const kept = [];
      const server = http.createServer((request, response) => {
        const chunks = [];
        kept.push(chunks);
        request.on('data', (chunk) => chunks.push(chunk)).on('end', () => response.end('done'));
      });
      const { ask } = await dial(bin, await listening(bin, server));
      for (const length of [1, 60, 500, 20000, 300000]) await ask(post(bytes(length)), 'done');
      await overwrite(bin, server);
      return kept.slice(0, 5).map((chunks) => digestOf(Buffer.concat(chunks)));
    });
    assert.deepStrictEqual(digests, [1, 60, 500, 20000, 300000].map((length) => digestOf(bytes(length))));
  });

  it('pipelined requests, cut anywhere, are answered in their order', async () => {
    await same(async (bin) => {
      const server = http.createServer(({ url }, response) => setImmediate(() => response.end(`<${url}>`)));
      const { ask, socket, until } = await dial(bin, await listening(bin, server));
      const all = Array.from({ length: 40 }, (_, i) => GET.replace('/', `/${i}`)).join('');
      for (let at = 0; at < all.length; at += 97) socket.write(all.slice(at, at + 97));
      return [await until('</39>'), await ask(GET, '</>')];
    });
  });

  it('pipelined requests with answers that wait: the socket pauses, and goes on', async () => {
    const [count] = await same(async (bin) => {
      const body = 'x'.repeat(100000);
      const server = http.createServer((request, response) => setImmediate(() => response.end(body)));
      const socket = bin.keep(nodeNet.connect((await listening(bin, server)).address().port, HOST));
      socket.write(GET.repeat(29) + GET.replace('\r\n', '\r\nConnection: close\r\n'));
      const all = await text(socket);
      return [all.split('HTTP/1.1 200').length - 1, all.length > 3000000];
    });
    assert.strictEqual(count, 30);
  });

  it('ticks and promises come where they do with Node\'s own sockets, between the pieces of a request', async () => {
    const log = await same(async (bin) => {
      const log = [];
      const server = http.createServer((request, response) => {
        const note = (what) => log.push(`${what} ${request.complete}`);
        note('request');
        process.nextTick(note, 'tick');
        Promise.resolve().then(() => note('promise'));
        request.on('data', (chunk) => note(chunk.length)).on('end', () => {
          note('end');
          response.end('done');
          process.nextTick(note, 'tick after the end');
        });
      });
      const { ask, until } = await dial(bin, await listening(bin, server));
      await ask(post(bytes(1000)), 'done');
      await ask(GET, 'done');
      await ask(Buffer.concat([Buffer.from(GET), post(bytes(10))]), 'done');
      await until('done');
      return log;
    });
    assert.ok(log.length > 10);
  });

  describe('listeners of the program', () => {
    it('for data, added between two requests: it hears the second, and http too', async () => {
      const [heard] = await same(async (bin) => {
        const heard = [];
        const server = http.createServer((request, response) => {
          if (request.url === '/listen') request.socket.on('data', (chunk) => heard.push(chunk));
          response.end('done');
        });
        const { ask } = await dial(bin, await listening(bin, server));
        const answers = [await ask(GET.replace('/', '/listen'), 'done'), await ask(GET, 'done')];
        await overwrite(bin, server);
        return [heard.map(String), answers];
      });
      assert.deepStrictEqual(heard, [GET]);
    });

    /** What listeners of 'connection' that come before that of http may do: the parser reads below them. */
    const before = {
      data: (socket, heard) => socket.on('data', (chunk) => heard.push(String(chunk))),
      readable: (socket, heard) => socket.on('readable', () => heard.push(String(socket.read()))),
      'pipe()': (socket, heard) => socket.pipe(new PassThrough().on('data', (chunk) => heard.push(String(chunk)))),
    };
    for (const [name, listen] of Object.entries(before)) {
      it(`${name} of a socket, before http has it: hears nothing`, async () => {
        const [heard] = await same(async (bin) => {
          const heard = [];
          const server = http.createServer((request, response) => response.end('done'));
          server.prependListener('connection', (socket) => listen(socket, heard));
          const { ask } = await dial(bin, await listening(bin, server));
          return [heard, await ask(GET, 'done'), await ask(GET, 'done')];
        });
        assert.deepStrictEqual(heard, []);
      });
    }

    /** What listeners of 'connection', which come behind that of http, may do with http's own for data. */
    const takings = {
      'a listener in the place of http\'s hears all, and http nothing': (socket, heard) => {
        socket.removeAllListeners('data').on('data', (chunk) => {
          heard.push(String(chunk));
          socket.write('done');
        });
      },
      'a listener that hands the first piece back to http\'s': (socket, heard) => {
        const listeners = socket.listeners('data');
        socket.removeAllListeners('data').once('data', (chunk) => {
          heard.push(String(chunk));
          for (const listener of listeners) socket.on('data', listener);
          socket.emit('data', chunk);
        });
      },
      'without http\'s listener the parser reads on': (socket) => socket.removeAllListeners('data'),
      'pipe() in the place of http\'s listener': (socket) => socket.removeAllListeners('data').pipe(socket),
    };
    for (const [name, take] of Object.entries(takings)) {
      it(name, async () => {
        const [answer] = await same(async (bin) => {
          const heard = [];
          const server = http.createServer(answerWhole).on('connection', (socket) => take(socket, heard));
          const { ask } = await dial(bin, await listening(bin, server));
          return [await ask(post(Buffer.from('done')), 'done'), heard];
        });
        assert.ok(answer.endsWith('done'));
      });
    }

    it('for data, added and taken away within a request', async () => {
      await same(async (bin) => {
        const server = http.createServer((request, response) => {
          const listener = () => {};
          request.socket.on('data', listener).off('data', listener);
          answerWhole(request, response);
        });
        const { ask } = await dial(bin, await listening(bin, server));
        return [await ask(GET, 'done'), await ask(post(bytes(100000)), 'done'), await ask(GET, 'done')];
      });
    });

    it('for data, added in the middle of a body: it hears the rest', async () => {
      const [, , sum] = await same(async (bin) => {
        let sum = 0;
        let rest;
        const server = http.createServer((request, response) => {
          request.once('data', () => {
            request.socket.on('data', (chunk) => {
              sum += chunk.length;
            });
            rest();
          });
          answerWhole(request, response);
        });
        const { socket, until } = await dial(bin, await listening(bin, server));
        const goesOn = new Promise((resolve) => {
          rest = resolve;
        });
        const request = post(bytes(5000));
        socket.write(request.subarray(0, request.length - 4000));
        await goesOn;
        socket.write(request.subarray(-4000));
        return [await until('done'), request.length, sum];
      });
      assert.strictEqual(sum, 4000);
    });

    it('pause() and resume() of the socket', async () => {
      await same(async (bin) => {
        const server = http.createServer((request, response) => {
          request.socket.pause();
          setImmediate(() => request.socket.resume());
          answerWhole(request, response);
        });
        const { ask } = await dial(bin, await listening(bin, server));
        return [await ask(post(bytes(200000)), 'done'), await ask(GET, 'done')];
      });
    });
  });

  describe('upgrades and errors', () => {
    for (const [name, request] of [['upgrade', UPGRADE], ['connect', CONNECT]]) {
      it(`${name}: the head, and what comes behind it, are the program's to keep`, async () => {
        const kept = await same(async (bin) => {
          const pieces = [];
          const server = http.createServer(answerWhole);
          server.on(name, (_, socket, head) => {
            bin.keep(socket);
            pieces.push(head);
            socket.on('data', (chunk) => {
              pieces.push(chunk);
              socket.write('more');
            });
            socket.write('HTTP/1.1 101 On\r\n\r\nopen');
          });
          const { ask, socket } = await dial(bin, await listening(bin, server));
          await ask(GET, 'done');
          await ask(`${request}the head`, 'open');
          await ask('first', 'more');
          await ask('x'.repeat(1000), 'more');
          await overwrite(bin, server);
          socket.destroy();
          return pieces.map(String);
        });
        assert.deepStrictEqual(kept, ['the head', 'first', 'x'.repeat(1000)]);
      });
    }

    it('clientError has the packet, which is the program\'s to keep', async () => {
      const [packets] = await same(async (bin) => {
        const packets = [];
        const codes = [];
        const server = http.createServer(answerWhole);
        server.on('clientError', (error, socket) => {
          packets.push(error.rawPacket);
          codes.push(error.code, error.bytesParsed, error.message);
          socket.end('HTTP/1.1 400 Bad\r\n\r\nbad');
        });
        await listening(bin, server);
        for (let i = 0; i < 2; i++) {
          const { ask } = await dial(bin, server);
          await ask(GET, 'done');
          await ask(BAD, 'bad');
          await overwrite(bin, server);
        }
        return [packets.map(String), codes];
      });
      assert.deepStrictEqual(packets, [BAD, BAD]);
    });

    it('a parser that has met with an error serves another connection', async () => {
      await same(async (bin) => {
        const server = await listening(bin, http.createServer(answerWhole));
        const answers = [];
        for (let i = 0; i < 4; i++) {
          const { ask } = await dial(bin, server);
          answers.push(await ask(post(bytes(3000)), 'done'), await ask(BAD, 'close\r\n\r\n'));
        }
        return answers;
      });
    });

    it('an exception of a handler is the program\'s, and the next request is answered', async () => {
      await same(async (bin) => {
        const server = http.createServer((request, response) => {
          response.end('done');
          if (request.url === '/throw') throw new Error('thrown');
        });
        const { ask } = await dial(bin, await listening(bin, server));
        const listeners = process.listeners('uncaughtException');
        process.removeAllListeners('uncaughtException');
        const thrown = event(process, 'uncaughtException');
        const answer = await ask(GET.replace('/', '/throw'), 'done');
        const [error] = await thrown;
        for (const listener of listeners) process.on('uncaughtException', listener);
        return [error.message, answer, await ask(GET, 'done')];
      });
    });
  });

  describe('ends', () => {
    it('a socket that is destroyed in the middle of pipelined requests', async () => {
      await same(async (bin) => {
        const urls = [];
        const server = http.createServer(({ url, socket }, response) => {
          urls.push(url);
          if (url === '/1') socket.destroy();
          else response.end('done');
        });
        await listening(bin, server);
        const { socket } = await dial(bin, server);
        socket.write([0, 1, 2].map((i) => GET.replace('/', `/${i}`)).join(''));
        await event(socket, 'close');
        const { ask } = await dial(bin, server);
        return [urls, await ask(GET, 'done')];
      });
    });

    it('a socket that connects anew reads for itself', async () => {
      registerHttp.register();
      await withBin(async (bin) => {
        const greeter = nodeNet.createServer((socket) => socket.end('hello'));
        await listening(bin, greeter);
        let again;
        const server = http.createServer((request, response) => {
          again = bin.keep(request.socket);
          response.end('done');
        });
        const { ask, socket } = await dial(bin, await listening(bin, server));
        await ask(GET, 'done');
        again.destroy();
        await event(again, 'close');
        again.removeAllListeners().connect(greeter.address().port, HOST);
        assert.strictEqual(await text(again), 'hello');
        assert.strictEqual(again.server, server); // as with Node's: listeners of http ask for it
        socket.destroy();
      });
    });

    it('an init hook that destroys the connections', async () => {
      await same(async (bin) => {
        const sockets = new Set();
        const server = http.createServer(answerWhole);
        server.on('connection', (socket) => sockets.add(socket));
        await listening(bin, server);
        const { ask, socket } = await dial(bin, server);
        const answer = await ask(GET, 'done');
        let wanted = true;
        const hook = createHook({
          init(id, type) {
            if (!wanted || type !== 'HTTPINCOMINGMESSAGE') return;
            wanted = false;
            for (const one of sockets) one.destroy();
          },
        }).enable();
        const second = await dial(bin, server);
        const closed = event(socket, 'close');
        second.socket.write(GET);
        await closed;
        hook.disable();
        const third = await dial(bin, server);
        return [answer, await third.ask(GET, 'done')];
      });
    });
  });

  it('an execute() of the program\'s is given what it may keep', async () => {
    registerHttp.register();
    const kept = await withBin(async (bin) => {
      const server = await listening(bin, http.createServer(answerWhole));
      const first = await dial(bin, server);
      const parserOf = event(server, 'request');
      await first.ask(GET, 'done');
      const [{ socket }] = await parserOf;
      const prototype = Object.getPrototypeOf(socket.parser);
      const { execute } = prototype;
      const packets = [];
      prototype.execute = function patched(packet) {
        packets.push(packet);
        return Reflect.apply(execute, this, [packet]);
      };
      try {
        const { ask } = await dial(bin, server);
        await ask(GET, 'done');
        await ask(GET.replace('/', '/next'), 'done');
        await overwrite(bin, server);
      } finally {
        prototype.execute = execute;
      }
      return packets.slice(0, 2).map(String);
    });
    assert.deepStrictEqual(kept, [GET, GET.replace('/', '/next')]);
  });
});
