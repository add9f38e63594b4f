'use strict';

/**
 * The part of cnet/register for mocks and instrumentation: what a program puts in the place of a class, a function or a method
 * of `net` is there for Node's http, https, http2 and tls too, which have Node's net below.
 *
 * On Node's side each of these asks cnet's: while cnet has its own function there Node's own does the work, else the one that
 * the program has put in place. That one goes on to the function that it has found, which is cnet's: called for a socket or a
 * server of Node's it does what Node's own does. So cnet's `net` stays as plain as Node's, functions in data properties, and
 * nothing has to be told when a program changes it or changes it back.
 */

const { EventEmitter } = require('node:events');
const Module = require('node:module');
const nodeNet = require('node:net');

const { busyMethods, otherMethod } = require('./joined-methods.js');
const loaded = require('./loaded.js');
const { joining, Server: NodeServer, Socket: NodeSocket } = require('./node-net.js');
const { replace, resemble } = require('./replace.js');

/**
 * Methods that discern by themselves whose socket they are called for, as they are hot, or are compared with what they were.
 */
const DISCERNING = new Set(['_read', '_write', '_writeGeneric', '_writev', 'on', 'pause', 'read', 'resume', 'write']);

/** How many calls from Node's modules are running that have come to a function of the program's. */
let fromNode = 0;

const isFunction = (value) => typeof value === 'function';

/** The names of a prototype and of those above it, up to and with that of EventEmitter. */
function namesOf(prototype) {
  const names = [];
  for (let at = prototype; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    names.push(...Object.getOwnPropertyNames(at));
    if (at === EventEmitter.prototype) break;
  }
  return [...new Set(names)].filter((name) => !(name in Object.prototype));
}

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
    if (Object.getOwnPropertyDescriptor(nodeNet, name)?.get === get) Object.defineProperty(nodeNet, name, { ...before, value });
  };
}

/* --- methods of the classes ---------------------------------------------------------------------------------------- */

/** Lets a method of cnet's do for an object of Node's what Node's method does. */
function discern(Class, NodeClass, name, { node }) {
  return replace(Class.prototype, name, (next) => function discerning(...args) {
    return Reflect.apply(this instanceof NodeClass ? node[name] : next(), this, args);
  });
}

/** @returns {import('./joined-methods.js').Joint} */
function jointOf(Class, NodeClass) {
  return {
    ours: Class.prototype,
    before: Object.create(Object.getPrototypeOf(Class.prototype)),
    node: Object.create(Object.getPrototypeOf(NodeClass.prototype)),
  };
}

/** @returns {(() => void)[]} the steps that take it back */
function joinMethod(Class, NodeClass, name, joint, busy) {
  const { prototype } = Class;
  const isOwn = Object.hasOwn(prototype, name);
  const steps = isOwn && !DISCERNING.has(name) ? [discern(Class, NodeClass, name, joint)] : [];
  if (isOwn) joint.before[name] = prototype[name]; // else it is what both inherit, which may change
  if (Object.hasOwn(NodeClass.prototype, name)) joint.node[name] = NodeClass.prototype[name];
  const method = Object.hasOwn(busy, name) ? busy[name] : otherMethod(joint, name);
  joining.set(method, () => prototype[name] !== joint.before[name]);
  return [...steps, replace(NodeClass.prototype, name, () => method)];
}

/** @returns {PropertyDescriptor | undefined} of a property, own or inherited; to read it would run an accessor */
function describe(prototype, name) {
  for (let at = prototype; at !== null; at = Object.getPrototypeOf(at)) {
    const descriptor = Object.getOwnPropertyDescriptor(at, name);
    if (descriptor !== undefined) return descriptor;
  }
  return undefined;
}

function joinClass(Class, NodeClass) {
  const steps = [];
  const joint = jointOf(Class, NodeClass);
  const busy = busyMethods(joint);
  for (const name of namesOf(NodeClass.prototype)) {
    const areMethods = [Class, NodeClass].every(({ prototype }) => isFunction(describe(prototype, name)?.value));
    if (areMethods) steps.push(...joinMethod(Class, NodeClass, name, joint, busy));
  }
  return steps;
}

/* --- the module ---------------------------------------------------------------------------------------------------- */

/** What is called with `new`, or as the constructor of a class derived from it; all else is a plain function. */
const CLASSES = new Set(['BoundSocket', 'Server', 'Socket', 'Stream']);

/** The functions of the module, which make sockets and servers of Node's where one of Node's modules has called. */
function discernFunction(net, name, made) {
  const { [name]: ours } = net;
  const { [name]: theirs } = nodeNet;
  if (!made.has(ours)) {
    made.set(ours, resemble(function discerning(...args) {
      return Reflect.apply(fromNode > 0 ? theirs : ours, this, args);
    }, ours));
  }
  net[name] = made.get(ours);
  return () => {
    if (net[name] === made.get(ours)) net[name] = ours;
  };
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
  const names = Object.keys(nodeNet).filter((name) =>
    [net, nodeNet].every((holder) => isFunction(Object.getOwnPropertyDescriptor(holder, name)?.value)));
  const made = new Map();
  const discerned = names.filter((name) => !CLASSES.has(name)).map((name) => discernFunction(net, name, made));
  const joined = names.map((name) => {
    const { [name]: ours } = net;
    return alias(name, (theirs) => {
      const { [name]: current } = net;
      if (current === ours) return theirs;
      return CLASSES.has(name) || !isFunction(current) ? current : calledByNode(net, current);
    });
  });
  return [...discerned, ...joined];
}

/** What is imported by name is what `net` has by now, once a program asks for it, as with Node's own. */
function joinExports() {
  return replace(Module, 'syncBuiltinESMExports', (next) => function syncBuiltinESMExports(...args) {
    loaded.syncExports?.();
    return Reflect.apply(next(), this, args);
  });
}

/* --- in place ------------------------------------------------------------------------------------------------------ */

/**
 * Joins what programs have of `net` to what Node's modules have, as soon as there is the former.
 * @param {() => boolean} isActive
 * @returns {(() => void)[]} the steps that take it back
 */
function registerJoin(isActive) {
  const steps = [joinExports()];
  const join = (net) => {
    if (!isActive()) return;
    steps.push(...joinClass(net.Socket, NodeSocket), ...joinClass(net.Server, NodeServer), ...joinFunctions(net));
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
