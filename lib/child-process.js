'use strict';

/**
 * cnet/child-process: sockets and servers of cnet for child.send() and process.send()
 * (lib/processes/child-process.js).
 */

require('./common/runtime');

const { fromNode, toNode } = require('./processes/child-process');

module.exports = { fromNode, toNode };
