'use strict';

/**
 * The diagnostics channels: those of net, shared with node:net by name (diagnostics_channel.md, "Net"), and those of
 * what Node does not have, which begin with `cnet.` (docs/api.md, "Diagnostics"). Whoever publishes asks
 * `hasSubscribers` first, and makes no message without. A subscriber may do anything with the socket or the server
 * that it is told of.
 */

const { channel } = require('node:diagnostics_channel');

const clientSocket = channel('net.client.socket');
const serverSocket = channel('net.server.socket');
const listening = {
  asyncStart: channel('tracing:net.server.listen:asyncStart'),
  asyncEnd: channel('tracing:net.server.listen:asyncEnd'),
  error: channel('tracing:net.server.listen:error'),
};

/** Publishes a step of server.listen(). */
function tracing(step, message) {
  if (listening[step].hasSubscribers) listening[step].publish(message);
}

const clientAttempt = channel('cnet.client.attempt');
const clientConnect = channel('cnet.client.connect');
const clientConnectTimeout = channel('cnet.client.connectTimeout');
const serverAcceptLimit = channel('cnet.server.acceptLimit');
const serverDrop = channel('cnet.server.drop');
const serverProxyError = channel('cnet.server.proxyError');
const serverProxyHeader = channel('cnet.server.proxyHeader');
const shutdowns = {
  asyncStart: channel('tracing:cnet.server.shutdown:asyncStart'),
  asyncEnd: channel('tracing:cnet.server.shutdown:asyncEnd'),
  error: channel('tracing:cnet.server.shutdown:error'),
};

/** Publishes a limit of a server that was set. */
function tellLimit(server, name, value) {
  if (serverAcceptLimit.hasSubscribers) serverAcceptLimit.publish({ server, name, value });
}

/** Publishes a step of server.shutdown(); `name` says what `value` is. */
function tellShutdown(step, server, name, value) {
  if (shutdowns[step].hasSubscribers) shutdowns[step].publish({ server, [name]: value });
}

module.exports = {
  clientAttempt,
  clientConnect,
  clientConnectTimeout,
  clientSocket,
  serverDrop,
  serverProxyError,
  serverProxyHeader,
  serverSocket,
  tellLimit,
  tellShutdown,
  tracing,
};
