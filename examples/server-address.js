'use strict';
// A server on a free port asks for its address. Section server.address() of Node's documentation.
//   node examples/server-address.js

const net = require('cnet');

const server = net.createServer((socket) => {
  socket.end('goodbye\n');
}).on('error', (err) => {
  // Handle errors here.
  throw err;
});

// Grab an arbitrary unused port.
server.listen(() => {
  console.log('opened server on', server.address());

  net.connect(server.address().port)
    .on('data', (data) => console.log(data.toString().trim()))
    .on('close', () => server.close(() => console.log('address after close:', server.address())));
});
