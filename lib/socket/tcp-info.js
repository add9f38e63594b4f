'use strict';

/** socket.getTCPInfo(): what the kernel knows of a connection. The fields are made in src/core/tcp_info.c. */

const native = require('../native/binding');
const { codes } = require('../common/errors');
const { TCP } = require('../native/handle');
const { askSystem, needKind } = require('../options/no-socket');
const { optionError } = require('../options/socket-options');
const uv = require('../native/uv');

const unavailable = () => new codes.ERR_FEATURE_UNAVAILABLE_ON_PLATFORM('getTCPInfo()');

const methods = {
  /**
   * The state and the statistics of a TCP connection (tcp(7), TCP_INFO; Windows: TCP_INFO_v0). Not in Node.
   * @returns {object} numbers with their units in the names; undefined where the kernel does not tell
   * @throws ERR_INVALID_HANDLE_TYPE when it is no TCP socket, ERR_FEATURE_UNAVAILABLE_ON_PLATFORM, ENOTCONN before
   *   there is a connection, EBADF after it
   */
  getTCPInfo() {
    if (process.platform !== 'linux' && process.platform !== 'win32') throw unavailable();
    const info = {};
    const err = askSystem(this, (handle) => {
      needKind(handle, TCP, 'getTCPInfo()');
      return handle instanceof TCP ? native.tcpInfo(handle.id, info) : uv.EBADF;
    });
    if (err === uv.ENOTSUP && process.platform === 'win32') throw unavailable(); // before Windows 10 1703
    if (err) throw optionError(err, 'getsockopt', 'TCP_INFO', this);
    return info;
  },
};

module.exports = { methods };
