'use strict';
// socks.js: a relay of SOCKS 5 to IPv4 addresses, without a password.

const net = require('net');

const { obey, say } = require('../program.js');

const GRANTED = Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]);

/* What comes until the next step of the protocol is one message, as a client waits for its answer. */
function relay(client) {
  client.on('error', () => {});
  client.once('data', () => {
    client.write(Buffer.from([5, 0]));
    client.once('data', (request) => {
      client.pause();
      const back = net.connect(request.readUInt16BE(8), request.subarray(4, 8).join('.'), () => {
        client.write(GRANTED);
        client.pipe(back).pipe(client);
      });
      back.on('error', () => client.destroy());
    });
  });
}

const server = net.createServer(relay).listen(0, '127.0.0.1', () => {
  say({ port: server.address().port });
  obey();
});
