'use strict';

/**
 * The table of what cnet can do, for scene.js to combine any two of it. A feature changes the plan of a scene:
 *
 *   transport    'tcp' or 'path'
 *   options      those of createServer() (`server`), listen() and connect()
 *   client, server                how that side sends and receives (peer.js)
 *   bound        () => the BoundSocket from which a client connects
 *   opened       (server, scene) => …, once a server is made
 *   accepted, connected           (socket, scene, side) => what goes on with the connection: the same socket or
 *                another one
 *   relay        (a, b) => …: the client speaks to the server by a relay of two sockets
 *   layer        a protocol above (layers.js)
 *   away         who speaks in the place of the server: 'worker', 'child'
 *   finish       'shutdown': the server ends so, while there are connections
 *   check        (socket, scene) => …: of an accepted socket
 */

const { once } = require('node:events');

const net = require('../../..');
const { turns } = require('../../support/loop');
const { HOST } = require('../../support/net');

const LINUX = process.platform === 'linux';
const POSIX = process.platform !== 'win32';

const PROXY = { source: { address: '192.0.2.7', port: 4321 }, destination: { address: '192.0.2.8', port: 443 } };

/** A list on which none of ours is. */
function foreignList() {
  const list = new net.BlockList();
  list.addCIDRs(['203.0.113.0/24', '2001:db8::/32']);
  return list;
}

function trustedList() {
  const list = new net.BlockList();
  list.addAddress(HOST);
  return list;
}

/** Without a hand on what it was given: { onread } that gives all to the collector of the socket. */
function onread(plan, buffer) {
  return {
    buffer,
    callback(got, memory) {
      plan.collectorOf(this).take(memory.subarray(0, got), null, true);
      return true;
    },
  };
}

/** What a socket on an I/O thread cannot do: with CNET_IO_THREADS too. */
function withoutThreads({ options }) {
  options.server.ioThreads = false;
  options.connect.ioThread = false;
}

/** A socket that goes through a token; what it has read by then goes along. */
async function moveHere(socket, scene, side) {
  if (socket.connecting) await once(socket, 'connect');
  if (scene.plan[side].read !== 'onread' && scene.plan.away === undefined) {
    socket.once('readable', () => {}); // it reads, and nobody takes
    await turns(3);
  }
  return scene.adopt(net.receive(net.transfer(socket), scene.optionsOf(side)), socket);
}

/** @type {Array<{ name: string, needs?: boolean, plan(plan: object): void }>} */
const features = [
  {
    name: 'path',
    plan: (plan) => {
      plan.transport = 'path';
    },
  },
  {
    name: 'fastOpen',
    needs: LINUX,
    plan(plan) {
      plan.options.connect.fastOpen = true;
      plan.options.listen.fastOpen = true;
    },
  },
  {
    name: 'multipath',
    needs: LINUX,
    plan(plan) {
      plan.options.connect.multipath = true;
      plan.options.listen.multipath = true;
    },
  },
  {
    name: 'proxyHeader',
    plan(plan) {
      plan.options.connect.proxyHeader = PROXY;
      plan.sendsHeader = true;
    },
  },
  {
    name: 'proxyProtocol require',
    plan(plan) {
      plan.options.server.proxyProtocol = {};
      plan.needsHeader = true;
      plan.check.push((socket, scene) => {
        if (socket.remoteAddress !== PROXY.source.address || socket.localPort !== PROXY.destination.port) {
          scene.fail(`it is taken for ${socket.remoteAddress}`);
        }
      });
    },
  },
  {
    name: 'proxyProtocol optional',
    plan: (plan) => {
      plan.options.server.proxyProtocol = { mode: 'optional', trusted: trustedList() };
    },
  },
  {
    name: 'receiveDescriptors',
    needs: POSIX,
    plan(plan) {
      plan.transport = 'path'; // without effect on TCP
      plan.options.server.receiveDescriptors = true;
      plan.options.connect.receiveDescriptors = true;
      plan.receivesDescriptors = true;
    },
  },
  {
    name: 'sendDescriptors',
    needs: POSIX,
    plan(plan) {
      withoutThreads(plan);
      plan.transport = 'path';
      plan.raw = true;
      plan.client.descriptors = true;
      plan.server.descriptors = true;
    },
  },
  {
    name: 'setEncoding',
    plan(plan) {
      plan.client.encoding = 'base64';
      plan.server.encoding = 'base64';
    },
  },
  {
    name: "'readable'",
    plan(plan) {
      plan.client.read = 'readable';
      plan.server.read = 'readable';
    },
  },
  {
    name: 'pipe',
    plan(plan) {
      for (const how of [plan.client, plan.server]) Object.assign(how, { read: 'pipe', pipe: true });
    },
  },
  // after the other ways of reading, over which it goes: what it takes is never part of the stream
  {
    name: 'onread of the client',
    plan(plan) {
      plan.options.connect.onread = onread(plan, Buffer.alloc(30000));
      plan.client.read = 'onread';
    },
  },
  {
    name: 'onread of the client, a function',
    plan(plan) {
      const buffers = [Buffer.alloc(1000), Buffer.alloc(70000)];
      let turn = 0;
      plan.options.connect.onread = onread(plan, () => buffers[turn++ % 2]);
      plan.client.read = 'onread';
    },
  },
  {
    name: 'onread of the server',
    plan(plan) {
      plan.options.server.onread = onread(plan, Buffer.alloc(20000));
      plan.server.read = 'onread';
    },
  },
  {
    name: 'onread of the server, a function',
    plan(plan) {
      plan.options.server.onread = onread(plan, () => Buffer.alloc(5000));
      plan.server.read = 'onread';
    },
  },
  {
    name: 'a relay by pipe()',
    plan(plan) {
      plan.relay = (a, b) => {
        a.pipe(b).pipe(a);
        a.on('close', () => b.resume()); // pipe() leaves it as it is, with what nobody takes any more
        b.on('close', () => a.resume());
      };
    },
  },
  {
    name: 'splice',
    plan: (plan) => {
      plan.relay = (a, b) => net.splice(a, b);
    },
  },
  {
    name: 'sendFile',
    plan(plan) {
      plan.raw = true;
      plan.client.file = true;
      plan.server.file = true;
    },
  },
  {
    name: 'cork',
    plan(plan) {
      plan.client.cork = true;
      plan.server.cork = true;
    },
  },
  {
    name: 'transfer to the same thread',
    needs: POSIX,
    plan(plan) {
      withoutThreads(plan);
      plan.accepted.push(moveHere);
      plan.connected.push(moveHere);
    },
  },
  {
    name: 'transfer to a worker',
    needs: POSIX,
    plan(plan) {
      withoutThreads(plan);
      plan.away = 'worker';
    },
  },
  {
    name: 'send() to a child process',
    needs: POSIX,
    plan(plan) {
      withoutThreads(plan);
      plan.away = 'child';
    },
  },
  {
    name: 'timeout',
    plan(plan) {
      plan.options.connect.timeout = 300_000;
      plan.accepted.push((socket) => socket.setTimeout(300_000));
    },
  },
  {
    name: 'blockList',
    plan(plan) {
      plan.options.connect.blockList = foreignList();
      plan.options.server.blockList = foreignList();
    },
  },
  {
    name: 'pauseOnConnect',
    plan(plan) {
      plan.options.server.pauseOnConnect = true;
      plan.accepted.push(async (socket) => {
        await turns(3);
        return socket;
      });
    },
  },
  {
    name: 'allowHalfOpen',
    plan(plan) {
      plan.options.connect.allowHalfOpen = true;
      plan.options.server.allowHalfOpen = true;
      plan.isHalfOpen = true;
    },
  },
  {
    name: 'reconnect',
    plan: (plan) => {
      plan.reconnects = true;
    },
  },
  {
    name: 'shutdown()',
    plan: (plan) => {
      plan.finish = 'shutdown';
    },
  },
  {
    name: 'accept limits',
    plan(plan) {
      plan.opened.push((server, scene) => {
        server.maxConnections = 50;
        server.maxConnectionsPerAddress = 40;
        server.maxConnectionsPerPrefix = { max: 45 };
        server.maxConnectionRate = { perSecond: 1000, burst: 100 };
        server.on('drop', (data) => scene.fail(`a connection was dropped: ${data?.reason}`));
      });
    },
  },
  {
    name: 'racing',
    plan(plan) {
      plan.options.connect.connectionAttemptDelay = 5000;
      plan.options.connect.host = 'two.example';
      plan.options.connect.lookup = (name, options, callback) => {
        if (options.all)
          process.nextTick(callback, null, [
            { address: '127.0.0.2', family: 4 },
            { address: HOST, family: 4 },
          ]);
        else process.nextTick(callback, null, HOST, 4);
      };
    },
  },
  {
    name: 'connectTimeout',
    plan: (plan) => {
      plan.options.connect.connectTimeout = 300_000;
    },
  },
  {
    name: 'userTimeout',
    needs: LINUX,
    plan(plan) {
      plan.options.connect.userTimeout = 300_000;
      plan.options.server.userTimeout = 300_000;
    },
  },
  {
    name: 'socketOptions',
    plan(plan) {
      const socketOptions = { SO_RCVBUF: 16384, SO_SNDBUF: 16384 };
      plan.options.connect.socketOptions = socketOptions;
      plan.options.listen.socketOptions = socketOptions;
    },
  },
  {
    name: 'noDelay, keepAlive and typeOfService',
    plan(plan) {
      Object.assign(plan.options.connect, {
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: 60_000,
        typeOfService: 0x10,
      });
      Object.assign(plan.options.server, { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 });
    },
  },
  {
    name: 'a BoundSocket',
    needs: LINUX,
    plan(plan) {
      plan.bound = () => new net.BoundSocket(plan.transport === 'path' ? { path: '' } : { host: HOST });
    },
  },
  {
    name: 'unlinkStale and mode',
    needs: POSIX,
    plan(plan) {
      plan.transport = 'path';
      plan.options.listen.unlinkStale = true;
      plan.options.listen.mode = 0o600;
      plan.leavesFile = true;
    },
  },
  {
    name: 'allowedUids',
    needs: POSIX,
    plan(plan) {
      plan.transport = 'path';
      plan.options.server.allowedUids = [process.getuid()];
    },
  },
  {
    name: 'signal',
    plan(plan) {
      plan.options.connect.signal = new AbortController().signal;
      plan.options.listen.signal = new AbortController().signal;
    },
  },
  {
    name: 'a small highWaterMark',
    plan(plan) {
      plan.options.connect.highWaterMark = 1000;
      plan.options.server.highWaterMark = 1000;
    },
  },
  {
    name: 'for await over the server',
    plan: (plan) => {
      plan.iterates = true;
    },
  },
  {
    name: 'TLS above',
    needs: process.versions.openssl !== undefined,
    plan: (plan) => {
      plan.layer = 'tlsOverStandIn';
    },
  },
  {
    name: 'http above',
    plan: (plan) => {
      plan.layer = 'http';
    },
  },
  {
    name: 'http2 above',
    needs: process.versions.openssl !== undefined && Number.parseInt(process.versions.node, 10) > 18,
    plan: (plan) => {
      plan.layer = 'http2';
    },
  },
  {
    name: 'register, under http',
    plan(plan) {
      plan.layer = 'http';
      plan.registers = true;
    },
  },
  {
    name: 'register, under TLS',
    needs: process.versions.openssl !== undefined,
    plan(plan) {
      plan.layer = 'tls';
      plan.registers = true;
    },
  },
];

module.exports = { HOST, PROXY, features, turns };
