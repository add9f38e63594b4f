'use strict';

/** From the host that is to be connected to, to addresses: dns.lookup(), or the user's function, and Node's order of families. */

const dns = require('node:dns');

const { codes } = require('./errors');
const { isIP } = require('./ip');
const { kBound, kLives } = require('./symbols');
const { nextTick } = require('./timers');

/** An IPv6 family may be given as 6 or 'IPv6'; anything else goes to dns.lookup() as it is. */
function lookupOptions({ family, hints }, all) {
  const wanted = { IPv4: 4, IPv6: 6 }[family] ?? family;
  const options = { family: wanted, hints: hints || 0 };

  if (process.platform !== 'win32' && wanted !== 4 && wanted !== 6 && options.hints === 0) {
    options.hints = dns.ADDRCONFIG;
  }
  if (all) options.all = true;
  return options;
}

function destroySoon(socket, error) {
  nextTick(() => socket.destroy(error));
}

/** A lookup may answer late: when the socket was destroyed, and perhaps connects again. */
const isWanted = (socket, wanted) => socket.connecting && socket[kLives] === wanted.life;

function addressError(ip, family, { host, port }) {
  if (!isIP(ip)) return new codes.ERR_INVALID_IP_ADDRESS(ip);
  return family === 4 || family === 6 ? null : new codes.ERR_INVALID_ADDRESS_FAMILY(family, host, port);
}

function lookupOne(socket, options, wanted, attempt) {
  const lookup = wanted.lookup || dns.lookup;

  lookup(wanted.host, lookupOptions(options, false), (error, ip, family) => {
    socket.emit('lookup', error, ip, family, wanted.host);
    if (!isWanted(socket, wanted)) return;
    const failure = error || addressError(ip, family, options);
    if (failure) destroySoon(socket, failure);
    else attempt(socket, [ip], wanted, false);
  });
}

/** The families in turn, that of the first address first; each address once. */
function interleave(addresses) {
  const seen = new Set();
  const lists = { 4: [], 6: [] };
  let first = 0;

  for (const { address, family } of addresses) {
    if (!isIP(address) || (family !== 4 && family !== 6) || seen.has(address)) continue;
    seen.add(address);
    lists[family].push(address);
    first ||= family;
  }
  const [one, other] = first === 4 ? [lists[4], lists[6]] : [lists[6], lists[4]];
  const turns = Array.from({ length: Math.max(one.length, other.length) }, (_, i) => [one[i], other[i]]);
  return turns.flat().filter((address) => address !== undefined);
}

function lookupAll(socket, options, wanted, attempt) {
  const lookup = wanted.lookup || dns.lookup;

  lookup(wanted.host, lookupOptions(options, true), (error, addresses) => {
    if (!isWanted(socket, wanted)) return;
    if (error) {
      socket.emit('lookup', error, undefined, undefined, wanted.host);
      destroySoon(socket, error);
      return;
    }
    for (const { address, family } of addresses) {
      socket.emit('lookup', null, address, family, wanted.host);
      if (!isWanted(socket, wanted)) return;
    }
    const list = interleave(addresses);
    if (list.length === 0) destroySoon(socket, addressError(addresses[0]?.address, addresses[0]?.family, options));
    else attempt(socket, list, wanted, list.length > 1);
  });
}

/**
 * Finds the addresses of a host, and goes on with them: at once, in the next tick, or when the lookup has answered.
 * @param {object} socket
 * @param {object} options those of connect()
 * @param {object} wanted what connect-options.js made of them; `life`: of the socket, as it may live again before the answer
 * @param {(socket: object, addresses: string[], wanted: object, many: boolean) => void} attempt
 */
function resolve(socket, options, wanted, attempt) {
  if (isIP(wanted.host)) {
    if (socket[kBound] !== null) { // at once, so that localAddress is known when connect() returns
      attempt(socket, [wanted.host], wanted, false);
      return;
    }
    nextTick(() => {
      if (isWanted(socket, wanted)) attempt(socket, [wanted.host], wanted, false);
    });
    return;
  }
  socket._host = wanted.host;
  if (wantsAll(socket, options, wanted)) lookupAll(socket, raceFamily(options, wanted), wanted, attempt);
  else lookupOne(socket, options, wanted, attempt);
}

/** Whether all addresses of the name are to be tried: in a race also those of one family. */
function wantsAll(socket, options, wanted) {
  if (socket[kBound] !== null) return false;
  if (wanted.delay !== undefined) return options.autoSelectFamily !== false;
  const { family } = lookupOptions(options, false);
  return wanted.select && family !== 4 && family !== 6 && !wanted.localAddress;
}

/** A race from a local address is one to addresses of its family. */
function raceFamily(options, { localAddress }) {
  return localAddress && !options.family ? { ...options, family: isIP(localAddress) } : options;
}

module.exports = { resolve };
