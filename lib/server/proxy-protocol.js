'use strict';

/**
 * Servers behind a proxy that speaks the PROXY protocol: the option `proxyProtocol` of new Server(). C reads the
 * header of a connection before it tells of it (src/core/proxy_handshake.c).
 */

const native = require('../native/binding');
const { BlockList, nativeOf } = require('../address/block-list');
const { Buffer } = require('node:buffer');
const { serverProxyError } = require('../common/channels');
const { codes, errnoException, invalidArgType, invalidArgValue } = require('../common/errors');
const { giveFirst } = require('../socket/first-bytes');
const { SERVER, TCP } = require('../native/handle');
const { PROXY_ERROR, PROXY_FAMILY, PROXY_PROTOCOL } = require('../native/constants');
const { handles } = require('../native/events');
const { namesOf } = require('../socket/endpoints');
const { parseTlvs } = require('../proxy/header');
const { kProxyHeader } = require('../socket/state');
const { kProxyProtocol } = require('./state');
const { validateInt32, validateObject, validateOneOf } = require('../common/validate');

/** Milliseconds for a header, unless given. */
const TIMEOUT = 5000;

/** What was wrong with a header. */
const FAULTS = {
  [PROXY_ERROR.NO_SIGNATURE]: 'the signature is missing',
  [PROXY_ERROR.TOO_LONG]: 'it is too long',
  [PROXY_ERROR.CHARACTER]: 'it has a character that is not allowed',
  [PROXY_ERROR.FAMILY]: 'its protocol or family is unknown',
  [PROXY_ERROR.ADDRESSES]: 'it has an address of another family',
  [PROXY_ERROR.PORT]: 'it has an invalid port',
  [PROXY_ERROR.VERSION]: 'its version is unknown',
  [PROXY_ERROR.COMMAND]: 'its command is unknown',
  [PROXY_ERROR.LENGTH]: 'it is too short for its addresses',
  [PROXY_ERROR.TLV]: 'a TLV in it does not end where it should',
  [PROXY_ERROR.CHECKSUM]: 'the checksum does not match',
  [PROXY_ERROR.CHECKSUMS]: 'it has more than one checksum',
  [PROXY_ERROR.ENDED]: 'the connection ended before it was complete',
};

const FAMILIES = { [PROXY_FAMILY.INET]: 'IPv4', [PROXY_FAMILY.INET6]: 'IPv6', [PROXY_FAMILY.UNIX]: 'Unix' };
const PROTOCOLS = { [PROXY_PROTOCOL.STREAM]: 'STREAM', [PROXY_PROTOCOL.DGRAM]: 'DGRAM' };

/* --- the option -------------------------------------------------------------------------------------------------- */

function trustedOption(trusted, mode) {
  const name = 'options.proxyProtocol.trusted';
  if (trusted === undefined || trusted === null) {
    // a header that anybody may send, or not, says nothing
    if (mode === 'optional') throw new codes.ERR_MISSING_ARGS(name);
    return null;
  }
  if (!BlockList.isBlockList(trusted)) throw invalidArgType(name, 'net.BlockList', trusted);
  return trusted;
}

/**
 * The option `proxyProtocol` of a server.
 * @returns {{ mode: string, trusted: BlockList | null, timeout: number, stand: TCP | null } | null} null: there is none
 * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE, ERR_MISSING_ARGS
 */
function proxyOption({ proxyProtocol, receiveDescriptors }) {
  if (proxyProtocol === undefined || proxyProtocol === null) return null;
  validateObject(proxyProtocol, 'options.proxyProtocol');
  const { mode = 'require', trusted, timeout = TIMEOUT } = proxyProtocol;
  validateOneOf(mode, 'options.proxyProtocol.mode', ['require', 'optional']);
  validateInt32(timeout, 'options.proxyProtocol.timeout', 1);
  if (mode === 'optional' && receiveDescriptors) {
    const reason =
      'cannot be used with receiveDescriptors: those that come with the first bytes of a connection without a header ' +
        'would be lost';
    throw invalidArgValue('options.proxyProtocol.mode', mode, reason);
  }
  return { mode, trusted: trustedOption(trusted, mode), timeout, stand: null };
}

/** Lets connections of a listening handle begin with a header. @returns {number} 0, or a negative code */
function readHeaders(server, handle) {
  const { mode, trusted, timeout } = server[kProxyProtocol];
  return native.setProxy(handle.id, mode === 'optional', timeout, trusted === null ? undefined : nativeOf(trusted));
}

/**
 * A handle that stands for one on which the primary of a cluster listens: connections that it is given begin with a
 * header.
 * @param {(status: number, client?: object) => void} deliver is told of them afterwards
 */
function standIn(server, deliver) {
  const stand = TCP.make(SERVER);
  const err = readHeaders(server, stand);
  if (err) {
    stand.close();
    throw errnoException(err, 'listen');
  }
  stand.accepted = (id) => handles[id];
  stand.onconnection = deliver;
  stand.onheaderrejected = (reason, client) => refuse(server, reason, client);
  server[kProxyProtocol].stand = stand;
  return stand;
}

/** How many connections from the primary of a cluster wait for their header. */
function countWaiting(server) {
  const stand = server[kProxyProtocol]?.stand;
  return stand ? native.proxyWaiting(stand.id) : 0;
}

/** The option again, for the server in another thread that a server is moved to: what can be cloned of it. */
function proxyToClone(server) {
  const settings = server[kProxyProtocol];
  if (settings === null) return null;
  const { mode, trusted, timeout } = settings;
  return { mode, timeout, rules: trusted && [...trusted.rules] };
}

/** The option, of what proxyToClone() gave. */
function proxyOfClone(clone) {
  if (!clone) return undefined;
  const { mode, timeout, rules } = clone;
  const trusted = rules === null ? undefined : new BlockList();
  trusted?.fromJSON(rules);
  return { mode, timeout, trusted };
}

/* --- connections ------------------------------------------------------------------------------------------------- */

/** What is known of the client counts in the place of the names of the connection. */
function applyHeader(socket, header) {
  socket[kProxyHeader] = header;
  const { command, family, sourceAddress, sourcePort, destinationAddress, destinationPort } = header;
  if (command === 'LOCAL' || family === undefined) return;
  const isPath = family === 'Unix';
  socket._peername = isPath ? { address: sourceAddress } : { address: sourceAddress, family, port: sourcePort };
  socket._sockname = isPath
    ? { address: destinationAddress }
    : { address: destinationAddress, family, port: destinationPort };
}

function readValues([version, local, family, protocol, source, sourcePort, destination, destinationPort, tlvs]) {
  const header = {
    version,
    command: local ? 'LOCAL' : 'PROXY',
    family: FAMILIES[family],
    protocol: PROTOCOLS[protocol],
  };
  if (family !== PROXY_FAMILY.UNSPEC) {
    const hasPorts = header.family !== 'Unix';
    header.sourceAddress = source;
    if (hasPorts) header.sourcePort = sourcePort;
    header.destinationAddress = destination;
    if (hasPorts) header.destinationPort = destinationPort;
  }
  header.tlvs = tlvs === undefined ? [] : parseTlvs(tlvs);
  return header;
}

/** Gives a socket that was just made the header of its connection, or what was read where there was none. */
function takeHeader(socket, handle) {
  const taken = native.proxyTake(handle.id);
  if (taken === undefined) return;
  if (Array.isArray(taken)) applyHeader(socket, readValues(taken));
  else giveFirst(socket, taken);
}

/** The header of a socket that was moved between threads. */
function headerOfClone(header) {
  return { ...header, tlvs: header.tlvs.map(({ type, value }) => ({ type, value: Buffer.from(value) })) };
}

/** @param {number} reason a number of PROXY_ERROR */
function errorOf(reason, timeout) {
  if (reason === PROXY_ERROR.TIMEOUT) return new codes.ERR_PROXY_PROTOCOL_TIMEOUT(timeout);
  if (reason === PROXY_ERROR.RESET) return new codes.ERR_PROXY_PROTOCOL_RESET();
  if (reason === PROXY_ERROR.UNTRUSTED) return new codes.ERR_PROXY_PROTOCOL_UNTRUSTED();
  return new codes.ERR_PROXY_PROTOCOL_INVALID(FAULTS[reason]);
}

/** A connection whose header is not to be had, or not to be believed: it is closed. */
function refuse(server, reason, handle) {
  const names = namesOf(handle);
  handle.close();
  const { hasSubscribers } = serverProxyError;
  if (!hasSubscribers && server.listenerCount('proxyError') === 0) return;
  const error = errorOf(reason, server[kProxyProtocol].timeout);
  server.emit('proxyError', error, names);
  if (hasSubscribers) serverProxyError.publish({ server, error, ...names });
}

module.exports = {
  applyHeader,
  countWaiting,
  headerOfClone,
  proxyOfClone,
  proxyOption,
  proxyToClone,
  readHeaders,
  refuse,
  standIn,
  takeHeader,
};
