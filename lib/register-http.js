'use strict';

/**
 * cnet/register-http: from its loading on, servers of Node's http, https and http2 listen by cnet, and the connections
 * of http.Agent and https.Agent are cnet's, in this thread. `net` stays what it was: to have that cnet too, load
 * cnet/register as well, in any order.
 * It replaces listen() and close() of the classes of servers and createConnection() of those of agents, and lets send()
 * of child processes take what came of that (register/send.js). unregister() takes it back; servers that listen, and
 * connections, stay as they are.
 * Out of reach are fetch() and http2.connect(), which have a net of their own inside Node, and tls by itself.
 */

require('./common/runtime');

const http = require('node:http');
const Module = require('node:module');

require('./node-internals/together').loadTogether(module);

const { beforeTls, thenBeforeHttp2 } = require('./register/builtin-loads');
const { connectByCnet, connectSecurely } = require('./register/http-client');
const { closeByNode, listenByCnet } = require('./register/http-server');
const { allowPassing } = require('./node-internals/native-streams');
const { passConnections } = require('./register/tls');
const { registerSend } = require('./register/send');
const { replace } = require('./common/replace');
const { HTTP2_SERVERS, findHttp2Servers } = require('./node-internals/http');
const { isLoaded } = require('./node-internals/modules');

/** What unregister() has to undo; null while nothing is registered. */
let undo = null;

/** Puts a method in place that Node's own stands in for, should it have to stay after unregister(). */
function put(holder, name, make) {
  const step = replace(holder, name, (next) => {
    const method = make(next);
    return function whileRegistered(...args) {
      return Reflect.apply(undo === null ? next() : method, this, args);
    };
  });
  undo.push(step);
}

function putServers(servers) {
  for (const [prototype, kind] of servers) {
    put(prototype, 'listen', (next) => listenByCnet(kind, next));
    put(prototype, 'close', closeByNode);
  }
}

/** Puts the methods of a class of servers in place when the first of these is made. */
function putWithFirst(http2, name, kind) {
  let isPut = false;
  const current = undo; // after unregister() and register() all servers have them
  const step = replace(http2, name, (next) => function make(...args) {
    const server = Reflect.apply(next(), this, args);
    if (!isPut && undo === current) putServers([[Object.getPrototypeOf(server), kind]]);
    isPut = true;
    return server;
  });
  undo.push(step);
}

/**
 * http2 gives its classes to nobody. To make a server of each for them costs a server of http later: see
 * docs/performance.md, "What was tried". But where somebody has http2 already, there may be servers.
 */
function putHttp2Servers() {
  if (isLoaded('http2') !== false) {
    putServers(findHttp2Servers());
    return;
  }
  const http2 = require('node:http2');
  for (const [name, kind] of Object.entries(HTTP2_SERVERS)) putWithFirst(http2, name, kind);
  const sync = () => Module.syncBuiltinESMExports(); // what is imported by name
  sync();
  undo.push(sync);
}

/** Those of https and http2, which a program may never load; a Node without OpenSSL has none. */
function registerSecure(name) {
  if (process.versions.openssl === undefined) return;
  const https = require('node:https');
  putServers([[https.Server.prototype, 'tls']]);
  undo.push(thenBeforeHttp2(name, putHttp2Servers));
  undo.push(allowPassing());
  put(require('node:tls').Server.prototype, 'emit', (next) => passConnections(next));
  put(https.Agent.prototype, 'createConnection', connectSecurely);
}

/** Lets http, https and http2 use cnet. Once this module is loaded it needs to be called only after unregister(). */
function register() {
  if (undo !== null) return;
  undo = registerSend(() => undo !== null);
  put(http.Agent.prototype, 'createConnection', connectByCnet);
  putServers([[http.Server.prototype, 'plain']]);
  undo.unshift(beforeTls(registerSecure));
}

/** Gives http, https and http2 Node's net back, for servers and connections from now on. */
function unregister() {
  for (const step of undo ?? []) step();
  undo = null;
}

register();

module.exports = { register, unregister };
