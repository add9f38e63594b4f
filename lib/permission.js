'use strict';

/**
 * Node's permission model: from Node 25 on, `--permission` without `--allow-net` forbids what net does. Node's own
 * check is in its C++; an addon has to ask.
 */

const { codes } = require('./errors');

/** The first line of Node whose `--permission` covers the network. */
const FIRST_LINE = 25;

const isCovered = Number.parseInt(process.versions.node, 10) >= FIRST_LINE;

/** @returns {boolean} true when this process may not use the network */
function isDenied() {
  return isCovered && process.permission !== undefined && !process.permission.has('net');
}

/**
 * @param {string} resource a path, or '' for an address
 * @throws ERR_ACCESS_DENIED when this process may not use the network
 */
function checkPermission(resource) {
  if (isDenied()) throw new codes.ERR_ACCESS_DENIED(resource);
}

module.exports = { checkPermission, isDenied };
