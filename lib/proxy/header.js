'use strict';

/**
 * Makes headers of the PROXY protocol, versions 1 and 2 (haproxy's doc/proxy-protocol.txt), and takes
 * their TLVs apart. Headers that arrive are read by C: src/proxy/proxy_protocol.c.
 */

const { Buffer } = require('node:buffer');
const { isUint8Array } = require('node:util/types');

const native = require('../native/binding');
const {
  LIMIT: { PROXY_FIXED: FIXED, PROXY_PATH: PATH_BYTES }, PROXY_FAMILY: { INET, INET6, UNIX, UNSPEC },
  PROXY_PROTOCOL: PROTOCOLS,
} = require('../native/constants');
const { codes, invalidArgType, invalidArgValue, outOfRange } = require('../common/errors');
const {
  validateBoolean,
  validateInt32,
  validateObject,
  validateOneOf,
  validatePort,
  validateString,
} = require('../common/validate');

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const LONGEST = 65535; // behind the fixed part

/** Types of TLVs (section 2.2 of the specification). */
const TLV = Object.freeze({
  ALPN: 0x01,
  AUTHORITY: 0x02,
  CRC32C: 0x03,
  NOOP: 0x04,
  UNIQUE_ID: 0x05,
  SSL: 0x20,
  SSL_VERSION: 0x21,
  SSL_CN: 0x22,
  SSL_CIPHER: 0x23,
  SSL_SIG_ALG: 0x24,
  SSL_KEY_ALG: 0x25,
  NETNS: 0x30,
});

/* --- ends ------------------------------------------------------------------------------------------------------ */

/** One end of what is proxied: { family, bytes, text, port }. */
function readEnd(end, name) {
  validateObject(end, name);
  if (end.path !== undefined) return readPath(end.path, `${name}.path`);
  validateString(end.address, `${name}.address`);
  const bytes = native.proxyAddress(end.address);
  if (bytes === undefined) throw new codes.ERR_INVALID_ADDRESS();
  const family = bytes.length === 4 ? INET : INET6;
  return { family, bytes, port: validatePort(end.port, `${name}.port`) };
}

function readPath(path, name) {
  validateString(path, name);
  const bytes = Buffer.alloc(PATH_BYTES);
  if (path.indexOf('\0') > 0 && path[0] !== '\0')
    throw invalidArgValue(name, path, 'must not have a zero character inside');
  if (Buffer.byteLength(path) > PATH_BYTES) throw invalidArgValue(name, path, `must have at most ${PATH_BYTES} bytes`);
  bytes.write(path);
  return { family: UNIX, bytes, port: 0 };
}

const MAPPED = Buffer.from('00000000000000000000ffff', 'hex');

const isMapped = ({ family, bytes }) => family === INET6 && bytes.subarray(0, MAPPED.length).equals(MAPPED);

const asInet = (end) =>
  end.family === INET ? end : { family: INET, bytes: end.bytes.subarray(MAPPED.length), port: end.port };

const asInet6 = (end) =>
  end.family === INET6 ? end : { family: INET6, bytes: Buffer.concat([MAPPED, end.bytes]), port: end.port };

/** Both ends in one family: IPv4 where that is possible, as a server on '::' has the mapped form of it. */
function sameFamily(source, destination) {
  if ((source.family === UNIX) !== (destination.family === UNIX)) {
    throw invalidArgValue('header.destination', destination, 'must be an address or a path, as header.source is');
  }
  if (source.family === UNIX) return [source, destination];
  const four = [source, destination].every((end) => end.family === INET || isMapped(end));
  return [source, destination].map(four ? asInet : asInet6);
}

/** The ends of a connection that somebody has made to us; none for what has no addresses, or no more. */
function endsOfSocket({ remoteAddress, remotePort, localAddress, localPort }) {
  if (remotePort === undefined || localPort === undefined) return {};
  return {
    source: { address: remoteAddress, port: remotePort },
    destination: { address: localAddress, port: localPort },
  };
}

const isSocket = (value) => typeof value?.pipe === 'function' && 'remoteAddress' in value;

/**
 * @returns {{ version: number, local: boolean, ends: object[] | null, protocol: number, tlvs: object[], checksum:
 * boolean }}
 */
function readHeader(header) {
  validateObject(header, 'header');
  const {
    version = 2,
    socket = undefined,
    tlvs = [],
    checksum = false,
    protocol = 'STREAM',
  } = isSocket(header) ? { socket: header } : header;
  validateOneOf(version, 'header.version', [1, 2]);
  validateOneOf(protocol, 'header.protocol', Object.keys(PROTOCOLS));
  validateBoolean(checksum, 'header.checksum');
  if (!Array.isArray(tlvs)) throw invalidArgType('header.tlvs', 'Array', tlvs);
  if (socket !== undefined && !isSocket(socket)) throw invalidArgType('header.socket', 'net.Socket', socket);
  const { source, destination } = socket === undefined ? header : endsOfSocket(socket);
  const { command = socket === undefined && source === undefined ? 'LOCAL' : 'PROXY' } = isSocket(header) ? {} : header;
  validateOneOf(command, 'header.command', ['PROXY', 'LOCAL']);
  const local = command === 'LOCAL';
  if (local || (source === undefined && destination === undefined))
    return { version, local, ends: null, protocol: 0, tlvs, checksum };
  const ends = sameFamily(readEnd(source, 'header.source'), readEnd(destination, 'header.destination'));
  return { version, local, ends, protocol: PROTOCOLS[protocol], tlvs, checksum };
}

/* --- version 1 --------------------------------------------------------------------------------------------------- */

const inetText = (bytes) => bytes.join('.');

function inet6Text(bytes) {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16));
  return native.addressText(groups.join(':'), 6);
}

function encodeLine({ ends, tlvs, checksum, protocol }) {
  if (tlvs.length > 0 || checksum) throw invalidArgValue('header.version', 1, 'must be 2, as version 1 cannot carry TLVs or a checksum');
  if (ends === null) return Buffer.from('PROXY UNKNOWN\r\n');
  const [source, destination] = ends;
  if (source.family === UNIX || protocol !== PROTOCOLS.STREAM) return Buffer.from('PROXY UNKNOWN\r\n');
  const [name, toText] = source.family === INET ? ['TCP4', inetText] : ['TCP6', inet6Text];
  return Buffer.from(
    `PROXY ${name} ${toText(source.bytes)} ${toText(destination.bytes)} ${source.port} ${destination.port}\r\n`,
  );
}

/* --- version 2 --------------------------------------------------------------------------------------------------- */

function uint16(value) {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function encodeTlv(tlv, i) {
  const name = `header.tlvs[${i}]`;
  validateObject(tlv, name);
  const { type, value } = tlv;
  validateInt32(type, `${name}.type`, 0, 255);
  if (type === TLV.CRC32C) throw invalidArgValue(`${name}.type`, type, 'must not be CRC32C, which the option checksum adds');
  if (typeof value !== 'string' && !isUint8Array(value))
    throw invalidArgType(`${name}.value`, ['string', 'Buffer', 'Uint8Array'], value);
  const bytes = Buffer.from(value);
  if (bytes.length > LONGEST) throw outOfRange(`${name}.value.length`, `<= ${LONGEST}`, bytes.length);
  return Buffer.concat([Buffer.of(type), uint16(bytes.length), bytes]);
}

function encodeBinary({ local, ends, protocol, tlvs, checksum }) {
  const family = ends === null ? UNSPEC : ends[0].family;
  const addresses = ends === null ? [] : ends.map(({ bytes }) => bytes);
  const ports = family === INET || family === INET6 ? ends.map(({ port }) => uint16(port)) : [];
  const sum = checksum ? [Buffer.from([TLV.CRC32C, 0, 4, 0, 0, 0, 0])] : [];
  const rest = Buffer.concat([...addresses, ...ports, ...tlvs.map(encodeTlv), ...sum]);
  if (rest.length > LONGEST) throw outOfRange('The length of the header', `<= ${FIXED + LONGEST}`, FIXED + rest.length);
  const bytes = Buffer.concat([
    SIGNATURE,
    Buffer.of(local ? 0x20 : 0x21, (family << 4) | protocol),
    uint16(rest.length),
    rest,
  ]);
  if (checksum) bytes.writeUInt32BE(native.crc32c(bytes), bytes.length - 4);
  return bytes;
}

/**
 * The bytes of a header.
 * @param {import('../socket/socket').Socket | object} header a socket: the ends of its connection; or `version`, 2 by
 *   default, or 1; `source` and `destination`, { address, port } or { path }, or `socket`; `command`, 'PROXY', or
 *   'LOCAL' where no ends are given; `protocol`, 'STREAM' by default, or 'DGRAM'; `tlvs`, [{ type, value }];
 *   `checksum`, true for a CRC32c
 * @returns {Buffer}
 * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_INVALID_ADDRESS, ERR_OUT_OF_RANGE, ERR_SOCKET_BAD_PORT
 */
function encodeProxyHeader(header) {
  const parts = readHeader(header);
  return parts.version === 1 ? encodeLine(parts) : encodeBinary(parts);
}

/**
 * TLVs, as of a header, or as in the value of TLV.SSL from its sixth byte on. Those of TLV.NOOP, which fill up, are
 * left out.
 * @param {Uint8Array} bytes
 * @returns {{ type: number, value: Buffer }[]} parts of the same memory
 * @throws ERR_INVALID_ARG_TYPE; ERR_INVALID_ARG_VALUE when one does not end where it should
 */
function parseTlvs(bytes) {
  if (!isUint8Array(bytes)) throw invalidArgType('bytes', ['Buffer', 'Uint8Array'], bytes);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tlvs = [];
  for (let at = 0; at < buffer.length;) {
    const start = at + 3;
    const end = start <= buffer.length ? start + buffer.readUInt16BE(at + 1) : Infinity;
    if (end > buffer.length) throw invalidArgValue('bytes', bytes, 'must end where its last TLV ends');
    if (buffer[at] !== TLV.NOOP) tlvs.push({ type: buffer[at], value: buffer.subarray(start, end) });
    at = end;
  }
  return tlvs;
}

module.exports = { TLV, encodeProxyHeader, parseTlvs };
