'use strict';

/**
 * I/O threads: the kernel's work for a socket is done on a thread of its own, while its object, its events and their
 * order stay what they are (src/threads/). Nothing is started, and nothing costs, until a socket asks for one: by the
 * options `ioThreads` of createServer() and `ioThread` of connect(), by setIOThreads(), or by CNET_IO_THREADS.
 */

const native = require('../native/binding');
const { codes } = require('../common/errors');
const { lazily } = require('../common/lazily');
const uv = require('../native/uv');
const { validateBoolean, validateInt32 } = require('../common/validate');

/** As many as there may be at most: CNET_THREADS_MOST of src/threads/threads.h. */
const MOST = 64;

/** What threadStats() fills in. */
const NUMBERS = 6;

/** How many threads sockets are moved to that do not say it themselves; 0: none. */
const program = { ioThreads: 0 };

const os = lazily(() => require('node:os'));

/** All but one of the processors, which JavaScript's own thread has. */
function byDefault() {
  const { availableParallelism, cpus } = os();
  return Math.min(MOST, Math.max(1, (availableParallelism?.() ?? cpus().length) - 1));
}

/** libuv binds a socket of Windows to one loop for good. @throws ERR_FEATURE_UNAVAILABLE_ON_PLATFORM */
function needThreads(name) {
  if (process.platform === 'win32') throw new codes.ERR_FEATURE_UNAVAILABLE_ON_PLATFORM(name);
}

/**
 * Reads the option `ioThreads` of createServer().
 * @returns {number} how many; 0: none
 * @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE, ERR_FEATURE_UNAVAILABLE_ON_PLATFORM
 */
function ioThreadsOption({ ioThreads }) {
  if (ioThreads === undefined || ioThreads === null) return program.ioThreads;
  if (ioThreads === false) return 0;
  if (ioThreads !== true) validateInt32(ioThreads, 'options.ioThreads', 0, MOST);
  if (ioThreads !== 0) needThreads('ioThreads');
  return ioThreads === true ? program.ioThreads || byDefault() : ioThreads;
}

/**
 * Reads the option `ioThread` of connect().
 * @returns {number} of how many it may take one; 0: of none
 * @throws ERR_INVALID_ARG_TYPE, ERR_FEATURE_UNAVAILABLE_ON_PLATFORM
 */
function ioThreadOption({ ioThread }) {
  if (ioThread === undefined || ioThread === null) return program.ioThreads;
  validateBoolean(ioThread, 'options.ioThread');
  if (!ioThread) return 0;
  needThreads('ioThread');
  return program.ioThreads || byDefault();
}

/**
 * Lets a thread work for a connection. Where a write waits, the connection moves when that has gone. Where it cannot
 * move, as the process has no descriptor or thread left, or its bytes are on a way of their own, it stays on this
 * thread's loop.
 * @param {import('../native/handle').Handle} handle
 * @param {number} limit how many threads there may be
 */
function moveToThread(handle, limit) {
  const number = native.toThread(handle.id, limit);
  if (number >= 0) handle.ioThread = number;
  handle.threadLimit = number === uv.EBUSY ? limit : 0;
}

/**
 * The same, once the program has seen the connection: what it gives away at once, to TLS or another process, and what
 * it leaves paused, has not moved.
 * @param {import('../native/handle').Handle} handle
 * @param {number} limit
 * @param {number} files that wait to be sent: the kernel sends them from the loop of this thread
 */
function moveWhenRead(handle, limit, files) {
  if (handle.reading && files === 0) moveToThread(handle, limit);
  else handle.threadLimit = limit;
}

/** @throws ERR_SOCKET_ON_IO_THREAD */
function refuseOnThread(handle, what) {
  if (handle?.ioThread >= 0) throw new codes.ERR_SOCKET_ON_IO_THREAD(what);
}

/**
 * Has sockets of this thread on I/O threads that do not say otherwise: those that are accepted by servers that are made
 * from now on, and those that connect from now on. Not in Node.
 * @param {number} count 0 to 64; 0: none
 * @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE, ERR_FEATURE_UNAVAILABLE_ON_PLATFORM
 */
function setIOThreads(count) {
  validateInt32(count, 'count', 0, MOST);
  if (count > 0) needThreads('setIOThreads');
  program.ioThreads = count;
}

/**
 * What the I/O threads of this thread have done. Not in Node.
 * @returns {object[]} one for each that was started: `sockets` that it has; `messages` and bytes, since it was started;
 *   `wakeups` of it; `cpu`, microseconds, undefined where the system does not tell
 */
function ioThreads() {
  const numbers = new Float64Array(NUMBERS);
  const result = [];
  for (let i = 0; native.threadStats(i, numbers) === 0; i++) {
    const [sockets, messages, bytesRead, bytesWritten, wakeups, cpu] = numbers;
    result.push({ sockets, messages, bytesRead, bytesWritten, wakeups, cpu: cpu < 0 ? undefined : cpu / 1000 });
  }
  return result;
}

module.exports = {
  MOST, ioThreadOption, ioThreads, ioThreadsOption, moveToThread, moveWhenRead, refuseOnThread, setIOThreads,
};
