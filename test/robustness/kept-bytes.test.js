'use strict';
// What a program is given of a read is its own: nothing changes it afterwards, and no other connection's bytes lie
// behind it.

const assert = require('node:assert');
const { EventEmitter, once } = require('node:events');
const { Duplex, PassThrough, Readable, Transform, pipeline } = require('node:stream');
const { BroadcastChannel, MessageChannel, Worker } = require('node:worker_threads');

const net = require('../..');
const { numbered } = require('../support/bytes');
const { turn } = require('../support/loop');
const { HOST } = require('../support/net');
const { patience, scaled } = require('../support/scale');
const { listening, tidy, track } = require('../support/tidy');

const KB = 1024;
const MB = 1024 * KB;

/**
 * Each size has a way of its own from the kernel to a Buffer (src/binding/read_memory.c). The pieces are sent one after
 * the other.
 */
const SIZES = [
  { title: 'a few bytes', bytes: numbered(10 * KB), piece: 50 },
  { title: 'large reads', bytes: numbered(6 * MB), piece: 6 * MB },
  { title: 'small reads', bytes: numbered(200 * KB), piece: KB },
  { title: 'reads of 16 KiB', bytes: numbered(2 * MB), piece: 16 * KB },
];

/** Puts a method in the place of another until the test is over: `undo` takes the steps back. */
function patch(undo, holder, name, make) {
  const original = holder[name];
  holder[name] = make(original);
  undo.push(() => { holder[name] = original; });
}

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
  'a destination that redirects the pipe through a filter'(inlet, outlet, keep) {
    const filter = new Transform({
      transform(chunk, encoding, callback) {
        keep(chunk);
        callback(null, chunk);
      },
    });
    outlet.once('pipe', (source) => {
      source.unpipe(outlet);
      source.pipe(filter).pipe(outlet);
    });
    inlet.pipe(outlet);
  },
  'a listener with the name of the one of pipe()'(inlet, outlet, keep) {
    inlet.on = function on(name, listener) {
      if (name !== 'data') return net.Socket.prototype.on.call(this, name, listener);
      return net.Socket.prototype.on.call(this, name, function ondata(chunk) {
        keep(chunk);
        listener.call(this, chunk);
      });
    };
    inlet.pipe(outlet);
  },
  'a patched pipe() of all streams'(inlet, outlet, keep, undo) {
    patch(undo, Readable.prototype, 'pipe', () => function pipe(destination) {
      this.on('data', function ondata(chunk) {
        keep(chunk);
        destination.write(chunk);
      });
      return destination;
    });
    inlet.pipe(outlet);
  },
  'a patched emit() of all emitters'(inlet, outlet, keep, undo) {
    patch(undo, EventEmitter.prototype, 'emit', (emit) => function patched(name, chunk) {
      if (this === inlet && name === 'data') keep(chunk);
      return Reflect.apply(emit, this, arguments);
    });
    inlet.pipe(outlet);
  },
  'a patched write() of all streams'(inlet, outlet, keep, undo) {
    patch(undo, Duplex.prototype, 'write', (write) => function patched(chunk) {
      if (this === outlet) keep(chunk);
      return Reflect.apply(write, this, arguments);
    });
    outlet.write = (...args) => Duplex.prototype.write.apply(outlet, args);
    inlet.pipe(outlet);
  },
};

describe('bytes that a program keeps', function () {
  this.timeout(patience(2000));
  const undo = [];

  afterEach(() => {
    for (const step of undo.splice(0)) step();
    return tidy();
  });

  const serve = ({ socketOptions, ...options } = {}) =>
    listening(net.createServer(options), { port: 0, host: HOST, socketOptions });

  async function accepted(server, client) {
    const [socket] = await once(server, 'connection');
    track(client);
    return track(socket);
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
    const [entry, exit] = [await serve(), await serve({ ...endOptions, onread: arrived.onread })];
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
        attach(inlet, outlet, (chunk) => kept.push(chunk), undo);
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

  /* Two connections send in turn, of each size in `pieces`: what lies behind a chunk of one is never of the other. */
  async function chunksOf(pieces, count = 20) {
    const server = await serve();
    const chunks = [];
    let wake = () => {};
    const clients = [];
    for (const letter of ['a', 'b']) {
      const client = net.connect(server.address().port, HOST);
      const socket = await accepted(server, client);
      let length = 0;
      socket.on('data', (chunk) => {
        chunks.push({ chunk, letter });
        length += chunk.length;
        wake();
      });
      clients.push({ client, letter, length: () => length });
    }
    const sizes = Array.from({ length: count }, (_, i) => pieces[i % pieces.length]);
    let sent = 0;
    for (const size of sizes) {
      sent += size;
      for (const { client, letter, length } of clients) {
        client.write(Buffer.alloc(size, letter));
        while (length() < sent) await new Promise((resolve) => { wake = resolve; });
      }
    }
    return chunks;
  }

  /** What comes out of `send()` at the other end of a channel between threads. */
  async function posted(chunk) {
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(chunk);
    const [message] = await once(port2, 'message');
    port1.close();
    return message;
  }

  async function broadcast(chunk) {
    const [sender, receiver] = [new BroadcastChannel('kept-bytes'), new BroadcastChannel('kept-bytes')];
    const message = new Promise((resolve) => { receiver.onmessage = ({ data }) => resolve(data); });
    sender.postMessage(chunk);
    const data = await message;
    sender.close();
    receiver.close();
    return data;
  }

  async function toWorker(chunk) {
    const code =
      "const { parentPort, workerData } = require('node:worker_threads'); parentPort.postMessage(workerData);";
    const worker = new Worker(code, { eval: true, workerData: chunk });
    const [message] = await once(worker, 'message');
    await worker.terminate();
    return message;
  }

  const COPIES = {
    'structuredClone()': async (chunk) => structuredClone(chunk),
    'postMessage()': posted,
    BroadcastChannel: broadcast,
    workerData: toWorker,
  };

  const ALIKE = [1, 3, 64, 65, 1000, 10000, 16 * KB, 16 * KB + 1, 40 * KB, 64 * KB].map((piece) => [piece]);
  const BY_TURNS = [[20, 64 * KB, 40 * KB, 1000], [32 * KB, 50 * KB, 64, 33 * KB]];

  for (const pieces of [...ALIKE, ...BY_TURNS]) {
    const piece = pieces.join(', ');
    it(`${piece} bytes: the ArrayBuffer of a chunk has its bytes alone, and zeroes`, async () => {
      for (const { chunk, letter } of await chunksOf(pieces)) {
        const behind = new Uint8Array(chunk.buffer);
        assert.ok(
          behind.every((byte, i) =>
            i >= chunk.byteOffset && i < chunk.byteOffset + chunk.length ? byte === letter.charCodeAt(0) : byte === 0,
          ),
        );
      }
    });

    it(`${piece} bytes: no two chunks share an ArrayBuffer, and each is at most twice its chunk`, async () => {
      const chunks = await chunksOf(pieces);
      assert.strictEqual(new Set(chunks.map(({ chunk }) => chunk.buffer)).size, chunks.length);
      for (const { chunk } of chunks)
        assert.ok(chunk.buffer.byteLength <= 2 * chunk.length, `${chunk.buffer.byteLength} bytes for ${chunk.length}`);
    });

    it(`${piece} bytes: the transfer of a chunk takes nothing from the others`, async () => {
      const chunks = await chunksOf(pieces);
      const { port1, port2 } = new MessageChannel();
      for (let i = 0; i < chunks.length; i += 2) port1.postMessage(null, [chunks[i].chunk.buffer]);
      port1.close();
      port2.close();
      for (const [i, { chunk, letter }] of chunks.entries()) {
        if (i % 2 === 0) assert.strictEqual(chunk.length, 0);
        else assert.ok(chunk.every((byte) => byte === letter.charCodeAt(0)));
      }
    });
  }

  for (const [title, copy] of Object.entries(COPIES)) {
    it(`${title} carries no other connection's bytes`, async () => {
      const chunks = await chunksOf([6], 1);
      for (const { chunk, letter } of chunks) {
        const data = await copy(chunk);
        assert.deepStrictEqual(Buffer.from(data.buffer).toString(), letter.repeat(data.buffer.byteLength));
      }
    });
  }
});
