'use strict';

/** What cnet/register-http knows of Node's http, https and http2 beyond their documents. */

const http = require('node:http');

const { CIPHERS } = require('./tls');

/** http2 of Node 18 breaks down by an assertion when two writes meet over a stream that is not Node's own. */
const HTTP2_TAKES_STREAMS = Number.parseInt(process.versions.node, 10) > 18;

/** Windows has no stream of Node's own for a connection of cnet's. */
const CAN_SPEAK_HTTP2 = HTTP2_TAKES_STREAMS || process.platform !== 'win32';

/**
 * The functions by which http2 makes servers, and what kind of sockets these have. http2 gives its classes to nobody.
 * @type {Record<string, 'tls' | 'http2'>}
 */
const HTTP2_SERVERS = { createSecureServer: 'tls', ...(CAN_SPEAK_HTTP2 && { createServer: 'http2' }) };

/**
 * The classes of the servers of http2, by servers that are made for it.
 * @returns {[prototype: object, kind: 'tls' | 'http2'][]}
 */
function findHttp2Servers() {
  const http2 = require('node:http2');
  return Object.entries(HTTP2_SERVERS).map(([name, kind]) => [
    Object.getPrototypeOf(http2[name](kind === 'tls' ? { ciphers: CIPHERS } : {})),
    kind,
  ]);
}

/**
 * Whether an agent goes through a proxy, so that it makes its connections itself (http.md, "Built-in Proxy Support").
 */
const goesThroughProxy = (agent) => Boolean(agent?.options?.proxyEnv);

let own;

/** The own listener of 'connection' of servers of http, the same for all. */
function httpListener() {
  if (own === undefined) [own] = http.createServer().listeners('connection');
  return own;
}

/** Lets a server of Node's count its calls of listen(), as those of cnet do. Node 18 has no such count. */
function countListens(server) {
  server._listeningId ??= 1;
}

/** A listen() that is on its way counts no more. */
function forgetListen(server) {
  server._listeningId++;
}

module.exports = {
  HTTP2_SERVERS, HTTP2_TAKES_STREAMS, countListens, findHttp2Servers, forgetListen, goesThroughProxy, httpListener,
};
