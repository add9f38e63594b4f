'use strict';

const nodeNet = require('node:net');

/**
 * A port on which nobody listens and which nobody else can take: it is bound, and never listened on.
 * @param {string} [host] the local address to bind
 * @returns {{ port: number, close(): void }}
 */
function refusedPort(host = '127.0.0.1') {
  const handle = nodeNet._createServerHandle(host, 0, nodeNet.isIPv6(host) ? 6 : 4);
  if (typeof handle === 'number') throw new Error(`cannot bind ${host}: ${handle}`);
  const name = {};
  handle.getsockname(name);
  return { port: name.port, close: () => handle.close() };
}

module.exports = { refusedPort };
