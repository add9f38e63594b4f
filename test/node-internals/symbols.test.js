'use strict';
// What lib/node-internals/symbols.js relies on: the symbols in the objects of the running Node's net. A test that
// fails names what Node has changed.

const assert = require('node:assert');
const { once } = require('node:events');
const nodeNet = require('node:net');
const { MessageChannel } = require('node:worker_threads');

const { kClone, kNodeHandle, kNormalized } = require('../../lib/node-internals/symbols.js');

describe('node-internals/symbols.js relies on:', () => {
  it('what net._normalizeArgs() gives has one symbol, whose value is true', () => {
    const normalized = nodeNet._normalizeArgs([{ port: 1 }, () => {}]);
    assert.deepStrictEqual(Object.getOwnPropertySymbols(normalized), [kNormalized]);
    assert.strictEqual(normalized[kNormalized], true);
  });

  it('connect() of a Socket takes an array with that mark for options and callback', () => {
    const socket = new nodeNet.Socket().on('error', () => {});
    const given = [{ port: 1, host: '127.0.0.1' }, null];
    given[kNormalized] = true;
    socket.connect(given);
    assert.strictEqual(socket.connecting, true);
    socket.destroy();
  });

  it('a BlockList has its rules in C++ under `kHandle`', () => {
    const list = new nodeNet.BlockList();
    assert.ok(Object.hasOwn(list, kNodeHandle));
    assert.strictEqual(kNodeHandle.description, 'kHandle');
    assert.strictEqual(typeof list[kNodeHandle].addAddress, 'function');
  });

  it('postMessage() clones a BlockList by the method `messaging_clone_symbol`, which is found on its prototype', async () => {
    const list = new nodeNet.BlockList();
    list.addAddress('1.2.3.4');
    assert.strictEqual(kClone.description, 'messaging_clone_symbol');
    let calls = 0;
    Object.defineProperty(list, kClone, { value: () => ++calls && nodeNet.BlockList.prototype[kClone].call(list) });
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(list);
    const [clone] = await once(port2, 'message');
    port1.close();
    assert.ok(calls > 0);
    assert.strictEqual(clone.check('1.2.3.4'), true);
  });
});
