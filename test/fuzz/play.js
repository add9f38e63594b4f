'use strict';

/** Plays one scenario on an implementation of net, and notes for each object what happened to it, in its order. */

const crypto = require('node:crypto');
const nodeNet = require('node:net');
const { Writable } = require('node:stream');

const { turn } = require('../support/loop');

/**
 * Turns of the event loop after each step; what is under way on the loopback has come through by then, unless bytes
 * still move: then there are more of them, but not more often than this.
 */
const TURNS = 12;
const MORE = 50;
const TURNS_AT_END = 60;
const LIMIT_MS = 1500;

const NOTED = [
  'lookup',
  'connect',
  'ready',
  'end',
  'finish',
  'error',
  'close',
  'timeout',
  'connectionAttempt',
  'connectionAttemptFailed',
  'listening',
  'connection',
  'drop',
];

/* Bytes that say where they are from. */
function content(size, kind) {
  const bytes = Buffer.allocUnsafe(size);
  for (let i = 0; i < size; i++) bytes[i] = 97 + (i % 23);
  if (kind === 'buffer') return [bytes];
  if (kind === 'uint8array') return [new Uint8Array(bytes)];
  return [bytes.toString(kind), kind];
}

const codeOf = (error) => (error ? `${error.code ?? error.message}` : 'ok');

class World {
  constructor(net, scenario, path) {
    this.scenario = scenario;
    this.path = path;
    const { tested } = scenario;
    this.clientNet = tested === 'server' ? nodeNet : net;
    this.serverNet = tested === 'client' ? nodeNet : net;
    this.objects = new Map();
    this.traces = {};
    this.accepted = 0;
    this.callbacks = 0;
  }

  note(name, text) {
    (this.traces[name] ??= []).push(text);
  }

  /* Which events come, and with what: names of ends and bytes are left out, as they are not the same each time. */
  watch(name, object) {
    this.objects.set(name, object);
    object.fuzz = { received: 0, hash: crypto.createHash('sha1'), sink: null, lives: 1 };
    for (const event of NOTED) {
      object.on(event, (value) => {
        if (event === 'error' || event === 'connectionAttemptFailed')
          this.note(name, `${event} ${event === 'error' ? codeOf(value) : ''}`);
        else if (event === 'close') this.note(name, `close ${value}`);
        else this.note(name, event);
      });
    }
  }

  take(object, chunk) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, object.readableEncoding) : chunk;
    object.fuzz.received += bytes.length;
    object.fuzz.hash.update(bytes);
  }

  listen(object) {
    object.fuzz.onData ??= (chunk) => this.take(object, chunk);
    if (!object.listeners('data').includes(object.fuzz.onData)) object.on('data', object.fuzz.onData);
  }

  async start() {
    const server = this.serverNet.createServer(this.scenario.server);
    this.watch('S', server);
    server.on('connection', (socket) => {
      const name = `P${this.accepted++}`;
      this.watch(name, socket);
      if (this.scenario.client.peerListening) this.listen(socket);
    });
    await new Promise((resolve) => { server.listen(this.address(0), resolve); });
    this.port = this.scenario.unix ? null : server.address().port;
  }

  address(port) {
    return this.scenario.unix ? { path: this.path } : { port, host: '127.0.0.1' };
  }

  connect(name) {
    if (this.objects.has(name)) return;
    const { allowHalfOpen, listening, mayFail, onread } = this.scenario.client;
    const options = { ...this.address(mayFail && this.port ? 1 : this.port), allowHalfOpen };
    let socket = null;
    if (onread) {
      const callback = (got, buffer) => {
        this.take(socket, buffer.subarray(0, got));
        return true;
      };
      options.onread = { buffer: Buffer.alloc(onread), callback };
    }
    socket = this.clientNet.connect(options);
    this.watch(name, socket);
    if (listening) this.listen(socket);
  }

  /* What was given to a life before is told by Node at the end of another, if at all: docs/differences.md. */
  callback(name, what) {
    const number = this.callbacks++;
    const { fuzz } = this.objects.get(name);
    const { lives } = fuzz;
    let calls = 0;
    return (error) => {
      calls++;
      if (fuzz.lives !== lives) return;
      this.note(name, `callback ${number} of ${what} ${codeOf(error)}${calls > 1 ? ` called ${calls} times` : ''}`);
    };
  }

  act([target, name, ...args]) {
    if (name === 'connect') {
      this.connect(target);
      return;
    }
    const object = this.objects.get(target);
    if (object === undefined) return;
    try {
      (target === 'S' ? SERVER : SOCKET)[name](this, object, target, ...args);
    } catch (error) {
      this.note(target, `${name} threw ${codeOf(error)}`);
    }
  }

  /* What is left when nothing more comes. */
  state(name) {
    const object = this.objects.get(name);
    if (name === 'S') return { listening: object.listening, connections: object._connections };
    const { destroyed, readableEnded, writableEnded, writableFinished, readyState, connecting, pending, timeout } =
      object;
    // how much of what was never finished came through is a matter of timing
    const peer = this.objects.get(`${name[0] === 'C' ? 'P' : 'C'}${name.slice(1)}`);
    const whole = readableEnded && peer?.writableFinished;
    const isFirst = object.fuzz.lives === 1; // Node leaves some things of a life to the next: docs/differences.md
    return {
      destroyed,
      readableEnded,
      writableEnded,
      writableFinished,
      readyState,
      connecting,
      pending,
      timeout,
      flowing: object.readableFlowing,
      paused: object.isPaused(),
      corked: isFirst ? object.writableCorked : undefined,
      received: whole && object.fuzz.sink === null ? object.fuzz.received : undefined,
      hash: whole && object.fuzz.sink === null ? object.fuzz.hash.digest('hex').slice(0, 12) : undefined,
      listeners: ['error', 'close', 'end', 'finish', 'drain']
        .map((event) => (isFirst ? object.listenerCount(event) : ''))
        .join(),
      // a connect() that fails takes its listeners back in cnet: docs/differences.md
      connects: destroyed ? undefined : object.listenerCount('connect'),
    };
  }

  async rest(turns) {
    for (let i = 0; i < turns; i++) await turn();
  }

  /* How far the bytes have come. */
  progress() {
    return [...this.objects.values()]
      .map((object) => `${object.bytesRead} ${object.writableLength} ${object.readableLength}`)
      .join();
  }

  async settle() {
    for (let i = 0; i < MORE; i++) {
      const before = this.progress();
      await this.rest(TURNS);
      if (this.progress() === before) return;
    }
  }

  async stop() {
    const states = Object.fromEntries([...this.objects.keys()].map((name) => [name, this.state(name)]));
    for (const name of this.objects.keys()) this.note(name, name === 'S' ? '-- close --' : '-- destroy --');
    for (const [name, object] of this.objects) if (name !== 'S') object.destroy();
    this.objects.get('S').close();
    const closed = () =>
      Object.entries(this.traces).every(([, trace]) => trace.some((text) => text.startsWith('close ')));
    const began = Date.now();
    while (!closed() && Date.now() - began < LIMIT_MS) await turn();
    await this.rest(3);
    if (!closed()) this.note('S', 'not everything has closed');
    return states;
  }
}

function inEvent(world, object, target, event, act) {
  object.once(event, () => {
    world.note(target, `in ${event}`);
    act();
  });
}

const SOCKET = {
  write(world, socket, target, size, kind, called) {
    const args = content(size, kind);
    if (called) args.push(world.callback(target, 'write'));
    socket.write(...args);
  },
  end(world, socket, target, size, called) {
    const args = size < 0 ? [] : content(size, 'buffer');
    if (called) args.push(world.callback(target, 'end'));
    socket.end(...args);
  },
  read(world, socket, target, size) {
    const chunk = socket.read(size);
    if (chunk !== null && !socket.fuzz.onData) world.take(socket, chunk);
  },
  destroy: (world, socket, target, failing) => socket.destroy(failing ? new Error('of the user') : undefined),
  names(world, socket, target) {
    const { remoteFamily, localFamily, remoteAddress, localAddress } = socket;
    world.note(target, `names ${[remoteFamily, localFamily, remoteAddress, localAddress, typeof socket.remotePort]}`);
    world.note(target, `state ${[socket.readyState, socket.pending, socket.connecting, socket.destroyed]}`);
  },
  pipe(world, socket) {
    if (socket.fuzz.sink !== null) return;
    socket.fuzz.sink = new Writable({ write: (chunk, encoding, done) => setImmediate(done) });
    socket.pipe(socket.fuzz.sink);
  },
  unpipe: (world, socket) => socket.unpipe(),
  onData: (world, socket) => world.listen(socket),
  offData: (world, socket) => socket.removeAllListeners('data'),
  onReadable: (world, socket) =>
    socket.on('readable', () => {
      const chunk = socket.read();
      if (chunk !== null && !socket.fuzz.onData) world.take(socket, chunk);
    }),
  throwIn: (world, socket, target, event) =>
    inEvent(world, socket, target, event, () => {
      throw new Error(`thrown in ${event}`);
    }),
  destroyIn: (world, socket, target, event) => inEvent(world, socket, target, event, () => socket.destroy()),
  endIn: (world, socket, target, event) => inEvent(world, socket, target, event, () => socket.end()),
  writeIn: (world, socket, target, event, size) =>
    inEvent(world, socket, target, event, () =>
      socket.write(...content(size, 'buffer'), world.callback(target, `write in ${event}`)),
    ),
  /* Only one that is done with: what connect() does to a socket that lives, Node leaves open. */
  connectAgain(world, socket, target) {
    if (!target.startsWith('C') || !socket.destroyed || !world.traces[target].some((text) => text.startsWith('close')))
      return;
    while (socket.writableCorked > 0) socket.uncork(); // Node leaves it corked
    socket.fuzz.lives++;
    socket.connect(world.address(world.port));
  },
};
for (const name of [
  'cork',
  'uncork',
  'pause',
  'resume',
  'resetAndDestroy',
  'destroySoon',
  'setTimeout',
  'setNoDelay',
  'setKeepAlive',
  'ref',
  'unref',
  'setEncoding',
  'setDefaultEncoding',
])
  SOCKET[name] = (world, socket, target, ...args) => {
    socket[name](...args);
  };

const SERVER = {
  close: (world, server) => server.close(world.callback('S', 'close')),
  getConnections: (world, server) => server.getConnections((error, count) => world.note('S', `connections ${count}`)),
  refuse: (world, server, target, limit) => { server.maxConnections = limit; },
  allow: (world, server) => { server.maxConnections = undefined; },
  ref: (world, server) => server.ref(),
  unref: (world, server) => server.unref(),
  names: (world, server) => world.note('S', `address ${server.address() === null ? null : typeof server.address()}`),
  listenAgain: (world, server) => server.listen(world.address(0)),
};

/**
 * @param {object} net what is tested: node:net or cnet
 * @param {object} scenario of makeScenario(), or cut from one
 * @param {string} path for a Unix socket
 * @returns {Promise<object>} what happened, by object
 */
async function play(net, scenario, path) {
  const world = new World(net, scenario, path);
  const onUncaught = (error) => world.note('process', `uncaught ${codeOf(error)}`);
  process.on('uncaughtException', onUncaught);
  try {
    await world.start();
    for (const step of scenario.steps) {
      for (const operation of step) world.act(operation);
      await world.settle();
    }
    await world.rest(TURNS_AT_END);
    const states = await world.stop();
    return { traces: world.traces, states };
  } finally {
    process.off('uncaughtException', onUncaught);
  }
}

module.exports = { play };
