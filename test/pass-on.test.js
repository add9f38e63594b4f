'use strict';
// What a socket reads and passes on at once, by pipe() or to nobody, leaves its memory for the next read; what somebody
// keeps stays as it was.

const assert = require('node:assert');
const { EventEmitter, once } = require('node:events');
const { PassThrough, pipeline } = require('node:stream');

const net = require('..');
const { patience, scaled } = require('./support/scale');

const HOST = '127.0.0.1';
const KB = 1024;
const MB = 1024 * KB;

const turn = () => new Promise((resolve) => { setImmediate(resolve); });

/** Bytes of which no two pieces are alike: each four are their own number. */
function numbered(length) {
  const numbers = new Uint32Array(Math.ceil(length / 4)).map((_, i) => i * 2654435761);
  return Buffer.from(numbers.buffer, 0, length);
}

/** Reads of a large block take it whole, small ones share a page. The pieces of the latter are sent one after the other. */
const SIZES = [
  { title: 'large reads', bytes: numbered(6 * MB), piece: 6 * MB },
  { title: 'small reads', bytes: numbered(200 * KB), piece: KB },
  { title: 'reads of 16 KiB', bytes: numbered(2 * MB), piece: 16 * KB },
];

/** Ways to keep what is read, with a pipe from `inlet` to `outlet`: `keep` is to be called with each chunk. */
const KEEPERS = {
  'a second listener'(inlet, outlet, keep) {
    inlet.pipe(outlet);
    inlet.on('data', keep);
  },
  'a first listener'(inlet, outlet, keep) {
    inlet.on('data', keep);
    inlet.pipe(outlet);
  },
  'a listener that comes amid'(inlet, outlet, keep) {
    inlet.pipe(outlet);
    inlet.once('data', (chunk) => {
      keep(chunk);
      inlet.on('data', keep);
    });
  },
  'an emit() of the program'(inlet, outlet, keep) {
    inlet.emit = function emit(name, ...args) {
      if (name === 'data') keep(args[0]);
      return EventEmitter.prototype.emit.call(this, name, ...args);
    };
    inlet.pipe(outlet);
  },
  'a write() of the program'(inlet, outlet, keep) {
    outlet.write = function write(chunk, ...args) {
      keep(chunk);
      return net.Socket.prototype.write.call(this, chunk, ...args);
    };
    inlet.pipe(outlet);
  },
  'a _write() of the program'(inlet, outlet, keep) {
    outlet._write = function _write(chunk, ...args) {
      keep(chunk);
      net.Socket.prototype._write.call(this, chunk, ...args);
    };
    inlet.pipe(outlet);
  },
  'a second destination'(inlet, outlet, keep) {
    inlet.pipe(outlet);
    inlet.pipe(new PassThrough({ highWaterMark: 64 * MB }).on('data', keep));
  },
  'a listener in the place of the pipe'(inlet, outlet, keep) {
    inlet.pipe(outlet);
    inlet.unpipe(outlet);
    inlet.on('data', (chunk) => {
      keep(chunk);
      outlet.write(chunk);
    });
    inlet.resume(); // unpipe() has paused it
  },
};

describe('what is passed on at once', function () {
  this.timeout(patience(2000));
  let servers, sockets;

  beforeEach(() => {
    servers = [];
    sockets = [];
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.map((server) => new Promise((resolve) => { server.close(resolve); })));
  });

  async function listen(options = {}) {
    const server = net.createServer(options).listen({ port: 0, host: HOST, socketOptions: options.socketOptions });
    servers.push(server);
    await once(server, 'listening');
    return server;
  }

  async function accepted(server, client) {
    const [socket] = await once(server, 'connection');
    sockets.push(client, socket);
    return socket;
  }

  /** Collects what `end` reads, into memory of its own; `reached(n)` when it is so many bytes. */
  function collector() {
    const chunks = [];
    let length = 0;
    let wake = () => {};
    const callback = (got, buffer) => {
      chunks.push(Buffer.from(buffer.subarray(0, got)));
      length += got;
      wake();
      return true;
    };
    const reached = async (count) => {
      while (length < count) await new Promise((resolve) => { wake = resolve; });
    };
    return { onread: { buffer: Buffer.alloc(64 * KB), callback }, bytes: () => Buffer.concat(chunks), reached };
  }

  /** `sender` is connected to `inlet`, `outlet` to `end`: between the two in the middle is what is tested. */
  async function line(outletOptions = {}, endOptions = {}) {
    const arrived = collector();
    const [entry, exit] = [await listen(), await listen({ ...endOptions, onread: arrived.onread })];
    const sender = net.connect(entry.address().port, HOST);
    const inlet = await accepted(entry, sender);
    const outlet = net.connect({ port: exit.address().port, host: HOST, ...outletOptions });
    const end = await accepted(exit, outlet);
    return { sender, inlet, outlet, end, arrived };
  }

  /** Sends piece by piece, each when the one before has arrived. */
  async function send(sender, { bytes, piece }, arrived) {
    for (let at = 0; at < bytes.length; at += piece) {
      sender.write(bytes.subarray(at, at + piece));
      await arrived.reached(Math.min(bytes.length, at + piece));
    }
  }

  const equal = (one, other) => assert.ok(one.equals(other), 'these are not the bytes that were sent');

  for (const size of SIZES) {
    for (const [title, attach] of Object.entries(KEEPERS)) {
      it(`${size.title}: ${title} keeps what was sent`, async () => {
        const { sender, inlet, outlet, arrived } = await line();
        const kept = [];
        attach(inlet, outlet, (chunk) => kept.push(chunk));
        await send(sender, size, arrived);
        equal(arrived.bytes(), size.bytes);
        equal(Buffer.concat(kept), size.bytes);
      });
    }

    it(`${size.title}: a corked destination keeps what was sent`, async () => {
      const { sender, inlet, outlet, arrived } = await line({ highWaterMark: 16 * MB });
      inlet.pipe(outlet);
      sender.write(size.bytes.subarray(0, KB));
      await arrived.reached(KB);
      outlet.cork();
      for (let at = KB; at < size.bytes.length; at += size.piece) {
        sender.write(size.bytes.subarray(at, at + size.piece));
        while (inlet.bytesRead < Math.min(at + size.piece, size.bytes.length)) await turn();
      }
      outlet.uncork();
      await arrived.reached(size.bytes.length);
      equal(arrived.bytes(), size.bytes);
    });
  }

  it('every byte arrives in its order, over pipes to readers that halt until the writers wait', async () => {
    const sent = numbered(scaled(4 * MB, MB));
    const small = { socketOptions: { SO_SNDBUF: 32 * KB, SO_RCVBUF: 32 * KB } };
    const lines = await Promise.all(Array.from({ length: 6 }, () => line(small, small)));
    await Promise.all(lines.map(async ({ sender, inlet, outlet, end, arrived }, i) => {
      if (i % 2 === 0) inlet.pipe(outlet);
      else pipeline(inlet, outlet, () => {});
      sender.write(sent);
      for (let at = 0; at < sent.length; at += sent.length / 8) {
        end.pause();
        while (outlet.writableLength === 0 && inlet.bytesRead < sent.length) await turn();
        end.resume();
        await arrived.reached(at + sent.length / 8);
      }
      equal(arrived.bytes(), sent);
    }));
  });
});
