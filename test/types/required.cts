// Compiled, not run: the names of the package in a CommonJS module beside ES modules.

import net = require('cnet');
import childProcess = require('cnet/child-process');
import promises = require('cnet/promises');

const socket: net.Socket = net.connect(1, '127.0.0.1', () => {});
const { localAddress }: net.Socket = socket;

const listening: Promise<net.Server> = promises.listen(0);

export = { listening, localAddress, sent: childProcess.toNode(socket) };
