'use strict';
// What a connection that is on an I/O thread can be given to: TLS, http and http2 take it as any Duplex, the upgraded
// connection of an http server too; another process does not. Before it has moved a listener gives it to anybody.

const assert = require('node:assert');
const { once } = require('node:events');
const http = require('node:http');
const http2 = require('node:http2');
const tls = require('node:tls');

const cnet = require('../..');
const { cert, key } = require('../support/certificate');
const { linesOf } = require('../support/child');
const { bytes, close, join, listen } = require('../support/net');
const { patience } = require('../support/scale');
const { tidy } = require('../support/tidy');

const on = process.platform === 'win32' ? describe.skip : describe;

on('what is handed over from an I/O thread', function () {
  this.timeout(patience(20000));
  let server;

  /** Both ends of a connection that are on threads. */
  async function moved(options) {
    server = await listen(cnet.createServer({ ioThreads: 2, ...options }));
    const ends = await join(server, cnet, { ioThread: true });
    for (const end of [ends.client, ends.accepted]) {
      assert.ok(end._handle.ioThread >= 0);
      end.on('error', () => {}); // when a test has ended
    }
    return ends;
  }

  const areOnThreads = ({ client, accepted }) => [client, accepted].map(({ _handle }) => _handle.ioThread >= 0);

  afterEach(async () => {
    if (server.listening) await close(server);
    await tidy();
  });

  for (const [title, wrap] of [['TLS', (socket) => socket], ['TLS, by forTLS()', cnet.forTLS]]) {
    it(`${title} takes both ends as any Duplex, and they stay on their threads`, async () => {
      const ends = await moved();
      const far = new tls.TLSSocket(wrap(ends.accepted), { isServer: true, key, cert });
      far.pipe(far);
      const near = tls.connect({ socket: wrap(ends.client), rejectUnauthorized: false });
      await once(near, 'secureConnect');
      assert.deepStrictEqual(areOnThreads(ends), [true, true]);
      const content = Buffer.alloc(1 << 20, 'secret');
      near.write(content); // Node's TLS over a Duplex may lose what comes back behind an end
      const got = [];
      let left = content.length;
      for await (const chunk of near) {
        got.push(chunk);
        if ((left -= chunk.length) === 0) break;
      }
      assert.ok(Buffer.concat(got).equals(content));
    });
  }

  it('a server of http takes one, answers twice, and gives it back when it is upgraded', async () => {
    const ends = await moved({ allowHalfOpen: true });
    const web = http.createServer((request, response) => response.end(request.url));
    web.on('upgrade', (request, socket) => {
      assert.strictEqual(socket, ends.accepted);
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nupgraded');
    });
    web.emit('connection', ends.accepted);
    for (const path of ['/one', '/two']) {
      ends.client.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
      let text = '';
      while (!text.endsWith(path)) text += (await once(ends.client, 'data'))[0];
    }
    ends.client.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    assert.match((await bytes(ends.client)).toString(), /^HTTP\/1.1 101 Switching[^]*upgraded$/);
  });

  it('a session of http2 has both ends as any Duplex', async () => {
    const ends = await moved();
    const web = http2.createServer((request, response) => response.end('by http2'));
    web.emit('connection', ends.accepted);
    const session = http2.connect('http://localhost', { createConnection: () => ends.client });
    assert.strictEqual((await bytes(session.request())).toString(), 'by http2');
    assert.deepStrictEqual(areOnThreads(ends), [true, true]);
    session.close();
    await once(session, 'close');
  });

  it('a child process gets one from a listener, and no more when it has moved: ERR_SOCKET_ON_IO_THREAD', async () => {
    server = cnet.createServer(); // none of this process
    const { status, lines, stderr } = await linesOf('io-threads-send.js');
    assert.deepStrictEqual({ status, lines, stderr },
      { status: 0, lines: ['the child has it', 'ERR_SOCKET_ON_IO_THREAD', 'still here'], stderr: '' });
  });
});
