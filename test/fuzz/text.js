'use strict';

/**
 * Fuzzes what reads text in JavaScript: isIP() and its kin, SocketAddress, subnets, and the rules of
 * BlockList.fromJSON(). Every text goes to node:net too; what comes out, or is thrown, has to be the same, where this
 * Node has that function.
 */

const net = require('node:net');

const cnet = require('../..');
const { random } = require('../support/random');

const SEEDS = [
  '1.2.3.4',
  '255.255.255.255',
  '0.0.0.0',
  '01.2.3.4',
  '::',
  '::1',
  '1::8',
  '1:2:3:4:5:6:7:8',
  '2001:DB8::ff',
  '::ffff:1.2.3.4',
  '::1.2.3.4',
  'fe80::1%eth0',
  'fe80::1%1',
  '10.0.0.0/8',
  '::/0',
  'fc00::/7',
  '1.2.3.4:80',
  '[::1]:80',
  '[::ffff:1.2.3.4]:65535',
  '1.2.3.4:65536',
  '0x7f.1',
  '127.1',
  '0177.0.0.1',
  '2130706433',
  'localhost',
  'user@1.2.3.4:1',
  '1.2.3.4/path',
  '1.2.3.4?query#hash',
  '[fe80::1%25eth0]',
  'Address: IPv4 1.2.3.4',
  'Subnet: IPv6 fc00::/7',
  'Range: IPv4 1.2.3.4-1.2.3.9',
  'Range: IPv6 ::1-::9',
  'Subnet: IPv4 10.0.0.0/33',
];
const PIECES = [
  '.',
  ':',
  '::',
  '%',
  '/',
  '-',
  '[',
  ']',
  '0',
  '1',
  '9',
  '00',
  '255',
  '256',
  'ffff',
  '10000',
  'F',
  'g',
  ' ',
  '\t',
  '\n',
  '\0',
  '@',
  '?',
  '#',
  '\\',
  '１',
  '。',
  'é',
  '€',
  '\ud800',
  '😀',
  '+',
  'e',
  'x',
  '%25',
  '%00',
  'IPv4',
  'IPv6',
  'Address: ',
  '32',
  '128',
  '129',
  '\u200b',
  '\r\n',
  '‐',
];
const FAMILIES = ['ipv4', 'ipv6', 'IPv4', 'IPV6', 'ipv5', ''];

function mutate(r, text) {
  const list = [...text];
  for (let i = r.below(4); i >= 0; i--) {
    const at = r.below(list.length + 1);
    const kind = r.below(4);
    if (kind === 0) list.splice(at, 0, r.pick(PIECES));
    else if (kind === 1) list.splice(at, 1 + r.below(3));
    else if (kind === 2) list.splice(at, 1, r.pick(PIECES));
    else list.splice(at, 0, ...[...r.pick(SEEDS)].slice(r.below(5), r.below(12)));
  }
  return list.join('');
}

const shown = (value) => (value === undefined ? 'undefined' : JSON.stringify(value));

/* What a function gives or throws, as text. */
function outcome(api, act, args) {
  try {
    return shown(act(api, ...args));
  } catch (error) {
    return `throws ${error.name} ${error.code} ${error.message}`;
  }
}

const json = ({ address, port, family, flowlabel }) => ({ address, port, family, flowlabel });

function rulesAfter(api, edit) {
  const list = new api.BlockList();
  edit(list);
  return list.rules;
}

const TARGETS = {
  isIP: (api, text) => [api.isIP(text), api.isIPv4(text), api.isIPv6(text)],
  address: (api, text, family) => json(new api.SocketAddress({ address: text, family })),
  parse: (api, text) => {
    const parsed = api.SocketAddress.parse(text);
    return parsed && json(parsed);
  },
  addAddress: (api, text, family) => rulesAfter(api, (list) => list.addAddress(text, family)),
  addSubnet: (api, text, family, number) => rulesAfter(api, (list) => list.addSubnet(text, number, family)),
  addCIDRs: (api, text) => rulesAfter(api, (list) => list.addCIDRs([text])),
  fromJSON: (api, text) => rulesAfter(api, (list) => list.fromJSON([text])),
  check: (api, text, family, number, other) => {
    const list = new api.BlockList();
    list.addSubnet('::ffff:0:0', 97, 'ipv6');
    list.addRange('1.0.0.0', '9.0.0.0');
    list.addAddress('::1', 'ipv6');
    return [list.check(text, family), list.check(other, family)];
  },
};

const hasZero = (text) => typeof text === 'string' && text.includes('\0');

/**
 * Whether an outcome is right. A text with a zero character is no address, where Node's own functions stop reading at
 * it: that is refused, and no rule matches it.
 */
function isRight(name, [text, , , other], mine, nodes) {
  if (mine === nodes) return true;
  if (name === 'check')
    return (hasZero(text) && mine.startsWith('[false')) || (hasZero(other) && mine.endsWith('false]'));
  return hasZero(text) && /^(?:undefined|throws (?:TypeError|Error) ERR_INVALID_)/.test(mine);
}

/** The functions that this Node has, in the newest form. */
const AVAILABLE = Object.keys(TARGETS).filter((name) => {
  if (name === 'parse') return net.SocketAddress.parse !== undefined;
  if (name === 'addCIDRs' || name === 'fromJSON') return net.BlockList.prototype[name] !== undefined;
  return name === 'isIP' || net.BlockList.prototype.addCIDRs !== undefined;
});

/**
 * @param {{ seconds: number, runs: number, seed: number }} options
 * @returns {Promise<{ passed: number, failed: number }>} texts that were taken alike by all functions, and others
 */
async function fuzzText({ seconds, runs, seed }) {
  const r = random(seed);
  const end = Date.now() + seconds * 1000;
  const counts = { passed: 0, failed: 0 };
  const known = new Set();
  let pool = [...SEEDS];

  for (let i = 0; i < runs && (i % 100 !== 0 || Date.now() < end); i++) {
    const text = mutate(r, r.pick(pool));
    const args = [text, r.pick(FAMILIES), r.below(140) - 4, mutate(r, r.pick(pool))];
    let alike = true;
    for (const name of AVAILABLE) {
      const [mine, nodes] = [cnet, net].map((api) => outcome(api, TARGETS[name], args));
      if (!isRight(name, args, mine, nodes)) {
        alike = false;
        console.log(`text: ${name}(${args.map(shown).join(', ')})\n  cnet: ${mine}\n  node: ${nodes}`);
      } else if (!known.has(`${name}${mine}`) && known.size < 5000 && text.length < 100) {
        known.add(`${name}${mine}`); // an outcome that is new: a text worth going on from
        pool = [...pool.slice(-400), text];
      }
    }
    counts[alike ? 'passed' : 'failed']++;
  }
  return counts;
}

module.exports = { fuzzText };
