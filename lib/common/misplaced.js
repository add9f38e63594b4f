'use strict';

/**
 * Options that Node does not have, where they say nothing: they are refused, and the error says where they belong.
 * Node's own names, and all that cnet does not know, are left alone: programs hand over the options of other
 * libraries.
 */

const { invalidArgValue } = require('./errors');

/** Where each of them belongs. Not here: `mode`, a word of many libraries, which has rules of its own. */
const PLACES = {
  allowedUids: ['createServer()'],
  connectTimeout: ['connect()'],
  connectionAttemptDelay: ['connect()'],
  fastOpen: ['connect()', 'listen()'],
  ioThread: ['connect()'],
  ioThreads: ['createServer()'],
  maxConnectionRate: ['createServer()'],
  maxConnectionsPerAddress: ['createServer()'],
  maxConnectionsPerPrefix: ['createServer()'],
  multipath: ['connect()', 'listen()'],
  proxyHeader: ['connect()'],
  proxyProtocol: ['createServer()'],
  receiveDescriptors: ['connect()', 'createServer()'],
  socketOptions: ['connect()', 'listen()'],
  unlinkStale: ['listen()'],
  userTimeout: ['connect()', 'createServer()'],
};

const namesOf = (place, isThere) => Object.keys(PLACES).filter((name) => PLACES[name].includes(place) === isThere);

/** By place, the names that do not belong there. */
const STRANGE = {
  'connect()': namesOf('connect()', false),
  'createServer()': namesOf('createServer()', false),
  'listen()': namesOf('listen()', false),
};

/** What new Socket() keeps for connect(). What it heeds by itself is not among them. */
const OF_CONNECT = namesOf('connect()', true).filter((name) => name !== 'receiveDescriptors');

const OF_TCP = ['connectionAttemptDelay', 'fastOpen', 'multipath', 'userTimeout'];
const OF_PATH = ['mode', 'unlinkStale'];

/** What switches nothing on harms nobody. */
const isOn = (value) => value !== undefined && value !== null && value !== false && value !== 0;

const mayBeOfConnect = (options) =>
  options.connectTimeout !== undefined ||
  options.connectionAttemptDelay !== undefined ||
  options.fastOpen !== undefined ||
  options.ioThread !== undefined ||
  options.multipath !== undefined ||
  options.proxyHeader !== undefined ||
  options.socketOptions !== undefined ||
  options.userTimeout !== undefined;

/**
 * Whether any option is given that Node's net does not have: most programs give none, and then none of them need be
 * looked at by itself. The engine finds a property that the source names faster than one whose name it is
 * given; test/beyond/misuse.test.js has each name.
 */
const hasOwnOptions = (options) =>
  options.allowedUids !== undefined ||
  options.ioThreads !== undefined ||
  options.maxConnectionRate !== undefined ||
  options.maxConnectionsPerAddress !== undefined ||
  options.maxConnectionsPerPrefix !== undefined ||
  options.proxyProtocol !== undefined ||
  options.receiveDescriptors !== undefined ||
  options.unlinkStale !== undefined ||
  mayBeOfConnect(options);

/**
 * @param {object} options
 * @param {'connect()' | 'createServer()' | 'listen()'} place
 * @param {(name: string) => boolean} [isHeeded] whether it counts already, by another call
 * @throws ERR_INVALID_ARG_VALUE
 */
function refuseMisplaced(options, place, isHeeded = undefined) {
  for (const name of STRANGE[place]) {
    const value = options[name];
    if (!isOn(value) || isHeeded?.(name)) continue;
    throw invalidArgValue(
      `options.${name}`,
      value,
      `is an option of ${PLACES[name].join(' and ')}, and not of ${place}`,
    );
  }
}

/**
 * createServer() takes no permissions: a program that believes so would have a socket file that is open to others.
 * What is no number is another library's `mode`.
 * @throws ERR_INVALID_ARG_VALUE
 */
function refusePermissions({ mode }) {
  if (typeof mode !== 'number' || mode === 0) return;
  throw invalidArgValue('options.mode', mode, 'is an option of listen(), and not of createServer()');
}

function refuse(options, names, reason) {
  for (const name of names) {
    if (options[name] !== undefined && (name === 'mode' || isOn(options[name])))
      throw invalidArgValue(`options.${name}`, options[name], reason);
  }
}

/** Of a Unix socket, what is of TCP. @throws ERR_INVALID_ARG_VALUE */
function refuseTcpOptions(options) {
  refuse(options, OF_TCP, 'is an option for TCP, and cannot be used with a path');
}

/** Of TCP, what is of a file. @throws ERR_INVALID_ARG_VALUE */
function refusePathOptions(options) {
  refuse(options, OF_PATH, 'is an option for Unix sockets, and cannot be used with a port');
}

/** The options among those of new Socket() that are connect()'s; null: there are none. */
function optionsOfConnect(options) {
  if (!mayBeOfConnect(options)) return null;
  let kept = null;
  for (const name of OF_CONNECT) {
    if (options[name] !== undefined) (kept ??= {})[name] = options[name];
  }
  return kept;
}

/** A copy of options for several calls, without those that do not belong to this one. */
function onlyOf(place, options) {
  const copy = { ...options };
  for (const name of STRANGE[place]) delete copy[name];
  if (place === 'createServer()') delete copy.mode;
  return copy;
}

module.exports = {
  PLACES,
  hasOwnOptions,
  onlyOf,
  optionsOfConnect,
  refuseMisplaced,
  refusePathOptions,
  refusePermissions,
  refuseTcpOptions,
};
