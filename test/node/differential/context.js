'use strict';

const nodeNet = require('node:net');
const { refusedPort } = require('../../support/net');
const { tempDir } = require('../../support/temp');
const { Trace } = require('./trace');

const ATTEMPT_EVENTS = ['connectionAttempt', 'connectionAttemptFailed', 'connectionAttemptTimeout'];
const SOCKET_EVENTS = ['lookup', ...ATTEMPT_EVENTS, 'connect', 'ready', 'end', 'finish', 'drain', 'timeout', 'error',
  'close'];
const SERVER_EVENTS = ['listening', 'connection', 'drop', 'error', 'close'];
const STATEFUL = new Set(['connect', 'ready', 'end', 'error', 'timeout', 'close']);

/**
 * What a scenario gets as `t`: the module under test, the trace, and everything that must be tidied up afterwards.
 */
class Context {
  /**
   * @param {object} net the module under test
   * @param {{ attempts?: boolean }} [more] whether the events of connection attempts are logged: Node 18 has none
   */
  constructor(net, { attempts = true } = {}) {
    this.net = net;
    this.unheard = new Set(attempts ? [] : ATTEMPT_EVENTS);
    /** Always Node's own module, for the side of a connection that is not under test. */
    this.peer = nodeNet;
    this.trace = new Trace();
    this.temp = tempDir();
    this.opened = new Set();
    this.closings = new WeakMap();
    this.tidying = [];
    this.finished = new Promise((resolve) => { this.done = resolve; });
  }

  /** Appends a line to the lane `main`. */
  log(label, ...values) { this.lane('main').log(label, ...values); }

  lane(name) { return this.trace.lane(name); }

  /**
   * A function that logs its call and its arguments: a callback or a listener. Whether a callback gets `null` or
   * nothing when all went well differs between the streams of Node's lines, and is not logged.
   */
  fn(label, lane = 'main') {
    return (...values) => {
      const nothing = values.length === 1 && (values[0] === null || values[0] === undefined);
      this.lane(lane).log(label, ...(nothing ? [] : values));
    };
  }

  /**
   * Appends a line about what a moment shows: how much waits then, or which of two connections is first. On I/O threads
   * moments are other ones, and these lines are not compared.
   */
  moment(label, ...values) { this.lane('moments').log(label, ...values); }

  /** The callback of a write or of end(): as fn(). */
  written(label, lane = 'main') { return this.fn(`written ${label}`, lane); }

  /** Calls `run` and logs what it returns or throws. */
  try(label, run, lane = 'main') {
    try {
      const value = run();
      this.lane(lane).log(`${label} ->`, value);
      return value;
    } catch (error) {
      this.lane(lane).log(`${label} throws`, error);
      return undefined;
    }
  }

  /** Logs when the queues that follow this moment are drained. */
  ticks(label, lane = 'main') {
    process.nextTick(() => this.lane(lane).log(`${label}: nextTick`));
    Promise.resolve().then(() => this.lane(lane).log(`${label}: promise`));
  }

  /** The next `turns` turns of the event loop. */
  async turns(turns = 1) {
    for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Where a server can listen. */
  path(name) { return this.temp.socket(name); }

  /** The path of a file beside it. */
  file(name) { return this.temp.path(name); }

  /** A port that refuses connections. */
  refused(host) {
    const { port, close } = refusedPort(host);
    this.tidying.push(close);
    return port;
  }

  /** The states that users see. */
  state(socket) {
    const flags = ['pending', 'connecting', 'destroyed'].filter((key) => socket[key]);
    return [socket.readyState, ...flags].join('+');
  }

  bytes(socket) { return `read=${socket.bytesRead} written=${socket.bytesWritten}`; }

  /** Gives an object a name in the trace and has it tidied up. */
  track(emitter, name) {
    if (name) this.trace.names.set(emitter, name);
    if (!this.opened.has(emitter)) {
      this.opened.add(emitter);
      this.closings.set(emitter, new Promise((resolve) => { emitter.once('close', resolve); }));
    }
    return emitter;
  }

  /**
   * Logs all events of a socket in the lane of its name, with its state. `data: false` attaches no reader, `except`
   * leaves out events. `apart`: 'finish' has a lane of its own and 'drain' none, for a socket that sends and receives
   * so much that its two directions race. `bytes: false`: how many it has read and written is one of the moments.
   */
  watch(socket, name, { data = true, except = [], apart = false, bytes = true } = {}) {
    const lane = this.lane(name);
    this.track(socket, name);
    for (const event of SOCKET_EVENTS) {
      if (except.includes(event) || this.unheard.has(event)) continue;
      if (apart && event === 'drain') continue;
      const own = apart && event === 'finish' ? this.lane(`${name} writing`) : lane;
      socket.on(event, (...values) => {
        own.log(event, ...values);
        if (STATEFUL.has(event) && !(apart && event === 'end')) lane.log(`  ${this.state(socket)}`);
        if (event === 'close' && bytes) lane.log(`  ${this.bytes(socket)}`);
        else if (event === 'close') this.moment(name, this.bytes(socket));
      });
    }
    if (data) socket.on('data', (chunk) => lane.data(chunk));
    return socket;
  }

  /** Logs all events of a server in the lane of its name. */
  watchServer(server, name, { except = [] } = {}) {
    const lane = this.lane(name);
    this.track(server, name);
    server.on('connection', (socket) => this.track(socket, this.trace.names.get(socket) ?? `${name} socket`));
    for (const event of SERVER_EVENTS) {
      if (!except.includes(event)) server.on(event, (...values) => lane.log(event, ...values));
    }
    return server;
  }

  /** A watched server of the module under test; further arguments as for createServer. */
  server(name, ...args) { return this.watchServer(this.net.createServer(...args), name); }

  /** A watched socket of the module under test that connects; further arguments as for connect. */
  connect(name, ...args) { return this.watch(this.net.connect(...args), name); }

  /** A watched socket of the module under test that does not connect by itself. */
  socket(name, options, watching) { return this.watch(new this.net.Socket(options), name, watching); }

  /** Listens and waits for the outcome. On an address that is free when nothing is named. */
  async listen(server, ...args) {
    const outcome = this.event(server, 'listening', 'error');
    server.listen(...(args.length ? args : [0, '127.0.0.1']));
    await outcome;
    return server.address();
  }

  /** The first of these events. */
  event(emitter, ...events) {
    return new Promise((resolve) => {
      for (const event of events) emitter.once(event, (...values) => resolve(values));
    });
  }

  /** Resolves when all of these have emitted 'close', even long ago. */
  closed(...emitters) { return Promise.all(emitters.map((emitter) => this.closings.get(this.track(emitter)))); }

  /**
   * Waits until all sockets are closed, also those that are accepted meanwhile, then closes the servers and waits
   * until everything that was tracked is closed.
   */
  async end(...servers) {
    let known;
    do {
      known = this.opened.size;
      await this.closed(...[...this.opened].filter((emitter) => typeof emitter.destroy === 'function'));
      await this.turns(2);
    } while (this.opened.size !== known);
    for (const server of servers) server.close();
    await this.closed(...this.opened);
  }

  /** A connected pair: `client` and `accepted`, both unwatched unless `watching` is given. */
  async pair({ server: serverOptions = {}, client: clientOptions = {}, path, watching } = {}) {
    const server = this.track(this.net.createServer(serverOptions), 'server');
    const accepting = this.event(server, 'connection');
    const address = await this.listen(server, ...(path ? [this.path(path)] : []));
    const to = path ? { path: address } : { port: address.port, host: '127.0.0.1' };
    const client = this.track(this.net.connect({ ...to, ...clientOptions }), 'client');
    const [[accepted]] = await Promise.all([accepting, this.event(client, 'connect')]);
    this.track(accepted, 'accepted');
    server.close();
    if (watching) {
      this.watch(client, 'client', watching);
      this.watch(accepted, 'accepted', watching);
    }
    return { client, accepted, server };
  }

  /** Destroys and closes what the scenario left behind; nothing of that is logged. */
  async tidy() {
    this.trace.seal();
    for (const close of this.tidying) close();
    const waiting = [];
    for (const emitter of this.opened) {
      emitter.on('error', () => {});
      if (typeof emitter.destroy === 'function') {
        if (!emitter.destroyed && (emitter._handle || emitter.connecting)) waiting.push(this.closings.get(emitter));
        emitter.destroy();
      } else if (emitter.listening) {
        waiting.push(this.closings.get(emitter));
        emitter.close();
      }
    }
    let timer;
    const limit = new Promise((resolve) => { timer = setTimeout(resolve, 500); });
    await Promise.race([Promise.all(waiting), limit]);
    clearTimeout(timer);
    this.temp.remove();
  }
}

module.exports = { Context };
