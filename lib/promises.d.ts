// The types of cnet/promises.

import * as nodeNet from 'node:net';
import { BlockList, ListenOptions as ServerListenOptions, NetConnectOpts, Server, ServerOpts, Socket } from './index.js';

/** What may follow other arguments of connect(): all options of net.connect() but the place. */
export type ConnectOptions = Partial<NetConnectOpts>;

/** The options of createServer() and of server.listen() in one object. A `signal` closes the server when it is aborted. */
export interface ListenOptions extends ServerListenOptions, Omit<ServerOpts, 'blockList'> {
  /** A listener of 'connection'. */
  connectionListener?: ((socket: Socket) => void) | undefined;
  blockList?: BlockList | undefined;
  /** An open descriptor, instead of a place. */
  fd?: number | undefined;
  /** A rejection of a listener is an 'error' (events.md, captureRejections). */
  captureRejections?: boolean | undefined;
}

/** What has a bound handle. */
type Bound = nodeNet.Server | nodeNet.Socket | { _handle: unknown } | { handle: unknown };

type ConnectListener = () => void;
type ConnectionListener = (socket: Socket) => void;

/** Resolves with a connected socket; rejects with the socket's error, or an AbortError. */
export function connect(options: NetConnectOpts, listener?: ConnectListener): Promise<Socket>;
export function connect(port: number, listener?: ConnectListener): Promise<Socket>;
export function connect(port: number, host: string, listener?: ConnectListener): Promise<Socket>;
export function connect(port: number, options: ConnectOptions, listener?: ConnectListener): Promise<Socket>;
export function connect(port: number, host: string, options: ConnectOptions, listener?: ConnectListener): Promise<Socket>;
export function connect(path: string, listener?: ConnectListener): Promise<Socket>;
export function connect(path: string, options: ConnectOptions, listener?: ConnectListener): Promise<Socket>;

/** Resolves with a listening server; rejects with the server's error, or an AbortError. */
export function listen(listener?: ConnectionListener): Promise<Server>;
export function listen(options: ListenOptions, listener?: ConnectionListener): Promise<Server>;
export function listen(place: number | string, listener?: ConnectionListener): Promise<Server>;
export function listen(port: number, host: string, listener?: ConnectionListener): Promise<Server>;
export function listen(port: number, host: string, backlog: number, listener?: ConnectionListener): Promise<Server>;
export function listen(place: number | string, backlog: number, listener?: ConnectionListener): Promise<Server>;
export function listen(place: number | string, options: ListenOptions, listener?: ConnectionListener): Promise<Server>;
export function listen(
  port: number,
  host: string,
  options: ListenOptions,
  listener?: ConnectionListener,
): Promise<Server>;
export function listen(handle: Bound, listener?: ConnectionListener): Promise<Server>;
export function listen(handle: Bound, options: ListenOptions, listener?: ConnectionListener): Promise<Server>;
