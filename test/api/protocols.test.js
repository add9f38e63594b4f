'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const http2 = require('node:http2');
const path = require('node:path');
const tls = require('node:tls');

const { HOST, closed, text } = require('../support/net');
const { net } = require('../support/subject');
const { connected, listening, tidy, track } = require('../support/tidy');

const TLS = path.join(__dirname, '..', 'fixtures', 'tls');
const cert = fs.readFileSync(path.join(TLS, 'cert.pem'));
const key = fs.readFileSync(path.join(TLS, 'key.pem'));

describe('protocols over cnet', () => {
  afterEach(tidy);

  it('HTTP/1: requests of several connections, kept alive, with bodies', async () => {
    const web = http.createServer(async (request, response) => response.end(`<${await text(request)}>`));
    const server = await listening(net.createServer((socket) => web.emit('connection', socket)));
    const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
    agent.createConnection = (options) => track(net.connect(options.port, options.host));
    const post = (body) => new Promise((resolve, reject) => {
      const request = http.request({ host: HOST, port: server.address().port, agent, method: 'POST' });
      request.on('response', (response) => resolve(text(response))).on('error', reject).end(body);
    });
    const bodies = Array.from({ length: 6 }, (_, i) => String(i).repeat(1 + i * 5000));
    assert.deepStrictEqual(await Promise.all(bodies.map(post)), bodies.map((body) => `<${body}>`));
    agent.destroy();
  });

  it('HTTP/1: the option createConnection of a request', async () => {
    const web = http.createServer((request, response) => response.end(request.socket.constructor.name));
    const server = await listening(net.createServer((socket) => web.emit('connection', socket)));
    const { port } = server.address();
    const request = http.get({ port, createConnection: () => track(net.connect(port, HOST)) });
    const [response] = await once(request, 'response');
    assert.strictEqual(request.socket.constructor, net.Socket);
    assert.strictEqual(await text(response), 'Socket');
  });

  it('HTTP/1: upgrade gives the socket of cnet', async () => {
    const web = http.createServer();
    web.on('upgrade', (request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
      assert.ok(socket instanceof net.Socket);
      socket.pipe(socket);
    });
    const server = await listening(net.createServer((socket) => web.emit('connection', socket)));
    const { port } = server.address();
    const request = http.get({
      port, createConnection: () => track(net.connect(port, HOST)),
      headers: { Connection: 'Upgrade', Upgrade: 'echo' },
    });
    const [, socket] = await once(request, 'upgrade');
    assert.strictEqual(socket.constructor, net.Socket);
    socket.end('through');
    assert.strictEqual(await text(socket), 'through');
  });

  it('TLS: tls.connect({ socket }) against new tls.TLSSocket() of an accepted socket', async () => {
    // Node's TLS over a stream that is not its own net.Socket leaves the end to that stream: half-open, or the reply
    // is cut
    const server = await listening(net.createServer({ allowHalfOpen: true }, (socket) => {
      const secure = new tls.TLSSocket(socket, { isServer: true, key, cert });
      secure.on('error', () => {});
      secure.pipe(secure);
    }));
    const socket = await connected(server.address().port, HOST);
    const secure = tls.connect({ socket, ca: cert, servername: 'localhost' });
    await once(secure, 'secureConnect');
    assert.strictEqual(secure.authorized, true);
    const big = 'x'.repeat(1 << 20);
    secure.end(big);
    assert.ok((await text(secure)) === big);
    await (socket.destroyed || closed(socket));
  });

  it('TLS: tls.Server takes a socket of cnet', async () => {
    const secureServer = tls.createServer({ key, cert }, (secure) => secure.end('secure'));
    const server = await listening(net.createServer((socket) => secureServer.emit('connection', socket)));
    const socket = await connected(server.address().port, HOST);
    assert.strictEqual(await text(tls.connect({ socket, ca: cert, servername: 'localhost' })), 'secure');
  });

  it('HTTP/2: streams over one connection', async () => {
    const web = http2.createServer();
    web.on('stream', async (stream) => {
      const body = await text(stream);
      stream.respond({ ':status': 200 });
      stream.end(body.toUpperCase());
    });
    const server = await listening(net.createServer((socket) => web.emit('connection', socket)));
    const { port } = server.address();
    const session = http2.connect(`http://${HOST}:${port}`, { createConnection: () => track(net.connect(port, HOST)) });
    const post = (body) => {
      const stream = session.request({ ':method': 'POST' });
      stream.end(body);
      return text(stream);
    };
    assert.deepStrictEqual(await Promise.all(['a', 'b', 'c'.repeat(50000)].map(post)), ['A', 'B', 'C'.repeat(50000)]);
    session.close();
    await once(session, 'close');
  });
});
