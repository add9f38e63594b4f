'use strict';

/**
 * What a handle of Node's has for the Socket above it: ways to write and to shut down, called with a request. No
 * socket of cnet needs them of cnet's handles. They are for sockets of Node's to which a program gives the handle of
 * one of cnet's: what mocks do that let a connection pass (`socket._handle = real._handle`). The socket of cnet,
 * which is the handle's owner, writes.
 */

const { Buffer } = require('node:buffer');

const { findShared } = require('../node-internals/handles');
const { kOwner } = require('../common/symbols');
const uv = require('./uv');

/** Says, where Node looks for it, that nothing of the write is left to wait for: what waits does so in the owner. */
function tellWritten(bytes) {
  const shared = findShared();
  if (shared === null) return;
  const { kBytesWritten, kLastWriteWasAsync, streamBaseState } = shared;
  streamBaseState[kBytesWritten] = bytes;
  streamBaseState[kLastWriteWasAsync] = 0;
}

/** @returns {number} 0 or a negative code */
function writeAs(handle, data, encoding) {
  const { [kOwner]: owner } = handle;
  if (!owner || owner.destroyed || owner.writableEnded) return uv.EBADF;
  owner.write(data, encoding);
  tellWritten(typeof data === 'string' ? Buffer.byteLength(data, encoding) : data.length);
  return 0;
}

/** The pieces of a request: Buffers, or each with its encoding behind it. */
function joinPieces(pieces, areBuffers) {
  if (areBuffers) return Buffer.concat(pieces);
  const buffers = [];
  for (let i = 0; i < pieces.length; i += 2) {
    buffers.push(typeof pieces[i] === 'string' ? Buffer.from(pieces[i], pieces[i + 1]) : pieces[i]);
  }
  return Buffer.concat(buffers);
}

const methods = {
  writeBuffer(request, buffer) {
    return writeAs(this, buffer);
  },

  writev(request, pieces, areBuffers) {
    return writeAs(this, joinPieces(pieces, areBuffers));
  },

  /** @returns {number} 1: it is done, as far as the request goes; what is written goes first */
  shutdown() {
    const { [kOwner]: owner } = this;
    if (owner && !owner.destroyed) owner.end();
    return 1;
  },
};

for (const [name, encoding] of [['Utf8', 'utf8'], ['Latin1', 'latin1'], ['Ascii', 'latin1'], ['Ucs2', 'utf16le']]) {
  methods[`write${name}String`] = function writeString(request, text) {
    return writeAs(this, text, encoding);
  };
}

module.exports = { methods };
