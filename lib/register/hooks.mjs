// The hook of register.js for Nodes without module.registerHooks(): it runs in a thread of its own.

import { threadId } from 'node:worker_threads';

let settings = null;

/** Node calls it with the data of module.register(). This thread is given `-r` too, and must not hook itself. */
export function initialize(data) {
  if (data.from !== threadId) settings = data;
}

export function resolve(specifier, context, next) {
  if (settings === null || !settings.urls.has(specifier) || Atomics.load(settings.active, 0) !== 1) {
    return next(specifier, context);
  }
  if (context.parentURL?.startsWith(settings.libURL)) return next(specifier, context);
  return { url: settings.urls.get(specifier), format: 'module', shortCircuit: true };
}
