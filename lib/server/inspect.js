'use strict';

/** What util.inspect(), and so console.log(), shows of a Server. */

const { types } = require('node:util');

const { Handle } = require('../native/handle');
const { isDeclared, kAcceptLimit, kAcceptPaused, kMaxConnections } = require('./state');

/** cnet's own state says nothing to a reader. */
const isHidden = (key) => typeof key === 'symbol' && isDeclared(key);

/**
 * For each server that was shown, the object that is shown in its place: always the same one, so that util.inspect()
 * knows a circle when it comes by again.
 * @type {WeakMap<object, object>}
 */
const views = new WeakMap();
const isView = new WeakSet();

/** The value of a property of the object itself; accessors are a program's, and are not run. */
const valueOf = (object, name) => Reflect.getOwnPropertyDescriptor(object, name)?.value;

/** Where it listens, or null; not known where the handle is not cnet's own. */
function addressOf(server) {
  const handle = valueOf(server, '_handle');
  const pipeName = valueOf(server, '_pipeName');

  if (!handle) return null;
  if (!(handle instanceof Handle) || !handle.getsockname) return pipeName;
  const name = {};
  return handle.id >= 0 && handle.getsockname(name) === 0 ? name : null;
}

/** The limits that are set. */
function limitsOf(server) {
  const limit = server[kAcceptLimit];
  const all = {
    maxConnections: server[kMaxConnections],
    maxConnectionsPerAddress: limit?.perAddress,
    maxConnectionsPerPrefix: limit?.perPrefix,
    maxConnectionRate: limit?.rate,
    acceptPaused: server[kAcceptPaused] || undefined,
  };
  const set = Object.entries(all).filter(([, value]) => value !== undefined);
  return set.length > 0 ? Object.fromEntries(set) : undefined;
}

/** The properties of the server as they are, in Node's order, and what a reader wants to know behind them. */
function fill(view, server) {
  for (const key of Reflect.ownKeys(view)) delete view[key];
  Object.setPrototypeOf(view, Object.getPrototypeOf(server));
  for (const key of Reflect.ownKeys(server)) {
    if (isHidden(key)) continue;
    Object.defineProperty(view, key, { ...Reflect.getOwnPropertyDescriptor(server, key), configurable: true });
  }
  const more = { address: addressOf(server), connections: valueOf(server, '_connections'), limits: limitsOf(server) };
  for (const [key, value] of Object.entries(more)) {
    if (value === undefined || Object.hasOwn(view, key)) continue;
    Object.defineProperty(view, key, { value, writable: true, enumerable: true, configurable: true });
  }
}

/** @this {import('./server').Server} @returns {object} what is shown in its place */
function inspectServer() {
  if (isView.has(this) || types.isProxy(this)) return this;
  if (!views.has(this)) {
    views.set(this, {});
    isView.add(views.get(this));
  }
  fill(views.get(this), this);
  return views.get(this);
}

module.exports = { inspectServer };
