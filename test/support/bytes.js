'use strict';

const crypto = require('node:crypto');

/** Bytes of which no two pieces are alike: each four are a number that depends on their place. */
function numbered(length) {
  const numbers = new Uint32Array(Math.ceil(length / 4)).map((_, i) => i * 2654435761);
  return Buffer.from(numbers.buffer, 0, length);
}

/** The digest of bytes, or of pieces one after the other. @param {Uint8Array | Iterable<Uint8Array>} data */
function sha256(data) {
  const hash = crypto.createHash('sha256');
  for (const piece of ArrayBuffer.isView(data) ? [data] : data) hash.update(piece);
  return hash.digest('hex');
}

module.exports = { numbered, sha256 };
