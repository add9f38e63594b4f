'use strict';

/** The options of a connection: Nagle's algorithm, keep-alive, type of service. */

const { errnoException, invalidArgType } = require('../common/errors');
const { kHandle, kKeepAlive, kNoDelay, kTypeOfService, kUserTimeout } = require('./state');
const { validateInt32, validateNumber } = require('../common/validate');

/** @returns {{ enable: boolean, delay: number, interval?: number, count?: number } | null} seconds */
function keepAliveOption({ keepAlive, keepAliveInitialDelay, keepAliveInterval, keepAliveCount }) {
  if (keepAliveInitialDelay !== undefined) validateNumber(keepAliveInitialDelay, 'options.keepAliveInitialDelay');
  if (!keepAlive) return null;
  return keepAliveSettings(true, Math.max(0, keepAliveInitialDelay || 0), keepAliveInterval, keepAliveCount);
}

/** Times in milliseconds; those that are not given stay undefined. */
function keepAliveSettings(enable, initialDelay, interval, count) {
  return {
    enable: Boolean(enable),
    delay: ~~(initialDelay / 1000),
    interval: interval === undefined ? undefined : ~~(interval / 1000),
    count,
  };
}

/** The arguments of setKeepAlive(), which may be one object. */
function keepAliveArguments(enable, initialDelay, interval, count) {
  if (enable === null || typeof enable !== 'object') {
    return keepAliveSettings(enable, initialDelay, interval, count);
  }
  return keepAliveSettings(enable.enable, enable.initialDelay, enable.interval, enable.count);
}

const sameKeepAlive = (a, b) =>
  a.enable === b.enable &&
  (!a.enable || (a.delay === b.delay && a.interval === b.interval && a.count === b.count));

const methods = {
  /** Options that were asked for before there was a connection. */
  _applyOptions() {
    const handle = this[kHandle];
    const keepAlive = this[kKeepAlive];

    if (this[kNoDelay] && handle.setNoDelay) handle.setNoDelay(true);
    if (keepAlive?.enable && handle.setKeepAlive) {
      handle.setKeepAlive(true, keepAlive.delay, keepAlive.interval, keepAlive.count);
    }
    if (this[kTypeOfService] !== undefined) handle.setTypeOfService?.(this[kTypeOfService]);
    if (this[kUserTimeout] !== undefined) handle.setUserTimeout?.(this[kUserTimeout]);
  },

  /**
   * Turns Nagle's algorithm off, or on again (net.md, socket.setNoDelay()).
   * @param {boolean} [noDelay]
   * @returns {this}
   */
  setNoDelay(noDelay) {
    const enable = noDelay === undefined || Boolean(noDelay);
    if (this[kHandle]?.setNoDelay && enable !== this[kNoDelay]) this[kHandle].setNoDelay(enable);
    this[kNoDelay] = enable;
    return this;
  },

  /**
   * Keep-alive probes (net.md, socket.setKeepAlive()).
   * @param {boolean | { enable?: boolean, initialDelay?: number, interval?: number, count?: number }} [enable]
   * @param {number} [initialDelay] milliseconds before the first probe; less than 1000 leaves all three as they are
   * @param {number} [interval] milliseconds between probes, 1000 unless given
   * @param {number} [count] probes without an answer that end the connection, 10 unless given
   * @returns {this}
   */
  setKeepAlive(enable, initialDelay, interval, count) {
    const next = keepAliveArguments(enable, initialDelay, interval, count);
    const now = this[kKeepAlive] ?? { enable: false, delay: 0 };

    if (this[kHandle]?.setKeepAlive && !sameKeepAlive(next, now)) {
      this[kHandle].setKeepAlive(next.enable, next.delay, next.interval, next.count);
    }
    this[kKeepAlive] = next;
    return this;
  },

  /**
   * The type of service (IPv4) or traffic class (IPv6) of what is sent.
   * @param {number} tos 0 to 255
   * @returns {this}
   */
  setTypeOfService(tos) {
    if (Number.isNaN(tos)) throw invalidArgType('tos', 'number', tos);
    validateInt32(tos, 'tos', 0, 255);
    const handle = this[kHandle];
    const err = handle?.setTypeOfService && tos !== this[kTypeOfService] ? handle.setTypeOfService(tos) : 0;

    if (err) throw errnoException(err, 'setTypeOfService');
    this[kTypeOfService] = tos;
    return this;
  },

  /** @returns {number} 0 to 255 */
  getTypeOfService() {
    const handle = this[kHandle];
    if (!handle?.getTypeOfService) return this[kTypeOfService] ?? 0;
    const tos = handle.getTypeOfService();
    if (tos < 0) throw errnoException(tos, 'getTypeOfService');
    return tos;
  },
};

module.exports = { keepAliveOption, methods };
