'use strict';
// parse.js: how fast addresses are read: `what` is isIP, isIPv4, isIPv6, or parse: SocketAddress.parse().

const { measure, net, options, report } = require('./rate.js');

const ADDRESSES = [
  '127.0.0.1',
  '192.168.100.200',
  '::1',
  '2001:db8::8a2e:370:7334',
  'localhost',
  '256.1.1.1',
  'fe80::1%eth0',
  '',
];

const TEXTS = {
  isIP: ADDRESSES,
  isIPv4: ADDRESSES,
  isIPv6: ADDRESSES,
  parse: ['127.0.0.1:80', '192.168.100.200:65535', '[::1]:80', '[2001:db8::8a2e:370:7334]:443'],
};

const CALLS = {
  isIP: (text) => net.isIP(text),
  isIPv4: (text) => net.isIPv4(text),
  isIPv6: (text) => net.isIPv6(text),
  parse: (text) => net.SocketAddress.parse(text),
};

const texts = TEXTS[options.what];
const call = CALLS[options.what];

if (options.what === 'parse' && net.SocketAddress.parse === undefined) {
  report({ absent: 'SocketAddress.parse() is not in this version' });
} else {
  report(measure((i) => call(texts[i % texts.length])));
}
