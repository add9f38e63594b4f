'use strict';

/** The errors of cnet's own methods where there is no socket of the system to ask, or one of another kind. */

const { codes, errnoException } = require('../common/errors');
const { Handle, TCP } = require('../native/handle');
const uv = require('../native/uv');

/** Why the system has no socket for `owner`, a Socket or a Server; null: it has one, which is not cnet's. */
function reasonOf(owner) {
  if (owner._handle && !(owner._handle instanceof Handle)) return null;
  if (owner.destroyed === undefined) return { err: uv.EBADF, text: 'the server does not listen' };
  if (owner.destroyed) return { err: uv.EBADF, text: 'the socket is closed' };
  return { err: uv.ENOTCONN, text: owner.connecting ? 'the socket is not connected yet' : 'the socket is not connected' };
}

/**
 * The error of a call of the system's. EBADF becomes what is so: ENOTCONN before there is a connection.
 * @param {object} owner a Socket or a Server
 * @param {number} err a negative libuv code
 * @param {string} syscall
 * @param {string} option
 * @returns {Error} with code, errno, syscall
 */
function callError(owner, err, syscall, option) {
  const reason = err === uv.EBADF ? reasonOf(owner) : null;
  return reason === null ? errnoException(err, syscall, option) : errnoException(reason.err, syscall, `${option}: ${reason.text}`);
}

/**
 * @param {Handle | null} handle of the other kind, or null
 * @param {Function} Kind TCP or Pipe
 * @param {string} feature as the program names it
 * @throws ERR_INVALID_HANDLE_TYPE
 */
function needKind(handle, Kind, feature) {
  if (!(handle instanceof Handle) || handle instanceof Kind) return;
  const [wanted, found] = Kind === TCP ? ['TCP', 'a Unix socket'] : ['Unix sockets', 'TCP'];
  throw new codes.ERR_INVALID_HANDLE_TYPE(`${feature} is of ${wanted} alone, and this is ${found}`);
}

module.exports = { callError, needKind };
