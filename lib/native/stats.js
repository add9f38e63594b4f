'use strict';

/** cnet.stats(): what this copy of cnet has done in this thread, and has open. C counts (src/core/stats.h). */

const native = require('./binding');
const { COUNT, KIND, VERDICT } = require('./constants');
const { REASONS } = require('./events');

/** Their paths in stats(), by the numbers of C, in the order of stats(). */
const NAMES = new Map([
  [COUNT.SOCKETS + KIND.TCP, 'sockets.tcp'],
  [COUNT.SOCKETS + KIND.PIPE, 'sockets.pipe'],
  [COUNT.SERVERS + KIND.TCP, 'servers.tcp'],
  [COUNT.SERVERS + KIND.PIPE, 'servers.pipe'],
  [COUNT.BYTES_READ, 'bytesRead'],
  [COUNT.BYTES_WRITTEN, 'bytesWritten'],
  [COUNT.ACCEPTED, 'accepted'],
  ...REASONS.flatMap((reason, verdict) => [[COUNT.DROPPED + verdict - VERDICT.FULL, `dropped.${reason}`]]),
  [COUNT.DROPPED_CREDENTIALS, 'dropped.credentials'],
  [COUNT.REFUSED_BLOCK_LIST, 'refused.blockList'],
  [COUNT.REFUSED_PROXY, 'refused.proxyProtocol'],
  [COUNT.REFUSED_RESOURCES, 'refused.resources'],
  [COUNT.STARTED, 'attempts.started'],
  [COUNT.CONNECTED, 'attempts.connected'],
  [COUNT.FAILED, 'attempts.failed'],
  [COUNT.TIMED_OUT, 'attempts.timedOut'],
  [COUNT.BLOCKED, 'attempts.blocked'],
  [COUNT.IDLE_TIMEOUTS, 'timeouts.idle'],
  [COUNT.CONNECT_TIMEOUTS, 'timeouts.connect'],
  [COUNT.PROXY_TIMEOUTS, 'timeouts.proxyProtocol'],
  [COUNT.MEMORY_STREAMS, 'memory.streams'],
  [COUNT.MEMORY_WRITES, 'memory.writes'],
  [COUNT.MEMORY_READS, 'memory.reads'],
  [COUNT.MEMORY_TABLES, 'memory.tables'],
  [COUNT.MEMORY_BLOCK_LISTS, 'memory.blockLists'],
]);

/** The same the other way round. */
const NUMBERS = new Map([...NAMES].map(([number, name]) => [name, number]));

/** Counts what JavaScript alone sees; `by` may be negative. */
function count(name, by = 1) {
  native.count(NUMBERS.get(name), by);
}

/**
 * Numbers since this copy of cnet was loaded in this thread, and of what is open now. They are exact up to 2 ** 53.
 * Not in Node.
 * @returns {object} a new object: `sockets` and `servers` that are open, each `{ tcp, pipe }`; `bytesRead`,
 *   `bytesWritten`; `accepted`; `dropped`, by the reasons of 'drop'; `refused`; `attempts` to connect to an address;
 *   `timeouts`; `memory`, bytes
 */
function stats() {
  const numbers = new Float64Array(NAMES.size);
  const result = {};

  native.stats(numbers);
  for (const [number, path] of NAMES) {
    const [group, name] = path.split('.');
    if (name === undefined) result[group] = numbers[number];
    else (result[group] ??= {})[name] = numbers[number];
  }
  const { streams, writes, reads, tables, blockLists } = result.memory;
  result.memory.total = streams + writes + reads + tables + blockLists;
  return result;
}

module.exports = { count, stats };
