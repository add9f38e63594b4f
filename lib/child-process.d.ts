/// <reference types="node" />

import * as child_process from 'node:child_process';
import * as nodeNet from 'node:net';
import { BoundSocket, Server, ServerOpts, Socket, SocketConstructorOpts } from './index.js';

/**
 * Node's own object for a socket of cnet, to be sent: `child.send(message, toNode(socket))`. Since cnet 0.1.0 (not in
 * Node).
 */
export function toNode(
  socket: Socket,
  options?: {
    /**
     * The socket stays open here too; as `keepOpen` of child.send(). Default: false. Since cnet 0.1.0 (not in Node).
     */
    keepOpen?: boolean | undefined;
  },
): nodeNet.Socket;
/** The same for a server, which goes on listening here. Since cnet 0.1.0 (not in Node). */
export function toNode(server: Server): nodeNet.Server;
/**
 * Node's `BoundSocket` since 26.10; before, a native handle, to be closed when `send()` calls back. Since cnet 0.1.0
 * (not in Node).
 */
export function toNode(bound: BoundSocket): child_process.SendHandle & {
  /** Lets go of it, once it is sent. Since cnet 0.1.0 (not in Node). */
  close(): void;
};

/**
 * A socket of cnet for what has arrived with a message; to be called in its handler. Since cnet 0.1.0 (not in Node).
 */
export function fromNode(socket: nodeNet.Socket, options?: SocketConstructorOpts): Socket;
/** The same of a server. `connectionListener` is added to 'connection'. Since cnet 0.1.0 (not in Node). */
export function fromNode(server: nodeNet.Server, connectionListener?: (socket: Socket) => void): Server;
/** The same of a server, with options. Since cnet 0.1.0 (not in Node). */
export function fromNode(
  server: nodeNet.Server,
  options: ServerOpts | undefined,
  connectionListener?: (socket: Socket) => void,
): Server;
/** Nothing for nothing: a message without a handle. Since cnet 0.1.0 (not in Node). */
export function fromNode(handle: undefined | null): undefined | null;
/** The same of whatever has arrived. Since cnet 0.1.0 (not in Node). */
export function fromNode(handle: unknown): Socket | Server | BoundSocket | undefined | null;
