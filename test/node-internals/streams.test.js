'use strict';
// What lib/node-internals/streams.js relies on in the streams of the running Node. A test that fails names what Node
// has changed.

const assert = require('node:assert');
const { once } = require('node:events');
const { Duplex, Readable, Writable } = require('node:stream');

const streams = require('../../lib/node-internals/streams.js');
const { OF_SOCKETS } = require('../../lib/socket/stream-options.js');

const nothing = () => {};

/** A Duplex of which all that is written waits for `done()`, and that reads nothing by itself. */
class Plain extends Duplex {
  written = [];

  _read() {}

  _write(chunk, encoding, done) {
    this.written.push(String(chunk));
    this.done = done;
  }
}

const reading = (stream) => stream._readableState;
const writing = (stream) => stream._writableState;

describe('node-internals/streams.js relies on the reading side:', () => {
  it('_readableState has `ended`, which is true as soon as the end was pushed, before `end`', async () => {
    const stream = new Plain();
    assert.strictEqual(reading(stream).ended, false);
    assert.strictEqual(streams.hasEnded(stream), false);
    stream.push('x');
    stream.push(null);
    assert.strictEqual(reading(stream).ended, true);
    assert.strictEqual(streams.hasEnded(stream), true);
    assert.strictEqual(stream.readableEnded, false);
    stream.resume();
    await once(stream, 'end');
    assert.strictEqual(streams.hasEnded(stream), true);
  });

  it('_readableState has `pipes`, an array of where it is piped to', () => {
    const stream = new Plain();
    const target = new Plain();
    assert.deepStrictEqual(reading(stream).pipes, []);
    stream.pipe(target);
    assert.deepStrictEqual(reading(stream).pipes, [target]);
    assert.strictEqual(streams.isPiped(stream), true);
    stream.unpipe(target);
    assert.strictEqual(streams.isPiped(stream), false);
  });

  it('_readableState has `readableListening`, which is true while somebody listens for `readable`', async () => {
    const stream = new Plain();
    assert.strictEqual(reading(stream).readableListening, false);
    stream.on('readable', nothing);
    assert.strictEqual(reading(stream).readableListening, true);
    assert.strictEqual(streams.awaitsReadable(stream), true);
    stream.off('readable', nothing);
    await new Promise(setImmediate);
    assert.strictEqual(streams.awaitsReadable(stream), false);
  });

  it('_readableState has `flowing`: null at first, true after resume(), false after pause()', () => {
    const stream = new Plain();
    assert.strictEqual(reading(stream).flowing, null);
    stream.resume();
    assert.strictEqual(reading(stream).flowing, true);
    stream.pause();
    assert.strictEqual(reading(stream).flowing, false);
  });

  it('_readableState has `length`, the bytes that are buffered', () => {
    const stream = new Plain();
    assert.strictEqual(reading(stream).length, 0);
    stream.push('four');
    assert.strictEqual(reading(stream).length, 4);
  });

  it('_readableState has `decoder`, null until setEncoding()', () => {
    const stream = new Plain();
    assert.strictEqual(reading(stream).decoder, null);
    stream.setEncoding('latin1');
    assert.strictEqual(typeof reading(stream).decoder.write, 'function');
  });

  it('_readableState has `reading`, which is true from _read() until the next push()', () => {
    const stream = new Plain();
    assert.strictEqual(reading(stream).reading, false);
    stream.read(0);
    assert.strictEqual(reading(stream).reading, true);
    stream.push('x');
    assert.strictEqual(reading(stream).reading, false);
  });

  it('push() does nothing but emit `data` where a stream flows and has nothing buffered', async () => {
    const stream = new Plain();
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk));
    await new Promise(setImmediate);
    stream.push('first');
    await new Promise(setImmediate);
    assert.strictEqual(streams.emitsAtOnce(stream), true);
    const chunk = Buffer.from('second');
    stream.push(chunk);
    assert.strictEqual(chunks[1], chunk);
    assert.strictEqual(stream.readableLength, 0);
    stream.pause();
    assert.strictEqual(streams.emitsAtOnce(stream), false);
  });

  it('_readableState has `dataEmitted`, which is true from the first `data`', async () => {
    const stream = new Plain().on('data', () => {});
    await new Promise(setImmediate);
    assert.strictEqual(reading(stream).dataEmitted, false);
    stream.push('x');
    assert.strictEqual(reading(stream).dataEmitted, true);
  });

  it('push() keeps until the tick what nobody listens for, where a stream flows and has nothing buffered', async () => {
    const stream = new Plain();
    const listener = () => {};
    stream.on('data', listener);
    await new Promise(setImmediate);
    stream.push('first');
    await new Promise(setImmediate);
    assert.strictEqual(streams.emitsAtOnce(stream), true);
    stream.off('data', listener);
    assert.strictEqual(stream.readableFlowing, true);
    assert.strictEqual(streams.emitsAtOnce(stream), false);
    const texts = [];
    stream.push('second');
    stream.on('data', (chunk) => texts.push(String(chunk)));
    await new Promise(setImmediate);
    assert.deepStrictEqual(texts, ['second']);
  });

  it('push() forgets by `awaitDrainWriters` and `multiAwaitDrain` which pipes wait for their destination', () => {
    const stream = new Plain();
    assert.strictEqual(reading(stream).awaitDrainWriters, null);
    assert.strictEqual(reading(stream).multiAwaitDrain, false);
    for (const target of [new Plain(), new Plain()]) stream.pipe(target);
    assert.strictEqual(reading(stream).multiAwaitDrain, true);
    assert.strictEqual(reading(stream).awaitDrainWriters.size, 0);
  });

  it('push() emits what the decoder makes of a chunk, nothing of a part of a character, and takes a text in its encoding as it is', async () => {
    const stream = new Plain().setEncoding('utf-8');
    const texts = [];
    stream.on('data', (text) => texts.push(text));
    await new Promise(setImmediate);
    assert.strictEqual(streams.encodingOf(stream), 'utf8');
    assert.strictEqual(typeof streams.decoderOf(stream).write, 'function');
    stream.push(Buffer.of(0xe2, 0x82));
    assert.deepStrictEqual(texts, []);
    stream.push(Buffer.of(0xac));
    stream.push('as it is \u20ac', streams.encodingOf(stream));
    assert.deepStrictEqual(texts, ['\u20ac', 'as it is \u20ac']);
    assert.ok(!streams.decoderOf(new Plain()));
  });

  it('a pipe takes each chunk from emit() and gives it to write() once `pipeOnData`, where it is, is null', async () => {
    const stream = new Plain({ highWaterMark: 1000 });
    const target = new Plain({ highWaterMark: 1000 });
    const seen = [];
    stream._read = () => streams.emitAll(stream);
    stream.emit = function emit(event, chunk) {
      if (event === 'data') seen.push(`emit ${chunk}`);
      return Reflect.apply(Duplex.prototype.emit, this, arguments);
    };
    target.write = (chunk) => seen.push(`write ${chunk}`);
    stream.push('a');
    stream.push('b');
    stream.pipe(target);
    await new Promise(setImmediate);
    assert.deepStrictEqual(seen, ['emit a', 'write a', 'emit b', 'write b']);
  });

  it('pause() and resume() note in the state alone which of them was called last, where `flowing` is as they would have it', () => {
    const stream = new Plain();
    stream.emit = () => assert.fail();
    for (const flowing of [true, null, false]) {
      for (const paused of [true, false, true]) {
        reading(stream).flowing = flowing;
        streams.notePaused(reading(stream), paused);
        assert.deepStrictEqual([streams.wasPaused(reading(stream)), reading(stream).flowing], [paused, flowing]);
        assert.strictEqual(stream.isPaused(), paused || flowing === false);
      }
    }
  });

  it('a stream that was told to pause flows again once that is forgotten', () => {
    const stream = new Plain();
    stream.pause();
    stream.on('data', nothing);
    assert.strictEqual(stream.readableFlowing, false);
    streams.letFlow(stream);
    assert.deepStrictEqual([stream.readableFlowing, stream.isPaused()], [true, false]);
  });
});

describe('node-internals/streams.js relies on the end:', () => {
  it('destroy() of a stream that is noted to have told of its error tells of none, and closes', async () => {
    const stream = new Plain();
    const told = [];
    for (const event of ['error', 'close']) stream.on(event, () => told.push(event));
    streams.noteErrorTold(stream);
    stream.destroy(new Error('told already'));
    await new Promise(setImmediate);
    assert.deepStrictEqual([told, stream.errored.message], [['close'], 'told already']);
  });
});

describe('node-internals/streams.js relies on the writing side:', () => {
  it('_writableState has `defaultEncoding`, that of setDefaultEncoding()', () => {
    const stream = new Plain();
    assert.strictEqual(streams.defaultEncodingOf(stream), 'utf8');
    stream.setDefaultEncoding('latin1');
    assert.strictEqual(writing(stream).defaultEncoding, 'latin1');
  });

  it('_writableState has `pendingcb`, the writes that have not been called back', async () => {
    const stream = new Plain();
    assert.strictEqual(writing(stream).pendingcb, 0);
    stream.write('x');
    assert.strictEqual(writing(stream).pendingcb, 1);
    stream.done();
    await new Promise(setImmediate);
    assert.strictEqual(writing(stream).pendingcb, 0);
  });

  it('_writableState has `corked`, how often cork() was called', () => {
    const stream = new Plain();
    assert.strictEqual(writing(stream).corked, 0);
    stream.cork();
    assert.strictEqual(writing(stream).corked, 1);
  });

  it('_writableState has `constructed`, which is false until _construct() has called back', async () => {
    let done;
    const stream = new Duplex({ construct: (callback) => { done = callback; } });
    await new Promise(setImmediate);
    assert.strictEqual(writing(stream).constructed, false);
    done();
    await new Promise(setImmediate);
    assert.notStrictEqual(writing(stream).constructed, false);
  });

  it('_writableState has `highWaterMark`, that of the option', () => {
    assert.strictEqual(writing(new Plain({ highWaterMark: 7 })).highWaterMark, 7);
  });

  it('_writableState has `ending`, which is true after end(), whatever is still queued', () => {
    const stream = new Plain();
    assert.strictEqual(writing(stream).ending, false);
    stream.end('x');
    assert.strictEqual(writing(stream).ending, true);
  });

  it('_writableState has `destroyed` and `errored`', () => {
    const stream = new Plain().on('error', nothing);
    assert.strictEqual(streams.isDestroyed(stream), false);
    assert.ok(!writing(stream).errored);
    const error = new Error('x');
    stream.destroy(error);
    assert.strictEqual(streams.isDestroyed(stream), true);
    assert.strictEqual(writing(stream).errored, error);
  });

  it('_writableState has `writable`, which is false where the option says so', () => {
    assert.notStrictEqual(writing(new Plain()).writable, false);
    assert.strictEqual(writing(new Plain({ writable: false })).writable, false);
  });

  it('where all of these are as at first, write() calls _write() at once, and gives true', async () => {
    const stream = new Plain();
    assert.strictEqual(streams.takesAtOnce(stream), true);
    assert.strictEqual(streams.isBelowMark(stream, 1), true);
    assert.strictEqual(stream.write('x'), true);
    assert.deepStrictEqual(stream.written, ['x']);
    assert.strictEqual(streams.takesAtOnce(stream), false);
    stream.done();
    await new Promise(setImmediate);
    assert.strictEqual(streams.takesAtOnce(stream), true);
    const { writableHighWaterMark: mark } = stream;
    assert.strictEqual(streams.isBelowMark(stream, mark), false);
    assert.strictEqual(stream.write('x'.repeat(mark)), false);
  });

  it('allNoop says within _writev() whether no write has a callback', async () => {
    const found = [];
    const stream = new Writable({
      writev(chunks, done) {
        found.push(streams.areUncalled(this));
        done();
      },
    });
    for (const callback of [undefined, nothing, undefined]) {
      stream.cork();
      stream.write('a', callback);
      stream.write('b');
      stream.uncork();
      await new Promise(setImmediate);
    }
    assert.deepStrictEqual(found, [true, false, true]);
  });

  it('getBuffer() has the writes that wait, in order; within _write() null, or nothing, for what that was given', () => {
    const answers = [];
    const found = [];
    const texts = (stream) => streams.queuedOf(stream).map(({ chunk, encoding }) => `${chunk} ${encoding}`);
    const stream = new Writable({
      decodeStrings: false,
      write(chunk, encoding, done) {
        found.push(texts(this));
        answers.push(done);
      },
    });
    stream.write('a');
    stream.write('b', 'latin1');
    stream.write(Buffer.from('c'));
    assert.deepStrictEqual(texts(stream), ['b latin1', 'c buffer']);
    stream.cork();
    assert.deepStrictEqual(texts(stream), []);
    stream.uncork();
    answers[0]();
    answers[1]();
    assert.deepStrictEqual(found, [[], ['c buffer'], []]); // without those that it has been given
    assert.deepStrictEqual(texts(stream), []);
  });
});

describe('node-internals/streams.js relies on states:', () => {
  it('Readable.ReadableState and Writable.WritableState are the classes of the states of a stream', () => {
    assert.ok(reading(new Plain()) instanceof Readable.ReadableState);
    assert.ok(writing(new Plain()) instanceof Writable.WritableState);
  });

  it('_undestroy() gives a stream back that was destroyed', () => {
    const stream = new Plain({ autoDestroy: false }).destroy();
    assert.strictEqual(stream.destroyed, true);
    streams.undestroy(stream);
    assert.strictEqual(stream.destroyed, false);
    assert.deepStrictEqual([stream.readable, stream.writable], [true, true]);
  });

  it('_write() is given the function `onwrite` of the state, and that tells of a failure whom it was made for', async () => {
    const stream = new Plain();
    const stand = Object.create(Duplex.prototype);
    streams.shareStates(stand, stream);
    streams.answerTo(stand);
    const told = new Promise((resolve) => {
      stand.destroy = resolve;
    });
    stream.write('x');
    assert.strictEqual(stream.done, streams.answerOf(stream));
    const error = new Error('x');
    stream.done(error);
    assert.strictEqual(await told, error);
    assert.strictEqual(stream.destroyed, false);
  });

  it('a stream can be given new states, and begins anew with the same options', async () => {
    const stream = new Plain({
      highWaterMark: 5,
      autoDestroy: false,
      decodeStrings: false,
      encoding: 'latin1',
      defaultEncoding: 'latin1',
    });
    stream.push(null);
    stream.resume();
    stream.end();
    await once(stream, 'end');
    assert.deepStrictEqual([stream.readableEnded, stream.writableEnded, stream.writable], [true, true, false]);
    streams.renewStates(stream);
    assert.deepStrictEqual(
      [stream.readableEnded, stream.writableEnded, stream.writable, stream.readable],
      [false, false, true, true],
    );
    assert.deepStrictEqual(
      [stream.readableHighWaterMark, stream.writableHighWaterMark, stream.readableEncoding],
      [5, 5, 'latin1'],
    );
    assert.deepStrictEqual(
      [writing(stream).decodeStrings, writing(stream).defaultEncoding, writing(stream).autoDestroy],
      [false, 'latin1', false],
    );
    assert.strictEqual(reading(stream).autoDestroy, false);
  });

  it('and then is paused as before', () => {
    for (const name of ['pause', 'resume']) {
      const stream = new Plain()[name]();
      streams.renewStates(stream);
      assert.deepStrictEqual(
        [streams.wasPaused(reading(stream)), stream.readableFlowing],
        [name === 'pause', name === 'resume'],
      );
    }
  });

  it('and then flows, is piped and is listened to as before', () => {
    const stream = new Plain({ highWaterMark: 1000 });
    const targets = [new Plain(), new Plain()];
    for (const target of targets) stream.pipe(target);
    stream.on('readable', nothing);
    const { flowing } = reading(stream);
    for (const name of ['flowing', 'pipes', 'awaitDrainWriters', 'multiAwaitDrain', 'readableListening'])
      assert.ok(name in reading(stream), name);
    streams.renewStates(stream);
    assert.deepStrictEqual(reading(stream).pipes, targets);
    assert.strictEqual(streams.awaitsReadable(stream), true);
    assert.strictEqual(reading(stream).flowing, flowing);
    assert.strictEqual(reading(stream).needReadable, true);
  });

  it('a side that was never there is over in new states too: `ended` and its like can be set', () => {
    const stream = new Plain({ readable: false, writable: false });
    const sides = () => [
      stream.readable,
      stream.writable,
      reading(stream).ended,
      reading(stream).endEmitted,
      writing(stream).ending,
      writing(stream).finished,
    ];
    const before = sides();
    streams.renewStates(stream);
    assert.deepStrictEqual(sides(), before);
    assert.deepStrictEqual(before, [false, false, true, true, true, true]);
  });
});

describe('socket/stream-options.js relies on the options of streams:', () => {
  it('stream.Duplex asks for none of what socket/stream-options.js leaves out, but for `allowHalfOpen`', () => {
    const asked = new Set();
    const options = new Proxy({}, {
      get(target, name) {
        asked.add(name);
        return undefined;
      },
      has(target, name) {
        asked.add(name);
        return false;
      },
    });
    new Duplex(options).destroy();
    assert.deepStrictEqual([...asked].filter((name) => OF_SOCKETS.has(name)), ['allowHalfOpen']);
    assert.ok(asked.has('highWaterMark'));
  });
});
