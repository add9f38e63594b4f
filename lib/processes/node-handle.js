'use strict';

/** Node's own native handles: the descriptors behind them, and whom they belong to. */

const fs = require('node:fs');

const native = require('../native/binding');
const { adopt, whenClosed } = require('../native/handle');
const nodeNet = require('../node-internals/net');
const uv = require('../native/uv');

/**
 * A handle of cnet on a duplicate of the descriptor of one of Node's, which stays open.
 * @param {{ fd: number }} nodeHandle
 * @param {number} type SOCKET or SERVER of handle.js
 * @returns {{ handle: import('../native/handle').Handle | null, err: number }} a negative libuv code when there is no handle
 */
function copyHandle(nodeHandle, type) {
  if (!(nodeHandle?.fd >= 0)) return { handle: null, err: uv.EBADF };
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

let ownerSymbol;

/** The symbol under which Node's handles name their Socket or Server; undefined when there is none. */
function findOwnerSymbol() {
  const probe = {};
  const socket = new nodeNet.Socket({ handle: probe, readable: false, manualStart: true });
  return Object.getOwnPropertySymbols(probe).find((symbol) => probe[symbol] === socket);
}

/** Names the owner of one of Node's handles, for Node's cluster, which asks it. */
function setOwner(nodeHandle, owner) {
  ownerSymbol ??= findOwnerSymbol();
  if (ownerSymbol !== undefined) nodeHandle[ownerSymbol] = owner;
}

module.exports = { copyHandle, setOwner, takeHandle, whenClosed };
