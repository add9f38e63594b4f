'use strict';

/**
 * net.BlockList: rules on IP addresses. The rules and the check are in C (src/block_list*.c); here are the checks of
 * arguments and the errors.
 *
 * A list is one of Node's too. As soon as one of Node's modules looks for its rules in C++ there is a list of Node's with
 * the same rules, and each edit is made in both. A clone that another thread is given shares the rules, as in Node: from
 * then on they are in Node's list alone, which the other thread may edit, and C asks that.
 */

const net = require('net');
const { inspect } = require('util');

const binding = require('./binding');
const { codes, errnoException, invalidArgType, invalidArgValue } = require('./errors');
const { CAN_REMOVE, askNode, isNodeList, kClone, kNodeHandle, nodeBlockList, toNode } = require('./node-block-list');
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

/** The methods of Node's lists that do the same as an edit of C. */
const ADDRESS = { add: 'addAddress', remove: 'removeAddress' };
const SUBNET = { add: 'addSubnet', remove: 'removeSubnet' };
const RANGE = { add: 'addRange', remove: 'removeRange' };

/** @type {(value: any) => boolean} true for lists of cnet alone, whose rules C has */
let isOwnBlockList;

/** Derived from Node's, whose constructor marks what can be cloned for another thread: there it is one of Node's. */
class BlockList extends net.BlockList {
  /** The object that holds the list in C. */
  #native;

  /** A list of Node's with the same rules, once one of Node's modules has asked for it. */
  #node = null;

  /** Others may edit that list: it alone has the rules. */
  #shared = false;

  /** @returns {boolean} true for all lists of rules: those of this class, those of node:net, and clones */
  static isBlockList(value) {
    return isOwnBlockList(value) || isNodeList(value);
  }

  /** Those that Node makes are instances too. */
  static [Symbol.hasInstance](value) {
    return this === BlockList ? BlockList.isBlockList(value) : super[Symbol.hasInstance](value);
  }

  static {
    isOwnBlockList = (value) => typeof value === 'object' && value !== null && #native in value;
  }

  /** CIDR texts of the networks that are not on the Internet, for addCIDRs(). */
  static PRIVATE_RANGES = PRIVATE_RANGES;

  constructor() {
    super();
    // Node's own list stays empty: without these the accessor of the class is found.
    for (const key of Reflect.ownKeys(this)) delete this[key];
    const native = binding.blockListNew();
    if (typeof native === 'number') check(native);
    this.#native = native;
  }

  /** A list of Node's with the rules, from now on kept in step. */
  #toNode() {
    this.#node ??= nodeBlockList(binding.blockListRules(this.#native));
    return this.#node;
  }

  /** The rules in C++, for Node's modules; something for Node's constructor, which sets it and reads it back. */
  get [kNodeHandle]() {
    return isOwnBlockList(this) ? this.#toNode()[kNodeHandle] : {};
  }

  set [kNodeHandle](unused) {
    // what Node's constructor has made is not wanted
  }

  /** The rules go to Node's list, which others may edit from now on. */
  #share() {
    if (this.#shared) return;
    askNode(this.#native, this.#toNode());
    this.#shared = true;
    binding.blockListClear(this.#native);
  }

  /** The rules come back from Node's list. Others keep that, as it was. */
  #unshare() {
    const rules = this.#shared ? this.#node.rules : [];
    this.#node = null;
    this.#shared = false;
    binding.blockListAsk(this.#native, 0);
    this.fromJSON(rules.reverse());
  }

  /** Adds a rule by a function of C, and by the method of Node that does the same. */
  #add(inC, host, name, ...forNode) {
    const status = this.#shared ? 0 : inC(this.#native, ...host);
    if (status === 0 && this.#node !== null) this.#node[name.add](...forNode.map(nodeArgument));
    return status;
  }

  /** The same for taking out a rule. Where Node's lists cannot, the next who asks for one is given another. */
  #remove(inC, host, name, ...forNode) {
    if (this.#node !== null && !CAN_REMOVE) this.#unshare();
    if (!this.#shared) check(inC(this.#native, ...host));
    if (this.#node !== null) this.#node[name.remove](...forNode.map(nodeArgument));
  }

  #addHost(host) {
    check(this.#add(binding.blockListAdd, host, ADDRESS, host));
  }

  #addSubnet(subnet) {
    check(this.#add(binding.blockListAdd, subnet, SUBNET, subnet, subnet[2]));
  }

  #removeSubnet(subnet) {
    this.#remove(binding.blockListRemove, subnet, SUBNET, subnet, subnet[2]);
  }

  /**
   * @param {string | SocketAddress} address
   * @param {'ipv4' | 'ipv6'} [family]
   */
  addAddress(address, family = 'ipv4') {
    this.#addHost(toHost(address, family, 'address'));
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
    for (const host of hosts) this.#addHost(host);
  }

  /**
   * @param {string | SocketAddress} start first address of the range
   * @param {string | SocketAddress} end last address of the range
   * @param {'ipv4' | 'ipv6'} [family]
   */
  addRange(start, end, family = 'ipv4') {
    const first = toHost(start, family, 'start');
    const last = toHost(end, family, 'end');
    const status = this.#add(binding.blockListAddRange, [...first, ...last], RANGE, first, last);

    if (status === START_AFTER_END) throw startAfterEnd(first);
    check(status);
  }

  /**
   * @param {string | SocketAddress} network
   * @param {number} prefix 0 to 32, or 0 to 128
   * @param {'ipv4' | 'ipv6'} [family]
   */
  addSubnet(network, prefix, family = 'ipv4') {
    this.#addSubnet(toSubnet(network, prefix, family));
  }

  /** @param {string} cidr such as '10.0.0.0/8' or 'fe80::/10' */
  addCIDR(cidr) {
    this.#addSubnet(parseCidr(cidr, 'cidr'));
  }

  /**
   * Adds all, or none when one of them is not valid.
   * @param {string[]} cidrs
   */
  addCIDRs(cidrs) {
    if (!Array.isArray(cidrs)) throw invalidArgType('cidrs', 'Array', cidrs);
    const subnets = cidrs.map((cidr, i) => parseCidr(cidr, `cidrs[${i}]`));
    for (const subnet of subnets) this.#addSubnet(subnet);
  }

  /** Takes out a rule of addAddress(); no error when there is none. */
  removeAddress(address, family = 'ipv4') {
    const host = toHost(address, family, 'address');
    this.#remove(binding.blockListRemove, host, ADDRESS, host);
  }

  /** Takes out the newest rule of addRange() with the same ends; no error when there is none. */
  removeRange(start, end, family = 'ipv4') {
    const first = toHost(start, family, 'start');
    const last = toHost(end, family, 'end');
    this.#remove(binding.blockListRemoveRange, [...first, ...last], RANGE, first, last);
  }

  /** Takes out the newest rule of addSubnet() with the same address and prefix; no error when there is none. */
  removeSubnet(network, prefix, family = 'ipv4') {
    this.#removeSubnet(toSubnet(network, prefix, family));
  }

  /** Takes out the newest rule of addCIDR() with the same address and prefix; no error when there is none. */
  removeCIDR(cidr) {
    this.#removeSubnet(parseCidr(cidr, 'cidr'));
  }

  /**
   * @param {string | SocketAddress} address
   * @param {'ipv4' | 'ipv6'} [family] another one is taken for 'ipv6', as in Node
   * @returns {boolean} true when a rule matches; false also for what is no address of that family
   */
  check(address, family = 'ipv4') {
    if (typeof address !== 'string' && SocketAddress.isSocketAddress(address))
      return this.#check(address.address, address.family === 'ipv6' ? 6 : 4);
    validateString(address, 'address');
    validateString(family, 'family');
    const isFour = family === 'ipv4' || family.toLowerCase() === 'ipv4';
    return this.#check(address, isFour ? 4 : 6);
  }

  #check(address, family) {
    if (!this.#shared) return binding.blockListCheck(this.#native, address, family);
    return binding.addressText(address, family) !== undefined && this.#node.check(toNode(address, family));
  }

  /** Takes out every rule. */
  clear() {
    if (this.#node !== null && !CAN_REMOVE) this.#unshare();
    binding.blockListClear(this.#native);
    this.#node?.clear();
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
    return this.#rules();
  }

  #rules() {
    if (!this.#shared) return binding.blockListRules(this.#native);
    const { rules } = this.#node;
    return CAN_REMOVE ? rules : inOrder(rules);
  }

  /** @returns {number} how many rules there are */
  get size() {
    return this.#shared ? this.rules.length : binding.blockListSize(this.#native);
  }

  /** What setBlockList() in C takes. Not part of Node's API. */
  get native() {
    return this.#native;
  }

  /** Gives another thread a list with the same rules, also with those to come (worker_threads.md, port.postMessage()). */
  [kClone]() {
    this.#share();
    return this.#node[kClone]();
  }

  [inspect.custom](depth, options) {
    if (!isOwnBlockList(this)) return this;
    if (depth < 0) return '[BlockList]';
    const inner = { ...options, depth: options.depth == null ? null : options.depth - 1 };
    return `BlockList ${inspect({ rules: this.#rules() }, inner)}`;
  }
}

/** A host of C as Node's SocketAddress; anything else, a prefix, as it is. */
const nodeArgument = (argument) => (Array.isArray(argument) ? toNode(argument[0], argument[1]) : argument);

/** Rules of older lines of Node in the order of the newest: by kind. */
function inOrder(rules) {
  const list = new BlockList();
  list.fromJSON([...rules].reverse());
  return list.rules;
}

function startAfterEnd([address, family]) {
  return invalidArgValue('start', new SocketAddress({ address, family: `ipv${family}` }), 'must come before end');
}

/** The option `blockList`: a list of cnet or of node:net, or null when there is none. @throws ERR_INVALID_ARG_TYPE */
function blockListOption({ blockList }) {
  if (!blockList) return null;
  if (BlockList.isBlockList(blockList)) return blockList;
  throw invalidArgType('options.blockList', 'net.BlockList', blockList);
}

/** What C is given for lists of node:net: one that has no rules, and asks. */
const asking = new WeakMap();

/**
 * The list in C of one of cnet's lists, or of one of node:net, which has no list in C, but is asked by one. It counts as long
 * as the caller holds `list`.
 */
function nativeOf(list) {
  if (isOwnBlockList(list)) return list.native;
  if (!asking.has(list)) {
    const native = binding.blockListNew();
    if (typeof native === 'number') check(native);
    askNode(native, list);
    asking.set(list, native);
  }
  return asking.get(list);
}

module.exports = { BlockList, blockListOption, isOwnBlockList, nativeOf };
