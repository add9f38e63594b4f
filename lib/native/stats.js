'use strict';

/** cnet.stats(): what this copy of cnet has done in this thread, and has open. C counts (src/core/stats.h). */

const native = require('./binding');

/** The order of cnet_count_t. */
const NAMES = [
  'sockets.tcp', 'sockets.pipe', 'servers.tcp', 'servers.pipe', 'bytesRead', 'bytesWritten', 'accepted',
  'dropped.maxConnections', 'dropped.maxConnectionsPerAddress', 'dropped.maxConnectionsPerPrefix', 'dropped.maxConnectionRate',
  'dropped.credentials', 'refused.blockList', 'refused.proxyProtocol', 'refused.resources',
  'attempts.started', 'attempts.connected', 'attempts.failed', 'attempts.timedOut', 'attempts.blocked',
  'timeouts.idle', 'timeouts.connect', 'timeouts.proxyProtocol',
  'memory.streams', 'memory.writes', 'memory.reads', 'memory.tables', 'memory.blockLists',
];

/** Counts what JavaScript alone sees; `by` may be negative. */
function count(name, by = 1) {
  native.count(NAMES.indexOf(name), by);
}

/**
 * Numbers since this copy of cnet was loaded in this thread, and of what is open now. They are exact up to 2 ** 53. Not in Node.
 * @returns {object} a new object: `sockets` and `servers` that are open, each `{ tcp, pipe }`; `bytesRead`, `bytesWritten`; `accepted`;
 *   `dropped`, by the reasons of 'drop'; `refused`; `attempts` to connect to an address; `timeouts`; `memory`, bytes
 */
function stats() {
  const numbers = new Float64Array(NAMES.length);
  const result = {};

  native.stats(numbers);
  NAMES.forEach((path, i) => {
    const [group, name] = path.split('.');
    if (name === undefined) result[group] = numbers[i];
    else (result[group] ??= {})[name] = numbers[i];
  });
  const { streams, writes, reads, tables, blockLists } = result.memory;
  result.memory.total = streams + writes + reads + tables + blockLists;
  return result;
}

module.exports = { count, stats };
