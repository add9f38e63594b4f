'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const { Duplex, Readable, Writable, pipeline } = require('node:stream');
const { promisify } = require('node:util');

const { text } = require('../support/net');
const { net } = require('../support/subject');
const { pair, tidy } = require('../support/tidy');

describe('streams', () => {
  afterEach(tidy);

  it('a socket is a Duplex and an EventEmitter', () => {
    const socket = new net.Socket();
    assert.ok(socket instanceof Duplex && socket instanceof Readable && socket instanceof Writable);
    assert.ok(socket instanceof require('node:events'));
  });

  it("'data' has Buffers, and strings once setEncoding() was called", async () => {
    const { client, accepted } = await pair();
    client.write('é');
    const [first] = await once(accepted, 'data');
    accepted.setEncoding('latin1');
    client.write('é', 'latin1');
    const [second] = await once(accepted, 'data');
    assert.deepStrictEqual([first, second], [Buffer.from('é'), 'é']);
  });

  it('a push() and a _writeGeneric() that a program has put in place see every chunk, also late ones', async () => {
    const { client, accepted } = await pair();
    const pushed = [];
    const written = [];
    accepted.on('data', () => {});
    for (const word of ['one', 'two', 'three']) {
      client.write(word);
      await once(accepted, 'data');
      if (word !== 'one') continue;
      accepted.push = function push(chunk, encoding) {
        if (chunk !== null) pushed.push(String(chunk));
        return Duplex.prototype.push.call(this, chunk, encoding);
      };
      const { _writeGeneric } = client;
      client._writeGeneric = function writeGeneric(many, data, ...rest) {
        written.push(String(data));
        return _writeGeneric.call(this, many, data, ...rest);
      };
    }
    assert.deepStrictEqual([pushed, written], [['two', 'three'], ['two', 'three']]);
  });

  it('an onwrite() that a program has put into the state of the writing side is called for each write', async () => {
    const { client, accepted } = await pair();
    const { _writableState: state } = client;
    const { onwrite } = state;
    let count = 0;
    state.onwrite = (error) => {
      count++;
      onwrite(error);
    };
    accepted.resume();
    await new Promise((resolve) => client.write(Buffer.alloc(1 << 20), resolve));
    await new Promise((resolve) => client.write('more', resolve));
    assert.strictEqual(count, 2);
  });

  it("write() returns false when it is not all sent, and 'drain' comes when it is", async () => {
    const { client, accepted } = await pair();
    accepted.pause();
    while (client.write(Buffer.alloc(1 << 20)));
    assert.strictEqual(client.writableNeedDrain, true);
    accepted.resume();
    await once(client, 'drain');
    assert.strictEqual(client.writableLength, 0);
  });

  it('write() takes strings, Buffers and Uint8Arrays, and the encoding of strings', async () => {
    const { client, accepted } = await pair();
    client.write('616', 'utf8');
    client.write('62', 'hex');
    client.write(Buffer.from('c'));
    client.write(new Uint8Array([100]));
    client.end('ZQ==', 'base64');
    assert.strictEqual(await text(accepted), '616bcde');
  });

  it("end() takes data, an encoding and a callback for 'finish'", async () => {
    const { client, accepted } = await pair();
    const finished = new Promise((resolve) => client.end('68', 'hex', resolve));
    assert.strictEqual(await text(accepted), 'h');
    await finished;
    assert.strictEqual(client.writableFinished, true);
  });

  it('cork() and uncork() send what was written as one', async () => {
    const { client, accepted } = await pair();
    client.cork();
    for (const part of ['a', 'b', 'c']) client.write(part);
    client.uncork();
    const [data] = await once(accepted, 'data');
    assert.strictEqual(data.toString(), 'abc');
  });

  it('pipeline() through a connection keeps every byte', async () => {
    const { client, accepted } = await pair();
    const bytes = Buffer.alloc(3 << 20, 'abcdefg');
    const parts = [];
    const sink = new Writable({ write: (chunk, encoding, callback) => { parts.push(chunk); callback(); } });
    await Promise.all([
      promisify(pipeline)(Readable.from([bytes.subarray(0, 5), bytes.subarray(5)]), client),
      promisify(pipeline)(accepted, sink),
    ]);
    assert.ok(bytes.equals(Buffer.concat(parts)));
  });

  it('onread: data go to the buffer and the callback, and no data event comes', async () => {
    const buffer = Buffer.alloc(4);
    const got = [];
    const onread = {
      buffer,
      callback: (bytes, into) => {
        got.push(into.toString('utf8', 0, bytes), into === buffer);
      },
    };
    const { client, accepted } = await pair({ clientOptions: { onread } });
    client.on('data', () => assert.fail('a data event'));
    accepted.end('abcdef');
    await once(client, 'end');
    assert.deepStrictEqual(got, ['abcd', true, 'ef', true]);
  });

  it('onread: a buffer that is a function gives one for each read', async () => {
    const used = new Set();
    const onread = { buffer: () => Buffer.alloc(2), callback: (bytes, buffer) => { used.add(buffer); } };
    const { client, accepted } = await pair({ clientOptions: { onread } });
    accepted.end('abcd');
    await once(client, 'end');
    assert.strictEqual(used.size, 2);
  });

  it('onread: a callback that returns false pauses', async () => {
    const onread = { buffer: Buffer.alloc(2), callback: () => false };
    const { client, accepted } = await pair({ clientOptions: { onread } });
    accepted.end('abcd');
    while (client.bytesRead === 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepStrictEqual([client.isPaused(), client.bytesRead], [true, 2]);
    client.resume();
    while (client.bytesRead === 2) await new Promise((resolve) => setImmediate(resolve));
    assert.strictEqual(client.bytesRead, 4);
  });

  for (const [name, isWritable] of [['readable', true], ['writable', true], ['writable', false]]) {
    it(`Object.prototype.${name}, not enumerable, writable: ${isWritable}, counts for new Socket() as for Node's`, () => {
      const told = (of) => {
        try {
          const { readable, writable } = new of.Socket({});
          return { readable, writable };
        } catch ({ name: thrown, message }) { // Node 18 cannot make a stream then
          return { thrown, message: message.replace(/#<\w+>/, '') };
        }
      };
      Object.defineProperty(Object.prototype, name, { value: false, writable: isWritable, configurable: true });
      try {
        assert.deepStrictEqual(told(net), told(require('node:net')));
      } finally {
        delete Object.prototype[name];
      }
    });
  }
});
