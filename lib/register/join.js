'use strict';

/**
 * The part of cnet/register for mocks and instrumentation: what a program puts in the place of a class, a function or
 * a method of `net` is there for Node's http, https, http2 and tls too, which have Node's net below.
 *
 * On Node's side each of these asks cnet's: while cnet has its own function there Node's own does the work, else the
 * one that the program has put in place. That one goes on to the function that it has found, which is cnet's: called
 * for a socket or a server of Node's it does what Node's own does. So cnet's `net` stays as plain as Node's,
 * functions in data properties, and nothing has to be told when a program changes it or changes it back.
 */

const { EventEmitter } = require('node:events');
const Module = require('node:module');
const nodeNet = require('node:net');
const { isProxy } = require('node:util').types;

const { passToHttp2 } = require('./http2.js');
const { busyMethods, otherMethod } = require('./joined-methods.js');
const loaded = require('../common/loaded.js');
const { joining, Server: NodeServer, Socket: NodeSocket } = require('../node-internals/net.js');
const { replace, resemble } = require('../common/replace.js');
const { kHandle } = require('../common/symbols.js');

/**
 * Methods that discern by themselves whose socket they are called for, as they are hot, or are compared with what
 * they were.
 */
const DISCERNING = new Set(['_read', '_write', '_writeGeneric', '_writev', 'pause', 'read', 'resume', 'write']);

/** How many calls from Node's modules are running that have come to a function of the program's. */
let fromNode = 0;

const isFunction = (value) => typeof value === 'function';

/**
 * Whether `method.call()` is what Reflect.apply() does: a function of a program's may have another one, or none. It is
 * not asked for `call`, which a Proxy would see.
 */
const hasCall = (method) =>
  !isProxy(method) && Object.getPrototypeOf(method) === Function.prototype && !Object.hasOwn(method, 'call');

/** The names of a prototype and of those above it, up to and with that of EventEmitter. */
function namesOf(prototype) {
  const names = [];
  for (let at = prototype; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    names.push(...Object.getOwnPropertyNames(at));
    if (at === EventEmitter.prototype) break;
  }
  return [...new Set(names)].filter((name) => !(name in Object.prototype));
}

/** The functions among the properties of several objects. */
const methodsOf = (parts) =>
  Object.fromEntries(
    parts.flatMap((part) =>
      Object.entries(Object.getOwnPropertyDescriptors(part))
        .filter(([, { value }]) => isFunction(value))
        .map(([name, { value }]) => [name, value]),
    ),
  );

/**
 * A property of Node's module by an accessor. What is assigned to it takes the place of Node's own.
 * @param {string} name
 * @param {(own: any) => any} choose gives the value; `own` is Node's
 * @returns {() => void} takes it away
 */
function alias(name, choose) {
  const before = Object.getOwnPropertyDescriptor(nodeNet, name);
  let { value } = before;
  const get = () => choose(value);
  const set = (assigned) => {
    value = assigned;
  };
  Object.defineProperty(nodeNet, name, { configurable: true, enumerable: true, get, set });
  return () => {
    if (Object.getOwnPropertyDescriptor(nodeNet, name)?.get === get)
      Object.defineProperty(nodeNet, name, { ...before, value });
  };
}

/* --- methods of the classes --------------------------------------------------------------------------------------- */

/**
 * The functions that have been put in the place of cnet's own, and that do for an object of Node's what Node's do.
 * They stay, also after unregister(): what a program puts in their place goes on to them.
 * @type {WeakMap<object, Record<string, Function>>} by the prototype or the module
 */
const discerning = new WeakMap();

const discerningOf = (holder) => discerning.get(holder) ?? discerning.set(holder, {}).get(holder);

/**
 * Puts such a function in place, unless it is, or a program's is there that does not know of it.
 * @param {object} holder
 * @param {string} name
 * @param {Function} own cnet's
 * @param {() => Function} make
 * @returns {Function} what stands for cnet's own there from now on
 */
function discern(holder, name, own, make) {
  const made = discerningOf(holder);
  if (made[name] === undefined) {
    if (holder[name] !== own) return holder[name];
    made[name] = resemble(make(), own);
  }
  if (holder[name] === own)
    Object.defineProperty(holder, name, { ...Object.getOwnPropertyDescriptor(holder, name), value: made[name] });
  return made[name];
}

/**
 * @param {Record<string, Function>} pristine cnet's methods, as cnet has made them
 * @returns {import('./joined-methods.js').Joint}
 */
function jointOf(Class, NodeClass, pristine) {
  const node = Object.create(Object.getPrototypeOf(NodeClass.prototype));
  const before = Object.create(Object.getPrototypeOf(Class.prototype));
  const choose = (name, current) => (current === before[name] || current === pristine[name] ? node[name] : current);
  // cnet's own may pass for Node's: see tls.js
  const isNodes = (object) => object instanceof NodeClass && !(kHandle in object);
  return { ours: Class.prototype, before, node, plain: {}, pristine, choose, isNodes, given: passToHttp2 };
}

/**
 * Gives an object a method. What many are assigned to by names that are not written out, V8 makes a hash table of, in
 * which each call of a busy method would look up three.
 */
function put(object, name, value) {
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}

/** @returns {() => void} takes it back */
function joinMethod({ prototype }, NodeClass, name, joint, busy) {
  const { before, node, plain, pristine, choose, isNodes } = joint;
  if (Object.hasOwn(NodeClass.prototype, name)) put(node, name, NodeClass.prototype[name]);
  if (hasCall(node[name])) put(plain, name, node[name]);
  if (Object.hasOwn(pristine, name)) { // else it is what both inherit, which may change
    const { [name]: own } = pristine;
    const make = () => function discerningMethod(...args) {
      return Reflect.apply(isNodes(this) ? node[name] : own, this, args);
    };
    put(before, name, DISCERNING.has(name) ? own : discern(prototype, name, own, make));
  }
  const method = Object.hasOwn(busy, name) ? busy[name] : otherMethod(joint, name);
  joining.set(method, () => choose(name, prototype[name]) !== node[name]);
  return replace(NodeClass.prototype, name, () => method);
}

/** @returns {PropertyDescriptor | undefined} of a property, own or inherited; to read it would run an accessor */
function describe(prototype, name) {
  for (let at = prototype; at !== null; at = Object.getPrototypeOf(at)) {
    const descriptor = Object.getOwnPropertyDescriptor(at, name);
    if (descriptor !== undefined) return descriptor;
  }
  return undefined;
}

/** @returns {(() => void)[]} the steps that take it back */
function joinClass(Class, NodeClass, parts) {
  const joint = jointOf(Class, NodeClass, methodsOf(parts));
  const busy = busyMethods(joint);
  return namesOf(NodeClass.prototype)
    .filter((name) => [Class, NodeClass].every(({ prototype }) => isFunction(describe(prototype, name)?.value)))
    .map((name) => joinMethod(Class, NodeClass, name, joint, busy));
}

/* --- the module --------------------------------------------------------------------------------------------------- */

/** What is called with `new`, or as the constructor of a class derived from it; all else is a plain function. */
const CLASSES = new Set(['BoundSocket', 'Server', 'Socket', 'Stream']);

/** The functions of cnet's module, which make sockets and servers of Node's where one of Node's modules has called. */
function discernFunction(net, name, own) {
  const { [name]: theirs } = nodeNet;
  return discern(net, name, own, () => {
    // connect() and createConnection()
    const twin = Object.keys(discerningOf(net)).find((other) => loaded.own[other] === own);
    return twin === undefined
      ? function discerningFunction(...args) {
          return Reflect.apply(fromNode > 0 ? theirs : own, this, args);
        }
      : discerningOf(net)[twin];
  });
}

/** A function of the program's as Node's modules call it. */
function calledByNode(net, current) {
  return function calling(...args) {
    fromNode++;
    try {
      return Reflect.apply(current, this === nodeNet ? net : this, args);
    } finally {
      fromNode--;
    }
  };
}

function joinFunctions(net) {
  const names = Object.keys(loaded.own).filter((name) =>
    isFunction(Object.getOwnPropertyDescriptor(nodeNet, name)?.value),
  );
  return names.map((name) => {
    const { [name]: own } = loaded.own;
    const before = CLASSES.has(name) ? own : discernFunction(net, name, own);
    return alias(name, (theirs) => {
      const { [name]: current } = net;
      if (current === before || current === own) return theirs;
      return CLASSES.has(name) || !isFunction(current) ? current : calledByNode(net, current);
    });
  });
}

/** What is imported by name is what `net` has by now, once a program asks for it, as with Node's own. */
function joinExports() {
  return replace(Module, 'syncBuiltinESMExports', (next) => function syncBuiltinESMExports(...args) {
    loaded.syncExports?.();
    return Reflect.apply(next(), this, args);
  });
}

/* --- in place ----------------------------------------------------------------------------------------------------- */

/**
 * Joins what programs have of `net` to what Node's modules have, as soon as there is the former.
 * @param {() => boolean} isActive
 * @returns {(() => void)[]} the steps that take it back
 */
function registerJoin(isActive) {
  const steps = [joinExports()];
  const join = (net) => {
    if (!isActive()) return;
    const { Server, parts: serverParts } = require('../server/server.js');
    const { Socket, parts: socketParts } = require('../socket/socket.js');
    steps.push(
      ...joinClass(Socket, NodeSocket, socketParts),
      ...joinClass(Server, NodeServer, serverParts),
      ...joinFunctions(net),
    );
    loaded.syncExports?.();
  };
  loaded.whenLoaded = join;
  if (loaded.net !== null) join(loaded.net);
  return [() => {
    loaded.whenLoaded = null;
    for (const step of steps.splice(0).reverse()) step();
    loaded.syncExports?.();
  }];
}

module.exports = { registerJoin };
