// Compiled, not run: the events of sockets and servers, by the names of the package, as an ES module or as CommonJS;
// and sockets of cnet where those of node:net are wanted.

import * as http from 'node:http';
import * as nodeNet from 'node:net';
import { Duplex } from 'node:stream';
import * as tls from 'node:tls';

import * as net from 'cnet';
import * as childProcess from 'cnet/child-process';
import * as promises from 'cnet/promises';
import * as proxyProtocol from 'cnet/proxy-protocol';
import * as register from 'cnet/register';
import * as registerHttp from 'cnet/register-http';
import type { DropData, NetError, ProxyError, ServerEventMap, SocketEventMap } from 'cnet';
import type { ListenOptions } from 'cnet/promises';

/** Whether two types are the same; `any` is the same as itself alone. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const sure = <T extends true>(): T | undefined => undefined;

// --- sockets

const socket: net.Socket = net.connect(1);

// @ts-expect-error data are bytes or text
socket.on('data', (d) => d.nonsense);
// @ts-expect-error as with the others
socket.once('data', (d) => d.nonsense);
// @ts-expect-error as with the others
socket.off('data', (d) => d.nonsense);
// @ts-expect-error as with the others
socket.addListener('data', (d) => d.nonsense);
// @ts-expect-error as with the others
socket.removeListener('data', (d) => d.nonsense);
// @ts-expect-error as with the others
socket.prependListener('data', (d) => d.nonsense);
// @ts-expect-error as with the others
socket.prependOnceListener('data', (d) => d.nonsense);

socket.on('data', (data) => data.length.toFixed() + data.toString());
socket.on('data', (data: Buffer) => data.readUInt8(0)).on('data', (text: string) => text.trim());
socket.on('close', (hadError) => sure<Same<typeof hadError, boolean>>());
socket.on('error', (error) => {
  sure<Same<typeof error, NetError>>();
  const texts: (string | undefined)[] = [error.message, error.code, error.syscall, error.address, error.option];
  return [texts, error.errno?.toFixed(), error.port?.toFixed(), error.errors?.[0]?.message];
});
socket.on('error', (error: Error) => error.stack).on('error', (error: NodeJS.ErrnoException) => error.code);
socket.on(
  'lookup',
  (error, address, family, host) => `${error?.message} ${address.trim()} ${family?.toFixed()} ${host.trim()}`,
);
socket.on('connectionAttempt', (ip, port, family) => ip.trim() + port.toFixed() + family.toFixed());
socket.on('connectionAttemptTimeout', (ip, port, family) => ip.trim() + port.toFixed() + family.toFixed());
socket.on(
  'connectionAttemptFailed',
  (ip, port, family, error) => ip.trim() + port.toFixed() + family.toFixed() + error.message,
);
socket.on('descriptors', (fds, { start, end }) => fds.map((fd) => fd.toFixed()).concat(start.toFixed(), end.toFixed()));
socket.once('pipe', (source) => source.pause()).once('unpipe', (source) => source.resume());
for (const event of ['connect', 'ready', 'end', 'drain', 'timeout', 'finish', 'pause', 'resume', 'readable'] as const) {
  socket.on(event, (...args) => sure<Same<typeof args, []>>());
}
// @ts-expect-error it has four arguments
socket.on('connectionAttemptFailed', (_ip, _port, _family, error) => error.nonsense);
// @ts-expect-error an address is text
socket.once('lookup', (_error, address) => address.toFixed());

// what is no event is taken as an EventEmitter takes it
const symbol = Symbol('event');
const chained: net.Socket = socket
  .on('agentRemove', (anything) => anything.nonsense)
  .once(symbol, (...args) => args[0].nonsense);
socket
  .off('agentRemove', () => {})
  .addListener(symbol, () => {})
  .removeListener('free', () => {})
  .prependListener('free', () => {});
socket.prependOnceListener(symbol, () => {}).removeAllListeners().removeAllListeners('data').removeAllListeners(symbol);
const some = 'data' as string;
socket.on(some, (data) => data.nonsense);

const emitted: boolean = socket.emit('data', Buffer.from('')) && socket.emit('close', true) && socket.emit('connect');
const emitted2: boolean =
  socket.emit('agentRemove') && socket.emit(symbol, 1, 2) && socket.emit('error', new Error('one'));
const count: number = socket.listenerCount('data') + socket.listenerCount(symbol) + socket.listeners('end').length;
sure<Same<ReturnType<typeof socket.listeners>, ((...args: any[]) => void)[]>>();
for (const one of socket.listeners('close')) one(true);
for (const one of socket.rawListeners('close')) one(true);
// @ts-expect-error it gets a boolean
for (const one of socket.listeners('close')) one('yes');
const names: (keyof SocketEventMap)[] = ['data', 'lookup', 'descriptors', 'connectionAttemptTimeout'];
// @ts-expect-error there is no such event
names.push('dat');

// --- servers

const server: net.Server = net.createServer();
server.on('connection', (s) => s.getTCPInfo());
server.once('connection', (s) => s.getTCPInfo());
server.addListener('connection', (s) => s.getTCPInfo());
server.prependListener('connection', (s) => s.getTCPInfo());
server.prependOnceListener('connection', (s) => s.getTCPInfo());
server.off('connection', (s) => s.getTCPInfo()).removeListener('connection', (s) => s.getTCPInfo());
server.on('connection', (s: net.Socket) => s.getTCPInfo()).on('connection', (s: nodeNet.Socket) => s.end());
// @ts-expect-error a connection has no such method
server.on('connection', (s) => s.nonsense());
server.on('drop', (data) => {
  sure<Same<typeof data, DropData | undefined>>();
  const ends: (string | number | undefined)[] = [
    data?.localAddress,
    data?.localPort,
    data?.remoteAddress,
    data?.remotePort,
  ];
  if (data?.reason === 'credentials') return [data.uid?.toFixed(), data.gid?.toFixed(), data.pid?.toFixed()];
  return data?.reason === 'maxConnectionsPerAddress' ? ends : data?.reason === 'maxConnectionRate';
});
// @ts-expect-error there is no such reason
server.on('drop', (data) => data?.reason === 'weather');
// @ts-expect-error there is no such field
server.once('drop', (data) => data?.why);
server.on('proxyError', (error, data) => {
  sure<Same<typeof error, ProxyError>>();
  sure<Same<typeof data, DropData | undefined>>();
  return [
    error.code === 'ERR_PROXY_PROTOCOL_TIMEOUT',
    error.message,
    data?.remoteAddress?.trim(),
    data?.remotePort?.toFixed(),
  ];
});
// @ts-expect-error there is no such code
server.on('proxyError', (error) => error.code === 'EPIPE');
server.on('error', (error) => [error.code, error.port]).on('listening', () => {}).on('close', () => {});
server.on('request', (anything) => anything.nonsense).once(symbol, () => {}).removeAllListeners('request');
const emitted3: boolean =
  server.emit('connection', socket) && server.emit('drop') && server.emit('drop', { reason: 'maxConnections' });
const emitted4: boolean =
  server.emit('listening') && server.emit('request', 1) && server.emit('error', new Error('one'));
const count2: number = server.listenerCount('connection') + server.rawListeners('drop').length;
const names2: (keyof ServerEventMap)[] = ['connection', 'drop', 'proxyError'];

// --- what has its options on every @types/node

const connected: net.Socket = new net.Socket({
  noDelay: true,
  typeOfService: 1,
  highWaterMark: 1,
  signal: new AbortController().signal,
})
  .connect({
    port: 1,
    connectTimeout: 1,
    connectionAttemptDelay: 10,
    keepAlive: true,
    socketOptions: { TCP_NODELAY: true },
  })
  .connect({ path: '/path', timeout: 1 })
  .connect(1, 'localhost')
  .connect(1, () => {})
  .connect('/path');
const attempted: string[] = connected.autoSelectFamilyAttemptedAddresses;
const owner: net.Server | null = connected.server;
server
  .listen({ port: 0, backlog: 1, exclusive: true, reusePort: true, readableAll: true, mode: 0o600 })
  .listen({ fd: 3 });
const address = new net.SocketAddress();
const parsed: net.SocketAddress | undefined = net.SocketAddress.parse(`${address.address}:${address.port}`);
const inet: net.AddressInfo = { address: address.address, family: address.family, port: address.port };
const lookup: net.LookupFunction = (_host, _options, callback) => callback(null, '127.0.0.1', 4);
const place: net.SocketConnectOpts = { port: 1, lookup };
const options: ListenOptions = { port: 0, captureRejections: true };
async function dispose(): Promise<void> {
  await (await promises.listen(options))[Symbol.asyncDispose]();
  new net.BoundSocket({ path: '/path' })[Symbol.dispose]();
}

// --- cnet's own where those of node:net are wanted

function wantsSocket(own: nodeNet.Socket): string | undefined {
  return own.remoteAddress;
}
const wantsServer = (own: nodeNet.Server): boolean => own.listening;
const wantsListener = (listener: (own: nodeNet.Socket) => void): unknown =>
  net.createServer(listener).on('connection', listener);
const asNode: typeof nodeNet = net;
const asDuplex: Duplex = socket;
const nodes: {
  sockets: nodeNet.Socket[];
  byName: Map<string, nodeNet.Socket>;
  list: nodeNet.BlockList;
  address: nodeNet.SocketAddress;
} = {
  sockets: server.sockets(),
  byName: new Map([['one', socket]]),
  list: new net.BlockList(),
  address,
};
const secure: tls.TLSSocket = tls.connect({ socket, servername: 'localhost' });
const wrapped: tls.TLSSocket = new tls.TLSSocket(socket, { isServer: true });
const agent = new http.Agent();
agent.createConnection = (() => net.connect(1)) as typeof agent.createConnection;
const request: http.ClientRequest = http.request({ createConnection: () => net.connect(1), agent });
const httpServer: http.Server = http.createServer((message) => wantsSocket(message.socket));
httpServer.on('connection', (own) => own.pause()).emit('connection', socket);
const message: http.IncomingMessage = new http.IncomingMessage(socket);
nodeNet.createServer({ pauseOnConnect: true }, (own) => own.pipe(socket).pipe(own));

class OwnSocket extends net.Socket {
  readonly more = 1;
  override setTimeout(timeout: number, callback?: () => void): this {
    return super.setTimeout(timeout, callback).on('timeout', () => this.more);
  }
}

class OwnServer extends net.Server {
  constructor() {
    super({ noDelay: true }, (own) => own.getTCPInfo());
    this.on('connection', (own) => own.getTCPInfo());
  }
}

register.unregister();
registerHttp.unregister();

export const all = [
  address,
  asDuplex,
  asNode,
  attempted,
  chained,
  count,
  count2,
  dispose,
  emitted,
  emitted2,
  emitted3,
  emitted4,
  inet,
  message,
  names2,
  nodes,
  owner,
  parsed,
  place,
  request,
  secure,
  wantsListener,
  wantsServer(server),
  wantsSocket(socket),
  wrapped,
  wantsSocket(new OwnSocket()),
  new OwnServer(),
  childProcess.toNode(socket),
  proxyProtocol.TLV.ALPN,
];
