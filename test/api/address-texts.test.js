'use strict';

// A text with a zero character in it is no IP address, wherever one is read: what stops at the zero would take
// '127.0.0.1\0.evil.example' for 127.0.0.1.

const assert = require('node:assert');
const { once } = require('node:events');

const net = require('../..');
const { encodeProxyHeader } = require('../../lib/proxy-protocol');
const { HOST } = require('../support/net');
const { listening, tidy, track } = require('../support/tidy');

const FOUR = [
  '127.0.0.1\0',
  '127.0.0.1\0x',
  '\x00127.0.0.1',
  '127.0\0.0.1',
  '127.0.0.1\0.2',
  `127.0.0.1\0${'x'.repeat(300)}`,
];
const SIX = [
  '::1\0',
  '::1\0x',
  '\0::1',
  ':\0:1',
  'fe80::1%lo\0',
  'fe80::1%lo\0x',
  'fe80::1\0%lo',
  `fe80::1%${'z'.repeat(300)}\0`,
];
const ALL = [...FOUR.map((text) => [text, 'ipv4']), ...SIX.map((text) => [text, 'ipv6'])];

const refused = (what, use, code = /^ERR_INVALID_/) => {
  assert.throws(use, (error) => code.test(error.code), what);
};

describe('a text with a zero character', () => {
  afterEach(tidy);

  it('is refused by every method of BlockList that reads an address', () => {
    for (const [text, family] of ALL) {
      const [low, high] = family === 'ipv4' ? ['0.0.0.0', '255.255.255.255'] : ['::', 'ffff::'];
      const list = new net.BlockList();
      const shown = JSON.stringify(text);
      for (const verb of ['add', 'remove']) {
        refused(`${verb}Address ${shown}`, () => list[`${verb}Address`](text, family), /^ERR_INVALID_ADDRESS$/);
        refused(`${verb}Range ${shown}`, () => list[`${verb}Range`](text, high, family), /^ERR_INVALID_ADDRESS$/);
        refused(`${verb}Range ${shown}`, () => list[`${verb}Range`](low, text, family), /^ERR_INVALID_ADDRESS$/);
        refused(`${verb}Subnet ${shown}`, () => list[`${verb}Subnet`](text, 8, family), /^ERR_INVALID_ADDRESS$/);
        refused(`${verb}CIDR ${shown}`, () => list[`${verb}CIDR`](`${text}/8`));
      }
      refused(`addAddresses ${shown}`, () => list.addAddresses([low, text], family), /^ERR_INVALID_ADDRESS$/);
      refused(`addCIDRs ${shown}`, () => list.addCIDRs(['10.0.0.0/8', `${text}/8`]));
      assert.deepStrictEqual(list.rules, [], shown);
    }
    refused('behind the prefix', () => new net.BlockList().addCIDR('10.0.0.0/8\0'));
  });

  it('matches no rule', () => {
    const list = new net.BlockList();
    list.addSubnet('0.0.0.0', 0);
    list.addSubnet('::', 0, 'ipv6');
    list.addRange('0.0.0.0', '255.255.255.255');
    for (const [text, family] of ALL) assert.strictEqual(list.check(text, family), false, JSON.stringify(text));
  });

  it('is no rule for fromJSON(), which then adds none', () => {
    for (const rule of [
      'Address: IPv4 127.0.0.1\0x',
      'Address: IPv6 ::1\0',
      'Subnet: IPv4 10.0.0.0/8\0',
      'Subnet: IPv6 fc00::\0/7',
      'Range: IPv4 1.0.0.0\0-2.0.0.0',
      '\0Range: IPv6 ::1-::2',
    ]) {
      for (const data of [[rule], ['Address: IPv4 1.2.3.4', rule], JSON.stringify([rule])]) {
        const list = new net.BlockList();
        refused(JSON.stringify(rule), () => list.fromJSON(data), /^ERR_INVALID_ADDRESS$/);
        assert.deepStrictEqual(list.rules, []);
      }
    }
  });

  it('is no SocketAddress, and none can be parsed of it', () => {
    for (const [address, family] of ALL) {
      refused(JSON.stringify(address), () => new net.SocketAddress({ address, family }), /^ERR_INVALID_ADDRESS$/);
      for (const text of [address, `${address}:80`, `[${address}]`, `[${address}]:80`]) {
        assert.strictEqual(net.SocketAddress.parse(text), undefined, JSON.stringify(text));
      }
    }
  });

  it('is no IP address', () => {
    for (const [text] of ALL)
      assert.deepStrictEqual([net.isIP(text), net.isIPv4(text), net.isIPv6(text)], [0, false, false], text);
  });

  it('is no local address, no bound one, and no end of a header', () => {
    for (const [text] of ALL) {
      refused(
        'localAddress',
        () => net.connect({ port: 1, host: HOST, localAddress: text }),
        /^ERR_INVALID_IP_ADDRESS$/,
      );
      refused('BoundSocket', () => new net.BoundSocket({ host: text }));
      const end = { address: '10.0.0.1', port: 1 };
      const wrong = { address: text, port: 1 };
      refused('source', () => encodeProxyHeader({ source: wrong, destination: end }), /^ERR_INVALID_ADDRESS$/);
      refused('destination', () => encodeProxyHeader({ source: end, destination: wrong }), /^ERR_INVALID_ADDRESS$/);
    }
    const path = '/tmp/a\0b';
    refused('path', () => encodeProxyHeader({ source: { path }, destination: { path: '/tmp/c' } }));
  });

  it('is no answer of a lookup', async () => {
    for (const all of [false, true]) {
      for (const [address] of [FOUR[1], SIX[1]].map((text) => [text])) {
        const lookup = (host, options, callback) =>
          callback(null, ...(options.all ? [[{ address, family: 4 }]] : [address, 4]));
        const socket = track(net.connect({ port: 1, host: 'name.test', lookup, autoSelectFamily: all }));
        const [error] = await once(socket, 'error').catch((failure) => [failure]);
        assert.strictEqual(error.code, 'ERR_INVALID_IP_ADDRESS');
      }
    }
  });

  it('is not bound to by a handle', async () => {
    for (const [text, family] of ALL) {
      const handle = net._createServerHandle(text, 0, family === 'ipv4' ? 4 : 6);
      assert.ok(typeof handle === 'number' && handle < 0, JSON.stringify(text));
    }
    assert.ok((await listening(net.createServer())).listening);
  });
});
