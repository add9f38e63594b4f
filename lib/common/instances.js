'use strict';

/**
 * Lets the instances of one of Node's classes be instances of cnet's too: what Node's http and tls make are sockets and
 * servers of net by their documentation, whoever asks. Classes derived from cnet's know their own alone.
 * @param {Function} Class
 * @param {Function} NodeClass
 */
function takeInstances(Class, NodeClass) {
  const ordinary = Function.prototype[Symbol.hasInstance];
  const value = function hasInstance(instance) {
    return ordinary.call(this, instance) || (this === Class && instance instanceof NodeClass);
  };
  Object.defineProperty(Class, Symbol.hasInstance, { value });
}

module.exports = { takeInstances };
