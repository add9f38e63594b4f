// Compiled, not run: the names of the package in an ES module.

import nodeNet from 'node:net';

import net, { BlockList, Server, Socket, createServer } from 'cnet';
import * as names from 'cnet';
import { fromNode, toNode } from 'cnet/child-process';
import promises, { connect, listen } from 'cnet/promises';
import { register, unregister } from 'cnet/register';
import * as registerHttp from 'cnet/register-http';

const asNode: typeof nodeNet = net;
const all: typeof net = names;
const server: Server = createServer((socket: Socket) => socket.end());
const list: net.BlockList = new BlockList();
const socket: net.Socket = fromNode(toNode(new net.Socket()));
const server2: Promise<Server> = promises.listen(0, (one) => one.end());
const same: typeof connect = net.promises.connect;

// @ts-expect-error there is no such name
net.createSocket();

registerHttp.unregister();
registerHttp.register();

export { all, asNode, list, listen, register, same, server, server2, socket, unregister };
