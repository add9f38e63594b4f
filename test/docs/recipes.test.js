'use strict';
// The recipes of docs/cookbook.md: each is a program of examples/ that runs here with real peers.

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const nodeNet = require('node:net');
const path = require('node:path');

const net = require('../..');
const { EXAMPLES, start, stopAll } = require('../support/example');
const { tempDir } = require('../support/temp');

const COOKBOOK = path.join(__dirname, '..', '..', 'docs', 'cookbook.md');
const HOST = '127.0.0.1';

/** The port that a program says it listens on. */
const portOf = async (program) => Number((await program.saw(/^port (\d+)$/m))[1]);

/** All that a peer gets from a port or a path, when it sends `text` and then ends, or does not end. */
async function ask(place, text = '', { ends = true } = {}) {
  const socket = nodeNet.connect(typeof place === 'number' ? { port: place, host: HOST } : { path: place });
  if (ends) socket.end(text);
  else socket.write(text);
  let answer = '';
  for await (const chunk of socket.setEncoding('utf8')) answer += chunk;
  return answer;
}

async function listen(server) {
  await once(server.listen(0, HOST), 'listening');
  return server.address().port;
}

describe('recipes', () => {
  let temp;
  const open = [];

  before(function () {
    if (process.platform === 'win32') this.skip(); // they are ended by signals
    temp = tempDir();
  });

  afterEach(() => {
    stopAll();
    for (const one of open.splice(0)) one.close();
  });

  after(() => temp?.remove());

  it('load-balancer.js passes a dead back end by, tells the next one of the client, and shuts down in order', async () => {
    const dead = new net.BoundSocket({ host: HOST }); // is bound, and does not listen
    const seen = [];
    const backEnd = net.createServer({ proxyProtocol: {}, allowHalfOpen: true }, (socket) => {
      seen.push(socket.remotePort);
      socket.pipe(socket);
    });
    open.push(dead, backEnd);
    const { port: deadPort } = dead.address();
    const balancer = start('load-balancer.js', 0, deadPort, await listen(backEnd));
    const port = await portOf(balancer);
    assert.strictEqual(await ask(port, 'hello'), 'hello');

    const client = nodeNet.connect(port, HOST);
    client.write('once more');
    await once(client, 'data');
    assert.strictEqual(seen[1], client.localPort);
    balancer.kill('SIGTERM');
    client.end();
    await once(client, 'close');
    assert.deepStrictEqual(await balancer.ended, {
      status: 0,
      stdout: [`port ${port}`, '1 connections ended, 0 were reset'],
      stderr: [`back end ${deadPort}: ECONNREFUSED`, `back end ${deadPort}: ECONNREFUSED`], // once for each connection
    });
  });

  it('relay.js gives every byte to the target, and back', async () => {
    const target = nodeNet.createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
    open.push(target);
    const relay = start('relay.js', 0, await listen(target));
    const port = await portOf(relay);
    const text = 'x'.repeat(1_000_000);
    assert.ok((await ask(port, text)) === text);
    await relay.saw(/^1000000 bytes to the target, 1000000 bytes back$/m);
    relay.kill('SIGTERM');
    assert.strictEqual((await relay.ended).status, 0);
  });

  it('reconnect.js comes back after a reset and after an end, and stops at its signal', async () => {
    let count = 0;
    const server = nodeNet.createServer((socket) => {
      count++;
      if (count === 1) socket.write('one\n', () => socket.resetAndDestroy());
      if (count === 2) socket.end('two\n');
      if (count === 3) socket.write('three\n');
    });
    open.push(server);
    const client = start('reconnect.js', await listen(server), HOST);
    await client.saw(/^three$/m);
    client.kill('SIGTERM');
    const { status, stdout, stderr } = await client.ended;
    assert.deepStrictEqual([status, stdout.at(-1)], [0, 'stopped']);
    assert.ok(stdout.includes('two'));
    // where the reset follows the bytes at once, Node 20 may send an end in its place
    assert.ok(stderr.every((line) => line === 'failed: ECONNRESET') && stderr.length <= 1, `${stderr}`);
  });

  it('framing.js puts lines together, and takes frames apart', async () => {
    assert.deepStrictEqual(await start('framing.js').ended, { status: 0, stdout: ['FIRST', 'SECOND'], stderr: [] });
  });

  it('unix-service.js replaces the file of a killed service, not that of a running one, and knows who calls', async () => {
    const file = temp.path('service.sock');
    const killed = start('unix-service.js', file);
    await killed.saw(/^listening$/m);
    killed.kill('SIGKILL');
    await killed.ended;
    assert.ok(fs.existsSync(file));

    const service = start('unix-service.js', file);
    await service.saw(/^listening$/m);
    assert.strictEqual(fs.statSync(file).mode & 0o777, 0o600);
    assert.strictEqual(await ask(file), `hello, process ${process.pid}\n`);
    assert.deepStrictEqual(await start('unix-service.js', file).ended, {
      status: 1,
      stdout: [],
      stderr: ['the service is running already'],
    });
    service.kill('SIGTERM');
    assert.deepStrictEqual(await service.ended, {
      status: 0,
      stdout: ['listening', `process ${process.pid} of user ${process.getuid()}`],
      stderr: [],
    });
    assert.ok(!fs.existsSync(file));
  });

  it('restart.js refuses and resets no connection while a new version takes over', async () => {
    const program = start('restart.js', 0);
    const port = await portOf(program);
    const first = await ask(port);
    assert.match(first, /^process \d+\n$/);
    program.kill('SIGHUP');
    let answer = first;
    for (let count = 0; answer === first; count++) {
      assert.ok(count < 100_000, 'the old version goes on answering');
      answer = await ask(port);
      assert.match(answer, /^process \d+\n$/);
    }
    program.kill('SIGTERM');
    assert.deepStrictEqual(await program.ended, { status: 0, stdout: [`port ${port}`], stderr: [] });
  });

  it('workers.js spreads connections over its threads', async () => {
    const program = start('workers.js', 0, 2);
    const port = await portOf(program);
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await ask(port, `${i}`, { ends: false }));
    const [a, b] = answers.map((text) => /^thread (\d+) got/.exec(text)[1]);
    assert.notStrictEqual(a, b);
    assert.deepStrictEqual(answers, [a, b, a, b].map((thread, i) => `thread ${thread} got ${i}`));
    program.kill('SIGTERM');
    assert.deepStrictEqual(await program.ended, { status: 0, stdout: [`port ${port}`], stderr: [] });
  });

  it('each is at most 80 lines long, and docs/cookbook.md has it', () => {
    const tests = fs.readFileSync(__filename, 'utf8');
    const names = [...new Set([...tests.matchAll(/start\('([\w-]+\.js)'/g)].map(([, name]) => name))];
    const text = fs.readFileSync(COOKBOOK, 'utf8');
    assert.strictEqual(names.length, 7);
    for (const name of names) {
      const lines = fs.readFileSync(path.join(EXAMPLES, name), 'utf8').trimEnd().split('\n').length;
      assert.ok(lines <= 80, `${name} has ${lines} lines`);
      assert.ok(text.includes(`(../examples/${name})`), `${name} is not in docs/cookbook.md`);
    }
  });
});
