'use strict';
// A socket that TLS has read lives again: what comes then is the program's, or that of TLS which is put over it anew.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const tls = require('node:tls');

const net = require('../..');
const { registerTls } = require('../../lib/register/tls');
const { cert, key } = require('../support/certificate');
const { HOST } = require('../support/net');
const { listening, tidy, track } = require('../support/tidy');

/** What TLS is given for a socket, and what begins that and gives the steps that end it. */
const WAYS = {
  'by forTLS()': { of: net.forTLS, begin: () => [] },
  'with cnet/register': { of: (socket) => socket, begin: () => registerTls(() => true) },
};

for (const [title, { of, begin }] of Object.entries(WAYS)) {
  describe(`a socket that TLS has read, and that lives again, ${title}`, () => {
    /** The port of a server that listens. */
    async function serve(server) {
      server.on('connection', (socket) => track(socket).on('error', () => {}));
      return (await listening(server)).address().port;
    }

    const secured = () => serve(tls.createServer({ key, cert }, (socket) => {
      socket.on('error', () => {});
      socket.write('secret');
    }));

    /** TLS over a socket has read what its server says, and has ended. */
    async function roundOf(socket, port) {
      const secure = tls.connect({ socket: of(socket), rejectUnauthorized: false });
      socket.connect(port, HOST);
      const [bytes] = await once(secure, 'data');
      const closed = once(socket, 'close');
      secure.destroy();
      await closed;
      return String(bytes);
    }

    const fresh = () => track(new net.Socket());

    let undo;

    before(() => {
      undo = begin();
    });

    after(() => {
      for (const step of undo) step();
    });

    afterEach(tidy);

    it('is read by the program', async () => {
      const port = await secured();
      const plain = await serve(net.createServer((socket) => socket.end('plain')));
      const socket = fresh();
      assert.equal(await roundOf(socket, port), 'secret');
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.connect(plain, HOST);
      await once(socket, 'end');
      assert.equal(text, 'plain');
    });

    it('keeps what it was told to decode', async () => {
      const port = await secured();
      const plain = await serve(net.createServer((socket) => socket.end('plain')));
      const socket = fresh().setEncoding('hex');
      await roundOf(socket, port);
      socket.connect(plain, HOST);
      const [text] = await once(socket, 'data');
      assert.equal(text, Buffer.from('plain').toString('hex'));
    });

    it('tells the program of its errors, as any other', async () => {
      const port = await secured();
      const none = net.createServer();
      const gone = await serve(none);
      none.close();
      await once(none, 'close');
      const socket = fresh();
      await roundOf(socket, port);
      socket.connect(gone, HOST);
      const [error] = await once(socket, 'error');
      assert.equal(error.code, 'ECONNREFUSED');
    });

    it('is read by TLS again', async () => {
      const port = await secured();
      const socket = fresh();
      for (let round = 0; round < 3; round++) assert.equal(await roundOf(socket, port), 'secret');
    });
  });
}
