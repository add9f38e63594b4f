'use strict';

const { patience } = require('../../../support/scale');

/** Ends the process after a while if something still holds it, and says so. */
function watchdog(t) {
  setTimeout(() => {
    t.log('still held');
    process.exit(3);
  }, patience(400)).unref();
}

const alone = (title, run, more) => ({ title, isolate: true, run, ...more });

const connected = async (t) => {
  const { client, accepted, server } = await t.pair();
  return { client, accepted, server };
};

/** One handle that is unref'd, or not, and a process that ends, or not. */
const holds = (title, run) => alone(title, async (t) => {
  watchdog(t);
  await run(t);
});

module.exports = [
  alone('a refused connection without an error listener', (t) => {
    t.net.connect({ port: t.refused(), host: '127.0.0.1' });
  }),
  alone('an unreachable address without an error listener', (t) => {
    t.net.connect({ port: 9, host: '255.255.255.255' });
  }),
  alone('a server without an error listener', (t) => {
    t.net.createServer().listen(t.path('none/s'));
  }),
  alone('a reset without an error listener', async (t) => {
    const { client, accepted } = await connected(t);
    client.resume();
    accepted.resetAndDestroy();
  }),
  alone('destroy with an error without an error listener', (t) => {
    new t.net.Socket().destroy(new Error('on purpose'));
  }),
  ...['connection', 'listening'].map((event) => alone(`a listener of the server that throws: ${event}`, async (t) => {
    process.on('uncaughtException', (error, origin) => t.log('uncaught', error, origin));
    const server = t.net.createServer();
    server.on(event, () => { throw new Error(`thrown in ${event}`); });
    server.on('connection', (socket) => socket.resume().end());
    server.listen(0, '127.0.0.1');
    await t.turns(3);
    const client = t.connect('client', server.address().port, '127.0.0.1');
    t.ticks('after connect');
    client.on('connect', () => server.close(t.fn('closed')));
    setTimeout(() => process.exit(), patience(300));
  })),
  ...['connect', 'ready', 'data', 'end', 'close', 'lookup', 'finish'].map((event) =>
    alone(`a listener of the client that throws: ${event}`, async (t) => {
      process.on('uncaughtException', (error, origin) => t.log('uncaught', error, origin));
      const server = t.net.createServer((socket) => {
        socket.on('error', () => {});
        socket.resume().end('word');
      });
      server.listen(0, '127.0.0.1');
      await t.event(server, 'listening');
      const client = t.connect('client', server.address().port, 'localhost');
      client.prependOnceListener(event, () => {
        t.ticks('thrown', 'client');
        throw new Error(`thrown in ${event}`);
      });
      setTimeout(() => process.exit(), patience(300));
    })),
  alone('a write callback that throws', async (t) => {
    process.on('uncaughtException', (error, origin) => t.log('uncaught', error, origin));
    const { client, accepted, server } = await connected(t);
    t.watch(client, 'client');
    accepted.resume();
    client.write('one', () => { throw new Error('thrown in a write callback'); });
    client.write('two', t.fn('two', 'client'));
    client.end(t.fn('ended', 'client'));
    await t.closed(client);
    server.close();
  }),
  alone('a timeout listener that throws, and one that does not', async (t) => {
    process.on('uncaughtException', (error, origin) => t.log('uncaught', error, origin));
    const { client, accepted } = await connected(t);
    client.setTimeout(20, () => { throw new Error('thrown in timeout'); });
    accepted.setTimeout(60, () => {
      t.log('second timeout');
      process.exit();
    });
  }),
  alone('a listener that throws, and nobody who catches', async (t) => {
    const { client, accepted } = await connected(t);
    client.on('data', () => { throw new TypeError('nobody catches this'); });
    accepted.write('x');
  }, { stderr: false }),
  alone('a rejection in a listener', async (t) => {
    process.on('unhandledRejection', (error) => {
      t.log('rejection', error);
      process.exit(5);
    });
    const { client, accepted } = await connected(t);
    client.on('data', async () => { throw new TypeError('rejected'); });
    accepted.write('x');
  }),
  alone('each event drains ticks and promises before the next', async (t) => {
    const server = t.net.createServer((socket) => {
      t.ticks('connection');
      socket.on('data', () => t.ticks('data'));
      socket.on('end', () => t.ticks('end'));
      socket.on('close', () => {
        t.ticks('close');
        server.close(() => t.ticks('server closed'));
      });
    });
    server.listen(0, '127.0.0.1', () => {
      const client = t.net.connect(server.address().port, '127.0.0.1', () => {
        process.nextTick(() => t.lane('client').log('tick of connect'));
        client.write('x', () => t.lane('client').log('written'));
        client.on('data', () => {});
        setImmediate(() => client.end());
      });
    });
  }),
  holds('a listening server holds the process', (t) => t.listen(t.net.createServer())),
  holds('an unref\'d server does not', async (t) => { (await t.listen(t.server('s').unref())); }),
  holds('unref before listen', (t) => { t.net.createServer().unref().listen(0, '127.0.0.1'); }),
  holds('unref and ref', (t) => { t.net.createServer().listen(0, '127.0.0.1').unref().ref(); }),
  holds('an open connection holds the process', async (t) => {
    const { client, accepted } = await connected(t);
    client.resume();
    accepted.resume();
  }),
  holds('unref\'d connections do not', async (t) => {
    const { client, accepted } = await connected(t);
    client.unref().resume();
    accepted.unref().resume();
  }),
  holds('one unref\'d end of two', async (t) => {
    const { client, accepted } = await connected(t);
    client.unref().resume();
    accepted.resume();
  }),
  holds('connections that are not read', async (t) => { await connected(t); }),
  holds('paused connections', async (t) => {
    const { client, accepted } = await connected(t);
    client.pause();
    accepted.pause();
  }),
  holds('unref before connect', async (t) => {
    const server = t.peer.createServer((socket) => socket.unref());
    await t.listen(server);
    server.unref();
    const client = new t.net.Socket().unref();
    client.connect(server.address().port, '127.0.0.1', t.fn('connected'));
  }),
  holds('unref while connecting', async (t) => {
    const server = t.peer.createServer((socket) => socket.unref());
    await t.listen(server);
    server.unref();
    t.net.connect(server.address().port, '127.0.0.1', t.fn('connected')).unref();
  }),
  holds('a write that waits, on an unref\'d socket', async (t) => {
    const { client, accepted } = await connected(t);
    accepted.pause();
    accepted.unref();
    client.unref().write(Buffer.alloc(16 << 20), t.fn('written'));
  }),
  holds('setTimeout of a socket does not hold the process', async (t) => {
    const { client, accepted } = await connected(t);
    client.unref().setTimeout(100, t.fn('timeout'));
    accepted.unref();
  }),
  holds('a socket that never connected does not', (t) => {
    new t.net.Socket().setTimeout(100, t.fn('timeout'));
  }),
  holds('a closed server does not', async (t) => {
    const server = t.server('server');
    await t.listen(server);
    server.close();
  }),
  alone('exit in the middle of a transfer', async (t) => {
    const { client, accepted } = await connected(t);
    client.write(Buffer.alloc(16 << 20), t.fn('written'));
    accepted.on('data', () => process.exit(7));
  }),
  alone('standard output as a socket', (t) => {
    const socket = new t.net.Socket({ fd: 1, readable: false, writable: true });
    t.log('state', t.state(socket), socket.readable, socket.writable, socket.remoteAddress);
    socket.write('first line\n', t.fn('written'));
    socket.end('last line\n', t.fn('ended'));
    socket.on('close', t.fn('close'));
  }),
  alone('standard input as a socket', (t) => {
    const socket = t.watch(new t.net.Socket({ fd: 0, readable: true, writable: false }), 'stdin');
    t.log('state', t.state(socket), socket.readable, socket.writable);
  }, { input: 'what is sent to the process' }),
  alone('NODE_DEBUG=net changes nothing', async (t) => {
    const { client, accepted } = await connected(t);
    t.watch(client, 'client');
    accepted.end('word');
    accepted.resume();
  }, { env: { NODE_DEBUG: 'net,stream' }, stderr: false }),
  alone('--no-network-family-autoselection', (t) => {
    t.log('default', t.net.getDefaultAutoSelectFamily());
  }, { flags: ['--no-network-family-autoselection'], from: 20 }),
  alone('--network-family-autoselection-attempt-timeout', (t) => {
    t.log('default', t.net.getDefaultAutoSelectFamilyAttemptTimeout());
  }, { flags: ['--network-family-autoselection-attempt-timeout=321'], from: 20 }),
  alone('defaults without flags', (t) => {
    t.log('default', t.net.getDefaultAutoSelectFamily(), t.net.getDefaultAutoSelectFamilyAttemptTimeout());
  }, { newest: 'the timeout became 500 in 25', since: 26 }),
];
