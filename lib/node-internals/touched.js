'use strict';

/**
 * Whether a program has put something in the place of what Node's net has: then cnet/register-http leaves http to
 * Node's own sockets and servers, for which that is meant (mocks, instrumentation). With cnet/register Node's net
 * tells of what was put into cnet's, too. What is there when cnet is loaded counts as Node's own.
 */

const nodeNet = require('node:net');

const { joining, methods, Server, Socket } = require('./net');

/** What those alone use who connect. */
const CONNECTING = new Set(['connect', 'createConnection']);

const FUNCTIONS = ['connect', 'createConnection', 'createServer', 'Server', 'Socket'].map((name) => [
  name,
  nodeNet[name],
]);

/** The names of the methods that a prototype inherits. */
function inheritedBy(prototype) {
  const names = new Set();
  for (let at = Object.getPrototypeOf(prototype); at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (typeof value === 'function' && !(name in Object.prototype)) names.add(name);
    }
  }
  return [...names];
}

/** Whether a program has put `value` there, or by way of cnet/register something else. */
const isPrograms = (value) => joining.get(value)?.() ?? true;

/** @returns {(without: Set<string>) => boolean} whether a class has other methods than it had */
function watch(Class) {
  const { prototype } = Class;
  const above = Object.getPrototypeOf(prototype);
  const own = [...methods.get(Class)];
  const inherited = inheritedBy(prototype).filter((name) => !methods.get(Class).has(name));
  const isOther = (name, before) => prototype[name] !== before && isPrograms(prototype[name]);
  return (without) => own.some(([name, before]) => !without.has(name) && isOther(name, before)) ||
    inherited.some((name) => isOther(name, above[name]));
}

const watches = [Socket, Server].map(watch);
const none = new Set();

/**
 * @param {boolean} connects whether it is asked for a connection that http makes, or for a server
 * @returns {boolean} a program has put something in the place of what that would use
 */
function isTouched(connects) {
  const without = connects ? none : CONNECTING;
  return (
    FUNCTIONS.some(([name, before]) => nodeNet[name] !== before && !without.has(name)) ||
    watches.some((isOther) => isOther(without))
  );
}

module.exports = { isTouched };
