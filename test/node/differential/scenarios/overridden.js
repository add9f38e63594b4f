'use strict';

// A program with methods of its own in the place of those of sockets and streams, and listeners that throw: what they
// are given, and what a socket is after that.

const { Duplex } = require('node:stream');

const { since } = require('../since');

const scenario = (title, run, more) => since(26, 'older lines call other methods', { title, run, ...more });

/** What can be seen of a socket, internals that programs know included. */
const seen = (socket) => ({
  bytesRead: socket.bytesRead,
  bytesWritten: socket.bytesWritten,
  readyState: socket.readyState,
  pending: socket.pending,
  connecting: socket.connecting,
  readable: socket.readable,
  writable: socket.writable,
  timeout: socket.timeout,
  server: socket.server,
  hasHandle: socket._handle !== null,
  events: socket.eventNames().map((name) => `${String(name)} ${socket.listenerCount(name)}`).sort(),
});

/** A class of sockets whose on() throws at the nth listener. */
function throwingAt(t, nth) {
  let count = 0;
  class Throwing extends t.net.Socket {
    static last = null;
    static isOver = false;

    on(event, listener) {
      Throwing.last = this;
      if (!Throwing.isOver && count++ === nth) throw new Error(`on ${event}`);
      return super.on(event, listener);
    }
  }
  Throwing.prototype.addListener = Throwing.prototype.on;
  return Throwing;
}

const deeds = {
  'new Socket()': (Class) => new Class(),
  'new Socket() with a signal': (Class) => new Class({ signal: new AbortController().signal }),
  'new Socket() with onread': (Class) => new Class({ onread: { buffer: Buffer.alloc(4), callback() {} } }),
  'connect() with a listener': (Class, port) => new Class().connect(port, '127.0.0.1', () => {}),
  'connect()': (Class, port) => new Class().connect(port, '127.0.0.1'),
  'a write before connect()': (Class) => new Class().on('error', () => {}).write('x'),
};

/** An argument in short. Water marks differ from line to line. */
function nameOf(arg) {
  if (typeof arg === 'function') return 'f';
  return typeof arg === 'number' && arg > 1000 ? 'n' : arg?.code ?? String(arg);
}

/** Calls of a method of `prototype`, on sockets that are not a server's, while `act` runs. */
async function callsOf(t, prototype, name, act) {
  const own = Object.getOwnPropertyDescriptor(prototype, name);
  const original = prototype[name];
  const calls = [];
  prototype[name] = function replaced(...args) {
    if (this instanceof t.net.Socket && this.server === null) calls.push(args);
    return Reflect.apply(original, this, args);
  };
  try {
    await act();
  } finally {
    if (own) Object.defineProperty(prototype, name, own);
    else delete prototype[name];
  }
  return calls.map((args) => `(${args.map(nameOf).join()})`);
}

/** A conversation with `port`, and the ways in which it may end. */
const conversations = {
  async 'ends by itself'(t, socket) {
    socket.resume().write('a');
    await t.event(socket, 'data');
    socket.write(Buffer.from('b'));
    await t.event(socket, 'data');
    socket.end('c');
    await t.event(socket, 'close');
  },
  async 'is destroyed with an error'(t, socket) {
    socket.destroy(new Error('mine'));
    await t.event(socket, 'close');
  },
  async 'is destroyed with a callback'(t, socket) {
    socket.destroy(null, () => {});
    socket.destroy();
    await t.event(socket, 'close');
  },
  async 'is reset'(t, socket) {
    socket.resetAndDestroy();
    await t.event(socket, 'close');
  },
  async 'ends with a callback'(t, socket) {
    socket.resume().end('d', 'latin1', () => {});
    await t.event(socket, 'close');
  },
};

const METHODS = [
  'destroy', '_destroy', '_final', 'end', 'pause', 'resume', '_write', '_writev', '_read', 'read', 'write', '_reset',
];

const echoing = (t) => t.track(t.peer.createServer({ noDelay: true }, (socket) => {
  t.track(socket).on('error', () => {}).on('data', (chunk) => socket.write(chunk));
}));

module.exports = [
  scenario('an exception where the nth listener is added leaves the same socket', async (t) => {
    const server = t.track(t.peer.createServer((socket) => t.track(socket).on('error', () => {}).resume()));
    const { port } = await t.listen(server);
    for (const [deed, act] of Object.entries(deeds)) {
      for (let nth = 0; nth < 6; nth++) {
        const Throwing = throwingAt(t, nth);
        t.try(`${deed}, ${nth}`, () => typeof act(Throwing, port));
        Throwing.isOver = true;
        const { last } = Throwing;
        t.log('then', seen(last));
        t.track(last, `${deed}, ${nth}`).removeAllListeners('error');
        last.destroy();
        await t.turns(2);
      }
    }
  }),

  scenario("an exception of a 'newListener' listener in connect() leaves the same socket", async (t) => {
    const server = t.track(t.peer.createServer((socket) => t.track(socket).on('error', () => {}).resume()));
    const { port } = await t.listen(server);
    const socket = t.track(new t.net.Socket());
    socket.once('newListener', (event) => { throw new Error(event); });
    t.try('connect()', () => typeof socket.connect(port, '127.0.0.1', t.fn('called')));
    t.log('then', seen(socket));
    const connected = t.event(socket, 'connect');
    t.try('connect() again', () => typeof socket.connect(port, '127.0.0.1'));
    await connected;
    t.log('at last', seen(socket));
  }),

  ...[['Socket', (t) => t.net.Socket.prototype], ['Duplex', () => Duplex.prototype]].flatMap(([owner, prototypeOf]) =>
    METHODS.map((name) => scenario(`what ${name}() of a program is given in the place of that of ${owner}`, async (t) => {
      const { port } = await t.listen(echoing(t));
      for (const [title, converse] of Object.entries(conversations)) {
        const calls = await callsOf(t, prototypeOf(t), name, async () => {
          const socket = t.track(t.net.connect(port, '127.0.0.1')).on('error', () => {});
          await t.event(socket, 'connect');
          await t.turns(2);
          await converse(t, socket);
        });
        // what is read together is a matter of time
        t.log(title, /read/.test(name) ? calls.slice(0, 3) : calls);
      }
    })),
  ),

  scenario('what listeners see of the names and of the addresses while these are tried', async (t) => {
    const server = t.track(t.peer.createServer((socket) => t.track(socket).on('error', () => {}).resume()));
    const { port } = await t.listen(server);
    const found = [{ address: '127.0.0.2', family: 4 }, { address: '127.0.0.1', family: 4 }];
    const lookup = (name, options, callback) => callback(null, found);
    const list = new t.net.BlockList();
    list.addAddress('127.0.0.2');
    const ways = {
      'one after the other': [{}, {}],
      'one is blocked': [{ blockList: list }, {}],
      'a local port that is taken': [{}, { localPort: port, localAddress: '' }],
      'a wrong local address': [{}, { localAddress: '192.0.2.1' }],
    };
    for (const [lane, [given, options]] of Object.entries(ways)) {
      const socket = t.track(new t.net.Socket(given)).on('error', (error) => t.lane(lane).log('error', error));
      for (const event of ['connectionAttempt', 'connectionAttemptFailed', 'connect', 'close']) {
        socket.on(event, (...values) => t.lane(lane).log(event, ...values, socket.localAddress,
          socket.autoSelectFamilyAttemptedAddresses, t.state(socket)));
      }
      socket.connect({ port, host: 'some.name', lookup, autoSelectFamily: true, ...options });
      await t.event(socket, 'connect', 'close');
    }
  }),

  scenario('the callbacks of listen() and close() are listeners, and are called as such', async (t) => {
    const server = t.track(t.net.createServer());
    function mine(...values) {
      t.log('called', this === server, values.length, values[0]?.code);
    }
    const shown = (event) => server.listeners(event).map((listener) => (listener === mine ? 'mine' : listener.name));
    server.close(mine);
    t.log('close() of one that does not listen', shown('close'));
    await t.turns(2);
    server.listen(0, '127.0.0.1', mine);
    t.log('listen()', shown('listening'));
    await t.event(server, 'listening');
    server.close(mine);
    t.log('close()', shown('close'));
    await t.turns(2);
  }),

  scenario('a handle that is closed while addresses are tried ends the connection', async (t) => {
    const lookup = (name, options, callback) =>
      callback(null, [{ address: '127.0.0.1', family: 4 }, { address: '127.0.0.2', family: 4 }]);
    const socket = t.watch(new t.net.Socket(), 'client');
    socket.connect({ port: t.refused(), host: 'some.name', lookup, autoSelectFamily: true });
    t.log('reset()', socket._handle.reset());
    await t.event(socket, 'error');
  }),
];
