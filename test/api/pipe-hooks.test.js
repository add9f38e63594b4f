'use strict';
// Each chunk of a pipe goes through emit() of the socket and write() of the destination: a program that puts its own in
// the place of these sees all bytes. Node 26.12 passes both by with what was buffered.

const assert = require('node:assert');
const { EventEmitter } = require('node:events');
const { Duplex, Writable } = require('node:stream');

const { turn } = require('../support/loop');
const { pair, tidy } = require('../support/tidy');

/** Calls `see` with each chunk that the pipe from `inlet` to `outlet` brings. */
const HOOKS = {
  'an emit() of the socket'(inlet, outlet, see) {
    inlet.emit = function emit(name, chunk) {
      if (name === 'data') see(chunk);
      return Reflect.apply(EventEmitter.prototype.emit, this, arguments);
    };
  },
  'an emit() of all emitters'(inlet, outlet, see, undo) {
    const { emit } = EventEmitter.prototype;
    undo.push(() => { EventEmitter.prototype.emit = emit; });
    EventEmitter.prototype.emit = function patched(name, chunk) {
      if (this === inlet && name === 'data') see(chunk);
      return Reflect.apply(emit, this, arguments);
    };
  },
  'a write() of the destination'(inlet, outlet, see) {
    const { write } = outlet;
    outlet.write = function patched(chunk) {
      see(chunk);
      return Reflect.apply(write, this, arguments);
    };
  },
  'a write() of all streams'(inlet, outlet, see, undo) {
    const { write } = Writable.prototype;
    const own = Object.getOwnPropertyDescriptor(Duplex.prototype, 'write');
    undo.push(() => { Object.defineProperty(Duplex.prototype, 'write', own); });
    Duplex.prototype.write = function patched(chunk) {
      if ((this.socket ?? this) === outlet) see(chunk);
      return Reflect.apply(write, this, arguments);
    };
    outlet.write = (...args) => Reflect.apply(Duplex.prototype.write, outlet, args);
  },
};

describe('hooks on a pipe', () => {
  const undo = [];

  afterEach(() => {
    for (const step of undo.splice(0)) step();
    return tidy();
  });

  /** Buffers one chunk that is as long as the high-water mark of `inlet`, which is when Node takes its short way. */
  async function buffer(sender, inlet, text) {
    inlet.pause();
    sender.write(text);
    while (inlet.readableLength < text.length) await turn();
  }

  for (const [title, attach] of Object.entries(HOOKS)) {
    it(`${title} sees what was buffered while the pipe was paused`, async () => {
      const { client: sender, accepted: inlet } = await pair({ serverOptions: { highWaterMark: 8 } });
      const { client: outlet, accepted: end } = await pair();
      let [seen, arrived] = ['', ''];
      end.on('data', (chunk) => {
        arrived += chunk;
      });
      await new Promise((resolve) => {
        outlet.write('begin ', resolve);
      }); // by stream.Writable, which knows of a write from now on
      attach(
        inlet,
        outlet,
        (chunk) => {
          seen += chunk;
        },
        undo,
      );
      inlet.pipe(outlet);
      let sent = '';
      for (const text of ['first of all, ', 'then another, ', 'and the last.']) {
        await buffer(sender, inlet, text);
        sent += text;
        inlet.resume();
        while (arrived.length < 'begin '.length + sent.length) await turn();
      }
      assert.strictEqual(arrived, `begin ${sent}`);
      assert.strictEqual(seen, sent);
    });
  }

  it('a destination that is no socket has its own write() called with what was buffered', async () => {
    const { client: sender, accepted: inlet } = await pair({ serverOptions: { highWaterMark: 8 } });
    let [seen, arrived] = ['', ''];
    const outlet = new Writable({
      write(chunk, encoding, callback) {
        arrived += chunk;
        callback();
      },
    });
    outlet.write('begin ');
    HOOKS['a write() of the destination'](inlet, outlet, (chunk) => { seen += chunk; });
    inlet.pipe(outlet);
    await buffer(sender, inlet, 'all of it');
    inlet.resume();
    while (arrived.length < 'begin all of it'.length) await turn();
    assert.deepStrictEqual([arrived, seen], ['begin all of it', 'all of it']);
  });
});
