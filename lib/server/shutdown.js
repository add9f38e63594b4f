'use strict';

/** server.shutdown(): the graceful end of a Server, with a deadline. */

const native = require('../native/binding');
const { tellShutdown } = require('../common/channels');
const { quietTime, socketsOf } = require('./connections');
const { AbortError, codes, invalidArgType } = require('../common/errors');
const { Handle } = require('../native/handle');
const { askSystem } = require('../options/no-socket');
const { kBytesWritten } = require('../common/symbols');
const { kShutdown } = require('./state');
const { clearTimeout, now: clock, setImmediate, setTimeout } = require('../common/timers');
const uv = require('../native/uv');
const { validateAbortSignal, validateInt32, validateObject } = require('../common/validate');

/**
 * Milliseconds between two looks for idle connections: a quarter of the time that they have to be quiet, within
 * these.
 */
const SHORTEST_LOOK = 20;
const LONGEST_LOOK = 1000;

/* --- idle ------------------------------------------------------------------------------------------------------ */

/** Where the time is not known it is that since the first of several looks that saw the same bytes. */
class Looks {
  /** @type {WeakMap<import('../socket/socket').Socket, { bytes: number, at: number }>} */
  #seen = new WeakMap();

  /** Whether nothing has happened on a connection for `time` milliseconds. */
  isIdle(socket, time) {
    const quiet = quietTime(socket);
    if (quiet !== uv.ENOTSUP) return quiet >= time;
    const bytes = socket.bytesRead + socket[kBytesWritten];
    const now = clock();
    let look = this.#seen.get(socket);
    if (look?.bytes !== bytes) {
      look = { bytes, at: now };
      this.#seen.set(socket, look);
    }
    return now - look.at >= time;
  }
}

/* --- shutdown ---------------------------------------------------------------------------------------------------- */

/** Closes a connection by a reset, where it is TCP's: whatever waits to be sent is lost. */
function reset(socket) {
  // of a path there is none: it is closed
  askSystem(socket, (handle) => handle instanceof Handle && native.resetOnClose(handle.id));
  socket.destroy();
}

/** One shutdown of a server, which several calls may share. */
class Shutdown {
  #server;
  /** The connections that were there when it began, but for those that have ended since. */
  #open;
  #counts = { finished: 0, halfClosed: 0, reset: 0, moved: 0 };
  /** The deadline has passed: connections that moved to other processes are no longer awaited. */
  #forced = false;
  #idleTime = Infinity;
  #looks = new Looks();
  #lookTimer = null;
  #deadlines = [];
  #end;
  #ended = new Promise((resolve) => {
    this.#end = resolve;
  });

  constructor(server) {
    this.#server = server;
    this.#open = socketsOf(server);
  }

  /** The server has listened again: its new connections are to end too. */
  extend() {
    this.#open = [...new Set([...this.#open, ...socketsOf(this.#server)])];
  }

  /** @returns {Promise<object>} the counts, when it is over */
  join({ timeout, signal, idleTime }) {
    if (timeout !== undefined) this.#deadlines.push(setTimeout(() => this.#timeUp(), timeout).unref());
    this.#idleTime = Math.min(this.#idleTime, idleTime);
    if (this.#idleTime < Infinity) this.#look();
    return signal === undefined ? this.#ended : this.#untilAborted(signal);
  }

  /** The deadline. What has come by now is told of before it counts: timers come first in a turn of the event loop. */
  #timeUp() {
    setImmediate(() => this.#force());
  }

  #untilAborted(signal) {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        reject(new AbortError(undefined, { cause: signal.reason }));
        this.#force();
      };
      if (signal.aborted) {
        onAbort();
        return;
      }
      signal.addEventListener('abort', onAbort, { once: true });
      this.#ended.then((counts) => {
        signal.removeEventListener('abort', onAbort);
        resolve(counts);
      });
    });
  }

  /** Half-closes the connections that are idle, and looks again later while there are others. */
  #look() {
    clearTimeout(this.#lookTimer);
    this.#countEnded();
    let left = 0;
    for (const socket of [...this.#open]) {
      if (socket.writableEnded || socket.destroyed) continue;
      if (this.#looks.isIdle(socket, this.#idleTime)) {
        this.#counts.halfClosed++;
        socket.end();
      } else {
        left++;
      }
    }
    if (left === 0 || this.#open.length === 0) return;
    const pause = Math.min(Math.max(this.#idleTime / 4, SHORTEST_LOOK), LONGEST_LOOK);
    this.#lookTimer = setTimeout(() => this.#look(), pause).unref();
  }

  /** Resets what is left. */
  #force() {
    this.#countEnded();
    const open = this.#open;
    this.#open = [];
    this.#forced = true;
    this.#counts.reset += open.length;
    for (const socket of open) reset(socket);
    this.update();
  }

  /** Counts the connections that have ended, and those that live on in another process. */
  #countEnded() {
    this.#open = this.#open.filter((socket) => {
      if (socket.destroyed) this.#counts.finished++;
      else if (socket._handle === null) this.#counts.moved++;
      else return true;
      return false;
    });
  }

  /** True when none of the connections is left. Those that have ended at the end of the list are counted. */
  #isEmpty() {
    const open = this.#open;
    while (open.length > 0 && open[open.length - 1].destroyed) {
      open.pop();
      this.#counts.finished++;
    }
    return open.length === 0;
  }

  /** A connection has ended, or the server listens again. */
  update() {
    if (this.#server._handle === null ? this.#forced : this.#isEmpty()) this.finish();
  }

  /** The server has closed, or there is nothing more to wait for. */
  finish() {
    if (this.#server[kShutdown] !== this) return;
    this.#server[kShutdown] = null;
    this.#countEnded();
    clearTimeout(this.#lookTimer);
    for (const timer of this.#deadlines) clearTimeout(timer);
    this.#end({ ...this.#counts });
  }
}

/** @returns {number} the time of the option `halfCloseIdle`; Infinity: never */
function idleTimeOption(halfCloseIdle) {
  if (halfCloseIdle === undefined || halfCloseIdle === false) return Infinity;
  if (halfCloseIdle === true) return 0;
  if (typeof halfCloseIdle !== 'number')
    throw invalidArgType('options.halfCloseIdle', ['boolean', 'number'], halfCloseIdle);
  validateInt32(halfCloseIdle, 'options.halfCloseIdle', 0);
  return halfCloseIdle;
}

function readOptions(options) {
  validateObject(options, 'options');
  const { timeout, signal, halfCloseIdle } = options;
  if (timeout !== undefined) validateInt32(timeout, 'options.timeout', 0);
  validateAbortSignal(signal, 'options.signal');
  return { timeout, signal, idleTime: idleTimeOption(halfCloseIdle) };
}

/** @returns {Promise<object>} the counts @throws ERR_SERVER_NOT_RUNNING */
function begin(server, settings) {
  const isListening = Boolean(server._handle);
  if (server[kShutdown] !== null) {
    if (isListening) server[kShutdown].extend();
  } else if (isListening || server._connections > 0) {
    server[kShutdown] = new Shutdown(server);
  } else {
    server.close(); // a listen() that has not come to its end
    throw new codes.ERR_SERVER_NOT_RUNNING();
  }
  const shutdown = server[kShutdown];
  if (isListening) server.close();
  return shutdown.join(settings);
}

const methods = {
  /**
   * Closes the server gracefully: it stops listening as by close(), its connections go on to their end, and those
   * that are left at the deadline are reset. A call while another one is on its way joins it: the first deadline
   * counts.
   * @param {{ timeout?: number, signal?: AbortSignal, halfCloseIdle?: boolean | number }} [options] `timeout`:
   *   milliseconds until all is reset, never unless given; `signal`: resets all when it is aborted; `halfCloseIdle`:
   *   end()s the connections that are idle, or become so: on which nothing waits, and nothing was sent or received for
   *   that many milliseconds (true: 0)
   * @returns {Promise<{ finished: number, halfClosed: number, reset: number, moved: number }>} of the connections that
   *   were here: ended by themselves; among all, half-closed by this; reset; gone to another process. Rejected with
   *   ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE; ERR_SERVER_NOT_RUNNING when there is nothing to shut down; an AbortError
   */
  async shutdown(options = {}) {
    const settings = readOptions(options);
    tellShutdown('asyncStart', this, 'options', options);
    try {
      const result = await begin(this, settings);
      tellShutdown('asyncEnd', this, 'result', result);
      return result;
    } catch (error) {
      tellShutdown('error', this, 'error', error);
      throw error;
    }
  },
};

module.exports = { methods };
