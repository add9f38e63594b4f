'use strict';
// handshakes.js: an operation is a connection of TLS that is opened, without a ticket of an earlier one, and ended.

const { once } = require('node:events');
const net = require('net');
const tls = require('node:tls');

const { obey, options } = require('../program.js');

async function handshake() {
  const socket = net.connect(options.port, '127.0.0.1');
  const secure = tls.connect({ socket, rejectUnauthorized: false });
  await once(secure, 'secureConnect');
  secure.end().resume();
  await once(secure, 'close');
}

obey(handshake, options.atOnce);
