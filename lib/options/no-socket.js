'use strict';

/** The errors of cnet's own methods where there is no socket of the system to ask, or one of another kind. */

const { codes, errnoException } = require('../common/errors');
const { Handle, TCP } = require('../native/handle');
const { kBorrow, kHandle } = require('../common/symbols');
const uv = require('../native/uv');

/** What a Socket or a Server has of the system's: a Handle, what stands for one that is not cnet's, or null. */
const handleOf = (owner) => owner[kHandle] ?? owner._handle;

/** Why the system has no socket for `owner`, a Socket or a Server; null: it has one, which is not cnet's. */
function reasonOf(owner) {
  const handle = handleOf(owner);
  if (handle && !(handle instanceof Handle)) return null;
  if (owner.destroyed === undefined) return { err: uv.EBADF, text: 'the server does not listen' };
  if (owner.destroyed) return { err: uv.EBADF, text: 'the socket is closed' };
  return {
    err: uv.ENOTCONN,
    text: owner.connecting ? 'the socket is not connected yet' : 'the socket is not connected',
  };
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
  return reason === null
    ? errnoException(err, syscall, option)
    : errnoException(reason.err, syscall, `${option}: ${reason.text}`);
}

/**
 * @param {Handle | null} handle of the other kind, or null
 * @param {Function} Kind TCP or Pipe
 * @param {string} feature as the program names it
 * @throws ERR_INVALID_HANDLE_TYPE
 */
function needKind(handle, Kind, feature) {
  if (!(handle instanceof Handle) || handle instanceof Kind) return;
  const [wanted, found] = Kind === TCP ? ['TCP', 'a Unix socket'] : ['Unix', 'a TCP socket'];
  throw new codes.ERR_INVALID_HANDLE_TYPE(`${feature} is for ${wanted} sockets only, and this is ${found}`);
}

/**
 * Asks the system about a socket by a handle of cnet: the owner's, or one for the moment where the owner has a stream
 * of Node's (node-stream.js).
 * @template T
 * @param {object} owner a Socket or a Server
 * @param {(handle: Handle | null) => T} ask
 * @returns {T | number} a negative libuv code: there is no such handle
 */
function askSystem(owner, ask) {
  const handle = handleOf(owner);
  return handle?.[kBorrow] === undefined ? ask(handle) : handle[kBorrow](ask);
}

module.exports = { askSystem, callError, needKind };
