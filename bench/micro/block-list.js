'use strict';
// block-list.js: checks against a BlockList of `rules` rules: half of them addresses, the rest subnets and ranges.

const { performance } = require('node:perf_hooks');

const { measure, net, options, report } = require('./rate.js');

/** Filling may take so long; then the list stays smaller, and the result says how many rules it has. */
const FILL_MS = 8000;

/** Rules are in 10.0.0.0 to 109.255.255.255. Half of the addresses that are checked match one, the others none. */
const FIRST_OCTET = 10;
const OCTETS = 100;
const CHECKED = 4096;

/* xorshift32: the same rules in every run. */
let state = 0x9e3779b9;
function random() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state >>> 0;
}

function address(first) {
  const bits = random();
  return `${first}.${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}`;
}

const inside = () => address(FIRST_OCTET + (random() % OCTETS));

/* Returns an address that the rule matches. */
function addRule(list, i) {
  const host = inside();
  const within = (last) => host.replace(/\d+$/, last);
  if (i % 4 === 1) list.addSubnet(host, 28);
  else if (i % 4 === 3) list.addRange(within(16), within(23));
  else list.addAddress(host);
  return i % 4 === 3 ? within(20) : host;
}

/* Fills the list, and `matching` with up to CHECKED / 2 addresses from all over it. */
function fill(list, matching) {
  const end = performance.now() + FILL_MS;
  const step = Math.ceil((options.rules * 2) / CHECKED);
  let rules = 0;
  while (rules < options.rules) {
    const host = addRule(list, rules);
    // i runs through the kinds of rules whatever the step is.
    if (rules++ % step === (matching.length & 3) % step) matching.push(host);
    if (rules % 1024 === 0 && performance.now() > end) break;
  }
  return rules;
}

function used() {
  globalThis.gc?.();
  return process.memoryUsage().rss;
}

const list = new net.BlockList();
const matching = [];
const before = used();
const rules = fill(list, matching);
const bytesPerRule = (used() - before) / rules;
const checked = Array.from({ length: CHECKED }, (_, i) => (i % 2 ? address(200) : matching[(i / 2) % matching.length]));

let hits = 0;
let checks = 0;
const result = measure((i) => {
  checks++;
  if (list.check(checked[i % CHECKED])) hits++;
});
report({ ...result, rules, bytesPerRule, hits: hits / checks });
