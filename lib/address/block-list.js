'use strict';

/**
 * net.BlockList: rules on IP addresses. The rules and the check are in C (src/address/); here are the checks of
 * arguments and the errors.
 *
 * A list is one of Node's too. As soon as one of Node's modules looks for its rules in C++ there is a list of Node's
 * with the same rules, and each edit is made in both. A clone that another thread is given shares the rules, as in
 * Node: from then on they are in Node's list alone, which the other thread may edit, and C asks that.
 */

const net = require('net');
const { inspect } = require('util');

const binding = require('../native/binding');
const { codes, errnoException, invalidArgType, invalidArgValue } = require('../common/errors');
const { RULES: { CIDRS, SOME_TEXTS, START_AFTER_END, TEXTS } } = require('../native/constants');
const { CAN_REMOVE, askNode, isNodeList, nodeBlockList, toNode } = require('./node-block-list');
const { kClone, kNodeHandle } = require('../node-internals/symbols');
const { SocketAddress, familyNumber } = require('./socket-address');
const { validateInt32, validateString } = require('../common/validate');

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

/**
 * The family that C knows for a name, 4 or 6; 0: it is none, which is an error as soon as there is an address of it.
 */
function knownFamily(family) {
  const name = family.toLowerCase();
  return name === 'ipv4' ? 4 : name === 'ipv6' ? 6 : 0;
}

/** The parts of '10.0.0.0/8': network, prefix and family, of which addSubnet() may have to say more. */
function splitCidr(cidr) {
  if (cidr.includes('\0')) throw new codes.ERR_INVALID_ADDRESS();
  const slash = cidr.lastIndexOf('/');
  if (slash < 0) throw invalidArgValue('cidr', cidr, 'must contain a prefix length (e.g. "10.0.0.0/8")');
  const digits = cidr.slice(slash + 1);
  const prefix = Number.parseInt(digits, 10);
  if (!Number.isInteger(prefix) || String(prefix) !== digits)
    throw invalidArgValue('cidr', cidr, 'prefix length must be a valid integer');

  const network = cidr.slice(0, slash);
  return [network, prefix, network.includes(':') ? 'ipv6' : 'ipv4'];
}

function toSubnet(network, prefix, family) {
  const host = toHost(network, family, 'network');
  validateInt32(prefix, 'prefix', 0, host[1] === 6 ? 128 : 32);
  return [...host, prefix];
}

/** C reports nothing but a lack of memory when the arguments are checked. */
function check(status) {
  if (status < 0) throw errnoException(status, 'BlockList');
}

/** Room for so many elements is made before they are read. */
const MOST_ROOM = 2 ** 20;

/**
 * The elements of an array in an array of our own, read once and before anything else is done: reading them may run
 * any code. What an element is refused for is known as soon as it is read, and told when those before it have been
 * looked at.
 * @param {any[]} array
 * @param {(list: any[], value: any, i: number) => number} take puts what is no string into the list, or throws
 * @returns {{ list: any[], error: { thrown: any } | null }}
 */
function readArray(array, take) {
  const list = [];
  let count = 0;
  let error = null;
  try {
    if (array.length > 0) list.length = Math.min(array.length, MOST_ROOM);
    for (let i = 0; i < array.length; i++) {
      const value = array[i];
      if (typeof value === 'string') {
        list[count++] = value;
      } else {
        list.length = count;
        count = take(list, value, i);
      }
    }
  } catch (thrown) {
    error = { thrown };
  }
  list.length = count;
  return { list, error };
}

/** For C a SocketAddress is its text, between numbers: those of its family and of that of the addresses behind it. */
const takeAddress = (family) => (list, value, i) => {
  if (!SocketAddress.isSocketAddress(value)) validateString(value, `addresses[${i}]`);
  return list.push(value.family === 'ipv6' ? 6 : 4, value.address, family);
};

const takeCidr = (list, value, i) => validateString(value, `cidrs[${i}]`);

/** The hosts of what takeAddress() has put into the list. @throws what Node does for the first that is none */
function toHosts(list, family) {
  const hosts = [];
  for (let i = 0; i < list.length; i++) {
    if (typeof list[i] === 'string') {
      hosts.push(toHost(list[i], family, 'address'));
    } else {
      hosts.push([list[i + 1], list[i]]);
      i += 2;
    }
  }
  return hosts;
}

/** Adds the rule that a text has in it, if it has one. */
function addRule(list, text) {
  for (const [pattern, add] of RULES) {
    const match = pattern.exec(text);
    if (match === null) continue;
    add(list, match);
    return;
  }
}

/** The rules that fromJSON() is given, in an array of our own. */
function readRules(data) {
  const rules = typeof data === 'string' ? JSON.parse(data) : data;
  const list = [];
  if (!Array.isArray(rules)) throw invalidArgType('data', ['string', 'string[]'], rules);
  for (const rule of rules) {
    if (typeof rule !== 'string') throw invalidArgType('data', ['string', 'string[]'], rules);
    list.push(rule);
  }
  return list;
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

  /**
   * Asks whoever has the rules for an address; made when it is asked for the first time.
   * @type {((text: string, six?: true) => true | undefined) | null}
   */
  #checker = null;

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

  /** The rules that C has, as texts. */
  #ownRules() {
    const rules = binding.blockListRules(this.#native);
    if (typeof rules === 'number') check(rules);
    return rules;
  }

  /** A list of Node's with the rules, from now on kept in step. */
  #toNode() {
    this.#node ??= nodeBlockList(this.#ownRules());
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
    this.#checker = null;
    binding.blockListClear(this.#native);
  }

  /** The rules come back from Node's list. Others keep that, as it was. */
  #unshare() {
    const rules = this.#shared ? this.#node.rules : [];
    this.#node = null;
    this.#shared = false;
    this.#checker = null;
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

  /**
   * Adds what is in an array of our own at once.
   * @param {any[]} list
   * @param {number} form
   * @returns {boolean} false: nothing was added, as not all is what it should be, or Node's list is to be told
   */
  #addAll(list, form) {
    if (this.#node !== null) return false;
    const read = binding.blockListAddAll(this.#native, list, form, 0);
    check(read);
    return read === list.length;
  }

  /**
   * As much of what fromJSON() was given as is plainly rules, from `i` on.
   * @returns {number} the index of what is not
   */
  #addRules(rules, i) {
    const next = binding.blockListAddAll(this.#native, rules, SOME_TEXTS, i);
    check(next);
    return next;
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
    const number = knownFamily(family);
    const { list, error } = readArray(addresses, takeAddress(number));
    if (error === null && number !== 0 && this.#addAll(list, number)) return;

    const hosts = toHosts(list, family);
    if (error !== null) throw error.thrown;
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
    const subnet = toSubnet(network, prefix, family);
    check(this.#add(binding.blockListAdd, subnet, SUBNET, subnet, subnet[2]));
  }

  /** @param {string} cidr such as '10.0.0.0/8' or 'fe80::/10' */
  addCIDR(cidr) {
    validateString(cidr, 'cidr');
    this.addSubnet(...splitCidr(cidr));
  }

  /**
   * Adds none when one of them is not the text of a subnet. As in Node, those before one whose address or prefix is not
   * valid are added.
   * @param {string[]} cidrs
   */
  addCIDRs(cidrs) {
    if (!Array.isArray(cidrs)) throw invalidArgType('cidrs', 'Array', cidrs);
    const { list, error } = readArray(cidrs, takeCidr);
    if (error === null && this.addSubnet === addSubnet && this.#addAll(list, CIDRS)) return;

    const subnets = list.map(splitCidr);
    if (error !== null) throw error.thrown;
    for (const [network, prefix, family] of subnets) this.addSubnet(network, prefix, family);
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
    const subnet = toSubnet(network, prefix, family);
    this.#remove(binding.blockListRemove, subnet, SUBNET, subnet, subnet[2]);
  }

  /** Takes out the newest rule of addCIDR() with the same address and prefix; no error when there is none. */
  removeCIDR(cidr) {
    validateString(cidr, 'cidr');
    this.removeSubnet(...splitCidr(cidr));
  }

  /**
   * @param {string | SocketAddress} address
   * @param {'ipv4' | 'ipv6'} [family] another one is taken for 'ipv6', as in Node
   * @returns {boolean} true when a rule matches; false also for what is no address of that family
   */
  check(address, family = 'ipv4') {
    if (typeof address !== 'string' && SocketAddress.isSocketAddress(address))
      return this.#check(address.address, address.family === 'ipv6');
    validateString(address, 'address');
    validateString(family, 'family');
    return this.#check(address, family === 'ipv6' || (family !== 'ipv4' && family.toLowerCase() !== 'ipv4'));
  }

  #check(address, six) {
    const checker = this.#checker ?? this.#makeChecker();
    return (six ? checker(address, true) : checker(address)) === true;
  }

  /** What #check() asks from now on. */
  #makeChecker() {
    const checker = this.#shared ? checkerOfNode(this.#node) : binding.blockListChecker(this.#native);
    if (typeof checker === 'number') check(checker);
    this.#checker = checker;
    return checker;
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
   * Adds the rules of another list. Texts that are no rules are passed over, as in Node; but none is added when one
   * of them has a zero character in it.
   * @param {string | string[]} data the value of `rules`, or its JSON
   * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ADDRESS
   */
  fromJSON(data) {
    const rules = readRules(data);
    const isPlain = hasOwnMethods(this) && this.#node === null;
    if (isPlain && this.#addAll(rules, TEXTS)) return;
    if (rules.some((rule) => rule.includes('\0'))) throw new codes.ERR_INVALID_ADDRESS();
    for (let i = 0; ; i++) {
      if (isPlain) i = this.#addRules(rules, i);
      if (i >= rules.length) return;
      addRule(this, rules[i]);
    }
  }

  /** @returns {string[]} a new array: addresses, subnets, ranges, each kind newest first */
  get rules() {
    return this.#rules();
  }

  #rules() {
    if (!this.#shared) return this.#ownRules();
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

  /**
   * Gives another thread a list with the same rules, also with those to come (worker_threads.md, port.postMessage()).
   */
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

/** What asks a list of Node's as blockListChecker() asks C. */
function checkerOfNode(list) {
  return (address, six = false) => {
    const family = six ? 6 : 4;
    return binding.addressText(address, family) !== undefined && list.check(toNode(address, family));
  };
}

const { addAddress, addSubnet, addRange } = BlockList.prototype;

/** False where a program has put its own in the place of what fromJSON() calls for each rule. */
function hasOwnMethods(list) {
  return list.addAddress === addAddress && list.addSubnet === addSubnet && list.addRange === addRange;
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
 * The list in C of one of cnet's lists, or of one of node:net, which has no list in C, but is asked by one. It counts
 * as long as the caller holds `list`.
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
