'use strict';

const assert = require('node:assert');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');

const { script } = require('../support/child');
const { needsLinux, needsTCPInfo, needsTool, skip } = require('../support/needs');
const { HOST, text } = require('../support/net');
const { net } = require('../support/subject');
const { tempDir } = require('../support/temp');
const { pair, tempPath, tidy, track } = require('../support/tidy');

/** The fields of 4 and 8 bytes of struct tcp_info (linux/tcp.h), by their places, as Python reads them. */
const LAYOUT = {
  rtoMicroseconds: [8, 'I'],
  sendMssBytes: [16, 'I'],
  receiveMssBytes: [20, 'I'],
  unackedSegments: [24, 'I'],
  lostSegments: [32, 'I'],
  pathMtuBytes: [60, 'I'],
  rttMicroseconds: [68, 'I'],
  rttVariationMicroseconds: [72, 'I'],
  congestionWindowSegments: [80, 'I'],
  advertisedMssBytes: [84, 'I'],
  totalRetransmittedSegments: [100, 'I'],
  pacingRateBytesPerSecond: [104, 'Q'],
  bytesAcked: [120, 'Q'],
  bytesReceived: [128, 'Q'],
  segmentsSent: [136, 'I'],
  segmentsReceived: [140, 'I'],
  minRttMicroseconds: [148, 'I'],
  deliveryRateBytesPerSecond: [160, 'Q'],
  busyMicroseconds: [168, 'Q'],
  deliveredSegments: [192, 'I'],
  bytesSent: [200, 'Q'],
  sendWindowBytes: [228, 'I'],
};

/** struct tcp_info of an open descriptor, as Python gets it. */
async function infoByPython(fd) {
  const program =
    'import json, socket, struct, sys\n' +
    's = socket.socket(fileno=3)\n' +
    'b = s.getsockopt(6, 11, 512)\n' +
    "print(json.dumps({n: struct.unpack_from('=' + f, b, o)[0] for n, (o, f) in json.loads(sys.argv[1]).items() if o + 8 <= len(b)}))\n";
  const child = spawn('python3', ['-c', program, JSON.stringify(LAYOUT)], { stdio: ['ignore', 'pipe', 'inherit', fd] });
  return JSON.parse(await text(child.stdout));
}

/** Sends `size` bytes, and waits until all are read and the answer is there: nothing is on its way any more. */
async function exchange({ client, accepted }, size) {
  let left = size;
  const answered = once(client, 'data');
  accepted.on('data', (chunk) => {
    left -= chunk.length;
    if (left === 0) accepted.write('done');
  });
  client.write(Buffer.alloc(size));
  await answered;
}

describe('getTCPInfo() of each system', () => {
  afterEach(tidy);

  /** Skips the test where the system tells nothing of such a socket. */
  function needsInfo(test, socket) {
    try {
      socket.getTCPInfo();
    } catch (error) {
      if (error.code === 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM') skip(test, error.message);
    }
  }

  /** Both ends of a connection, where the system tells of them. */
  async function told(test) {
    const both = await pair({ serverOptions: { allowHalfOpen: true } });
    needsInfo(test, both.client);
    return both;
  }

  it('counts bytes on both ends, and measures the round trip', async function () {
    const both = await told(this);
    needsTCPInfo(this, both.client);
    await exchange(both, 100000);
    const [ours, theirs] = [both.client.getTCPInfo(), both.accepted.getTCPInfo()];
    const sentBy = (info) => info.bytesSent - (info.bytesRetransmitted ?? 0); // a busy machine sends some again
    assert.deepStrictEqual(
      [sentBy(ours), theirs.bytesReceived, ours.bytesReceived, sentBy(theirs)],
      [100000, 100000, 4, 4],
    );
    assert.ok(ours.rttMicroseconds >= 0 && ours.sendMssBytes > 500);
  });

  it('states are words', async function () {
    const { client, accepted } = await told(this);
    needsTCPInfo(this, client); // an int in the other order has something else in the place of the state
    assert.strictEqual(client.getTCPInfo().state, 'ESTABLISHED');
    const ended = once(accepted.resume(), 'end');
    client.end();
    await ended;
    assert.strictEqual(accepted.getTCPInfo().state, 'CLOSE_WAIT');
  });

  it('is an object, or ERR_FEATURE_UNAVAILABLE_ON_PLATFORM where the system tells nothing', async () => {
    const { client } = await pair();
    try {
      assert.strictEqual(typeof client.getTCPInfo(), 'object');
    } catch (error) {
      assert.strictEqual(error.code, 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM');
    }
  });

  it('throws for what is no TCP connection, and without a descriptor', async function () {
    needsInfo(this, new net.Socket());
    const { client } = await pair({ path: tempPath() });
    const message = 'getTCPInfo() is for TCP sockets only, and this is a Unix socket';
    assert.throws(() => client.getTCPInfo(), { code: 'ERR_INVALID_HANDLE_TYPE', message });
    assert.throws(() => new net.Socket().getTCPInfo(), {
      code: 'ENOTCONN',
      message: 'getsockopt ENOTCONN TCP_INFO: the socket is not connected',
    });
    const tcp = track((await pair()).client);
    tcp.destroy();
    assert.throws(() => tcp.getTCPInfo(), {
      code: 'EBADF',
      message: 'getsockopt EBADF TCP_INFO: the socket is closed',
    });
  });
});

describe('getTCPInfo() of Linux', () => {
  before(function () { needsLinux(this); });
  afterEach(tidy);

  it('counts segments on both ends', async function () {
    const both = await pair();
    needsTCPInfo(this, both.client);
    await exchange(both, 100000);
    const [ours, theirs] = [both.client.getTCPInfo(), both.accepted.getTCPInfo()];
    assert.ok(ours.dataSegmentsSent > 0 && theirs.dataSegmentsReceived > 0 && ours.bytesNotSent === 0);
  });

  it('has what Python gets of the same connection', async function () {
    needsTool(this, 'python3');
    const both = await pair();
    needsTCPInfo(this, both.client);
    await exchange(both, 100000);
    for (const socket of [both.client, both.accepted]) {
      const expected = await infoByPython(socket.fd);
      assert.ok(Object.keys(expected).length > 10);
      const info = socket.getTCPInfo();
      for (const [name, value] of Object.entries(expected)) {
        assert.ok(
          info[name] === value || (!Number.isSafeInteger(value) && info[name] === Infinity),
          `${name}: ${info[name]}, ${value}`,
        );
      }
    }
  });

  it('times, windows and rates are numbers; what is unlimited is Infinity', async function () {
    const both = await pair();
    needsTCPInfo(this, both.client);
    await exchange(both, 100000);
    const info = both.client.getTCPInfo();
    assert.ok(info.rttMicroseconds > 0 && info.minRttMicroseconds <= info.rttMicroseconds * 10);
    assert.ok(info.congestionWindowSegments >= 1 && info.sendMssBytes > 500 && info.rtoMicroseconds > 0);
    assert.strictEqual(info.maxPacingRateBytesPerSecond, Infinity);
    both.client.setOption('SO_MAX_PACING_RATE', 12345678);
    assert.strictEqual(both.client.getTCPInfo().maxPacingRateBytesPerSecond, 12345678);
    for (const [name, value] of Object.entries(info)) {
      assert.ok(
        ['number', 'string', 'boolean', 'undefined'].includes(typeof value) && !Number.isNaN(value),
        `${name}: ${value}`,
      );
    }
  });

  it('states of congestion are words', async function () {
    const { client } = await pair();
    needsTCPInfo(this, client);
    assert.strictEqual(client.getTCPInfo().congestionState, 'open');
  });

  it('window scales are those that both ends have agreed on', async function () {
    const { client, accepted } = await pair();
    needsTCPInfo(this, client);
    const [ours, theirs] = [client.getTCPInfo(), accepted.getTCPInfo()];
    assert.ok(ours.sendWindowScale <= 14 && ours.receiveWindowScale <= 14);
    assert.deepStrictEqual(
      [ours.sendWindowScale, ours.receiveWindowScale],
      [theirs.receiveWindowScale, theirs.sendWindowScale],
    );
  });

  it('a kernel that tells less gives less, one that tells more gives no more', async function () {
    needsTCPInfo(this, (await pair()).client);
    const temp = tempDir();
    const library = temp.path('short.so');
    const source = path.join(__dirname, '..', 'fixtures', 'short-tcp-info.c');
    const built = spawnSync('cc', ['-shared', '-fPIC', '-o', library, source, '-ldl'], { stdio: 'ignore' });
    if (built.status !== 0 || process.env.LD_PRELOAD) skip(this, 'needs a C compiler, and LD_PRELOAD for itself');
    const source2 = `
      const server = net.createServer((socket) => {
        const info = socket.getTCPInfo();
        console.log(Object.entries(info).filter(([, value]) => value !== undefined).map(([name]) => name).length,
          info.rttMicroseconds > 0, info.pacingRateBytesPerSecond > 0, info.bytesAcked, info.totalTimeouts);
        socket.destroy();
        server.close();
      }).listen(0, '${HOST}', () => net.connect(server.address().port, '${HOST}').resume());`;
    const run = async (length) => {
      const env = { ...process.env, LD_PRELOAD: library, CNET_TEST_LENGTH: String(length) };
      return (await script(source2, { env })).stdout.trim();
    };
    const [linux26, nothing, odd, more] = [await run(104), await run(0), await run(111), await run(512)];
    temp.remove();
    assert.deepStrictEqual([linux26, nothing, odd], [
      '30 true false undefined undefined', '0 false false undefined undefined', '30 true false undefined undefined']);
    assert.match(more, /^5\d true true 0 (0|65535)$/);
  });
});
