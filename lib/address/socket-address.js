'use strict';

/** net.SocketAddress: an IP address and a port that do not change. */

const net = require('net');
const { inspect } = require('util');

const binding = require('../native/binding');
const { codes, invalidArgValue, outOfRange } = require('../common/errors');
const { validateObject, validatePort, validateString, validateUint32 } = require('../common/validate');

/** The flow label of IPv6 has 20 bits (RFC 8200, section 6). */
const MAX_FLOW_LABEL = 0xfffff;

/**
 * @param {string} family 'ipv4' or 'ipv6', in any case
 * @param {{ family: any }} [from] where it is from: the error shows what is there now, as in Node
 * @returns {number} 4 or 6
 * @throws ERR_INVALID_ARG_VALUE, which names the option of SocketAddress
 */
function familyNumber(family, from = { family }) {
  switch (typeof family === 'string' && family.toLowerCase()) {
    case 'ipv4':
      return 4;
    case 'ipv6':
      return 6;
    default:
      throw invalidArgValue('options.family', from.family);
  }
}

/** The options of the constructor, checked and complete. */
function readOptions(options) {
  validateObject(options, 'options');
  const { family: name = 'ipv4' } = options; // each is read as often as Node reads it: it may be an accessor
  const { address: text = name === 'ipv4' ? '127.0.0.1' : '::', port = 0, flowlabel = 0 } = options;
  const family = familyNumber(name, options);

  validateString(text, 'options.address');
  const number = validatePort(port, 'options.port');
  validateUint32(flowlabel, 'options.flowlabel');
  if (family === 6 && flowlabel > MAX_FLOW_LABEL)
    throw outOfRange('options.flowlabel', `>= 0 && <= ${MAX_FLOW_LABEL}`, flowlabel);
  const address = binding.addressText(text, family);
  if (address === undefined) throw new codes.ERR_INVALID_ADDRESS();
  return { address, family: `ipv${family}`, port: number, flowlabel: family === 6 ? flowlabel : 0 };
}

/**
 * Derived from Node's, so that Node takes an instance wherever it takes its own, and can clone it for another thread
 * (worker_threads.md, port.postMessage()), where it is one of Node's.
 */
class SocketAddress extends net.SocketAddress {
  #address;
  #port;
  #family;
  #flowlabel;

  /** Those that Node makes are instances too. */
  static [Symbol.hasInstance](value) {
    return this === SocketAddress ? SocketAddress.isSocketAddress(value) : super[Symbol.hasInstance](value);
  }

  /** @returns {boolean} true for instances of this class, and of the one in node:net */
  static isSocketAddress(value) {
    if (typeof value !== 'object' || value === null) return false;
    return #address in value || net.SocketAddress.isSocketAddress(value);
  }

  /**
   * @param {string} input an address with an optional port: '1.2.3.4:5', '[::1]:5'
   * @returns {SocketAddress | undefined} undefined when `input` is none; as in Node, port 80 reads as 0
   */
  static parse(input) {
    validateString(input, 'input');
    if (input.includes('\0')) return undefined; // which a URL would leave out at the ends
    // Node reads the input as the host of an http: URL, with all that a URL allows.
    let url;
    try {
      url = new URL(`http://${input}`);
    } catch {
      return undefined;
    }
    const six = url.hostname.startsWith('[');
    const address = six ? url.hostname.slice(1, -1) : url.hostname;
    const family = six ? 6 : 4;

    if (binding.addressText(address, family) === undefined) return undefined;
    return new SocketAddress({ address, port: Number(url.port), family: `ipv${family}` });
  }

  /**
   * @param {object} [options]
   * @param {string} [options.address] 127.0.0.1 or :: unless given
   * @param {'ipv4' | 'ipv6'} [options.family] ipv4 unless given
   * @param {number} [options.flowlabel] of IPv6: 0 to 1048575
   * @param {number} [options.port] 0 to 65535
   * @throws ERR_INVALID_ADDRESS and the errors of a bad argument
   */
  constructor(options = {}) {
    const checked = readOptions(options);
    super(checked);

    this.#address = checked.address;
    this.#port = checked.port;
    this.#family = checked.family;
    this.#flowlabel = checked.flowlabel;
  }

  /** @returns {string} in its shortest form, without a zone */
  get address() {
    return this.#address;
  }

  /** @returns {number} */
  get port() {
    return this.#port;
  }

  /** @returns {'ipv4' | 'ipv6'} */
  get family() {
    return this.#family;
  }

  /** @returns {number} 0 for IPv4 */
  get flowlabel() {
    return this.#flowlabel;
  }

  /** @returns {{ address: string, port: number, family: string, flowlabel: number }} */
  toJSON() {
    return { address: this.address, port: this.port, family: this.family, flowlabel: this.flowlabel };
  }

  [inspect.custom](depth, options) {
    if (!(#address in this)) return this;
    if (depth < 0) return '[SocketAddress]';
    const inner = { ...options, depth: options.depth == null ? null : options.depth - 1 };
    const shown = { address: this.#address, port: this.#port, family: this.#family, flowlabel: this.#flowlabel };
    return `SocketAddress ${inspect(shown, inner)}`;
  }
}

module.exports = { SocketAddress, familyNumber };
