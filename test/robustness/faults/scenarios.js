'use strict';
// What the core is made to do while its calls fail. Each scenario ends by itself, whatever fails.
//   run(context, given): see context.js; `given` is what prepare() gave, before any fault
//   mayFail: there are errors without a fault too

const fs = require('node:fs');
const nodeNet = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { Worker } = require('node:worker_threads');

const beyond = require('./beyond');
const { HOST, refusedPort, targetOf } = require('../../support/net');

const BIG = Buffer.alloc(1536 * 1024);
for (let i = 0; i < BIG.length; i++) BIG[i] = (i * 31 + (i >> 8)) & 255;

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-faults-'));
process.on('exit', () => fs.rmSync(dir, { recursive: true, force: true }));

let files = 0;
const tcp = () => ({ port: 0, host: HOST });
const file = () => ({ path: path.join(dir, `s${++files}`) });
const abstract = () => ({ path: `\0${path.basename(dir)}-${++files}` });

const turns = (n, then) => (n === 0 ? then() : setImmediate(turns, n - 1, then));

const echoing = (socket) => socket.pipe(socket);

/* Strings of every kind and Buffers go and come back; each write tells of its end. */
const echo = (where) => ({
  async run(context) {
    const server = context.server({}, echoing);
    await context.listen(server, where());
    const got = [];
    const client = context.connect(targetOf(server));
    client.on('data', (chunk) => got.push(chunk));
    const pieces = [
      ['größe', 'utf8'],
      ['\xe9\xe8', 'latin1'],
      ['cafe', 'hex'],
      ['\u20ac\ud83d\ude00', 'utf16le'],
      [Buffer.alloc(5000, 'x')],
    ];
    for (const [chunk, encoding] of pieces) client.write(chunk, encoding, context.once('callback of write()'));
    client.end('end', context.ended());
    await context.closed(client);
    const sent = pieces.map(([chunk, encoding]) => Buffer.from(chunk, encoding));
    context.arrived(Buffer.concat([...sent, Buffer.from('end')]), got, 'echo');
  },
});

/* More than the kernel takes, to a peer that begins to read late. */
const large = (where) => ({
  async run(context) {
    const got = [];
    const server = context.server({}, (socket) => {
      socket.pause();
      turns(5, () => socket.resume());
      socket.on('data', (chunk) => got.push(chunk));
    });
    await context.listen(server, where());
    const client = context.connect(targetOf(server)).resume();
    for (let at = 0; at < BIG.length; at += 384 * 1024) {
      client.write(BIG.subarray(at, at + 384 * 1024), context.once('callback of write()'));
    }
    client.end();
    await context.closed(client);
    for (const socket of context.sockets) if (!socket.destroyed) await context.closed(socket);
    context.arrived(BIG, got, 'large write');
  },
});

/* Request, end, reply: both directions are ended by themselves; the reply is corked. */
const halfOpen = (where) => ({
  async run(context) {
    const [asked, answered] = [[], []];
    const server = context.server({ allowHalfOpen: true }, (socket) => {
      socket.on('data', (chunk) => asked.push(chunk)).on('end', () => {
        socket.cork();
        for (let i = 0; i < 20; i++) socket.write(i % 2 ? `line ${i}\n` : Buffer.alloc(1500, i));
        socket.uncork();
        socket.end('end');
      });
    });
    await context.listen(server, where());
    const client = context.connect({ ...targetOf(server), allowHalfOpen: true });
    client.on('data', (chunk) => answered.push(chunk));
    client.end('request', context.ended());
    await context.closed(client);
    context.arrived(Buffer.from('request'), asked, 'request');
    const reply = Array.from({ length: 20 }, (_, i) => (i % 2 ? Buffer.from(`line ${i}\n`) : Buffer.alloc(1500, i)));
    context.arrived(Buffer.concat([...reply, Buffer.from('end')]), answered, 'reply');
  },
});

/* A refused connection, and a path that is not there. */
const refused = {
  mayFail: true,
  prepare: () => refusedPort(),
  async run(context, { port }) {
    const clients = [context.connect({ port, host: HOST }), context.connect({ path: path.join(dir, 'none') })];
    await context.closed(...clients);
    if (context.errors.length < 2) context.problems.push(`${context.errors.length} errors of 2`);
  },
};

/* Two addresses, of which only the second answers. */
const select = {
  async run(context) {
    const server = context.server({}, (socket) => socket.end('hello'));
    await context.listen(server, tcp());
    const lookup = (host, options, callback) =>
      callback(null, [{ address: '127.0.0.2', family: 4 }, { address: HOST, family: 4 }]);
    const client = context.connect({ ...targetOf(server), host: 'name', lookup, autoSelectFamily: true });
    client.resume();
    await context.closed(client);
  },
};

/* The limit of a server turns clients away. */
const limit = (where) => ({
  async run(context) {
    const server = context.server({}, (socket) => socket.resume());
    server.maxConnections = 1;
    let drops = 0;
    server.on('drop', () => drops++);
    await context.listen(server, where());
    const first = context.connect(targetOf(server)).resume();
    await new Promise((resolve) => first.once('connect', resolve).once('close', resolve));
    const others = [context.connect(targetOf(server)).resume(), context.connect(targetOf(server)).resume()];
    for (const other of others) other.end();
    await context.closed(...others);
    first.end();
    if (!first.destroyed) await context.closed(first);
    if (drops > 2) context.problems.push(`${drops} drops`);
  },
});

/* Keeps an error, whose stack holds the list until it has been read. */
function keepError(context, error) {
  context.errors.push(error);
  return error.stack;
}

/* How many rules there are; when these cannot be read, as many as should be. */
function count(context, list, length) {
  try {
    return list.rules.length;
  } catch (error) {
    keepError(context, error);
    return length;
  }
}

/* Adds a rule; when that fails it must not be there. */
function add(context, list, method, args, rules) {
  try {
    list[method](...args);
    rules.push([method, args]);
  } catch (error) {
    keepError(context, error);
  }
}

function checkRules(context, list, rules) {
  const there = count(context, list, rules.length);
  if (there !== rules.length) context.problems.push(`${there} rules of ${rules.length}`);
  for (const [method, [address]] of rules) {
    if (!list.check(address)) context.problems.push(`${method} ${address}: not found`);
  }
  for (const address of ['198.51.100.1', '8.8.8.8']) {
    if (list.check(address)) context.problems.push(`${address} found`);
  }
}

/* Many rules at once, twice, so that a tree is made anew: all of them are there, or none. */
function addMany(context) {
  const list = new context.net.BlockList();
  let length = 0;
  for (const second of [3, 4]) {
    const texts = Array.from({ length: 300 }, (_, i) => `${second}.${i >> 8}.${i & 255}`).flatMap((start) =>
      [`Address: IPv4 10.${start}`, `Subnet: IPv4 11.${start}/30`, `Range: IPv4 12.${start}-12.${second}.255.255`]);
    try {
      list.fromJSON(texts);
      length += texts.length;
    } catch (error) {
      keepError(context, error);
    }
    const there = count(context, list, length);
    if (there !== length) context.problems.push(`${there} rules of ${length}`);
    const found = ['10', '11', '12'].filter((first) => list.check(`${first}.${second}.1.9`));
    if (found.length !== 0 && found.length !== 3) context.problems.push(`of a call only ${found}`);
  }
}

/* Many rules of each kind; then a server with the list, and a client with one. */
const blockList = {
  mayFail: true,
  async run(context) {
    const list = new context.net.BlockList();
    const rules = [];
    for (let i = 0; i < 40; i++) {
      add(context, list, 'addAddress', [`10.0.0.${i}`], rules);
      add(context, list, 'addSubnet', [`10.1.${i}.0`, 24], rules);
      add(context, list, 'addRange', [`10.2.${i}.1`, `10.2.${i}.9`], rules);
    }
    checkRules(context, list, rules);
    addMany(context);
    add(context, list, 'addAddress', [HOST], rules);
    const server = context.server({ blockList: list }, (socket) => socket.end());
    await context.listen(server, tcp());
    const clients = [context.connect(targetOf(server)), context.connect({ ...targetOf(server), blockList: list })];
    for (const client of clients) client.resume();
    await context.closed(...clients);
  },
};

/* Both ends have idle timeouts, which end the connection. */
const idle = {
  async run(context) {
    const server = context.server({}, (socket) => {
      socket.resume();
      context.attempt(() => socket.setTimeout(1000));
    });
    await context.listen(server, tcp());
    const client = context.connect(targetOf(server)).resume();
    client.on('timeout', () => client.end());
    context.attempt(() => client.setTimeout(1)) || client.end();
    client.write('x');
    await context.closed(client);
  },
};

/* Options of sockets, local ends, names, a reset. */
const options = {
  mayFail: true,
  async run(context) {
    const server = context.server({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 2000 }, (socket) => {
      void (socket.remoteAddress, socket.localPort);
      socket.resume();
    });
    await context.listen(server, tcp());
    const client = context.connect({
      ...targetOf(server),
      localAddress: HOST,
      noDelay: true,
      keepAlive: true,
      typeOfService: 16,
    });
    client.on('connect', () => {
      context.attempt(() => client.setTypeOfService?.(8));
      context.attempt(() => client.getTypeOfService?.());
      context.attempt(() => client.address());
      client.write('x', context.once('callback of write()', () => client.resetAndDestroy()));
    });
    await context.closed(client);
  },
};

/* What is read goes into the user's memory. */
const onread = (where) => ({
  async run(context) {
    const got = [];
    const server = context.server({}, (socket) => {
      socket.resume();
      socket.end(BIG.subarray(0, 200000));
    });
    await context.listen(server, where());
    const callback = (length, buffer) => {
      got.push(Buffer.from(buffer.subarray(0, length)));
      return true;
    };
    const client = context.connect({ ...targetOf(server), onread: { buffer: Buffer.alloc(30000), callback } });
    await context.closed(client);
    context.arrived(BIG.subarray(0, 200000), got, 'onread');
  },
});

/* Reading stops and starts while data come. */
const pausing = {
  async run(context) {
    const got = [];
    const server = context.server({}, (socket) => socket.resume().end(BIG.subarray(0, 400000)));
    await context.listen(server, tcp());
    const client = context.connect(targetOf(server));
    client.on('data', (chunk) => {
      got.push(chunk);
      client.pause();
      turns(2, () => client.resume());
    });
    await context.closed(client);
    context.arrived(BIG.subarray(0, 400000), got, 'pausing');
  },
};

/* A connection of Node's own is taken over. */
const adopted = {
  async run(context) {
    const server = context.server({}, echoing);
    await context.listen(server, tcp());
    const original = nodeNet.connect(targetOf(server));
    original.on('error', () => {}).pause();
    await new Promise((resolve) => original.once('connect', resolve).once('close', resolve));
    if (original.destroyed) return;
    const got = [];
    try {
      const client = context.socket(new context.net.Socket({ handle: original._handle }), 'adopted');
      client.on('data', (chunk) => got.push(chunk));
      client.end('hello');
      await context.closed(client);
      context.arrived(Buffer.from('hello'), got, 'adopted');
    } finally {
      original.destroy();
    }
  },
};

/* A path that all may use. */
const permissions = {
  async run(context) {
    const server = context.server({}, echoing);
    await context.listen(server, { ...file(), readableAll: true, writableAll: true });
    const client = context.connect(targetOf(server)).resume();
    client.end('x');
    await context.closed(client);
  },
};

/* Everything in a worker, from the loading of the addon on; the worker arms the fault. */
const worker = {
  inWorker: true,
  run(context, { fault, nth }) {
    return new Promise((resolve) => {
      const thread = new Worker(path.join(__dirname, 'worker.js'), { workerData: { fault, nth } });
      thread.on('message', ({ errors, problems, asked }) => {
        context.asked = asked;
        context.problems.push(...problems);
        for (const { message, code } of errors) context.errors.push(Object.assign(new Error(message), { code }));
      });
      thread.on('error', (error) => context.problems.push(`worker: ${error.stack}`));
      thread.on('exit', resolve);
    });
  },
};

module.exports = {
  echoTcp: echo(tcp),
  echoPath: echo(file),
  echoAbstract: echo(abstract),
  largeTcp: large(tcp),
  largePath: large(file),
  halfOpenTcp: halfOpen(tcp),
  halfOpenPath: halfOpen(file),
  refused,
  select,
  limitTcp: limit(tcp),
  limitPath: limit(file),
  blockList,
  idle,
  options,
  onreadTcp: onread(tcp),
  onreadPath: onread(file),
  pausing,
  adopted,
  permissions,
  worker,
  ...beyond,
};
