'use strict';

/** What `process` has that is in no document. */

/** The name of the method that gives the sockets, servers and other handles which keep the process alive. */
const ACTIVE_HANDLES = '_getActiveHandles';

module.exports = { ACTIVE_HANDLES };
