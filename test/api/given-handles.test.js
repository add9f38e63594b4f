'use strict';
// new Socket({ handle }) with a handle that is not cnet's: one that a program has written, as npm's mitm and
// handle-thing do, or a native one of Node's. What is expected is what node:net does (CNET_API_SUBJECT=node:net).

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const nodeNet = require('node:net');
const path = require('node:path');
const tls = require('node:tls');

const { HOST, closed, text } = require('../support/net');
const { net } = require('../support/subject');
const { listening, pair, tidy, track } = require('../support/tidy');

const { kArrayBufferOffset, kLastWriteWasAsync, kReadBytesOrError, streamBaseState } = process.binding('stream_wrap');
const { UV_ECONNRESET, UV_EOF, UV_EPIPE } = process.binding('uv');

const CERTIFICATES = path.join(__dirname, '..', 'fixtures', 'tls');

/** A handle as programs write them: it notes what it is asked, and says what it is told to say. */
class Handle {
  constructor(own = {}) {
    this.asked = [];
    this.requests = [];
    this.isAsync = false;
    this.result = 0;
    Object.assign(this, own);
  }

  note(...what) {
    this.asked.push(what.join(' '));
    return 0;
  }

  readStart() { return this.note('readStart'); }

  readStop() { return this.note('readStop'); }

  ref() { this.note('ref'); }

  unref() { this.note('unref'); }

  getAsyncId() { return 7; }

  close(callback) {
    this.note('close');
    if (callback) setImmediate(callback);
  }

  shutdown(request) {
    setImmediate(() => request.oncomplete(0));
    return this.note('shutdown');
  }

  take(request, ...what) {
    this.note(...what);
    this.requests.push(request);
    streamBaseState[kLastWriteWasAsync] = this.isAsync ? 1 : 0;
    return this.result;
  }

  writeUtf8String(request, data) { return this.take(request, 'utf8', data); }

  writeLatin1String(request, data) { return this.take(request, 'latin1', data); }

  writeAsciiString(request, data) { return this.take(request, 'ascii', data); }

  writeUcs2String(request, data) { return this.take(request, 'ucs2', data); }

  writeBuffer(request, data) { return this.take(request, 'buffer', data); }

  writev(request, data, all) { return this.take(request, all ? 'buffers' : 'pieces', ...data); }

  /** Gives bytes to the socket, as Node's own handles do. */
  give(data) {
    streamBaseState[kReadBytesOrError] = data.length;
    streamBaseState[kArrayBufferOffset] = 0;
    this.onread(Uint8Array.from(Buffer.from(data)).buffer);
  }

  /** An end or an error. */
  say(code) {
    streamBaseState[kReadBytesOrError] = code;
    this.onread(undefined);
  }
}

function over(handle, options = {}) {
  return track(new net.Socket({ handle, ...options }));
}

describe('a handle that a program has written', () => {
  afterEach(tidy);

  it('is told to read, and what it gives is the data of the socket, to the end', async () => {
    const handle = new Handle();
    const socket = over(handle);
    const all = text(socket);
    handle.give('one ');
    handle.give('two');
    handle.say(UV_EOF);
    assert.strictEqual(await all, 'one two');
    assert.strictEqual(handle.asked[0], 'readStart');
  });

  it('is told to stop when nobody takes what it gives, and to go on', async () => {
    const handle = new Handle();
    const socket = over(handle, { readableHighWaterMark: 4, highWaterMark: 4 });
    handle.give('more than four');
    assert.deepStrictEqual(handle.asked, ['readStart', 'readStop']);
    socket.read();
    assert.deepStrictEqual(handle.asked, ['readStart', 'readStop', 'readStart']);
  });

  it('says an error: it is the error of the socket', async () => {
    const handle = new Handle();
    const socket = over(handle);
    const failed = once(socket, 'error');
    handle.say(UV_ECONNRESET);
    const [{ code, syscall }] = await failed;
    assert.deepStrictEqual([code, syscall], ['ECONNRESET', 'read']);
    await closed(socket);
    assert.ok(handle.asked.includes('close'));
  });

  it('is given each kind of text and of bytes by the method that is for it', () => {
    const handle = new Handle();
    const socket = over(handle);
    for (const encoding of ['utf8', 'latin1', 'ascii', 'ucs2', 'hex']) socket.write('6162', encoding);
    socket.write(Buffer.from('bytes'));
    socket.cork();
    socket.write('a');
    socket.write(Buffer.from('b'));
    socket.uncork();
    socket.cork();
    socket.write(Buffer.from('c'));
    socket.write(Buffer.from('d'));
    socket.uncork();
    assert.deepStrictEqual(handle.asked.slice(1), [
      'utf8 6162',
      'latin1 6162',
      'ascii 6162',
      'ucs2 6162',
      'buffer ab',
      'buffer bytes',
      'pieces a utf8 b buffer',
      'buffers c d',
    ]);
  });

  it('ends a write that waits by oncomplete(), and the next ones wait for that', async () => {
    const handle = new Handle({ isAsync: true });
    const socket = over(handle);
    const done = [];
    socket.write('one', () => done.push('one'));
    socket.write('two', () => done.push('two'));
    await new Promise(setImmediate);
    assert.deepStrictEqual([done, handle.asked.slice(1)], [[], ['utf8 one']]);
    handle.requests[0].oncomplete(0, handle);
    await new Promise(setImmediate);
    assert.deepStrictEqual([done, handle.asked.slice(2)], [['one'], ['utf8 two']]);
  });

  it('refuses a write at once or later: the callback and the socket have the error', async () => {
    for (const isAsync of [false, true]) {
      const handle = new Handle({ isAsync, result: isAsync ? 0 : UV_EPIPE });
      const socket = over(handle);
      const failed = once(socket, 'error');
      const called = new Promise((resolve) => { socket.write('x', resolve); });
      if (isAsync) handle.requests[0].oncomplete(UV_EPIPE, handle);
      assert.deepStrictEqual([(await called).code, (await failed)[0].syscall], ['EPIPE', 'write']);
    }
  });

  it('is told to shut down by end(), and to close by destroy()', async () => {
    const handle = new Handle();
    const socket = over(handle, { allowHalfOpen: true });
    socket.end('last');
    await once(socket, 'finish');
    assert.deepStrictEqual(handle.asked.slice(1), ['utf8 last', 'shutdown']);
    socket.destroy();
    await closed(socket);
    assert.deepStrictEqual([handle.asked.at(-1), socket._handle], ['close', null]);
  });

  it('reads into the buffer of the option `onread`', async () => {
    const got = [];
    const handle = new Handle({ useUserBuffer(buffer) { this.buffer = buffer; } });
    const socket = over(handle, {
      onread: {
        buffer: Buffer.alloc(8),
        callback(bytes, buffer) {
          got.push(this === socket, String(buffer.subarray(0, bytes)));
          return true;
        },
      },
    });
    handle.buffer.write('hello');
    handle.say(5);
    assert.deepStrictEqual(got, [true, 'hello']);
  });

  it('is what socket._handle says, has ref() and unref(), and gives the names of both ends', () => {
    const name = (port) => (out) => Object.assign(out, { address: '192.0.2.1', family: 'IPv4', port }) && 0;
    const handle = new Handle({ getsockname: name(1), getpeername: name(2) });
    const socket = over(handle);
    socket.unref();
    socket.ref();
    assert.strictEqual(socket._handle, handle);
    assert.deepStrictEqual([socket.localPort, socket.remotePort, socket.remoteAddress], [1, 2, '192.0.2.1']);
    assert.deepStrictEqual(handle.asked.slice(1), ['unref', 'ref']);
  });

  it('has properties that look like a number of a stream or a descriptor: nothing goes there', async () => {
    const { client, accepted } = await pair();
    const heard = [];
    accepted.on('data', (chunk) => heard.push(String(chunk)));
    const handles = Array.from({ length: 40 }, (_, id) => new Handle({ id, fd: client._handle.fd }));
    for (const handle of handles) over(handle).write('for the handle');
    client.end('for the peer');
    await once(accepted, 'end');
    assert.strictEqual(heard.join(''), 'for the peer');
    assert.ok(handles.every(({ asked }) => asked.includes('utf8 for the handle')));
  });

  it('counts as activity for the timeout of the socket', async () => {
    const handle = new Handle();
    const socket = over(handle);
    socket.setTimeout(300);
    const began = performance.now();
    const timer = setInterval(() => {
      handle.give('x');
      if (performance.now() - began > 400) clearInterval(timer);
    }, 5);
    await once(socket, 'timeout');
    assert.ok(performance.now() - began > 400);
  });

  it('gets the bytes of sendFile()', async function sends() {
    if (!net.Socket.prototype.sendFile) this.skip();
    const handle = new Handle();
    const socket = over(handle);
    await socket.sendFile(__filename, { start: 0, end: 11 });
    assert.strictEqual(handle.asked.at(-1), "buffer 'use strict'");
  });
});

describe("a native handle of Node's", () => {
  afterEach(tidy);

  /** Node's class of TCP handles. */
  function classOfTCP() {
    const handle = nodeNet._createServerHandle(HOST, 0, 4);
    handle.close();
    return handle.constructor;
  }

  it('that is not open yet connects by itself', async () => {
    const TCP = classOfTCP();
    const server = await listening(net.createServer((socket) => socket.pipe(socket)));
    const socket = over(new TCP(0), { manualStart: true });
    socket.connect(server.address().port, HOST);
    await once(socket, 'connect');
    socket.end('through');
    assert.strictEqual(await text(socket), 'through');
    const refused = over(new TCP(0), { manualStart: true });
    const failed = once(refused, 'error');
    refused.connect(1, HOST);
    assert.strictEqual((await failed)[0].code, 'ECONNREFUSED');
  });

  it('of TLS speaks TLS, not what is under it', async () => {
    const [cert, key] = ['cert.pem', 'key.pem'].map((name) => fs.readFileSync(path.join(CERTIFICATES, name)));
    const server = track(tls.createServer({ cert, key }, (socket) => socket.pipe(socket)));
    server.listen(0, HOST);
    await once(server, 'listening');
    const secure = tls.connect({ port: server.address().port, host: HOST, rejectUnauthorized: false });
    await once(secure, 'secureConnect');
    const socket = over(secure._handle);
    const size = 500000;
    socket.end(Buffer.alloc(size, 'a'));
    let got = 0;
    socket.on('data', (chunk) => { got += chunk.length; });
    await once(socket, 'end');
    secure.destroy();
    assert.strictEqual(got, size);
  });

  it('that is open is the socket\'s: destroy() ends the connection', async () => {
    const server = await listening(net.createServer());
    const accepting = once(server, 'connection');
    const theirs = nodeNet.connect(server.address().port, HOST);
    theirs.on('error', () => {});
    const [accepted] = await accepting;
    track(accepted).resume();
    await once(theirs, 'connect').catch(() => {});
    over(theirs._handle).destroy();
    await once(accepted, 'end');
    theirs.destroy();
  });
});
