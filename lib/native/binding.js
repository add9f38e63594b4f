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
/* onread() guards itself. */
native.setup(
  HANDLERS.map((name) => (name === 'onread' ? handlers.onread : guardHandler(handlers[name]))),
  handlers.event,
);

module.exports = native;
