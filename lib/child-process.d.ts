import * as child_process from 'node:child_process';
import * as nodeNet from 'node:net';
import { BoundSocket, Server, ServerOpts, Socket, SocketConstructorOpts } from './index.js';

/** Node's own object for a socket, a server or a bound socket of cnet, to be sent: `child.send(message, toNode(socket))`. */
export function toNode(socket: Socket, options?: { keepOpen?: boolean | undefined }): nodeNet.Socket;
export function toNode(server: Server): nodeNet.Server;
/** Node's `BoundSocket` since 26.10; before, a native handle, to be closed when `send()` calls back. */
export function toNode(bound: BoundSocket): child_process.SendHandle & { close(): void };

/** A socket or a server of cnet for what has arrived with a message; to be called in its handler. */
export function fromNode(socket: nodeNet.Socket, options?: SocketConstructorOpts): Socket;
export function fromNode(server: nodeNet.Server, connectionListener?: (socket: Socket) => void): Server;
export function fromNode(
  server: nodeNet.Server,
  options: ServerOpts | undefined,
  connectionListener?: (socket: Socket) => void,
): Server;
export function fromNode(handle: undefined | null): undefined | null;
export function fromNode(handle: unknown): Socket | Server | BoundSocket | undefined | null;
