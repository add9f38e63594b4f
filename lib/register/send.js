'use strict';

/**
 * The part of cnet/register for child processes: child.send() and process.send() (so worker.send() of cluster too) take
 * sockets and servers of cnet, and those that arrive come to listeners for 'message' as cnet's. All that it does is to
 * call toNode() and fromNode() of child-process.js; Node's own objects are sent as they are.
 */

const { ChildProcess } = require('node:child_process');
const { isMainThread } = require('node:worker_threads');

const { fdOfNode, handleOf } = require('../node-internals/handles.js');
const nodeNet = require('../node-internals/net.js');
const { replace, resemble } = require('../common/replace.js');
const { kOwner } = require('../common/symbols.js');

/** Loaded with the first handle that is sent or arrives: until then cnet is not needed for this. */
const childProcess = () => require('../processes/child-process.js');
const classes = () => ({
  BoundSocket: require('../socket/bound-socket.js').BoundSocket,
  Handle: require('../native/handle.js').Handle,
  Server: require('../server/server.js').Server,
  Socket: require('../socket/socket.js').Socket,
});

/* --- sending ----------------------------------------------------------------------------------------------------- */

const isObject = (value) => typeof value === 'object' && value !== null;

/**
 * Whether send() would come as far as to take a handle. Where it would not, it is left to say so: toNode() must not
 * have taken a socket over by then.
 */
function isGood(target, message, options) {
  if (!target.connected) return false;
  if (!['string', 'object', 'number', 'boolean'].includes(typeof message)) return false;
  return options === undefined || typeof options === 'function' || (isObject(options) && !Array.isArray(options));
}

/** @returns {object} Node's object in place of one of cnet's, and anything else as it is */
function forNode(handle, options) {
  if (!isObject(handle) || handle instanceof nodeNet.Socket) return handle;
  const { BoundSocket, Handle, Server, Socket } = classes();
  if (handle instanceof nodeNet.Server && !(handleOf(handle) instanceof Handle)) return handle;
  if (handle instanceof Socket || handle instanceof Server) {
    return childProcess().toNode(handle, isObject(options) ? options : {}, true);
  }
  if (handle instanceof BoundSocket) return childProcess().toNode(handle);
  const owner = handle instanceof Handle ? handle[kOwner] : null; // server._handle, which Node sends too
  return owner instanceof Server ? handleOf(childProcess().toNode(owner)) : handle;
}

/** The arguments of send(message[, handle[, options]][, callback]), with a handle that Node can send. */
function convert(target, args) {
  const [message, handle, options, ...rest] = args;
  if (!isObject(handle) || !isGood(target, message, options)) return args;
  const converted = forNode(handle, options);
  const isNative = converted !== handle && handle instanceof classes().BoundSocket && fdOfNode(converted) >= 0;
  if (!isNative) return [message, converted, options, ...rest];
  const [callback = undefined] = typeof options === 'function' ? [options] : rest;
  return [message, converted, isObject(options) ? options : undefined, closeThen(target, converted, callback)];
}

/** The callback of a send() that does not close what it sends. Without one of the program's its error is an event. */
function closeThen(target, nodeHandle, callback) {
  return (error) => {
    nodeHandle.close();
    if (typeof callback === 'function') callback(error);
    else if (error) target.emit('error', error);
  };
}

function wrapSend(original, isActive) {
  return function send(...args) {
    return Reflect.apply(original, this, isActive() ? convert(this, args) : args);
  };
}

/* --- receiving ---------------------------------------------------------------------------------------------------- */

/** Only what Node itself has made of a descriptor: no socket of TLS, nor server of HTTP. */
function hasArrived(handle) {
  if (!isObject(handle)) return false;
  const prototype = Object.getPrototypeOf(handle);
  return (
    prototype !== null &&
    [nodeNet.Socket, nodeNet.Server, nodeNet.BoundSocket].some((Class) => Class?.prototype === prototype)
  );
}

/**
 * A native handle stays what it is, as it may have been sent as one. Before Node 26.10 a BoundSocket arrives as one
 * too, so it has what a BoundSocket has; listen() and new Socket() take either.
 */
function withAddress(handle) {
  if (fdOfNode(handle) < 0 || !handle.getsockname || 'address' in handle) return handle;
  const address = () => {
    const name = {};
    handle.getsockname(name);
    return name;
  };
  return Object.defineProperties(handle, { address: { value: address }, isPipe: { value: false } });
}

/** A handle that cannot be had is a message without one, and a warning, as in Node where a descriptor gets lost. */
function fromMessage(handle) {
  if (!hasArrived(handle)) return withAddress(handle);
  const isBound = nodeNet.BoundSocket !== undefined && handle instanceof nodeNet.BoundSocket;
  if (!handleOf(handle) && !isBound) { // closed while it waited for somebody to listen
    const { Server, Socket } = classes();
    return handle instanceof nodeNet.Socket ? new Socket().destroy() : new Server();
  }
  try {
    return childProcess().fromNode(handle);
  } catch (error) {
    process.emitWarning(`A handle was received, but could not be used: ${error.message}`, 'ReceivedHandleWarning');
    return undefined;
  }
}

function wrapEmit(next, isActive) {
  return function emit(...args) {
    if (args[0] === 'message' && args.length > 2 && isActive()) args[2] = fromMessage(args[2]);
    return Reflect.apply(next(), this, args);
  };
}

/* --- in place ----------------------------------------------------------------------------------------------------- */

/**
 * Node gives each child that has a channel a send() of its own, by assignment. Others may assign to others. What was
 * put here before is given our own to wrap.
 */
function catchSends(isActive) {
  const before = Object.getOwnPropertyDescriptor(ChildProcess.prototype, 'send');
  const set = function set(assigned) {
    const isNodes = this instanceof ChildProcess && Boolean(this.channel) && typeof assigned === 'function';
    const value = isNodes ? resemble(wrapSend(assigned, isActive), assigned) : assigned;
    if (before?.set) Reflect.apply(before.set, this, [value]);
    else Object.defineProperty(this, 'send', { value, configurable: true, enumerable: true, writable: true });
  };
  Object.defineProperty(ChildProcess.prototype, 'send', { configurable: true, get: () => undefined, set });
  return () => {
    if (Object.getOwnPropertyDescriptor(ChildProcess.prototype, 'send')?.set !== set) return;
    if (before) Object.defineProperty(ChildProcess.prototype, 'send', before);
    else delete ChildProcess.prototype.send;
  };
}

/** In other threads than the main one process.send() does nothing but throw. */
const hasParent = () => isMainThread && typeof process.send === 'function';

/**
 * Lets this thread send cnet's sockets and servers: to child processes that are started from now on, and, in a child
 * process, to its parent.
 * @param {() => boolean} isActive while it says false, what has been put in place lets everything pass as it is
 * @returns {(() => void)[]} the steps that take it back
 */
function registerSend(isActive) {
  const steps = [catchSends(isActive)];
  if (hasParent()) steps.push(replace(process, 'send', (next) => wrapSend(next(), isActive)));
  return steps;
}

/** The same for receiving them: what arrives as Node's becomes cnet's. */
function registerReceive(isActive) {
  const steps = [replace(ChildProcess.prototype, 'emit', (next) => wrapEmit(next, isActive))];
  if (hasParent()) steps.push(replace(process, 'emit', (next) => wrapEmit(next, isActive)));
  return steps;
}

module.exports = { registerReceive, registerSend };
