'use strict';

/** server.listen(): from its arguments to a listening handle. */

const { isPath, normalizeArgs, toNumber } = require('../options/arguments');
const { BoundSocket, kAdopt } = require('../socket/bound-socket');
const { tracing } = require('../common/channels');
const { isWorker } = require('../node-internals/cluster');
const { canListen } = require('../node-internals/handles');
const { refuseAddress } = require('./allowed-uids');
const { debug } = require('../common/debug');
const { codes, errnoException, exceptionWithHostPort, invalidArgValue, uvException } = require('../common/errors');
const { lazily } = require('../common/lazily');
const { BIND: { IPV6_ONLY, MULTIPATH, READABLE, REUSE_PORT, WAITS, WRITABLE } } = require('../native/constants');
const { HAS_DESCRIPTORS, Handle, Pipe, SERVER, TCP, adopt, toHandle } = require('../native/handle');
const { fastOpenQueue, listenFast } = require('../socket/fast-open');
const { multipathFlag } = require('../socket/multipath');
const { refuseMisplaced, refusePathOptions, refuseTcpOptions } = require('../common/misplaced');
const { checkPermission, fileDenied } = require('../common/permission');
const { fileOption } = require('./socket-file');
const { Server: NodeServer, joining, methodOf } = require('../node-internals/net');
const { NONE, forListen, listenSocketOptions, program } = require('../options/program-defaults');
const { listenOptionsOption, makeSocket, setAll } = require('../options/socket-options');
const {
  kAcceptedDescriptors, kAllowedUids, kBindingHandle, kHasClosed, kListenOptions, kListenTarget, kProxyProtocol,
  kUserTimeout,
} = require('./state');
const { nextTick } = require('../common/timers');
const { keep, onceUntilTakenBack, undo, whenItFails } = require('../common/undo');
const { refuseMultipath } = require('../options/user-timeout');
const uv = require('../native/uv');
const { validateAbortSignal, validatePort } = require('../common/validate');

const clusters = lazily(() => require('./cluster'));
const dns = lazily(() => require('node:dns'));

/** Length of the queue of pending connections, unless given (net.md, server.listen()). */
const BACKLOG = 511;

/* --- making the handle ---------------------------------------------------------------------------------------- */

function bindPath(path) {
  checkPermission(path);
  const handle = Pipe.make(SERVER);
  return { handle, err: handle.bind(path) };
}

/**
 * Sets socket options before bind(2).
 * @returns {number | Error} 0, the code of a socket that cannot be made, or why not
 */
function prepare(handle, family, flags, socketOptions) {
  if (!socketOptions) return 0;
  return makeSocket(handle, family, (flags & MULTIPATH) !== 0) || (setAll(handle, socketOptions) ?? 0);
}

function bindAddress(address, port, family, flags, socketOptions) {
  checkPermission('');
  const handle = TCP.make(SERVER);
  const failure = prepare(handle, family, flags, socketOptions);
  if (failure) return { handle, err: failure };
  if (!address) {
    const err = handle.bind6('::', port, flags);
    return err === 0 ? { handle, err } : { handle, err: handle.bind('0.0.0.0', port, flags) };
  }
  return { handle, err: family === 6 ? handle.bind6(address, port, flags) : handle.bind(address, port, flags) };
}

/**
 * A bound handle, as net._createServerHandle() of Node: it is not listening yet.
 * @param {string | null} address an IP address, a path (port and family -1), or null for any address
 * @param {number} port
 * @param {number} family 4, 6 or -1
 * @param {number} [fd] an open descriptor instead of all these
 * @param {number} [flags] of bind()
 * @param {object[] | null} [socketOptions] to be set before bind()
 * @returns {Handle | number | Error} or a negative libuv code, or the error of a socket option
 */
function createServerHandle(address, port, family, fd, flags, socketOptions = null) {
  try {
    if (typeof fd === 'number' && fd >= 0) {
      const adopted = adopt(fd, SERVER);
      return adopted.handle ?? (adopted.err || uv.EINVAL);
    }
    const isPipe = port === -1 && family === -1;
    const { handle, err } = isPipe ? bindPath(address) : bindAddress(address, port, family, flags, socketOptions);
    if (err === 0) return handle;
    handle.close();
    return err;
  } catch (error) {
    if (error.syscall === 'open') return error.errno; // no memory for a handle
    throw error;
  }
}

/** As createServerHandle(); any address means `::`, or 0.0.0.0 where there is no IPv6. */
function createForAny(port, fd, flags, socketOptions) {
  const handle = createServerHandle('::', port, 6, fd, flags, socketOptions);
  if (typeof handle !== 'number') return { handle, address: '::', family: 6 };
  return { handle: createServerHandle('0.0.0.0', port, 4, fd, flags, socketOptions), address: '0.0.0.0', family: 4 };
}

/* --- listening ------------------------------------------------------------------------------------------------ */

const modeOf = ({ readableAll, writableAll }) => (readableAll ? READABLE : 0) | (writableAll ? WRITABLE : 0);

/** Before anybody can connect: until it listens, a bound path refuses. */
function chmod(handle, given) {
  const mode = modeOf(given);
  if (mode === 0) return;
  const err = handle.fchmod(mode);
  if (err === 0) return;
  handle.close();
  throw errnoException(err, 'uv_pipe_chmod');
}

function failed(server, error) {
  undo(server);
  tracing('error', { server, error });
}

function fail(server, error) {
  failed(server, error);
  nextTick(() => server.emit('error', error));
}

/** @returns {Error | number | null} why the handle does not listen; a number is a negative code */
function start(server, handle, { backlog, fastOpen }, socketOptions) {
  const error = (socketOptions === null ? null : setAll(handle, socketOptions)) ?? server._attach(handle);
  if (error !== null) return error;
  listenFast(handle, fastOpen);
  return handle.listen(backlog || BACKLOG) || null;
}

/** Listens on what `place` says, or on the handle that the server has been given. */
function listenNow(server, place) {
  const { port = null, fd, flags, backlog } = place;
  let { address = null, family = null } = place;
  let handle = server._handle;
  let socketOptions = server[kListenOptions] ?? null;

  debug('setupListenHandle %s %d %d %d', address, port, family, backlog);
  if (!handle) {
    if (!address && typeof fd !== 'number')
      ({ handle, address, family } = createForAny(port, fd, flags, socketOptions));
    else handle = createServerHandle(address, port, family, fd, flags, socketOptions);
    if (typeof handle === 'number' || handle instanceof Error) {
      fail(server, handle instanceof Error ? handle : uvException(handle, 'listen', address, port));
      return;
    }
    if (server._handle) { // a hook of async_hooks, called when the handle was made, has let the server listen already
      handle.close();
      fail(server, new codes.ERR_SERVER_ALREADY_LISTEN());
      return;
    }
    chmod(handle, place);
    if (handle instanceof TCP && typeof fd !== 'number') socketOptions = null; // they are set
  }
  const error = start(server, handle, place, socketOptions);
  if (error !== null) {
    handle.close();
    server._handle = null;
    fail(server, typeof error === 'number' ? uvException(error, 'listen', address, port) : error);
    return;
  }
  server._connectionKey = `${family}:${address}:${port}`;
  if (server._unref) server.unref();
  tracing('asyncEnd', { server });
  nextTick(() => {
    if (server._handle !== handle) return; // it was closed, and perhaps listens again
    keep(server);
    server.emit('listening');
  });
}

/**
 * Node's own last step, which servers of Node's that listen by cnet (http-server.js) have; with cnet/register what
 * leads to it.
 */
const listenByNode = methodOf(NodeServer, '_listen2');
const isNodes = (method) => method === listenByNode || joining.get(method)?.() === false;

/** As listenNow(), by the method that programs may have put in the place of it; it is told what Node tells. */
function listenBy(server, place) {
  const { address = null, port = null, family = null, backlog, fd, flags } = place;
  if (isNodes(server._listen2)) {
    listenNow(server, place);
    return;
  }
  server[kListenTarget] = place;
  server._listen2(address, port, family, backlog, fd, flags);
}

/**
 * Listens on what `place` says: in a worker of a cluster on a handle of the primary's, unless it is to be exclusive.
 */
function listenShared(server, place, exclusive) {
  if (exclusive || !isWorker()) {
    listenBy(server, place);
    return;
  }
  const shared = { ...place };
  if (place.flags) shared.flags &= ~MULTIPATH; // a flag of cnet's own, of which the primary does not know
  clusters().getHandle(server, shared, (err, handle) => {
    if (err) {
      const error = exceptionWithHostPort(err, 'bind', place.address ?? null, place.port);
      failed(server, error);
      server.emit('error', error);
      return;
    }
    server._handle = handle;
    listenBy(server, place);
  });
}

/** fe80::/10: such an address says nothing without the interface that it is of (RFC 4291, 2.5.6). */
const isLinkLocal = (address) => /^fe[89ab][\da-f]:/i.test(address);

/** @returns {{ address: string, family: number }} where to listen, of all the addresses of a host */
function choose(addresses, family) {
  // a dns.lookup() of a program's that knows no `all`
  if (!Array.isArray(addresses)) return { address: addresses, family };
  return addresses.find(({ address }) => !isLinkLocal(address)) ?? addresses[0] ?? {};
}

function listenOnHost(server, host, place, exclusive) {
  if (String(host).includes('\0')) throw invalidArgValue('hostname', host, 'must be a string without null bytes');
  let { _listeningId: listeningId } = server;

  dns().lookup(host, { all: true }, (error, addresses, only) => {
    if (listeningId !== server._listeningId) return; // it was closed, or has been answered already
    listeningId = -1;
    const { address, family } = error ? {} : choose(addresses, only);
    const failure = error || (typeof address === 'string' ? null : new codes.ERR_INVALID_IP_ADDRESS(address));
    if (failure) {
      failed(server, failure);
      server.emit('error', failure);
    } else {
      listenShared(server, { ...place, address, family: family || 4 }, exclusive);
    }
  });
}

/* --- a file that is to have a mode, or the place of a dead one -------------------------------------------------- */

/** Nothing is bound any more for a listen() that counts no more. */
function cancelBinding(server) {
  server[kBindingHandle]?.close();
  server[kBindingHandle] = null;
}

/** There is a bound handle, or there is none. */
function listenOnFile(server, handle, status, place) {
  let error = status < 0 ? uvException(status, 'listen', place.address, place.port) : null;
  try {
    if (error === null) chmod(handle, place); // which closes it when it fails
    else handle.close();
  } catch (failure) {
    error = failure;
  }
  if (error !== null) {
    fail(server, error);
    return;
  }
  server._handle = handle;
  listenNow(server, place);
}

/** Binds a path whose file is to be made as socket-file.js says; what has to wait is told later. */
function bindFile(server, place, file) {
  const { address: path } = place;
  checkPermission(path);
  const denied = fileDenied(path);
  if (denied !== null) {
    fail(server, denied);
    return;
  }
  const handle = Pipe.make(SERVER);
  const status = handle.bindFile(path, file);
  if (status !== WAITS) {
    listenOnFile(server, handle, status, place);
    return;
  }
  server[kBindingHandle] = handle;
  handle.onbound = (later) => {
    server[kBindingHandle] = null;
    listenOnFile(server, handle, later, place);
  };
}

/** Whether a handle is to be that of a cluster's primary. */
const isSharedBy = ({ exclusive, reusePort }) => isWorker() && !exclusive && reusePort !== true;

/** The socket options that the program has for all servers. */
function useSocketOptions(server, options, isPath, isShared) {
  const socketOptions = listenSocketOptions(options, isPath, isShared);
  if (socketOptions !== undefined) server[kListenOptions] = listenOptionsOption({ socketOptions });
}

/** A path in Linux's abstract namespace: there is no file whose mode could be changed (unix(7)). */
const isAbstract = (path) => process.platform === 'linux' && path.startsWith('\0');

/** @throws ERR_INVALID_ARG_VALUE */
function refuseModeOfName(options) {
  if (!options.readableAll && !options.writableAll) return;
  const reason = 'can not set readableAll or writableAllt to true when path is abstract unix socket'; // Node's words
  throw invalidArgValue('options', options, reason);
}

/** Node asks again for the mode when the server listens. An answer that is not that of `place` any more counts. */
function changeMode(server, { readableAll, writableAll }, place) {
  const later = { readableAll, writableAll };
  if (modeOf(later) !== modeOf(place) && server._handle instanceof Pipe) chmod(server._handle, later);
}

function listenOnPath(server, given, { backlog: fallback, begin }) {
  const isName = isAbstract(given.path);
  if (isName) refuseModeOfName(given);
  const { path } = given;
  let options = given;
  if (program.server !== NONE) {
    const isShared = isSharedBy(given);
    options = forListen(server, given, isName ? 'name' : 'path', isShared);
    useSocketOptions(server, given, true, isShared);
  }
  refuseTcpOptions(options);
  server._pipeName = path;
  const backlog = given.backlog || fallback;
  const { exclusive, readableAll, writableAll } = given;
  const file = fileOption(options, { exclusive, readableAll, writableAll, isAbstract: isAbstract(path) });
  const place = { address: path, port: -1, family: -1, backlog, readableAll, writableAll };
  begin();
  if (file !== undefined) {
    bindFile(server, place, file);
    return;
  }
  listenShared(server, place, exclusive);
  if (server._handle) changeMode(server, given, place);
}

/* --- arguments -------------------------------------------------------------------------------------------------- */

/**
 * Closes the server when the signal is aborted: in the next tick, when it is already.
 * @returns {(() => void) | null} forgets the signal
 */
function closeOnAbort(server, options) {
  if (options.signal === undefined) return null;
  validateAbortSignal(options.signal, 'options.signal');
  const { signal } = options;
  const { _listeningId: listeningId } = server;
  const isCurrent = () => server._listeningId === listeningId; // it has not been closed since
  const onAborted = () => {
    if (isCurrent()) server.close();
  };
  if (signal.aborted) {
    nextTick(onAborted);
    return null;
  }
  const forget = () => {
    signal.removeEventListener('abort', onAborted);
    server.removeListener('close', onClose);
  };
  const onClose = () => {
    if (!isCurrent()) forget(); // else it is the 'close' of a listen() before
  };
  signal.addEventListener('abort', onAborted, { once: true });
  server.on('close', onClose);
  return forget;
}

/** The handle that `source` is: cnet's own, or one of Node's, or null. */
function handleOption(server, source) {
  if (source instanceof Handle) return source;
  if (typeof source.getAsyncId !== 'function') return null;
  if (HAS_DESCRIPTORS || !canListen(source)) return toHandle(source, SERVER);
  const { handle, err } = clusters().listenOnNodes(server, source);
  if (err) throw errnoException(err, 'listen');
  return handle;
}

/** True when the port is left to the system. */
function wantsAnyPort(args, options) {
  const [first] = args;
  if (args.length === 0 || typeof first === 'function') return true;
  return (options.port === undefined && 'port' in options) || options.port === null;
}

function refuse(options) {
  if ('port' in options || 'path' in options) throw invalidArgValue('options', options);
  throw invalidArgValue('options', options, 'must have the property "port" or "path"');
}

function listenOnPort(server, given, flags, { backlog: fallback, begin }) {
  let options = given;
  if (program.server !== NONE) {
    const isShared = isSharedBy(given);
    options = forListen(server, given, 'port', isShared);
    useSocketOptions(server, given, false, isShared);
  }
  refuseAddress(server, given);
  refusePathOptions(given);
  const multipath = multipathFlag(options);
  refuseMultipath(server, multipath !== 0);
  const fastOpen = fastOpenQueue(options);
  validatePort(given.port, 'options.port');
  const backlog = given.backlog || fallback;
  if (given.reusePort === true) given.exclusive = true;
  const hasHost = Boolean(given.host);
  const place = { port: given.port | 0, family: 4, backlog, flags: flags | multipath, fastOpen };
  const host = hasHost ? given.host : undefined;
  const { exclusive } = given;
  begin();
  if (hasHost) listenOnHost(server, host, place, exclusive);
  else listenShared(server, place, exclusive);
}

/** Listens on what a BoundSocket has bound. */
function listenOnBound(server, bound, { backlog, begin }) {
  const handle = bound[kAdopt]();
  begin();
  if (bound.isPipe) server._pipeName = handle.path;
  server._handle = handle;
  listenBy(server, { port: -1, family: -1, backlog });
}

/** What was given to new Server(), which may be given the same options as listen(). */
const HEEDED = {
  allowedUids: kAllowedUids,
  proxyProtocol: kProxyProtocol,
  receiveDescriptors: kAcceptedDescriptors,
  userTimeout: kUserTimeout,
};

/** Whether the server has the option already. */
const heeds = (server, name) => {
  const value = server[HEEDED[name] ?? name];
  return value !== undefined && value !== null;
};

/** Flags of bind(2). */
function flagsOf({ ipv6Only, reusePort }) {
  return (ipv6Only === true ? IPV6_ONLY : 0) | (reusePort === true ? REUSE_PORT : 0);
}

/** What has to do with the listen() before is over. */
function beginAnew(server) {
  server._listeningId++;
  if (server[kBindingHandle]) cancelBinding(server);
}

/**
 * Decides by the options what to listen on. Node's own are read as often as Node reads them, and in its order: each
 * may be an accessor, in which a program may throw, and close the server or let it listen.
 * @param {object} server
 * @param {any[]} args of listen()
 * @param {object} given the options
 * @param {{ backlog: number, begin: () => void, undo: (action: () => void) => void }} asked `begin` is called when all
 *   is read; `undo` notes what to do when it fails
 */
function dispatch(server, args, given, asked) {
  const bound = given instanceof BoundSocket ? given : boundIn(given.handle);
  if (bound !== null) {
    beginAnew(server);
    listenOnBound(server, bound, asked);
    return;
  }
  const options = given._handle || given.handle || given;
  const handle = handleOption(server, options);
  if (handle !== null) {
    beginAnew(server);
    asked.begin();
    server._handle = handle;
    listenBy(server, { port: -1, family: -1, backlog: asked.backlog });
    return;
  }
  const flags = flagsOf(options);
  beginAnew(server);
  refuseMisplaced(options, 'listen()', (name) => heeds(server, name));
  const forget = closeOnAbort(server, options);
  if (forget !== null) asked.undo(forget);
  listenOnWhat(server, args, options, flags, asked);
}

const boundIn = (handle) => (handle instanceof BoundSocket ? handle : null);

function listenOnWhat(server, args, options, flags, asked) {
  if (typeof options.fd === 'number' && options.fd >= 0) {
    const { fd } = options;
    asked.begin();
    listenShared(server, { fd, backlog: asked.backlog });
    return;
  }
  if (wantsAnyPort(args, options)) options.port = 0;
  if (typeof options.port === 'number' || typeof options.port === 'string')
    listenOnPort(server, options, flags, asked);
  else if (options.path && isPath(options.path)) listenOnPath(server, options, asked);
  else refuse(options);
}

/**
 * Starts to listen (net.md, server.listen()).
 * @param {...any} args ([port[, host[, backlog]]] | path[, backlog] | handle[, backlog] | options)[, listener]
 * @returns {import('./server').Server}
 */
function listen(...args) {
  const [options, listener] = normalizeArgs(args);

  if (this._handle) throw new codes.ERR_SERVER_ALREADY_LISTEN();
  this[kListenOptions] = listenOptionsOption(options);
  /* What is taken back when it fails: at once while options are read, and by undo() and close() from when it begins. */
  const actions = [];
  if (listener !== null) actions.push(onceUntilTakenBack(this, 'listening', listener));
  this[kHasClosed] = false;
  tracing('asyncStart', { server: this, options });
  const backlog =
    (args.length > 1 && toNumber(args[1])) || (args.length > 2 && toNumber(args[2])) || program.server.backlog || 0;
  const begin = () => actions.forEach((action) => whenItFails(this, action));
  const asked = { backlog, begin, undo: (action) => actions.push(action) };
  let hasBegun = false;
  try {
    dispatch(this, args, options, asked);
    hasBegun = true;
  } finally { // which the place of an exception outlives: see thrown.js
    if (!hasBegun) actions.forEach((action) => action());
  }
  return this;
}

module.exports = { cancelBinding, createServerHandle, listen, listenNow };
