'use strict';

/** The names of the two ends of a Socket. */

const { kConnectAttempt, kHandle } = require('./state');

/** The names of both ends of a connection as the events of a server tell them; undefined for IPC. */
function namesOf(handle) {
  const local = {};
  const remote = {};
  if (!handle.getsockname || handle.getsockname(local) !== 0 || handle.getpeername(remote) !== 0) return undefined;
  return {
    localAddress: local.address,
    localPort: local.port,
    localFamily: local.family,
    remoteAddress: remote.address,
    remotePort: remote.port,
    remoteFamily: remote.family,
  };
}

const methods = {
  _getpeername() {
    const handle = this[kHandle];
    if (!handle?.getpeername || this.connecting) return this._peername || {};
    if (this._peername) return this._peername;
    const name = {};
    if (handle.getpeername(name) === 0) this._peername = name;
    return name;
  },

  _getsockname() {
    const handle = this[kHandle];
    if (!handle?.getsockname) return this._sockname ?? (handle?.path === undefined ? {} : { address: handle.path });
    if (!this._sockname) {
      this._sockname = {};
      if (!this[kConnectAttempt]?.isUnbound) handle.getsockname(this._sockname);
    }
    return this._sockname;
  },

  /** @returns {{ address?: string, family?: string, port?: number }} the local end (net.md, socket.address()) */
  address() {
    return this._getsockname();
  },

  get remoteAddress() {
    return this._getpeername().address;
  },

  get remoteFamily() {
    return this._getpeername().family;
  },

  get remotePort() {
    return this._getpeername().port;
  },

  get localAddress() {
    return this._getsockname().address;
  },

  get localFamily() {
    return this._getsockname().family;
  },

  get localPort() {
    return this._getsockname().port;
  },
};

module.exports = { methods, namesOf };
