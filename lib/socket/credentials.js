'use strict';

/**
 * Whose process is at the other end of a Unix socket: socket.getPeerCredentials(), and the option `allowedUids` of
 * servers. The kernel notes it when the connection is made, so the peer cannot lie (unix(7), SO_PEERCRED).
 */

const native = require('../native/binding');
const { codes, errnoException, invalidArgType, invalidArgValue } = require('../common/errors');
const { Handle, Pipe } = require('../native/handle');
const { describePeer, describeRefused } = require('../native/events');
const { callError, needKind } = require('../options/no-socket');
const { byDefault } = require('../options/program-defaults');
const { kAllowedUids } = require('../server/state');
const uv = require('../native/uv');
const { validateUint32 } = require('../common/validate');

function checkPlatform(feature) {
  if (process.platform === 'win32') throw new codes.ERR_FEATURE_UNAVAILABLE_ON_PLATFORM(feature);
}

/** @returns {{ pid: number | undefined, uid: number, gid: number } | number} or a negative code */
function credentialsOf(handle) {
  const peer = {};
  const err = native.credentials(handle.id, peer);
  return err || describePeer(peer.pid, peer.uid, peer.gid);
}

const methods = {
  /**
   * The process at the other end of a Unix socket, as it was when it called connect(2), or listen(2). Not in Node.
   * @returns {{ pid: number | undefined, uid: number, gid: number }}
   * @throws ERR_INVALID_HANDLE_TYPE when it is no Unix socket, ERR_FEATURE_UNAVAILABLE_ON_PLATFORM; EBADF, ENOTCONN
   */
  getPeerCredentials() {
    const handle = this._handle;
    checkPlatform('getPeerCredentials()');
    needKind(handle, Pipe, 'getPeerCredentials()');
    const peer = handle instanceof Pipe ? credentialsOf(handle) : uv.EBADF;
    if (typeof peer === 'number') throw callError(this, peer, 'getsockopt', 'SO_PEERCRED');
    return peer;
  },
};

/** @returns {Uint32Array | null} null: everybody may connect */
function allowedUidsOption({ allowedUids }) {
  if (allowedUids === undefined || allowedUids === null) return null;
  checkPlatform('allowedUids');
  if (!Array.isArray(allowedUids)) throw invalidArgType('options.allowedUids', 'Array', allowedUids);
  allowedUids.forEach((uid, i) => validateUint32(uid, `options.allowedUids[${i}]`));
  return Uint32Array.from(allowedUids);
}

/** What the options of listen() must not say: over TCP nobody can be told from anybody else. */
function refuseAddress(server, options) {
  if (!server[kAllowedUids] || byDefault.has(server[kAllowedUids])) return;
  throw invalidArgValue('options', options, 'must have a "path", as the server has allowedUids');
}

/**
 * Has C let in whom the server allows, and nobody else. Connections of a cluster's stand-in are looked at one by one.
 * @returns {Error | null} the handle cannot tell who connects
 */
function restrict(server, handle) {
  const allowed = server[kAllowedUids];
  if (!allowed || !(handle instanceof Handle)) return null;
  if (!(handle instanceof Pipe)) {
    return byDefault.has(allowed) ? null : new codes.ERR_INVALID_HANDLE_TYPE('allowedUids is of Unix sockets alone, and this is TCP');
  }
  const err = native.setAllowedUids(handle.id, allowed);
  return err ? errnoException(err, 'listen') : null;
}

/**
 * Whether the server turns a connection away that was accepted elsewhere.
 * @returns {{ data: object | undefined } | null} what 'drop' is to tell, unless the peer is not known; null: it may in
 */
function refusalOf(server, client) {
  const allowed = server[kAllowedUids];
  if (!allowed || (byDefault.has(allowed) && !(client instanceof Pipe))) return null;
  const peer = client instanceof Pipe ? credentialsOf(client) : uv.EBADF;
  if (typeof peer === 'number') return { data: undefined };
  return allowed.includes(peer.uid) ? null : { data: describeRefused(peer.pid, peer.uid, peer.gid) };
}

module.exports = { allowedUidsOption, methods, refusalOf, refuseAddress, restrict };
