'use strict';
// socks.js: an operation goes through the SOCKS proxy to a server of this process, which sends `size` bytes.

const { once } = require('node:events');
const nodeNet = require('node:net');

const { SocksClient } = require('socks');

const { obey, options } = require('../program.js');

const body = Buffer.alloc(options.size, 'cnet');
const origin = nodeNet.createServer((socket) => socket.end(body));
const proxy = { host: '127.0.0.1', port: options.port, type: 5 };

async function take() {
  const destination = { host: '127.0.0.1', port: origin.address().port };
  const { socket } = await SocksClient.createConnection({ proxy, command: 'connect', destination });
  socket.resume();
  await once(socket, 'close');
}

origin.listen(0, '127.0.0.1', () => obey(take, options.atOnce));
