'use strict';

// Many rules in one call: addAddresses(), addCIDRs(), fromJSON(). What they do is what one call for each does, and what
// node:net of the newest line does, whatever the array is. What they take is measured in bench/: addaddresses,
// addcidrs, fromjson.

const assert = require('node:assert');
const net = require('node:net');
const { inspect } = require('node:util');

const { BlockList } = require('../../lib/address/block-list');
const { SocketAddress } = require('../../lib/address/socket-address');
const binding = require('../../lib/native/binding');
const { generator } = require('../support/random');
const { patience } = require('../support/scale');

/** node:net's list has the whole API from Node 24.21 and 26.8 on. */
const newest = typeof net.BlockList.prototype.removeAddress === 'function';

const four = (random) => `${random(2) ? 10 : 200}.${random(256)}.${random(4)}.${random(256)}`;
const six = (random) =>
  [`2001:db8::${random(9999)}`, `::ffff:${four(random)}`, `fe80::${random(99)}:${random(9)}`][random(3)];
const numberOf = (text) => text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);

/** What a call has done: its error, and the list. */
function after(list, call) {
  let error = null;
  try {
    call(list);
  } catch ({ name, code, message }) {
    error = { name, code, message };
  }
  return { error, rules: [...list.rules].sort(), size: list.rules.length };
}

/** Has both kinds of list do the same: they end alike. On older lines there is no list of Node's to compare. */
function alike(call) {
  const mine = after(new BlockList(), call);
  if (newest) assert.deepStrictEqual(mine, after(new net.BlockList(), call));
  return mine;
}

/** How often what a call does to a list asks the native part to add something. */
function callsOf(call) {
  const names = ['blockListAdd', 'blockListAddAll', 'blockListAddRange'];
  const before = names.map((name) => binding[name]);
  let calls = 0;
  names.forEach((name, i) => {
    binding[name] = (...args) => {
      calls++;
      return before[i](...args);
    };
  });
  try {
    call(new BlockList());
  } finally {
    names.forEach((name, i) => { binding[name] = before[i]; });
  }
  return calls;
}

describe('BlockList: many rules at once', function () {
  this.timeout(patience(20000));

  describe('are those that one call for each adds', () => {
    for (const [name, text, family] of [['IPv4', four, 'ipv4'], ['IPv6', six, 'ipv6']]) {
      it(`addAddresses(), ${name}, in their order, each once`, () => {
        const random = generator(name.length + 7);
        const texts = Array.from({ length: 5000 }, () => text(random));
        const [one, many] = [new BlockList(), new BlockList()];
        for (const address of texts) one.addAddress(address, family);
        many.addAddresses(texts.slice(0, 100), family);
        many.addAddresses(texts.slice(100), family);
        assert.deepStrictEqual(many.rules, one.rules);
        assert.strictEqual(
          many.size,
          new Set(texts.map((address) => new SocketAddress({ address, family }).address)).size,
        );
      });

      it(`addCIDRs(), ${name}, with host bits and without, and they go one by one`, () => {
        const random = generator(name.length + 8);
        const texts = Array.from({ length: 3000 }, () => `${text(random)}/${random(family === 'ipv4' ? 33 : 129)}`);
        const [one, many] = [new BlockList(), new BlockList()];
        for (const cidr of texts) one.addCIDR(cidr);
        many.addCIDRs(texts.slice(0, 50));
        many.addCIDRs(texts.slice(50));
        assert.deepStrictEqual(many.rules, one.rules);
        for (const cidr of texts) many.removeCIDR(cidr);
        assert.deepStrictEqual([many.size, many.rules, many.check('10.0.0.1')], [0, [], false]);
      });
    }

    for (const batches of [[4000], [3000, 1000], [50, 3950], [3950, 50], Array(40).fill(100)]) {
      it(`fromJSON(), of all kinds, in ${batches.length} calls of ${batches.slice(0, 3)}: the same rules, checks and removals`, () => {
        const random = generator(batches.length * 31 + batches[0]);
        const ends = () => [four(random), four(random)].sort((a, b) => numberOf(a) - numberOf(b)).join('-');
        const kinds = [
          () => `Address: IPv4 ${four(random)}`,
          () => `Address: IPv6 ${six(random)}`,
          () => `Subnet: IPv4 ${four(random)}/${24 + random(9)}`,
          () => `Subnet: IPv6 2001:db8:${random(99)}::/${48 + random(40)}`,
          () => `Range: IPv4 ${ends()}`,
          () => `Range: IPv6 2001:db8::${random(99)}-2001:db8::${100 + random(99)}`,
          () => 'Range: IPv4 10.0.0.1-10.0.0.9',
        ];
        const [one, many] = [new BlockList(), new BlockList()];
        let all = [];
        for (const length of batches) {
          const texts = Array.from({ length }, () => kinds[random(kinds.length)]());
          all = all.concat(texts);
          for (const text of texts) one.fromJSON([text]);
          many.fromJSON(random(2) ? texts : JSON.stringify(texts));
        }
        const probes = Array.from({ length: 500 }, () => (random(2) ? [four(random), 'ipv4'] : [six(random), 'ipv6']));
        const checks = (list) => probes.map((probe) => list.check(...probe));
        assert.deepStrictEqual([many.size, many.rules, checks(many)], [one.size, one.rules, checks(one)]);
        for (const text of all.filter((rule, i) => rule.startsWith('Range') && i % 2)) {
          const [start, end] = text.slice('Range: IPv4 '.length).split('-');
          for (const list of [one, many]) list.removeRange(start, end, text.includes('IPv4') ? 'ipv4' : 'ipv6');
        }
        assert.deepStrictEqual([many.size, many.rules, checks(many)], [one.size, one.rules, checks(one)]);
      });
    }
  });

  describe('end as with node:net when', () => {
    const node4 = () => new net.SocketAddress({ address: '7.7.7.7' });
    const node6 = () => new net.SocketAddress({ address: '::7', family: 'ipv6' });
    for (const [method, args, size, code] of [
      ['addAddresses', [['1.1.1.1', 'x', '2.2.2.2']], 0, 'ERR_INVALID_ADDRESS'],
      ['addAddresses', [['1.1.1.1', 5]], 0, 'ERR_INVALID_ARG_TYPE'],
      ['addAddresses', [['x', 5]], 0, 'ERR_INVALID_ADDRESS'],
      ['addAddresses', [[5, 'x']], 0, 'ERR_INVALID_ARG_TYPE'],
      // eslint-disable-next-line no-sparse-arrays
      ['addAddresses', [['1.1.1.1', , '2.2.2.2']], 0, 'ERR_INVALID_ARG_TYPE'],
      ['addAddresses', [['1.1.1.1', '1.1.1.1', '1.1.1.1']], 1],
      ['addAddresses', [['::1', '::ffff:1.1.1.1', 'fe80::1%eth0'], 'IPv6'], 3],
      ['addAddresses', [['::1', '1.1.1.1'], 'ipv6'], 0, 'ERR_INVALID_ADDRESS'],
      ['addAddresses', [['1.1.1.1'], 'ipv5'], 0, 'ERR_INVALID_ARG_VALUE'],
      ['addAddresses', [[5], 'ipv5'], 0, 'ERR_INVALID_ARG_TYPE'],
      ['addAddresses', [[], 'ipv5'], 0],
      ['addAddresses', [[], null], 0, 'ERR_INVALID_ARG_TYPE'],
      ['addAddresses', [[node4(), '8.8.8.8', node6(), '9.9.9.9']], 4],
      ['addAddresses', [[node4()], 'ipv5'], 1],
      ['addAddresses', [[node4(), 'x']], 0, 'ERR_INVALID_ADDRESS'],
      ['addAddresses', [new Set(['1.1.1.1'])], 0, 'ERR_INVALID_ARG_TYPE'],
      ['addAddresses', [{ length: 1, 0: '1.1.1.1' }], 0, 'ERR_INVALID_ARG_TYPE'],
      ['addAddresses', [['\u0131.1.1.1']], 0, 'ERR_INVALID_ADDRESS'],
      ['addAddresses', [['1.1.1.\u0131']], 0, 'ERR_INVALID_ADDRESS'],
      ['addAddresses', [[`1.1.1.1${' '.repeat(1e6)}`]], 0, 'ERR_INVALID_ADDRESS'],
      ['addAddresses', [[`::1%${'\u20ac'.repeat(1e5)}`], 'ipv6'], 1],
      ['addCIDRs', [['1.1.1.1/8', '2.2.2.2']], 0, 'ERR_INVALID_ARG_VALUE'],
      ['addCIDRs', [['x/8', '2.2.2.2']], 0, 'ERR_INVALID_ARG_VALUE'],
      ['addCIDRs', [['1.1.1.1/8', 'x/8', '3.3.3.3/8']], 1, 'ERR_INVALID_ADDRESS'],
      ['addCIDRs', [['1.1.1.1/8', '1.1.1.1/33', '3.3.3.3/8']], 1, 'ERR_OUT_OF_RANGE'],
      ['addCIDRs', [['1.1.1.1/8', '::/129']], 1, 'ERR_OUT_OF_RANGE'],
      ['addCIDRs', [['1.1.1.1/-1']], 0, 'ERR_OUT_OF_RANGE'],
      ['addCIDRs', [['1.1.1.1/08']], 0, 'ERR_INVALID_ARG_VALUE'],
      ['addCIDRs', [['1.1.1.1/8', '1.1.1.1/8', '1.2.2.2/8']], 3],
      ['addCIDRs', [['fe80::1%a/b/64', '::ffff:1.1.1.1/96']], 2],
      // eslint-disable-next-line no-sparse-arrays
      ['addCIDRs', [['1.1.1.1/8', , '3.3.3.3/8']], 0, 'ERR_INVALID_ARG_TYPE'],
      ['addCIDRs', [['1.1.1.1/8', node4()]], 0, 'ERR_INVALID_ARG_TYPE'],
      [
        'fromJSON',
        [['Address: IPv4 1.1.1.1', 'Address: IPv4 300.1.1.1', 'Address: IPv4 2.2.2.2']],
        1,
        'ERR_INVALID_ADDRESS',
      ],
      ['fromJSON', [['Address: IPv4 1.1.1.1', 'Range: IPv4 2.2.2.2-1.1.1.1']], 1, 'ERR_INVALID_ARG_VALUE'],
      ['fromJSON', [['Range: IPv4 1.1.1.1-2.2.2.2', 'Subnet: IPv4 1.1.1.1/33']], 1, 'ERR_OUT_OF_RANGE'],
      [
        'fromJSON',
        [
          [
            'Subnet: IPv4 1.1.1.1/08',
            'Subnet: IPv4 1.1.1.1/123',
            'Subnet: IPv6 ::1/1234',
            'a\n Address: IPv4 9.9.9.9b',
          ],
        ],
        4,
      ],
      ['fromJSON', [['Address: IPv6 ::1 Address: IPv4 2.2.2.2 Subnet: IPv4 3.3.3.3/3', 'Address: IPv6 fe80::1%lo']], 2],
      [
        'fromJSON',
        [['\u0100ddress: IPv4 1.1.1.1', '\u20acAddress: IPv4 1.1.1.2', `${' '.repeat(1e6)}Address: IPv4 1.1.1.3`]],
        2,
      ],
      ['fromJSON', [['Range: IPv6 ::1-::2', 'Range: IPv4 1.1.1.1-::ffff:1.1.1.2']], 1],
      // eslint-disable-next-line no-sparse-arrays
      ['fromJSON', [['Address: IPv4 1.1.1.1', , 'Address: IPv4 1.1.1.2']], 0, 'ERR_INVALID_ARG_TYPE'],
      ['fromJSON', [new Set(['Address: IPv4 1.1.1.1'])], 0, 'ERR_INVALID_ARG_TYPE'],
    ]) {
      const shown = inspect(args, { maxStringLength: 20, breakLength: Infinity }).slice(0, 120);
      it(`${method}(${shown}): ${code ?? 'no error'}, and ${size} are there`, () => {
        const seen = alike((list) => list[method](...args));
        assert.deepStrictEqual([seen.error?.code, seen.size], [code, size]);
      });
    }
  });

  describe('of an array that runs code', () => {
    /** Both lists are given an array of their own by `make`, which is given the list. */
    const given = (method, make, ...more) => alike((list) => list[method](make(list), ...more));

    it('a getter edits the same list: both are there', () => {
      const seen = given('addAddresses', (list) =>
        Object.defineProperty(['1.1.1.1', 'x'], 1, { get: () => (list.addAddress('9.9.9.9'), '1.1.1.2') }));
      assert.deepStrictEqual([seen.error, seen.size], [null, 3]);
    });

    it('a getter clears the list while rules are read: those that were read are there', () => {
      const seen = given('addCIDRs', (list) =>
        Object.defineProperty(['1.0.0.0/8', 'x'], 1, { get: () => (list.clear?.(), '2.0.0.0/8') }));
      assert.deepStrictEqual([seen.error, seen.size], [null, 2]);
    });

    it('a getter throws: that is the error, unless one before is no address; nothing is added', () => {
      const throws = (first) =>
        Object.defineProperty([first, 'x'], 1, {
          get: () => {
            throw new RangeError('mine');
          },
        });
      assert.strictEqual(given('addAddresses', () => throws('1.1.1.1')).error.message, 'mine');
      assert.strictEqual(given('addAddresses', () => throws('bad')).error.code, 'ERR_INVALID_ADDRESS');
      assert.deepStrictEqual(given('fromJSON', () => throws('Address: IPv4 1.1.1.1')).size, 0);
    });

    it('a getter makes the array longer, or shorter', () => {
      const array = (change) => () => {
        const made = ['1.1.1.1', 'x', '1.1.1.3'];
        return Object.defineProperty(made, 0, { get: () => (change(made), '1.1.1.0') });
      };
      assert.strictEqual(given('addAddresses', array((made) => made.splice(1, 1, '2.2.2.2', '2.2.2.3'))).size, 4);
      assert.strictEqual(given('addAddresses', array((made) => { made.length = 1; })).size, 1);
    });

    it('a Proxy, an array of another class, and one with an iterator of its own', () => {
      class Strings extends Array {
        *[Symbol.iterator]() {
          yield 'Address: IPv4 5.5.5.5';
        }
      }
      assert.strictEqual(given('addAddresses', () => new Proxy(['1.1.1.1', '1.1.1.2'], {})).size, 2);
      assert.strictEqual(given('addAddresses', () => Strings.of('1.1.1.1', '1.1.1.2')).size, 2);
      assert.deepStrictEqual(given('fromJSON', () => Strings.of('Address: IPv4 6.6.6.6')).rules, [
        'Address: IPv4 5.5.5.5',
      ]);
    });

    it('a SocketAddress that has another address for each who asks is asked once', () => {
      let asked = 0;
      class Changing extends SocketAddress {
        get address() {
          return asked++ ? 'x' : '4.4.4.4';
        }
      }
      const list = new BlockList();
      list.addAddresses(['1.1.1.1', new Changing(), '2.2.2.2']);
      assert.deepStrictEqual(list.rules, ['Address: IPv4 2.2.2.2', 'Address: IPv4 4.4.4.4', 'Address: IPv4 1.1.1.1']);
    });
  });

  it('call the methods for one rule that a class of the program has in their place', () => {
    const call = (Base) => {
      const calls = [];
      class Own extends Base {
        addAddress(...args) {
          calls.push(['addAddress', ...args]);
          return super.addAddress(...args);
        }

        addSubnet(...args) {
          calls.push(['addSubnet', ...args]);
          return super.addSubnet(...args);
        }

        addRange(...args) {
          calls.push(['addRange', ...args]);
        }
      }
      const list = new Own();
      list.addAddresses(['1.1.1.1']);
      list.addCIDRs(['10.0.0.0/8', '::/64']);
      list.addCIDR('11.0.0.0/8');
      list.fromJSON(['Address: IPv4 1.1.1.2', 'Subnet: IPv6 fe80::/10', 'Range: IPv4 1.1.1.1-1.1.1.9']);
      return [calls, list.rules.length];
    };
    const [calls, length] = call(BlockList);
    assert.deepStrictEqual(
      [calls.map(([name]) => name), length],
      [['addSubnet', 'addSubnet', 'addSubnet', 'addAddress', 'addSubnet', 'addRange'], 6],
    );
    if (newest) assert.deepStrictEqual(call(net.BlockList), [calls, length]);
  });

  it('are in the list of Node that goes with it, and in a clone', () => {
    for (const share of [
      (list) => net.BlockList.prototype.check.call(list, '1.1.1.1'),
      (list) => structuredClone(list),
    ]) {
      const list = new BlockList();
      list.addAddress('9.9.9.9');
      share(list);
      list.addAddresses(['1.1.1.1', '1.1.1.2']);
      list.addCIDRs(['10.0.0.0/8']);
      list.fromJSON(['Range: IPv4 2.0.0.1-2.0.0.9']);
      for (const text of ['9.9.9.9', '1.1.1.2', '10.1.1.1', '2.0.0.5']) {
        assert.strictEqual(list.check(text), true, text);
        assert.strictEqual(net.BlockList.prototype.check.call(list, text), true, text);
      }
      assert.strictEqual(list.size, 5);
    }
  });

  it('take one call of the native part, and not one for each', () => {
    const texts = Array.from({ length: 1000 }, (_, i) => `Range: IPv4 10.${i >> 8}.${i & 255}.1-10.${i >> 8}.${i & 255}.9`);
    const ends = texts.map((text) => text.slice('Range: IPv4 '.length).split('-'));
    const addresses = ends.map(([start]) => start);
    assert.deepStrictEqual([
      callsOf((list) => list.fromJSON(texts)),
      callsOf((list) => list.addAddresses(addresses)),
      callsOf((list) => list.addCIDRs(addresses.map((address) => `${address}/32`))),
      callsOf((list) => ends.forEach(([start, end]) => list.addRange(start, end))),
    ], [1, 1, 1, texts.length]);
  });
});
