'use strict';
// Answers of mitm to http and https, and its ends of connections of net and tls; what passes; and after disable().

const { once } = require('node:events');
const https = require('node:https');
const net = require('node:net');
const tls = require('node:tls');

const Mitm = require('mitm');

const { get, main, port, real, say, text } = require('./kit.cjs');

main(async () => {
  const mitm = Mitm();
  mitm.on('request', (request, response) => response.end(`mocked ${request.url}`));
  mitm.on('connect', (socket, options) => {
    if (Number(options.port) === port) socket.bypass();
  });
  say('http', await get('http://example.test/a', { agent: undefined }));
  say('https', await get('https://example.test/b', { agent: undefined }, https));
  for (const [name, connect] of [['net', net.connect], ['tls', tls.connect]]) {
    mitm.once('connection', (peer) => peer.on('data', (chunk) => peer.end(`mocked ${chunk}`)));
    const socket = connect(4, 'example.test');
    socket.write('hello');
    say(name, await text(socket), socket instanceof net.Socket);
  }
  const passing = net.connect(port, '127.0.0.1');
  await once(passing, 'connect');
  passing.end('GET /passes HTTP/1.0\r\n\r\n');
  say('passes', (await text(passing)).split('\r\n').at(-1));
  mitm.disable();
  say('disabled', await get(`${real}/c`));
});
