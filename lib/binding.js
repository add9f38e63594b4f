'use strict';

/**
 * Loads the native part, once per environment, and hands it the handlers. Everything that it exports is listed,
 * with its arguments, in src/exports.h.
 */

const { loadNative } = require('./native-file');

const native = loadNative();
const handlers = require('./handlers');

/** Numbers that a call gives beside its return value: [0] the bytes of the last writeString(). */
native.result = new Float64Array(1);

native.setup(
  [
    handlers.onaccept,
    handlers.ondrop,
    handlers.onattempt,
    handlers.onconnect,
    handlers.onread,
    handlers.onwrite,
    handlers.onshutdown,
    handlers.onclose,
    handlers.ontimeout,
  ],
  native.result,
  handlers.event,
);

module.exports = native;
