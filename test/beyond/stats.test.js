'use strict';
// cnet.stats() and cnet.version: what is open, what was done, and the memory of the core.

const assert = require('node:assert');
const { once } = require('node:events');
const { Worker } = require('node:worker_threads');
const path = require('node:path');

const cnet = require('../..');
const { version } = require('../../package.json');
const { node } = require('../support/child');
const { needsLinux, needsPosix, needsTool } = require('../support/needs');
const { HOST, closed, refusedPort } = require('../support/net');
const { silent } = require('../support/silent');
const { net } = require('../support/subject');
const { connected, listening, pair, tempFile, tempPath, tidy, track } = require('../support/tidy');

const ROOT = path.join(__dirname, '..', '..');
const { stats } = cnet;

/** What has become more while `work` ran, by `group.name`, without memory: only what has changed. */
async function change(work) {
  const before = stats();
  await work();
  const after = stats();
  const found = {};
  for (const [group, value] of Object.entries(after)) {
    if (group === 'memory') continue;
    if (typeof value === 'number') {
      if (value !== before[group]) found[group] = value - before[group];
    } else {
      for (const name of Object.keys(value)) {
        if (value[name] !== before[group][name]) found[`${group}.${name}`] = value[name] - before[group][name];
      }
    }
  }
  return found;
}

/** Closes of what a test has opened are begun; this is when they have ended. */
async function settled() {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => { setImmediate(resolve); });
}

describe('cnet.version', () => {
  it('is that of the package, also as an export of the ES module', async () => {
    assert.strictEqual(cnet.version, version);
    assert.strictEqual((await import('../../lib/index.mjs')).version, version);
  });
});

describe('cnet.stats()', () => {
  afterEach(tidy);
  afterEach(settled);

  it('gives a new object each time, of numbers alone', () => {
    assert.notStrictEqual(stats(), stats());
    const numbers = Object.values(stats()).flatMap((value) =>
      typeof value === 'number' ? [value] : Object.values(value),
    );
    assert.ok(numbers.length > 25 && numbers.every((number) => Number.isInteger(number) && number >= 0));
  });

  it('open sockets and servers, by kind, come and go', async () => {
    const before = stats();
    const tcp = await pair();
    const pipe = await pair({ path: tempPath() });
    const bound = new net.BoundSocket({ host: HOST });
    const { sockets, servers } = stats();
    const more = (now, then) => [now.tcp - then.tcp, now.pipe - then.pipe];
    assert.deepStrictEqual([more(sockets, before.sockets), more(servers, before.servers)], [[3, 2], [1, 1]]);
    bound.close();
    const ends = [tcp.client, tcp.accepted, tcp.server, pipe.client, pipe.accepted, pipe.server].map(closed);
    for (const one of [tcp, pipe]) {
      one.client.destroy();
      one.server.close();
    }
    await Promise.all(ends);
    assert.deepStrictEqual([stats().sockets, stats().servers], [before.sockets, before.servers]);
  });

  for (const [title, write] of [
    ['a string', (socket) => socket.end('x'.repeat(1000))],
    ['a small Buffer', (socket) => socket.end(Buffer.alloc(10))],
    ['corked pieces', (socket) => {
      socket.cork();
      for (let i = 0; i < 40; i++) socket.write(Buffer.alloc(1000));
      socket.end();
    }],
    ['more than the kernel takes at once', (socket) => socket.end(Buffer.alloc(20e6))],
    ['many of those at once', (socket) => {
      socket.cork();
      for (let i = 0; i < 20; i++) socket.write(Buffer.alloc(1e6));
      socket.end();
    }],
    ['a file', (socket) => { socket.sendFile(__filename).then(() => socket.end()); }],
  ]) {
    it(`bytes in and out are those of the sockets: ${title}`, async () => {
      const { client, accepted } = await pair({ serverOptions: { allowHalfOpen: true } });
      const found = await change(async () => {
        accepted.resume().on('end', () => accepted.end('answer'));
        write(client);
        client.resume();
        await Promise.all([closed(client), closed(accepted)]);
      });
      const total = client.bytesWritten + accepted.bytesWritten;
      assert.deepStrictEqual([found.bytesRead, found.bytesWritten], [total, total]);
      assert.strictEqual(accepted.bytesWritten, 6);
    });
  }

  it('bytes that are relayed in the kernel, and reads into memory of the program', async () => {
    const buffer = Buffer.alloc(100);
    const one = await pair({ serverOptions: { onread: { buffer, callback: () => true } } });
    const two = await pair();
    const relayed = cnet.splice(two.accepted, one.client);
    const found = await change(async () => {
      two.client.end('x'.repeat(777));
      await once(one.accepted, 'end');
    });
    assert.deepStrictEqual([found.bytesRead, found.bytesWritten], [2 * 777, 2 * 777]);
    one.accepted.end();
    await relayed;
  });

  it('connections that were accepted, and dropped, by the reason', async () => {
    const server = await listening(net.createServer((socket) => track(socket)));
    const { port } = server.address();
    const dropped = async () => {
      const dropping = once(server, 'drop');
      track(net.connect(port, HOST)).on('error', () => {});
      await dropping;
    };
    const found = await change(async () => {
      await Promise.all([once(server, 'connection'), connected(port, HOST)]);
      server.maxConnections = 1;
      await dropped();
      server.maxConnections = undefined;
      server.maxConnectionsPerAddress = 1;
      await dropped();
      server.maxConnectionsPerAddress = undefined;
      server.maxConnectionsPerPrefix = { max: 1 };
      await dropped();
      await dropped();
      server.maxConnectionsPerPrefix = undefined;
      server.maxConnectionRate = { perSecond: 1e-6, burst: 1 };
      await Promise.all([once(server, 'connection'), connected(port, HOST)]);
      await dropped();
    });
    const names = [
      'accepted',
      'dropped.maxConnections',
      'dropped.maxConnectionsPerAddress',
      'dropped.maxConnectionsPerPrefix',
      'dropped.maxConnectionRate',
    ];
    assert.deepStrictEqual(names.map((name) => found[name]), [2, 1, 1, 2, 1]);
  });

  it('connections of user ids that are not allowed', async function test() {
    needsPosix(this);
    const server = await listening(net.createServer({ allowedUids: [] }), tempPath());
    const found = await change(async () => {
      const dropping = once(server, 'drop');
      track(net.connect(server.address())).on('error', () => {});
      await dropping;
    });
    assert.deepStrictEqual([found['dropped.credentials'], found.accepted], [1, undefined]);
  });

  for (const [name, lists] of [['of cnet', net], ['of node:net', require('node:net')]]) {
    it(`connections that a list ${name} forbids are refused, not accepted`, async function test() {
      const blockList = new lists.BlockList();
      blockList.addAddress(HOST);
      const server = await listening(net.createServer({ blockList }));
      const found = await change(() =>
        closed(
          track(net.connect(server.address().port, HOST))
            .on('error', () => {})
            .resume(),
        ),
      );
      assert.deepStrictEqual([found['refused.blockList'], found.accepted], [1, undefined]);
    });
  }

  it('headers of the PROXY protocol that are none, or do not come', async () => {
    const server = await listening(net.createServer({ proxyProtocol: { timeout: 20 } }));
    const found = await change(async () => {
      for (const bytes of ['no header', '']) {
        const failing = once(server, 'proxyError');
        track(net.connect(server.address().port, HOST)).on('error', () => {}).write(bytes);
        await failing;
      }
    });
    assert.deepStrictEqual(
      [found['refused.proxyProtocol'], found['timeouts.proxyProtocol'], found.accepted, found.bytesRead],
      [2, 1, undefined, 9],
    );
  });

  it('attempts: begun, connected, failed, out of time, forbidden', async function test() {
    needsLinux(this);
    needsTool(this, 'python3');
    const deaf = await silent(['127.0.0.2']);
    const refused = refusedPort();
    const server = await listening(net.createServer());
    const blockList = new net.BlockList();
    blockList.addAddress('192.0.2.1');
    try {
      const found = await change(async () => {
        await connected(server.address().port, HOST);
        await once(track(net.connect(refused.port, HOST)), 'error');
        await once(track(net.connect({ port: 1, host: '192.0.2.1', blockList })), 'error');
        const lookup = (host, options, callback) =>
          callback(null, [{ address: '127.0.0.2', family: 4 }, { address: HOST, family: 4 }]);
        await once(
          track(net.connect({ port: deaf.port, host: 'x', lookup, autoSelectFamilyAttemptTimeout: 20 })),
          'error',
        );
      });
      const names = ['started', 'connected', 'failed', 'timedOut', 'blocked'].map((name) => found[`attempts.${name}`]);
      assert.deepStrictEqual(names, [5, 1, 2, 1, 1]);
    } finally {
      await deaf.close();
      refused.close();
    }
  });

  it('idle timeouts and connect timeouts', async () => {
    const found = await change(async () => {
      const { client } = await pair();
      await once(client.setTimeout(10), 'timeout');
      await once(track(net.connect({ port: 1, host: 'slow.example', lookup: () => {}, connectTimeout: 10 })), 'error');
    });
    assert.deepStrictEqual([found['timeouts.idle'], found['timeouts.connect']], [1, 1]);
  });

  it('the memory of streams and writes comes and goes, to the byte', async () => {
    await settled();
    const before = stats().memory;
    const { client, accepted, server } = await pair({ serverOptions: { pauseOnConnect: true } });
    client.write(Buffer.alloc(20e6));
    const during = stats().memory;
    assert.ok(during.streams > before.streams + 600, `${during.streams - before.streams} bytes of three streams`);
    assert.ok(during.writes > 64 * 1024 && during.writes < 70 * 1024, `${during.writes} bytes of a write that waits`);
    assert.strictEqual(during.total, during.streams + during.writes + during.reads + during.tables + during.blockLists);
    const ends = [client, accepted, server].map(closed);
    client.destroy();
    accepted.destroy();
    server.close();
    await Promise.all(ends);
    await settled();
    assert.deepStrictEqual([stats().memory.streams, stats().memory.writes], [before.streams, before.writes]);
  });

  it('the memory of block lists grows with their rules, shrinks by clear(), and goes with the list', async () => {
    const source = `
      const net = require(${JSON.stringify(ROOT)});
      const bytes = () => net.stats().memory.blockLists;
      const seen = [bytes()];
      let list = new net.BlockList();
      seen.push(bytes());
      for (let i = 0; i < 10000; i++) list.addAddress('10.0.' + (i >> 8) + '.' + (i & 255));
      list.addRange('1.1.1.1', '1.1.1.9');
      seen.push(bytes());
      list.clear();
      seen.push(bytes());
      list = null;
      (async () => {
        for (let i = 0; i < 20 && bytes() > 0; i++) {
          gc();
          await new Promise(setImmediate);
        }
        seen.push(bytes());
        console.log(JSON.stringify(seen));
      })();`;
    const { stdout } = await node(['--expose-gc', '-e', source]);
    const [none, empty, full, cleared, gone] = JSON.parse(stdout);
    assert.ok(none === 0 && empty > 0 && full > 100000 && cleared === empty && gone === 0, stdout);
  });

  it('each thread has its own', async () => {
    const source = `
      const net = require(${JSON.stringify(ROOT)});
      const server = net.createServer().listen(0, () => {
        require('worker_threads').parentPort.postMessage(net.stats().servers.tcp);
        server.close();
      });`;
    const { servers } = stats();
    const worker = new Worker(source, { eval: true });
    const ended = once(worker, 'exit');
    const [open] = await once(worker, 'message');
    await ended;
    assert.deepStrictEqual([open, stats().servers], [1, servers]);
  });

  it('a worker of a cluster that is given its connections counts them', async () => {
    const source = `
      const cluster = require('cluster');
      const net = require(${JSON.stringify(ROOT)});
      if (cluster.isPrimary) {
        cluster.fork();
        cluster.on('message', (worker, { port, counts }) => {
          if (port) net.connect(port, '127.0.0.1').on('error', () => {}).resume().on('close', () => worker.send('next'));
          if (counts) {
            console.log(JSON.stringify(counts));
            worker.kill();
          }
        });
      } else {
        const server = net.createServer((socket) => socket.end());
        const tell = () => process.send({ port: server.address().port });
        server.listen(0, '127.0.0.1', tell);
        const steps = [
          () => { server.blockList = new net.BlockList(); server.blockList.addAddress('127.0.0.1'); tell(); },
          () => { server.blockList = undefined; server.maxConnectionsPerAddress = 0; tell(); },
          () => { const { accepted, dropped, refused } = net.stats(); process.send({ counts: { accepted, dropped, refused } }); },
        ];
        process.on('message', () => steps.shift()());
      }`;
    const temp = tempFile('cluster.cjs');
    require('node:fs').writeFileSync(temp, source);
    const { stdout } = await node([temp]);
    const { accepted, dropped, refused } = JSON.parse(stdout);
    assert.deepStrictEqual([accepted, dropped.maxConnectionsPerAddress, refused.blockList], [1, 1, 1]);
  });
});
