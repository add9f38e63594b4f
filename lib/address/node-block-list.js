'use strict';

/** What block-list.js knows of Node's own lists: which they are, how to fill one, and how C asks one. */

const net = require('node:net');

const binding = require('../native/binding');
const { answers } = require('../native/events');
const { kNodeHandle } = require('../node-internals/symbols');

/** Rules can be taken out of Node's lists from 24.21 and 26.8 on. */
const CAN_REMOVE = typeof net.BlockList.prototype.removeAddress === 'function';

/** Made by Node: by its constructor, or for what another thread has sent. */
const isNodeList = (value) => value instanceof net.BlockList && Object.hasOwn(value, kNodeHandle);

/** An address for Node, of the text and the family, 4 or 6, that C takes. */
function toNode(text, family) {
  return new net.SocketAddress({ address: binding.addressText(text, family), family: `ipv${family}` });
}

const familyOf = (text) => (text.includes(':') ? 6 : 4);

/** @returns {net.BlockList} a list of Node's with rules of cnet's notation, the newest of each kind first */
function nodeBlockList(rules) {
  const list = new net.BlockList();
  for (let i = rules.length - 1; i >= 0; i--) {
    const [, kind, family, first, second] = /^(\w+): (IPv[46]) ([^-/]+)[-/]?(.*)$/.exec(rules[i]);
    if (kind === 'Address') list.addAddress(first, family.toLowerCase());
    else if (kind === 'Subnet') list.addSubnet(first, Number(second), family.toLowerCase());
    else list.addRange(toNode(first, familyOf(first)), toNode(second, familyOf(second)));
  }
  return list;
}

/* --- lists that C asks for ---------------------------------------------------------------------------------------- */

let questions = 0;

const forget = new FinalizationRegistry((number) => answers.delete(number));

/** Has a list in C ask Node's list for each address. C asks as long as somebody else holds that. */
function askNode(native, list) {
  const number = ++questions;
  const target = new WeakRef(list);

  answers.set(number, (address, family) => target.deref()?.check(address, family));
  forget.register(list, number);
  binding.blockListAsk(native, number);
}

module.exports = { CAN_REMOVE, askNode, isNodeList, nodeBlockList, toNode };
