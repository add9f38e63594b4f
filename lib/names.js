'use strict';

/** The names of the two ends of a Socket. */

const { kHandle } = require('./symbols');

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
    if (!handle?.getsockname) return handle?.path === undefined ? {} : { address: handle.path };
    if (!this._sockname) {
      this._sockname = {};
      handle.getsockname(this._sockname);
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

module.exports = { methods };
