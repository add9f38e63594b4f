'use strict';
// A socket that TLS has read lives again: what comes then is the program's, or that of TLS which is put over it anew.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const tls = require('node:tls');

const net = require('../..');

const HOST = '127.0.0.1';

const pem = (name) => fs.readFileSync(path.join(__dirname, '..', 'fixtures', 'tls', `${name}.pem`));
const key = pem('key');
const cert = pem('cert');

describe('a socket that TLS has read, and that lives again', () => {
  const open = [];

  async function listening(server) {
    const sockets = new Set();
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
    });
    open.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    server.listen(0, HOST);
    await once(server, 'listening');
    return server.address().port;
  }

  const secured = () => listening(tls.createServer({ key, cert }, (socket) => {
    socket.on('error', () => {});
    socket.write('secret');
  }));

  /** TLS over a socket has read what its server says, and has ended. */
  async function roundOf(socket, port) {
    const secure = tls.connect({ socket, rejectUnauthorized: false });
    socket.connect(port, HOST);
    const [bytes] = await once(secure, 'data');
    const closed = once(socket, 'close');
    secure.destroy();
    await closed;
    return String(bytes);
  }

  function fresh() {
    const socket = new net.Socket();
    open.push(() => socket.destroy());
    return socket;
  }

  afterEach(() => {
    for (const close of open.splice(0)) close();
  });

  it('is read by the program', async () => {
    const port = await secured();
    const plain = await listening(net.createServer((socket) => socket.end('plain')));
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
    const plain = await listening(net.createServer((socket) => socket.end('plain')));
    const socket = fresh().setEncoding('hex');
    await roundOf(socket, port);
    socket.connect(plain, HOST);
    const [text] = await once(socket, 'data');
    assert.equal(text, Buffer.from('plain').toString('hex'));
  });

  it('tells the program of its errors, as any other', async () => {
    const port = await secured();
    const none = net.createServer();
    const gone = await listening(none);
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
