// The types of cnet/promises.

/// <reference types="node" />

import * as nodeNet from 'node:net';
import {
  BlockList,
  ListenOptions as ServerListenOptions,
  NetConnectOpts,
  Server,
  ServerOpts,
  Socket,
} from './index.js';

/**
 * What may follow other arguments of connect(): all options of net.connect() but the place. Since cnet 0.1.0 (Node: not
 * released).
 */
export type ConnectOptions = Partial<NetConnectOpts>;

/**
 * The options of createServer() and of server.listen() in one object. A `signal` closes the server when it is aborted.
 * Since cnet 0.1.0 (Node: not released).
 */
export interface ListenOptions extends ServerListenOptions, Omit<ServerOpts, 'blockList'> {
  /** A listener of 'connection'. Default: none. Since cnet 0.1.0 (Node: not released). */
  connectionListener?: ((socket: Socket) => void) | undefined;
  /**
   * Connections from addresses that are on it are closed, without any event. Default: none. Since cnet 0.1.0 (Node: not
   * released).
   */
  blockList?: BlockList | undefined;
  /** An open descriptor, instead of a place. Not on Windows. Since cnet 0.1.0 (Node: not released). */
  fd?: number | undefined;
  /**
   * A rejection of a listener is an 'error' (events.md, captureRejections). Default: false. Since cnet 0.1.0 (Node: not
   * released).
   */
  captureRejections?: boolean | undefined;
}

/** What has a bound handle. */
type Bound =
  | nodeNet.Server
  | nodeNet.Socket
  | {
      /** The bound handle. Since cnet 0.1.0 (Node: not released). */
      _handle: unknown;
    }
  | {
      /** The bound handle. Since cnet 0.1.0 (Node: not released). */
      handle: unknown;
    };

type ConnectListener = () => void;
type ConnectionListener = (socket: Socket) => void;

/**
 * Resolves with a connected socket; rejects with the socket's error, or an AbortError. Since cnet 0.1.0 (Node: not
 * released).
 */
export function connect(options: NetConnectOpts, listener?: ConnectListener): Promise<Socket>;
/** The same to a port of this computer. Since cnet 0.1.0 (Node: not released). */
export function connect(port: number, listener?: ConnectListener): Promise<Socket>;
/** The same to a port of a host. Since cnet 0.1.0 (Node: not released). */
export function connect(port: number, host: string, listener?: ConnectListener): Promise<Socket>;
/** The same to a port of this computer, with options. Since cnet 0.1.0 (Node: not released). */
export function connect(port: number, options: ConnectOptions, listener?: ConnectListener): Promise<Socket>;
/** The same to a port of a host, with options. Since cnet 0.1.0 (Node: not released). */
export function connect(
  port: number,
  host: string,
  options: ConnectOptions,
  listener?: ConnectListener,
): Promise<Socket>;
/** The same to a Unix socket or a Windows pipe. Since cnet 0.1.0 (Node: not released). */
export function connect(path: string, listener?: ConnectListener): Promise<Socket>;
/** The same to a Unix socket or a Windows pipe, with options. Since cnet 0.1.0 (Node: not released). */
export function connect(path: string, options: ConnectOptions, listener?: ConnectListener): Promise<Socket>;

/**
 * Resolves with a listening server; rejects with the server's error, or an AbortError. Since cnet 0.1.0 (Node: not
 * released).
 */
export function listen(listener?: ConnectionListener): Promise<Server>;
/** The same by options, the place among them. Since cnet 0.1.0 (Node: not released). */
export function listen(options: ListenOptions, listener?: ConnectionListener): Promise<Server>;
/** The same on a port or a path. Since cnet 0.1.0 (Node: not released). */
export function listen(place: number | string, listener?: ConnectionListener): Promise<Server>;
/** The same on a port of a host. Since cnet 0.1.0 (Node: not released). */
export function listen(port: number, host: string, listener?: ConnectionListener): Promise<Server>;
/**
 * The same on a port of a host, with room for so many connections in the queue. Since cnet 0.1.0 (Node: not released).
 */
export function listen(port: number, host: string, backlog: number, listener?: ConnectionListener): Promise<Server>;
/**
 * The same on a port or a path, with room for so many connections in the queue. Since cnet 0.1.0 (Node: not released).
 */
export function listen(place: number | string, backlog: number, listener?: ConnectionListener): Promise<Server>;
/** The same on a port or a path, with options. Since cnet 0.1.0 (Node: not released). */
export function listen(place: number | string, options: ListenOptions, listener?: ConnectionListener): Promise<Server>;
/** The same on a port of a host, with options. Since cnet 0.1.0 (Node: not released). */
export function listen(
  port: number,
  host: string,
  options: ListenOptions,
  listener?: ConnectionListener,
): Promise<Server>;
/** The same on what is bound already. Since cnet 0.1.0 (Node: not released). */
export function listen(handle: Bound, listener?: ConnectionListener): Promise<Server>;
/** The same on what is bound already, with options. Since cnet 0.1.0 (Node: not released). */
export function listen(handle: Bound, options: ListenOptions, listener?: ConnectionListener): Promise<Server>;

export {}; // what has no `export` is not exported
