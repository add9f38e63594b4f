'use strict';
// What lib/node-internals/native-streams.js relies on in Node's own sockets, streams and TLS. A test that fails names
// what Node has changed.

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const nodeNet = require('node:net');

const cnet = require('../..');
const {
  allowPassing,
  asNodes,
  makeStream,
  passAs,
  watchActivity,
} = require('../../lib/node-internals/native-streams.js');
const { key, cert } = require('../support/certificate');
const { skip } = require('../support/needs');
const { listen } = require('../support/net');
const { tidy, track } = require('../support/tidy');

const LINE = Number.parseInt(process.versions.node, 10);

/** A descriptor of a socket of Node's, as a duplicate that nobody else has. */
async function connectedPair() {
  const server = await listen(track(nodeNet.createServer()));
  const socket = track(nodeNet.connect(server.address().port, '127.0.0.1'));
  const [[accepted]] = await Promise.all([once(server, 'connection'), once(socket, 'connect')]);
  return { socket, accepted: track(accepted) };
}

describe('node-internals/native-streams.js relies on:', () => {
  before(function check() {
    if (process.platform === 'win32') skip(this, 'not on Windows');
    if (process.versions.openssl === undefined) skip(this, 'this Node has no TLS');
  });

  afterEach(tidy);

  it('a Socket that is made of a descriptor has a native stream, whose class makes others with open()', () => {
    const handle = require('../../lib/native/handle');
    const native = require('../../lib/native/binding');
    const makeDescriptor = () => {
      const made = handle.TCP.make(handle.SOCKET);
      assert.strictEqual(native.makeSocket(made.id, 4, false), 0);
      const fd = native.dup(made.fd);
      made.close();
      return fd;
    };
    const stream = makeStream('of this test', makeDescriptor);
    for (const name of [
      'open',
      'close',
      'readStart',
      'readStop',
      'shutdown',
      'ref',
      'unref',
      'hasRef',
      'getsockname',
      'getpeername',
      'setNoDelay',
    ]) {
      assert.strictEqual(typeof stream[name], 'function', name);
    }
    assert.strictEqual(stream.fd, -1);
    const fd = makeDescriptor();
    assert.strictEqual(stream.open(fd), 0);
    assert.strictEqual(stream.fd, fd);
    stream.close();
    assert.throws(() => fs.fstatSync(fd), { code: 'EBADF' });
  });

  it('a socket of TLS refreshes the timer of the socket below it, which that has under a symbol', async () => {
    const tls = require('node:tls');
    const { socket, accepted } = await connectedPair();
    const secure = tls.connect({ socket, rejectUnauthorized: false });
    track(new tls.TLSSocket(accepted, { isServer: true, key, cert })).resume();
    await once(secure, 'secureConnect');
    let refreshed = 0;
    socket._unrefTimer = () => refreshed++;
    watchActivity(socket);
    secure.write('x');
    assert.ok(refreshed > 0);
  });

  it('TLS asks `instanceof net.Socket`, and takes the handle of one that it is; of any other it is over a Duplex', async () => {
    const tls = require('node:tls');
    const server = await listen(track(nodeNet.createServer((socket) => track(socket))));
    const connecting = () => track(cnet.connect(server.address().port, '127.0.0.1'));
    const isOverDuplex = (socket) =>
      track(new tls.TLSSocket(socket).on('error', () => {}))._handle._parentWrap.stream !== undefined;
    assert.strictEqual(isOverDuplex(connecting()), true);
    assert.strictEqual(isOverDuplex(cnet.forTLS(connecting())), false); // which asNodes() has made
    const socket = connecting();
    cnet.forTLS(socket);
    const undo = allowPassing();
    assert.strictEqual(
      passAs(socket, () => isOverDuplex(socket)),
      false,
    );
    assert.strictEqual(socket instanceof nodeNet.Socket, false);
    assert.strictEqual(asNodes(socket) instanceof nodeNet.Socket, true);
    undo();
    assert.strictEqual(
      passAs(socket, () => socket instanceof nodeNet.Socket),
      false,
    );
  });

  it(`TLS ${LINE > 18 ? 'ends with the socket below it' : 'of this line stays when the socket below it is destroyed'}`, async () => {
    const tls = require('node:tls');
    const { socket, accepted } = await connectedPair();
    const secure = tls.connect({ socket, rejectUnauthorized: false });
    track(new tls.TLSSocket(accepted, { isServer: true, key, cert }))
      .on('error', () => {})
      .resume();
    await once(secure, 'secureConnect');
    socket.destroy();
    await once(socket, 'close');
    await new Promise((resolve) => setImmediate(resolve));
    assert.strictEqual(secure.destroyed, LINE > 18);
  });
});
