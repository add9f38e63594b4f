'use strict';

/**
 * Whose process is at the other end of a Unix socket or a named pipe: socket.getPeerCredentials(). The kernel notes it
 * when the connection is made, so the peer cannot lie (unix(7), SO_PEERCRED; Windows: GetNamedPipeClientProcessId()).
 * The option `allowedUids` is in server/allowed-uids.js.
 */

const native = require('../native/binding');
const { Pipe } = require('../native/handle');
const { describePeer } = require('../native/events');
const { askSystem, callError, needKind } = require('../options/no-socket');
const uv = require('../native/uv');

/** @returns {{ pid?: number, uid?: number, gid?: number } | number} or a negative code */
function credentialsOf(handle) {
  const peer = {};
  const err = native.credentials(handle.id, peer);
  return err || describePeer(peer.pid, peer.uid, peer.gid);
}

const methods = {
  /**
   * The process at the other end of a Unix socket, as it was when it called connect(2), or listen(2). Not in Node.
   * @returns {{ pid?: number, uid?: number, gid?: number }} undefined: the system does not tell; Windows tells `pid`
   * @throws ERR_INVALID_HANDLE_TYPE when it is no Unix socket; EBADF, ENOTCONN; ENOTSUP for a named pipe that was given
   *   as a descriptor
   */
  getPeerCredentials() {
    const peer = askSystem(this, (handle) => {
      needKind(handle, Pipe, 'getPeerCredentials()');
      return handle instanceof Pipe ? credentialsOf(handle) : uv.EBADF;
    });
    if (typeof peer === 'number') throw callError(this, peer, 'getsockopt', 'SO_PEERCRED');
    return peer;
  },
};

module.exports = { credentialsOf, methods };
