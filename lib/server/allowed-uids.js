'use strict';

/** The option `allowedUids` of servers: whose processes may connect to a path (see socket/credentials.js). */

const native = require('../native/binding');
const { credentialsOf } = require('../socket/credentials');
const { codes, errnoException, invalidArgType, invalidArgValue } = require('../common/errors');
const { Handle, Pipe } = require('../native/handle');
const { byDefault } = require('../options/program-defaults');
const { kAllowedUids } = require('./state');
const uv = require('../native/uv');
const { validateUint32 } = require('../common/validate');

/** @returns {Uint32Array | null} null: everybody may connect */
function allowedUidsOption({ allowedUids }) {
  if (allowedUids === undefined || allowedUids === null) return null;
  if (process.platform === 'win32') throw new codes.ERR_FEATURE_UNAVAILABLE_ON_PLATFORM('allowedUids');
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
    if (byDefault.has(allowed)) return null;
    return new codes.ERR_INVALID_HANDLE_TYPE('allowedUids is for Unix sockets only, and this is a TCP socket');
  }
  const err = native.setAllowedUids(handle.id, allowed);
  return err ? errnoException(err, 'listen') : null;
}

/**
 * Whether the server turns a connection away that was accepted elsewhere.
 * @returns {{ peer: object | undefined } | null} who it is, unless that is not known; null: it may in
 */
function refusalOf(server, client) {
  const allowed = server[kAllowedUids];
  if (!allowed || (byDefault.has(allowed) && !(client instanceof Pipe))) return null;
  const peer = client instanceof Pipe ? credentialsOf(client) : uv.EBADF;
  if (typeof peer === 'number') return { peer: undefined };
  return allowed.includes(peer.uid) ? null : { peer };
}

module.exports = { allowedUidsOption, refusalOf, refuseAddress, restrict };
