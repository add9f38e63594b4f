'use strict';

/** The PROXY protocol at a Socket: the header that came before its data, and the one that goes before them. */

const native = require('../native/binding');
const { errnoException } = require('../common/errors');
const { Handle } = require('../native/handle');
const { lazily } = require('../common/lazily');
const { kConnected } = require('../common/symbols');
const { kHandle, kLife, kProxyHeader, kProxyHeaderToSend } = require('./state');
const uv = require('../native/uv');
const { settle } = require('./write');

const headers = lazily(() => require('../proxy/header'));

/** The name of the other end of the connection itself. */
function peerName(socket) {
  const name = {};
  socket[kHandle]?.getpeername?.(name);
  return name;
}

/** Keeps the option `proxyHeader` of connect() for the connection. @throws as encodeProxyHeader() */
function setHeader(socket, { proxyHeader }) {
  const header = proxyHeader === undefined || proxyHeader === null ? null : headers().encodeProxyHeader(proxyHeader);
  if (header !== socket[kProxyHeaderToSend]) socket[kProxyHeaderToSend] = header;
  if (socket[kProxyHeader] !== null) socket[kProxyHeader] = null; // of a connection that has gone
}

/**
 * Sends the header, before anything else can be written: nobody knows of the connection yet.
 * @returns {boolean} true when it has gone; else kConnected is called again when it has
 */
function sendHeader(socket) {
  const { [kProxyHeaderToSend]: header, [kHandle]: handle, [kLife]: life } = socket;
  const result = handle instanceof Handle ? native.write(handle.id, header) : uv.EINVAL;

  socket[kProxyHeaderToSend] = null;
  if (result === 0) return true;
  if (result < 0) {
    socket.destroy(errnoException(result, 'write'));
  } else {
    settle(socket, result, (error) => {
      if (error) life.destroy(error);
      else if (life.isCurrent) socket[kConnected]();
    });
  }
  return false;
}

const methods = {
  /** The header of the PROXY protocol that came with the connection, or null. */
  get proxyHeader() {
    return this[kProxyHeader];
  },

  /** The other end of the connection itself, whatever a header says: the proxy. */
  get peerAddress() {
    return peerName(this).address;
  },

  get peerFamily() {
    return peerName(this).family;
  },

  get peerPort() {
    return peerName(this).port;
  },
};

module.exports = { methods, sendHeader, setHeader };
