'use strict';

const assert = require('node:assert');
const net = require('node:net');
const { inspect } = require('node:util');

const { SocketAddress } = require('../../lib/address/socket-address');

describe('SocketAddress', () => {
  it('is 127.0.0.1 with port 0 by default', () => {
    assert.deepStrictEqual(new SocketAddress().toJSON(), {
      address: '127.0.0.1',
      port: 0,
      family: 'ipv4',
      flowlabel: 0,
    });
  });

  it('is :: by default when the family is ipv6', () => {
    assert.strictEqual(new SocketAddress({ family: 'ipv6' }).address, '::');
  });

  for (const [address, family, text] of [
    ['0:0::1', 'ipv6', '::1'],
    ['FE80::A', 'IPv6', 'fe80::a'],
    ['1:0:0:2:0:0:0:3', 'ipv6', '1:0:0:2::3'],
    ['::ffff:102:304', 'ipv6', '::ffff:1.2.3.4'],
    ['fe80::1%lo', 'ipv6', 'fe80::1'],
    ['1.2.3.4', 'IPv4', '1.2.3.4'],
  ]) {
    it(`gives ${address} as ${text}, as node:net does`, () => {
      assert.strictEqual(new SocketAddress({ address, family }).address, text);
      assert.strictEqual(new net.SocketAddress({ address, family }).address, text);
    });
  }

  for (const [address, family] of [
    ['x', 'ipv4'],
    ['', 'ipv4'],
    ['1.2.3', 'ipv4'],
    ['01.2.3.4', 'ipv4'],
    ['::1', 'ipv4'],
    ['1.2.3.4', 'ipv6'],
    ['\0' + '1.2.3.4', 'ipv4'],
  ]) {
    it(`refuses ${JSON.stringify(address)} as ${family}`, () => {
      assert.throws(() => new SocketAddress({ address, family }), {
        name: 'Error',
        code: 'ERR_INVALID_ADDRESS',
        message: 'Invalid socket address',
      });
    });
  }

  it('reads ports as numbers and as strings', () => {
    const ports = [0, 65535, '12', ' 12 ', '0x10', -0];
    const read = ports.map((port) => new SocketAddress({ port }).port);
    assert.deepStrictEqual(read, [0, 65535, 12, 12, 16, 0]);
  });

  for (const port of [65536, -1, 1.5, NaN, '', ' ', 'x', null, {}, true, 1n]) {
    it(`refuses the port ${inspect(port)} with node:net's error`, () => {
      const { name, code } = catchError(() => new net.SocketAddress({ port }));
      assert.throws(() => new SocketAddress({ port }), { name, code });
      assert.strictEqual(code, 'ERR_SOCKET_BAD_PORT');
    });
  }

  for (const options of [null, 5, [], { address: 5 }, { family: 'ipv5' }, { family: null }, { flowlabel: 'x' }]) {
    it(`refuses ${inspect(options)} with node:net's error`, () => {
      const { name, code, message } = catchError(() => new net.SocketAddress(options));
      assert.throws(() => new SocketAddress(options), { name, code, message });
    });
  }

  it('refuses a function in the words of Node 20 and later', () => {
    assert.throws(() => new SocketAddress(function options() {}), {
      code: 'ERR_INVALID_ARG_TYPE',
      message: 'The "options" argument must be of type object. Received function options',
    });
  });

  it('keeps a flow label of 20 bits for IPv6, and none for IPv4', () => {
    assert.strictEqual(new SocketAddress({ family: 'ipv6', flowlabel: 0xfffff }).flowlabel, 0xfffff);
    assert.strictEqual(new SocketAddress({ family: 'ipv4', flowlabel: 5 }).flowlabel, 0);
  });

  it('throws, where node:net aborts the process, for a flow label of more than 20 bits', () => {
    assert.throws(() => new SocketAddress({ family: 'ipv6', flowlabel: 0x100000 }), { code: 'ERR_OUT_OF_RANGE' });
  });

  it('does not change', () => {
    const address = new SocketAddress();
    assert.throws(() => {
      address.address = '1.2.3.4';
    }, TypeError);
    assert.deepStrictEqual(Object.keys(address), []);
  });

  it('shows itself to util.inspect() as node:net does', () => {
    const mine = new SocketAddress({ address: '::1', family: 'ipv6', port: 5, flowlabel: 6 });
    const nodes = new net.SocketAddress({ address: '::1', family: 'ipv6', port: 5, flowlabel: 6 });
    for (const options of [{}, { depth: -1 }, { compact: false }, { colors: true }])
      assert.strictEqual(inspect(mine, options), inspect(nodes, options));
    assert.strictEqual(inspect({ a: { b: mine } }, { depth: 1 }), '{ a: { b: [SocketAddress] } }');
  });

  it('knows its own instances and those of node:net, and nothing else', () => {
    assert.strictEqual(SocketAddress.isSocketAddress(new (class extends SocketAddress {})()), true);
    assert.strictEqual(SocketAddress.isSocketAddress(new net.SocketAddress()), true);
    for (const value of [undefined, null, 5, {}, Object.create(SocketAddress.prototype), new SocketAddress().toJSON()])
      assert.strictEqual(SocketAddress.isSocketAddress(value), false);
  });
});

describe('SocketAddress.parse', () => {
  for (const [input, address, port] of [
    ['1.2.3.4', '1.2.3.4', 0],
    ['1.2.3.4:5', '1.2.3.4', 5],
    ['1.2.3.4:80', '1.2.3.4', 0], // the default port of http:, as in node:net
    ['[::1]:443', '::1', 443],
    ['[0:0::1]', '::1', 0],
    ['[::ffff:1.2.3.4]:1', '::ffff:1.2.3.4', 1],
    ['0x7f.1', '127.0.0.1', 0],
    ['192.168.257:1', '192.168.1.1', 1],
    ['user@1.2.3.4:5', '1.2.3.4', 5],
  ]) {
    it(`reads ${input} as ${address} and ${port}`, () => {
      const { address: gotAddress, port: gotPort, family } = SocketAddress.parse(input);
      assert.deepStrictEqual([gotAddress, gotPort], [address, port]);
      assert.strictEqual(family, address.includes(':') ? 'ipv6' : 'ipv4');
    });
  }

  const noAddresses = ['', '::1', 'a', 'a.com:80', '1.2.3.4:99999', '1.2.3.4:x', '[::1', '[::1%lo]:5', '256.1.1.1'];
  for (const input of noAddresses) {
    it(`gives undefined for ${JSON.stringify(input)}`, () => {
      assert.strictEqual(SocketAddress.parse(input), undefined);
    });
  }

  it('throws for what is no string', () => {
    assert.throws(() => SocketAddress.parse(5), {
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_TYPE',
      message: 'The "input" argument must be of type string. Received type number (5)',
    });
  });
});

function catchError(run) {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
