'use strict';

const assert = require('node:assert');
const net = require('node:net');

const { isIP, isIPv4, isIPv6 } = require('../../lib/address/ip');
const { generator } = require('../support/random');

const PARTS = [
  ...'0 1 01 255 256 ffff fffff 0000 12345 1. 1.2.3.4 7:8 1:2:3:4:5:6:'.split(' '),
  ...':: : . a A g x _ é - % lo %eth0 ::ffff:'.split(' '),
  ...[' ', '\n', '\0'],
];

describe('isIP', () => {
  for (const [text, family] of [
    ['127.0.0.1', 4],
    ['255.255.255.255', 4],
    ['::', 6],
    ['::1', 6],
    ['1:2:3:4:5:6:7:8', 6],
    ['::ffff:1.2.3.4', 6],
    ['fe80::1%eth-0.1', 6],
    [`fe80::1%${'z'.repeat(500)}`, 6],
    ['', 0],
    ['01.2.3.4', 0],
    ['1.2.3', 0],
    ['256.1.1.1', 0],
    ['1.2.3.4%lo', 0],
    ['fe80::1%', 0],
    ['fe80::1%a_b', 0],
    ['1:2:3:4:5:6:7:8:9', 0],
    ['1.2.3.4\0', 0],
    [' ::1', 0],
  ]) {
    it(`takes ${JSON.stringify(text.slice(0, 40))} for ${family || 'no address'}`, () => {
      assert.strictEqual(isIP(text), family);
      assert.strictEqual(isIPv4(text), family === 4);
      assert.strictEqual(isIPv6(text), family === 6);
    });
  }

  it('makes a string of its argument first, as node:net does', () => {
    const values = [{ toString: () => '::1' }, ['1.2.3.4'], new String('::1'), 5, null, undefined, 1n, true, {}];
    assert.deepStrictEqual(values.map(isIP), values.map(net.isIP));
    assert.deepStrictEqual(values.map(isIP), [6, 4, 6, 0, 0, 0, 0, 0, 0]);
  });

  it('throws a TypeError for what cannot be a string', () => {
    assert.throws(() => isIP(Symbol('x')), TypeError);
    assert.throws(() => isIP(Object.create(null)), TypeError);
  });

  it('says the same as node:net of 20,000 texts made of parts of addresses', () => {
    const random = generator(1);
    for (let i = 0; i < 20000; i++) {
      let text = '';
      for (let n = random(9); n >= 0; n--) text += PARTS[random(PARTS.length)];
      assert.strictEqual(isIP(text), net.isIP(text), JSON.stringify(text));
    }
  });

  it('says the same as node:net of 20,000 lists of groups', () => {
    const random = generator(2);
    const groups = ['', '0', '1', 'ffff', 'abcd', '12', '5', '10000', 'g'];
    for (let i = 0; i < 20000; i++) {
      const parts = Array.from({ length: 1 + random(9) }, () => groups[random(groups.length)]);
      if (random(3) === 0) parts.push('1.2.3.4');
      const text = parts.join(':');
      assert.strictEqual(isIP(text), net.isIP(text), JSON.stringify(text));
    }
  });
});
