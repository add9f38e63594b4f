'use strict';

/** How long sent data may stay without an acknowledgement: TCP_USER_TIMEOUT (tcp(7), RFC 5482). */

const { errnoException, invalidArgValue } = require('../common/errors');
const { needLinux } = require('../common/platform');
const { TCP } = require('../native/handle');
const { needKind } = require('./no-socket');
const { kHandle, kUserTimeout } = require('../common/symbols');
const uv = require('../native/uv');
const { validateInt32 } = require('../common/validate');

/** @returns {number | undefined} milliseconds */
function userTimeoutOption({ userTimeout }) {
  if (userTimeout === undefined) return undefined;
  validateInt32(userTimeout, 'options.userTimeout', 0);
  needLinux('options.userTimeout');
  return userTimeout;
}

/** The option of connect(): it stays, as if setUserTimeout() had been called. */
function setUserTimeoutOption(socket, options) {
  const msecs = userTimeoutOption(options);
  if (msecs !== undefined) socket[kUserTimeout] = msecs;
}

/**
 * Linux has it for TCP alone: what would not hold is refused.
 * @param {object} owner a Socket or a Server
 * @throws ERR_INVALID_ARG_VALUE
 */
function refuseMultipath(owner, multipath) {
  if (!multipath || !(owner[kUserTimeout] > 0)) return;
  throw invalidArgValue('options.multipath', true, 'cannot be used with a user timeout');
}

const methods = {
  /**
   * Ends the connection with ETIMEDOUT when data that were sent, or keep-alive probes, stay without an
   * acknowledgement of the peer's for so long (tcp(7), TCP_USER_TIMEOUT). Before there is a connection it is kept for
   * it. Linux only.
   * @param {number} msecs 0 to 2^31-1; 0: as long as the system's retransmissions last
   * @returns {this}
   * @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE, ERR_FEATURE_UNAVAILABLE_ON_PLATFORM; ENOPROTOOPT or ENOTSUP for
   *   multipath TCP
   */
  setUserTimeout(msecs) {
    validateInt32(msecs, 'msecs', 0);
    needLinux('setUserTimeout');
    const handle = this.connecting ? null : this[kHandle];
    if (msecs > 0) needKind(handle, TCP, 'setUserTimeout()');
    const err = handle?.setUserTimeout?.(msecs) ?? 0;

    if (err) throw errnoException(err, 'setUserTimeout');
    this[kUserTimeout] = msecs;
    return this;
  },

  /** @returns {number} milliseconds, as the system has it; 0: as long as its retransmissions last */
  getUserTimeout() {
    const handle = this.connecting ? null : this[kHandle];
    if (!handle?.getUserTimeout) return this[kUserTimeout] ?? 0;
    const msecs = handle.getUserTimeout();
    if (msecs === uv.ENOTSUP) return 0; // multipath TCP
    if (msecs < 0) throw errnoException(msecs, 'getUserTimeout');
    return msecs;
  },
};

module.exports = { methods, refuseMultipath, setUserTimeoutOption, userTimeoutOption };
