'use strict';
// Where a connection cannot go to a stream of Node's (lib/socket/node-stream.js) TLS is over the socket as a Duplex,
// and nothing is lost; and where it can: workers, clusters, with permissions.

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const nodeNet = require('node:net');
const path = require('node:path');
const tls = require('node:tls');

const cnet = require('../..');
const { Handle } = require('../../lib/native/handle');
const { registerTls } = require('../../lib/register/tls');
const { cert, key } = require('../support/certificate');
const { runFixture } = require('../support/child');
const { skip } = require('../support/needs');
const { HOST, listen } = require('../support/net');
const { patience } = require('../support/scale');
const { tempFile, tempPath, tidy, track: keep } = require('../support/tidy');

const MAJOR = Number.parseInt(process.versions.node, 10);
const ROOT = path.join(__dirname, '..', '..');
const REGISTER = ['-r', path.join(ROOT, 'lib', 'register.js')];
const UNCHECKED = { rejectUnauthorized: false };
const isNative = (socket) => socket._handle !== null && !(socket._handle instanceof Handle);

describe('TLS and http2 over sockets, where and how', function () {
  this.timeout(patience(20000));

  before(function () {
    if (process.platform === 'win32') skip(this, 'not on Windows');
    if (process.versions.openssl === undefined) skip(this, 'this Node has no TLS');
  });

  afterEach(tidy);

  describe('with cnet/register', () => {
    let undo = [];

    before(() => {
      undo = registerTls(() => true);
    });

    after(() => {
      for (const step of undo) step();
    });

    /** A server of cnet whose connections come to `onRaw`, with a TLS server that gives back what it is sent. */
    async function echoServer(onRaw, options, ...where) {
      const secure = new tls.Server({ key, cert }, (socket) => keep(socket).on('error', () => {}).pipe(socket));
      const front = cnet.createServer(options, (socket) =>
        onRaw(
          keep(socket).on('error', () => {}),
          (raw) => secure.emit('connection', raw),
        ),
      );
      await listen(keep(front), ...where);
      return front;
    }

    async function echo(secure, text) {
      secure.write(text);
      let got = '';
      while (got.length < text.length) got += (await once(secure, 'data'))[0];
      return got;
    }

    it('as a Duplex after a sendFile() that is not done, whose bytes come first', async () => {
      const file = tempFile('file');
      const size = 8 << 20;
      fs.writeFileSync(file, Buffer.alloc(size, 7));
      const front = await echoServer((raw, begin) => {
        raw.sendFile(file).catch(() => {});
        begin(raw);
        assert.strictEqual(isNative(raw), false);
      });
      const client = keep(cnet.connect(front.address().port, HOST));
      let got = 0;
      while (got < size) {
        const chunk = client.read(Math.min(size - got, 65536)) ?? client.read();
        if (chunk === null) await once(client, 'readable');
        else got += chunk.length;
      }
      assert.strictEqual(got, size);
      const near = keep(tls.connect({ socket: client, ...UNCHECKED }));
      assert.strictEqual(await echo(near, 'behind a file'), 'behind a file');
    });

    it('as a Duplex where the socket receives descriptors', async () => {
      const where = tempPath();
      const front = await echoServer((raw, begin) => {
        begin(raw);
        assert.strictEqual(isNative(raw), false);
      }, { receiveDescriptors: true }, where);
      assert.ok(front.listening);
      const near = keep(tls.connect({ socket: keep(cnet.connect(where)), ...UNCHECKED }));
      assert.strictEqual(await echo(near, 'with descriptors'), 'with descriptors');
    });

    it('as a Duplex where the socket has ended its side: TLS fails as over node:net', async () => {
      const outcome = async (net) => {
        const front = await listen(keep(net.createServer((raw) => keep(raw).on('error', () => {}).resume())));
        const client = keep(net.connect(front.address().port, HOST));
        await once(client, 'connect');
        client.end();
        const near = keep(tls.connect({ socket: client, ...UNCHECKED }));
        near.on('error', () => {});
        await new Promise((resolve) => near.on('close', resolve));
        return near.destroyed;
      };
      assert.strictEqual(await outcome(cnet), await outcome(nodeNet));
    });

    it('with what is buffered already, and the counts go on', async () => {
      const front = await echoServer((raw, begin) => raw.pause().once('readable', () => begin(raw)));
      const client = keep(cnet.connect(front.address().port, HOST));
      const near = keep(tls.connect({ socket: client, ...UNCHECKED }));
      assert.strictEqual(await echo(near, 'x'.repeat(300000)), 'x'.repeat(300000));
      assert.ok(client.bytesRead > 300000 && client.bytesWritten > 300000);
    });

    it('connectTimeout and a lookup that fails are errors of the socket and of TLS, and nothing stays open', async () => {
      const open = () =>
        process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length + cnet.stats().sockets.tcp;
      const before = open();
      const failing = {
        lookup: (host, options, callback) => callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })),
      };
      const waiting = { lookup: () => {}, connectTimeout: 30 };
      const codes = [];
      for (const options of [failing, waiting]) {
        const client = keep(cnet.connect({ host: 'any.test', port: 1, ...options })).on('error', ({ code }) =>
          codes.push(code),
        );
        const near = keep(tls.connect({ socket: client, ...UNCHECKED })).on('error', ({ code }) => codes.push(code));
        await new Promise((resolve) => near.on('close', resolve));
      }
      assert.deepStrictEqual(codes, [
        'ENOTFOUND',
        'ENOTFOUND',
        'ERR_SOCKET_CONNECTION_TIMEOUT',
        'ERR_SOCKET_CONNECTION_TIMEOUT',
      ]);
      await new Promise((resolve) => setImmediate(resolve));
      assert.strictEqual(open(), before);
    });
  });

  it('as a Duplex where no descriptor is left', async () => {
    const options = { nodeArgs: REGISTER, limits: 'ulimit -n 64' };
    const { stdout, stderr } = await runFixture('register/tls-no-descriptor.cjs', [], options);
    assert.deepStrictEqual([stderr, JSON.parse(stdout)], ['', ['no descriptor', false, false]]);
  });

  describe('on streams of Node\'s', () => {
    const ways = {
      'in a program': ['here'],
      'in a worker': ['worker'],
      'in a worker of a cluster': ['cluster'],
    };
    const whole = [['by TLS', true, true], ['by http2', true, true]];

    for (const [title, args] of Object.entries(ways)) {
      it(title, async () => {
        const { stdout, stderr, status } = await runFixture('register/tls-streams.cjs', args, { nodeArgs: REGISTER });
        assert.deepStrictEqual([status, stderr], [0, '']);
        assert.deepStrictEqual(JSON.parse(stdout), whole);
      });
    }

    it('with permissions', async function () {
      if (MAJOR === 18) skip(this, 'not with this Node');
      const flag = MAJOR < 23 ? '--experimental-permission' : '--permission';
      const addons = process.allowedNodeEnvironmentFlags.has('--allow-addons') ? ['--allow-addons'] : [];
      const net = process.allowedNodeEnvironmentFlags.has('--allow-net') ? ['--allow-net'] : [];
      // hooks for import have a thread of their own on the older lines
      const nodeArgs = [flag, '--allow-fs-read=*', '--allow-worker', ...addons, ...net, ...REGISTER];
      const { stdout, stderr, status } = await runFixture('register/tls-streams.cjs', ['here'], { nodeArgs });
      assert.strictEqual(status, 0, stderr);
      assert.deepStrictEqual(JSON.parse(stdout), whole);
    });
  });
});
