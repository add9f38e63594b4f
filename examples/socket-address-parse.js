'use strict';
// Parses addresses with and without a port. Section SocketAddress.parse() of Node's documentation.
//   node examples/socket-address-parse.js

const net = require('cnet');

for (const input of ['123.1.2.3:1234', '[1::1]:1234', '127.0.0.1', 'not an address']) {
  const parsed = net.SocketAddress.parse(input);
  console.log(input, '->', parsed && `${parsed.address} ${parsed.family} ${parsed.port}`);
}
