'use strict';
// Node's http over sockets of cnet: each scenario is run on node:net too, and must come out the same.

const assert = require('node:assert');
const http = require('node:http');
const https = require('node:https');
const { pipeline } = require('node:stream/promises');

const compare = require('../support/compare');

const { HOST, Log, answered, bytes, cert, describe: shown, digest, digestOf, event, front, key, same, text } = compare;

const MEGABYTES = bytes(3 * 1024 * 1024 + 7);
const WHOLE = digestOf(MEGABYTES);

/** A request over a connection of its own: without an agent, as with one createConnection counts for nothing. */
function ask(net, bin, server, options = {}) {
  const { port } = server.address();
  const createConnection = () => bin.keep(net.connect(port, HOST));
  const request = http.request({ host: HOST, port, createConnection, ...options });
  return bin.keep(request);
}

/** An agent that keeps connections of `net`. */
function keeper(net, bin, options, made = []) {
  const agent = bin.keep(new http.Agent({ keepAlive: true, ...options }));
  agent.createConnection = (to) => {
    const socket = bin.keep(net.connect(to));
    made.push(socket);
    return socket;
  };
  return agent;
}

describe('http over cnet, as over node:net', () => {
  describe('bodies', () => {
    for (const [name, headers] of [['chunked', {}], ['of a known length', { 'content-length': MEGABYTES.length }]]) {
      it(`megabytes ${name} go both ways unchanged`, async () => {
        const outcome = await same(async (net, bin) => {
          const web = http.createServer(async (request, response) => {
            response.writeHead(200, headers);
            await pipeline(request, response);
          });
          const server = await front(net, bin, web);
          const request = ask(net, bin, server, { method: 'POST', headers });
          request.end(MEGABYTES);
          const response = await answered(request);
          return [
            response.statusCode,
            response.headers['transfer-encoding'],
            await digest(response),
            response.complete,
          ];
        });
        assert.deepStrictEqual([outcome[0], outcome[2], outcome[3]], [200, WHOLE, true]);
      });
    }

    it('the sockets on both sides are those of the module', async () => {
      const [answer, own] = await same(async (net, bin) => {
        const web = http.createServer((request, response) =>
          response.end(`${request.socket.constructor === net.Socket}`),
        );
        const request = ask(net, bin, await front(net, bin, web));
        request.end();
        return [await text(await answered(request)), request.socket.constructor === net.Socket];
      });
      assert.deepStrictEqual([answer, own], ['true', true]);
    });

    it('a body that is written piece by piece waits for drain and arrives whole, with its trailers', async () => {
      const outcome = await same(async (net, bin) => {
        const web = http.createServer(async (request, response) => {
          const got = await digest(request);
          response.writeHead(200, { trailer: 'x-digest' });
          response.addTrailers({ 'x-digest': got });
          response.end(request.trailers['x-of']);
        });
        const request = ask(net, bin, await front(net, bin, web), { method: 'PUT', headers: { trailer: 'x-of' } });
        let waited = 0;
        for (let at = 0; at < MEGABYTES.length; at += 100000) {
          if (request.write(MEGABYTES.subarray(at, at + 100000))) continue;
          waited++;
          await event(request, 'drain');
        }
        request.addTrailers({ 'x-of': 'trailing' });
        request.end();
        const response = await answered(request);
        return [await text(response), response.trailers['x-digest'], waited > 0];
      });
      assert.deepStrictEqual(outcome, ['trailing', WHOLE, true]);
    });

    it('HEAD, 204 and 100-continue', async () => {
      const outcome = await same(async (net, bin) => {
        const log = new Log();
        const web = http.createServer((request, response) => {
          response.writeHead(request.url === '/none' ? 204 : 200, { 'x-method': request.method });
          response.end(request.method === 'POST' ? 'body' : undefined);
        });
        web.on('checkContinue', (request, response) => {
          log.lines.push('server checkContinue');
          response.writeContinue();
          web.emit('request', request, response);
        });
        const server = await front(net, bin, web);
        const answers = [];
        for (const options of [
          { method: 'HEAD' },
          { path: '/none' },
          { method: 'POST', headers: { expect: '100-continue' } },
        ]) {
          const request = ask(net, bin, server, options);
          log.watch('client', request, 'continue');
          if (options.headers) request.once('continue', () => request.end('x')).flushHeaders();
          else request.end();
          const response = await answered(request);
          answers.push([response.statusCode, response.headers['x-method'], await text(response)]);
        }
        return [answers, log.lines];
      });
      assert.deepStrictEqual(outcome[1], ['server checkContinue', 'client continue']);
    });
  });

  describe('connections', () => {
    it('keep-alive: many requests, with bodies, over one connection', async () => {
      const outcome = await same(async (net, bin) => {
        const made = [];
        const agent = keeper(net, bin, { maxSockets: 1 }, made);
        const web = http.createServer(async (request, response) => response.end(await digest(request)));
        const server = await front(net, bin, web);
        const bodies = Array.from({ length: 12 }, (_, i) => bytes(1 + i * 40000, i + 1));
        const answers = await Promise.all(bodies.map(async (body) => {
          const request = ask(net, bin, server, { agent, createConnection: undefined, method: 'POST' });
          request.end(body);
          return (await text(await answered(request))) === digestOf(body);
        }));
        return [answers, made.length];
      });
      assert.deepStrictEqual(outcome, [Array(12).fill(true), 1]);
    });

    it('a connection that the server has closed meanwhile is not used again', async () => {
      const outcome = await same(async (net, bin) => {
        const made = [];
        const agent = keeper(net, bin, {}, made);
        const accepted = [];
        const web = http.createServer((request, response) => {
          accepted.push(request.socket);
          response.end('x');
        });
        const server = await front(net, bin, web);
        const answers = [];
        for (let i = 0; i < 3; i++) {
          const request = ask(net, bin, server, { agent, createConnection: undefined });
          request.end();
          answers.push(await text(await answered(request)));
          const gone = event(made[made.length - 1], 'close');
          accepted[accepted.length - 1].destroy();
          await gone;
        }
        return [answers, made.length];
      });
      assert.deepStrictEqual(outcome, [['x', 'x', 'x'], 3]);
    });

    it('pipelining: answers come whole and in the order of the requests', async () => {
      const outcome = await same(async (net, bin) => {
        const web = http.createServer(async (request, response) => {
          const got = await digest(request);
          // later requests are ready first
          if (request.url !== '/3') await new Promise((resolve) => setImmediate(resolve));
          response.setHeader('x-got', `${request.url} ${got}`);
          response.end(bytes(300000, Number(request.url.slice(1))));
        });
        const server = await front(net, bin, web);
        const socket = bin.keep(net.connect(server.address().port, HOST));
        for (const at of [1, 2, 3]) {
          const body = bytes(200000, at);
          const last = at === 3 ? 'Connection: close\r\n' : '';
          socket.write(`POST /${at} HTTP/1.1\r\nHost: x\r\n${last}Content-Length: ${body.length}\r\n\r\n`);
          socket.write(body);
        }
        const chunks = [];
        for await (const chunk of socket) chunks.push(chunk);
        const all = Buffer.concat(chunks);
        const found = all.toString('latin1').match(/x-got: [^\r]*/g);
        const inOrder = [1, 2, 3].map((at) => all.indexOf(bytes(300000, at)));
        return [found, inOrder[0] > 0 && inOrder[1] > inOrder[0] && inOrder[2] > inOrder[1]];
      });
      assert.deepStrictEqual(outcome, [[1, 2, 3].map((at) => `x-got: /${at} ${digestOf(bytes(200000, at))}`), true]);
    });

    it('half-close: the answer to a client that has ended its side still comes', async () => {
      const outcome = await same(async (net, bin) => {
        const web = http.createServer(async (request, response) => response.end(await digest(request)));
        web.httpAllowHalfOpen = true;
        const server = await front(net, bin, web);
        const socket = bin.keep(net.connect({ port: server.address().port, host: HOST, allowHalfOpen: true }));
        socket.write(`POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${MEGABYTES.length}\r\n\r\n`);
        socket.end(MEGABYTES);
        return (await text(socket)).split('\r\n').pop();
      });
      assert.strictEqual(outcome, WHOLE);
    });

    it('an answer without a length ends with the connection', async () => {
      const outcome = await same(async (net, bin) => {
        const server = bin.keep(net.createServer((socket) => {
          bin.keep(socket).once('data', () => {
            socket.write('HTTP/1.1 200 OK\r\n\r\n');
            socket.end(MEGABYTES);
          });
        }));
        server.listen(0, HOST);
        await event(server, 'listening');
        const request = ask(net, bin, server);
        request.end();
        return digest(await answered(request));
      });
      assert.strictEqual(outcome, WHOLE);
    });

    it('upgrade: both sides go on with the socket, and nothing of the first bytes is lost', async () => {
      const outcome = await same(async (net, bin) => {
        const web = http.createServer();
        web.on('upgrade', (request, socket, head) => {
          socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nfirst ');
          if (head.length > 0) socket.unshift(head);
          socket.pipe(socket);
        });
        const headers = { connection: 'Upgrade', upgrade: 'echo' };
        const request = ask(net, bin, await front(net, bin, web), { headers });
        request.end();
        const [response, socket, head] = await event(request, 'upgrade');
        if (head.length > 0) socket.unshift(head);
        socket.end(MEGABYTES);
        return [response.statusCode, socket.constructor === net.Socket, await digest(socket)];
      });
      assert.deepStrictEqual(outcome, [101, true, digestOf(Buffer.concat([Buffer.from('first '), MEGABYTES]))]);
    });

    it('CONNECT: a request through a tunnel, and TLS in it', async () => {
      const outcome = await same(async (net, bin) => {
        const secure = https.createServer({ key, cert }, async (request, response) =>
          response.end(await digest(request)),
        );
        const origin = await front(net, bin, secure);
        const proxy = http.createServer();
        proxy.on('connect', (request, client, head) => {
          const [host, port] = request.url.split(':');
          const onward = bin.keep(net.connect({ port: Number(port), host, allowHalfOpen: true }, () => {
            client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
            onward.write(head);
            onward.pipe(client).pipe(onward);
          }));
        });
        const path = `${HOST}:${origin.address().port}`;
        const tunnel = ask(net, bin, await front(net, bin, proxy), { method: 'CONNECT', path });
        tunnel.end();
        const [response, socket] = await event(tunnel, 'connect');
        const request = bin.keep(https.request({
          socket, agent: false, method: 'POST', ca: cert, servername: 'localhost', host: HOST,
        }));
        request.end(MEGABYTES);
        return [response.statusCode, await text(await answered(request))];
      });
      assert.deepStrictEqual(outcome, [200, WHOLE]);
    });

    it('https.Agent with connections of the module keeps them, and megabytes go both ways', async () => {
      const outcome = await same(async (net, bin) => {
        const web = https.createServer({ key, cert }, (request, response) => request.pipe(response));
        const server = await front(net, bin, web);
        const agent = bin.keep(new https.Agent({ keepAlive: true, maxSockets: 1, ca: cert, servername: 'localhost' }));
        const { createConnection } = agent;
        let made = 0;
        agent.createConnection = function connect(options) {
          made++;
          const socket = bin.keep(net.connect({ port: options.port, host: options.host, allowHalfOpen: true }));
          return createConnection.call(this, { ...options, socket });
        };
        const digests = await Promise.all([1, 2, 3].map(async () => {
          const request = https.request({ host: HOST, port: server.address().port, agent, method: 'POST' });
          request.end(MEGABYTES);
          return digest(await answered(request));
        }));
        return [digests, made];
      });
      assert.deepStrictEqual(outcome, [[WHOLE, WHOLE, WHOLE], 1]);
    });
  });

  describe('errors in the middle', () => {
    /** What the client sees of an answer that breaks off. */
    async function broken(response) {
      const log = new Log();
      log.watch('response', response, 'aborted', 'error', 'end', 'close');
      const closed = event(response, 'close');
      response.resume();
      response.on('error', () => {});
      await closed;
      return [response.complete, response.destroyed, log.lines];
    }

    for (const way of ['resetAndDestroy', 'destroy', 'end']) {
      it(`the server's ${way}() within the body of an answer`, async () => {
        await same(async (net, bin) => {
          const web = http.createServer((request, response) => {
            response.writeHead(200, { 'content-length': 1000000 });
            response.write('begun', () => request.socket[way]());
          });
          const request = ask(net, bin, await front(net, bin, web));
          request.end();
          return broken(await answered(request));
        });
      });

      it(`the client's ${way}() within the body of a request`, async () => {
        const outcome = await same(async (net, bin) => {
          const web = http.createServer();
          const arrived = event(web, 'request');
          const server = await front(net, bin, web);
          const socket = bin.keep(net.connect(server.address().port, HOST));
          socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nbegun');
          const [request] = await arrived;
          const end = broken(request);
          socket[way]();
          return end;
        });
        assert.strictEqual(outcome[0], false);
      });
    }

    it('a server that is destroyed before it answers', async () => {
      await same(async (net, bin) => {
        const web = http.createServer((request) => request.socket.destroy());
        const request = ask(net, bin, await front(net, bin, web));
        const log = new Log();
        log.watch('request', request, 'error', 'close', 'response');
        request.end();
        const [error] = await event(request, 'error');
        await event(request, 'close');
        return [shown(error), log.lines, request.destroyed, request.reusedSocket];
      });
    });

    it('nobody listens: the error of the connection is that of the request', async () => {
      const outcome = await same(async (net, bin) => {
        const server = await front(net, bin, http.createServer());
        const { port } = server.address();
        server.close();
        await event(server, 'close');
        const request = bin.keep(http.request({ createConnection: () => net.connect(port, HOST) }));
        request.end('x');
        return answered(request);
      });
      assert.strictEqual(outcome.code, 'ECONNREFUSED');
    });

    for (const when of ['before it is connected', 'within its body', 'within the answer']) {
      it(`an AbortSignal ends a request ${when}`, async () => {
        await same(async (net, bin) => {
          const controller = new AbortController();
          const { signal } = controller;
          const arrived = [];
          const web = http.createServer((request, response) => {
            arrived.push(event(request.on('error', () => {}).resume(), 'close'));
            if (when === 'within its body') controller.abort();
            else response.writeHead(200).write('begun');
          });
          const request = ask(net, bin, await front(net, bin, web), { method: 'POST', signal });
          const log = new Log();
          log.watch('request', request, 'error', 'close');
          const closed = event(request, 'close');
          if (when === 'before it is connected') controller.abort();
          request.write('begun');
          let seen = null;
          if (when === 'within the answer') {
            const response = await answered(request);
            seen = broken(response);
            response.once('data', () => controller.abort());
            seen = await seen;
          }
          await closed;
          await Promise.all(arrived);
          return [seen, log.lines, request.destroyed, arrived.length];
        });
      });
    }

    it('timeout of a request: the connection stays until it is destroyed', async () => {
      const outcome = await same(async (net, bin) => {
        const request = ask(net, bin, await front(net, bin, http.createServer(() => {})));
        const log = new Log();
        log.watch('request', request, 'timeout', 'error', 'close');
        request.setTimeout(20).end();
        await event(request, 'timeout');
        const wasOpen = !request.socket.destroyed;
        request.destroy(new Error('took too long'));
        await event(request, 'close');
        return [wasOpen, log.lines];
      });
      assert.deepStrictEqual(outcome, [true, ['request timeout', 'request error took too long', 'request close']]);
    });

    it('timeout of the server: its sockets are destroyed', async () => {
      const outcome = await same(async (net, bin) => {
        const web = http.createServer(() => {});
        web.setTimeout(20);
        const request = ask(net, bin, await front(net, bin, web));
        request.end();
        return answered(request);
      });
      assert.strictEqual(outcome.code, 'ECONNRESET');
    });

    it('keepAliveTimeout: the server ends a connection on which nothing more is asked', async () => {
      const outcome = await same(async (net, bin) => {
        const options = { keepAliveTimeout: 20, keepAliveTimeoutBuffer: 0 };
        const web = http.createServer(options, (request, response) => response.end('x'));
        const server = await front(net, bin, web);
        const socket = bin.keep(net.connect(server.address().port, HOST));
        socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
        const answer = await text(socket);
        return [answer.split('\r\n')[0], answer.split('\r\n').pop()];
      });
      assert.strictEqual(outcome[0], 'HTTP/1.1 200 OK');
    });

    it('what is no HTTP: clientError, and 400', async () => {
      const outcome = await same(async (net, bin) => {
        const web = http.createServer();
        const server = await front(net, bin, web);
        const answers = [];
        for (const listener of [null, (error, socket) => socket.end(`HTTP/1.1 418 ${error.code}\r\n\r\n`)]) {
          if (listener) web.on('clientError', listener);
          const socket = bin.keep(net.connect(server.address().port, HOST));
          socket.write('no HTTP at all\r\n\r\n');
          answers.push(await text(socket));
        }
        return answers;
      });
      assert.match(outcome[0], /^HTTP\/1.1 400 Bad Request\r\n/);
    });

    it('an answer that is no HTTP: the parse error is that of the request', async () => {
      const outcome = await same(async (net, bin) => {
        const server = bin.keep(net.createServer((socket) => {
          bin.keep(socket).once('data', () => socket.end('no HTTP\r\n\r\n'));
        }));
        server.listen(0, HOST);
        await event(server, 'listening');
        const request = ask(net, bin, server);
        request.end();
        const error = await answered(request);
        return [error.code, error.message];
      });
      assert.match(outcome[0], /^HPE_/);
    });
  });
});
