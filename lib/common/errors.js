'use strict';

/**
 * The errors of net: the same classes, codes, names, messages and properties as Node's own.
 * C returns negative libuv codes; the functions at the end make Errors of them.
 */

const { format: formatText, getSystemErrorMap } = require('node:util');

const { argTypeMessage, argValueMessage, describe, missingMessage, rangeMessage } = require('./error-messages');

/** Puts `[code]` behind the name in the first line of the stack, and nowhere else. */
function markStack(error, code) {
  const { stack, name } = error;
  if (typeof stack === 'string' && stack.startsWith(name)) {
    const value = `${name} [${code}]${error.message ? '' : ': '}${stack.slice(name.length)}`;
    Object.defineProperty(error, 'stack', { value, writable: true, enumerable: false, configurable: true });
  }
}

/**
 * A class of errors as Node has them: `name` stays that of `Base`, the code is in `code`, toString() and the stack.
 * @param {Function} Base Error, TypeError or RangeError
 * @param {string} code
 * @param {Function} toMessage makes the message of the arguments of the constructor
 * @returns {Function}
 */
function define(Base, code, toMessage) {
  class CodedError extends Base {
    constructor(...args) {
      super(toMessage(...args));
      markStack(this, code);
      this.code = code;
    }

    toString() {
      return `${this.name} [${code}]: ${this.message}`;
    }
  }
  // util.inspect() and users see the base class, as with Node's errors.
  Object.defineProperty(CodedError.prototype, 'constructor', { value: Base });
  Object.defineProperty(CodedError, 'name', { value: Base.name });
  return CodedError;
}

/** Invalid address family, with the host and the port of the connection. */
class InvalidAddressFamily extends define(
  RangeError,
  'ERR_INVALID_ADDRESS_FAMILY',
  (family, host, port) => `Invalid address family: ${family} ${host}:${port}`,
) {
  constructor(family, host, port) {
    super(family, host, port);
    this.host = host;
    this.port = port;
  }
}
Object.defineProperty(InvalidAddressFamily.prototype, 'constructor', { value: RangeError });
Object.defineProperty(InvalidAddressFamily, 'name', { value: 'RangeError' });

/** Made by Node's C++: the code is not part of the stack or of toString(). */
class InvalidAddress extends Error {
  constructor() {
    super('Invalid socket address');
    this.code = 'ERR_INVALID_ADDRESS';
  }
}
Object.defineProperty(InvalidAddress.prototype, 'constructor', { value: Error });

/** Made by Node's C++ too: a string is written as what only a Buffer can be. */
class NotABuffer extends TypeError {
  constructor() {
    super('Second argument must be a buffer');
    this.code = 'ERR_INVALID_ARG_TYPE';
  }
}
Object.defineProperty(NotABuffer.prototype, 'constructor', { value: TypeError });
Object.defineProperty(NotABuffer, 'name', { value: 'TypeError' });

const DENIED = 'Access to this API has been restricted';

/** The first line of Node whose message names the flag that is missing. */
const NAMES_FLAG = 22;

const FLAGS = { Net: '--allow-net', FileSystemWrite: '--allow-fs-write' };

/** Made by Node's C++ too: the permission model does not let this process use the network, or write a file. */
class AccessDenied extends Error {
  /** @param {string} resource a path, or '' @param {'Net' | 'FileSystemWrite'} [permission] */
  constructor(resource, permission = 'Net') {
    const isNamed = Number.parseInt(process.versions.node, 10) >= NAMES_FLAG;
    super(isNamed ? `${DENIED}. Use ${FLAGS[permission]} to manage permissions.` : DENIED);
    this.code = 'ERR_ACCESS_DENIED';
    this.permission = permission;
    this.resource = resource;
  }
}
Object.defineProperty(AccessDenied.prototype, 'constructor', { value: Error });
Object.defineProperty(AccessDenied, 'name', { value: 'Error' });

/** What each code says, by the class that is its base. @type {Map<Function, Record<string, Function>>} */
const MESSAGES = new Map([
  [Error, {
    ERR_IP_BLOCKED: (ip) => `IP(${ip}) is blocked by net.BlockList`,
    ERR_PROXY_PROTOCOL_INVALID: (reason) => `Invalid header of the PROXY protocol: ${reason}`,
    ERR_PROXY_PROTOCOL_RESET: () =>
      'The peer has reset the connection before its header of the PROXY protocol was read',
    ERR_PROXY_PROTOCOL_TIMEOUT: (timeout) => `The peer sent no header of the PROXY protocol within ${timeout} ms`,
    ERR_PROXY_PROTOCOL_UNTRUSTED: () =>
      'The peer may not send a header of the PROXY protocol: its address is not in "proxyProtocol.trusted"',
    ERR_SERVER_ALREADY_LISTEN: () => 'Listen method has been called more than once without closing.',
    ERR_SERVER_NOT_RUNNING: () => 'Server is not running.',
    ERR_SOCKET_CLOSED: () => 'Socket is closed',
    ERR_SOCKET_CLOSED_BEFORE_CONNECTION: () => 'Socket closed before the connection was established',
    ERR_SOCKET_HANDLE_ADOPTED: () => 'The bound socket has already been adopted by a server or socket',
    ERR_SOCKET_IN_USE: (why) => `The socket is in use: ${why}`,
    ERR_SOCKET_ON_IO_THREAD: (what) =>
      `${what} cannot be used with a socket on an I/O thread: give the socket ioThread: false, ` +
      'or its server ioThreads: false',
    ERR_SOCKET_CONNECTION_TIMEOUT: (place, timeout) =>
      place === undefined ? 'Socket connection timeout' : `Socket connection timeout: ${place} within ${timeout} ms`,
    ERR_STREAM_WRAP: () => 'Stream has StringDecoder set or is in objectMode',
    ERR_WORKER_HANDLE_NOT_TRANSFERABLE: (name, why = undefined) =>
      why === undefined
        ? `${name} cannot be transferred in its current state; it must be a freshly created or accepted handle ` +
          'that has not started reading and has no pending writes'
        : `${name} cannot be transferred: ${why}`,
  }],
  [TypeError, {
    ERR_CNET_ENVIRONMENT: (name, wanted, text) =>
      `The environment variable ${name} must be ${wanted}. Received '${text}'`,
    ERR_FEATURE_UNAVAILABLE_ON_PLATFORM: (feature) =>
      `The feature ${feature} is unavailable on the current platform, which is being used to run Node.js`,
    ERR_INVALID_ARG_TYPE: argTypeMessage,
    ERR_INVALID_ARG_VALUE: argValueMessage,
    ERR_INVALID_FD_TYPE: (type) => formatText('Unsupported fd type: %s', type),
    ERR_INVALID_HANDLE_TYPE: (why = 'This handle type cannot be sent') => why,
    ERR_INVALID_IP_ADDRESS: (ip) => formatText('Invalid IP address: %s', ip),
    ERR_MISSING_ARGS: missingMessage,
  }],
  [RangeError, {
    ERR_OUT_OF_RANGE: rangeMessage,
    ERR_SOCKET_BAD_PORT: (name, port, allowZero = true) =>
      `${name} should be ${allowZero ? '>=' : '>'} 0 and < 65536. Received ${describe(port)}.`,
  }],
]);

/** The classes, which are made when they are first asked for: most programs see none of them. */
const codes = {
  ERR_ACCESS_DENIED: AccessDenied,
  ERR_INVALID_ADDRESS: InvalidAddress,
  ERR_INVALID_ADDRESS_FAMILY: InvalidAddressFamily,
};

for (const [Base, messages] of MESSAGES) {
  for (const [code, toMessage] of Object.entries(messages)) {
    const get = () => {
      const value = define(Base, code, toMessage);
      Object.defineProperty(codes, code, { value, enumerable: true });
      return value;
    };
    Object.defineProperty(codes, code, { get, enumerable: true, configurable: true });
  }
}

/** The error of an operation that an AbortSignal ended. */
class AbortError extends Error {
  /**
   * @param {string} [message]
   * @param {{ cause?: any }} [options]
   */
  constructor(message = 'The operation was aborted', options = undefined) {
    super(message, options);
    const { stack } = this;
    if (typeof stack === 'string' && stack.startsWith('Error')) {
      const value = `Abort${stack}`;
      Object.defineProperty(this, 'stack', { value, writable: true, enumerable: false, configurable: true });
    }
    this.code = 'ABORT_ERR';
    this.name = 'AbortError';
  }
}

/** @returns {Error} ERR_INVALID_ARG_TYPE; `expected` is a type, a class name, or an array of those. */
function invalidArgType(name, expected, actual) {
  return new codes.ERR_INVALID_ARG_TYPE(name, expected, actual);
}

/** @returns {Error} ERR_INVALID_ARG_VALUE; `reason` follows the name, 'is invalid' unless given. */
function invalidArgValue(name, value, reason) {
  return new codes.ERR_INVALID_ARG_VALUE(name, value, reason);
}

/** @returns {Error} ERR_OUT_OF_RANGE; `range` follows 'It must be'. */
function outOfRange(name, range, received) {
  return new codes.ERR_OUT_OF_RANGE(name, range, received);
}

/** The name of a libuv code, as Node names it. */
function nameOf(errno) {
  const entry = getSystemErrorMap().get(errno);
  return entry === undefined ? `Unknown system error ${errno}` : entry[0];
}

/** '', ' address' or ' address:port'. */
function place(address, port) {
  if (port > 0) return ` ${address}:${port}`;
  return address ? ` ${address}` : '';
}

/**
 * The errors of listen() and bind(): `listen EADDRINUSE: address already in use 127.0.0.1:80`.
 * @param {number} errno a negative libuv code
 * @param {string} syscall
 * @param {string} [address] an address or a path
 * @param {number} [port] -1 for a path
 * @returns {Error} with code, errno, syscall, address, port
 */
function uvException(errno, syscall, address, port) {
  const [code, text] = getSystemErrorMap().get(errno) ?? ['UNKNOWN', 'unknown error'];
  const error = new Error(`${syscall} ${code}: ${text}${place(address, port)}`);

  error.code = code;
  error.errno = errno;
  error.syscall = syscall;
  error.address = address;
  if (port) error.port = port;
  return error;
}

/**
 * The errors of connect(): `connect ECONNREFUSED 127.0.0.1:80 - Local (127.0.0.1:5)`.
 * @param {number} errno a negative libuv code
 * @param {string} syscall
 * @param {string} [address] an address or a path
 * @param {number} [port]
 * @param {string} [additional] the local end
 * @returns {Error} with errno, code, syscall, address, port
 */
function exceptionWithHostPort(errno, syscall, address, port, additional) {
  const code = nameOf(errno);
  const local = additional ? ` - Local (${additional})` : '';
  const error = new Error(`${syscall} ${code}${place(address, port)}${local}`);

  error.errno = errno;
  error.code = code;
  error.syscall = syscall;
  error.address = address;
  if (port) error.port = port;
  return error;
}

/**
 * The errors of an established connection: `read ECONNRESET`.
 * @param {number} errno a negative libuv code
 * @param {string} syscall
 * @param {string} [original] more text
 * @returns {Error} with errno, code, syscall
 */
function errnoException(errno, syscall, original) {
  const code = nameOf(errno);
  const error = new Error(`${syscall} ${code}${original ? ` ${original}` : ''}`);

  error.errno = errno;
  error.code = code;
  error.syscall = syscall;
  return error;
}

/**
 * All addresses of a connection have failed.
 * @param {Error[]} errors
 * @param {string} [message] none in Node
 * @returns {AggregateError} with the code of the first
 */
function aggregateError(errors, message) {
  const error = new AggregateError(errors, message);
  const { code } = errors[0];

  markStack(error, code);
  error.code = code;
  return error;
}

/**
 * A connect() that the permission model does not allow; as Node has it, the reason is in `errno`.
 * @param {string} address an address or a path
 * @param {number} [port]
 * @returns {Error} with errno, code, syscall, address, port
 */
function connectDenied(address, port) {
  const reason = new AccessDenied(port === undefined ? address : '');
  const error = new Error(`connect ${reason.code} ${reason.message}`);

  error.errno = reason;
  error.code = reason.code;
  error.syscall = 'connect';
  error.address = address;
  if (port) error.port = port;
  return error;
}

/** @returns {Error} EPIPE: a write after the peer has ended a connection that is not half-open. */
function endedByOtherParty() {
  const error = new Error('This socket has been ended by the other party');
  error.code = 'EPIPE';
  return error;
}

module.exports = {
  AbortError,
  NotABuffer,
  aggregateError,
  codes,
  connectDenied,
  endedByOtherParty,
  errnoException,
  exceptionWithHostPort,
  invalidArgType,
  invalidArgValue,
  outOfRange,
  uvException,
};
