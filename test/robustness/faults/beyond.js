'use strict';
// Scenarios of what node:net does not have: as those of scenarios.js, to which they belong.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { MessageChannel } = require('node:worker_threads');

const { HOST, targetOf } = require('../../support/net');

const BIG = Buffer.alloc(300 * 1024);
for (let i = 0; i < BIG.length; i++) BIG[i] = (i * 29 + (i >> 7)) & 255;

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cnet-faults-'));
process.on('exit', () => fs.rmSync(dir, { recursive: true, force: true }));
const source = path.join(dir, 'file');
fs.writeFileSync(source, BIG);

const tcp = () => ({ port: 0, host: HOST });

/** A promise of cnet's that must settle; it is told of what it rejects with. */
const settled = (context, label, promise) => {
  const done = context.once(label);
  return promise.then((value) => { done(); return value; }, (error) => { done(error); });
};

/* Two addresses are tried at once, of which the second answers. */
const race = {
  async run(context) {
    const server = context.server({}, (socket) => socket.end('hello'));
    await context.listen(server, tcp());
    const lookup = (host, options, callback) =>
      callback(null, [{ address: '127.0.0.2', family: 4 }, { address: HOST, family: 4 }]);
    const client = context.connect({ ...targetOf(server), host: 'name', lookup, connectionAttemptDelay: 10 });
    client.resume();
    await context.closed(client);
  },
};

/* A header of the PROXY protocol comes first, in two pieces. */
const proxy = {
  async run(context) {
    const got = [];
    const server = context.server({ proxyProtocol: { timeout: 2000 } }, (socket) => {
      void socket.remoteAddress;
      socket.on('data', (chunk) => got.push(chunk)).on('end', () => socket.end());
    });
    await context.listen(server, tcp());
    const client = context.connect(targetOf(server)).resume();
    client.write('PROXY TCP4 192.0.2.1 ');
    client.once('connect', () => setImmediate(() => client.end('192.0.2.2 1 2\r\nhello')));
    await context.closed(client);
    context.isCut = true; // who is refused is told of by an event of the server's
    context.arrived(Buffer.from('hello'), got, 'behind the header');
  },
};

/* A file in its turn between two writes; where it cannot be sent, nothing of it is. */
const sendFile = {
  async run(context) {
    const got = [];
    const server = context.server({}, (socket) => socket.on('data', (chunk) => got.push(chunk)));
    await context.listen(server, tcp());
    const client = context.connect(targetOf(server)).resume();
    client.write('before', context.once('callback of write()'));
    const sent = settled(context, 'sendFile()', client.sendFile(source));
    client.end('behind', context.ended());
    const [bytes] = await Promise.all([sent, context.closed(client)]);
    for (const socket of context.sockets) if (!socket.destroyed) await context.closed(socket);
    const there = Buffer.concat(got);
    const isWhole = bytes !== undefined || there.subarray(6, 12).equals(BIG.subarray(0, 6));
    const pieces = [Buffer.from('before'), isWhole ? BIG : Buffer.alloc(0), Buffer.from('behind')];
    context.arrived(Buffer.concat(pieces), got, 'sendFile()');
  },
};

/* A relay between a client and a server that echoes. */
const splice = {
  async run(context) {
    const echoing = context.server({}, (socket) => socket.pipe(socket));
    await context.listen(echoing, tcp());
    const joined = [];
    const relay = context.server({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
      const join = () => {
        const other = context.connect({ ...targetOf(echoing), allowHalfOpen: true });
        joined.push(settled(context, 'splice()', context.net.splice(socket, other)));
      };
      if (!context.attempt(join)) socket.destroy();
    });
    await context.listen(relay, tcp());
    const got = [];
    const client = context.connect(targetOf(relay)).on('data', (chunk) => got.push(chunk));
    client.end(BIG, context.ended());
    await context.closed(client);
    await Promise.all(joined);
    for (const socket of context.sockets) if (!socket.destroyed) await context.closed(socket);
    context.arrived(BIG, got, 'splice()');
  },
};

/* A connection goes away by a token, and comes back by it, or ends with the port that the token is of. */
const transfer = {
  async run(context) {
    const got = [];
    const server = context.server({}, (socket) => socket.pipe(socket));
    await context.listen(server, tcp());
    const first = context.connect(targetOf(server));
    await new Promise((resolve) => first.once('connect', resolve).once('close', resolve));
    const { port1, port2 } = new MessageChannel();
    let second = null;
    const moved = context.attempt(() => {
      const token = context.net.transfer(first, { to: port1 });
      second = context.socket(context.net.receive(token), 'received');
    });
    for (const port of [port1, port2]) port.close();
    if (!moved) first.destroy();
    second?.on('data', (chunk) => got.push(chunk)).end('hello', context.ended());
    for (const socket of context.sockets) if (!socket.destroyed) await context.closed(socket);
    if (moved) context.arrived(Buffer.from('hello'), got, 'transfer()');
  },
};

module.exports = { proxy, race, sendFile, splice, transfer };
