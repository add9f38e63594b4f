'use strict';
// TLS and http2 over sockets of cnet whose connection cannot be on a stream of Node's (lib/socket/stand-in.js): what
// the program is told of its socket is what node:net tells it.

const assert = require('node:assert');
const { once } = require('node:events');
const http = require('node:http');
const http2 = require('node:http2');
const path = require('node:path');
const { PassThrough } = require('node:stream');
const tls = require('node:tls');

const net = require('../..');
const { passToHttp2, registerHttp2 } = require('../../lib/register/http2');
const registerHttp = require('../../lib/register-http');
const { registerTls } = require('../../lib/register/tls');
const nodeStream = require('../../lib/socket/node-stream');
const { standInFor } = require('../../lib/socket/stand-in');
const { cert, key } = require('../support/certificate');
const { runFixture } = require('../support/child');
const { skip } = require('../support/needs');
const { bytes, closed, hear, join, listen, text } = require('../support/net');
const { tidy, track } = require('../support/tidy');

const REGISTER = path.join(__dirname, '..', '..', 'lib', 'register.js');
registerHttp.unregister(); // until a test wants it

const LINE = Number.parseInt(process.versions.node, 10);
const CHECKED = { ca: cert, servername: 'localhost' };
const EVENTS = ['data', 'end', 'error', 'close'];

async function connection(options) {
  const server = await listen(net.createServer(options));
  const { client, accepted } = await join(server, net);
  server.close();
  return { client: track(client), accepted: track(accepted) };
}

/** Notes all events that a program could take for its own. */
function noting(sockets) {
  const told = [];
  for (const [name, socket] of Object.entries(sockets)) {
    for (const event of EVENTS)
      socket.on(event, (value) => told.push(event === 'close' ? `${name} close ${value}` : `${name} ${event}`));
  }
  return told;
}

/**
 * What TLS is given for a socket, and a server for its 'connection'.
 * @typedef {object} Way
 * @property {(socket: net.Socket) => net.Socket} of
 * @property {() => (() => void)[]} begin gives the steps that end it
 */

/** As where no descriptor is left, or on Windows: no connection can be on a stream of Node's. */
function refuse() {
  const { toNodeStream, toStreamOfTls } = nodeStream;
  Object.assign(nodeStream, { toNodeStream: () => false, toStreamOfTls: () => false });
  return () => Object.assign(nodeStream, { toNodeStream, toStreamOfTls });
}

/** @type {Record<string, Way>} */
const WAYS = {
  'with cnet/register': {
    of: (socket) => socket,
    begin: () => [refuse(), ...registerTls(() => true), ...registerHttp2(() => true)],
  },
  'by forTLS()': { of: standInFor, begin: () => [] },
};

for (const [title, way] of Object.entries(WAYS)) {
  describe(`TLS over what stands for a socket, ${title}`, () => {
    let undo;

    before(() => {
      undo = way.begin();
    });

    after(() => {
      for (const step of undo) step();
    });

    afterEach(tidy);

    const connect = (socket, options = CHECKED) => track(tls.connect({ ...options, socket: way.of(socket) }));

    const serve = (server, socket) => server.emit('connection', way.of(socket));

    /** A secured connection, with all that is told of the sockets under it. */
    async function secured(prepare = () => {}) {
      const { client, accepted } = await connection();
      const told = noting({ client, accepted });
      const server = new tls.Server({ key, cert });
      prepare({ client, accepted, server });
      serve(server, accepted);
      const near = connect(client);
      const [far] = await once(server, 'secureConnection');
      for (const socket of [near, track(far)]) socket.on('error', () => {}); // each test says which there must be
      return { client, accepted, near, far, told };
    }

    /** Both ends of a secured connection say something, and are over. */
    async function exchange({ near, far }) {
      far.end('bye');
      far.resume();
      const ends = [near, far].map(closed);
      const got = await text(near);
      await Promise.all(ends);
      await new Promise(setImmediate);
      return got;
    }

    it('both ends give their bytes to TLS once it begins, and are still called decoded', async () => {
      const { client, accepted } = await connection();
      const server = new tls.Server({ key, cert }, (socket) => socket.end(Buffer.from([0xc3, 0xa4, 0x21])));
      client.setEncoding('utf8').write('STARTTLS');
      const [command] = await once(accepted.setEncoding('utf8'), 'data');
      serve(server, accepted.write('go') && accepted);
      const [answer] = await once(client, 'data');
      const got = await text(connect(client));
      assert.deepStrictEqual([command, answer, got, client.readableEncoding], ['STARTTLS', 'go', 'ä!', 'utf8']);
    });

    it("what comes, and its end, is not the program's", async () => {
      const { told, ...ends } = await secured();
      assert.strictEqual(await exchange(ends), 'bye');
      assert.deepStrictEqual(told.sort(), ['accepted close false', 'client close false']);
    });

    it("no listener of 'data' is added to the socket, of which it could be told", async () => {
      const added = [];
      const { client, near, far } = await secured((sockets) => {
        for (const socket of [sockets.client, sockets.accepted]) socket.on('newListener', (event) => added.push(event));
      });
      await exchange({ near, far });
      assert.deepStrictEqual([added.includes('data'), client.listenerCount('data')], [false, 1]);
    });

    it("listeners of 'data' that a listener of 'connection' adds, before TLS or after, have nothing of it", async () => {
      const got = [];
      const { near, far } = await secured(({ server, accepted }) => {
        const listen = () => accepted.on('data', function ondata() {
          got.push('data');
        });
        server.prependListener('connection', listen);
        server.on('connection', listen);
      });
      assert.deepStrictEqual([await exchange({ near, far }), got], ['bye', []]);
    });

    it("what the program emits on the socket reaches the program's listeners", async () => {
      const { accepted, told } = await secured();
      for (const event of ['data', 'end', 'error']) accepted.emit(event, new Error('of the program'));
      assert.deepStrictEqual(told, ['accepted data', 'accepted end', 'accepted error']);
    });

    it('removeAllListeners(), pause() and resume() take nothing from TLS', async () => {
      const { client, far, near } = await secured();
      client.removeAllListeners().pause();
      await new Promise(setImmediate);
      client.resume();
      far.end('still here');
      assert.strictEqual(await text(near), 'still here');
    });

    it("a peer that goes without TLS's last words is the end, and no error", async () => {
      const { accepted, near, told } = await secured();
      const errors = [];
      near.on('error', (error) => errors.push(error.code));
      near.resume();
      const over = once(near, 'close');
      accepted.destroy();
      await over;
      assert.deepStrictEqual(errors, []);
      assert.ok(near.readableEnded);
      assert.ok(!told.includes('client error') && !told.includes('client end'), told.join());
    });

    it("a reset is an error of the TLS socket's alone", async () => {
      const { accepted, client, near, told } = await secured();
      near.resume();
      const failed = new Promise((resolve) => {
        near.once('error', resolve);
      });
      const over = once(client, 'close');
      accepted.resetAndDestroy();
      const { code } = await failed;
      const [hadError] = await over;
      assert.deepStrictEqual([code, hadError], ['ECONNRESET', false]);
      assert.ok(!told.includes('client error'), told.join());
    });

    it('what the program gives to destroy() is an error of the socket, and of TLS', async () => {
      const { client, near } = await secured();
      const failed = [client, near].map((socket) => new Promise((resolve) => {
        socket.on('error', ({ message }) => resolve(message));
      }));
      const over = once(client, 'close').catch(() => once(client, 'close'));
      client.destroy(new Error('enough'));
      const [hadError] = await over;
      assert.deepStrictEqual([...(await Promise.all(failed)), hadError], ['enough', 'enough', true]);
    });

    it('destroy() of the TLS socket closes the socket', async () => {
      const { client, near } = await secured();
      const over = [client, near].map(closed);
      near.destroy();
      assert.deepStrictEqual([client.destroyed, ...(await Promise.all(over))], [true, [false], [false]]);
    });

    it('a socket that has closed before TLS comes stays closed, and tells of that once', async () => {
      const { client, accepted } = await connection();
      const told = noting({ accepted });
      client.destroy();
      await closed(accepted.resume());
      const late = track(new tls.TLSSocket(way.of(accepted), { isServer: true, key, cert }));
      await new Promise(setImmediate);
      const { destroyed, readable, writable } = accepted;
      accepted.destroy();
      await new Promise(setImmediate);
      assert.deepStrictEqual([told, destroyed, readable, writable, late.destroyed],
        [['accepted end', 'accepted close false'], true, false, false, false]);
    });

    it('a write to what waits for a connection fails when it is destroyed before there is one', async () => {
      const { accepted } = await connection();
      accepted.destroy();
      await closed(accepted);
      const stream = standInFor(accepted).on('data', () => {});
      const failed = new Promise((resolve) => stream.write('never', resolve));
      stream.destroy();
      assert.strictEqual((await failed).code, 'ERR_SOCKET_CLOSED');
    });

    it('a program that ends the socket under TLS: what TLS writes fails there, and the socket has no error', async () => {
      const { client, accepted, near, far, told } = await secured();
      const over = [client, accepted, near, far].map((socket) => new Promise((resolve) => socket.on('close', resolve)));
      accepted.end();
      await Promise.all(over);
      assert.deepStrictEqual(told.sort(), ['accepted close false', 'client close false']);
    });

    it('writes that wait go first', async () => {
      const { client, accepted } = await connection();
      const before = Buffer.alloc(8 * 1024 * 1024, 'x');
      client.write(before);
      assert.ok(client.writableLength > 0);
      const near = connect(client);
      let left = before.length;
      while (left > 0) {
        const chunk = accepted.read(Math.min(left, accepted.readableLength));
        if (chunk === null) await once(accepted, 'readable');
        else left -= chunk.length;
      }
      const server = new tls.Server({ key, cert }, (socket) => socket.pipe(socket));
      serve(server, accepted);
      near.end('after');
      assert.strictEqual(await text(near), 'after');
    });

    it('a socket that the program has corked holds back nothing of TLS, and is still corked', async () => {
      const ends = await secured(({ client, accepted }) => {
        for (const socket of [client, accepted, accepted]) socket.cork();
      });
      const { client, accepted } = ends;
      assert.deepStrictEqual([client, accepted].map(({ writableCorked }) => writableCorked), [1, 2]);
      assert.strictEqual(await exchange(ends), 'bye');
    });

    it('the end that was read before is for TLS, behind the bytes', async () => {
      const { client, accepted } = await connection();
      const server = new tls.Server({ key, cert });
      client.end(Buffer.from('160301', 'hex')); // how a ClientHello begins
      while (!accepted._readableState.ended) await new Promise(setImmediate);
      const refused = once(server, 'tlsClientError');
      serve(server, accepted);
      const [{ code }] = await refused;
      assert.strictEqual(code, 'ECONNRESET');
    });

    it('what was read and decoded before: ERR_STREAM_WRAP, and the socket is closed', async () => {
      const { client, accepted } = await connection();
      const server = new tls.Server({ key, cert });
      accepted.setEncoding('latin1');
      connect(client).on('error', () => {});
      await once(accepted, 'readable');
      const refused = once(server, 'tlsClientError');
      const over = closed(accepted);
      serve(server, accepted);
      const [{ code, message }] = await refused;
      await over;
      assert.deepStrictEqual([code, message],
        ['ERR_STREAM_WRAP', 'Stream has StringDecoder set or is in objectMode']);
    });

    it('the option `onread` has nothing of what TLS reads', async () => {
      const server = await listen(track(tls.createServer({ key, cert }, (socket) => socket.end('to TLS'))));
      const got = [];
      const onread = { buffer: Buffer.alloc(64), callback: (length) => got.push(length) };
      const client = track(net.connect({ ...server.address(), host: '127.0.0.1', onread }));
      assert.deepStrictEqual([await text(connect(client)), got], ['to TLS', []]);
    });

    it("the TLS socket says 'connect' with the socket, which may connect later", async () => {
      const server = await listen(track(tls.createServer({ key, cert }, (socket) => socket.end('late'))));
      const client = track(new net.Socket());
      const near = connect(client);
      const said = [];
      client.on('connect', () => said.push('socket'));
      near.on('connect', () => said.push('TLS'));
      assert.strictEqual(near.connecting, true);
      client.connect(server.address().port, '127.0.0.1');
      assert.deepStrictEqual([await text(near), said.sort(), near.connecting], ['late', ['TLS', 'socket'], false]);
    });

    it('a connection that fails is an error of both', async () => {
      const server = await listen(net.createServer());
      const { port } = server.address();
      server.close();
      await once(server, 'close');
      const client = track(net.connect(port, '127.0.0.1'));
      const codes = [client, connect(client)].map((socket) => new Promise((resolve) => {
        socket.on('error', ({ code }) => resolve(code));
      }));
      assert.deepStrictEqual(await Promise.all(codes), ['ECONNREFUSED', 'ECONNREFUSED']);
    });

    it('bytes are counted, the names of both ends known, timeouts put off by what TLS does', async () => {
      const { client, accepted, near, far } = await secured();
      assert.strictEqual(client.remotePort, accepted.localPort);
      far.pipe(far);
      near.end(Buffer.alloc(100000));
      assert.strictEqual((await bytes(near)).length, 100000);
      assert.ok(client.bytesRead > 100000 && client.bytesRead === accepted.bytesWritten);
      assert.strictEqual(client.bytesWritten, accepted.bytesRead);
      assert.ok(client.unref().ref() === client && client.setTimeout(60000) === client);
    });

    it('ends its life with the socket, whose next one is its own', async () => {
      const { client, accepted, near } = await secured();
      const over = closed(near);
      accepted.destroy();
      near.resume();
      await over;
      const plain = await listen(track(net.createServer((socket) => socket.end('plain'))));
      client.removeAllListeners('data').connect(plain.address().port, '127.0.0.1');
      assert.strictEqual(await hear(client), 'plain');
    });
  });
}

describe('what stands for a socket, with cnet/register', () => {
  let undo;

  before(() => {
    undo = WAYS['with cnet/register'].begin();
  });

  after(() => {
    for (const step of undo) step();
  });

  afterEach(tidy);

  it("'connection' gives the socket itself to the program's listeners, and names Node's own as before", async () => {
    const { client, accepted } = await connection();
    const server = new tls.Server({ key, cert });
    const [own] = server.listeners('connection');
    const given = once(server, 'connection');
    server.emit('connection', accepted);
    assert.strictEqual((await given)[0], accepted);
    assert.deepStrictEqual(server.listeners('connection'), [own]);
    assert.strictEqual(server.off('connection', own).listenerCount('connection'), 0);
    client.destroy();
  });

  it('the TLS socket knows the names of both ends of a connection', async () => {
    const { client, accepted } = await connection();
    const server = new tls.Server({ key, cert });
    server.emit('connection', accepted);
    const near = track(tls.connect({ ...CHECKED, socket: client }));
    const [far] = await once(server, 'secureConnection');
    const { port } = track(far).address();
    assert.deepStrictEqual([near.remotePort, far.remotePort, port],
      [client.remotePort, accepted.remotePort, accepted.localPort]);
  });

  it('a getter of the options says once which socket it is', async () => {
    const { client, accepted } = await connection();
    const server = new tls.Server({ key, cert }, (socket) => socket.end('once'));
    server.emit('connection', accepted);
    let asked = 0;
    const near = track(tls.connect({
      ...CHECKED,
      get socket() {
        asked++;
        return client;
      },
    }));
    assert.deepStrictEqual([await text(near), asked], ['once', 1]);
  });

  it('where TLS cannot be made, what has come, and what comes, is still for the program', async () => {
    for (const encoding of [null, 'hex']) {
      const { client, accepted } = await connection();
      if (encoding !== null) client.setEncoding(encoding);
      accepted.write('before ');
      await once(client, 'readable');
      assert.throws(() => new tls.TLSSocket(client, { cert: 'none', key: 'none' }));
      accepted.end('after');
      const got = await hear(client);
      assert.strictEqual(encoding === null ? got : Buffer.from(got, encoding).toString(), 'before after');
    }
  });

  it('a reset is an error of a TLS socket that no server has made, as over a handle', async () => {
    const { client, accepted } = await connection();
    const far = track(new tls.TLSSocket(accepted, { isServer: true, key, cert }));
    const near = track(tls.connect({ ...CHECKED, socket: client })).on('error', () => {});
    near.write('hello');
    await once(far, 'data');
    far.write('answer');
    await once(near, 'data'); // the other end waits for data
    const told = noting({ accepted, far });
    const over = [accepted, far].map((socket) => new Promise((resolve) => socket.on('close', resolve)));
    client.resetAndDestroy();
    await Promise.all(over);
    assert.deepStrictEqual(told.sort(), ['accepted close false', 'far close true', 'far error']);
  });

  it('a connection of http that its listener gives to TLS is read by that, and not by the parser', async () => {
    registerHttp.register();
    const secure = new tls.Server({ key, cert }, (socket) => socket.once('data', (data) => socket.end(`TLS: ${data}`)));
    const server = http.createServer().on('connection', (socket) => secure.emit('connection', track(socket)));
    const { port } = (await listen(track(server))).address();
    registerHttp.unregister();
    const near = track(tls.connect({ ...CHECKED, socket: track(net.connect(port, '127.0.0.1')) }));
    near.write('hello');
    assert.strictEqual(await text(near), 'TLS: hello');
  });

  it('plain http2 is over it on both ends', async function () {
    if (LINE === 18) skip(this, 'not with this Node'); // whose http2 breaks down over any stream but Node's own
    const { client, accepted } = await connection();
    const told = noting({ client: client.setEncoding('utf8'), accepted });
    const server = http2.createServer((request, response) => response.end('by http2'));
    passToHttp2(server, accepted); // as lib/register/join.js does
    server.emit('connection', accepted);
    const session = track(http2.connect('http://localhost', { createConnection: () => client }));
    const request = session.request();
    assert.deepStrictEqual([await text(request), told], ['by http2', []]);
    const over = closed(client);
    session.close();
    await over;
  });
});

describe('a socket that is given to TLS as it is, without cnet/register', () => {
  afterEach(tidy);

  it('is a Duplex as any other: where it decodes, ERR_STREAM_WRAP', async () => {
    const { client, accepted } = await connection();
    accepted.write('220 ready');
    const near = track(tls.connect({ ...CHECKED, socket: client.setEncoding('utf8') }));
    const [error] = await new Promise((resolve) => {
      near.on('error', (...args) => resolve(args));
    });
    assert.strictEqual(error.code, 'ERR_STREAM_WRAP');
  });

  it("has no listener that is known by its name: one called `ondata`, and a pipe's, have their text", async () => {
    const { client, accepted } = await connection();
    const into = new PassThrough({ decodeStrings: false, objectMode: true });
    const heard = once(client.setEncoding('hex').pause(), 'end');
    let got = '';
    client.on('data', function ondata(chunk) {
      got += chunk;
    });
    client.pipe(into);
    accepted.end(Buffer.from([1, 2, 3]));
    const [chunk] = await once(into, 'data');
    await heard;
    assert.deepStrictEqual([chunk, got], ['010203', '010203']);
  });
});

describe('a TLS socket with cnet/register', () => {
  it('knows the ends, and can be unref()ed; unregister() takes it back for others', async () => {
    const { status, stdout, stderr } = await runFixture(path.join('register', 'tls.cjs'), [], {
      nodeArgs: ['-r', REGISTER],
    });
    assert.deepStrictEqual({ status, stdout, stderr }, { status: 0, stdout: 'known\nunknown\n', stderr: '' });
  });
});
