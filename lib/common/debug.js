'use strict';

/** What NODE_DEBUG=net shows (util.md, util.debuglog()); nothing at all, and at no cost, without it. */

const { debuglog } = require('node:util');

const log = debuglog('net');

module.exports = { debug: log.enabled ? log : () => {} };
