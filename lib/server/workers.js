'use strict';

/** The connections of a server that child processes were sent: server._workers are Node's own lists of them. */

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

module.exports = { closeEverywhere, countEverywhere };
