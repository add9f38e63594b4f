'use strict';

/** The diagnostics channels of net, shared with node:net by name (diagnostics_channel.md, "Net"). */

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

module.exports = { clientSocket, serverSocket, tracing };
