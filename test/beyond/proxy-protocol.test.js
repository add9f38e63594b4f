'use strict';
// The PROXY protocol: servers that read its headers, sockets that send one, and the bytes that both are made of.
// Peers are raw sockets, haproxy, curl and socat.

const assert = require('node:assert');
const { execFile, spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const nodeNet = require('node:net');
const path = require('node:path');
const tls = require('node:tls');

const net = require('../..');
const { TLV, encodeProxyHeader, parseTlvs } = require('../../lib/proxy-protocol');
const { env, runFixture } = require('../support/child');
const { needsLinux, skip } = require('../support/needs');
const { HOST, bytes, close, closed, listen, text } = require('../support/net');
const { patience } = require('../support/scale');
const { tempDir } = require('../support/temp');

const has = (program) => spawnSync(program, ['-h'], { stdio: 'ignore', env }).error === undefined;

const loopback = new net.BlockList();
loopback.addCIDRs(['127.0.0.0/8', '::1/128']);
const nobody = new net.BlockList();

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const INET_ENDS = Buffer.from([10, 1, 2, 3, 10, 9, 8, 7, 0xdc, 4, 1, 0xbb]);
const LINE = 'PROXY TCP4 10.1.2.3 10.9.8.7 56324 443\r\n';

/** A header of version 2 from its parts, independent of what is tested. */
function binary(body, { versionCommand = 0x21, family = 0x11, length = body.length } = {}) {
  return Buffer.concat([SIGNATURE, Buffer.of(versionCommand, family, length >> 8, length & 255), body]);
}

const tlv = (type, value) =>
  Buffer.concat([Buffer.of(type, value.length >> 8, value.length & 255), Buffer.from(value)]);

/** A plain client of node:net that does not mind how it ends. */
function client(server) {
  const address = server.address();
  const socket =
    typeof address === 'string' ? nodeNet.connect(address) : nodeNet.connect(address.port, address.address);
  return socket.on('error', () => {}).setNoDelay(true);
}

/** The end of a client, be it by a reset. */
const ended = (peer) => closed(peer.resume());

/** Sends bytes, and gives the socket of the server and all that it has read. */
async function serve(options, sent, ...where) {
  const server = await listen(net.createServer({ proxyProtocol: { mode: 'require', ...options } }), ...where);
  const peer = client(server);
  peer.end(sent);
  const [socket] = await once(server, 'connection');
  const names = {
    remote: [socket.remoteAddress, socket.remotePort, socket.remoteFamily],
    local: [socket.localAddress, socket.localPort, socket.localFamily],
    peer: [socket.peerAddress, socket.peerPort, socket.peerFamily],
    address: socket.address(),
  };
  const real = typeof server.address() === 'string' ? null : { server: server.address().port, client: peer.localPort };
  const data = await bytes(socket);
  socket.end();
  await close(server);
  return { socket, data: data.toString(), names, real, header: socket.proxyHeader };
}

/** Sends bytes that are to be refused: gives the error of 'proxyError'. */
async function refused(sent, { options = {}, end = true } = {}) {
  const server = await listen(
    net.createServer({ proxyProtocol: { mode: 'require', ...options } }, () => assert.fail('let in')),
  );
  const peer = client(server);
  if (end) peer.end(sent);
  else peer.write(sent);
  const [[error, names]] = await Promise.all([once(server, 'proxyError'), ended(peer)]);
  assert.strictEqual(names.remoteAddress, HOST);
  assert.strictEqual(names.localPort, names.remotePort === undefined ? undefined : server.address().port);
  await close(server);
  return error;
}

describe('PROXY protocol', function () {
  this.timeout(patience(5000));

  describe('a server with the option proxyProtocol', () => {
    it('version 1, TCP4: the names are those of the header, the real peer stays reachable, no byte behind it is lost', async () => {
      const { names, header, data, real } = await serve({}, `${LINE}hello`);
      assert.deepStrictEqual(names, {
        remote: ['10.1.2.3', 56324, 'IPv4'],
        local: ['10.9.8.7', 443, 'IPv4'],
        peer: [HOST, real.client, 'IPv4'],
        address: { address: '10.9.8.7', family: 'IPv4', port: 443 },
      });
      assert.deepStrictEqual(header, {
        version: 1,
        command: 'PROXY',
        family: 'IPv4',
        protocol: 'STREAM',
        sourceAddress: '10.1.2.3',
        sourcePort: 56324,
        destinationAddress: '10.9.8.7',
        destinationPort: 443,
        tlvs: [],
      });
      assert.strictEqual(data, 'hello');
    });

    it('version 1, TCP6: also with a dotted end, in upper case and without a gap', async () => {
      const { names } = await serve({}, 'PROXY TCP6 2001:DB8:0:0:0:0:0:1 ::ffff:1.2.3.4 0 65535\r\n');
      assert.deepStrictEqual(names.remote, ['2001:db8::1', 0, 'IPv6']);
      assert.deepStrictEqual(names.local, ['::ffff:1.2.3.4', 65535, 'IPv6']);
    });

    for (const [title, bytes, command] of [
      ['version 1, UNKNOWN', 'PROXY UNKNOWN\r\n', 'PROXY'],
      ['version 1, UNKNOWN with more in the line', 'PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n', 'PROXY'],
      ['version 2, LOCAL', binary(Buffer.alloc(0), { versionCommand: 0x20, family: 0 }), 'LOCAL'],
      ['version 2, LOCAL with addresses, which mean nothing', binary(INET_ENDS, { versionCommand: 0x20 }), 'LOCAL'],
      ['version 2, no family', binary(tlv(TLV.AUTHORITY, 'a.example'), { family: 0 }), 'PROXY'],
    ]) {
      it(`${title}: the real names`, async () => {
        const { names, header, real, data } = await serve({}, Buffer.concat([Buffer.from(bytes), Buffer.from('data')]));
        assert.deepStrictEqual(names.remote, [HOST, real.client, 'IPv4']);
        assert.deepStrictEqual(names.local, [HOST, real.server, 'IPv4']);
        assert.deepStrictEqual(
          [header.command, header.family, header.sourceAddress, data],
          [command, undefined, undefined, 'data'],
        );
      });
    }

    it('version 2, IPv4 and IPv6, streams and datagrams', async () => {
      const four = await serve({}, binary(INET_ENDS));
      assert.deepStrictEqual(
        [four.names.remote, four.names.local],
        [
          ['10.1.2.3', 56324, 'IPv4'],
          ['10.9.8.7', 443, 'IPv4'],
        ],
      );
      const ends = Buffer.concat([
        Buffer.alloc(15),
        Buffer.of(1),
        Buffer.from('fe80'.padEnd(32, '0'), 'hex'),
        Buffer.of(0, 1, 0, 2),
      ]);
      const six = await serve({}, binary(ends, { family: 0x22 }));
      assert.deepStrictEqual([six.names.remote, six.names.local], [['::1', 1, 'IPv6'], ['fe80::', 2, 'IPv6']]);
      assert.deepStrictEqual([four.header.protocol, six.header.protocol, six.header.version], ['STREAM', 'DGRAM', 2]);
    });

    it('version 2, Unix sockets: paths, and abstract names', async () => {
      const ends = Buffer.alloc(216);
      ends.write('/run/client');
      ends.write('\0abstract', 108);
      const { names, header } = await serve({}, binary(ends, { family: 0x31 }));
      assert.deepStrictEqual(
        [names.remote, names.local],
        [
          ['/run/client', undefined, undefined],
          ['\0abstract', undefined, undefined],
        ],
      );
      assert.deepStrictEqual(
        [header.family, header.sourceAddress, 'sourcePort' in header],
        ['Unix', '/run/client', false],
      );
    });

    it('TLVs come as they are, without those that only fill up', async () => {
      const body = Buffer.concat([
        INET_ENDS,
        tlv(TLV.ALPN, 'h2'),
        tlv(TLV.NOOP, '\0\0\0'),
        tlv(0xe0, Buffer.from([0, 255])),
        tlv(TLV.UNIQUE_ID, ''),
      ]);
      const { header } = await serve({}, binary(body));
      assert.deepStrictEqual(header.tlvs, [
        { type: TLV.ALPN, value: Buffer.from('h2') },
        { type: 0xe0, value: Buffer.from([0, 255]) },
        { type: TLV.UNIQUE_ID, value: Buffer.alloc(0) },
      ]);
    });

    it('a header of thousands of bytes is read whole, beside the data behind it', async () => {
      const value = Buffer.alloc(16 * 1024 - 16 - INET_ENDS.length - 3, 7);
      const { header, data } = await serve(
        {},
        Buffer.concat([binary(Buffer.concat([INET_ENDS, tlv(0xe0, value)])), Buffer.from('behind')]),
      );
      assert.ok(header.tlvs[0].value.equals(value));
      assert.strictEqual(data, 'behind');
    });

    it('headers come byte by byte, and the data behind them', async () => {
      const server = await listen(net.createServer({ proxyProtocol: {} }));
      for (const header of [Buffer.from(LINE), binary(Buffer.concat([INET_ENDS, tlv(1, 'h2')]))]) {
        const peer = client(server);
        await once(peer, 'connect');
        const connection = once(server, 'connection');
        for (const byte of Buffer.concat([header, Buffer.from('data')])) {
          await new Promise((resolve) => { peer.write(Buffer.of(byte), () => setImmediate(resolve)); });
        }
        peer.end();
        const [socket] = await connection;
        assert.strictEqual(socket.remoteAddress, '10.1.2.3');
        assert.strictEqual(await text(socket), 'data');
        socket.end();
      }
      await close(server);
    });

    it('what comes behind the header stays in the kernel: bytesRead counts data alone, and whoever has the descriptor reads them', async () => {
      const server = await listen(net.createServer({ pauseOnConnect: true, proxyProtocol: {} }));
      const peer = client(server);
      peer.end(`${LINE}for another process`);
      const [socket] = await once(server, 'connection');
      assert.deepStrictEqual([socket.isPaused(), socket.bytesRead, socket.readableLength], [true, 0, 0]);
      const cat = spawn('cat', { stdio: [socket, 'pipe', 'inherit'] });
      assert.strictEqual(await text(cat.stdout), 'for another process');
      socket.destroy();
      await close(server);
    });

    it('a connection on which the server speaks first', async () => {
      const server = await listen(
        net.createServer({ proxyProtocol: {} }, (socket) => socket.end(`hello ${socket.remoteAddress}`)),
      );
      const peer = client(server);
      peer.write(LINE);
      assert.strictEqual(await text(peer), 'hello 10.1.2.3');
      peer.end();
      await close(server);
    });

    it('a Unix socket: who may open it is trusted', async () => {
      const dir = tempDir();
      const { names, data } = await serve({ trusted: nobody }, `${LINE}data`, { path: dir.socket('s') });
      dir.remove();
      assert.deepStrictEqual([names.remote, names.local], [['10.1.2.3', 56324, 'IPv4'], ['10.9.8.7', 443, 'IPv4']]);
      assert.deepStrictEqual([names.peer, data], [[undefined, undefined, undefined], 'data']);
    });

    it('TLS on top: the header comes before its bytes', async () => {
      const keys = path.join(__dirname, '../fixtures/tls');
      const [key, cert] = ['key.pem', 'cert.pem'].map((name) => fs.readFileSync(path.join(keys, name)));
      const secure = tls.createServer({ key, cert }, (socket) => socket.pipe(socket));
      for (const proxyProtocol of [{}, { mode: 'optional', trusted: loopback }]) {
        for (const proxyHeader of [
          { source: { address: '9.9.9.9', port: 9 }, destination: { address: '8.8.8.8', port: 8 } },
          undefined,
        ]) {
          if (proxyHeader === undefined && proxyProtocol.mode === undefined) continue; // it would be refused
          let remote;
          const server = await listen(net.createServer({ proxyProtocol }, (socket) => {
            remote = socket.remoteAddress; // while it is open
            secure.emit('connection', socket);
          }));
          const outer = net.connect({ port: server.address().port, host: HOST, proxyHeader });
          const inner = tls.connect({ socket: outer, rejectUnauthorized: false });
          inner.end('through TLS');
          assert.strictEqual((await bytes(inner)).toString(), 'through TLS');
          assert.strictEqual(remote, proxyHeader === undefined ? HOST : '9.9.9.9');
          outer.destroy();
          await close(server);
        }
      }
    });
  });

  describe('hostile headers are refused', () => {
    const line = (text) => Buffer.from(text);
    const ends = (text) => line(`PROXY ${text}\r\n`);
    const hostile = {
      'no header': [line('GET / HTTP/1.1\r\n\r\n'), /signature is missing/],
      'a signature that ends wrongly': [
        Buffer.concat([SIGNATURE.subarray(0, 11), Buffer.from('X'.repeat(20))]),
        /signature is missing/,
      ],
      'lower case': [line('proxy TCP4 1.1.1.1 1.1.1.1 1 1\r\n'), /signature is missing/],
      'a line of 108 bytes': [line(`PROXY UNKNOWN ${'x'.repeat(92)}\r\n`), /too long/],
      'a line without end': [line(`PROXY UNKNOWN ${'x'.repeat(10000)}`), /too long/],
      'a line that ends by a line feed alone': [line('PROXY TCP4 1.1.1.1 1.1.1.1 1 1\n '), /character/],
      'a carriage return in the line': [line('PROXY UNKNOWN \r \r\n'), /character/],
      'a zero byte': [line('PROXY UNKNOWN \0\r\n'), /character/],
      'an escape character': [line('PROXY TCP4 1.1.1.1 \x1b[2J 1 1\r\n'), /character/],
      'a letter beyond ASCII': [line('PROXY UNKNOWN é\r\n'), /character/],
      'a protocol that is none': [ends('UDP4 1.1.1.1 1.1.1.1 1 1'), /protocol/],
      'a protocol with more behind it': [ends('TCP44 1.1.1.1 1.1.1.1 1 1'), /protocol/],
      'IPv6 in TCP4': [ends('TCP4 ::1 ::1 1 1'), /address/],
      'IPv4 in TCP6': [ends('TCP6 1.1.1.1 1.1.1.1 1 1'), /address/],
      'a number with a leading zero': [ends('TCP4 1.1.1.01 1.1.1.1 1 1'), /address/],
      'a number beyond 255': [ends('TCP4 1.1.1.256 1.1.1.1 1 1'), /address/],
      'a zone': [ends('TCP6 fe80::1%lo ::1 1 1'), /address/],
      'nine groups': [ends('TCP6 1:2:3:4:5:6:7:8:9 ::1 1 1'), /address/],
      'two gaps': [ends('TCP6 1::2::3 ::1 1 1'), /address/],
      'two spaces': [ends('TCP4  1.1.1.1 1.1.1.1 1 1'), /address/],
      'a port beyond 65535': [ends('TCP4 1.1.1.1 1.1.1.1 65536 1'), /port/],
      'a port with a sign': [ends('TCP4 1.1.1.1 1.1.1.1 +1 1'), /port/],
      'a port with a leading zero': [ends('TCP4 1.1.1.1 1.1.1.1 1 01'), /port/],
      'one field too many': [ends('TCP4 1.1.1.1 1.1.1.1 1 1 1'), /port/],
      'one field too few': [ends('TCP4 1.1.1.1 255.255.255.255 1'), /character|too short/],
      'another version': [binary(INET_ENDS, { versionCommand: 0x31 }), /version/],
      'another command': [binary(INET_ENDS, { versionCommand: 0x22 }), /command/],
      'another family': [binary(INET_ENDS, { family: 0x41 }), /family/],
      'another protocol': [binary(INET_ENDS, { family: 0x13 }), /family/],
      'a family without a protocol': [binary(INET_ENDS, { family: 0x10 }), /family/],
      'a length below that of the addresses': [binary(INET_ENDS.subarray(0, 11)), /too short/],
      'IPv4 ends for IPv6': [binary(INET_ENDS, { family: 0x21 }), /too short/],
      'a length beyond 16 KiB': [binary(Buffer.alloc(0), { length: 65535 }), /too long/],
      'half a TLV': [binary(Buffer.concat([INET_ENDS, Buffer.of(1, 0)])), /TLV/],
      'a TLV beyond the end': [binary(Buffer.concat([INET_ENDS, Buffer.of(1, 0, 2, 65)])), /TLV/],
      'a checksum of three bytes': [binary(Buffer.concat([INET_ENDS, tlv(TLV.CRC32C, 'abc')])), /TLV/],
      'a wrong checksum': [binary(Buffer.concat([INET_ENDS, tlv(TLV.CRC32C, 'abcd')])), /checksum/],
      'an end in the middle of a line': [line('PROXY TCP4 1.1.1.1 1.'), /ended/],
      'an end in the middle of version 2': [binary(INET_ENDS).subarray(0, 20), /ended/],
      'an end before anything': [Buffer.alloc(0), /ended/],
    };

    for (const [title, [bytes, message]] of Object.entries(hostile)) {
      it(`${title}: 'proxyError' with ERR_PROXY_PROTOCOL_INVALID, and no 'connection'`, async () => {
        const error = await refused(bytes);
        assert.strictEqual(error.code, 'ERR_PROXY_PROTOCOL_INVALID');
        assert.match(error.message, message);
      });
    }

    it('a byte of a right checksum is changed: refused; unchanged it is not', async () => {
      const right = encodeProxyHeader({
        source: { address: '1.1.1.1', port: 1 },
        destination: { address: '2.2.2.2', port: 2 },
        tlvs: [{ type: TLV.AUTHORITY, value: 'host' }],
        checksum: true,
      });
      assert.strictEqual((await serve({}, right)).names.remote[0], '1.1.1.1');
      for (const at of [16, right.length - 9, right.length - 1]) {
        const wrong = Buffer.from(right);
        wrong[at] ^= 1;
        assert.match((await refused(wrong)).message, /checksum/);
      }
    });

    it('without a listener they are closed in silence, and the server goes on', async () => {
      const server = await listen(net.createServer({ proxyProtocol: {} }));
      const peer = client(server);
      peer.end('nonsense, and more of it');
      await ended(peer);
      const good = client(server);
      good.end(LINE);
      const [socket] = await once(server, 'connection');
      assert.strictEqual(socket.remoteAddress, '10.1.2.3');
      socket.resume().end();
      await close(server);
    });
  });

  describe('timeout, limits and ends', () => {
    it('a header that does not come, or not whole, is ERR_PROXY_PROTOCOL_TIMEOUT after `timeout`', async () => {
      for (const bytes of ['', 'PROXY TCP4 1.1.', binary(INET_ENDS).subarray(0, 13)]) {
        const error = await refused(bytes, { options: { timeout: 20 }, end: false });
        assert.strictEqual(error.code, 'ERR_PROXY_PROTOCOL_TIMEOUT');
        assert.match(error.message, /20 ms/);
      }
    });

    it('one that waits does not keep a later one back, and is closed at its own time', async () => {
      const server = await listen(net.createServer({ proxyProtocol: { timeout: 200 } }));
      const slow = client(server);
      await once(slow, 'connect');
      const quick = client(server);
      quick.end(LINE);
      const [socket] = await once(server, 'connection');
      socket.resume().end();
      const [error] = await once(server, 'proxyError');
      assert.strictEqual(error.code, 'ERR_PROXY_PROTOCOL_TIMEOUT');
      await close(server);
    });

    it('connections that wait for their header count in maxConnections, until they are let in or refused', async () => {
      const server = await listen(net.createServer({ proxyProtocol: {} }));
      server.maxConnections = 2;
      const waiting = [client(server), client(server)];
      await Promise.all(waiting.map((peer) => once(peer, 'connect')));
      const drop = once(server, 'drop');
      client(server).resume();
      await drop;
      waiting[0].write(LINE);
      const [socket] = await once(server, 'connection');
      const secondDrop = once(server, 'drop');
      client(server).resume();
      await secondDrop;
      waiting[1].end('nonsense, and more of it');
      await once(server, 'proxyError');
      const third = client(server);
      third.write(LINE);
      const [other] = await once(server, 'connection');
      for (const one of [socket, other]) one.destroy();
      await close(server);
    });

    it('close() closes those that wait for their header, and does not wait for them', async () => {
      const server = await listen(
        net.createServer({ proxyProtocol: { timeout: 2 ** 31 - 1 } }, () => assert.fail('let in')),
      );
      server.on('proxyError', () => assert.fail('told'));
      const peers = [client(server), client(server)];
      peers[1].write('PROXY TCP4 1.');
      await Promise.all(peers.map((peer) => once(peer, 'connect')));
      const probe = net.connect(server.address().port, HOST); // what came before it has been accepted, too
      await once(probe, 'connect');
      const gone = Promise.all(peers.map(ended));
      probe.destroy();
      await close(server);
      await gone;
    });

    it('an iterator that is full keeps connections back whose header has come', async () => {
      const server = await listen(net.createServer({ proxyProtocol: {} }));
      const iterator = server[Symbol.asyncIterator]({ highWaterMark: 1 });
      const first = iterator.next();
      const peers = Array.from({ length: 4 }, () => client(server));
      for (const peer of peers) peer.end(LINE);
      const sockets = [(await first).value];
      while (sockets.length < 4) sockets.push((await iterator.next()).value);
      for (const socket of sockets) assert.strictEqual(socket.remoteAddress, '10.1.2.3');
      for (const socket of sockets) socket.resume().end();
      await iterator.return(); // which leaves the server as it is
      await close(server);
    });

    it('the process ends with a server and a connection that waits, both unref()ed or not held', async () => {
      const { status, stdout } = await runFixture('beyond/proxy-exit.js');
      assert.deepStrictEqual([status, stdout], [0, 'waiting\n']);
    });
  });

  describe('whom to believe', () => {
    it("mode 'require': a peer that is not trusted is refused, whatever it sends", async () => {
      const error = await refused(LINE, { options: { trusted: nobody } });
      assert.strictEqual(error.code, 'ERR_PROXY_PROTOCOL_UNTRUSTED');
    });

    it("mode 'optional': what a peer sends that is not trusted is data", async () => {
      const { names, data, header, real } = await serve({ mode: 'optional', trusted: nobody }, `${LINE}data`);
      assert.deepStrictEqual([names.remote, data, header], [[HOST, real.client, 'IPv4'], `${LINE}data`, null]);
    });

    it("mode 'optional': a trusted peer may send a header, or none: then not a byte is lost, also of a paused socket", async () => {
      const options = { mode: 'optional', trusted: loopback };
      assert.deepStrictEqual((await serve(options, `${LINE}data`)).names.remote[0], '10.1.2.3');
      for (const bytes of ['GET / HTTP/1.1\r\n\r\n', 'P', 'PROXYING is something else', '\r\n\r\nnot quite', '']) {
        const { data, header, names, socket } = await serve(options, bytes);
        assert.deepStrictEqual([data, header, names.remote[0], socket.bytesRead], [bytes, null, HOST, bytes.length]);
      }
      const server = await listen(net.createServer({ pauseOnConnect: true, proxyProtocol: options }));
      const peer = client(server);
      const long = Buffer.alloc(300000, 'x');
      peer.end(long);
      const [socket] = await once(server, 'connection');
      assert.strictEqual(socket.isPaused(), true);
      assert.strictEqual((await bytes(socket.resume())).length, long.length);
      socket.end();
      await close(server);
    });

    it("mode 'optional': a header that has begun has to be a right one", async () => {
      const error = await refused('PROXY TCP4 1.1.1.1 nonsense 1 1\r\n', {
        options: { mode: 'optional', trusted: loopback },
      });
      assert.strictEqual(error.code, 'ERR_PROXY_PROTOCOL_INVALID');
    });

    it("mode 'optional': a trusted peer that waits for the server to speak is let in after `timeout`", async () => {
      const server = await listen(
        net.createServer({ proxyProtocol: { mode: 'optional', trusted: loopback, timeout: 20 } }, (socket) =>
          socket.end('hello'),
        ),
      );
      assert.strictEqual(await text(client(server)), 'hello');
      await close(server);
    });

    it('blockList is about the real peer, and comes first: no header is waited for', async () => {
      for (const List of [net.BlockList, nodeNet.BlockList]) {
        const blockList = new List();
        blockList.addAddress('10.1.2.3');
        const server = await listen(net.createServer({ blockList, proxyProtocol: {} }));
        client(server).end(LINE);
        const [socket] = await once(server, 'connection');
        assert.strictEqual(socket.remoteAddress, '10.1.2.3');
        socket.resume().end();
        await close(server);
      }
      const server = await listen(
        net.createServer({ blockList: loopback, proxyProtocol: {} }, () => assert.fail('let in')),
      );
      server.on('proxyError', () => assert.fail('read'));
      await ended(client(server));
      await close(server);
    });

    it('trusted may be a list of node:net', async () => {
      const trusted = new nodeNet.BlockList();
      trusted.addAddress(HOST);
      assert.strictEqual((await serve({ trusted }, LINE)).names.remote[0], '10.1.2.3');
    });

    it('options that cannot be are refused at once', () => {
      const make = (proxyProtocol) => () => net.createServer({ proxyProtocol });
      assert.throws(make(true), {
        code: 'ERR_INVALID_ARG_TYPE',
        message: /"options\.proxyProtocol" property must be of type object/,
      });
      assert.throws(make({ mode: 'maybe' }), { code: 'ERR_INVALID_ARG_VALUE' });
      assert.throws(make({ timeout: 0 }), { code: 'ERR_OUT_OF_RANGE' });
      assert.throws(make({ timeout: '1' }), { code: 'ERR_INVALID_ARG_TYPE' });
      assert.throws(make({ trusted: ['127.0.0.1'] }), { code: 'ERR_INVALID_ARG_TYPE' });
      assert.throws(make({ mode: 'optional' }), { code: 'ERR_MISSING_ARGS' });
    });

    it('a server without the option takes a header for data', async () => {
      const server = await listen(net.createServer());
      client(server).end(LINE);
      const [socket] = await once(server, 'connection');
      assert.deepStrictEqual([socket.proxyHeader, socket.peerAddress, socket.remoteAddress], [null, HOST, HOST]);
      assert.strictEqual(await text(socket), LINE);
      socket.end();
      await close(server);
    });
  });

  describe('between threads and processes', () => {
    it('a server that moves to another thread goes on to read headers, and its sockets keep theirs when they move', async () => {
      const server = await listen(net.createServer({ proxyProtocol: { trusted: loopback, timeout: 1234 } }));
      const moved = net.receive(net.transfer(server));
      await once(moved, 'listening');
      client(moved).end(binary(Buffer.concat([INET_ENDS, tlv(1, 'h2')])));
      const [socket] = await once(moved, 'connection');
      const again = net.receive(structuredClone(net.transfer(socket)));
      assert.deepStrictEqual(
        [again.remoteAddress, again.localPort, again.proxyHeader.tlvs],
        ['10.1.2.3', 443, [{ type: 1, value: Buffer.from('h2') }]],
      );
      again.resume().end();
      await close(moved);
    });

    for (const policy of ['rr', 'none']) {
      it(`in a worker of a cluster (${policy}): headers, refusals, the limit and close()`, async () => {
        const { status, stdout, stderr } = await runFixture('beyond/proxy-cluster.js', [policy]);
        assert.strictEqual(stderr, '');
        assert.deepStrictEqual([status, stdout.trim().split('\n')], [0, [
          '10.1.2.3 56324 10.9.8.7 443 127.0.0.1 data',
          'ERR_PROXY_PROTOCOL_INVALID',
          'drop',
          'closed',
        ]]);
      });
    }
  });

  describe('connect() with the option proxyHeader', () => {
    const source = { address: '10.1.2.3', port: 56324 };
    const destination = { address: '10.9.8.7', port: 443 };

    /** What a plain server reads of a client with the option. */
    async function sent(proxyHeader, write = (socket) => socket.end('data')) {
      const server = await listen(nodeNet.createServer());
      const socket = net.connect({ port: server.address().port, host: HOST, proxyHeader });
      write(socket);
      const [peer] = await once(server, 'connection');
      const data = await bytes(peer);
      peer.end();
      await close(server);
      return { data, socket };
    }

    it('sends it first, before what was written earlier and what listeners of connect write', async () => {
      const { data, socket } = await sent({ version: 1, source, destination }, (one) => {
        one.prependListener('connect', () => one.end(' later'));
        one.write('early');
      });
      assert.strictEqual(data.toString(), `${LINE}early later`);
      assert.strictEqual(socket.bytesWritten, 'early later'.length);
    });

    it('version 2 is the default, with TLVs and a checksum', async () => {
      const tlvs = [{ type: TLV.ALPN, value: 'h2' }];
      const { data } = await sent({ source, destination, tlvs });
      assert.deepStrictEqual(
        data,
        Buffer.concat([binary(Buffer.concat([INET_ENDS, tlv(TLV.ALPN, 'h2')])), Buffer.from('data')]),
      );
      const { header } = await serve({}, encodeProxyHeader({ source, destination, tlvs, checksum: true }));
      assert.deepStrictEqual(header.tlvs.map(({ type }) => type), [TLV.ALPN, TLV.CRC32C]);
    });

    it('without ends it is LOCAL, or UNKNOWN', async () => {
      assert.deepStrictEqual((await sent({})).data, Buffer.concat([SIGNATURE, Buffer.from('\x20\0\0\0data')]));
      assert.deepStrictEqual((await sent({ version: 1 })).data.toString(), 'PROXY UNKNOWN\r\ndata');
    });

    it('a socket stands for the connection that it is: a proxy of two lines', async () => {
      const back = await listen(net.createServer({ proxyProtocol: {} }, (socket) => {
        socket.end(`${socket.remoteAddress} ${socket.remotePort} ${socket.localPort}`);
      }));
      for (const host of [HOST, '::']) {
        for (const version of [1, 2]) {
          const proxy = await listen(net.createServer((socket) => {
            const proxyHeader = version === 2 ? socket : { version, socket };
            socket.pipe(net.connect({ port: back.address().port, host: HOST, proxyHeader })).pipe(socket);
          }), { port: 0, host });
          const peer = nodeNet.connect(proxy.address().port, HOST);
          await once(peer, 'connect');
          const { localPort } = peer;
          const text = (await bytes(peer)).toString();
          assert.strictEqual(text, `${HOST} ${localPort} ${proxy.address().port}`);
          await close(proxy);
        }
      }
      await close(back);
    });

    it('over a Unix socket too, for one that stands for a Unix socket: no ends are told', async () => {
      const dir = tempDir();
      const back = await listen(net.createServer({ proxyProtocol: {} }), { path: dir.socket('s') });
      const first = net.connect(back.address());
      await once(first, 'connect');
      net.connect({ path: back.address(), proxyHeader: first }).end('x');
      const [socket] = await once(back, 'connection');
      assert.deepStrictEqual(
        [socket.proxyHeader.command, socket.proxyHeader.family, socket.remoteAddress],
        ['PROXY', undefined, undefined],
      );
      socket.resume().end();
      first.destroy();
      await close(back);
      dir.remove();
    });

    it('one that the kernel does not take at once goes whole, and before the event connect', async () => {
      const native = require('../../lib/native/binding');
      const { kWritten } = require('../../lib/common/symbols');
      const { write } = native;
      let waiting = null;
      native.write = (id, bytes) => {
        native.write = write;
        write(id, bytes.subarray(0, 5));
        waiting = () => write(id, bytes.subarray(5));
        return 1;
      };
      try {
        const { data } = await sent({ version: 1, source, destination }, (one) => {
          one.on('connect', () => assert.strictEqual(waiting, null));
          one.end('data');
          const look = () => {
            if (waiting === null) {
              setImmediate(look);
              return;
            }
            waiting();
            waiting = null;
            assert.strictEqual(one.connecting, true);
            one[kWritten](0);
          };
          look();
        });
        assert.strictEqual(data.toString(), `${LINE}data`);
      } finally {
        native.write = write;
      }
    });

    it('a socket that connects again sends none that it is not given again', async () => {
      const server = await listen(nodeNet.createServer());
      const read = [];
      server.on('connection', (peer) => {
        read.push(bytes(peer));
        peer.end();
      });
      const socket = new net.Socket();
      for (const proxyHeader of [{ version: 1 }, undefined]) {
        socket.connect({ port: server.address().port, host: HOST, proxyHeader }).resume().end('data');
        await once(socket, 'close');
      }
      await close(server);
      assert.deepStrictEqual((await Promise.all(read)).map(String), ['PROXY UNKNOWN\r\ndata', 'data']);
    });

    it('what cannot be is thrown by connect(), which then has not begun', () => {
      for (const [proxyHeader, code] of [
        [1, 'ERR_INVALID_ARG_TYPE'],
        [{ version: 3 }, 'ERR_INVALID_ARG_VALUE'],
        [{ command: 'LOCK' }, 'ERR_INVALID_ARG_VALUE'],
        [{ source }, 'ERR_INVALID_ARG_TYPE'],
        [{ destination, source: { address: 'example.org', port: 1 } }, 'ERR_INVALID_ADDRESS'],
        [{ destination, source: { address: '1.1.1.1', port: 65536 } }, 'ERR_SOCKET_BAD_PORT'],
        [{ destination, source: { path: '/s' } }, 'ERR_INVALID_ARG_VALUE'],
        [{ source, destination: { path: `/${'x'.repeat(108)}` } }, 'ERR_INVALID_ARG_VALUE'],
        [{ tlvs: {} }, 'ERR_INVALID_ARG_TYPE'],
        [{ tlvs: [{ type: 256, value: '' }] }, 'ERR_OUT_OF_RANGE'],
        [{ tlvs: [{ type: 1, value: 1 }] }, 'ERR_INVALID_ARG_TYPE'],
        [{ tlvs: [{ type: TLV.CRC32C, value: 'abcd' }] }, 'ERR_INVALID_ARG_VALUE'],
        [{ tlvs: [{ type: 1, value: Buffer.alloc(65536) }] }, 'ERR_OUT_OF_RANGE'],
        [{ tlvs: [{ type: 1, value: Buffer.alloc(65533) }] }, 'ERR_OUT_OF_RANGE'],
        [{ version: 1, tlvs: [{ type: 1, value: '' }] }, 'ERR_INVALID_ARG_VALUE'],
        [{ checksum: 1 }, 'ERR_INVALID_ARG_TYPE'],
        [{ socket: {} }, 'ERR_INVALID_ARG_TYPE'],
      ]) {
        assert.throws(
          () => net.connect({ port: 1, host: HOST, proxyHeader }),
          { code },
          JSON.stringify(proxyHeader)?.slice(0, 100),
        );
      }
    });
  });

  describe('cnet/proxy-protocol', () => {
    it('IPv6, mixed and mapped ends are told in one family', () => {
      const of = (source, destination) =>
        encodeProxyHeader({
          version: 1,
          source: { address: source, port: 1 },
          destination: { address: destination, port: 2 },
        }).toString();
      assert.strictEqual(of('2001:db8::0:1', '::1'), 'PROXY TCP6 2001:db8::1 ::1 1 2\r\n');
      assert.strictEqual(of('::ffff:1.2.3.4', '5.6.7.8'), 'PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n');
      assert.strictEqual(of('1.2.3.4', '2001:db8::1'), 'PROXY TCP6 ::ffff:1.2.3.4 2001:db8::1 1 2\r\n');
      assert.strictEqual(of('fe80::1%lo', '::'), 'PROXY TCP6 fe80::1 :: 1 2\r\n');
    });

    it('the longest line there can be has 104 bytes, and is read', async () => {
      const address = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff';
      const bytes = encodeProxyHeader({
        version: 1,
        source: { address, port: 65535 },
        destination: { address, port: 65535 },
      });
      assert.strictEqual(bytes.length, 104);
      assert.strictEqual((await serve({}, bytes)).names.remote[0], address);
    });

    it('parseTlvs() takes apart what is inside of a TLV, and refuses what is not whole', () => {
      const inner = Buffer.concat([tlv(TLV.SSL_VERSION, 'TLSv1.3'), tlv(TLV.NOOP, '..'), tlv(TLV.SSL_CN, 'me')]);
      assert.deepStrictEqual(parseTlvs(inner), [
        { type: TLV.SSL_VERSION, value: Buffer.from('TLSv1.3') },
        { type: TLV.SSL_CN, value: Buffer.from('me') },
      ]);
      for (const bytes of [Buffer.of(1), Buffer.of(1, 0), Buffer.of(1, 0, 1)])
        assert.throws(() => parseTlvs(bytes), { code: 'ERR_INVALID_ARG_VALUE' });
      assert.throws(() => parseTlvs('text'), { code: 'ERR_INVALID_ARG_TYPE' });
    });
  });

  describe('curl --haproxy-protocol', () => {
    it('a request of curl comes with its own address in version 1', async function () {
      if (!has('curl')) skip(this, 'curl is not there');
      const server = await listen(net.createServer({ proxyProtocol: { trusted: loopback } }, (socket) => {
        socket.once('data', () => {
          const body = JSON.stringify([
            socket.proxyHeader.version,
            socket.remoteAddress,
            socket.remotePort === socket.peerPort,
            socket.localPort,
          ]);
          socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
        });
      }));
      const { port } = server.address();
      const stdout = await new Promise((resolve, reject) => {
        const args = ['-s', '--noproxy', '*', '--haproxy-protocol', `http://${HOST}:${port}/`];
        execFile('curl', args, { env }, (error, text) => (error ? reject(error) : resolve(text)));
      });
      assert.deepStrictEqual(JSON.parse(stdout), [1, HOST, true, port]);
      await close(server);
    });
  });

  describe('haproxy', () => {
    /** Runs haproxy, on a port that listens already, so that nobody has to wait for it; it passes on to `server`. */
    async function withHaproxy(t, server, options, use, bind = '') {
      if (!has('haproxy')) {
        await close(server);
        t.skip(); // haproxy is not installed
      }
      const dir = tempDir();
      fs.writeFileSync(dir.path('cfg'), `defaults
  mode tcp
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend in
  bind fd@3 ${bind}
  default_backend out
backend out
  server s ${HOST}:${server.address().port} ${options}
`);
      const door = await listen(nodeNet.createServer());
      const { port } = door.address();
      const haproxy = spawn('haproxy', ['-db', '-q', '-f', dir.path('cfg')], {
        stdio: ['ignore', 'ignore', 'ignore', door._handle.fd],
        env,
      });
      await close(door);
      const exited = once(haproxy, 'exit');
      try {
        await use(port);
      } finally {
        haproxy.kill('SIGKILL');
        await exited;
        await close(server);
        dir.remove();
      }
    }

    for (const [title, options, version] of [
      ['send-proxy', 'send-proxy', 1],
      ['send-proxy-v2', 'send-proxy-v2', 2],
      ['send-proxy-v2 with a checksum', 'send-proxy-v2 proxy-v2-options crc32c', 2],
    ]) {
      it(`${title}: the client's names`, async function () {
        needsLinux(this);
        const server = net.createServer({ proxyProtocol: { trusted: loopback } }, (socket) => {
          const { version: found, tlvs } = socket.proxyHeader;
          socket.end(
            JSON.stringify([
              found,
              socket.remoteAddress,
              socket.remotePort,
              socket.localPort,
              socket.peerPort !== socket.remotePort,
              tlvs.map(({ type }) => type),
            ]),
          );
        });
        await withHaproxy(this, await listen(server), options, async (port) => {
          const peer = nodeNet.connect(port, HOST);
          await once(peer, 'connect');
          const { localPort } = peer;
          const types = options.includes('crc32c') ? [TLV.CRC32C] : [];
          assert.deepStrictEqual(JSON.parse(await bytes(peer)), [version, HOST, localPort, port, true, types]);
        });
      });
    }

    it('health checks come as LOCAL', async function () {
      needsLinux(this);
      const server = await listen(net.createServer({ proxyProtocol: {} }));
      const checked = new Promise((resolve) => {
        server.on('connection', (socket) => {
          resolve([socket.proxyHeader.command, socket.proxyHeader.version, socket.remoteAddress]);
          socket.on('error', () => {}).resume().end();
        });
      });
      await withHaproxy(this, server, 'send-proxy-v2 check inter 100', async () => {
        const [command, version, address] = await checked;
        assert.deepStrictEqual([command, version], ['LOCAL', 2]);
        assert.ok([HOST, undefined].includes(address), address); // undefined: haproxy has reset it already
      });
    });

    it('haproxy takes what connect() sends, with TLVs and a checksum, and passes it on', async function () {
      needsLinux(this);
      const server = net.createServer({ proxyProtocol: {} }, (socket) =>
        socket.end(`${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress}`),
      );
      await withHaproxy(this, await listen(server), 'send-proxy-v2', async (port) => {
        for (const ends of [['10.1.2.3', '10.9.8.7'], ['2001:db8::1', '::1']]) {
          const [source, destination] = ends.map((address) => ({ address, port: 56324 }));
          for (const more of [
            { version: 1 },
            {
              tlvs: [
                { type: TLV.AUTHORITY, value: 'a.example' },
                { type: 0xe0, value: Buffer.alloc(400) },
              ],
              checksum: true,
            },
          ]) {
            const peer = net.connect({ port, host: HOST, proxyHeader: { source, destination, ...more } });
            assert.strictEqual(await text(peer), `${ends[0]} 56324 ${ends[1]}`);
          }
        }
      }, 'accept-proxy');
    });

    it('TLVs of TLS that haproxy has ended: version, cipher, name', async function () {
      needsLinux(this);
      const dir = tempDir();
      const keys = path.join(__dirname, '../fixtures/tls');
      fs.writeFileSync(
        dir.path('pem'),
        ['key.pem', 'cert.pem'].map((name) => fs.readFileSync(path.join(keys, name))).join('\n'),
      );
      const server = net.createServer({ proxyProtocol: { trusted: loopback } }, (socket) => {
        const { tlvs } = socket.proxyHeader;
        const of = (type, list = tlvs) => list.find((one) => one.type === type).value;
        const ssl = of(TLV.SSL);
        const inner = parseTlvs(ssl.subarray(5));
        socket.end(
          JSON.stringify([
            ssl[0],
            `${of(TLV.SSL_VERSION, inner)}`,
            `${of(TLV.SSL_CIPHER, inner)}`,
            `${of(TLV.AUTHORITY)}`,
            of(TLV.CRC32C).length,
          ]),
        );
      });
      await withHaproxy(
        this,
        await listen(server),
        'send-proxy-v2-ssl proxy-v2-options ssl-cipher,authority,crc32c',
        async (port) => {
          const peer = tls.connect({ port, host: HOST, servername: 'a.example', rejectUnauthorized: false });
          await once(peer, 'secureConnect');
          const expected = [1, peer.getProtocol(), peer.getCipher().name, 'a.example', 4];
          assert.deepStrictEqual(JSON.parse(await bytes(peer)), expected);
        },
        `ssl crt ${dir.path('pem')}`,
      ).finally(() => dir.remove());
    });
  });

  describe('socat', () => {
    it('a line that socat sends by a file is read, and what it sends behind it', async function () {
      if (!has('socat')) skip(this, 'socat is not there');
      const server = await listen(net.createServer({ proxyProtocol: {} }));
      const socat = spawn('socat', ['-u', '-', `TCP4:${HOST}:${server.address().port}`], { env });
      socat.stdin.end(`${LINE}by socat`);
      const [socket] = await once(server, 'connection');
      assert.deepStrictEqual([socket.remoteAddress, (await bytes(socket)).toString()], ['10.1.2.3', 'by socat']);
      socket.end();
      await close(server);
    });
  });
});
