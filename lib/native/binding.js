'use strict';

/**
 * Loads the native part, once per environment, and hands it the handlers. Everything that it exports is listed,
 * with its arguments, in src/binding/exports.h.
 */

const { loadNative } = require('./native-file');

const native = loadNative();
const handlers = require('./events');
const { guardHandler, setHandOn } = require('../common/thrown');

setHandOn(native.handOn);
native.setup(
  [
    guardHandler(handlers.onaccept),
    guardHandler(handlers.ondrop),
    guardHandler(handlers.onattempt),
    guardHandler(handlers.onconnect),
    handlers.onread,
    guardHandler(handlers.onwrite),
    guardHandler(handlers.onshutdown),
    guardHandler(handlers.onclose),
    guardHandler(handlers.ontimeout),
    guardHandler(handlers.ondescriptors),
    guardHandler(handlers.onbound),
    guardHandler(handlers.onquestion),
  ],
  handlers.event,
);

module.exports = native;
