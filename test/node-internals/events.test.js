'use strict';
// What lib/node-internals/events.js relies on in how EventEmitter keeps its listeners. A test that fails names what
// Node has changed.

const assert = require('node:assert');
const { EventEmitter } = require('node:events');

const { replaceListener } = require('../../lib/node-internals/events.js');

const nothing = () => {};

/** An emitter with listeners, one of which is replaced; each notes when it is called. */
function replaced(names) {
  const emitter = new EventEmitter();
  const called = [];
  const own = () => called.push('own');
  for (const name of names) emitter.on('event', name === 'own' ? own : () => called.push(name));
  const isInPlace = replaceListener(emitter, 'event', own, () => called.push('replacement'));
  return { emitter, called, own, isInPlace };
}

describe('node-internals/events.js relies on:', () => {
  for (const names of [['own'], ['first', 'own', 'last']]) {
    it(`_events has the listeners of an event that has ${names.length}, and takes another in the place of one`, () => {
      const { emitter, called, isInPlace } = replaced(names);
      emitter.emit('event');
      assert.deepStrictEqual([isInPlace, called],
        [true, names.map((name) => (name === 'own' ? 'replacement' : name))]);
    });

    it(`listeners() and off() know a function by its \`listener\`, among ${names.length}`, () => {
      const { emitter, own } = replaced(names);
      assert.strictEqual(emitter.listeners('event')[names.indexOf('own')], own);
      assert.strictEqual(emitter.off('event', own).listenerCount('event'), names.length - 1);
    });
  }

  it('replaces nothing that is no listener, or has been replaced', () => {
    const { emitter, own } = replaced(['own']);
    assert.strictEqual(replaceListener(emitter, 'event', own, nothing), false);
    assert.strictEqual(replaceListener(emitter, 'event', nothing, nothing), false);
    assert.strictEqual(replaceListener(emitter, 'other', own, nothing), false);
  });
});
