'use strict';

/** net.BoundSocket: a socket that is bound, and is yet to become a Socket or the handle of a Server. */

const { inspect } = require('node:util');

const { codes, errnoException, exceptionWithHostPort, invalidArgValue } = require('../common/errors');
const { BIND: { IPV6_ONLY, REUSE_PORT } } = require('../native/constants');
const { Pipe, SOCKET, TCP } = require('../native/handle');
const { isIP } = require('../address/ip');
const { checkPermission } = require('../common/permission');
const { kHandle } = require('../common/symbols');
const { validateBoolean, validateObject, validatePort, validateString } = require('../common/validate');

/** The key of the method that gives its handle away. */
const kAdopt = Symbol('kAdopt');

/** Symbol.dispose, also where the running Node has none yet. */
const kDispose = Symbol.dispose ?? Symbol.for('nodejs.dispose');

/* --- options ---------------------------------------------------------------------------------------------------- */

/** Instead of all options: a handle that is bound. */
const kGiven = Symbol('kGiven');

const PLACE_OF_TCP = ['host', 'port', 'ipv6Only', 'reusePort'];

function flagOption(options, name) {
  const value = options[name] ?? false;
  validateBoolean(value, `options.${name}`);
  return value;
}

function readPath(options) {
  const { path } = options;
  if (PLACE_OF_TCP.map((name) => options[name]).some((value) => value !== undefined)) {
    throw invalidArgValue('options', options, 'path is mutually exclusive with host, port, ipv6Only, and reusePort');
  }
  validateString(path, 'options.path');
  return path;
}

function readAddress(options) {
  const port = validatePort(options.port ?? 0, 'options.port');
  const ipv6Only = flagOption(options, 'ipv6Only');
  const reusePort = flagOption(options, 'reusePort');
  const host = options.host ?? (ipv6Only ? '::' : '0.0.0.0');
  validateString(host, 'options.host');
  if (!isIP(host)) {
    const reason = 'must be a numeric IP address; net.BoundSocket does not perform DNS resolution';
    throw invalidArgValue('options.host', host, reason);
  }
  const family = isIP(host);
  return { host, port, family, flags: (ipv6Only && family === 6 ? IPV6_ONLY : 0) | (reusePort ? REUSE_PORT : 0) };
}

/* --- binding ---------------------------------------------------------------------------------------------------- */

function bindPath(path) {
  checkPermission(path);
  const handle = Pipe.make(SOCKET);
  const err = handle.bind(path);
  if (err === 0) {
    handle.path = path;
    return handle;
  }
  handle.close();
  throw errnoException(err, 'bind');
}

function bindAddress({ host, port, family, flags }) {
  checkPermission('');
  const handle = TCP.make(SOCKET);
  let err = family === 6 ? handle.bind6(host, port, flags) : handle.bind(host, port, flags);
  if (err === 0) err = handle.getsockname({}); // libuv leaves EADDRINUSE to the next call
  if (err === 0) return handle;
  handle.close();
  throw exceptionWithHostPort(err, 'bind', host, port);
}

/**
 * Closes what was dropped without close(). The handle itself does not know its BoundSocket, so that this one can be
 * collected.
 */
const dropped = new FinalizationRegistry((handle) => handle.close());

/** What is shown of a bound socket. */
function describe(handle) {
  const name = {};
  const isPipe = handle instanceof Pipe;
  if (isPipe) return { address: handle.path, fd: handle.fd, isPipe };
  return { address: handle.getsockname(name) === 0 ? name : undefined, fd: handle.fd, isPipe };
}

/** A socket that is bound at once (net.md, net.BoundSocket). */
class BoundSocket {
  #handle;
  #isPipe;

  /**
   * @param {object} [options] `path`, or `host` (an IP address), `port`, `ipv6Only`, `reusePort`
   * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_SOCKET_BAD_PORT, ERR_ACCESS_DENIED; EADDRINUSE and other
   *   errors of bind(2)
   */
  constructor(options = {}) {
    validateObject(options, 'options');
    const { [kGiven]: given, path } = options;
    if (given !== undefined) this.#handle = given;
    else this.#handle = path === undefined ? bindAddress(readAddress(options)) : bindPath(readPath(options));
    this.#isPipe = this.#handle instanceof Pipe;
    dropped.register(this, this.#handle, this);
  }

  /** The handle, while it is this one's. */
  #open() {
    if (this.#handle === null) throw new codes.ERR_SOCKET_HANDLE_ADOPTED();
    return this.#handle;
  }

  /**
   * @returns {{ address: string, family: string, port: number } | string} a path is a string
   * @throws ERR_SOCKET_HANDLE_ADOPTED when it was given away or closed
   */
  address() {
    const handle = this.#open();
    if (this.#isPipe) return handle.path;
    const name = {};
    const err = handle.getsockname(name);
    if (err) throw errnoException(err, 'address');
    return name;
  }

  /** @returns {number} the descriptor, which stays this one's; -1 on Windows @throws ERR_SOCKET_HANDLE_ADOPTED */
  fd() {
    const { fd } = this.#open();
    return process.platform === 'win32' || fd < 0 ? -1 : fd;
  }

  /** @throws ERR_SOCKET_HANDLE_ADOPTED when it was given away or closed */
  close() {
    this[kAdopt]().close();
  }

  /** @returns {boolean} whether it is bound to a path */
  get isPipe() {
    return this.#isPipe;
  }

  /** close(), unless it was given away or closed. */
  [kDispose]() {
    if (this.#handle !== null) this.close();
  }

  /** What util.inspect() shows; nothing that a program has put in the place of a method is called. */
  [inspect.custom](depth, options) {
    if (!(#handle in this)) return this;
    if (depth < 0) return '[BoundSocket]';
    const handle = this.#handle;
    const inner = { ...options, depth: options.depth == null ? null : options.depth - 1 };
    const shown = handle === null ? { adopted: true, isPipe: this.#isPipe } : describe(handle);
    return `BoundSocket ${inspect(shown, inner)}`;
  }

  /** Gives its handle away. @throws ERR_SOCKET_HANDLE_ADOPTED */
  [kAdopt]() {
    const handle = this.#open();
    this.#handle = null;
    dropped.unregister(this);
    return handle;
  }

  /** The handle, which stays this one's. @throws ERR_SOCKET_HANDLE_ADOPTED */
  get [kHandle]() {
    return this.#open();
  }
}

/** A BoundSocket over a bound handle, which becomes its own. */
function boundSocketOf(handle) {
  return new BoundSocket({ [kGiven]: handle });
}

module.exports = { BoundSocket, boundSocketOf, kAdopt };
