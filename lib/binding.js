'use strict';

/**
 * Loads the native part, once per environment, and hands it the handlers. Everything that it exports is listed,
 * with its arguments, in src/exports.h.
 */

const { loadNative } = require('./native-file');

const native = loadNative();
const handlers = require('./handlers');

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
    handlers.ondescriptors,
    handlers.onbound,
    handlers.onquestion,
  ],
  handlers.event,
);

module.exports = native;
