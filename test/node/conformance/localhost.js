'use strict';

// Preloaded into Node's own tests where the machine has no IPv6 address for `localhost`: makes that good, for the tests
// that ask for it, as a line in /etc/hosts would. It holds for node:net and for cnet alike. See tools/conformance.js.

const dns = require('dns');

const { lookup } = dns;

function patched(hostname, options, ...rest) {
  const family = typeof options === 'object' && options !== null ? options.family : options;
  const isMissing = hostname === 'localhost' && (family === 6 || family === 'IPv6');
  return Reflect.apply(lookup, this, [isMissing ? '::1' : hostname, options, ...rest]);
}

dns.lookup = Object.defineProperties(patched, Object.getOwnPropertyDescriptors(lookup));
