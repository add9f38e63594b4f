'use strict';

/** For the programs of others: without the runtime of a sanitizer (tools/sanitize.js), under which curl waits for ever. */
const env = { ...process.env, LD_PRELOAD: '' };

module.exports = { env };
