'use strict';

/**
 * Node's permission model: from Node 25 on, `--permission` without `--allow-net` forbids what net does; and from Node
 * 20 on it is by `--allow-fs-write` that files may be removed and changed. Node's own checks are in its C++; an addon
 * has to ask.
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

/** @returns {Error | null} ERR_ACCESS_DENIED when this process may not write the file `path` */
function fileDenied(path) {
  if (process.permission === undefined || process.permission.has('fs.write', path)) return null;
  return new codes.ERR_ACCESS_DENIED(path, 'FileSystemWrite');
}

module.exports = { checkPermission, fileDenied, isDenied };
