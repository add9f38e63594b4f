'use strict';

/** Pairs of features that are none, each with the reason. */

/** Groups of which a scene can have one. */
const GROUPS = [
  [
    'one protocol is above a socket',
    ['TLS above', 'http above', 'http2 above', 'register, under http', 'register, under TLS'],
  ],
  ['one relay is between two sockets', ['a relay by pipe()', 'splice']],
  ['a connection goes to one place', ['transfer to a worker', 'send() to a child process']],
  ['it is the same option', ['onread of the client', 'onread of the client, a function']],
  ['it is the same option', ['onread of the server', 'onread of the server, a function']],
  ['it is the same option', ['proxyProtocol require', 'proxyProtocol optional']],
];

/** Each of the first with each of the second. Those that are refused with an error: refused.test.js. */
const APART = [
  ['it is refused: ERR_INVALID_ARG_VALUE', ['multipath'], ['userTimeout']],
  [
    'it is of TCP, and refused for a path: ERR_INVALID_ARG_VALUE',
    ['fastOpen', 'multipath', 'racing', 'userTimeout'],
    ['path', 'receiveDescriptors', 'sendDescriptors', 'unlinkStale and mode', 'allowedUids'],
  ],
  ...(process.platform === 'win32' ? [['a pipe has no options of sockets: ENOTSUP', ['path'], ['socketOptions']]] : []),
  ['it is refused: ERR_INVALID_ARG_VALUE', ['proxyProtocol optional'], ['receiveDescriptors']],
  ['it is refused: ERR_SOCKET_IN_USE', ['proxyProtocol optional'], ['send() to a child process']],
  [
    'what is above a socket has none of its methods',
    ['sendFile', 'sendDescriptors'],
    ['TLS above', 'http above', 'http2 above', 'register, under http', 'register, under TLS'],
  ],
  [
    "http reads by 'data', which such a socket does not have, in Node either",
    [
      'onread of the client',
      'onread of the client, a function',
      'onread of the server',
      'onread of the server, a function',
    ],
    ['http above', 'register, under http'],
  ],
];

/** @returns {string | null} why two features are no pair that moves bytes; null: they are one */
function reasonOf(one, other) {
  for (const [reason, names] of GROUPS) if (names.includes(one) && names.includes(other)) return reason;
  for (const [reason, some, others] of APART) {
    if ((some.includes(one) && others.includes(other)) || (some.includes(other) && others.includes(one))) return reason;
  }
  return null;
}

module.exports = { reasonOf };
