'use strict';

// What is read of the objects that programs give: which names, how often, in which order, and what an accessor that
// destroys, connects or throws leads to. Names that Node does not know are cnet's own, and are not logged.

const { since } = require('../since');

const NAMES = new Set([
  '_handle', 'address', 'allowHalfOpen', 'autoSelectFamily', 'autoSelectFamilyAttemptTimeout', 'backlog', 'blockList',
  'buffer', 'callback', 'count', 'enable', 'exclusive', 'family', 'fd', 'flowlabel', 'handle', 'hints', 'host',
  'highWaterMark', 'initialDelay', 'interval', 'ipv6Only', 'keepAlive', 'keepAliveInitialDelay', 'localAddress',
  'localPort', 'lookup', 'noDelay', 'objectMode', 'onread', 'path', 'pauseOnConnect', 'port', 'readable', 'readableAll',
  'readableObjectMode', 'reusePort', 'signal', 'timeout', 'typeOfService', 'writable', 'writableAll',
  'writableObjectMode',
]);

/** `object`, of which each read is logged, with what `state` says at that moment. */
function spied(log, object, state = () => '') {
  const note = (what, name) => {
    if (NAMES.has(name)) log.push(`${what} ${name} ${state()}`.trim());
  };
  return new Proxy(object, {
    get(target, name) {
      note('get', name);
      return target[name];
    },
    has(target, name) {
      note('has', name);
      return name in target;
    },
    set(target, name, value) {
      note('set', name);
      target[name] = value;
      return true;
    },
  });
}

/** What a call that reads options has read, and what it returns. */
function reads(t, label, object, call, state) {
  const log = [];
  let result;
  try {
    result = call(spied(log, object, state));
  } catch (error) {
    t.log(`${label} throws`, error.code, error.name);
  }
  t.log(label, log.join(', '));
  return result;
}

const answer = (name, { all }, callback) =>
  callback(null, ...(all ? [[{ address: '127.0.0.1', family: 4 }]] : ['127.0.0.1', 4]));

const signal = () => new AbortController().signal;

/** What connect() may be given, by name. */
const targets = (port, path) => ({
  'an address': { port, host: '127.0.0.1' },
  'a name': { port, host: 'some.name', lookup: answer },
  'a name of a family': { port, host: 'some.name', lookup: answer, family: 4, hints: 0 },
  'a name without a choice': { port, host: 'some.name', lookup: answer, autoSelectFamily: false },
  'a path': { path },
  nothing: {},
  'a wrong localAddress': { port, localAddress: 'x' },
  'a wrong localPort': { port, localPort: 'x' },
  'a wrong port': { port: -1 },
  'a port of no type': { port: {} },
  'a wrong host': { port, host: 5 },
  'a wrong lookup': { port, host: 'some.name', lookup: 5 },
  'a wrong family selection': { port, autoSelectFamily: 5 },
  'a wrong time of an attempt': { port, autoSelectFamilyAttemptTimeout: 0 },
  'a wrong path': { path: 5 },
  everything: {
    port, host: '127.0.0.1', localAddress: '127.0.0.1', localPort: 0, family: 4, hints: 0, lookup: answer, noDelay: true,
    keepAlive: true, keepAliveInitialDelay: 1000, allowHalfOpen: true, autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: 100, highWaterMark: 100, timeout: 5000, signal: signal(), typeOfService: 4,
  },
});

const places = (path) => ({
  'a port': { port: 0 },
  'a port as text': { port: '0' },
  'an address': { port: 0, host: '127.0.0.1', backlog: 3, exclusive: true, ipv6Only: true },
  'a port to be shared': { port: 0, host: '127.0.0.1', reusePort: true },
  'a path': { path },
  'a path for all': { path: `${path}2`, readableAll: true, writableAll: true },
  'a name without a file': { path: `\0${path}` },
  'a name without a file, for all': { path: `\0${path}`, writableAll: true },
  'a signal': { port: 0, signal: signal() },
  'an aborted signal': { port: 0, signal: AbortSignal.abort() },
  'a wrong signal': { port: 0, signal: 5 },
  'no descriptor': { fd: 99999 },
  nothing: {},
  'a wrong port': { port: -1 },
  'a port of no type': { port: {} },
  'no port': { port: null },
  'an undefined port': { port: undefined },
  'a wrong path': { path: 5 },
  'a wrong host': { port: 0, host: {} },
});

/** Accessors that do something when they are read. */
const deeds = {
  destroys: (socket) => socket.destroy(),
  throws: () => {
    throw new Error('thrown');
  },
};

const scenario = (title, run, more) => since(26, 'older lines read them otherwise', { title, run, ...more });

module.exports = [
  scenario('what connect() reads, and when', async (t) => {
    const server = t.track(t.peer.createServer((socket) => t.track(socket).resume()));
    const { port } = await t.listen(server);
    for (const [title, given] of Object.entries(targets(port, t.path('none')))) {
      const socket = t.track(new t.net.Socket()).on('error', () => {});
      socket.on('newListener', (event) => {
        if (event === 'connect') t.log('newListener', event, t.state(socket));
      });
      reads(t, title, given, (options) => socket.connect(options, () => {}), () =>
        `${t.state(socket)}${socket._handle === null ? '' : '+handle'} ${socket.listenerCount('connect')}`);
      t.log('then', t.state(socket), socket.readable, socket.writable, socket._handle !== null);
      socket.destroy();
    }
  }),

  scenario('what net.connect() and new Socket() read, and what they leave in the options', async (t) => {
    const server = t.track(t.peer.createServer((socket) => t.track(socket).resume()));
    const { port } = await t.listen(server);
    for (const [title, given] of Object.entries(targets(port, t.path('none')))) {
      const socket = reads(t, `net.connect() to ${title}`, given, (options) => t.net.connect(options));
      if (socket) t.track(socket).on('error', () => {}).destroy();
    }
    const callback = () => {};
    const onread = (log, buffer) => ({ onread: spied(log, { buffer, callback }) });
    for (const options of [
      {}, { objectMode: true }, { writableObjectMode: true }, { keepAliveInitialDelay: 'x' },
      { keepAliveInitialDelay: -5 }, { typeOfService: 'x' }, { fd: 'x' }, { readable: false, allowHalfOpen: true },
    ]) {
      reads(t, `new Socket() with ${Object.keys(options)}`, options, (given) => new t.net.Socket(given));
      t.log('left', options);
    }
    for (const buffer of [Buffer.alloc(4), () => Buffer.alloc(4), 'none']) {
      const log = [];
      t.log('onread', typeof new t.net.Socket(onread(log, buffer)), log.join(', '));
    }
    const inherited = new t.net.Socket(Object.create({ allowHalfOpen: true, highWaterMark: 5 }));
    t.log('inherited', inherited.allowHalfOpen, inherited.writableHighWaterMark === 5);
  }),

  scenario('what listen() and createServer() read, and when', async (t) => {
    for (const [title, given] of Object.entries(places(t.path('s')))) {
      const server = t.track(t.net.createServer(), title);
      for (const event of ['listening', 'close', 'error']) server.on(event, (error) => t.log(event, error?.code));
      server.on('newListener', (event) => t.log('newListener', event));
      reads(t, title, given, (options) => server.listen(options, () => {}), () =>
        `${server.listening} ${server._pipeName !== undefined} ${server.listenerCount('listening')}`);
      await t.turns(4);
      server.close(() => {});
      await t.turns(4);
    }
    for (const options of [{}, { allowHalfOpen: true, pauseOnConnect: true, highWaterMark: -1 }, { highWaterMark: 'x' }])
      reads(t, `createServer() with ${Object.keys(options)}`, options, (given) => t.net.createServer(given));
    const inherited = t.net.createServer(Object.create({ allowHalfOpen: true, noDelay: true }));
    t.log('inherited', inherited.allowHalfOpen, inherited.noDelay);
  }, { files: true }),

  scenario('what setKeepAlive(), SocketAddress and BoundSocket read', async (t) => {
    const { client } = await t.pair();
    const settings = { enable: true, initialDelay: 2000, interval: 1000, count: 5 };
    reads(t, 'setKeepAlive()', settings, (given) => typeof client.setKeepAlive(given));
    for (const options of [{}, { address: '::1', family: 'ipv6', port: 5, flowlabel: 3 }, { family: 'x', port: 'x' }])
      reads(t, `SocketAddress with ${Object.keys(options)}`, options, (given) => new t.net.SocketAddress(given));
    for (const options of [{}, { port: 0, host: '127.0.0.1' }, { path: t.path('bound') }, { path: 'x', port: 0 }]) {
      const bound = reads(t, `BoundSocket with ${Object.keys(options)}`, options, (given) => new t.net.BoundSocket(given));
      bound?.close();
    }
    client.destroy();
  }),

  ...Object.entries(deeds).map(([deed, act]) => scenario(`an accessor of connect() that ${deed}`, async (t) => {
    const server = t.track(t.peer.createServer((socket) => t.track(socket).on('error', () => {}).resume()));
    const { port } = await t.listen(server);
    for (const [title, given] of Object.entries(targets(port, t.path('none')))) {
      if (!['an address', 'a name', 'a path'].includes(title)) continue;
      for (const name of ['port', 'path', 'localAddress', 'localPort', 'host', 'autoSelectFamily', 'lookup', 'family']) {
        const lane = `${title}, ${name}`;
        const socket = t.watch(new t.net.Socket(), lane, { except: ['lookup'] });
        let calls = 0;
        const options = Object.defineProperty({ ...given }, name, {
          get() {
            if (++calls === 1) act(socket);
            return given[name];
          },
        });
        const connected = t.fn('called', lane);
        t.try('connect()', () => typeof socket.connect(options, connected), lane);
        t.lane(lane).log('then', t.state(socket), calls);
        await t.turns(8);
        t.lane(lane).log('later', t.state(socket));
        socket.destroy();
        await t.turns(3);
      }
    }
  })),

  scenario('an accessor of listen() that closes the server, listens, or throws', async (t) => {
    const acts = {
      closes: (server) => server.close(),
      listens: (server) => server.listen(0, '127.0.0.1'),
      throws: () => {
        throw new Error('thrown');
      },
    };
    for (const [deed, act] of Object.entries(acts)) {
      for (const name of ['port', 'host', 'backlog', 'exclusive', 'signal', 'fd', 'ipv6Only', 'handle']) {
        const lane = `${name} ${deed}`;
        const server = t.watchServer(t.net.createServer(), lane);
        const given = { port: 0, host: '127.0.0.1' };
        let calls = 0;
        const options = Object.defineProperty({ ...given }, name, {
          get() {
            if (++calls === 1) act(server);
            return given[name];
          },
        });
        t.try('listen()', () => typeof server.listen(options, t.fn('called', lane)), lane);
        t.lane(lane).log('then', server.listening, calls);
        await t.turns(8);
        t.lane(lane).log('later', server.listening);
        server.close(() => {});
        await t.turns(3);
      }
    }
  }),

  scenario('a blockList of connect() alone, and of new Socket()', async (t) => {
    const server = t.track(t.peer.createServer((socket) => t.track(socket).resume()));
    const { port } = await t.listen(server);
    const blockList = new t.net.BlockList();
    blockList.addAddress('127.0.0.1');
    const late = t.socket('to connect()');
    late.connect({ port, host: '127.0.0.1', blockList });
    const early = t.socket('to new Socket()', { blockList });
    early.connect({ port, host: '127.0.0.1' });
    const none = t.socket('to connect() another one', { blockList });
    none.connect({ port, host: '127.0.0.1', blockList: new t.net.BlockList() });
    t.try('a wrong one', () => typeof t.socket('wrong').connect({ port, host: '127.0.0.1', blockList: 5 }));
    await t.turns(20);
  }),
];
