'use strict';

// All internal state of a Socket and of a Server is declared in lib/socket/state.js and lib/server/state.js.

const assert = require('node:assert');
const { EventEmitter, once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { Duplex } = require('node:stream');
const tls = require('node:tls');

const net = require('../..');
const { defineMethods } = require('../../lib/common/define-methods');
const { State, absent, own, rare } = require('../../lib/common/state');
const serverState = require('../../lib/server/state');
const socketState = require('../../lib/socket/state');
const { tempDir } = require('../support/temp');

const HOST = '127.0.0.1';
const isWindows = process.platform === 'win32';

const { answers, kShutdownCallback, kWriteCallback } = socketState;

const keysOf = (object) => Reflect.ownKeys(object);

/** The own properties of a socket or a server that the class of Node's below it does not have. */
function keysOfCnet(object) {
  const below = object instanceof Duplex ? new Duplex() : new EventEmitter();
  const known = new Set(keysOf(below.on('event', () => {})));
  return keysOf(object).filter((key) => !known.has(key));
}

/** Those of them that are not declared. */
function undeclared(object) {
  const { isDeclared } = object instanceof Duplex ? socketState : serverState;
  return keysOfCnet(object).filter((key) => !isDeclared(key)).map(String);
}

/** Looks at sockets and servers at each turn of the event loop, as some have a property for a short time only. */
class Watch {
  found = new Set();
  objects = new Set();
  #timer = setImmediate(() => this.#look());

  add(object) {
    this.objects.add(object);
    return object;
  }

  #check() {
    for (const object of this.objects) {
      for (const key of undeclared(object)) this.found.add(`${object.constructor.name} ${key}`);
    }
  }

  #look() {
    this.#check();
    this.#timer = setImmediate(() => this.#look());
  }

  end() {
    clearImmediate(this.#timer);
    this.#check();
    return [...this.found];
  }
}

describe('the declared state', () => {
  let watch;
  let dir;

  beforeEach(() => {
    watch = new Watch();
    dir = tempDir();
  });

  afterEach(() => {
    for (const object of watch.objects) {
      if (object instanceof Duplex) object.destroy();
      else object.close();
    }
    watch.end();
    dir.remove();
  });

  /** A server that listens, and whose connections are watched too. */
  async function serve(options, handler, ...where) {
    const server = watch.add(net.createServer(options, (socket) => {
      watch.add(socket).on('error', () => {});
      handler(socket);
    }));
    server.on('error', () => {});
    server.listen(...(where.length > 0 ? where : [0, HOST]));
    await once(server, 'listening');
    return server;
  }

  const client = (options) => watch.add(new net.Socket(options)).on('error', () => {});

  async function connected(server, options = {}) {
    const socket = client();
    const address = server.address();
    const place = typeof address === 'string' ? { path: address } : { port: address.port, host: HOST };
    socket.connect({ ...place, ...options });
    await once(socket, 'connect');
    return socket;
  }

  const echo = (socket) => socket.pipe(socket);

  /** What the server says to the words of a client, until both have ended. */
  async function talk(socket, words = 'words') {
    socket.end(words);
    socket.resume();
    await once(socket, 'close');
  }

  it('of a new socket is what its constructor gives, in the order of the declaration', () => {
    assert.deepStrictEqual(keysOfCnet(new net.Socket()), keysOf(socketState.first));
  });

  it('of a new server is what its constructor gives', () => {
    assert.deepStrictEqual(new Set(keysOfCnet(new net.Server())), new Set(keysOf(serverState.first)));
  });

  it('of a new socket has the first values', () => {
    const socket = new net.Socket();
    for (const [key, value] of keysOf(socketState.first).map((one) => [one, socketState.first[one]])) {
      if (key !== socketState.kLife) assert.strictEqual(socket[key], value, String(key));
    }
    for (const key of keysOf(socketState.methods)) {
      assert.strictEqual(socket[key], socketState.methods[key], String(key));
      assert.ok(!Object.hasOwn(socket, key), String(key));
    }
  });

  it('has two pieces that stay with a life that is over, which leave() of life.js names', () => {
    assert.deepStrictEqual(answers, [kWriteCallback, kShutdownCallback]);
  });

  it('of the next life of a socket has the first values again, but for what is to stay', async () => {
    const server = await serve({}, echo);
    const socket = client();
    for (let life = 0; life < 2; life++) {
      socket.connect(server.address().port, HOST);
      await once(socket, 'connect');
      assert.strictEqual(socket.bytesWritten, 0);
      assert.strictEqual(socket.bytesRead, 0);
      socket.sendFile(__filename).catch(() => {});
      await talk(socket);
      assert.ok(socket[socketState.kUsesZeroCopy] || isWindows);
    }
    socket.connect(server.address().port, HOST);
    assert.strictEqual(socket[socketState.kUsesZeroCopy], false);
    assert.strictEqual(socket[socketState.kBytesRead], 0);
  });

  it('is all that connections by TCP have', async () => {
    const blockList = new net.BlockList();
    const server = await serve({ keepAlive: true, noDelay: true, keepAliveInterval: 2000, blockList }, echo);
    server.maxConnections = 100;
    server.maxConnectionsPerAddress = 100;
    server.maxConnectionRate = { perSecond: 1000 };
    server.pauseAccept().resumeAccept();
    const socket = await connected(server, { connectTimeout: 5000, blockList });
    socket.setTimeout(10000).setKeepAlive(true, 1000).setNoDelay(true).setTypeOfService(8).unref().ref();
    assert.strictEqual(socket.remoteAddress, HOST);
    socket.address();
    socket.sendFile(__filename).catch(() => {});
    await talk(socket);
    socket.connect(server.address().port, HOST);
    await once(socket, 'connect');
    socket.resetAndDestroy();
    await once(socket, 'close');
    const onread = { buffer: Buffer.alloc(9), callback: () => true };
    const tried = client({ typeOfService: 4, keepAlive: true, onread });
    const { port } = server.address();
    tried.connect({ port, host: 'localhost', autoSelectFamily: true, connectionAttemptDelay: 10 });
    tried.write('early');
    await Promise.race([once(tried, 'data'), once(tried, 'connect'), once(tried, 'close')]);
    const refused = client().connect({ port: 1, host: HOST });
    await new Promise((resolve) => { refused.on('close', resolve); });
    assert.deepStrictEqual(watch.end(), []);
  });

  it('is all that bound sockets, loops over connections and shut down servers have', async () => {
    const onread = { buffer: () => Buffer.alloc(64), callback: () => true };
    const server = await serve({ onread, pauseOnConnect: true }, () => {});
    const bound = new net.BoundSocket({ host: HOST });
    const socket = client({ handle: bound });
    socket.connect(server.address().port, HOST);
    await once(socket, 'connect');
    server.removeAllListeners('connection');
    const next = connected(server);
    for await (const accepted of server) {
      watch.add(accepted);
      break;
    }
    const ahead = connected(server);
    await next;
    await ahead;
    await server.shutdown({ timeout: 0 });
    assert.deepStrictEqual(watch.end(), []);
  });

  it('is all that connections have which are relayed, moved to another thread or given a handle', async () => {
    const target = await serve({}, echo);
    const proxy = await serve({ allowHalfOpen: true }, async (socket) => {
      const other = await connected(target);
      net.splice(socket, other).catch(() => {});
    });
    await talk(await connected(proxy));
    const moved = await connected(target);
    moved.write('kept');
    await once(moved, 'readable');
    const received = watch.add(net.receive(net.transfer(moved)));
    await talk(received);
    const socket = await connected(target);
    const { _handle: taken } = socket;
    socket._handle = null;
    socket.connect(target.address().port, HOST);
    await once(socket, 'connect');
    taken.close();
    await talk(socket);
    assert.deepStrictEqual(watch.end(), []);
  });

  it('is all that connections have with headers of the PROXY protocol and with data in the handshake', async () => {
    const server = await serve({ proxyProtocol: {}, allowHalfOpen: false }, echo);
    const proxyHeader = { source: { address: '192.0.2.1', port: 1 }, destination: { address: '192.0.2.2', port: 2 } };
    const options = process.platform === 'linux' ? { fastOpen: true } : {};
    const socket = client();
    socket.connect({ port: server.address().port, host: HOST, proxyHeader, ...options });
    await talk(socket);
    assert.deepStrictEqual(watch.end(), []);
  });

  it('is all that connections have which TLS reads', async () => {
    const read = (name) => fs.readFileSync(path.join(__dirname, '..', 'fixtures', 'tls', name));
    const settings = { key: read('key.pem'), cert: read('cert.pem') };
    const server = await serve({}, (socket) => {
      const secure = new tls.TLSSocket(socket, { isServer: true, ...settings });
      secure.on('error', () => {}).pipe(secure);
    });
    const socket = await connected(server);
    const secure = tls.connect({ socket, ca: settings.cert, servername: 'localhost' });
    secure.end('secret').resume();
    await once(secure, 'close');
    assert.deepStrictEqual(watch.end(), []);
  });

  (isWindows ? it.skip : it)('is all that connections over a path have, and those that carry descriptors', async () => {
    const server = await serve({ receiveDescriptors: true, allowedUids: [process.getuid()] }, (socket) => {
      socket.on('descriptors', (fds) => fds.forEach((fd) => fs.closeSync(fd)));
      echo(socket);
    }, { path: dir.socket('s'), mode: 0o600, unlinkStale: true });
    const socket = await connected(server, { receiveDescriptors: true });
    const fd = fs.openSync(__filename);
    socket.sendDescriptors('bytes', [fd]);
    fs.closeSync(fd);
    await talk(socket);
    assert.deepStrictEqual(watch.end(), []);
  });
});

describe('lib/common/state.js', () => {
  const pieces = {
    kOwn: own(1, 'life'), kRare: rare(null, 'life'), late: absent('life'), kept: own('', 'object'), kShared: rare(2),
  };

  it('makes symbols of the names that begin with a k, and takes those that are shared', () => {
    const kShared = Symbol('shared');
    const { symbols, keys } = new State(pieces, { kShared, kOther: Symbol('other') });
    assert.deepStrictEqual(Object.keys(symbols), ['kOwn', 'kRare', 'kShared']);
    assert.strictEqual(symbols.kShared, kShared);
    assert.deepStrictEqual([...keys], [symbols.kOwn, symbols.kRare, 'late', 'kept', kShared]);
  });

  it('gives an object the first values of what does not last', () => {
    const state = new State(pieces, {});
    const { kOwn, kRare, kShared } = state.symbols;
    const object = Object.assign(Object.create(state.rare), state.first);
    Object.assign(object, { [kOwn]: 5, [kRare]: 6, [kShared]: 7, late: 8, kept: 'x' });
    state.resetter('life')(object);
    const values = [object[kOwn], object[kRare], object[kShared], object.late, object.kept];
    assert.deepStrictEqual(values, [1, null, 7, undefined, 'x']);
  });

  it('leaves what is rare or absent to the prototype', () => {
    const state = new State(pieces, {});
    const object = Object.assign(Object.create(state.rare), state.first);
    state.resetter('life')(object);
    assert.deepStrictEqual(Reflect.ownKeys(object), ['kept', state.symbols.kOwn]);
  });
});

describe('defineMethods()', () => {
  it('gives a prototype the methods of each subject, in their order', () => {
    const prototype = {};
    const read = { methods: { read() {}, get size() { return 1; } } };
    const parts = defineMethods(prototype, { read, write: { methods: { write() {} } } });
    assert.deepStrictEqual(Object.keys(prototype), ['read', 'size', 'write']);
    assert.strictEqual(prototype.write, parts[1].write);
  });

  it('refuses a name that two subjects define, and names both', () => {
    const subject = { methods: { pause() {} } };
    const subjects = { read: subject, iterate: { methods: {} }, write: subject };
    assert.throws(() => defineMethods({}, subjects), { message: '"read" and "write" both define pause' });
    const kEnd = Symbol('kEnd');
    const bySymbol = { end: { methods: { [kEnd]: null } }, state: { methods: { [kEnd]: null } } };
    assert.throws(() => defineMethods({}, bySymbol), { message: '"end" and "state" both define Symbol(kEnd)' });
  });
});
