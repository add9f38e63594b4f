// The types of cnet: those of node:net, as they are in the @types/node of the program, and what cnet has beyond them.

import * as nodeNet from 'node:net';
import { Duplex } from 'node:stream';
import { URL } from 'node:url';

export * from 'node:net';

/** Where to bind (net.md, net.BoundSocket): an address. */
export interface BoundSocketOptions {
  /** An IP address: '0.0.0.0' unless given, '::' with `ipv6Only` */
  host?: string | null | undefined;
  /** 0, unless given: a port of the system's choice */
  port?: number | null | undefined;
  ipv6Only?: boolean | null | undefined;
  reusePort?: boolean | null | undefined;
  path?: undefined;
}

/**
 * A socket that is bound at once, to be given to new Socket(), connect() or listen(), or to be closed (net.md,
 * net.BoundSocket). Once it is given away or closed, its methods throw ERR_SOCKET_HANDLE_ADOPTED.
 */
export interface BoundSocket<Address = nodeNet.AddressInfo> {
  /** Whether it is bound to a path. */
  readonly isPipe: boolean;
  address(): Address;
  /** The descriptor, which stays the bound socket's; -1 on Windows. */
  fd(): number;
  close(): void;
  /** close(), unless it was given away or closed. */
  [Symbol.dispose](): void;
}

export const BoundSocket: {
  new (options: { path: string }): BoundSocket<string>;
  new (options?: BoundSocketOptions): BoundSocket;
  readonly prototype: BoundSocket<any>;
};

/** Options of new Socket() (net.md). Times in milliseconds. */
export interface SocketConstructorOpts extends Omit<nodeNet.SocketConstructorOpts, 'handle'> {
  noDelay?: boolean | undefined;
  keepAlive?: boolean | undefined;
  keepAliveInitialDelay?: number | undefined;
  keepAliveInterval?: number | undefined;
  /** Probes without an answer that end the connection. */
  keepAliveCount?: number | undefined;
  blockList?: nodeNet.BlockList | undefined;
  /** 0 to 255 */
  typeOfService?: number | undefined;
  handle?: Omit<BoundSocket<any>, 'isPipe'> | undefined;
}

/** Options of socket.setKeepAlive() (net.md). Times in milliseconds. */
export interface SetKeepAliveOptions {
  enable?: boolean | undefined;
  initialDelay?: number | undefined;
  interval?: number | undefined;
  count?: number | undefined;
}

// --- PROXY protocol: docs/beyond/proxy-protocol.md

/** Option `proxyProtocol` of a server. */
export interface ProxyProtocolOptions {
  /** 'require' unless given */
  mode?: 'require' | 'optional' | undefined;
  /** Peers whose headers count: everybody's unless given. Needed for 'optional'. */
  trusted?: nodeNet.BlockList | undefined;
  /** Milliseconds for a header, from 1; 5000 unless given */
  timeout?: number | undefined;
}

export interface ProxyTlv {
  type: number;
  value: Buffer;
}

/** socket.proxyHeader: what a proxy has told of the connection. */
export interface ReceivedProxyHeader {
  version: 1 | 2;
  command: 'PROXY' | 'LOCAL';
  family: 'IPv4' | 'IPv6' | 'Unix' | undefined;
  protocol: 'STREAM' | 'DGRAM' | undefined;
  sourceAddress?: string;
  sourcePort?: number;
  destinationAddress?: string;
  destinationPort?: number;
  tlvs: ProxyTlv[];
}

type ProxyEnd = { address: string; port: number | string; path?: undefined } | { path: string };

/** Option `proxyHeader` of connect(): what is told of the connection, before anything else is sent. */
export interface ProxyHeaderOptions {
  /** 2 unless given */
  version?: 1 | 2 | undefined;
  command?: 'PROXY' | 'LOCAL' | undefined;
  source?: ProxyEnd | undefined;
  destination?: ProxyEnd | undefined;
  /** The connection whose ends are told, in the place of `source` and `destination`. */
  socket?: nodeNet.Socket | undefined;
  protocol?: 'STREAM' | 'DGRAM' | undefined;
  tlvs?: readonly { type: number; value: string | Uint8Array }[] | undefined;
  /** A CRC32c is sent along. */
  checksum?: boolean | undefined;
}

// --- end of PROXY protocol

export interface TcpNetConnectOpts extends nodeNet.TcpSocketConnectOpts, SocketConstructorOpts {
  timeout?: number | undefined;
  autoSelectFamily?: boolean | undefined;
  autoSelectFamilyAttemptTimeout?: number | undefined;
  proxyHeader?: ProxyHeaderOptions | nodeNet.Socket | undefined;
  // opening a connection
  /** Milliseconds from one attempt to the next, from 10: attempts to several addresses go on at once (RFC 8305). */
  connectionAttemptDelay?: number | undefined;
  /** What was written before the connection goes with the handshake, where the peer allows it (RFC 7413). */
  fastOpen?: boolean | undefined;
  /** Multipath TCP, where the system and the peer have it (RFC 8684). */
  multipath?: boolean | undefined;
}

export interface IpcNetConnectOpts extends nodeNet.IpcSocketConnectOpts, SocketConstructorOpts {
  timeout?: number | undefined;
  proxyHeader?: ProxyHeaderOptions | nodeNet.Socket | undefined;
}

// time limits
export interface SocketConstructorOpts {
  /** Of connect(): milliseconds for lookup and connection together; 0: no limit. */
  connectTimeout?: number | undefined;
  /** Of connect(): milliseconds, as of setUserTimeout(). */
  userTimeout?: number | undefined;
}

export interface ServerOpts {
  /** Milliseconds, as of setUserTimeout(), for each connection. */
  userTimeout?: number | undefined;
}

export interface Socket {
  /**
   * Ends the connection with ETIMEDOUT when what was sent stays unacknowledged for so long (tcp(7), TCP_USER_TIMEOUT).
   * @param msecs 0 to 2 ** 31 - 1; 0: the system's
   */
  setUserTimeout(msecs: number): this;
  /** Milliseconds */
  getUserTimeout(): number;
}

// opening a connection
export interface Socket {
  /** Whether the handshake has brought data (RFC 7413). */
  readonly fastOpen: boolean;
  /** Whether both ends speak multipath TCP (RFC 8684). */
  readonly multipath: boolean;
}

export interface ListenOptions {
  /** Clients may send data with the handshake; a number: how many at once before they are connected, else 256. */
  fastOpen?: boolean | number | undefined;
  /** Takes multipath TCP, beside plain TCP. */
  multipath?: boolean | undefined;
}

export type NetConnectOpts = TcpNetConnectOpts | IpcNetConnectOpts;

/** Options of new Server() (net.md). */
export interface ServerOpts extends nodeNet.ServerOpts {
  /** Bytes */
  highWaterMark?: number | undefined;
  blockList?: nodeNet.BlockList | undefined;
  /** Milliseconds between keep-alive probes. */
  keepAliveInterval?: number | undefined;
  /** Probes without an answer that end the connection. */
  keepAliveCount?: number | undefined;
  /** Connections begin with a header of the PROXY protocol. */
  proxyProtocol?: ProxyProtocolOptions | undefined;
  /** Where the connections are read into, and who is told: see docs/beyond/server-onread.md. */
  onread?: ServerOnReadOpts | null | undefined;
}

/** Options of server[Symbol.asyncIterator](). */
export interface ConnectionIteratorOptions {
  /** Ends the iteration with an AbortError, and closes the server. */
  signal?: AbortSignal | undefined;
  /** Connections that are accepted ahead of the loop, from 1; 16 by default. */
  highWaterMark?: number | undefined;
}

// --- shutdown, accept control

/** Options of server.shutdown(). */
export interface ShutdownOptions {
  /** Milliseconds until the connections that are left are reset; never unless given. */
  timeout?: number | undefined;
  /** Resets what is left when it is aborted; the promise is then rejected with an AbortError. */
  signal?: AbortSignal | undefined;
  /** Ends the connections on which nothing waits, and nothing has happened for that many milliseconds; true: 0. */
  halfCloseIdle?: boolean | number | undefined;
}

/** What became of the connections that were there when server.shutdown() was called. */
export interface ShutdownResult {
  /** They have ended by themselves. */
  finished: number;
  /** Among all: those that were half-closed as they were idle. */
  halfClosed: number;
  reset: number;
  /** They live on in another process. */
  moved: number;
}

/** Connections from one network (server.maxConnectionsPerPrefix). */
export interface PrefixLimit {
  max: number;
  /** Length of the prefix, 0 to 32; 24 by default. IPv4-mapped addresses are IPv4. */
  ipv4?: number | undefined;
  /** Length of the prefix, 0 to 128; 64 by default. */
  ipv6?: number | undefined;
}

/** A token bucket (server.maxConnectionRate). */
export interface RateLimit {
  /** Connections per second, above 0; fractions are allowed. */
  perSecond: number;
  /** Connections at once after a quiet time, from 1; `perSecond`, rounded up, by default. */
  burst?: number | undefined;
}

/** The data of 'drop': the names of both ends, but for a path, and the reason where one of cnet's own limits is set. */
export interface DropData extends Partial<nodeNet.DropArgument> {
  reason?:
    | 'maxConnections'
    | 'maxConnectionsPerAddress'
    | 'maxConnectionsPerPrefix'
    | 'maxConnectionRate'
    | undefined;
}

// --- end of shutdown, accept control

/** Options of server.listen() (net.md). */
export interface ListenOptions extends Omit<nodeNet.ListenOptions, 'handle'> {
  reusePort?: boolean | undefined;
  handle?: Omit<BoundSocket<any>, 'isPipe'> | undefined;
}

/** A TCP or IPC connection (net.md, net.Socket). */
export class Socket extends nodeNet.Socket {
  constructor(options?: SocketConstructorOpts | number);
  /** The descriptor, while there is one. */
  readonly fd?: number | undefined;
  /** The header of the PROXY protocol that came with the connection. */
  readonly proxyHeader: ReceivedProxyHeader | null;
  /** The other end of the connection itself, whatever a header says. */
  readonly peerAddress?: string | undefined;
  readonly peerFamily?: string | undefined;
  readonly peerPort?: number | undefined;
  setKeepAlive(enable?: boolean, initialDelay?: number, interval?: number, count?: number): this;
  setKeepAlive(options: SetKeepAliveOptions): this;
  /** @param tos 0 to 255 */
  setTypeOfService(tos: number): this;
  getTypeOfService(): number;
  /** Sends a file, or a part of it, in its turn among the writes. Gives the number of bytes. Not in Node. */
  sendFile(file: SendableFile, options?: SendFileOptions): Promise<number>;
  /** The same; returns what write() returns. */
  sendFile(file: SendableFile, options: SendFileOptions, callback: (error: Error | null, bytes?: number) => void): boolean;
  sendFile(file: SendableFile, callback: (error: Error | null, bytes?: number) => void): boolean;
}

export { Socket as Stream };

/** A TCP or IPC server (net.md, net.Server). */
export class Server extends nodeNet.Server {
  constructor(connectionListener?: (socket: Socket) => void);
  constructor(options?: ServerOpts, connectionListener?: (socket: Socket) => void);
  /** In a worker of a cluster: connections beyond `maxConnections` are closed rather than given to another worker. */
  dropMaxConnection?: boolean | undefined;
  listen(options: ListenOptions, listeningListener?: () => void): this;
  listen(port?: number, hostname?: string, backlog?: number, listeningListener?: () => void): this;
  listen(port?: number, hostname?: string, listeningListener?: () => void): this;
  listen(port?: number, backlog?: number, listeningListener?: () => void): this;
  listen(port?: number, listeningListener?: () => void): this;
  listen(path: string, backlog?: number, listeningListener?: () => void): this;
  listen(path: string, listeningListener?: () => void): this;
  listen(handle: any, backlog?: number, listeningListener?: () => void): this;
  listen(handle: any, listeningListener?: () => void): this;
  // --- shutdown, accept control
  /** Stops listening, lets the connections end, and resets those that are left at the deadline. */
  shutdown(options?: ShutdownOptions): Promise<ShutdownResult>;
  /** The connections that are open in this thread. */
  sockets(): Socket[];
  /** Destroys all connections; how many. */
  closeAllConnections(): number;
  /** Destroys those on which nothing waits, and nothing has happened for `time` milliseconds (0); how many. */
  closeIdleConnections(time?: number): number;
  /** Connections from one address beyond this number are dropped. */
  maxConnectionsPerAddress: number | undefined;
  get maxConnectionsPerPrefix(): Readonly<Required<PrefixLimit>> | undefined;
  /** Connections from one network beyond its `max` are dropped. */
  set maxConnectionsPerPrefix(limit: PrefixLimit | undefined);
  get maxConnectionRate(): Readonly<Required<RateLimit>> | undefined;
  /** Connections that come faster are dropped. */
  set maxConnectionRate(limit: RateLimit | undefined);
  /** Accepts nobody until resumeAccept(): who comes waits in the backlog. */
  pauseAccept(): this;
  resumeAccept(): this;
  readonly acceptPaused: boolean;
  // --- end of shutdown, accept control
  [Symbol.asyncDispose](): Promise<void>;
  /** The connections, until the server has closed. Leaving the loop closes the server. */
  [Symbol.asyncIterator](options?: ConnectionIteratorOptions): AsyncIterableIterator<Socket>;
}

// --- socket options, TCP_INFO, credentials ---

type BooleanOption =
  | 'SO_ACCEPTCONN' | 'SO_DEBUG' | 'SO_DONTROUTE' | 'SO_KEEPALIVE' | 'SO_OOBINLINE' | 'SO_PASSCRED' | 'SO_PREFER_BUSY_POLL'
  | 'SO_RCVMARK' | 'SO_REUSEADDR' | 'SO_REUSEPORT' | 'TCP_CORK' | 'TCP_FASTOPEN_CONNECT' | 'TCP_FASTOPEN_NO_COOKIE'
  | 'TCP_NODELAY' | 'TCP_QUICKACK' | 'TCP_THIN_LINEAR_TIMEOUTS' | 'IP_BIND_ADDRESS_NO_PORT' | 'IP_FREEBIND' | 'IP_RECVERR'
  | 'IP_TRANSPARENT' | 'IPV6_FREEBIND' | 'IPV6_RECVERR' | 'IPV6_TRANSPARENT' | 'IPV6_V6ONLY';

type NumberOption =
  | 'SO_BUSY_POLL' | 'SO_BUSY_POLL_BUDGET' | 'SO_DOMAIN' | 'SO_ERROR' | 'SO_INCOMING_CPU' | 'SO_INCOMING_NAPI_ID' | 'SO_MARK'
  | 'SO_MAX_PACING_RATE' | 'SO_PRIORITY' | 'SO_PROTOCOL' | 'SO_RCVBUF' | 'SO_RCVBUFFORCE' | 'SO_RCVLOWAT' | 'SO_RESERVE_MEM'
  | 'SO_SNDBUF' | 'SO_SNDBUFFORCE' | 'SO_SNDLOWAT' | 'SO_TXREHASH' | 'SO_TYPE' | 'TCP_DEFER_ACCEPT' | 'TCP_FASTOPEN'
  | 'TCP_KEEPCNT' | 'TCP_KEEPIDLE' | 'TCP_KEEPINTVL' | 'TCP_LINGER2' | 'TCP_MAXSEG' | 'TCP_NOTSENT_LOWAT' | 'TCP_SAVE_SYN'
  | 'TCP_SYNCNT' | 'TCP_TX_DELAY' | 'TCP_USER_TIMEOUT' | 'TCP_WINDOW_CLAMP' | 'IP_LOCAL_PORT_RANGE' | 'IP_MINTTL' | 'IP_MTU'
  | 'IP_MTU_DISCOVER' | 'IP_TOS' | 'IP_TTL' | 'IPV6_MTU' | 'IPV6_MTU_DISCOVER' | 'IPV6_TCLASS' | 'IPV6_UNICAST_HOPS';

type TextOption = 'SO_BINDTODEVICE' | 'SO_PEERSEC' | 'TCP_CONGESTION' | 'TCP_ULP';

type OptionValue<Name> = Name extends BooleanOption
  ? boolean
  : Name extends NumberOption
    ? number
    : Name extends TextOption
      ? string
      : Name extends 'SO_LINGER'
        ? { onoff: boolean; linger: number }
        : Name extends 'SO_COOKIE'
          ? bigint
          : unknown;

type OptionInput<Name> = Name extends BooleanOption
  ? boolean | number
  : Name extends 'SO_LINGER'
    ? { onoff?: boolean | undefined; linger?: number | undefined } | number
    : OptionValue<Name>;

/** The names of socket options, as in socket(7), tcp(7), ip(7) and ipv6(7). */
export type SocketOptionName = BooleanOption | NumberOption | TextOption | 'SO_LINGER' | 'SO_COOKIE';

/** What connect() and listen() set before connect(2) and bind(2): names and values, or the arguments of setOption(). */
export type SocketOptions =
  | { readonly [Name in Exclude<SocketOptionName, 'SO_COOKIE'>]?: OptionInput<Name> | undefined }
  | readonly (readonly [SocketOptionName, unknown] | readonly [number, number, NodeJS.ArrayBufferView])[];

/** Reads and sets the options of a socket (getsockopt(2)). Not in Node. */
interface WithSocketOptions {
  getOption<Name extends SocketOptionName>(name: Name): OptionValue<Name>;
  /** @param length of the Buffer at most: 1 to 65536, 256 by default */
  getOption(level: number, option: number, length?: number): Buffer;
  setOption<Name extends Exclude<SocketOptionName, 'SO_COOKIE'>>(name: Name, value: OptionInput<Name>): this;
  setOption(level: number, option: number, value: NodeJS.ArrayBufferView): this;
}

export interface Socket extends WithSocketOptions {}
export interface Server extends WithSocketOptions {}

/** What the kernel knows of a TCP connection (tcp(7), TCP_INFO): undefined where it does not tell. */
export interface TCPInfo {
  state: string | undefined;
  congestionState: 'open' | 'disorder' | 'cwr' | 'recovery' | 'loss' | undefined;
  retransmits: number | undefined;
  probes: number | undefined;
  backoff: number | undefined;
  sendWindowScale: number | undefined;
  receiveWindowScale: number | undefined;
  deliveryRateAppLimited: boolean | undefined;
  rtoMicroseconds: number | undefined;
  atoMicroseconds: number | undefined;
  sendMssBytes: number | undefined;
  receiveMssBytes: number | undefined;
  unackedSegments: number | undefined;
  sackedSegments: number | undefined;
  lostSegments: number | undefined;
  retransmittedSegments: number | undefined;
  lastDataSentMilliseconds: number | undefined;
  lastDataReceivedMilliseconds: number | undefined;
  lastAckReceivedMilliseconds: number | undefined;
  pathMtuBytes: number | undefined;
  receiveThresholdBytes: number | undefined;
  rttMicroseconds: number | undefined;
  rttVariationMicroseconds: number | undefined;
  slowStartThresholdSegments: number | undefined;
  congestionWindowSegments: number | undefined;
  advertisedMssBytes: number | undefined;
  reorderingSegments: number | undefined;
  receiveRttMicroseconds: number | undefined;
  receiveSpaceBytes: number | undefined;
  totalRetransmittedSegments: number | undefined;
  pacingRateBytesPerSecond: number | undefined;
  maxPacingRateBytesPerSecond: number | undefined;
  bytesAcked: number | undefined;
  bytesReceived: number | undefined;
  segmentsSent: number | undefined;
  segmentsReceived: number | undefined;
  bytesNotSent: number | undefined;
  minRttMicroseconds: number | undefined;
  dataSegmentsReceived: number | undefined;
  dataSegmentsSent: number | undefined;
  deliveryRateBytesPerSecond: number | undefined;
  busyMicroseconds: number | undefined;
  receiveWindowLimitedMicroseconds: number | undefined;
  sendBufferLimitedMicroseconds: number | undefined;
  deliveredSegments: number | undefined;
  deliveredCongestionMarkedSegments: number | undefined;
  bytesSent: number | undefined;
  bytesRetransmitted: number | undefined;
  duplicateSackSegments: number | undefined;
  reorderingEvents: number | undefined;
  outOfOrderSegmentsReceived: number | undefined;
  sendWindowBytes: number | undefined;
  receiveWindowBytes: number | undefined;
  rehashes: number | undefined;
  totalTimeouts: number | undefined;
  totalTimeoutRecoveries: number | undefined;
  totalTimeoutMilliseconds: number | undefined;
}

/** The process at the other end of a Unix socket. */
export interface PeerCredentials {
  /** undefined: it is in another PID namespace, or the system does not tell */
  pid: number | undefined;
  uid: number;
  gid: number;
}

/** What 'drop' tells of a connection that `allowedUids` has turned away. */
export interface RefusedCredentials extends PeerCredentials {
  reason: 'credentials';
}

export interface Socket {
  /** Not in Node. */
  getTCPInfo(): TCPInfo;
  /** Not in Node. */
  getPeerCredentials(): PeerCredentials;
}

export interface ServerOpts {
  /** Whose processes may connect to a path: their user ids. */
  allowedUids?: readonly number[] | undefined;
}

export interface ListenOptions {
  socketOptions?: SocketOptions | undefined;
}

export interface TcpNetConnectOpts {
  socketOptions?: SocketOptions | undefined;
}

export interface IpcNetConnectOpts {
  socketOptions?: SocketOptions | undefined;
}

// --- descriptors, socket files ---

/** Where in the stream descriptors have come: the last byte of start..end is of their message. */
export interface DescriptorsPlace {
  start: number;
  end: number;
}

export interface Socket {
  /** Bytes, and with the first of them 1 to 253 descriptors, which stay the caller's. Not in Node. */
  sendDescriptors(
    data: string | NodeJS.ArrayBufferView,
    fds: readonly number[],
    callback?: (error?: Error | null) => void,
  ): boolean;
  /** The descriptors are the listener's, which is to close them. Not in Node. */
  on(event: 'descriptors', listener: (fds: number[], place: DescriptorsPlace) => void): this;
  on<Name extends keyof nodeNet.SocketEventMap>(event: Name, listener: (...args: nodeNet.SocketEventMap[Name]) => void): this;
  on(event: string | symbol, listener: (...args: any[]) => void): this;
}

export interface SocketConstructorOpts {
  /** Descriptors that a Unix socket brings are told of by 'descriptors'. */
  receiveDescriptors?: boolean | undefined;
}

export interface ServerOpts {
  /** As of new Socket(), for each connection over a Unix socket. */
  receiveDescriptors?: boolean | undefined;
}

export interface ListenOptions {
  /** Permissions of the file of a path, 0 to 0o777. */
  mode?: number | undefined;
  /** Takes the place of a file that a server has left behind. */
  unlinkStale?: boolean | undefined;
}

type Family = 'ipv4' | 'ipv6';

/** Rules on addresses (net.md, net.BlockList), and ways to change them that Node does not have. */
export class BlockList extends nodeNet.BlockList {
  static isBlockList(value: unknown): value is BlockList;
  /** Networks that are not on the Internet, for addCIDRs(). */
  static readonly PRIVATE_RANGES: readonly string[];
  /** How many rules there are. */
  readonly size: number;
  /** Adds all, or none when one of them is not valid. */
  addAddresses(addresses: readonly (string | nodeNet.SocketAddress)[], family?: Family): void;
  /** @param cidr such as '10.0.0.0/8' */
  addCIDR(cidr: string): void;
  /** Adds none when one of them is not the text of a subnet; those before one whose address or prefix is not valid. */
  addCIDRs(cidrs: readonly string[]): void;
  removeAddress(address: string | nodeNet.SocketAddress, family?: Family): void;
  removeRange(start: string | nodeNet.SocketAddress, end: string | nodeNet.SocketAddress, family?: Family): void;
  removeSubnet(network: string | nodeNet.SocketAddress, prefix: number, family?: Family): void;
  removeCIDR(cidr: string): void;
  /** Takes out every rule. */
  clear(): void;
  toJSON(): readonly string[];
  fromJSON(data: string | readonly string[]): void;
}

/** An address with a port (net.md, net.SocketAddress). */
export class SocketAddress extends nodeNet.SocketAddress {
  static isSocketAddress(value: unknown): value is nodeNet.SocketAddress;
  static parse(input: string): SocketAddress | undefined;
  toJSON(): { address: string; port: number; family: string; flowlabel: number };
}

export function createServer(connectionListener?: (socket: Socket) => void): Server;
export function createServer(options?: ServerOpts, connectionListener?: (socket: Socket) => void): Server;

export function connect(options: NetConnectOpts, connectionListener?: () => void): Socket;
export function connect(port: number, host?: string, connectionListener?: () => void): Socket;
export function connect(port: number, connectionListener: () => void): Socket;
export function connect(path: string, connectionListener?: () => void): Socket;

export { connect as createConnection };

type Movable = Socket | Server | BoundSocket;

declare const moved: unique symbol;

/** What transfer() gives: it may be cloned, so it can go to any thread of the process. */
export interface TransferToken<T extends Movable = any> {
  readonly [moved]?: T;
}

/** An end of messages: a Worker (which emits 'exit') or a MessagePort ('close'). */
interface Addressee {
  once(event: string, listener: (...args: any[]) => void): unknown;
}

/**
 * Closes `source` here, and gives a token of which receive() in any thread of the process makes it anew. Not in Node,
 * which has the transfer list of postMessage() for it.
 * @param options `to`: what is not received there is closed when that thread or port ends, or has ended
 */
export function transfer<T extends Movable>(source: T, options?: { to?: Addressee | undefined }): TransferToken<T>;

/** What transfer() made the token of; once. */
export function receive<T extends Movable>(token: TransferToken<T>, options?: SocketConstructorOpts): T;
export function receive(token: TransferToken<Server>, connectionListener?: (socket: Socket) => void): Server;
export function receive(
  token: TransferToken<Server>,
  options?: ServerOpts,
  connectionListener?: (socket: Socket) => void,
): Server;

// Bytes that are not copied into JavaScript, or not at all: docs/beyond/. Not in Node.

/** The option `onread` of new Server(). */
export interface ServerOnReadOpts {
  /** One for all connections, or what makes one for each. What is in it is good during the callback. */
  buffer: Uint8Array | (() => Uint8Array);
  /** Called with the connection as `this`; false pauses it. */
  callback(this: Socket, bytesWritten: number, buffer: Uint8Array): boolean | void;
}

/** A path, or what is open: a descriptor, or a FileHandle of fs.promises. */
export type SendableFile = string | Uint8Array | URL | number | { readonly fd: number };

/** Options of socket.sendFile(); `start` and `end` are those of fs.createReadStream(), both included. */
export interface SendFileOptions {
  start?: number | undefined;
  end?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Options of splice(). */
export interface SpliceOptions {
  /** Bytes on their way within the kernel, each way, from 4096 to 1048576. */
  highWaterMark?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Relays two connections to each other until both have ended, in the kernel where it can be. Gives the bytes. */
export function splice(a: Duplex, b: Duplex, options?: SpliceOptions): Promise<{ aToB: number; bToA: number }>;

export * as promises from './promises.js';

export function getDefaultAutoSelectFamily(): boolean;
export function setDefaultAutoSelectFamily(value: boolean): void;
/** Milliseconds */
export function getDefaultAutoSelectFamilyAttemptTimeout(): number;
/** @param value milliseconds, from 1 */
export function setDefaultAutoSelectFamilyAttemptTimeout(value: number): void;

/** The arguments of connect() or listen(): options and callback. Not documented by Node. */
export function _normalizeArgs(args: readonly unknown[]): [object, ((...args: any[]) => void) | null];

/** A bound handle, or a negative code of libuv. Not documented by Node. */
export function _createServerHandle(
  address: string | null,
  port: number | null,
  family: number | null,
  fd?: number,
  flags?: number,
): object | number;
