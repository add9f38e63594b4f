'use strict';

/** What cnet/register-http knows of Node's http, https and http2 beyond their documents. */

const http = require('node:http');

const { CIPHERS } = require('./tls');

/** http2 of Node 18 breaks down by an assertion when two writes meet over a stream that is not Node's own. */
const HTTP2_TAKES_STREAMS = Number.parseInt(process.versions.node, 10) > 18;

/** Windows has no stream of Node's own for a connection of cnet's. */
const CAN_SPEAK_HTTP2 = HTTP2_TAKES_STREAMS || process.platform !== 'win32';

/**
 * The classes of servers but that of http, and what kind of sockets their servers have. http2 gives its classes to
 * nobody: a server that is made for it has them.
 * @returns {[prototype: object, kind: 'tls' | 'http2'][]}
 */
function findSecureServers() {
  const http2 = require('node:http2');
  const servers = [[require('node:https').Server.prototype, 'tls']];
  servers.push([Object.getPrototypeOf(http2.createSecureServer({ ciphers: CIPHERS })), 'tls']);
  if (CAN_SPEAK_HTTP2) servers.push([Object.getPrototypeOf(http2.createServer()), 'http2']);
  return servers;
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

module.exports = { HTTP2_TAKES_STREAMS, countListens, findSecureServers, forgetListen, goesThroughProxy, httpListener };
