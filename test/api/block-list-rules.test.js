'use strict';

const assert = require('node:assert');
const net = require('node:net');
const { inspect } = require('node:util');

const { BlockList } = require('../../lib/address/block-list');
const { SocketAddress } = require('../../lib/address/socket-address');
const { generator } = require('../support/random');

/** node:net's list has the whole API from Node 24.21 and 26.8 on. */
const newest = typeof net.BlockList.prototype.removeAddress === 'function';

/** A new list after `edit`. */
function listOf(edit) {
  const list = new BlockList();
  edit(list);
  return list;
}

function errorOf(run) {
  try {
    run();
  } catch (error) {
    return { name: error.name, code: error.code, message: error.message };
  }
  return undefined;
}

/** Whether the list holds each of the texts, the family read off the text. */
function checkAll(list, ...texts) {
  return texts.map((text) => list.check(text, text.includes(':') ? 'ipv6' : 'ipv4'));
}

describe('BlockList: what matches', () => {
  it('an address is itself and its IPv4-mapped form', () => {
    const list = listOf((l) => l.addAddress('1.2.3.4'));
    assert.deepStrictEqual(checkAll(list, '1.2.3.4', '::ffff:1.2.3.4', '::ffff:102:304'), [true, true, true]);
    assert.deepStrictEqual(checkAll(list, '1.2.3.5', '::1.2.3.4', '::ffff:1.2.3.5'), [false, false, false]);
  });

  it('an IPv4-mapped address is its IPv4 form', () => {
    const list = listOf((l) => l.addAddress('::ffff:1.2.3.4', 'ipv6'));
    assert.deepStrictEqual(checkAll(list, '1.2.3.4', '::ffff:1.2.3.4', '1.2.3.5'), [true, true, false]);
  });

  it('a subnet of 0 bits is all of IPv4, and nothing else of IPv6', () => {
    const list = listOf((l) => l.addSubnet('1.2.3.4', 0));
    assert.deepStrictEqual(checkAll(list, '0.0.0.0', '255.255.255.255', '::ffff:9.9.9.9'), [true, true, true]);
    assert.deepStrictEqual(checkAll(list, '::', '::1', '::fffe:ffff:ffff', '::1:0:0:0'), [false, false, false, false]);
  });

  it('an IPv6 subnet of 0 bits is everything', () => {
    const list = listOf((l) => l.addSubnet('::', 0, 'ipv6'));
    assert.deepStrictEqual(checkAll(list, '0.0.0.0', '::', 'ffff::', '::ffff:1.2.3.4'), [true, true, true, true]);
  });

  it('a subnet of 32 bits is one address', () => {
    const list = listOf((l) => l.addSubnet('1.2.3.4', 32));
    assert.deepStrictEqual(checkAll(list, '1.2.3.3', '1.2.3.4', '1.2.3.5'), [false, true, false]);
  });

  it('a subnet of 128 bits is one address', () => {
    const list = listOf((l) => l.addSubnet('1::5', 128, 'ipv6'));
    assert.deepStrictEqual(checkAll(list, '1::4', '1::5', '1::6'), [false, true, false]);
  });

  for (let bits = 1; bits <= 31; bits++) {
    it(`a subnet of ${bits} bits ends where its last bit says`, () => {
      const text = (number) => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
      const first = (0x5a5a5a5a & (-1 << (32 - bits))) >>> 0;
      const last = first + 2 ** (32 - bits) - 1;
      const list = listOf((l) => l.addSubnet('90.90.90.90', bits));
      const checked = checkAll(list, text(first - 1), text(first), text(last), text(last + 1));
      assert.deepStrictEqual(checked, [false, true, true, false]);
    });
  }

  it('an IPv6 subnet of any length ends where its last bit says', () => {
    const text = (number) => number.toString(16).padStart(32, '0').match(/..../g).join(':');
    for (let bits = 1n; bits <= 127n; bits++) {
      const first = (0x5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5an >> (128n - bits)) << (128n - bits);
      const last = first + (1n << (128n - bits)) - 1n;
      const list = listOf((l) => l.addSubnet('5a5a:5a5a:5a5a:5a5a:5a5a:5a5a:5a5a:5a5a', Number(bits), 'ipv6'));
      const near = [first, last, last + 1n].map(text);
      if (first > 0n) near.push(text(first - 1n));
      const expected = [true, true, false, false].slice(0, near.length);
      assert.deepStrictEqual(checkAll(list, ...near), expected);
    }
  });

  it('a range has both of its ends, and crosses octets', () => {
    const list = listOf((l) => l.addRange('10.0.0.250', '10.0.1.5'));
    const inside = ['10.0.0.250', '10.0.0.255', '10.0.1.0', '10.0.1.5', '::ffff:10.0.1.1'];
    assert.deepStrictEqual(checkAll(list, ...inside), [true, true, true, true, true]);
    assert.deepStrictEqual(checkAll(list, '10.0.0.249', '10.0.1.6', '::1'), [false, false, false]);
  });

  it('a range of IPv4-mapped ends is one of IPv4', () => {
    const list = listOf((l) => l.addRange('::ffff:1.2.3.0', '::ffff:1.2.3.9', 'ipv6'));
    assert.deepStrictEqual(checkAll(list, '1.2.3.4', '::ffff:1.2.3.4', '1.2.3.10'), [true, true, false]);
  });

  it('an IPv6 range that reaches beyond the mapped addresses holds these, and not IPv4', () => {
    const list = listOf((l) => l.addRange('::', 'ffff::', 'ipv6'));
    assert.deepStrictEqual(checkAll(list, '::1', '::ffff:1.2.3.4', '1.2.3.4'), [true, true, false]);
  });

  it('a short range does not hide a long one that starts before it', () => {
    const list = listOf((l) => {
      l.addRange('1.0.0.0', '9.0.0.0');
      for (let i = 0; i < 50; i++) l.addRange(`2.0.0.${i}`, `2.0.0.${i + 1}`);
    });
    assert.deepStrictEqual(checkAll(list, '1.0.0.0', '8.8.8.8', '9.0.0.1'), [true, true, false]);
  });

  it('what is no address of the family does not match, and is no error', () => {
    const list = listOf((l) => l.addSubnet('::', 0, 'ipv6'));
    assert.deepStrictEqual(
      [list.check('x'), list.check('::1'), list.check('1.2.3.4', 'ipv6'), list.check('1.2.3.4', 'ipv5')],
      [false, false, false, false],
    );
  });

  it('a family that is none is taken for IPv6, whatever its name', () => {
    const list = listOf((l) => {
      l.addAddress('1.2.3.4');
      l.addAddress('::1', 'ipv6');
    });
    for (const family of ['', 'ipv5', 'constructor', '__proto__']) {
      assert.strictEqual(list.check('1.2.3.4', family), false, family);
      assert.strictEqual(list.check('::1', family), true, family);
    }
  });

  it('a zone may be of any length and letters', () => {
    const list = listOf((l) => l.addAddress('::1', 'ipv6'));
    for (const text of ['::1%', `::1%${'z'.repeat(300)}`, '::1%€+/'])
      assert.strictEqual(list.check(text, 'ipv6'), true, text);
    for (const text of ['::1x', '\0::1', `::1${'0'.repeat(300)}`, '1.2.3.4%'])
      assert.strictEqual(list.check(text, 'ipv6'), false, text);
  });

  it('the family may be written in capitals, and a zone is not looked at', () => {
    const list = listOf((l) => l.addAddress('fe80::1%lo', 'IPv6'));
    assert.deepStrictEqual([list.check('FE80::1', 'IPV6'), list.check('fe80::1%eth0', 'ipv6')], [true, true]);
  });

  it('SocketAddress objects, of cnet and of node:net, are addresses', () => {
    const list = listOf((l) => {
      l.addAddress(new SocketAddress({ address: '1.1.1.1', port: 5 }));
      l.addAddress(new net.SocketAddress({ address: '::2', family: 'ipv6' }));
    });
    assert.deepStrictEqual(list.rules, ['Address: IPv6 ::2', 'Address: IPv4 1.1.1.1']);
    assert.strictEqual(list.check(new net.SocketAddress({ address: '1.1.1.1' })), true);
    assert.strictEqual(list.check(new SocketAddress({ address: '::2', family: 'ipv6' })), true);
  });
});

describe('BlockList: edits', () => {
  it('removing one of two overlapping rules leaves the other', () => {
    const list = listOf((l) => {
      l.addAddress('1.2.3.4');
      l.addSubnet('1.2.3.4', 32);
      l.addRange('1.2.3.4', '1.2.3.4');
      l.addRange('1.2.3.4', '1.2.3.4');
    });
    const seen = [];
    for (const remove of [
      () => list.removeAddress('1.2.3.4'),
      () => list.removeRange('1.2.3.4', '1.2.3.4'),
      () => list.removeSubnet('1.2.3.4', 32),
      () => list.removeRange('1.2.3.4', '1.2.3.4'),
    ]) {
      remove();
      seen.push([list.check('1.2.3.4'), list.size]);
    }
    assert.deepStrictEqual(seen, [
      [true, 3],
      [true, 2],
      [true, 1],
      [false, 0],
    ]);
  });

  it('an address is there once, in the notation of the last one added', () => {
    const list = listOf((l) => {
      l.addAddress('1.1.1.1');
      l.addAddress('2.2.2.2');
      l.addAddress('::ffff:1.1.1.1', 'ipv6');
    });
    assert.deepStrictEqual(list.rules, ['Address: IPv4 2.2.2.2', 'Address: IPv6 ::ffff:1.1.1.1']);
    list.removeAddress('1.1.1.1');
    assert.deepStrictEqual(list.rules, ['Address: IPv4 2.2.2.2']);
  });

  it('subnets and ranges are taken out as they were written, the newest first', () => {
    const list = listOf((l) => {
      l.addSubnet('5.5.5.5', 16);
      l.addSubnet('5.5.0.0', 16);
      l.addSubnet('5.5.5.5', 16);
      l.addRange('1.1.1.1', '1.1.1.2');
    });
    list.removeSubnet('5.5.9.9', 16);
    list.removeRange('::ffff:1.1.1.1', '::ffff:1.1.1.2', 'ipv6');
    assert.strictEqual(list.size, 4);
    list.removeSubnet('5.5.5.5', 16);
    assert.deepStrictEqual(list.rules, [
      'Subnet: IPv4 5.5.0.0/16',
      'Subnet: IPv4 5.5.5.5/16',
      'Range: IPv4 1.1.1.1-1.1.1.2',
    ]);
  });

  it('of equal ranges, the newest is taken out', () => {
    const list = listOf((l) => {
      l.addRange('1.1.1.1', '1.1.1.2');
      l.addRange('3.3.3.3', '3.3.3.4');
      l.addRange('1.1.1.1', '1.1.1.2');
    });
    list.removeRange('1.1.1.1', '1.1.1.2');
    assert.deepStrictEqual(list.rules, ['Range: IPv4 3.3.3.3-3.3.3.4', 'Range: IPv4 1.1.1.1-1.1.1.2']);
  });

  it('rules are addresses, then subnets, then ranges', () => {
    const list = listOf((l) => {
      l.addRange('::', '::FF', 'ipv6');
      l.addSubnet('fe80::1', 64, 'ipv6');
      l.addAddress('2.2.2.2');
      l.addCIDR('4.0.0.0/8');
      l.addRange('9.0.0.1', '9.0.0.5');
      l.addAddress('::ffff:7.7.7.7', 'ipv6');
    });
    assert.deepStrictEqual(list.rules, [
      'Address: IPv6 ::ffff:7.7.7.7',
      'Address: IPv4 2.2.2.2',
      'Subnet: IPv4 4.0.0.0/8',
      'Subnet: IPv6 fe80::1/64',
      'Range: IPv4 9.0.0.1-9.0.0.5',
      'Range: IPv6 ::-::ff',
    ]);
    assert.strictEqual(list.size, 6);
    assert.strictEqual(JSON.stringify(list), JSON.stringify(list.rules));
  });

  it('rules is a new array each time', () => {
    const list = listOf((l) => l.addAddress('1.2.3.4'));
    list.rules.push('x');
    assert.deepStrictEqual(list.rules, ['Address: IPv4 1.2.3.4']);
  });

  it('clear() takes everything out, and the list can be used again', () => {
    const list = listOf((l) => l.addCIDRs(BlockList.PRIVATE_RANGES));
    list.addRange('1.1.1.1', '1.1.1.2');
    list.clear();
    assert.deepStrictEqual([list.size, list.rules, list.check('10.0.0.1')], [0, [], false]);
    list.addAddress('10.0.0.1');
    assert.deepStrictEqual([list.size, list.check('10.0.0.1')], [1, true]);
  });

  it('addAddresses() and addCIDRs() add all or nothing', () => {
    const list = new BlockList();
    assert.throws(() => list.addAddresses(['1.2.3.4', 'x']), { code: 'ERR_INVALID_ADDRESS' });
    assert.throws(() => list.addCIDRs(['1.2.3.4/8', 'x']), { code: 'ERR_INVALID_ARG_VALUE' });
    assert.strictEqual(list.size, 0);
    list.addAddresses(['1.2.3.4', '1.2.3.5']);
    list.addCIDRs(['9.0.0.0/8', '::/8']);
    assert.strictEqual(list.size, 4);
  });

  it('100,000 rules of each kind come and go', () => {
    const list = new BlockList();
    const address = (i) => `${10 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.7`;
    const each = (run) => {
      for (let i = 0; i < 100000; i++) run(address(i), address(i).replace(/7$/, '9'));
    };
    each((text, end) => {
      list.addAddress(text);
      list.addSubnet(text, 30);
      list.addRange(text, end);
    });
    assert.strictEqual(list.size, 300000);
    assert.deepStrictEqual(checkAll(list, '10.0.9.7', '10.0.9.4', '10.0.9.9', '10.0.9.10'), [true, true, true, false]);
    each((text) => list.removeSubnet(text, 30));
    assert.deepStrictEqual(checkAll(list, '10.0.9.7', '10.0.9.4', '10.0.9.9'), [true, false, true]);
    each((text, end) => list.removeRange(text, end));
    assert.deepStrictEqual(checkAll(list, '10.0.9.7', '10.0.9.9'), [true, false]);
    each((text) => list.removeAddress(text));
    assert.deepStrictEqual([list.size, list.rules, list.check('10.0.9.7')], [0, [], false]);
  });
});

describe('BlockList: fromJSON', () => {
  it('reads what toJSON() gave, as an array and as text', () => {
    const list = listOf((l) => {
      l.addAddress('::ffff:1.1.1.1', 'ipv6');
      l.addSubnet('fe80::', 10, 'ipv6');
      l.addRange('1.1.1.1', '1.1.1.9');
    });
    assert.deepStrictEqual(listOf((l) => l.fromJSON(list.toJSON())).rules, list.rules);
    assert.deepStrictEqual(listOf((l) => l.fromJSON(JSON.stringify(list))).rules, list.rules);
  });

  it('adds to what is there', () => {
    const list = listOf((l) => l.addAddress('9.9.9.9'));
    list.fromJSON(['Address: IPv4 1.1.1.1']);
    assert.deepStrictEqual(list.rules, ['Address: IPv4 1.1.1.1', 'Address: IPv4 9.9.9.9']);
  });

  const noRules = ['', 'Foo', 'Address: IPv5 1.1.1.1', 'Address: IPv4 x', 'Subnet: IPv4 1.1.1.1', 'Range: IPv6 g-h'];
  for (const text of noRules) {
    it(`passes over ${JSON.stringify(text)}`, () => {
      assert.strictEqual(listOf((l) => l.fromJSON([text])).size, 0);
    });
  }

  for (const data of [undefined, null, 5, {}, '{}', 'null', '""', [5], ['Address: IPv4 1.1.1.1', 5]]) {
    it(`refuses ${inspect(data)}`, () => {
      const list = new BlockList();
      assert.throws(() => list.fromJSON(data), {
        name: 'TypeError',
        code: 'ERR_INVALID_ARG_TYPE',
        message: /^The "data" argument must be of type string or string\[\]\. Received /,
      });
      assert.strictEqual(list.size, 0);
    });
  }

  it('throws the SyntaxError of a text that is no JSON', () => {
    assert.throws(() => new BlockList().fromJSON('x'), SyntaxError);
  });
});

describe('BlockList: errors', () => {
  for (const [method, args, code, message] of [
    ['addAddress', [], 'ERR_INVALID_ARG_TYPE', 'The "address" argument must be of type string. Received undefined'],
    ['addAddress', ['x'], 'ERR_INVALID_ADDRESS', 'Invalid socket address'],
    ['addAddress', ['::1'], 'ERR_INVALID_ADDRESS', 'Invalid socket address'],
    ['addAddress', ['1.2.3.4', 'x'], 'ERR_INVALID_ARG_VALUE', "The property 'options.family' is invalid. Received 'x'"],
    [
      'addAddress',
      ['1.2.3.4', 5],
      'ERR_INVALID_ARG_TYPE',
      'The "family" argument must be of type string. Received type number (5)',
    ],
    [
      'addAddresses',
      ['1.2.3.4'],
      'ERR_INVALID_ARG_TYPE',
      `The "addresses" argument must be an instance of Array. Received type string ('1.2.3.4')`,
    ],
    [
      'addAddresses',
      [['1.2.3.4', 5]],
      'ERR_INVALID_ARG_TYPE',
      'The "addresses[1]" argument must be of type string. Received type number (5)',
    ],
    [
      'addRange',
      ['1.2.3.4', '1.2.3.3'],
      'ERR_INVALID_ARG_VALUE',
      "The argument 'start' must come before end. Received " +
        "SocketAddress { address: '1.2.3.4', port: 0, family: 'ipv4', flowlabel: 0 }",
    ],
    ['addRange', ['1.2.3.4'], 'ERR_INVALID_ARG_TYPE', 'The "end" argument must be of type string. Received undefined'],
    [
      'addSubnet',
      ['1.2.3.4', 33],
      'ERR_OUT_OF_RANGE',
      'The value of "prefix" is out of range. It must be >= 0 && <= 32. Received 33',
    ],
    [
      'addSubnet',
      ['::', 129, 'ipv6'],
      'ERR_OUT_OF_RANGE',
      'The value of "prefix" is out of range. It must be >= 0 && <= 128. Received 129',
    ],
    [
      'addSubnet',
      ['1.2.3.4', 1.5],
      'ERR_OUT_OF_RANGE',
      'The value of "prefix" is out of range. It must be an integer. Received 1.5',
    ],
    [
      'addSubnet',
      ['1.2.3.4', '8'],
      'ERR_INVALID_ARG_TYPE',
      `The "prefix" argument must be of type number. Received type string ('8')`,
    ],
    [
      'addCIDR',
      ['1.2.3.4'],
      'ERR_INVALID_ARG_VALUE',
      `The argument 'cidr' must contain a prefix length (e.g. "10.0.0.0/8"). Received '1.2.3.4'`,
    ],
    [
      'addCIDR',
      ['1.2.3.4/08'],
      'ERR_INVALID_ARG_VALUE',
      "The argument 'cidr' prefix length must be a valid integer. Received '1.2.3.4/08'",
    ],
    ['addCIDR', ['1.2.3.4/8/8'], 'ERR_INVALID_ADDRESS', 'Invalid socket address'],
    [
      'addCIDRs',
      [[5]],
      'ERR_INVALID_ARG_TYPE',
      'The "cidrs[0]" argument must be of type string. Received type number (5)',
    ],
    ['check', [5], 'ERR_INVALID_ARG_TYPE', 'The "address" argument must be of type string. Received type number (5)'],
    ['check', ['x', null], 'ERR_INVALID_ARG_TYPE', 'The "family" argument must be of type string. Received null'],
  ]) {
    it(`${method}(${args.map((arg) => inspect(arg)).join(', ')}) throws ${code}`, () => {
      const list = new BlockList();
      assert.throws(() => list[method](...args), { code, message });
      assert.strictEqual(list.size, 0);
      if (newest) assert.strictEqual(errorOf(() => new net.BlockList()[method](...args))?.message, message);
    });
  }
});

describe('BlockList: the class', () => {
  it('knows its instances', () => {
    assert.strictEqual(BlockList.isBlockList(new (class extends BlockList {})()), true);
    for (const value of [undefined, null, 5, {}, [], Object.create(BlockList.prototype)])
      assert.strictEqual(BlockList.isBlockList(value), false);
  });

  it('has the private ranges as a frozen array', () => {
    assert.strictEqual(Object.isFrozen(BlockList.PRIVATE_RANGES), true);
    const list = listOf((l) => l.addCIDRs(BlockList.PRIVATE_RANGES));
    const inside = ['10.1.1.1', '172.31.0.1', '192.168.9.9', '127.0.0.1', '::1', '169.254.1.1', 'fe80::1', 'fd00::1'];
    assert.deepStrictEqual(
      checkAll(list, ...inside),
      inside.map(() => true),
    );
    assert.deepStrictEqual(checkAll(list, '172.32.0.1', '8.8.8.8', '2001:db8::1'), [false, false, false]);
  });

  it('shows its rules to util.inspect()', () => {
    const list = listOf((l) => l.addAddress('1.2.3.4'));
    assert.strictEqual(inspect(list), "BlockList { rules: [ 'Address: IPv4 1.2.3.4' ] }");
    assert.strictEqual(inspect({ a: list }, { depth: 0 }), '{ a: [BlockList] }');
  });
});

describe("BlockList: node:net's as the oracle", () => {
  const four = (random) => `1.2.${random(3)}.${random(6)}`;
  const six = (random) =>
    [`::ffff:${four(random)}`, `::${random(9)}`, `::ffff:0:${random(9)}`, `1:${random(3)}::`, `::1:0:0:${random(4)}`][
      random(5)
    ];

  /** One random edit of both lists; they must agree on the error. */
  function edit(random, log, mine, nodes) {
    const family = random(2) ? 'ipv6' : 'ipv4';
    const address = () => (family === 'ipv6' ? six(random) : four(random));
    const prefix = family === 'ipv6' ? [64, 80, 95, 96, 118, 126, 128][random(7)] : [22, 24, 30, 31, 32][random(5)];
    const removes = newest && log.length > 0 && random(3) === 0;
    const call = removes
      ? log[random(log.length)].map((part, i) => (i === 0 ? part.replace('add', 'remove') : part))
      : [
          ['addAddress', address(), family],
          ['addRange', address(), address(), family],
          ['addSubnet', address(), prefix, family],
        ][random(3)];
    const [method, ...args] = call;

    log.push(call);
    assert.deepStrictEqual(
      errorOf(() => mine[method](...args)),
      errorOf(() => nodes[method](...args)),
    );
  }

  for (let seed = 1; seed <= 20; seed++) {
    it(`agrees after 60 random edits (${seed})`, () => {
      const random = generator(seed);
      const mine = new BlockList();
      const nodes = new net.BlockList();
      const log = [];
      for (let i = 0; i < 60; i++) edit(random, log, mine, nodes);
      for (let i = 0; i < 200; i++) {
        const [text, family] = random(2) ? [six(random), 'ipv6'] : [four(random), 'ipv4'];
        const context = () => `${family} ${text} after ${inspect(log, { maxArrayLength: null })}`;
        assert.strictEqual(mine.check(text, family), nodes.check(text, family), context());
      }
      // The order among addresses is that of a hash table in node:net.
      if (newest) assert.deepStrictEqual(mine.rules.sort(), nodes.rules.sort());
    });
  }
});
