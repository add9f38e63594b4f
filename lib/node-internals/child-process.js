'use strict';

/**
 * What Node's child_process wants of a server when a socket of it is sent, and the lists that it keeps of what was
 * sent: each child process has one, `_setupWorker(list)` brings it to the server, and it counts and closes there.
 */

const { nextTick } = require('../common/timers');

/** The connections here and those of the child processes that were sent some. */
function countEverywhere(server, callback) {
  const lists = server._workers;
  let total = server._connections;
  let left = lists.length;
  const done = (error, count) => {
    left = -1;
    nextTick(callback, error, count);
  };

  if (left === 0) done(null, total);
  for (const list of lists) {
    list.getConnections((error, count) => {
      if (left < 0) return;
      total += error ? 0 : count;
      if (error) done(error);
      else if (--left === 0) done(null, total);
    });
  }
}

/** Waits for the connections of child processes too; meanwhile a connection that is none holds 'close' back. */
function closeEverywhere(server) {
  const lists = server._workers;
  let left = lists.length;
  const done = () => {
    server._connections--;
    server._emitCloseIfDrained();
  };

  server._connections++;
  if (left === 0) done();
  for (const list of lists) {
    list.close(() => {
      if (--left === 0) done();
    });
  }
}

/* --- a socket that is sent ---------------------------------------------------------------------------------------- */

/** What Node asks of the server of a socket that it sends, where the socket stays open: the count does not change. */
function countingNothing(server) {
  return {
    _connections: 0,
    _connectionKey: server._connectionKey,
    _setupWorker: (list) => server._setupWorker(list),
  };
}

/**
 * The server of a socket that leaves it. Node counts the socket out without a look at whether it was the last one,
 * for which a server waits that was closed before.
 */
function countingOut(server) {
  return {
    ...countingNothing(server),
    get _connections() {
      return server._connections;
    },
    set _connections(count) {
      server._connections = count;
      if (!server._handle) server._emitCloseIfDrained?.();
    },
  };
}

/**
 * Lets a socket of Node's that is to be sent count for the server of cnet's, if any, of a socket of cnet's.
 * @param {import('node:net').Socket} twin
 * @param {import('../socket/socket').Socket} socket
 * @param {boolean} staysOpen whether that stays open here, so that it counts on
 */
function countFor(twin, { server, _server: counting }, staysOpen) {
  if (server) twin.server = staysOpen ? countingNothing(server) : countingOut(server);
  if (!staysOpen) twin._server = counting;
}

module.exports = { closeEverywhere, countEverywhere, countFor };
