'use strict';

/**
 * What options of connect(), new Socket(), createServer() and listen() are when they are not given: set for the whole
 * program by setDefaults(), or by the environment (set-defaults.js and environment.js). Here is how they are applied.
 * While nothing is set, `program.client` and `program.server` are NONE, and to ask for that is all that it costs.
 */

const { getDefaultAutoSelectFamily } = require('../common/family-defaults');
const { kUserTimeout } = require('../common/symbols');

const NONE = Object.freeze({});

/** Of the variables of the environment: see environment.js. */
const PREFIX = 'CNET_';

/**
 * Frozen objects of the options that are set, for each side; and which of the `socketOptions` say something of a
 * path.
 */
const program = { client: NONE, server: NONE, clientPath: undefined, serverPath: undefined };

/** What took a default that has to stand back where the program asks for something that does not go with it. */
const byDefault = new WeakSet();

/**
 * Options with others in the place of those that are not given. The program's own object is asked for the rest, as it
 * is: it may have accessors.
 */
function over(options, extra) {
  const isExtra = (name) => Object.hasOwn(extra, name);
  const get = (name) => (isExtra(name) ? extra[name] : options[name]);
  return new Proxy({}, {
    get: (_, name) => get(name),
    has: (_, name) => isExtra(name) || name in options,
    ownKeys: () => [...new Set([...Reflect.ownKeys(options), ...Object.keys(extra)])],
    getOwnPropertyDescriptor(_, name) {
      const own = Reflect.getOwnPropertyDescriptor(options, name);
      if (!isExtra(name) && !own?.enumerable) return undefined;
      return { value: get(name), writable: true, enumerable: true, configurable: true };
    },
  });
}

/** Those of `names` that have a default, and are not given. */
function missing(options, defaults, names) {
  const found = {};
  for (const name of names) {
    if (defaults[name] !== undefined && options[name] === undefined) found[name] = defaults[name];
  }
  return found;
}

/* --- sockets ------------------------------------------------------------------------------------------------------ */

const OF_SOCKETS = [
  'noDelay',
  'keepAlive',
  'keepAliveInitialDelay',
  'keepAliveInterval',
  'keepAliveCount',
  'typeOfService',
];

/** The two sides of a Duplex, of which a program may have given one. */
function highWaterMarks({ highWaterMark, readableHighWaterMark, writableHighWaterMark }, value) {
  if (value === undefined || (highWaterMark ?? undefined) !== undefined) return {};
  return {
    readableHighWaterMark: readableHighWaterMark ?? value,
    writableHighWaterMark: writableHighWaterMark ?? value,
  };
}

/** @returns {object} options of new Socket(), of a socket that is to connect */
function forSocket(options) {
  const { client } = program;
  return over(options, { ...missing(options, client, OF_SOCKETS), ...highWaterMarks(options, client.highWaterMark) });
}

const OF_CONNECTIONS = ['connectTimeout', 'connectionAttemptDelay', 'fastOpen', 'multipath', 'userTimeout'];

/**
 * The options of a connect().
 * @param {object} socket
 * @param {object} options
 * @param {boolean} isPath
 * @param {boolean} isForeign the handle is a program's, which takes no socket options
 */
function forConnect(socket, options, isPath, isForeign) {
  const { client } = program;
  const found = missing(options, client, OF_CONNECTIONS);

  if ((options.autoSelectFamily ?? getDefaultAutoSelectFamily()) === false) delete found.connectionAttemptDelay;
  if (socket[kUserTimeout] !== undefined) delete found.userTimeout; // by setUserTimeout(), or a connect() before
  if (options.multipath === true) delete found.userTimeout; // the two do not go together
  if ((options.userTimeout ?? socket[kUserTimeout]) > 0) delete found.multipath;
  if (options.socketOptions === undefined && client.socketOptions !== undefined && !isForeign) {
    found.socketOptions = isPath ? program.clientPath : client.socketOptions;
  }
  return over(options, found);
}

/* --- servers ------------------------------------------------------------------------------------------------------ */

const OF_SERVERS = [
  'noDelay',
  'keepAlive',
  'keepAliveInitialDelay',
  'keepAliveInterval',
  'keepAliveCount',
  'highWaterMark',
  'blockList',
  'proxyProtocol',
  'userTimeout',
  'allowedUids',
];

/** Properties of a server. */
const LIMITS = ['maxConnections', 'maxConnectionsPerAddress', 'maxConnectionsPerPrefix', 'maxConnectionRate'];

/** Adds what is not given to the options of new Server(), a copy. @returns {object} what was added */
function fillServer(options) {
  const found = missing(options, program.server, OF_SERVERS);
  Object.assign(options, found);
  return found;
}

/** Sets the limits of a new server that its options do not set. */
function limitServer(server, options) {
  for (const [name, value] of Object.entries(missing(options, program.server, LIMITS))) server[name] = value;
}

/**
 * The options of a listen() with a port or a path.
 * @param {object} server
 * @param {object} options
 * @param {'port' | 'path' | 'name'} kind `name`: a path without a file
 * @param {boolean} isShared the handle is that of a cluster's primary
 */
function forListen(server, options, kind, isShared) {
  const { server: defaults } = program;
  const isPath = kind !== 'port';
  const found = missing(options, defaults, isPath ? ['mode', 'unlinkStale'] : ['fastOpen', 'multipath']);

  if (isPath && (kind === 'name' || isShared)) return over(options, {});
  if (options.readableAll || options.writableAll) delete found.mode;
  if (options.multipath === true && byDefault.has(server)) server[kUserTimeout] = undefined;
  if (server[kUserTimeout] > 0) delete found.multipath;
  return over(options, found);
}

/** The default `socketOptions` of a listen(), or undefined. */
function listenSocketOptions(options, isPath, isShared) {
  if (isShared || options.socketOptions !== undefined) return undefined;
  return isPath ? program.serverPath : program.server.socketOptions;
}

module.exports = {
  LIMITS,
  NONE,
  PREFIX,
  byDefault,
  fillServer,
  forConnect,
  forListen,
  forSocket,
  limitServer,
  listenSocketOptions,
  over,
  program,
};
