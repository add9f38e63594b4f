'use strict';

/** Handles of cnet on what Node's own native handles are open on. */

const fs = require('node:fs');

const native = require('./binding');
const { HAS_DESCRIPTORS, adopt, whenClosed } = require('./handle');
const uv = require('./uv');

/**
 * A handle of cnet on a duplicate of the descriptor of one of Node's, which stays open.
 * @param {{ fd: number }} nodeHandle
 * @param {number} type SOCKET or SERVER of handle.js
 * @returns {{ handle: import('./handle').Handle | null, err: number }} a negative libuv code when there is no handle
 */
function copyHandle(nodeHandle, type) {
  if (!(nodeHandle?.fd >= 0)) return { handle: null, err: HAS_DESCRIPTORS ? uv.EBADF : uv.ENOTSUP };
  const fd = native.dup(nodeHandle.fd);
  if (fd < 0) return { handle: null, err: fd };
  const { handle, err } = adopt(fd, type);
  if (handle !== null) return { handle, err: 0 };
  fs.closeSync(fd);
  return { handle: null, err: err || uv.EINVAL };
}

/** As copyHandle(), and Node's handle is closed, whatever comes of it. */
function takeHandle(nodeHandle, type) {
  const taken = copyHandle(nodeHandle, type);
  nodeHandle.close();
  return taken;
}

module.exports = { copyHandle, takeHandle, whenClosed };
