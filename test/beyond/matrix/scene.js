'use strict';

/**
 * A scene: several clients and a server, which send numbered bytes to each other at the same time, both ways, in the
 * way that two features (features.js) have planned together. All that comes is compared; every end is waited for.
 */

const { fork } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { Worker } = require('node:worker_threads');

const net = require('../../..');
const { toNode } = require('../../../lib/child-process');
const { encodeProxyHeader } = require('../../../lib/proxy-protocol');
const { patience } = require('../../support/scale');
const { HOST, PROXY, turns } = require('./features');
const { Collector, content, speak, turn } = require('./peer');

/**
 * Bytes that each client sends, and is sent: below 16 KiB, across it, across 64 KiB and 1 MiB. Multiples of 12: see
 * setEncoding.
 */
const UP = [1024 * 1024 + 20, 65544, 12, 16392];
const DOWN = [16380, 1024 * 1024 + 8, 65532, 24];

/** What a client of a first life is sent, and leaves unread. */
const FIRST_LIFE = 100_001;

/** Milliseconds until a scene that does not end is taken to hang. */
const LIMIT = patience(15000);

const FAR = path.join(__dirname, 'far.js');
const HEADER = encodeProxyHeader(PROXY);

let streams = 0; // each has a number of its own in the whole run
let files = 0;

/* --- the plan ----------------------------------------------------------------------------------------------------- */

function makePlan(features) {
  const plan = {
    transport: 'tcp',
    options: { server: {}, listen: {}, connect: {} },
    client: {},
    server: {},
    opened: [],
    accepted: [],
    connected: [],
    check: [],
    collectors: new WeakMap(),
    /** What a socket receives is compared by; made when it is first asked for. */
    collectorOf(socket) {
      if (!this.collectors.has(socket)) this.collectors.set(socket, new Collector());
      return this.collectors.get(socket);
    },
  };
  for (const feature of features) feature.plan(plan);
  if (plan.away === 'child') plan.options.server.pauseOnConnect = true; // as what was read cannot be sent
  if (plan.sendsHeader && plan.layer !== undefined) plan.options.server.proxyProtocol ??= {};
  return plan;
}

/* --- other threads and processes ---------------------------------------------------------------------------------- */

/** A worker and a child process that speak in the place of the server, for all scenes. */
class Far {
  constructor() {
    this.waiting = new Map();
    this.number = 0;
  }

  /** Resolves when it can take connections. */
  async start(kind) {
    let isReady;
    const ready = new Promise((resolve) => { isReady = resolve; });
    const onMessage = ({ number, problem }) => {
      if (number === undefined) return isReady();
      this.waiting.get(number)(problem);
      this.waiting.delete(number);
    };
    if (kind === 'worker') {
      if (this.worker) return this.worker;
      this.worker = new Worker(FAR).on('message', onMessage);
    } else {
      if (this.child) return this.child;
      this.child = fork(FAR, { serialization: 'advanced', execArgv: [] }).on('message', onMessage);
    }
    await ready;
    return this[kind];
  }

  async speak(kind, socket, talk) {
    const far = await this.start(kind);
    const number = ++this.number;
    const problem = new Promise((resolve) => { this.waiting.set(number, resolve); });
    if (kind === 'worker') far.postMessage({ number, talk, token: net.transfer(socket, { to: far }) });
    else far.send({ number, talk }, toNode(socket));
    return problem;
  }

  async end() {
    await this.worker?.terminate();
    if (!this.child) return;
    const exit = once(this.child, 'exit');
    this.child.disconnect();
    await exit;
  }
}

/* --- the scene ---------------------------------------------------------------------------------------------------- */

class Scene {
  constructor(features, { dir, socketName, far }) {
    this.plan = makePlan(features);
    this.far = far;
    this.dir = dir;
    this.socketName = socketName;
    this.problems = [];
    this.conversations = [];
    this.servers = [];
    this.open = new Set();
    this.state = [];
    this.firstLives = this.plan.reconnects ? UP.length : 0;
    this.descriptors = { sent: 0, received: 0 };
    this.early = 0; // connections that have brought data with their handshake
  }

  fail(text) {
    this.problems.push(text);
    this.broken?.();
  }

  /** A socket whose failure is one of the scene. */
  adopt(socket, old = null) {
    if (old !== null) this.open.delete(old);
    this.open.add(socket);
    socket.on('error', (error) => this.fail(`${error.stack}`));
    return socket;
  }

  /** A file of a stream, for sendFile(). */
  fileOf(number, length) {
    const name = path.join(this.dir, `f${++files}`);
    fs.writeFileSync(name, content(number, length));
    return name;
  }

  /** What new Socket() is given that goes on with a connection. */
  optionsOf(side) {
    const options = side === 'server' ? this.plan.options.server : this.plan.options.connect;
    const { onread, receiveDescriptors, highWaterMark } = options;
    return {
      ...(onread && { onread }),
      ...(receiveDescriptors && { receiveDescriptors }),
      ...(highWaterMark && { highWaterMark }),
    };
  }

  /** Counts what comes, and closes it. */
  takeDescriptors(socket) {
    socket.on('descriptors', (fds) => {
      this.descriptors.received += fds.length;
      for (const fd of fds) fs.closeSync(fd);
    });
  }

  /** The conversation of one side, for peer.js. */
  talkOf(side, length) {
    const { plan } = this;
    const number = ++streams;
    const isMoved = plan.accepted.length + plan.connected.length > 0 || plan.away !== undefined;
    const how = { ...plan[side] };
    // of what is above, which reads below that
    if (plan.layer !== undefined && how.read === 'onread') how.read = 'data';
    if (how.file) how.file = this.fileOf(number, length);
    if (how.descriptors) how.sent = this.descriptors;
    const talk = { side, number, length, how, layer: plan.layer, ends: side === 'client' ? 'first' : 'second' };
    if (plan.isHalfOpen) talk.ends = 'at once';
    // whoever answers before loses the rest
    if (side === 'server' && plan.layer?.startsWith('http')) talk.ends = 'after';
    if (side === 'client' && plan.needsHeader && plan.layer === undefined && !plan.sendsHeader) how.prefix = HEADER;
    talk.isMoved = isMoved;
    return talk;
  }

  /** What the server receives before the stream of a client: headers that it does not know of. */
  get prefix() {
    const { plan } = this;
    if (!plan.sendsHeader || plan.options.server.proxyProtocol) return Buffer.alloc(0);
    return plan.relay ? Buffer.concat([HEADER, HEADER]) : HEADER;
  }

  async converse(socket, talk, collector) {
    const { side } = talk;
    const state = { side, socket, collector };
    this.state.push(state);
    if (this.plan.receivesDescriptors) this.takeDescriptors(socket);
    await speak(socket, talk, collector);
    state.isOver = true;
    if (collector.problem !== null) this.fail(`${side}: ${collector.problem}`);
    this.open.delete(socket);
    return collector;
  }

  /* --- the server ------------------------------------------------------------------------------------------------- */

  async listen(options, onConnection) {
    const { plan } = this;
    const server = net.createServer(options);
    this.servers.push(server);
    for (const open of plan.opened) open(server, this);
    server.on('proxyError', (error) => this.fail(error.message)).on('error', (error) => this.fail(error.stack));
    const place = await this.place();
    if (plan.iterates) this.iterate(server, onConnection);
    else server.on('connection', onConnection);
    server.listen({ ...place, ...plan.options.listen });
    await once(server, 'listening');
    return place.path ? { path: place.path } : { port: server.address().port, host: HOST };
  }

  async iterate(server, onConnection) {
    for await (const socket of server) onConnection(socket);
  }

  async place() {
    if (this.plan.transport === 'tcp') return { port: 0, host: HOST };
    const name = this.socketName(`s${++files}`);
    if (this.plan.leavesFile) {
      const dead = net.createServer().listen(`${name}~`);
      await once(dead, 'listening');
      fs.renameSync(`${name}~`, name);
      dead.close();
    }
    return { path: name };
  }

  /** A connection of the server: its side of the conversation. */
  serve(socket) {
    this.adopt(socket);
    this.conversations.push(this.serveNow(socket, DOWN[this.served++]).catch((error) => this.fail(error.stack)));
    if (this.plan.finish === 'shutdown' && this.served === UP.length) {
      for (const server of this.servers) this.conversations.push(this.shutDown(server));
    }
  }

  async serveNow(socket, length) {
    const { plan } = this;
    for (const check of plan.check) check(socket, this);
    if (socket.fastOpen) this.early++;
    for (const step of plan.accepted) socket = (await step(socket, this, 'server')) ?? socket;
    const talk = this.talkOf('server', length);
    if (plan.away !== undefined) {
      Object.assign(talk, { prefix: this.prefix, options: { ...this.optionsOf('server'), onread: undefined } });
      const problem = await this.far.speak(plan.away, socket, talk);
      if (problem !== null) this.fail(`${plan.away}: ${problem}`);
      this.open.delete(socket);
      return;
    }
    const collector = plan.collectorOf(socket);
    collector.prefix = this.prefix;
    await this.converse(socket, talk, collector);
    this.arrived.add(collector.number);
  }

  async shutDown(server) {
    const { finished, reset } = await server.shutdown({ timeout: LIMIT * 2 });
    if (reset !== 0) this.fail(`shutdown() has reset ${reset} connections, ${finished} have ended`);
  }

  /* --- a relay ---------------------------------------------------------------------------------------------------- */

  async relay(socket, target) {
    const { plan } = this;
    this.adopt(socket);
    for (const step of plan.accepted) socket = (await step(socket, this, 'server')) ?? socket;
    const { onread, ...options } = plan.options.connect;
    const back = this.adopt(net.connect({ ...target, ...options, allowHalfOpen: true }));
    if (plan.needsHeader && !plan.sendsHeader) back.write(HEADER);
    void onread;
    for (const one of [socket, back]) {
      if (plan.receivesDescriptors) this.takeDescriptors(one);
      one.once('close', () => this.open.delete(one));
    }
    await plan.relay(socket, back);
  }

  /* --- a client --------------------------------------------------------------------------------------------------- */

  makeSocket(options) {
    if (this.plan.bound === undefined) return net.connect(options);
    return new net.Socket({ ...options, handle: this.plan.bound() }).connect(options);
  }

  /** Connects, is sent something, leaves it where it is and goes; then connects again. */
  async liveTwice(socket, options) {
    const { plan } = this;
    const isHeaderMissing = plan.needsHeader && !plan.sendsHeader;
    if (isHeaderMissing) socket.write(HEADER);
    socket.write('of the first life');
    if (plan.client.encoding) socket.setEncoding(plan.client.encoding);
    await once(socket, 'connect');
    while (socket.bytesRead === 0) {
      socket.read(0);
      await turn();
    }
    if (plan.client.file) socket.sendFile(__filename).catch(() => {});
    socket.write(Buffer.alloc(3 * 1024 * 1024));
    socket.destroy();
    await once(socket, 'close');
    await this.everyFirstLife();
    plan.collectors.delete(socket);
    socket.connect(options);
  }

  /** Resolves when no client is in its first life any more. */
  everyFirstLife() {
    this.barrier ??= { left: UP.length, ...deferred() };
    if (--this.barrier.left === 0) this.barrier.resolve();
    return this.barrier.promise;
  }

  /** The server's side of a first life. */
  serveFirst(socket) {
    socket.on('error', () => {}).on('end', () => socket.destroy()).resume();
    socket.write(content(++streams, FIRST_LIFE));
  }

  async client(target, length) {
    const { plan } = this;
    const options = { ...target, ...plan.options.connect };
    const talk = this.talkOf('client', length);
    if (
      plan.registers &&
      plan.layer === 'http' &&
      !plan.reconnects &&
      !plan.needsHeader &&
      plan.connected.length === 0
    ) {
      return this.clientOfAgent(options, talk);
    }
    let socket = this.adopt(this.makeSocket(options));
    if (plan.reconnects) await this.liveTwice(socket, options);
    for (const step of plan.connected) socket = (await step(socket, this, 'client')) ?? socket;
    if (plan.needsHeader && !plan.sendsHeader && plan.layer !== undefined) socket.write(HEADER);
    return this.converse(socket, talk, plan.collectorOf(socket));
  }

  /** By Node's http, which has its connections from an agent. */
  async clientOfAgent({ path: socketPath, ...options }, talk) {
    const request = http.request({
      method: 'POST',
      agent: new http.Agent(),
      ...(socketPath && { socketPath }),
      ...options,
    });
    request.flushHeaders();
    const [socket] = await once(request, 'socket');
    if (!(socket instanceof net.Socket)) this.fail('the agent has connected by another net');
    const io = once(request, 'response').then(([response]) => ({ readable: response, writable: request }));
    return this.converse(this.adopt(socket), { ...talk, io: () => io }, this.plan.collectorOf(socket));
  }

  /* --- from beginning to end -------------------------------------------------------------------------------------- */

  async play() {
    const { plan } = this;
    this.served = 0;
    this.arrived = new Set();
    const first = (next) => (socket) => {
      if (this.firstLives-- > 0) this.serveFirst(socket);
      else next(socket);
    };
    const serve = (socket) => this.serve(socket);
    let target = await this.listen(plan.options.server, plan.relay ? serve : first(serve));
    if (plan.relay) {
      const { onread, ...options } = plan.options.server;
      void onread;
      const backTarget = target;
      const relay = (socket) =>
        this.conversations.push(this.relay(socket, backTarget).catch((error) => this.fail(error.stack)));
      target = await this.listen({ ...options, allowHalfOpen: true }, first(relay));
    }
    const clients = await Promise.all(UP.map((length) => this.client(target, length)));
    while (this.conversations.length > 0) await Promise.all(this.conversations.splice(0));
    await this.close();
    this.compare(clients);
  }

  /** Each stream went to one end. */
  compare(collectors) {
    if (this.served !== UP.length) this.fail(`there were ${this.served} connections`);
    if (new Set(collectors.map(({ number }) => number)).size !== UP.length) this.fail('a stream came to two clients');
    const { plan } = this;
    if (plan.away === undefined && this.arrived.size !== UP.length) this.fail('a stream came twice to the server');
    const { sent, received } = this.descriptors;
    if (plan.receivesDescriptors && !plan.relay && plan.away === undefined && sent !== received) {
      this.fail(`${received} of ${sent} descriptors have come`);
    }
  }

  async close() {
    const closes = this.servers.filter((server) => server.listening).map((server) => once(server, 'close'));
    for (const server of this.servers) if (server.listening) server.close();
    await Promise.all(closes);
  }

  /** What is on its way, for the message of a scene that hangs. */
  describe() {
    const lines = this.state.filter(({ isOver }) => !isOver).map(({ side, socket, collector }) =>
      `${side}: received ${collector.received} of ${collector.expected?.length ?? '?'}, ${socket.readyState}, ` +
        `connecting ${socket.connecting}, destroyed ${socket.destroyed}, written ${socket.bytesWritten}, ` +
        `waits ${socket.writableLength}, read ${socket.bytesRead}, not consumed ${socket.readableLength}`);
    return lines.join('\n');
  }

  /** Plays it. @throws with all that was wrong */
  async run() {
    let timer;
    const end = new Promise((resolve) => {
      this.broken = resolve;
      timer = setTimeout(() => this.fail(`it hangs:\n${this.describe()}`), LIMIT);
    });
    const register = this.plan.registers
      ? [require('../../../lib/register'), require('../../../lib/register-http')]
      : [];
    for (const one of register) one.register();
    try {
      await Promise.race([this.play().catch((error) => this.fail(error.stack)), end]);
    } finally {
      clearTimeout(timer);
      for (const one of register) one.unregister();
      if (this.problems.length > 0) await this.abandon();
    }
    if (this.problems.length > 0) throw new Error([...new Set(this.problems)].slice(0, 6).join('\n'));
  }

  /** After a failure: closes what is left, so that the next scene has nothing of it. */
  async abandon() {
    this.broken = undefined;
    for (const socket of this.open) socket.on('error', () => {}).destroy();
    for (const server of this.servers) {
      server.closeAllConnections();
      if (server.listening) server.close();
    }
    await turns(5);
  }
}

function deferred() {
  let resolve;
  const promise = new Promise((settle) => { resolve = settle; });
  return { promise, resolve };
}

module.exports = { Far, Scene };
