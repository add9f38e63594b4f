'use strict';

/**
 * net.BlockList: rules on IP addresses. The rules and the check are in C (src/block_list*.c); here are the checks of
 * arguments and the errors.
 */

const net = require('net');
const { inspect } = require('util');

const binding = require('./binding');
const { codes, errnoException, invalidArgType, invalidArgValue } = require('./errors');
const { SocketAddress, familyNumber } = require('./socket-address');
const { validateInt32, validateString } = require('./validate');

/** The networks of RFC 1918, 1122, 4291, 3927 and 4193: private, loopback, link-local, unique local. */
const PRIVATE_RANGES = Object.freeze([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  '::1/128',
  '169.254.0.0/16',
  'fe80::/10',
  'fc00::/7',
]);

const IPV4 = String.raw`(\d{1,3}(?:\.\d{1,3}){3})`;
const IPV6 = String.raw`([0-9a-fA-F:.]+)`;

/** What fromJSON() finds in a text, and how it adds it; the first that matches counts. */
const RULES = [
  [new RegExp(`Subnet: IPv4 ${IPV4}/(\\d{1,2})`), (list, [, host, bits]) => list.addSubnet(host, +bits)],
  [new RegExp(`Address: IPv4 ${IPV4}`), (list, [, host]) => list.addAddress(host)],
  [new RegExp(`Range: IPv4 ${IPV4}-${IPV4}`), (list, [, start, end]) => list.addRange(start, end)],
  [new RegExp(`Subnet: IPv6 ${IPV6}/(\\d{1,3})`), (list, [, host, bits]) => list.addSubnet(host, +bits, 'ipv6')],
  [new RegExp(`Address: IPv6 ${IPV6}`), (list, [, host]) => list.addAddress(host, 'ipv6')],
  [new RegExp(`Range: IPv6 ${IPV6}-${IPV6}`), (list, [, start, end]) => list.addRange(start, end, 'ipv6')],
];

/** An address and its family, 4 or 6, as the functions in C take them. */
function toHost(address, family, name) {
  if (SocketAddress.isSocketAddress(address)) return [address.address, address.family === 'ipv6' ? 6 : 4];
  validateString(address, name);
  validateString(family, 'family');
  const number = familyNumber(family);
  if (binding.addressText(address, number) === undefined) throw new codes.ERR_INVALID_ADDRESS();
  return [address, number];
}

/** The two parts of '10.0.0.0/8', checked. */
function parseCidr(cidr, name) {
  validateString(cidr, name);
  const slash = cidr.lastIndexOf('/');
  if (slash < 0) throw invalidArgValue('cidr', cidr, 'must contain a prefix length (e.g. "10.0.0.0/8")');
  const digits = cidr.slice(slash + 1);
  const prefix = Number.parseInt(digits, 10);
  if (!Number.isInteger(prefix) || String(prefix) !== digits)
    throw invalidArgValue('cidr', cidr, 'prefix length must be a valid integer');

  const network = cidr.slice(0, slash);
  return toSubnet(network, prefix, network.includes(':') ? 'ipv6' : 'ipv4');
}

function toSubnet(network, prefix, family) {
  const host = toHost(network, family, 'network');
  validateInt32(prefix, 'prefix', 0, host[1] === 6 ? 128 : 32);
  return [...host, prefix];
}

/** What blockListAddRange() returns for a range that cannot be; a libuv code has another number on each system. */
const START_AFTER_END = 1;

/** C reports nothing but a lack of memory when the arguments are checked. */
function check(status) {
  if (status < 0) throw errnoException(status, 'BlockList');
}

function isStringArray(value) {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** The name of the method by which Node clones an object for another thread. */
const kClone = Object.getOwnPropertySymbols(net.BlockList.prototype).find(
  ({ description }) => description === 'messaging_clone_symbol',
);

/** A list of node:net with the rules of `list`. */
function nodeBlockList(list) {
  const copy = new net.BlockList();
  for (const rule of list.rules.reverse()) {
    const [, kind, family, first, second] = /^(\w+): (IPv[46]) ([^-/]+)[-/]?(.*)$/.exec(rule);
    if (kind === 'Address') copy.addAddress(first, family.toLowerCase());
    else if (kind === 'Range') copy.addRange(first, second, family.toLowerCase());
    else copy.addSubnet(first, Number(second), family.toLowerCase());
  }
  return copy;
}

/** Derived from Node's, whose constructor marks what can be cloned for another thread: there it is one of Node's. */
class BlockList extends net.BlockList {
  /** The object that holds the list in C. */
  #native;

  /** @returns {boolean} true for lists of this class, and not for those of node:net */
  static isBlockList(value) {
    return typeof value === 'object' && value !== null && #native in value;
  }

  /** CIDR texts of the networks that are not on the Internet, for addCIDRs(). */
  static PRIVATE_RANGES = PRIVATE_RANGES;

  constructor() {
    super();
    // Node's own list stays empty: without these it is not taken for the one that counts.
    for (const key of Reflect.ownKeys(this)) delete this[key];
    const native = binding.blockListNew();
    if (typeof native === 'number') check(native);
    this.#native = native;
  }

  /**
   * @param {string | SocketAddress} address
   * @param {'ipv4' | 'ipv6'} [family]
   */
  addAddress(address, family = 'ipv4') {
    check(binding.blockListAdd(this.#native, ...toHost(address, family, 'address')));
  }

  /**
   * Adds all, or none when one of them is not valid.
   * @param {(string | SocketAddress)[]} addresses
   * @param {'ipv4' | 'ipv6'} [family]
   */
  addAddresses(addresses, family = 'ipv4') {
    if (!Array.isArray(addresses)) throw invalidArgType('addresses', 'Array', addresses);
    validateString(family, 'family');
    const hosts = addresses.map((address, i) => toHost(address, family, `addresses[${i}]`));
    for (const host of hosts) check(binding.blockListAdd(this.#native, ...host));
  }

  /**
   * @param {string | SocketAddress} start first address of the range
   * @param {string | SocketAddress} end last address of the range
   * @param {'ipv4' | 'ipv6'} [family]
   */
  addRange(start, end, family = 'ipv4') {
    const first = toHost(start, family, 'start');
    const last = toHost(end, family, 'end');
    const status = binding.blockListAddRange(this.#native, ...first, ...last);

    if (status === START_AFTER_END) throw startAfterEnd(first);
    check(status);
  }

  /**
   * @param {string | SocketAddress} network
   * @param {number} prefix 0 to 32, or 0 to 128
   * @param {'ipv4' | 'ipv6'} [family]
   */
  addSubnet(network, prefix, family = 'ipv4') {
    check(binding.blockListAdd(this.#native, ...toSubnet(network, prefix, family)));
  }

  /** @param {string} cidr such as '10.0.0.0/8' or 'fe80::/10' */
  addCIDR(cidr) {
    check(binding.blockListAdd(this.#native, ...parseCidr(cidr, 'cidr')));
  }

  /**
   * Adds all, or none when one of them is not valid.
   * @param {string[]} cidrs
   */
  addCIDRs(cidrs) {
    if (!Array.isArray(cidrs)) throw invalidArgType('cidrs', 'Array', cidrs);
    const subnets = cidrs.map((cidr, i) => parseCidr(cidr, `cidrs[${i}]`));
    for (const subnet of subnets) check(binding.blockListAdd(this.#native, ...subnet));
  }

  /** Takes out a rule of addAddress(); no error when there is none. */
  removeAddress(address, family = 'ipv4') {
    check(binding.blockListRemove(this.#native, ...toHost(address, family, 'address')));
  }

  /** Takes out the newest rule of addRange() with the same ends; no error when there is none. */
  removeRange(start, end, family = 'ipv4') {
    const first = toHost(start, family, 'start');
    check(binding.blockListRemoveRange(this.#native, ...first, ...toHost(end, family, 'end')));
  }

  /** Takes out the newest rule of addSubnet() with the same address and prefix; no error when there is none. */
  removeSubnet(network, prefix, family = 'ipv4') {
    check(binding.blockListRemove(this.#native, ...toSubnet(network, prefix, family)));
  }

  /** Takes out the newest rule of addCIDR() with the same address and prefix; no error when there is none. */
  removeCIDR(cidr) {
    check(binding.blockListRemove(this.#native, ...parseCidr(cidr, 'cidr')));
  }

  /**
   * @param {string | SocketAddress} address
   * @param {'ipv4' | 'ipv6'} [family] another one is taken for 'ipv6', as in Node
   * @returns {boolean} true when a rule matches; false also for what is no address of that family
   */
  check(address, family = 'ipv4') {
    if (typeof address !== 'string' && SocketAddress.isSocketAddress(address))
      return binding.blockListCheck(this.#native, address.address, address.family === 'ipv6' ? 6 : 4);
    validateString(address, 'address');
    validateString(family, 'family');
    const isFour = family === 'ipv4' || family.toLowerCase() === 'ipv4';
    return binding.blockListCheck(this.#native, address, isFour ? 4 : 6);
  }

  /** Takes out every rule. */
  clear() {
    binding.blockListClear(this.#native);
  }

  /** @returns {string[]} the rules, for fromJSON() */
  toJSON() {
    return this.rules;
  }

  /**
   * Adds the rules of another list. Texts that are no rules are passed over, as in Node; but none is added when one of them
   * has a zero character in it.
   * @param {string | string[]} data the value of `rules`, or its JSON
   * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ADDRESS
   */
  fromJSON(data) {
    const rules = typeof data === 'string' ? JSON.parse(data) : data;
    if (!isStringArray(rules)) throw invalidArgType('data', ['string', 'string[]'], rules);
    if (rules.some((rule) => rule.includes('\0'))) throw new codes.ERR_INVALID_ADDRESS();

    for (const rule of rules) {
      for (const [pattern, add] of RULES) {
        const match = pattern.exec(rule);
        if (match === null) continue;
        add(this, match);
        break;
      }
    }
  }

  /** @returns {string[]} a new array: addresses, subnets, ranges, each kind newest first */
  get rules() {
    return binding.blockListRules(this.#native);
  }

  /** @returns {number} how many rules there are */
  get size() {
    return binding.blockListSize(this.#native);
  }

  /** What setBlockList() in C takes. Not part of Node's API. */
  get native() {
    return this.#native;
  }

  /** Gives another thread the rules as they are now (worker_threads.md, port.postMessage()). */
  [kClone]() {
    return nodeBlockList(this)[kClone]();
  }

  [inspect.custom](depth, options) {
    if (depth < 0) return '[BlockList]';
    const inner = { ...options, depth: options.depth == null ? null : options.depth - 1 };
    return `BlockList ${inspect({ rules: this.rules }, inner)}`;
  }
}

function startAfterEnd([address, family]) {
  return invalidArgValue('start', new SocketAddress({ address, family: `ipv${family}` }), 'must come before end');
}

/** The option `blockList`: a list of cnet or of node:net, or null when there is none. @throws ERR_INVALID_ARG_TYPE */
function blockListOption({ blockList }) {
  if (!blockList) return null;
  if (BlockList.isBlockList(blockList) || blockList instanceof net.BlockList) return blockList;
  throw invalidArgType('options.blockList', 'net.BlockList', blockList);
}

/** A list of cnet; for one of node:net, a copy of the rules that it has now. */
function ownBlockList(list) {
  if (BlockList.isBlockList(list)) return list;
  const copy = new BlockList();
  copy.fromJSON(list.rules);
  return copy;
}

module.exports = { BlockList, blockListOption, ownBlockList };
