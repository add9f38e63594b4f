'use strict';

/**
 * Loads the native part, once per environment, and hands it the handlers. Everything that it exports is listed,
 * with its arguments, in src/binding/exports.h.
 */

const { HANDLERS } = require('./constants');
const handlers = require('./events');
const native = require('./loaded-native');
const { guardHandler, setHandOn } = require('../common/thrown');

setHandOn(native.handOn);
/** These guard themselves. */
const GUARDED = ['onread', 'onparse', 'onparsed', 'ontimeout'];
native.setup(
  HANDLERS.map((name) => (GUARDED.includes(name) ? handlers[name] : guardHandler(handlers[name]))),
  handlers.event,
);

/* V8 makes a hash table of an object with so many functions, unless it is the prototype of another one. */
Object.create(native);

module.exports = native;
