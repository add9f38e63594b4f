'use strict';

/** How the parts of cnet/register put functions in the place of Node's, and take them away again. */

/** Gives `replacement` the name and the length of the function in whose place it stands. */
function resemble(replacement, original) {
  for (const key of ['name', 'length']) {
    Object.defineProperty(replacement, key, Object.getOwnPropertyDescriptor(original, key));
  }
  return replacement;
}

/** Puts a function in place of a method, own or inherited. @returns {() => void} what takes it away again */
function replace(holder, name, make) {
  const own = Object.getOwnPropertyDescriptor(holder, name);
  const next = own ? () => own.value : () => Object.getPrototypeOf(holder)[name];
  const value = resemble(make(next), next());
  Object.defineProperty(holder, name, { configurable: true, enumerable: false, writable: true, ...own, value });
  return () => {
    if (holder[name] !== value) return; // another has replaced it: it stays as a passage
    if (own) Object.defineProperty(holder, name, own);
    else delete holder[name];
  };
}

module.exports = { replace, resemble };
