'use strict';
// Rules for addresses, and a server that refuses connections by them.
// Sections net.BlockList and net.createServer() of Node's documentation.
//   node examples/block-list.js

const net = require('cnet');

const blockList = new net.BlockList();
blockList.addAddress('123.123.123.123');
blockList.addRange('10.0.0.1', '10.0.0.10');
blockList.addSubnet('8592:757c:efae:4e45::', 64, 'ipv6');

console.log(blockList.check('123.123.123.123')); // Prints: true
console.log(blockList.check('10.0.0.3')); // Prints: true
console.log(blockList.check('222.111.111.222')); // Prints: false

// IPv6 notation for IPv4 addresses works:
console.log(blockList.check('::ffff:7b7b:7b7b', 'ipv6')); // Prints: true
console.log(blockList.check('::ffff:123.123.123.123', 'ipv6')); // Prints: true

console.log(net.BlockList.isBlockList(blockList)); // Prints: true

const loopback = new net.BlockList();
loopback.addSubnet('127.0.0.0', 8);
const server = net.createServer({ blockList: loopback }, () => console.log('never printed'));
server.listen(0, '127.0.0.1', () => {
  net.connect(server.address().port, '127.0.0.1')
    .on('error', () => {}) // the client may see the refusal as a reset
    .on('close', () => {
      console.log('refused');
      server.close();
    })
    .resume();
});
