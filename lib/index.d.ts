// The types of cnet: those of node:net, as they are in the @types/node of the program, and what cnet has beyond them.
// "Since cnet 0.1.0 (Node 23.1, 22.12)": cnet has it from 0.1.0 on, on every line of Node; Node itself from 23.1 on,
// and from 22.12 on in an older line. test/types/types.test.js wants such a comment of every name.

/// <reference types="node" />

import * as nodeNet from 'node:net';
import { Duplex, Readable } from 'node:stream';
import { URL } from 'node:url';

export * from 'node:net';

declare global {
  // as TypeScript from 5.2 on has it, with `lib: ["esnext.disposable"]`
  interface SymbolConstructor {
    readonly dispose: unique symbol;
    readonly asyncDispose: unique symbol;
  }
}

/** Where to bind (net.md, net.BoundSocket): an address. Since cnet 0.1.0 (Node 26.4, 24.19). */
export interface BoundSocketOptions {
  /** An IP address; default: '0.0.0.0', or '::' with `ipv6Only`. Since cnet 0.1.0 (Node 26.4, 24.19). */
  host?: string | null | undefined;
  /** 0 to 65535; 0, the default: a port of the system's choice. Since cnet 0.1.0 (Node 26.4, 24.19). */
  port?: number | null | undefined;
  /** `::` does not take IPv4; default: false. Since cnet 0.1.0 (Node 26.4, 24.19). */
  ipv6Only?: boolean | null | undefined;
  /** Several sockets may bind the port (SO_REUSEPORT); default: false. Since cnet 0.1.0 (Node 26.4, 24.19). */
  reusePort?: boolean | null | undefined;
  /** A path goes alone, without these. Since cnet 0.1.0 (Node 26.7, 24.20). */
  path?: undefined;
}

/**
 * A socket that is bound at once, to be given to new Socket(), connect() or listen(), or to be closed (net.md,
 * net.BoundSocket). Once it is given away or closed, its methods throw ERR_SOCKET_HANDLE_ADOPTED. Since cnet 0.1.0
 * (Node 26.4, 24.19).
 */
export interface BoundSocket<Address = nodeNet.AddressInfo> {
  /** Whether it is bound to a path. Since cnet 0.1.0 (Node 26.7, 24.20). */
  readonly isPipe: boolean;
  /** The address, family and port that it is bound to; of a path the path. Since cnet 0.1.0 (Node 26.4, 24.19). */
  address(): Address;
  /** The descriptor, which stays the bound socket's; -1 on Windows. Since cnet 0.1.0 (Node 26.4, 24.19). */
  fd(): number;
  /** Lets go of the address. Since cnet 0.1.0 (Node 26.4, 24.19). */
  close(): void;
  /** close(), unless it was given away or closed. Since cnet 0.1.0 (Node 26.4, 24.19). */
  [Symbol.dispose](): void;
}

/**
 * The class of bound sockets. A new one is bound before the constructor returns. Since cnet 0.1.0 (Node 26.4, 24.19).
 */
export const BoundSocket: {
  /** Binds to a path, or an abstract name of Linux. Since cnet 0.1.0 (Node 26.7, 24.20). */
  new (options: {
    /** Of a Unix socket, or a Windows pipe. Since cnet 0.1.0 (Node 26.7, 24.20). */
    path: string;
  }): BoundSocket<string>;
  /** Binds to an address. Since cnet 0.1.0 (Node 26.4, 24.19). */
  new (options?: BoundSocketOptions): BoundSocket;
  /** What all of them have. Since cnet 0.1.0 (Node 26.4, 24.19). */
  readonly prototype: BoundSocket<any>;
};

/** Options of new Socket() (net.md). Times in milliseconds. Since cnet 0.1.0 (Node 18 or before). */
export interface SocketConstructorOpts extends Omit<nodeNet.SocketConstructorOpts, 'handle' | 'signal' | 'onread'> {
  /** An open descriptor of a socket or pipe, which is taken over. Since cnet 0.1.0 (Node 18 or before). */
  fd?: number | undefined;
  /**
   * This side stays open when the peer has ended: end() is then the program's. Default: false. Since cnet 0.1.0 (Node
   * 18 or before).
   */
  allowHalfOpen?: boolean | undefined;
  /** With `fd` or a handle: whether it is read; default: true. Since cnet 0.1.0 (Node 18 or before). */
  readable?: boolean | undefined;
  /** With `fd` or a handle: whether it is written; default: true. Since cnet 0.1.0 (Node 18 or before). */
  writable?: boolean | undefined;
  /** Destroys the socket with an AbortError when it is aborted. Since cnet 0.1.0 (Node 18 or before). */
  signal?: AbortSignal | undefined;
  /**
   * Data are put into memory of the program's and told by a callback, instead of by 'data'. Since cnet 0.1.0 (Node 18
   * or before).
   */
  onread?: OnReadOpts | undefined;
  /** Of both sides of the stream, in bytes; default: that of streams. Since cnet 0.1.0 (Node 18 or before). */
  highWaterMark?: number | undefined;
  /** setNoDelay(true) when connected; default: false. Since cnet 0.1.0 (Node 18 or before). */
  noDelay?: boolean | undefined;
  /** setKeepAlive(true, …) when connected; default: false. Since cnet 0.1.0 (Node 18 or before). */
  keepAlive?: boolean | undefined;
  /**
   * Milliseconds before the first keep-alive probe; 0, the default: the system's. Since cnet 0.1.0 (Node 18 or before).
   */
  keepAliveInitialDelay?: number | undefined;
  /** Milliseconds between keep-alive probes; default: 1000. Since cnet 0.1.0 (not in Node). */
  keepAliveInterval?: number | undefined;
  /** Probes without an answer that end the connection; default: 10. Since cnet 0.1.0 (not in Node). */
  keepAliveCount?: number | undefined;
  /**
   * Addresses that are on it are not connected to: ERR_IP_BLOCKED. Default: none. Since cnet 0.1.0 (Node 23.4, 22.13).
   */
  blockList?: nodeNet.BlockList | undefined;
  /** setTypeOfService() when connected: 0 to 255; default: the system's. Since cnet 0.1.0 (Node 25.6, 24.15). */
  typeOfService?: number | undefined;
  /** A bound socket, which is then the socket's. Since cnet 0.1.0 (Node 26.4, 24.19). */
  handle?: Omit<BoundSocket<any>, 'isPipe'> | undefined;
}

/** Options of socket.setKeepAlive() (net.md). Times in milliseconds. Since cnet 0.1.0 (Node 26.4, 24.19). */
export interface SetKeepAliveOptions {
  /** Whether there are probes; default: false. Since cnet 0.1.0 (Node 26.4, 24.19). */
  enable?: boolean | undefined;
  /** Milliseconds before the first probe; default: 0, the system's. Since cnet 0.1.0 (Node 26.4, 24.19). */
  initialDelay?: number | undefined;
  /** Milliseconds between probes; default: 1000. Since cnet 0.1.0 (Node 26.4, 24.19). */
  interval?: number | undefined;
  /** Probes without an answer that end the connection; default: 10. Since cnet 0.1.0 (Node 26.4, 24.19). */
  count?: number | undefined;
}

// --- PROXY protocol: docs/beyond/proxy-protocol.md

/** Option `proxyProtocol` of a server. Since cnet 0.1.0 (not in Node). */
export interface ProxyProtocolOptions {
  /**
   * 'require', the default: who sends no header is closed. 'optional': what others send is data. Since cnet 0.1.0 (not
   * in Node).
   */
  mode?: 'require' | 'optional' | undefined;
  /** Peers whose headers count; default: everybody's. Needed for 'optional'. Since cnet 0.1.0 (not in Node). */
  trusted?: nodeNet.BlockList | undefined;
  /** Milliseconds for a header, from 1; default: 5000. Since cnet 0.1.0 (not in Node). */
  timeout?: number | undefined;
}

/** What a header of the PROXY protocol has beyond the ends: its TLVs. Since cnet 0.1.0 (not in Node). */
export interface ProxyTlv {
  /** 0 to 255: see TLV of cnet/proxy-protocol. Since cnet 0.1.0 (not in Node). */
  type: number;
  /** Its bytes. Since cnet 0.1.0 (not in Node). */
  value: Buffer;
}

/** socket.proxyHeader: what a proxy has said about the connection. Since cnet 0.1.0 (not in Node). */
export interface ReceivedProxyHeader {
  /** Of the header: 1 is text, 2 is binary. Since cnet 0.1.0 (not in Node). */
  version: 1 | 2;
  /** 'LOCAL': the proxy's own connection, such as a check of health. Since cnet 0.1.0 (not in Node). */
  command: 'PROXY' | 'LOCAL';
  /** Of the ends; undefined when there are none. Since cnet 0.1.0 (not in Node). */
  family: 'IPv4' | 'IPv6' | 'Unix' | undefined;
  /** Of the proxied connection; undefined when it is not told. Since cnet 0.1.0 (not in Node). */
  protocol: 'STREAM' | 'DGRAM' | undefined;
  /** The client's address or path. Since cnet 0.1.0 (not in Node). */
  sourceAddress?: string;
  /** The client's port. Since cnet 0.1.0 (not in Node). */
  sourcePort?: number;
  /** The address or path that the client has connected to. Since cnet 0.1.0 (not in Node). */
  destinationAddress?: string;
  /** The port that the client has connected to. Since cnet 0.1.0 (not in Node). */
  destinationPort?: number;
  /** In their order; empty in version 1. Since cnet 0.1.0 (not in Node). */
  tlvs: ProxyTlv[];
}

type ProxyEnd =
  | {
      /** An IP address. Since cnet 0.1.0 (not in Node). */
      address: string;
      /** 0 to 65535. Since cnet 0.1.0 (not in Node). */
      port: number | string;
      /** Of an address there is none. Since cnet 0.1.0 (not in Node). */
      path?: undefined;
    }
  | {
      /** Of a Unix socket. Since cnet 0.1.0 (not in Node). */
      path: string;
    };

/**
 * Option `proxyHeader` of connect(): what is said about the connection, before anything else is sent. Since cnet 0.1.0
 * (not in Node).
 */
export interface ProxyHeaderOptions {
  /** 1 is text, 2 is binary; default: 2. Since cnet 0.1.0 (not in Node). */
  version?: 1 | 2 | undefined;
  /** Default: 'PROXY', or 'LOCAL' without ends. Since cnet 0.1.0 (not in Node). */
  command?: 'PROXY' | 'LOCAL' | undefined;
  /** The client. Since cnet 0.1.0 (not in Node). */
  source?: ProxyEnd | undefined;
  /** Where the client has connected to. Since cnet 0.1.0 (not in Node). */
  destination?: ProxyEnd | undefined;
  /** The connection whose ends are sent, in the place of `source` and `destination`. Since cnet 0.1.0 (not in Node). */
  socket?: nodeNet.Socket | undefined;
  /** Of the proxied connection; default: 'STREAM'. Since cnet 0.1.0 (not in Node). */
  protocol?: 'STREAM' | 'DGRAM' | undefined;
  /** What is sent beyond the ends, in version 2. Since cnet 0.1.0 (not in Node). */
  tlvs?:
    | readonly {
        /** 0 to 255: see TLV of cnet/proxy-protocol. Since cnet 0.1.0 (not in Node). */
        type: number;
        /** Its bytes; text is sent as UTF-8. Since cnet 0.1.0 (not in Node). */
        value: string | Uint8Array;
      }[]
    | undefined;
  /** A CRC32c is sent along, in version 2; default: false. Since cnet 0.1.0 (not in Node). */
  checksum?: boolean | undefined;
}

// --- end of PROXY protocol

/**
 * Options of connect() to a port (net.md, socket.connect(options)). Times in milliseconds. Since cnet 0.1.0 (Node 18 or
 * before).
 */
export interface TcpNetConnectOpts extends nodeNet.TcpSocketConnectOpts, SocketConstructorOpts {
  /** Where to connect to, 0 to 65535. Since cnet 0.1.0 (Node 18 or before). */
  port: number;
  /** An address or a name; default: 'localhost'. Since cnet 0.1.0 (Node 18 or before). */
  host?: string | undefined;
  /** An address to connect from; default: the system's choice. Since cnet 0.1.0 (Node 18 or before). */
  localAddress?: string | undefined;
  /** A port to connect from; default: the system's choice. Since cnet 0.1.0 (Node 18 or before). */
  localPort?: number | undefined;
  /** 4 or 6; 0, the default: either. Since cnet 0.1.0 (Node 18 or before). */
  family?: number | undefined;
  /** Flags of dns.lookup(); default: 0. Since cnet 0.1.0 (Node 18 or before). */
  hints?: number | undefined;
  /** What looks up `host`; default: dns.lookup(). Since cnet 0.1.0 (Node 18 or before). */
  lookup?: nodeNet.LookupFunction | undefined;
  /**
   * Milliseconds, as of setTimeout(), from before the connection on; default: 0, none. Since cnet 0.1.0 (Node 18 or
   * before).
   */
  timeout?: number | undefined;
  /** All addresses of `host` are tried, IPv6 and IPv4 in turn; default: true. Since cnet 0.1.0 (Node 19.4, 18.18). */
  autoSelectFamily?: boolean | undefined;
  /** Milliseconds for each attempt but the last, from 10; default: 500. Since cnet 0.1.0 (Node 19.8, 18.18). */
  autoSelectFamilyAttemptTimeout?: number | undefined;
  /**
   * A header of the PROXY protocol that is sent first: its fields, or the connection that it describes. Since cnet
   * 0.1.0 (not in Node).
   */
  proxyHeader?: ProxyHeaderOptions | nodeNet.Socket | undefined;
  // opening a connection
  /**
   * Milliseconds from one attempt to the next, from 10: attempts to several addresses go on at once (RFC 8305).
   * Default: one after the other. Since cnet 0.1.0 (not in Node).
   */
  connectionAttemptDelay?: number | undefined;
  /**
   * What was written before the connection goes with the handshake, where the peer allows it (RFC 7413). Linux.
   * Default: false. Since cnet 0.1.0 (not in Node).
   */
  fastOpen?: boolean | undefined;
  /**
   * Multipath TCP, where the system and the peer have it (RFC 8684). Linux. Default: false. Since cnet 0.1.0 (not in
   * Node).
   */
  multipath?: boolean | undefined;
}

/**
 * Options of connect() to a path (net.md, socket.connect(options)). Times in milliseconds. Since cnet 0.1.0 (Node 18 or
 * before).
 */
export interface IpcNetConnectOpts extends nodeNet.IpcSocketConnectOpts, SocketConstructorOpts {
  /**
   * Of a Unix socket, or a Windows pipe; '\0name': in the abstract namespace of Linux. Since cnet 0.1.0 (Node 18 or
   * before).
   */
  path: string;
  /**
   * Milliseconds, as of setTimeout(), from before the connection on; default: 0, none. Since cnet 0.1.0 (Node 18 or
   * before).
   */
  timeout?: number | undefined;
  /**
   * A header of the PROXY protocol that is sent first: its fields, or the connection that it describes. Since cnet
   * 0.1.0 (not in Node).
   */
  proxyHeader?: ProxyHeaderOptions | nodeNet.Socket | undefined;
}

// time limits
export interface SocketConstructorOpts {
  /**
   * Of connect(): milliseconds for lookup and connection together; 0, the default: no limit. Since cnet 0.1.0 (not in
   * Node).
   */
  connectTimeout?: number | undefined;
  /**
   * Of connect(): milliseconds, as of setUserTimeout(); default: the system's. Linux. Since cnet 0.1.0 (not in Node).
   */
  userTimeout?: number | undefined;
  /** Of connect() to a port: milliseconds from one attempt to the next, from 10. Since cnet 0.1.0 (not in Node). */
  connectionAttemptDelay?: number | undefined;
  /** Of connect() to a port: TCP Fast Open. Linux. Default: false. Since cnet 0.1.0 (not in Node). */
  fastOpen?: boolean | undefined;
  /** Of connect() to a port: multipath TCP. Linux. Default: false. Since cnet 0.1.0 (not in Node). */
  multipath?: boolean | undefined;
  /** Of connect(): a header of the PROXY protocol that is sent first. Since cnet 0.1.0 (not in Node). */
  proxyHeader?: ProxyHeaderOptions | nodeNet.Socket | undefined;
  /** Of connect(): options of the socket, set before connect(2). Default: none. Since cnet 0.1.0 (not in Node). */
  socketOptions?: SocketOptions | undefined;
}

export interface ServerOpts {
  /**
   * Milliseconds, as of setUserTimeout(), for each connection; default: the system's. Linux. Since cnet 0.1.0 (not in
   * Node).
   */
  userTimeout?: number | undefined;
  /** As server.maxConnectionsPerAddress. Default: no limit. Not in Node, since cnet 0.1.0. */
  maxConnectionsPerAddress?: number | undefined;
  /** As server.maxConnectionsPerPrefix. Default: no limit. Not in Node, since cnet 0.1.0. */
  maxConnectionsPerPrefix?: PrefixLimit | undefined;
  /** As server.maxConnectionRate. Default: no limit. Not in Node, since cnet 0.1.0. */
  maxConnectionRate?: RateLimit | undefined;
}

export interface Socket {
  /**
   * Ends the connection with ETIMEDOUT when what was sent stays unacknowledged for so long (tcp(7), TCP_USER_TIMEOUT).
   * Linux. Since cnet 0.1.0 (not in Node).
   * @param msecs milliseconds, 0 to 2 ** 31 - 1; 0: the system's
   */
  setUserTimeout(msecs: number): this;
  /** Milliseconds, as the system has it; 0: the system's default. Linux. Since cnet 0.1.0 (not in Node). */
  getUserTimeout(): number;
}

// opening a connection
export interface Socket {
  /** Whether the handshake has brought data (RFC 7413). Since cnet 0.1.0 (not in Node). */
  readonly fastOpen: boolean;
  /** Whether both ends speak multipath TCP (RFC 8684). Since cnet 0.1.0 (not in Node). */
  readonly multipath: boolean;
}

export interface ListenOptions {
  /**
   * Clients may send data with the handshake (RFC 7413); a number: how many at once before they are connected, else
   * 256. Linux. Default: false. Since cnet 0.1.0 (not in Node).
   */
  fastOpen?: boolean | number | undefined;
  /** Takes multipath TCP, beside plain TCP (RFC 8684). Linux. Default: false. Since cnet 0.1.0 (not in Node). */
  multipath?: boolean | undefined;
}

/** Options of connect(): to a port or to a path. Since cnet 0.1.0 (Node 18 or before). */
export type NetConnectOpts = TcpNetConnectOpts | IpcNetConnectOpts;

/** Options of new Server() (net.md). Since cnet 0.1.0 (Node 18 or before). */
export interface ServerOpts extends nodeNet.ServerOpts {
  /**
   * The connections stay writable when the peer has ended: end() is then the program's. Default: false. Since cnet
   * 0.1.0 (Node 18 or before).
   */
  allowHalfOpen?: boolean | undefined;
  /** Nothing is read from a connection before its resume(); default: false. Since cnet 0.1.0 (Node 18 or before). */
  pauseOnConnect?: boolean | undefined;
  /** setNoDelay(true) on each connection; default: false. Since cnet 0.1.0 (Node 18 or before). */
  noDelay?: boolean | undefined;
  /** setKeepAlive(true, …) on each connection; default: false. Since cnet 0.1.0 (Node 18 or before). */
  keepAlive?: boolean | undefined;
  /**
   * Milliseconds before the first keep-alive probe; 0, the default: the system's. Since cnet 0.1.0 (Node 18 or before).
   */
  keepAliveInitialDelay?: number | undefined;
  /** Of both sides of each connection, in bytes; default: that of streams. Since cnet 0.1.0 (Node 20.1, 18.17). */
  highWaterMark?: number | undefined;
  /**
   * Connections from addresses that are on it are closed, without any event. Default: none. Since cnet 0.1.0 (Node
   * 23.4, 22.13).
   */
  blockList?: nodeNet.BlockList | undefined;
  /** Milliseconds between keep-alive probes; default: 1000. Since cnet 0.1.0 (not in Node). */
  keepAliveInterval?: number | undefined;
  /** Probes without an answer that end the connection; default: 10. Since cnet 0.1.0 (not in Node). */
  keepAliveCount?: number | undefined;
  /** Connections begin with a header of the PROXY protocol. Default: none. Since cnet 0.1.0 (not in Node). */
  proxyProtocol?: ProxyProtocolOptions | undefined;
  /**
   * Where the connections are read into, and which function is called: see docs/beyond/server-onread.md. Default:
   * 'data'. Since cnet 0.1.0 (not in Node).
   */
  onread?: ServerOnReadOpts | null | undefined;
  /**
   * A rejection of an async listener is an 'error', or destroys its connection (events.md). Default: false. Since cnet
   * 0.1.0 (Node 18 or before).
   */
  captureRejections?: boolean | undefined;
}

/** Options of server[Symbol.asyncIterator](). Since cnet 0.1.0 (Node: not released). */
export interface ConnectionIteratorOptions {
  /** Ends the iteration with an AbortError when it is aborted. Since cnet 0.1.0 (Node: not released). */
  signal?: AbortSignal | undefined;
  /** Connections that are accepted ahead of the loop, from 1; default: 16. Since cnet 0.1.0 (not in Node). */
  highWaterMark?: number | undefined;
}

// --- shutdown, accept control

/** Options of server.shutdown(). Since cnet 0.1.0 (not in Node). */
export interface ShutdownOptions {
  /** Milliseconds until the connections that are left are reset; default: never. Since cnet 0.1.0 (not in Node). */
  timeout?: number | undefined;
  /**
   * Resets what is left when it is aborted; the promise is then rejected with an AbortError. Since cnet 0.1.0 (not in
   * Node).
   */
  signal?: AbortSignal | undefined;
  /**
   * Ends the connections on which nothing waits, and nothing has happened for that many milliseconds; true: 0. Default:
   * false. Since cnet 0.1.0 (not in Node).
   */
  halfCloseIdle?: boolean | number | undefined;
}

/** What became of the connections that were there when server.shutdown() was called. Since cnet 0.1.0 (not in Node). */
export interface ShutdownResult {
  /** How many have ended by themselves. Since cnet 0.1.0 (not in Node). */
  finished: number;
  /** Among all: how many were half-closed as they were idle. Since cnet 0.1.0 (not in Node). */
  halfClosed: number;
  /** How many were reset. Since cnet 0.1.0 (not in Node). */
  reset: number;
  /** How many live on in another process. Since cnet 0.1.0 (not in Node). */
  moved: number;
}

/** Connections from one network (server.maxConnectionsPerPrefix). Since cnet 0.1.0 (not in Node). */
export interface PrefixLimit {
  /** Connections from one network beyond this number are dropped. Since cnet 0.1.0 (not in Node). */
  max: number;
  /** Length of the prefix, 0 to 32; default: 24. IPv4-mapped addresses are IPv4. Since cnet 0.1.0 (not in Node). */
  ipv4?: number | undefined;
  /** Length of the prefix, 0 to 128; default: 64. Since cnet 0.1.0 (not in Node). */
  ipv6?: number | undefined;
}

/** A token bucket (server.maxConnectionRate). Since cnet 0.1.0 (not in Node). */
export interface RateLimit {
  /** Connections per second, above 0; fractions are allowed. Since cnet 0.1.0 (not in Node). */
  perSecond: number;
  /**
   * Connections at once after a quiet time, from 1; default: `perSecond`, rounded up. Since cnet 0.1.0 (not in Node).
   */
  burst?: number | undefined;
}

/**
 * The data of 'drop': the names of both ends, but for a path, and the reason where one of cnet's own limits is set.
 * What `allowedUids` has turned away has the reason and the credentials alone. Since cnet 0.1.0 (Node 18.6).
 */
export interface DropData extends Partial<nodeNet.DropArgument> {
  /** Of this end. Since cnet 0.1.0 (Node 18.6). */
  localAddress?: string;
  /** Of this end. Since cnet 0.1.0 (Node 18.6). */
  localPort?: number;
  /** 'IPv4' or 'IPv6'. Since cnet 0.1.0 (Node 18.6). */
  localFamily?: string;
  /** Of the peer. Since cnet 0.1.0 (Node 18.6). */
  remoteAddress?: string;
  /** Of the peer. Since cnet 0.1.0 (Node 18.6). */
  remotePort?: number;
  /** 'IPv4' or 'IPv6'. Since cnet 0.1.0 (Node 18.6). */
  remoteFamily?: string;
  /** The limit that has turned it away. Since cnet 0.1.0 (not in Node). */
  reason?:
    | 'maxConnections'
    | 'maxConnectionsPerAddress'
    | 'maxConnectionsPerPrefix'
    | 'maxConnectionRate'
    | 'credentials'
    | undefined;
  /** With 'credentials': the process of the peer, where the system tells it. Since cnet 0.1.0 (not in Node). */
  pid?: number | undefined;
  /** With 'credentials': the user of the peer. Since cnet 0.1.0 (not in Node). */
  uid?: number | undefined;
  /** With 'credentials': the group of the peer. Since cnet 0.1.0 (not in Node). */
  gid?: number | undefined;
}

// --- end of shutdown, accept control

/** Options of server.listen() (net.md). Since cnet 0.1.0 (Node 18 or before). */
export interface ListenOptions extends Omit<nodeNet.ListenOptions, 'handle' | 'signal'> {
  /**
   * 0 to 65535; 0, the default: one of the system's choice, which address() tells. Since cnet 0.1.0 (Node 18 or
   * before).
   */
  port?: number | undefined;
  /**
   * An address or a name, of which the first address counts; default: '::', or '0.0.0.0' where there is no IPv6. Since
   * cnet 0.1.0 (Node 18 or before).
   */
  host?: string | undefined;
  /**
   * Of a Unix socket, or a Windows pipe; '\0name': in the abstract namespace of Linux. Without `port`. Since cnet 0.1.0
   * (Node 18 or before).
   */
  path?: string | undefined;
  /** How many connections the kernel may queue; default: 511. Since cnet 0.1.0 (Node 18 or before). */
  backlog?: number | undefined;
  /**
   * In a worker of a cluster: a handle of its own, instead of one that all share. Default: false. Since cnet 0.1.0
   * (Node 18 or before).
   */
  exclusive?: boolean | undefined;
  /** `::` does not take IPv4; default: false. Since cnet 0.1.0 (Node 18 or before). */
  ipv6Only?: boolean | undefined;
  /** All users may read from the Unix socket or pipe; default: false. Since cnet 0.1.0 (Node 18 or before). */
  readableAll?: boolean | undefined;
  /** All users may write to the Unix socket or pipe; default: false. Since cnet 0.1.0 (Node 18 or before). */
  writableAll?: boolean | undefined;
  /** close() when it is aborted. Since cnet 0.1.0 (Node 18 or before). */
  signal?: AbortSignal | undefined;
  /**
   * An open descriptor that is bound already, instead of a place. Not on Windows. Since cnet 0.1.0 (Node 18 or before).
   */
  fd?: number | undefined;
  /** Several sockets may listen on the port (SO_REUSEPORT); default: false. Since cnet 0.1.0 (Node 23.1, 22.12). */
  reusePort?: boolean | undefined;
  /** A bound socket, which is then the server's. Since cnet 0.1.0 (Node 26.4, 24.19). */
  handle?: Omit<BoundSocket<any>, 'isPipe'> | undefined;
}

/** A TCP or IPC connection (net.md, net.Socket). Since cnet 0.1.0 (Node 18 or before). */
export class Socket extends nodeNet.Socket {
  /** A socket without a connection, or that of a descriptor. Since cnet 0.1.0 (Node 18 or before). */
  constructor(options?: SocketConstructorOpts | number);
  /** The descriptor, while there is one. Since cnet 0.1.0 (not in Node). */
  readonly fd?: number | undefined;
  /**
   * 'address:port' of each address that was tried, when families were selected. Since cnet 0.1.0 (Node 19.4, 18.18).
   */
  readonly autoSelectFamilyAttemptedAddresses: string[];
  /** The server that has accepted it, or null. Since cnet 0.1.0 (Node 18 or before). */
  readonly server: Server | null;
  /** The header of the PROXY protocol that came with the connection, or null. Since cnet 0.1.0 (not in Node). */
  readonly proxyHeader: ReceivedProxyHeader | null;
  /** The address of the other end of the connection itself, whatever a header says. Since cnet 0.1.0 (not in Node). */
  readonly peerAddress?: string | undefined;
  /** Its family, 'IPv4' or 'IPv6'. Since cnet 0.1.0 (not in Node). */
  readonly peerFamily?: string | undefined;
  /** Its port. Since cnet 0.1.0 (not in Node). */
  readonly peerPort?: number | undefined;
  /**
   * Connects to a port or a path. `connectionListener` is called once at 'connect'. Returns the socket. Since cnet
   * 0.1.0 (Node 18 or before).
   */
  connect(options: NetConnectOpts, connectionListener?: () => void): this;
  /** Connects to a port of a host ('localhost' by default). Since cnet 0.1.0 (Node 18 or before). */
  connect(port: number, host: string, connectionListener?: () => void): this;
  /** Connects to a port of this computer. Since cnet 0.1.0 (Node 18 or before). */
  connect(port: number, connectionListener?: () => void): this;
  /** Connects to a Unix socket, or a Windows pipe. Since cnet 0.1.0 (Node 18 or before). */
  connect(path: string, connectionListener?: () => void): this;
  /**
   * Turns keep-alive probes on or off. Returns the socket. Since cnet 0.1.0 (Node 18 or before).
   * @param enable default: false
   * @param initialDelay milliseconds before the first one; 0, the default: the system's
   * @param interval milliseconds between them; default: 1000 (Node 26.4, 24.19)
   * @param count how many without an answer end the connection; default: 10 (Node 26.4, 24.19)
   */
  setKeepAlive(enable?: boolean, initialDelay?: number, interval?: number, count?: number): this;
  /** The same, as one object. Since cnet 0.1.0 (Node 26.4, 24.19). */
  setKeepAlive(options: SetKeepAliveOptions): this;
  /**
   * Sets the type of service (IPv4) or traffic class (IPv6) of what is sent. Returns the socket. Since cnet 0.1.0 (Node
   * 25.6, 24.15).
   * @param tos 0 to 255
   */
  setTypeOfService(tos: number): this;
  /** The type of service or traffic class, 0 to 255; 0 unless set. Since cnet 0.1.0 (Node 25.6, 24.15). */
  getTypeOfService(): number;
  /**
   * Sends a file, or a part of it, in its turn among the writes. Gives the number of bytes. Since cnet 0.1.0 (not in
   * Node).
   */
  sendFile(file: SendableFile, options?: SendFileOptions): Promise<number>;
  /** The same; returns what write() returns. Since cnet 0.1.0 (not in Node). */
  sendFile(
    file: SendableFile,
    options: SendFileOptions,
    callback: (error: Error | null, bytes?: number) => void,
  ): boolean;
  /** The same for a whole file. Since cnet 0.1.0 (not in Node). */
  sendFile(file: SendableFile, callback: (error: Error | null, bytes?: number) => void): boolean;
}

export { Socket as Stream };

/** A TCP or IPC server (net.md, net.Server). Since cnet 0.1.0 (Node 18 or before). */
export class Server extends nodeNet.Server {
  /**
   * A server that does not listen yet; `connectionListener` is added to 'connection'. Since cnet 0.1.0 (Node 18 or
   * before).
   */
  constructor(connectionListener?: (socket: Socket) => void);
  /** The same with options. Since cnet 0.1.0 (Node 18 or before). */
  constructor(options?: ServerOpts, connectionListener?: (socket: Socket) => void);
  /**
   * The number of connections. Since cnet 0.1.0 (Node 18 or before).
   * @deprecated since Node 0.9.7: getConnections() has those of child processes too
   */
  connections: number;
  /**
   * In a worker of a cluster: connections beyond `maxConnections` are closed rather than given to another worker.
   * Default: false. Since cnet 0.1.0 (Node 23.1, 22.12).
   */
  dropMaxConnection?: boolean | undefined;
  /**
   * Begins to listen. `listeningListener` is added to 'listening'. Returns the server. Since cnet 0.1.0 (Node 18 or
   * before).
   */
  listen(options: ListenOptions, listeningListener?: () => void): this;
  /**
   * The same on a port of a host; 0, the default: one of the system's choice. `backlog`: 511 by default. Since cnet
   * 0.1.0 (Node 18 or before).
   */
  listen(port?: number, hostname?: string, backlog?: number, listeningListener?: () => void): this;
  /** The same on a port of a host. Since cnet 0.1.0 (Node 18 or before). */
  listen(port?: number, hostname?: string, listeningListener?: () => void): this;
  /** The same on a port of all addresses. Since cnet 0.1.0 (Node 18 or before). */
  listen(port?: number, backlog?: number, listeningListener?: () => void): this;
  /** The same on a port of all addresses. Since cnet 0.1.0 (Node 18 or before). */
  listen(port?: number, listeningListener?: () => void): this;
  /** The same on a Unix socket, or a Windows pipe. Since cnet 0.1.0 (Node 18 or before). */
  listen(path: string, backlog?: number, listeningListener?: () => void): this;
  /** The same on a Unix socket, or a Windows pipe. Since cnet 0.1.0 (Node 18 or before). */
  listen(path: string, listeningListener?: () => void): this;
  /**
   * The same on what is bound already: a server, a socket, a BoundSocket, a handle, or an object with `fd`. Since cnet
   * 0.1.0 (Node 18 or before).
   */
  listen(handle: any, backlog?: number, listeningListener?: () => void): this;
  /** The same on what is bound already. Since cnet 0.1.0 (Node 18 or before). */
  listen(handle: any, listeningListener?: () => void): this;
  // --- shutdown, accept control
  /**
   * Stops listening, lets the connections end, and resets those that are left at the deadline. Since cnet 0.1.0 (not in
   * Node).
   */
  shutdown(options?: ShutdownOptions): Promise<ShutdownResult>;
  /** The connections that are open in this thread. Since cnet 0.1.0 (not in Node). */
  sockets(): Socket[];
  /** Destroys all connections; how many. Since cnet 0.1.0 (not in Node). */
  closeAllConnections(): number;
  /**
   * Destroys those on which nothing waits, and nothing has happened for `time` milliseconds (0); how many. Since cnet
   * 0.1.0 (not in Node).
   */
  closeIdleConnections(time?: number): number;
  /**
   * Connections from one address beyond this number are dropped; undefined, the default: no limit. Since cnet 0.1.0
   * (not in Node).
   */
  maxConnectionsPerAddress: number | undefined;
  /** The limit that is set; undefined, the default: none. Since cnet 0.1.0 (not in Node). */
  get maxConnectionsPerPrefix(): Readonly<Required<PrefixLimit>> | undefined;
  /**
   * Connections from one network beyond its `max` are dropped; undefined, the default: no limit. Since cnet 0.1.0 (not
   * in Node).
   */
  set maxConnectionsPerPrefix(limit: PrefixLimit | undefined);
  /** The limit that is set; undefined, the default: none. Since cnet 0.1.0 (not in Node). */
  get maxConnectionRate(): Readonly<Required<RateLimit>> | undefined;
  /** Connections that come faster are dropped; undefined, the default: no limit. Since cnet 0.1.0 (not in Node). */
  set maxConnectionRate(limit: RateLimit | undefined);
  /**
   * Accepts nobody until resumeAccept(): new connections wait in the backlog. Returns the server. Since cnet 0.1.0 (not
   * in Node).
   */
  pauseAccept(): this;
  /** Accepts again after pauseAccept(). Returns the server. Since cnet 0.1.0 (not in Node). */
  resumeAccept(): this;
  /** Whether pauseAccept() holds; default: false. Since cnet 0.1.0 (not in Node). */
  readonly acceptPaused: boolean;
  // --- end of shutdown, accept control
  /** close() as a promise; fulfilled at once when the server is not open. Since cnet 0.1.0 (Node 20.5, 18.18). */
  [Symbol.asyncDispose](): Promise<void>;
  /**
   * The connections, until the server has closed. Leaving the loop leaves the server listening. Since cnet 0.1.0 (Node:
   * not released).
   */
  [Symbol.asyncIterator](options?: ConnectionIteratorOptions): AsyncIterableIterator<Socket>;
}

// --- events

/** The bytes that 'data' brings. */
type Bytes = ReturnType<typeof Buffer.alloc>;

/** As the @types/node of the program has it: since 25 also the string that there is after setEncoding(). */
type Data = Function[] extends ReturnType<nodeNet.Socket['listeners']> ? Bytes : string | Bytes;

/**
 * The errors of sockets and servers: what is beyond `message` is there where it has a meaning. Since cnet 0.1.0 (Node
 * 18 or before).
 */
export interface NetError extends Error {
  /** Such as 'ECONNREFUSED' or 'ERR_SOCKET_CLOSED': docs/api.md has the list. Since cnet 0.1.0 (Node 18 or before). */
  code?: string;
  /** The number of libuv, which is negative. Since cnet 0.1.0 (Node 18 or before). */
  errno?: number;
  /** What has failed: 'connect', 'listen', 'read', 'getaddrinfo' and so on. Since cnet 0.1.0 (Node 18 or before). */
  syscall?: string;
  /** The address or the path that it is about. Since cnet 0.1.0 (Node 18 or before). */
  address?: string;
  /** The port that it is about. Since cnet 0.1.0 (Node 18 or before). */
  port?: number;
  /** Of setOption() and getOption(): the name of the option. Since cnet 0.1.0 (not in Node). */
  option?: string;
  /**
   * Of an AggregateError, when all addresses of a name have failed: the error of each. Since cnet 0.1.0 (Node 18 or
   * before).
   */
  errors?: Error[];
}

/** The error of 'proxyError': why a connection had no header that counts. Since cnet 0.1.0 (not in Node). */
export interface ProxyError extends Error {
  /**
   * The header is wrong or did not come in time, its sender is not trusted, or the peer has reset the connection.
   * Since cnet 0.1.0 (not in Node).
   */
  code:
    | 'ERR_PROXY_PROTOCOL_INVALID'
    | 'ERR_PROXY_PROTOCOL_RESET'
    | 'ERR_PROXY_PROTOCOL_TIMEOUT'
    | 'ERR_PROXY_PROTOCOL_UNTRUSTED';
}

/** The events of a socket, and what their listeners get. Since cnet 0.1.0 (Node 18 or before). */
export interface SocketEventMap {
  /** The socket is closed: whether because of an error. Since cnet 0.1.0 (Node 18 or before). */
  close: [hadError: boolean];
  /** There is a connection. Since cnet 0.1.0 (Node 18 or before). */
  connect: [];
  /** An address is tried; the family is 4 or 6. Since cnet 0.1.0 (Node 21.6, 20.12). */
  connectionAttempt: [ip: string, port: number, family: number];
  /** An address could not be connected. Since cnet 0.1.0 (Node 21.6, 20.12). */
  connectionAttemptFailed: [ip: string, port: number, family: number, error: Error];
  /** An address took too long, and the next one is tried. Since cnet 0.1.0 (Node 21.6, 20.12). */
  connectionAttemptTimeout: [ip: string, port: number, family: number];
  /** Data have come: a Buffer, or a string after setEncoding(). Since cnet 0.1.0 (Node 18 or before). */
  data: [data: Data];
  /**
   * Descriptors have come over a Unix socket. They are the listener's, which is to close them. Since cnet 0.1.0 (not in
   * Node).
   */
  descriptors: [fds: number[], place: DescriptorsPlace];
  /** All that write() has queued is sent. Since cnet 0.1.0 (Node 18 or before). */
  drain: [];
  /** The peer has ended its side. Since cnet 0.1.0 (Node 18 or before). */
  end: [];
  /** Something has failed; 'close' follows. Since cnet 0.1.0 (Node 18 or before). */
  error: [error: NetError];
  /** This side has ended, and all is sent. Since cnet 0.1.0 (Node 18 or before). */
  finish: [];
  /** A name was looked up; the family is 4 or 6. Since cnet 0.1.0 (Node 18 or before). */
  lookup: [error: Error | null, address: string, family: number | null, host: string];
  /** pause() was called. Since cnet 0.1.0 (Node 18 or before). */
  pause: [];
  /** A stream is piped into the socket. Since cnet 0.1.0 (Node 18 or before). */
  pipe: [source: Readable];
  /** There is something to read(). Since cnet 0.1.0 (Node 18 or before). */
  readable: [];
  /** Right after 'connect': the socket can be used. Since cnet 0.1.0 (Node 18 or before). */
  ready: [];
  /** resume() was called. Since cnet 0.1.0 (Node 18 or before). */
  resume: [];
  /** Nothing has happened for as long as setTimeout() says. It closes nothing. Since cnet 0.1.0 (Node 18 or before). */
  timeout: [];
  /** A stream is not piped into the socket any more. Since cnet 0.1.0 (Node 18 or before). */
  unpipe: [source: Readable];
}

/** The events of a server, and what their listeners get. Since cnet 0.1.0 (Node 18 or before). */
export interface ServerEventMap {
  /** The server does not listen any more, and its last connection has ended. Since cnet 0.1.0 (Node 18 or before). */
  close: [];
  /** A connection was accepted. Since cnet 0.1.0 (Node 18 or before). */
  connection: [socket: Socket];
  /**
   * A connection was closed at once because of a limit; of a path there are no data without one of cnet's own. Since
   * cnet 0.1.0 (Node 18.6).
   */
  drop: [data?: DropData];
  /** listen() or an accept has failed. It does not close the server. Since cnet 0.1.0 (Node 18 or before). */
  error: [error: NetError];
  /** The server is bound, and listens. Since cnet 0.1.0 (Node 18 or before). */
  listening: [];
  /**
   * A connection was closed as it had no right header of the PROXY protocol; the data are those of 'drop'. Since cnet
   * 0.1.0 (not in Node).
   */
  proxyError: [error: ProxyError, data?: DropData];
}

export interface Socket {
  /** Adds a listener of an event. Returns the socket. Since cnet 0.1.0 (Node 18 or before). */
  on<Name extends keyof SocketEventMap>(event: Name, listener: (...args: SocketEventMap[Name]) => void): this;
  /** on() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before). */
  on(event: string | symbol, listener: (...args: any[]) => void): this;
  /** The same as on(). Since cnet 0.1.0 (Node 18 or before). */
  addListener<Name extends keyof SocketEventMap>(event: Name, listener: (...args: SocketEventMap[Name]) => void): this;
  /** addListener() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before). */
  addListener(event: string | symbol, listener: (...args: any[]) => void): this;
  /** Adds a listener that is called once. Returns the socket. Since cnet 0.1.0 (Node 18 or before). */
  once<Name extends keyof SocketEventMap>(event: Name, listener: (...args: SocketEventMap[Name]) => void): this;
  /** once() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before). */
  once(event: string | symbol, listener: (...args: any[]) => void): this;
  /** Adds a listener before those that are there. Since cnet 0.1.0 (Node 18 or before). */
  prependListener<Name extends keyof SocketEventMap>(
    event: Name,
    listener: (...args: SocketEventMap[Name]) => void,
  ): this;
  /** prependListener() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before). */
  prependListener(event: string | symbol, listener: (...args: any[]) => void): this;
  /** Adds a listener that is called once, before those that are there. Since cnet 0.1.0 (Node 18 or before). */
  prependOnceListener<Name extends keyof SocketEventMap>(
    event: Name,
    listener: (...args: SocketEventMap[Name]) => void,
  ): this;
  /**
   * prependOnceListener() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before).
   */
  prependOnceListener(event: string | symbol, listener: (...args: any[]) => void): this;
  /** Removes a listener of an event. Returns the socket. Since cnet 0.1.0 (Node 18 or before). */
  off<Name extends keyof SocketEventMap>(event: Name, listener: (...args: SocketEventMap[Name]) => void): this;
  /** off() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before). */
  off(event: string | symbol, listener: (...args: any[]) => void): this;
  /** The same as off(). Since cnet 0.1.0 (Node 18 or before). */
  removeListener<Name extends keyof SocketEventMap>(
    event: Name,
    listener: (...args: SocketEventMap[Name]) => void,
  ): this;
  /** removeListener() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before). */
  removeListener(event: string | symbol, listener: (...args: any[]) => void): this;
  /**
   * Calls the listeners of an event, in their order. Returns whether there is any. Since cnet 0.1.0 (Node 18 or
   * before).
   */
  emit<Name extends keyof SocketEventMap>(event: Name, ...args: SocketEventMap[Name]): boolean;
  /** emit() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before). */
  emit(event: string | symbol, ...args: any[]): boolean;
  /**
   * How many listeners an event has; with `listener`: how often that one is among them. Since cnet 0.1.0 (Node 18 or
   * before).
   */
  listenerCount<Name extends keyof SocketEventMap>(
    event: Name,
    listener?: (...args: SocketEventMap[Name]) => void,
  ): number;
  /** listenerCount() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before). */
  listenerCount(event: string | symbol, listener?: (...args: any[]) => void): number;
  /** A new array of the listeners of an event. Since cnet 0.1.0 (Node 18 or before). */
  listeners<Name extends keyof SocketEventMap>(event: Name): ((...args: SocketEventMap[Name]) => void)[];
  /** listeners() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before). */
  listeners(event: string | symbol): ((...args: any[]) => void)[];
  /** The same, with the wrappers of those that are called once. Since cnet 0.1.0 (Node 18 or before). */
  rawListeners<Name extends keyof SocketEventMap>(event: Name): ((...args: SocketEventMap[Name]) => void)[];
  /** rawListeners() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before). */
  rawListeners(event: string | symbol): ((...args: any[]) => void)[];
  /** Removes all listeners, or those of one event. Returns the socket. Since cnet 0.1.0 (Node 18 or before). */
  removeAllListeners(event?: keyof SocketEventMap): this;
  /**
   * removeAllListeners() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before).
   */
  removeAllListeners(event?: string | symbol): this;
}

export interface Server {
  /** Adds a listener of an event. Returns the server. Since cnet 0.1.0 (Node 18 or before). */
  on<Name extends keyof ServerEventMap>(event: Name, listener: (...args: ServerEventMap[Name]) => void): this;
  /** on() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before). */
  on(event: string | symbol, listener: (...args: any[]) => void): this;
  /** The same as on(). Since cnet 0.1.0 (Node 18 or before). */
  addListener<Name extends keyof ServerEventMap>(event: Name, listener: (...args: ServerEventMap[Name]) => void): this;
  /** addListener() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before). */
  addListener(event: string | symbol, listener: (...args: any[]) => void): this;
  /** Adds a listener that is called once. Returns the server. Since cnet 0.1.0 (Node 18 or before). */
  once<Name extends keyof ServerEventMap>(event: Name, listener: (...args: ServerEventMap[Name]) => void): this;
  /** once() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before). */
  once(event: string | symbol, listener: (...args: any[]) => void): this;
  /** Adds a listener before those that are there. Since cnet 0.1.0 (Node 18 or before). */
  prependListener<Name extends keyof ServerEventMap>(
    event: Name,
    listener: (...args: ServerEventMap[Name]) => void,
  ): this;
  /** prependListener() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before). */
  prependListener(event: string | symbol, listener: (...args: any[]) => void): this;
  /** Adds a listener that is called once, before those that are there. Since cnet 0.1.0 (Node 18 or before). */
  prependOnceListener<Name extends keyof ServerEventMap>(
    event: Name,
    listener: (...args: ServerEventMap[Name]) => void,
  ): this;
  /**
   * prependOnceListener() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before).
   */
  prependOnceListener(event: string | symbol, listener: (...args: any[]) => void): this;
  /** Removes a listener of an event. Returns the server. Since cnet 0.1.0 (Node 18 or before). */
  off<Name extends keyof ServerEventMap>(event: Name, listener: (...args: ServerEventMap[Name]) => void): this;
  /** off() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before). */
  off(event: string | symbol, listener: (...args: any[]) => void): this;
  /** The same as off(). Since cnet 0.1.0 (Node 18 or before). */
  removeListener<Name extends keyof ServerEventMap>(
    event: Name,
    listener: (...args: ServerEventMap[Name]) => void,
  ): this;
  /** removeListener() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before). */
  removeListener(event: string | symbol, listener: (...args: any[]) => void): this;
  /**
   * Calls the listeners of an event, in their order. Returns whether there is any. Since cnet 0.1.0 (Node 18 or
   * before).
   */
  emit<Name extends keyof ServerEventMap>(event: Name, ...args: ServerEventMap[Name]): boolean;
  /** emit() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before). */
  emit(event: string | symbol, ...args: any[]): boolean;
  /**
   * How many listeners an event has; with `listener`: how often that one is among them. Since cnet 0.1.0 (Node 18 or
   * before).
   */
  listenerCount<Name extends keyof ServerEventMap>(
    event: Name,
    listener?: (...args: ServerEventMap[Name]) => void,
  ): number;
  /** listenerCount() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before). */
  listenerCount(event: string | symbol, listener?: (...args: any[]) => void): number;
  /** A new array of the listeners of an event. Since cnet 0.1.0 (Node 18 or before). */
  listeners<Name extends keyof ServerEventMap>(event: Name): ((...args: ServerEventMap[Name]) => void)[];
  /** listeners() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before). */
  listeners(event: string | symbol): ((...args: any[]) => void)[];
  /** The same, with the wrappers of those that are called once. Since cnet 0.1.0 (Node 18 or before). */
  rawListeners<Name extends keyof ServerEventMap>(event: Name): ((...args: ServerEventMap[Name]) => void)[];
  /** rawListeners() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before). */
  rawListeners(event: string | symbol): ((...args: any[]) => void)[];
  /** Removes all listeners, or those of one event. Returns the server. Since cnet 0.1.0 (Node 18 or before). */
  removeAllListeners(event?: keyof ServerEventMap): this;
  /**
   * removeAllListeners() of any other event name, text or symbol. Since cnet 0.1.0 (Node 18 or before).
   */
  removeAllListeners(event?: string | symbol): this;
}

// --- names of node:net whose own types have no comments

/** What address() of TCP gives. Since cnet 0.1.0 (Node 18 or before). */
export interface AddressInfo extends nodeNet.AddressInfo {
  /** An IP address. Since cnet 0.1.0 (Node 18 or before). */
  address: string;
  /** 'IPv4' or 'IPv6'. Since cnet 0.1.0 (Node 18 or before). */
  family: string;
  /** 0 to 65535. Since cnet 0.1.0 (Node 18 or before). */
  port: number;
}

/** The option `lookup` of connect(), as dns.lookup() is. Since cnet 0.1.0 (Node 18 or before). */
export type LookupFunction = nodeNet.LookupFunction;

/**
 * The option `onread` of new Socket() and connect(): memory of the program's, instead of 'data'. Since cnet 0.1.0 (Node
 * 18 or before).
 */
export interface OnReadOpts extends nodeNet.OnReadOpts {
  /** Where data are put, or what gives memory for each read. Since cnet 0.1.0 (Node 18 or before). */
  buffer: Uint8Array | (() => Uint8Array);
  /** Called for each read with the number of bytes; false pauses the socket. Since cnet 0.1.0 (Node 18 or before). */
  callback(bytesWritten: number, buffer: Uint8Array): boolean;
}

/** What socket.connect() needs to know of a port. Since cnet 0.1.0 (Node 18 or before). */
export interface TcpSocketConnectOpts extends Pick<TcpNetConnectOpts, keyof nodeNet.TcpSocketConnectOpts> {}

/** What socket.connect() needs to know of a path. Since cnet 0.1.0 (Node 18 or before). */
export interface IpcSocketConnectOpts extends Pick<IpcNetConnectOpts, keyof nodeNet.IpcSocketConnectOpts> {}

/** What socket.connect() needs to know: a port or a path. Since cnet 0.1.0 (Node 18 or before). */
export type SocketConnectOpts = TcpSocketConnectOpts | IpcSocketConnectOpts;

/** socket.readyState. Since cnet 0.1.0 (Node 18 or before). */
export type SocketReadyState = nodeNet.SocketReadyState;

/** What Node tells by 'drop'. Since cnet 0.1.0 (Node 18.6). */
export interface DropArgument extends Pick<
  DropData,
  'localAddress' | 'localPort' | 'localFamily' | 'remoteAddress' | 'remotePort' | 'remoteFamily'
> {}

/** The family of an address in block lists and of socket addresses. Since cnet 0.1.0 (Node 18 or before). */
export type IPVersion = nodeNet.IPVersion;

/** Options of new SocketAddress(). Since cnet 0.1.0 (Node 18 or before). */
export interface SocketAddressInitOptions extends nodeNet.SocketAddressInitOptions {
  /** An IP address; default: '127.0.0.1', or '::' with the family 'ipv6'. Since cnet 0.1.0 (Node 18 or before). */
  address?: string | undefined;
  /** Default: 'ipv4'. Since cnet 0.1.0 (Node 18 or before). */
  family?: IPVersion | undefined;
  /** Of IPv6 alone, an integer; default: 0. Since cnet 0.1.0 (Node 18 or before). */
  flowlabel?: number | undefined;
  /** 0 to 65535; default: 0. Since cnet 0.1.0 (Node 18 or before). */
  port?: number | undefined;
}

// --- socket options, TCP_INFO, credentials ---

type BooleanOption =
  | 'SO_ACCEPTCONN'
  | 'SO_DEBUG'
  | 'SO_DONTROUTE'
  | 'SO_EXCLUSIVEADDRUSE'
  | 'SO_KEEPALIVE'
  | 'SO_OOBINLINE'
  | 'SO_PASSCRED'
  | 'SO_PREFER_BUSY_POLL'
  | 'SO_RCVMARK'
  | 'SO_REUSEADDR'
  | 'SO_REUSEPORT'
  | 'TCP_CORK'
  | 'TCP_FAIL_CONNECT_ON_ICMP_ERROR'
  | 'TCP_FASTOPEN_CONNECT'
  | 'TCP_FASTOPEN_NO_COOKIE'
  | 'TCP_NODELAY'
  | 'TCP_QUICKACK'
  | 'TCP_THIN_LINEAR_TIMEOUTS'
  | 'TCP_TIMESTAMPS'
  | 'IP_BIND_ADDRESS_NO_PORT'
  | 'IP_FREEBIND'
  | 'IP_RECVERR'
  | 'IP_TRANSPARENT'
  | 'IPV6_FREEBIND'
  | 'IPV6_RECVERR'
  | 'IPV6_TRANSPARENT'
  | 'IPV6_V6ONLY';

type NumberOption =
  | 'SO_BUSY_POLL'
  | 'SO_BUSY_POLL_BUDGET'
  | 'SO_DOMAIN'
  | 'SO_ERROR'
  | 'SO_INCOMING_CPU'
  | 'SO_INCOMING_NAPI_ID'
  | 'SO_MARK'
  | 'SO_MAX_PACING_RATE'
  | 'SO_PRIORITY'
  | 'SO_PROTOCOL'
  | 'SO_RCVBUF'
  | 'SO_RCVBUFFORCE'
  | 'SO_RCVLOWAT'
  | 'SO_RESERVE_MEM'
  | 'SO_SNDBUF'
  | 'SO_SNDBUFFORCE'
  | 'SO_SNDLOWAT'
  | 'SO_TXREHASH'
  | 'SO_TYPE'
  | 'TCP_DEFER_ACCEPT'
  | 'TCP_FASTOPEN'
  | 'TCP_KEEPCNT'
  | 'TCP_KEEPIDLE'
  | 'TCP_KEEPINTVL'
  | 'TCP_LINGER2'
  | 'TCP_MAXRT'
  | 'TCP_MAXRTMS'
  | 'TCP_MAXSEG'
  | 'TCP_NOTSENT_LOWAT'
  | 'TCP_SAVE_SYN'
  | 'TCP_SYNCNT'
  | 'TCP_TX_DELAY'
  | 'TCP_USER_TIMEOUT'
  | 'TCP_WINDOW_CLAMP'
  | 'IP_LOCAL_PORT_RANGE'
  | 'IP_MINTTL'
  | 'IP_MTU'
  | 'IP_MTU_DISCOVER'
  | 'IP_TOS'
  | 'IP_TTL'
  | 'IPV6_MTU'
  | 'IPV6_MTU_DISCOVER'
  | 'IPV6_TCLASS'
  | 'IPV6_UNICAST_HOPS';

type TextOption = 'SO_BINDTODEVICE' | 'SO_PEERSEC' | 'TCP_CONGESTION' | 'TCP_ULP';

type OptionValue<Name> = Name extends BooleanOption
  ? boolean
  : Name extends NumberOption
    ? number
    : Name extends TextOption
      ? string
      : Name extends 'SO_LINGER'
        ? {
            /** Whether close(2) waits. Since cnet 0.1.0 (not in Node). */
            onoff: boolean;
            /** For how many seconds. Since cnet 0.1.0 (not in Node). */
            linger: number;
          }
        : Name extends 'SO_COOKIE'
          ? bigint
          : unknown;

type OptionInput<Name> = Name extends BooleanOption
  ? boolean | number
  : Name extends 'SO_LINGER'
    ?
        | {
            /** Whether close(2) waits; default: true. Since cnet 0.1.0 (not in Node). */
            onoff?: boolean | undefined;
            /** For how many seconds; default: 0. Since cnet 0.1.0 (not in Node). */
            linger?: number | undefined;
          }
        | number
    : OptionValue<Name>;

/**
 * The names of socket options, as in socket(7), tcp(7), ip(7), ipv6(7) and in Winsock. Since cnet 0.1.0 (not in Node).
 */
export type SocketOptionName = BooleanOption | NumberOption | TextOption | 'SO_LINGER' | 'SO_COOKIE';

/**
 * What connect() and listen() set before connect(2) and bind(2): names and values, or the arguments of setOption().
 * Since cnet 0.1.0 (not in Node).
 */
export type SocketOptions =
  | { readonly [Name in Exclude<SocketOptionName, 'SO_COOKIE'>]?: OptionInput<Name> | undefined }
  | readonly (readonly [SocketOptionName, unknown] | readonly [number, number, NodeJS.ArrayBufferView])[];

/** Reads and sets the options of a socket (getsockopt(2)). Not in Node. */
interface WithSocketOptions {
  /** What an option is now, by its name. Since cnet 0.1.0 (not in Node). */
  getOption<Name extends SocketOptionName>(name: Name): OptionValue<Name>;
  /**
   * The same by numbers. Since cnet 0.1.0 (not in Node).
   * @param length of the Buffer at most: 1 to 65536 bytes; default: 256
   */
  getOption(level: number, option: number, length?: number): Buffer;
  /**
   * Sets an option by its name; a flag may be 0 or 1 too, and SO_LINGER a number of seconds. Since cnet 0.1.0 (not in
   * Node).
   */
  setOption<Name extends Exclude<SocketOptionName, 'SO_COOKIE'>>(name: Name, value: OptionInput<Name>): this;
  /** The same by numbers, with the bytes of the value. Since cnet 0.1.0 (not in Node). */
  setOption(level: number, option: number, value: NodeJS.ArrayBufferView): this;
}

export interface Socket extends WithSocketOptions {}
export interface Server extends WithSocketOptions {}

/**
 * What the kernel knows of a TCP connection (tcp(7), TCP_INFO; Windows: TCP_INFO_v0): undefined where it does not tell.
 * Since cnet 0.1.0 (not in Node).
 */
export interface TCPInfo {
  /** 'ESTABLISHED', 'CLOSE_WAIT' and the other states of netstat(8). Since cnet 0.1.0 (not in Node). */
  state: string | undefined;
  /** 'open': all is well. Since cnet 0.1.0 (not in Node). */
  congestionState: 'open' | 'disorder' | 'cwr' | 'recovery' | 'loss' | undefined;
  /** Timeouts in a row without an answer, now. Since cnet 0.1.0 (not in Node). */
  retransmits: number | undefined;
  /** Window and keep-alive probes without an answer. Since cnet 0.1.0 (not in Node). */
  probes: number | undefined;
  /** How often the timeout was doubled. Since cnet 0.1.0 (not in Node). */
  backoff: number | undefined;
  /** Shift of the windows that the peer tells. Since cnet 0.1.0 (not in Node). */
  sendWindowScale: number | undefined;
  /** Shift of the windows that we tell. Since cnet 0.1.0 (not in Node). */
  receiveWindowScale: number | undefined;
  /** Whether the delivery rate was measured while the program had no more to send. Since cnet 0.1.0 (not in Node). */
  deliveryRateAppLimited: boolean | undefined;
  /** Retransmission timeout. Since cnet 0.1.0 (not in Node). */
  rtoMicroseconds: number | undefined;
  /** Delay of acknowledgements. Since cnet 0.1.0 (not in Node). */
  atoMicroseconds: number | undefined;
  /** Largest segment sent. Since cnet 0.1.0 (not in Node). */
  sendMssBytes: number | undefined;
  /** Largest segment received, as estimated. Since cnet 0.1.0 (not in Node). */
  receiveMssBytes: number | undefined;
  /** Segments on their way. Since cnet 0.1.0 (not in Node). */
  unackedSegments: number | undefined;
  /** Segments that are selectively acknowledged. Since cnet 0.1.0 (not in Node). */
  sackedSegments: number | undefined;
  /** Segments that are deemed lost. Since cnet 0.1.0 (not in Node). */
  lostSegments: number | undefined;
  /** Segments that were sent again and are on their way. Since cnet 0.1.0 (not in Node). */
  retransmittedSegments: number | undefined;
  /** Time since data were sent. Since cnet 0.1.0 (not in Node). */
  lastDataSentMilliseconds: number | undefined;
  /** Time since data came. Since cnet 0.1.0 (not in Node). */
  lastDataReceivedMilliseconds: number | undefined;
  /** Time since an acknowledgement came. Since cnet 0.1.0 (not in Node). */
  lastAckReceivedMilliseconds: number | undefined;
  /** The largest packet of the path. Since cnet 0.1.0 (not in Node). */
  pathMtuBytes: number | undefined;
  /** How far our window may grow. Since cnet 0.1.0 (not in Node). */
  receiveThresholdBytes: number | undefined;
  /** Smoothed round-trip time. Since cnet 0.1.0 (not in Node). */
  rttMicroseconds: number | undefined;
  /** Mean deviation of the round-trip time. Since cnet 0.1.0 (not in Node). */
  rttVariationMicroseconds: number | undefined;
  /** Threshold of slow start; Infinity until there was congestion. Since cnet 0.1.0 (not in Node). */
  slowStartThresholdSegments: number | undefined;
  /** Congestion window. Since cnet 0.1.0 (not in Node). */
  congestionWindowSegments: number | undefined;
  /** The largest segment that we told the peer to send. Since cnet 0.1.0 (not in Node). */
  advertisedMssBytes: number | undefined;
  /** How far segments may be out of order before one is deemed lost. Since cnet 0.1.0 (not in Node). */
  reorderingSegments: number | undefined;
  /** Round-trip time as the receiver estimates it. Since cnet 0.1.0 (not in Node). */
  receiveRttMicroseconds: number | undefined;
  /** Room that the receive buffer is tuned to. Since cnet 0.1.0 (not in Node). */
  receiveSpaceBytes: number | undefined;
  /** Segments that were sent again since the connection began. Since cnet 0.1.0 (not in Node). */
  totalRetransmittedSegments: number | undefined;
  /** Pace of sending; Infinity: none yet. Since cnet 0.1.0 (not in Node). */
  pacingRateBytesPerSecond: number | undefined;
  /** SO_MAX_PACING_RATE; Infinity: no limit. Since cnet 0.1.0 (not in Node). */
  maxPacingRateBytesPerSecond: number | undefined;
  /** Bytes acknowledged; the SYN counts as one on the side that connected. Since cnet 0.1.0 (not in Node). */
  bytesAcked: number | undefined;
  /** Bytes received in order. Since cnet 0.1.0 (not in Node). */
  bytesReceived: number | undefined;
  /** Segments sent, with those without data. Since cnet 0.1.0 (not in Node). */
  segmentsSent: number | undefined;
  /** Segments received, with those without data. Since cnet 0.1.0 (not in Node). */
  segmentsReceived: number | undefined;
  /** Bytes written and not sent yet. Since cnet 0.1.0 (not in Node). */
  bytesNotSent: number | undefined;
  /** Least round-trip time of late. Since cnet 0.1.0 (not in Node). */
  minRttMicroseconds: number | undefined;
  /** Segments with data received. Since cnet 0.1.0 (not in Node). */
  dataSegmentsReceived: number | undefined;
  /** Segments with data sent. Since cnet 0.1.0 (not in Node). */
  dataSegmentsSent: number | undefined;
  /** Goodput as measured last; 0: not measured yet. Since cnet 0.1.0 (not in Node). */
  deliveryRateBytesPerSecond: number | undefined;
  /** Time with data to send. Since cnet 0.1.0 (not in Node). */
  busyMicroseconds: number | undefined;
  /** Of busyMicroseconds: held up by the peer's window. Since cnet 0.1.0 (not in Node). */
  receiveWindowLimitedMicroseconds: number | undefined;
  /** Of busyMicroseconds: held up by our send buffer. Since cnet 0.1.0 (not in Node). */
  sendBufferLimitedMicroseconds: number | undefined;
  /** Segments delivered; Linux 4.18. Since cnet 0.1.0 (not in Node). */
  deliveredSegments: number | undefined;
  /** Segments delivered with a mark of ECN; Linux 4.18. Since cnet 0.1.0 (not in Node). */
  deliveredCongestionMarkedSegments: number | undefined;
  /** Bytes sent, with what was sent again; Linux 4.19. Since cnet 0.1.0 (not in Node). */
  bytesSent: number | undefined;
  /** Bytes sent again; Linux 4.19. Since cnet 0.1.0 (not in Node). */
  bytesRetransmitted: number | undefined;
  /** Segments that were retransmitted for nothing; Linux 4.19. Since cnet 0.1.0 (not in Node). */
  duplicateSackSegments: number | undefined;
  /** How often segments came out of order at the peer; Linux 4.19. Since cnet 0.1.0 (not in Node). */
  reorderingEvents: number | undefined;
  /** Segments received out of order; Linux 5.4. Since cnet 0.1.0 (not in Node). */
  outOfOrderSegmentsReceived: number | undefined;
  /** The peer's window; Linux 5.10. Since cnet 0.1.0 (not in Node). */
  sendWindowBytes: number | undefined;
  /** Our window; Linux 6.2. Since cnet 0.1.0 (not in Node). */
  receiveWindowBytes: number | undefined;
  /** Paths given up for another; Linux 6.2. Since cnet 0.1.0 (not in Node). */
  rehashes: number | undefined;
  /** How often the retransmission timeout has passed; Linux 6.7. Since cnet 0.1.0 (not in Node). */
  totalTimeouts: number | undefined;
  /** How often the connection has recovered from that; Linux 6.7. Since cnet 0.1.0 (not in Node). */
  totalTimeoutRecoveries: number | undefined;
  /** Time spent in that; Linux 6.7. Since cnet 0.1.0 (not in Node). */
  totalTimeoutMilliseconds: number | undefined;
  /** Age of the connection; Windows. Since cnet 0.1.0 (not in Node). */
  connectionMilliseconds: number | undefined;
  /** Whether segments carry timestamps; Windows. Since cnet 0.1.0 (not in Node). */
  timestamps: boolean | undefined;
  /** Bytes on their way; Windows. Since cnet 0.1.0 (not in Node). */
  unackedBytes: number | undefined;
  /** Congestion window; Windows. Since cnet 0.1.0 (not in Node). */
  congestionWindowBytes: number | undefined;
  /** Size of the receive buffer; Windows. Since cnet 0.1.0 (not in Node). */
  receiveBufferBytes: number | undefined;
  /** Bytes that came out of order; Windows. Since cnet 0.1.0 (not in Node). */
  bytesReordered: number | undefined;
  /** How often fast retransmission began; Windows. Since cnet 0.1.0 (not in Node). */
  fastRetransmits: number | undefined;
  /** Duplicate acknowledgements received; Windows. Since cnet 0.1.0 (not in Node). */
  duplicateAcksReceived: number | undefined;
  /** Episodes of retransmission timeouts, each of one or more; Windows. Since cnet 0.1.0 (not in Node). */
  timeoutEpisodes: number | undefined;
  /** SYNs sent again; Windows. Since cnet 0.1.0 (not in Node). */
  synRetransmits: number | undefined;
}

/** The process at the other end of a Unix socket or a named pipe. Since cnet 0.1.0 (not in Node). */
export interface PeerCredentials {
  /** Its id; undefined: it is in another PID namespace, or the system does not tell. Since cnet 0.1.0 (not in Node). */
  pid: number | undefined;
  /** The id of its user; undefined on Windows. Since cnet 0.1.0 (not in Node). */
  uid: number | undefined;
  /** The id of its group; undefined on Windows. Since cnet 0.1.0 (not in Node). */
  gid: number | undefined;
}

/** What 'drop' says about a connection that `allowedUids` has turned away. Since cnet 0.1.0 (not in Node). */
export interface RefusedCredentials extends PeerCredentials {
  /** This distinguishes it from the limits. Since cnet 0.1.0 (not in Node). */
  reason: 'credentials';
  /** The id of its user. Since cnet 0.1.0 (not in Node). */
  uid: number;
  /** The id of its group. Since cnet 0.1.0 (not in Node). */
  gid: number;
}

export interface Socket {
  /** What the kernel knows of a TCP connection, now. Linux, Windows. Since cnet 0.1.0 (not in Node). */
  getTCPInfo(): TCPInfo;
  /** Whose process is at the other end of a Unix socket or a named pipe. Since cnet 0.1.0 (not in Node). */
  getPeerCredentials(): PeerCredentials;
}

export interface ServerOpts {
  /**
   * Whose processes may connect to a path: their user ids. Default: everybody's. Not on Windows. Since cnet 0.1.0 (not
   * in Node).
   */
  allowedUids?: readonly number[] | undefined;
}

export interface ListenOptions {
  /** Options of the socket, set before bind(2). Default: none. Since cnet 0.1.0 (not in Node). */
  socketOptions?: SocketOptions | undefined;
}

export interface TcpNetConnectOpts {
  /**
   * Options of the socket, set before connect(2), for each address that is tried. Default: none. Since cnet 0.1.0 (not
   * in Node).
   */
  socketOptions?: SocketOptions | undefined;
}

export interface IpcNetConnectOpts {
  /** Options of the socket, set before connect(2). Default: none. Since cnet 0.1.0 (not in Node). */
  socketOptions?: SocketOptions | undefined;
}

// --- descriptors, socket files ---

/**
 * Where in the stream descriptors have come: the last byte of start..end is of their message. Since cnet 0.1.0 (not in
 * Node).
 */
export interface DescriptorsPlace {
  /** Bytes that had come before the chunk, as bytesRead counts. Since cnet 0.1.0 (not in Node). */
  start: number;
  /** Bytes that have come with the chunk and before. Since cnet 0.1.0 (not in Node). */
  end: number;
}

export interface Socket {
  /**
   * Sends bytes, and with the first of them 1 to 253 descriptors, which stay the caller's. Not on Windows. Since cnet
   * 0.1.0 (not in Node).
   */
  sendDescriptors(
    data: string | NodeJS.ArrayBufferView,
    fds: readonly number[],
    callback?: (error?: Error | null) => void,
  ): boolean;
}

export interface SocketConstructorOpts {
  /**
   * Descriptors that a Unix socket brings are reported by 'descriptors'; default: false. Not on Windows. Since cnet
   * 0.1.0 (not in Node).
   */
  receiveDescriptors?: boolean | undefined;
}

export interface ServerOpts {
  /**
   * As of new Socket(), for each connection over a Unix socket; default: false. Not on Windows. Since cnet 0.1.0 (not
   * in Node).
   */
  receiveDescriptors?: boolean | undefined;
}

export interface ListenOptions {
  /**
   * Permissions of the file of a path, 0 to 0o777; default: those of the umask. Not on Windows. Since cnet 0.1.0 (not
   * in Node).
   */
  mode?: number | undefined;
  /**
   * Takes the place of a file that a server has left behind; default: false. Not on Windows. Since cnet 0.1.0 (not in
   * Node).
   */
  unlinkStale?: boolean | undefined;
}

type Family = 'ipv4' | 'ipv6';

/** Rules on addresses (net.md, net.BlockList). Since cnet 0.1.0 (Node 18 or before). */
export class BlockList extends nodeNet.BlockList {
  /** Whether it is a list: of cnet, of node:net, or a clone of one. Since cnet 0.1.0 (Node 23.4, 22.13). */
  static isBlockList(value: unknown): value is BlockList;
  /** Networks that are not on the Internet, for addCIDRs(). Since cnet 0.1.0 (Node 26.8, 24.21). */
  static readonly PRIVATE_RANGES: readonly string[];
  /** How many rules there are. Since cnet 0.1.0 (Node 26.8, 24.21). */
  readonly size: number;
  /**
   * Adds a rule for each address: all, or none when one of them is not valid. `family`: 'ipv4'. Since cnet 0.1.0 (Node
   * 26.8, 24.21).
   */
  addAddresses(addresses: readonly (string | nodeNet.SocketAddress)[], family?: Family): void;
  /**
   * Adds a subnet. Since cnet 0.1.0 (Node 26.8, 24.21).
   * @param cidr such as '10.0.0.0/8'
   */
  addCIDR(cidr: string): void;
  /**
   * Adds subnets: none when one of them is not the text of a subnet; those before one whose address or prefix is not
   * valid. Since cnet 0.1.0 (Node 26.8, 24.21).
   */
  addCIDRs(cidrs: readonly string[]): void;
  /**
   * Takes out the newest rule of addAddress() for it, if there is one. `family`: 'ipv4'. Since cnet 0.1.0 (Node 26.8,
   * 24.21).
   */
  removeAddress(address: string | nodeNet.SocketAddress, family?: Family): void;
  /**
   * Takes out the newest rule of addRange() for it, if there is one. `family`: 'ipv4'. Since cnet 0.1.0 (Node 26.8,
   * 24.21).
   */
  removeRange(start: string | nodeNet.SocketAddress, end: string | nodeNet.SocketAddress, family?: Family): void;
  /**
   * Takes out the newest rule of addSubnet() for it, if there is one. `family`: 'ipv4'. Since cnet 0.1.0 (Node 26.8,
   * 24.21).
   */
  removeSubnet(network: string | nodeNet.SocketAddress, prefix: number, family?: Family): void;
  /** Takes out the newest rule of addCIDR() for it, if there is one. Since cnet 0.1.0 (Node 26.8, 24.21). */
  removeCIDR(cidr: string): void;
  /** Takes out every rule. Since cnet 0.1.0 (Node 26.8, 24.21). */
  clear(): void;
  /** The rules as text, as `rules` has them. Since cnet 0.1.0 (Node 24.5, 22.19). */
  toJSON(): readonly string[];
  /** Adds the rules of what toJSON() gave, or of its JSON. Since cnet 0.1.0 (Node 24.5, 22.19). */
  fromJSON(data: string | readonly string[]): void;
}

/** An address with a port (net.md, net.SocketAddress). Since cnet 0.1.0 (Node 18 or before). */
export class SocketAddress extends nodeNet.SocketAddress {
  /** Whether it is one, of cnet or of node:net. Since cnet 0.1.0 (Node 18 or before). */
  static isSocketAddress(value: unknown): value is nodeNet.SocketAddress;
  /**
   * A new one for '1.2.3.4:80', '[::1]:80' or an address alone; undefined for other text. Since cnet 0.1.0 (Node 23.4,
   * 22.13).
   */
  static parse(input: string): SocketAddress | undefined;
  /** 127.0.0.1 without a port, unless the options say something else. Since cnet 0.1.0 (Node 18 or before). */
  constructor(options?: nodeNet.SocketAddressInitOptions);
  /** An IP address. Since cnet 0.1.0 (Node 18 or before). */
  readonly address: string;
  /** Of the address: 'ipv4' or 'ipv6'. Since cnet 0.1.0 (Node 18 or before). */
  readonly family: nodeNet.IPVersion;
  /** 0 to 65535. Since cnet 0.1.0 (Node 18 or before). */
  readonly port: number;
  /** Of IPv6 alone; 0 unless given. Since cnet 0.1.0 (Node 18 or before). */
  readonly flowlabel: number;
  /** An object of its four properties. Since cnet 0.1.0 (Node 18 or before). */
  toJSON(): {
    /** An IP address. Since cnet 0.1.0 (Node 18 or before). */
    address: string;
    /** 0 to 65535. Since cnet 0.1.0 (Node 18 or before). */
    port: number;
    /** 'ipv4' or 'ipv6'. Since cnet 0.1.0 (Node 18 or before). */
    family: string;
    /** Of IPv6 alone. Since cnet 0.1.0 (Node 18 or before). */
    flowlabel: number;
  };
}

/**
 * A new server, which does not listen yet. `connectionListener` is added to 'connection'. Since cnet 0.1.0 (Node 18 or
 * before).
 */
export function createServer(connectionListener?: (socket: Socket) => void): Server;
/** The same with options. Since cnet 0.1.0 (Node 18 or before). */
export function createServer(options?: ServerOpts, connectionListener?: (socket: Socket) => void): Server;

/**
 * A new socket that connects at once; `connectionListener` is called once at 'connect'. Since cnet 0.1.0 (Node 18 or
 * before).
 */
export function connect(options: NetConnectOpts, connectionListener?: () => void): Socket;
/** The same to a port of a host ('localhost' by default). Since cnet 0.1.0 (Node 18 or before). */
export function connect(port: number, host?: string, connectionListener?: () => void): Socket;
/** The same to a port of this computer. Since cnet 0.1.0 (Node 18 or before). */
export function connect(port: number, connectionListener: () => void): Socket;
/** The same to a Unix socket, or a Windows pipe. Since cnet 0.1.0 (Node 18 or before). */
export function connect(path: string, connectionListener?: () => void): Socket;

export { connect as createConnection };

type Movable = Socket | Server | BoundSocket;

declare const moved: unique symbol;

/**
 * What transfer() gives: it may be cloned, so it can go to any thread of the process. Since cnet 0.1.0 (not in Node).
 */
export interface TransferToken<T extends Movable = any> {
  /** What it was made of, for the type that receive() has. Since cnet 0.1.0 (not in Node). */
  readonly [moved]?: T;
}

/** An end of messages: a Worker (which emits 'exit') or a MessagePort ('close'). */
interface Addressee {
  /** As of an EventEmitter. Since cnet 0.1.0 (not in Node). */
  once(event: string, listener: (...args: any[]) => void): unknown;
}

/**
 * Closes `source` here, and gives a token of which receive() in any thread of the process makes it anew. Node has the
 * transfer list of postMessage() for it. Not on Windows. Since cnet 0.1.0 (not in Node).
 * @param options `to`: what is not received there is closed when that thread or port ends, or has ended
 */
export function transfer<T extends Movable>(
  source: T,
  options?: {
    /**
     * The Worker or MessagePort that the token is sent to. Default: nobody's end closes it. Since cnet 0.1.0 (not in
     * Node).
     */
    to?: Addressee | undefined;
  },
): TransferToken<T>;

/** What transfer() made the token of; once, in whichever thread comes first. Since cnet 0.1.0 (not in Node). */
export function receive<T extends Movable>(token: TransferToken<T>, options?: SocketConstructorOpts): T;
/** The same of a server. `connectionListener` is added to 'connection'. Since cnet 0.1.0 (not in Node). */
export function receive(token: TransferToken<Server>, connectionListener?: (socket: Socket) => void): Server;
/** The same of a server, with options. Since cnet 0.1.0 (not in Node). */
export function receive(
  token: TransferToken<Server>,
  options?: ServerOpts,
  connectionListener?: (socket: Socket) => void,
): Server;

// Bytes that are not copied into JavaScript, or not at all: docs/beyond/. Not in Node.

/** The option `onread` of new Server(). Since cnet 0.1.0 (not in Node). */
export interface ServerOnReadOpts {
  /**
   * One for all connections, or what makes one for each. What is in it is good during the callback. Since cnet 0.1.0
   * (not in Node).
   */
  buffer: Uint8Array | (() => Uint8Array);
  /**
   * Called for each read with the number of bytes, and with the connection as `this`; false pauses it. Since cnet 0.1.0
   * (not in Node).
   */
  callback(this: Socket, bytesWritten: number, buffer: Uint8Array): boolean | void;
}

/** A path, or what is open: a descriptor, or a FileHandle of fs.promises. Since cnet 0.1.0 (not in Node). */
export type SendableFile =
  | string
  | Uint8Array
  | URL
  | number
  | {
      /** An open descriptor, which stays open. Since cnet 0.1.0 (not in Node). */
      readonly fd: number;
    };

/**
 * Options of socket.sendFile(); `start` and `end` are those of fs.createReadStream(), both included. Since cnet 0.1.0
 * (not in Node).
 */
export interface SendFileOptions {
  /** The first byte, from 0; default: where a descriptor is, else 0. Since cnet 0.1.0 (not in Node). */
  start?: number | undefined;
  /** The last byte; default: that of the file. Since cnet 0.1.0 (not in Node). */
  end?: number | undefined;
  /** Aborted before its turn: nothing is sent. During it: the socket is destroyed. Since cnet 0.1.0 (not in Node). */
  signal?: AbortSignal | undefined;
}

/** Options of splice(). Since cnet 0.1.0 (not in Node). */
export interface SpliceOptions {
  /**
   * Bytes on their way within the kernel, each way, from 4096; default: 1048576, the most. Since cnet 0.1.0 (not in
   * Node).
   */
  highWaterMark?: number | undefined;
  /**
   * Destroys both when it is aborted; the promise is then rejected with an AbortError. Since cnet 0.1.0 (not in Node).
   */
  signal?: AbortSignal | undefined;
}

/**
 * Relays two connections to each other until both have ended, in the kernel where it can be. Gives the bytes. Since
 * cnet 0.1.0 (not in Node).
 */
export function splice(
  a: Duplex,
  b: Duplex,
  options?: SpliceOptions,
): Promise<{
  /** Bytes that went from the first to the second. Since cnet 0.1.0 (not in Node). */
  aToB: number;
  /** Bytes that went from the second to the first. Since cnet 0.1.0 (not in Node). */
  bToA: number;
}>;

/**
 * What Node's TLS or http2 is to be given in the place of a socket, so that it speaks to a native stream of Node's
 * own, as it does over a socket of `node:net`; where that cannot be, a Duplex over the socket that has the rest of
 * what that has. cnet/register does it by itself. Since cnet 0.1.0 (not in Node).
 */
export function forTLS(socket: Socket): Socket;

/** The module cnet/promises: connect() and listen() that resolve. Since cnet 0.1.0 (Node: not released). */
export * as promises from './promises.js';

/**
 * What `autoSelectFamily` of connect() is when it is not given: true, unless a flag of Node says no. Since cnet 0.1.0
 * (Node 19.4, 18.18).
 */
export function getDefaultAutoSelectFamily(): boolean;
/** Sets what `autoSelectFamily` of connect() is when it is not given. Since cnet 0.1.0 (Node 19.4, 18.18). */
export function setDefaultAutoSelectFamily(value: boolean): void;
/**
 * Milliseconds: what `autoSelectFamilyAttemptTimeout` is when it is not given; 500 at first. Since cnet 0.1.0 (Node
 * 19.8, 18.18).
 */
export function getDefaultAutoSelectFamilyAttemptTimeout(): number;
/**
 * Sets what `autoSelectFamilyAttemptTimeout` is when it is not given. Since cnet 0.1.0 (Node 19.8, 18.18).
 * @param value milliseconds, from 1; less than 10 is taken as 10
 */
export function setDefaultAutoSelectFamilyAttemptTimeout(value: number): void;

// --- defaults of the program, and what is to be seen of it: docs/use-it.md, docs/api.md. Not in Node.

/**
 * Defaults that sockets and servers both have: of an option of both sides, or in `client` and `server` for one of
 * them. Since cnet 0.1.0 (not in Node).
 */
export interface CommonDefaults {
  /**
   * Addresses that are not connected to; from which nobody is accepted. No list unless set. Since cnet 0.1.0 (not in
   * Node).
   */
  blockList?: nodeNet.BlockList | undefined;
  /** Of streams, in bytes; that of the running Node unless set. Since cnet 0.1.0 (not in Node). */
  highWaterMark?: number | undefined;
  /** Keep-alive probes; false unless set. Since cnet 0.1.0 (not in Node). */
  keepAlive?: boolean | undefined;
  /** Probes without an answer that end the connection; 10 unless set. Since cnet 0.1.0 (not in Node). */
  keepAliveCount?: number | undefined;
  /** Milliseconds before the first probe; 0, the system's, unless set. Since cnet 0.1.0 (not in Node). */
  keepAliveInitialDelay?: number | undefined;
  /** Milliseconds between probes; 1000 unless set. Since cnet 0.1.0 (not in Node). */
  keepAliveInterval?: number | undefined;
  /** Multipath TCP, on Linux; false unless set. Not together with `userTimeout`. Since cnet 0.1.0 (not in Node). */
  multipath?: boolean | undefined;
  /** Without Nagle's algorithm; false unless set. Since cnet 0.1.0 (not in Node). */
  noDelay?: boolean | undefined;
  /** Options of the system's sockets; none unless set. Since cnet 0.1.0 (not in Node). */
  socketOptions?: SocketOptions | undefined;
  /**
   * Milliseconds for an acknowledgement of what was sent, on Linux; the system's unless set. Since cnet 0.1.0 (not in
   * Node).
   */
  userTimeout?: number | undefined;
}

/** Defaults of connect() and of sockets that connect. Since cnet 0.1.0 (not in Node). */
export interface ClientDefaults extends CommonDefaults {
  /**
   * All addresses of a name are tried; true unless set. As setDefaultAutoSelectFamily(). Since cnet 0.1.0 (not in
   * Node).
   */
  autoSelectFamily?: boolean | undefined;
  /**
   * Milliseconds for each attempt, from 1; 500 unless set. As setDefaultAutoSelectFamilyAttemptTimeout(). Since cnet
   * 0.1.0 (not in Node).
   */
  autoSelectFamilyAttemptTimeout?: number | undefined;
  /** Milliseconds for lookup and connection together; 0, no limit, unless set. Since cnet 0.1.0 (not in Node). */
  connectTimeout?: number | undefined;
  /**
   * Milliseconds from one attempt to the next, from 10; one after the other unless set. Since cnet 0.1.0 (not in
   * Node).
   */
  connectionAttemptDelay?: number | undefined;
  /** TCP Fast Open, on Linux; false unless set. Since cnet 0.1.0 (not in Node). */
  fastOpen?: boolean | undefined;
  /** 0 to 255; the system's unless set. Since cnet 0.1.0 (not in Node). */
  typeOfService?: number | undefined;
}

/** Defaults of createServer(), of servers and of listen(). Since cnet 0.1.0 (not in Node). */
export interface ServerDefaults extends CommonDefaults {
  /**
   * Whose processes may connect to a path; everybody's unless set. Without effect on ports. Since cnet 0.1.0 (not in
   * Node).
   */
  allowedUids?: readonly number[] | undefined;
  /** Connections that wait to be accepted, from 1; 511 unless set. Since cnet 0.1.0 (not in Node). */
  backlog?: number | undefined;
  /** TCP Fast Open, on Linux; a number: how many at once. False unless set. Since cnet 0.1.0 (not in Node). */
  fastOpen?: boolean | number | undefined;
  /** No limit unless set. Since cnet 0.1.0 (not in Node). */
  maxConnectionRate?: RateLimit | undefined;
  /** No limit unless set. Since cnet 0.1.0 (not in Node). */
  maxConnections?: number | undefined;
  /** No limit unless set. Since cnet 0.1.0 (not in Node). */
  maxConnectionsPerAddress?: number | undefined;
  /** No limit unless set. Since cnet 0.1.0 (not in Node). */
  maxConnectionsPerPrefix?: PrefixLimit | undefined;
  /** Permissions of the file of a path, 0 to 0o777; the umask's unless set. Since cnet 0.1.0 (not in Node). */
  mode?: number | undefined;
  /** Connections begin with a header; they do not unless set. Since cnet 0.1.0 (not in Node). */
  proxyProtocol?: ProxyProtocolOptions | undefined;
  /** Takes the place of a file that a server has left behind; false unless set. Since cnet 0.1.0 (not in Node). */
  unlinkStale?: boolean | undefined;
}

/**
 * What setDefaults() takes: for both sides, and in `client` and `server` for one of them, which comes first. Since
 * cnet 0.1.0 (not in Node).
 */
export interface Defaults extends Omit<ClientDefaults, 'fastOpen'>, Omit<ServerDefaults, 'fastOpen'> {
  /** TCP Fast Open, on Linux; false unless set. Since cnet 0.1.0 (not in Node). */
  fastOpen?: boolean | undefined;
  /** Of connect() and of sockets that connect. Since cnet 0.1.0 (not in Node). */
  client?: ClientDefaults | undefined;
  /** Of createServer(), of servers and of listen(). Since cnet 0.1.0 (not in Node). */
  server?: ServerDefaults | undefined;
}

/**
 * Sets what options are when they are not given, for sockets and servers that are made afterwards in this thread.
 * Names that are not mentioned stay as they are, `undefined` takes a default away. Variables of the environment do
 * the same: CNET_CONNECT_TIMEOUT, CNET_SERVER_BLOCK_LIST. Since cnet 0.1.0 (not in Node).
 * @throws as the option itself; ERR_INVALID_ARG_VALUE for an unknown name
 */
export function setDefaults(options: Defaults): void;

/** What was set, and what family selection does in any case. Since cnet 0.1.0 (not in Node). */
export function getDefaults(): Defaults;

/** By kind: TCP; Unix sockets and Windows pipes. Since cnet 0.1.0 (not in Node). */
export interface CountByKind {
  /** Of TCP. Since cnet 0.1.0 (not in Node). */
  tcp: number;
  /** Of Unix sockets, or Windows pipes. Since cnet 0.1.0 (not in Node). */
  pipe: number;
}

/** What stats() gives: of this copy of cnet in this thread. Since cnet 0.1.0 (not in Node). */
export interface Stats {
  /** Open now, those that connect and bound ones included. Since cnet 0.1.0 (not in Node). */
  sockets: CountByKind;
  /** Open now: they listen. Since cnet 0.1.0 (not in Node). */
  servers: CountByKind;
  /** Bytes that the kernel has given. Since cnet 0.1.0 (not in Node). */
  bytesRead: number;
  /** Bytes that the kernel has taken. Since cnet 0.1.0 (not in Node). */
  bytesWritten: number;
  /** Connections that servers were given. Since cnet 0.1.0 (not in Node). */
  accepted: number;
  /** Connections that a server has turned away with 'drop', by the reason. Since cnet 0.1.0 (not in Node). */
  dropped: {
    /** As many were there as may be. Since cnet 0.1.0 (not in Node). */
    maxConnections: number;
    /** As many of the address were there as may be. Since cnet 0.1.0 (not in Node). */
    maxConnectionsPerAddress: number;
    /** As many of the network were there as may be. Since cnet 0.1.0 (not in Node). */
    maxConnectionsPerPrefix: number;
    /** They came too fast. Since cnet 0.1.0 (not in Node). */
    maxConnectionRate: number;
    /** The user of the peer is none of `allowedUids`. Since cnet 0.1.0 (not in Node). */
    credentials: number;
  };
  /**
   * Connections that were closed without 'connection' or 'drop': by a list; without a valid header; without
   * memory or descriptors. Since cnet 0.1.0 (not in Node).
   */
  refused: {
    /** By a block list. Since cnet 0.1.0 (not in Node). */
    blockList: number;
    /** Without a right header of the PROXY protocol. Since cnet 0.1.0 (not in Node). */
    proxyProtocol: number;
    /** For want of memory or descriptors. Since cnet 0.1.0 (not in Node). */
    resources: number;
  };
  /** Attempts to connect to an address. Since cnet 0.1.0 (not in Node). */
  attempts: {
    /** That have begun. Since cnet 0.1.0 (not in Node). */
    started: number;
    /** That have led to a connection. Since cnet 0.1.0 (not in Node). */
    connected: number;
    /** That have failed. Since cnet 0.1.0 (not in Node). */
    failed: number;
    /** That took longer than their limit. Since cnet 0.1.0 (not in Node). */
    timedOut: number;
    /** That a block list forbade. Since cnet 0.1.0 (not in Node). */
    blocked: number;
  };
  /**
   * 'timeout' events; connections that took longer than `connectTimeout`; headers of the PROXY protocol that did not
   * come. Since cnet 0.1.0 (not in Node).
   */
  timeouts: {
    /** Events 'timeout'. Since cnet 0.1.0 (not in Node). */
    idle: number;
    /** Connections that took longer than `connectTimeout`. Since cnet 0.1.0 (not in Node). */
    connect: number;
    /** Headers of the PROXY protocol that did not come. Since cnet 0.1.0 (not in Node). */
    proxyProtocol: number;
  };
  /** Bytes that the core has allocated now. Since cnet 0.1.0 (not in Node). */
  memory: {
    /** Of sockets and servers. Since cnet 0.1.0 (not in Node). */
    streams: number;
    /** Of writes that wait. Since cnet 0.1.0 (not in Node). */
    writes: number;
    /** For reads. Since cnet 0.1.0 (not in Node). */
    reads: number;
    /** Of tables and idle timeouts. Since cnet 0.1.0 (not in Node). */
    tables: number;
    /** Of block lists. Since cnet 0.1.0 (not in Node). */
    blockLists: number;
    /** All of these. Since cnet 0.1.0 (not in Node). */
    total: number;
  };
}

// I/O threads
export interface SocketConstructorOpts {
  /**
   * Of connect(): the bytes of the connection are read and written on an I/O thread. Default: as of setIOThreads().
   * Not on Windows. Since cnet 0.1.0 (not in Node).
   */
  ioThread?: boolean | undefined;
}

export interface ServerOpts {
  /**
   * On how many I/O threads, 0 to 64, the bytes of the connections are read and written; `true`: one for each processor
   * but one. Default: as of setIOThreads(). Not on Windows. Since cnet 0.1.0 (not in Node).
   */
  ioThreads?: boolean | number | undefined;
}

/** What an I/O thread has, and has done. Since cnet 0.1.0 (not in Node). */
export interface IOThread {
  /** That it works for now. Since cnet 0.1.0 (not in Node). */
  sockets: number;
  /** Reads and writes. Since cnet 0.1.0 (not in Node). */
  messages: number;
  /** Since cnet 0.1.0 (not in Node). */
  bytesRead: number;
  /** Since cnet 0.1.0 (not in Node). */
  bytesWritten: number;
  /** Turns of its loop. Since cnet 0.1.0 (not in Node). */
  wakeups: number;
  /** Microseconds of CPU; undefined where the system does not tell. Since cnet 0.1.0 (not in Node). */
  cpu: number | undefined;
}

/** The I/O threads of this thread that have been started. Since cnet 0.1.0 (not in Node). */
export function ioThreads(): IOThread[];

/**
 * On how many I/O threads, 0 to 64, sockets are of this thread that do not say otherwise: those that connect, and those
 * of servers that are made, from now on. Not on Windows. Since cnet 0.1.0 (not in Node).
 */
export function setIOThreads(count: number): void;

/** Numbers since cnet was loaded in this thread, and of what is open now. Since cnet 0.1.0 (not in Node). */
export function stats(): Stats;

/** The version of the package. Since cnet 0.1.0 (not in Node). */
export const version: string;

/**
 * The arguments of connect() or listen(): options and callback. Not documented by Node. Since cnet 0.1.0 (Node 18 or
 * before).
 */
export function _normalizeArgs(args: readonly unknown[]): [object, ((...args: any[]) => void) | null];

/** A bound handle, or a negative code of libuv. Not documented by Node. Since cnet 0.1.0 (Node 18 or before). */
export function _createServerHandle(
  address: string | null,
  port: number | null,
  family: number | null,
  fd?: number,
  flags?: number,
): object | number;

