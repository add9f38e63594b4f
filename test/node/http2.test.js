'use strict';
// Node's http2 over sockets of cnet: each scenario is run on node:net too, and must come out the same.

const assert = require('node:assert');
const http2 = require('node:http2');
const tls = require('node:tls');

const compare = require('../support/compare');
const { skip } = require('../support/needs');

const { HOST, Log, bytes, cert, describe: shown, digest, digestOf, event, front, key, same, text } = compare;

const { NGHTTP2_CANCEL, NGHTTP2_ENHANCE_YOUR_CALM } = http2.constants;
const MEGABYTES = bytes(2 * 1024 * 1024 + 3);
const WHOLE = digestOf(MEGABYTES);

/** A server of http2, and a way to its sessions over sockets of `net`. */
const kinds = {
  plain: {
    create: (options) => http2.createServer(options),
    async connect(net, bin, { port }) {
      const socket = bin.keep(net.connect(port, HOST));
      await event(socket, 'connect');
      return { socket, session: http2.connect(`http://localhost:${port}`, { createConnection: () => socket }) };
    },
  },
  secure: {
    create: (options) => http2.createSecureServer({ key, cert, ...options }),
    async connect(net, bin, { port }) {
      const socket = bin.keep(net.connect({ port, host: HOST, allowHalfOpen: true }));
      const secure = tls.connect({ socket, ca: cert, servername: 'localhost', ALPNProtocols: ['h2'] });
      secure.allowHalfOpen = false; // that is for the socket below
      await event(bin.keep(secure), 'secureConnect');
      return { socket, session: http2.connect(`https://localhost:${port}`, { createConnection: () => secure }) };
    },
  },
};

async function pair(kind, net, bin, onStream, options) {
  const web = kinds[kind].create(options);
  if (onStream) web.on('stream', (stream, headers) => onStream(stream.on('error', () => {}), headers));
  const sessions = [];
  web.on('session', (session) => sessions.push(session.on('error', () => {})));
  const server = await front(net, bin, web);
  const { socket, session } = await kinds[kind].connect(net, bin, server.address());
  return { web, server, socket, sessions, session: bin.keep(session) };
}

const echo = (stream) => {
  stream.respond({ ':status': 200 });
  stream.pipe(stream);
};

/** Sends a request, its body, and nothing else of it fails unheard. */
function ask(session, headers = {}, body = undefined) {
  const stream = session.request({ ':method': body === undefined ? 'GET' : 'POST', ...headers });
  stream.on('error', () => {});
  stream.end(body);
  return stream;
}

/** A ping is on its way, and the other side, in this same process, has had no turn to read it. */
function pinged(session) {
  session.ping(() => {});
  return new Promise((resolve) => setImmediate(resolve));
}

/** How a stream ends. */
async function ending(stream) {
  const log = new Log();
  log.watch('stream', stream, 'aborted', 'error', 'end', 'close');
  await event(stream.resume(), 'close');
  return [log.lines, stream.rstCode, stream.destroyed];
}

for (const kind of Object.keys(kinds)) {
  describe(`http2, ${kind}, over cnet, as over node:net`, () => {
    before(function () {
      // http2 of Node 18 breaks down by an assertion of its own over any stream that is not Node's
      if (kind === 'plain' && process.versions.node.startsWith('18.')) skip(this, 'not with this Node');
    });

    it('streams at once, with megabytes both ways', async () => {
      const outcome = await same(async (net, bin) => {
        const { session } = await pair(kind, net, bin, echo);
        const digests = await Promise.all([1, 2, 3].map(() => digest(ask(session, {}, MEGABYTES))));
        return [digests, session.encrypted, session.alpnProtocol];
      });
      assert.deepStrictEqual(outcome[0], [WHOLE, WHOLE, WHOLE]);
    });

    it('the API of requests and responses, with trailers', async () => {
      const outcome = await same(async (net, bin) => {
        const web = async (request, response) => {
          const got = await digest(request);
          response.addTrailers({ 'x-digest': got });
          response.writeHead(201, { 'x-path': request.url });
          response.end(MEGABYTES);
        };
        const { web: server, session } = await pair(kind, net, bin);
        server.on('request', web);
        const stream = ask(session, { ':path': '/there' }, MEGABYTES);
        const headers = event(stream, 'response');
        const trailers = event(stream, 'trailers');
        const got = await digest(stream);
        return [got, (await headers)[0]['x-path'], (await headers)[0][':status'], (await trailers)[0]['x-digest']];
      });
      assert.deepStrictEqual(outcome, [WHOLE, '/there', 201, WHOLE]);
    });

    it('a file by its name, and a push', async () => {
      await same(async (net, bin) => {
        const { session } = await pair(kind, net, bin, (stream) => {
          stream.pushStream({ ':path': '/pushed' }, (error, pushed) => {
            pushed.respond();
            pushed.end('pushed');
          });
          stream.respondWithFile(__filename);
        });
        const pushed = new Promise((resolve) => session.on('stream', (stream) => resolve(text(stream))));
        return [await digest(ask(session)), await pushed];
      });
    });

    it('ping, settings and goaway', async () => {
      await same(async (net, bin) => {
        const { session, sessions } = await pair(kind, net, bin, echo);
        await text(ask(session, {}, 'x'));
        const pong = await new Promise((resolve) => {
          session.ping(Buffer.from('12345678'), (error, time, data) => resolve(`${data}`));
        });
        await new Promise((resolve) => session.settings({ initialWindowSize: 100000 }, resolve));
        const away = event(session, 'goaway');
        sessions[0].goaway(NGHTTP2_ENHANCE_YOUR_CALM);
        return [pong, session.localSettings.initialWindowSize, (await away)[0]];
      });
    });

    it('close() of the session lets streams end, and ends the connection', async function () {
      // it loses the end of a body at times, over node:net too
      if (process.versions.node.startsWith('18.')) skip(this, 'not with this Node');
      const outcome = await same(async (net, bin) => {
        const { session, socket, server, sessions } = await pair(kind, net, bin, echo);
        const stream = ask(session, {}, MEGABYTES);
        const gone = Promise.all([event(session, 'close'), event(socket, 'close')]);
        stream.once('response', () => session.close());
        const got = await digest(stream);
        await gone;
        while (!sessions[0].destroyed) await new Promise((resolve) => setImmediate(resolve));
        await new Promise((resolve) => server.close(resolve));
        return [got, session.destroyed, socket.destroyed];
      });
      assert.deepStrictEqual(outcome, [WHOLE, true, true]);
    });

    it('a stream is reset by either side, and the others go on', async () => {
      await same(async (net, bin) => {
        const { session } = await pair(kind, net, bin, (stream, headers) => {
          stream.respond();
          if (headers[':path'] === '/reset') stream.close(NGHTTP2_ENHANCE_YOUR_CALM);
          else if (headers[':path'] === '/wait') stream.write('begun');
          else stream.end(MEGABYTES);
        });
        const other = digest(ask(session));
        const reset = await ending(ask(session, { ':path': '/reset' }));
        const waiting = ask(session, { ':path': '/wait' });
        waiting.once('data', () => waiting.close(NGHTTP2_CANCEL));
        return [reset, await ending(waiting), await other];
      });
    });

    it('an AbortSignal ends a request', async () => {
      await same(async (net, bin) => {
        const { session } = await pair(kind, net, bin, (stream) => stream.respond());
        const controller = new AbortController();
        const stream = session.request({ ':path': '/' }, { signal: controller.signal });
        const failed = event(stream, 'error');
        stream.once('response', () => controller.abort());
        return [shown((await failed)[0]), stream.destroyed];
      });
    });

    it('destroy() of the session with an error ends its streams with it', async () => {
      await same(async (net, bin) => {
        const { session } = await pair(kind, net, bin, (stream) => stream.respond());
        const stream = ask(session);
        await event(stream, 'response');
        const end = ending(stream);
        const failed = event(session, 'error');
        session.destroy(new Error('enough'));
        return [await end, shown((await failed)[0])];
      });
    });

    /* The kernel ends a connection by a reset when it is closed with bytes that nobody has read: whether there are some
       is not left to chance. */
    for (const [way, unread] of kind === 'plain' ? [['destroy'], ['destroy', 'a ping'], ['resetAndDestroy']]
      : [['destroy'], ['destroy', 'a ping']]) {
      const before = unread === undefined ? 'all is read' : `${unread} is unread`;
      it(`the peer's socket is gone by ${way}() within a body when ${before}: streams and session end`, async () => {
        const outcome = await same(async (net, bin) => {
          const { web, session, sessions, server } = await pair(kind, net, bin, (stream) => {
            stream.respond();
            stream.write('begun');
          });
          const [other] = sessions.length > 0 ? sessions : await event(web, 'session');
          const allRead = event(other, 'localSettings');
          const stream = ask(session);
          const closed = event(session, 'close');
          const end = ending(stream);
          stream.once('data', async () => {
            await allRead; // the last that the client sends by itself is that it has got the settings
            if (unread !== undefined) await pinged(session);
            server.accepted[0][way]();
          });
          const [, , destroyed] = await end;
          await closed;
          return [destroyed, session.destroyed, session.closed];
        });
        assert.deepStrictEqual(outcome, [true, true, way === 'destroy' && unread === undefined]);
      });
    }

    it('timeout of a session', async () => {
      const outcome = await same(async (net, bin) => {
        const { session } = await pair(kind, net, bin, (stream) => stream.respond());
        ask(session);
        session.setTimeout(20);
        await event(session, 'timeout');
        return session.destroyed;
      });
      assert.strictEqual(outcome, false);
    });
  });
}
