'use strict';
// block-list-fill.js: a list of `rules` rules is filled by one call of `method`: addAddresses, addCIDRs, fromJSON; or
// they are read from it: rules. `form` is the family; of fromJSON: an array of all kinds of rules, its JSON, or
// ranges alone.

const { measure, net, options, report } = require('./rate.js');

/* xorshift32: the same texts in every run. */
let state = 0x9e3779b9;
function random() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state >>> 0;
}

const hex = (bits) => (bits & 0xffff).toString(16);
function four() {
  const bits = random();
  return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
}
const six = () => `2001:db8:${hex(random())}:${hex(random())}::${hex(random())}:${hex(random())}`;

function range() {
  const bits = random();
  const start = `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}`;
  return `Range: IPv4 ${start}.${bits & 127}-${start}.${128 + (bits & 127)}`;
}

const RULES = [
  () => `Address: IPv4 ${four()}`,
  () => `Subnet: IPv4 ${four()}/${24 + (random() & 7)}`,
  () => `Subnet: IPv6 ${six()}/${64 + (random() & 31)}`,
  range,
];

const TEXTS = {
  'addAddresses ipv4': four,
  'addAddresses ipv6': six,
  'addCIDRs ipv4': () => `${four()}/${24 + (random() & 7)}`,
  'addCIDRs ipv6': () => `${six()}/${64 + (random() & 31)}`,
  'fromJSON ranges': range,
};

/* Texts as a program has them from a file. */
function texts() {
  const text = TEXTS[`${options.method} ${options.form}`];
  const lines = Array.from({ length: options.rules }, (_, i) => (text ?? RULES[i % RULES.length])());
  return JSON.parse(JSON.stringify(lines));
}

function call(list) {
  const args = texts();
  if (options.method === 'rules') {
    list.fromJSON(args);
    return () => list.rules.length;
  }
  if (options.form === 'json') {
    const json = JSON.stringify(args);
    return () => new net.BlockList().fromJSON(json);
  }
  return () => new net.BlockList()[options.method](args, options.form === 'ipv6' ? 'ipv6' : 'ipv4');
}

const list = new net.BlockList();
if (!(options.method in list)) {
  report({ absent: `${options.method}() is not in this version` });
} else {
  const result = measure(call(list));
  report({ ...result, messages: result.messages * options.rules });
}
