'use strict';

/** What each function has for itself. */
const ITS_OWN = ['arguments', 'caller', 'prototype'];

/** What the original's takes the place of, in each function. */
const OF_ORIGINAL = ['length', 'name'];

/**
 * Gives `replacement` what the function has in whose place it stands: name, length, and what util.promisify() asks for,
 * unless it has been given one of its own.
 */
function resemble(replacement, original) {
  for (const key of Reflect.ownKeys(original)) {
    if (ITS_OWN.includes(key) || (!OF_ORIGINAL.includes(key) && Object.hasOwn(replacement, key))) continue;
    Object.defineProperty(replacement, key, Object.getOwnPropertyDescriptor(original, key));
  }
  return replacement;
}

/**
 * Puts a function in place of a method, own or inherited.
 * @param {object} holder
 * @param {string} name
 * @param {(next: () => Function) => Function} make of the new one; `next` gives the one that it stands before
 * @returns {() => void} what takes it away again, unless another has replaced it meanwhile: then it stays as a passage
 */
function replace(holder, name, make) {
  const own = Object.getOwnPropertyDescriptor(holder, name);
  const next = own ? () => own.value : () => Object.getPrototypeOf(holder)[name];
  const value = resemble(make(next), next());
  Object.defineProperty(holder, name, { configurable: true, enumerable: false, writable: true, ...own, value });
  return () => {
    if (holder[name] !== value) return;
    if (own) Object.defineProperty(holder, name, own);
    else delete holder[name];
  };
}

module.exports = { replace, resemble };
