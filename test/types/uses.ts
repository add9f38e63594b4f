// Compiled, not run: what a program may do with the names of cnet, in CommonJS.

import nodeNet = require('node:net');
import { Worker } from 'node:worker_threads';

import * as net from '../../';
import { BlockList, Server, Socket, Stream, createServer, promises } from '../../';
import { fromNode, toNode } from '../../lib/child-process.js';
import { listen } from '../../lib/promises.js';
import { TLV, encodeProxyHeader, parseTlvs } from '../../lib/proxy-protocol.js';
import { register, unregister } from '../../lib/register.js';
import * as registerHttp from '../../lib/register-http.js';

// cnet goes wherever Node's net is wanted
const asNode: typeof nodeNet = net;
const names: Record<keyof typeof nodeNet, unknown> = net;

const server: Server = createServer(
  { pauseOnConnect: true, highWaterMark: 1, blockList: new BlockList() },
  (socket) => {
    const own: Socket = socket;
    const fd: number | undefined = own.fd;
    socket.setKeepAlive({ enable: true, initialDelay: 1, interval: 1, count: 1 }).setTypeOfService(16).end(`${fd}`);
  },
);
server.dropMaxConnection = true;
server.on('connection', (socket) => socket.setTypeOfService(16));
server.on('connection', (socket: Socket) => socket.setTypeOfService(16));
server.on('drop', (data) => data?.remoteAddress?.length);
server.listen({ port: 0, exclusive: true, reusePort: true, signal: new AbortController().signal }, () => {
  const address: string | net.AddressInfo | null = server.address();
  return address;
});

const client: Socket = net.connect({
  port: 1,
  host: 'localhost',
  autoSelectFamily: true,
  timeout: 1,
  typeOfService: 1,
});
const racing: Socket = net.connect({
  port: 1,
  connectionAttemptDelay: 250,
  connectTimeout: 1,
  fastOpen: true,
  multipath: true,
});
const facts: [boolean, boolean, number] = [
  racing.fastOpen,
  racing.multipath,
  racing.setUserTimeout(1).getUserTimeout(),
];
createServer({ userTimeout: 1 }).listen({ port: 0, fastOpen: 16, multipath: true });
const other: Socket = net.createConnection('/path', () => {});
net.connect(1, () => {});
const stream: Socket = new Stream({ fd: 3, keepAlive: true, keepAliveInterval: 1000, keepAliveCount: 2 });
client.on('connectionAttempt', (ip, port, family) => `${ip.length} ${port.toFixed()} ${family.toFixed()}`);
client.on('close', (hadError) => hadError === true);
const node: nodeNet.Socket = other;
const kind: 0 | number = net.isIP('::1');

// descriptors, socket files
const passing: boolean = net.connect({ path: '/path', receiveDescriptors: true })
  .on('descriptors', (fds, { start, end }) => `${fds[0].toFixed()} ${start} ${end}`)
  .on('data', (chunk) => chunk.length)
  .sendDescriptors(Buffer.from('x'), [0, 1], (error) => error?.message);
createServer({ receiveDescriptors: true }).listen({ path: '/path', mode: 0o600, unlinkStale: true });

const list = new BlockList();
list.addCIDRs(BlockList.PRIVATE_RANGES);
list.removeAddress(new net.SocketAddress({ address: '::1', family: 'ipv6' }));
list.fromJSON(list.toJSON());
const parsed: net.SocketAddress | undefined = net.SocketAddress.parse('127.0.0.1:80');
const size: number = list.size;

const sent: nodeNet.Socket = toNode(client, { keepOpen: true });
const sentServer: nodeNet.Server = toNode(server);
const received: Socket = fromNode(sent, { allowHalfOpen: true });
const receivedServer: Server = fromNode(sentServer, (socket) => socket.destroy());
process.on('message', (_message, handle) => {
  const own = fromNode(handle);
  if (own instanceof Socket) own.end();
});

async function shutDown(): Promise<number> {
  server.maxConnectionsPerAddress = 4;
  server.maxConnectionsPerPrefix = { max: 16, ipv6: 56 };
  server.maxConnectionRate = { perSecond: 0.5 };
  server.on('drop', (data?: net.DropData) => console.log(data?.remoteAddress, data?.reason));
  const [first]: Socket[] = server.pauseAccept().resumeAccept().sockets();
  const prefix: number =
    (server.maxConnectionsPerPrefix?.ipv4 ?? 0) + server.closeIdleConnections(1000) + server.closeAllConnections();
  // @ts-expect-error it can only be read
  server.acceptPaused = !first;
  // @ts-expect-error there is no such option
  await server.shutdown({ deadline: 1 });
  const { finished, reset }: net.ShutdownResult = await server.shutdown({ timeout: 1000, halfCloseIdle: true });
  return finished + reset + prefix;
}

async function promised(): Promise<void> {
  const { signal } = new AbortController();
  const listening: Server = await promises.listen({ port: 0, noDelay: true, keepAliveCount: 3, signal }, (one) =>
    one.end(),
  );
  for (const other of [
    listen(0),
    listen('/path', { allowHalfOpen: true }),
    listen(0, '::', 5, (one: Socket) => one.end()),
  ]) {
    (await other).close();
  }
  const socket: Socket = await promises.connect(1, '127.0.0.1', { signal });
  await promises.connect({ path: '/path' }, () => socket.end());
  for await (const one of listening) one.setTypeOfService(16).end();
  for await (const one of listening[Symbol.asyncIterator]({ signal, highWaterMark: 1 })) one.end();
  // @ts-expect-error a port is no boolean
  await promises.connect(true);
  // @ts-expect-error there is no such option
  await listen({ prot: 1 });
}

// PROXY protocol
const behind: Server = createServer({ proxyProtocol: { mode: 'optional', trusted: list, timeout: 1000 } }, (one) => {
  const { command, tlvs, sourcePort } = one.proxyHeader ?? { command: 'LOCAL', tlvs: [], sourcePort: undefined };
  const port: number | undefined = sourcePort ?? one.peerPort;
  const bytes: number =
    encodeProxyHeader(one).length + parseTlvs(encodeProxyHeader({ version: 1 })).length + (port ?? 0);
  net.connect({ port: bytes, proxyHeader: one });
  net.connect({ path: `${command}${tlvs.length}${TLV.ALPN}`, proxyHeader: { socket: one, checksum: true } });
  net.connect({
    port: 1,
    proxyHeader: { source: { address: '::1', port: 1 }, destination: { address: '::1', port: 2 }, tlvs },
  });
});
behind.close();
// @ts-expect-error there is no such mode
createServer({ proxyProtocol: { mode: 'maybe' } });

unregister();
register();

const bound: net.BoundSocket = new net.BoundSocket({ host: '127.0.0.1', port: 0, reusePort: true });
const { port } = bound.address();
const path: string = new net.BoundSocket({ path: '/path' }).address();
server.listen({ handle: bound });
net.connect({ port, host: '127.0.0.1', handle: new net.BoundSocket({ ipv6Only: true }) });
bound[Symbol.dispose]();

const worker = new Worker('file');
worker.postMessage(net.transfer(client, { to: worker }));
const moved: Socket = net.receive(net.transfer(client), { allowHalfOpen: true });
const movedServer: Server = net.receive(net.transfer(server), (socket) => socket.setTypeOfService(16));
const movedBound: net.BoundSocket = net.receive(net.transfer(bound));

// socket options, TCP_INFO, credentials
const size2: number = client
  .setOption('SO_RCVBUF', 1)
  .setOption('SO_LINGER', 0)
  .setOption(1, 7, Buffer.alloc(4))
  .getOption('SO_RCVBUF');
const quick: boolean = client.getOption('TCP_QUICKACK');
const raw: Buffer = server.setOption('TCP_DEFER_ACCEPT', 1).getOption(6, 11, 256);
net.connect({ port: 1, socketOptions: { TCP_NODELAY: 1, SO_LINGER: { onoff: true }, TCP_CONGESTION: 'reno' } });
net.connect({ path: '/path', socketOptions: [['SO_PRIORITY', 1], [1, 7, Buffer.alloc(4)]] });
server.listen({ port: 0, socketOptions: { IP_FREEBIND: true } });
const rtt: number | undefined = client.getTCPInfo().rttMicroseconds;
const uid: number | undefined = client.getPeerCredentials().uid;
createServer({ allowedUids: [uid ?? 0] });
// @ts-expect-error there is no such option
client.getOption('SO_RECVBUF');
// @ts-expect-error it is a number
client.setOption('SO_RCVBUF', '1');
// @ts-expect-error there is no such option
net.connect({ port: 1, socketOptions: { SO_RECVBUF: 1 } });

// @ts-expect-error a path goes alone
new net.BoundSocket({ path: '/path', port: 1 });
// @ts-expect-error not what can be moved
net.transfer(list);
// @ts-expect-error a port is no boolean
net.connect(true);
// @ts-expect-error fd can only be read
client.fd = 1;
// @ts-expect-error there is no such option
createServer({ pauseOnConect: true });

registerHttp.unregister();
registerHttp.register();

export {
  shutDown,
  quick,
  raw,
  rtt,
  size2,
  asNode,
  kind,
  moved,
  movedBound,
  movedServer,
  names,
  node,
  parsed,
  path,
  promised,
  received,
  receivedServer,
  size,
  stream,
};

// bytes that are not copied
net.createServer({
  onread: {
    buffer: () => new Uint8Array(10),
    callback(got, memory) {
      return this.write(memory.subarray(0, got));
    },
  },
});
net.createServer({ onread: { buffer: Buffer.alloc(10), callback() {} } });
const sending: Promise<number> = client.sendFile('/file', { start: 1, end: 2 });
const room: boolean = client.sendFile(3, (error, bytes) => error?.message ?? bytes?.toFixed());
const forSecure: net.Socket = net.forTLS(client);
const relayed: Promise<{ aToB: number; bToA: number }> = net.splice(client, other, { highWaterMark: 65536 });
// @ts-expect-error a file is none of these
client.sendFile(true);

// defaults of the program, numbers
net.setDefaults({
  connectTimeout: 5000,
  fastOpen: true,
  client: { blockList: list },
  server: { fastOpen: 64, maxConnectionsPerPrefix: { max: 3 } },
});
const limit: number | undefined = net.getDefaults().server?.maxConnections;
net.setIOThreads(0);
net.createServer({ ioThreads: true });
net.connect({ port: 1, ioThread: true }).destroy();
const busiest: number | undefined = net.ioThreads()[0]?.cpu;
(busiest ?? 0).toFixed();
// @ts-expect-error it is a boolean
net.connect({ port: 1, ioThread: 2 });
const dropped: number = net.stats().dropped.maxConnectionRate + net.stats().sockets.tcp + (limit ?? 0);
net.version.padEnd(dropped);
// @ts-expect-error there is no such default
net.setDefaults({ conectTimeout: 5000 });
// @ts-expect-error it is no default of servers
net.setDefaults({ server: { connectTimeout: 5000 } });
