// Compiled, not run: the package in a CommonJS program.

import * as net from 'cnet';

export const server: net.Server = net.createServer({ blockList: new net.BlockList() }, (socket) => socket.end());

// @ts-expect-error a port is no date
net.connect(new Date());
