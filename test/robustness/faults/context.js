'use strict';
// One run of a scenario: what must happen in it, and what has.

/** Every event that may come once at most. */
const ONCE = ['connect', 'ready', 'end', 'finish', 'close', 'error', 'listening'];

/*
 * Where a connection is cut off and, as in Node, nobody is told: a shutdown(2) that fails means that it was no more;
 * and without descriptors libuv accepts connections only to close them, for the client a plain end
 * (uv__emfile_trick()).
 */
const isSilent = ({ name, label }) =>
  name === 'shutdown' || (name === 'accept4' && (label === 'EMFILE' || label === 'ENFILE'));

class Context {
  /** @param {object | null} net @param {object | null} fault the one that is armed */
  constructor(net, fault) {
    this.net = net;
    /** Errors that were told: by events, by callbacks, or thrown. */
    this.errors = [];
    /** What must not have happened. */
    this.problems = [];
    this.isCut = fault !== null && isSilent(fault);
    this.waiting = new Map();
    this.sockets = [];
    this.servers = [];
    this.settled = new Promise((resolve) => { this.settle = resolve; });
    this.names = 0;
  }

  /** A callback that must be called, once, with or without an error. `optional`: once at most. */
  once(label, action, optional = false) {
    const name = `${label} (${++this.names})`;
    let calls = 0;
    if (!optional) this.waiting.set(name, true);
    return (error, ...rest) => {
      if (++calls > 1) this.problems.push(`${name} was called ${calls} times`);
      if (error instanceof Error) this.errors.push(error);
      action?.(error, ...rest);
      this.waiting.delete(name);
      this.check();
    };
  }

  /** For end(): stream.Duplex of Node 18 does not call it when the stream is destroyed before. */
  ended() {
    return this.once('callback of end()', undefined, parseInt(process.versions.node, 10) < 20);
  }

  /** Counts the events of an emitter. */
  watch(emitter, label, isServer) {
    const counts = {};
    for (const event of ONCE) {
      if (isServer && event === 'error') continue;
      emitter.on(event, () => {
        counts[event] = (counts[event] ?? 0) + 1;
        if (counts[event] > 1) this.problems.push(`'${event}' of ${label} came ${counts[event]} times`);
        if (counts.close && event !== 'close') this.problems.push(`'${event}' of ${label} came after 'close'`);
      });
    }
    emitter.on('error', (error) => {
      this.errors.push(error);
      if (typeof error.code !== 'string' && !(error instanceof AggregateError))
        this.problems.push(`${label}: ${error.stack}`);
    });
  }

  /** A socket that must end in 'close'. */
  socket(socket, label = 'socket') {
    this.sockets.push(socket);
    this.watch(socket, label, false);
    socket.on('close', this.once(`'close' of ${label}`));
    return socket;
  }

  server(options, listener) {
    const server = this.net.createServer(options, (socket) => listener?.(this.socket(socket, 'accepted socket')));
    this.servers.push(server);
    this.watch(server, 'server', true);
    return server;
  }

  /** Resolves when `server` listens, and rejects when it cannot. */
  listen(server, ...where) {
    return new Promise((resolve, reject) => {
      server.once('listening', resolve).once('error', reject);
      server.listen(...where);
    });
  }

  connect(...args) {
    return this.socket(this.net.connect(...args), 'client');
  }

  /** Resolves when all clients and accepted sockets so far have closed. */
  closed(...sockets) {
    return Promise.all(sockets.map((socket) => new Promise((resolve) => {
      socket.once('close', resolve);
    })));
  }

  close(server) {
    server.close(this.once('callback of close()', () => {}));
    this.servers = this.servers.filter((other) => other !== server);
  }

  /** Does what may throw. @returns {boolean} whether it did not */
  attempt(action) {
    try {
      action();
      return true;
    } catch (error) {
      this.errors.push(error);
      return false;
    }
  }

  /** What the peer got must be the beginning of what was sent, and all of it when nobody was told of an error. */
  arrived(sent, got, where) {
    const bytes = Buffer.concat(got);
    if (!bytes.equals(sent.subarray(0, bytes.length))) this.problems.push(`${where}: other bytes than were sent`);
    else if (bytes.length < sent.length && this.errors.length === 0 && !this.isCut) {
      this.problems.push(`${where}: ${bytes.length} of ${sent.length} bytes, and no error`);
    }
  }

  check() {
    if (this.finished && this.waiting.size === 0) this.settle();
  }

  /** Runs a scenario to its end; what it throws is an error that was told. */
  async run(scenario, given) {
    try {
      await scenario.run(this, given);
    } catch (error) {
      this.errors.push(error);
      if (typeof error.code !== 'string') this.problems.push(`thrown: ${error.stack}`);
      for (const socket of this.sockets) socket.destroy();
    }
    for (const server of this.servers) this.close(server);
    this.finished = true;
    this.check();
    await this.settled;
  }
}

module.exports = { Context };
